package sim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"mfpsim/core/nvram"
	"mfpsim/lockfile"
)

// Files of a [Folder].
const (
	folderNote   = "mfpsim-flash.txt" // says what the folder is; whoever uses the folder holds a lock on it
	flashEnding  = ".flash"           // settings and sign-ins, see package nvram
	recordEnding = ".records"         // job history and preferences
	keyEnding    = ".key"
)

const folderText = `The memory of simulated printers (mfpsim): settings, sign-ins and job history, ` +
	`three files a printer.
Each NAME.key opens the passwords and tokens in NAME.flash. A real device keeps its key in hardware; here it lies
beside what it opens, so it protects nothing. Keep no real passwords in here.
`

// sealingKeyLength is that of a printer's key, in bytes.
const sealingKeyLength = 32

// Folder is a folder in which simulated printers keep their memory, so that it outlives the program: NAME.flash,
// NAME.records and NAME.key for each printer. The folder has mode 0700, its files 0600. One process uses it at a time.
type Folder struct {
	path string
	note *os.File // locked
}

// FolderError says why a folder cannot be used. Nothing in the folder was changed.
type FolderError struct {
	Path   string // the folder, or a file in it
	Reason string
}

// Error is one sentence.
func (e *FolderError) Error() string { return e.Path + ": " + e.Reason }

// OpenFolder opens the folder at path for this process alone and makes it if it is missing. A folder that holds other
// files is refused.
func OpenFolder(path string) (*Folder, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, &FolderError{path, "the folder for the printers' memory cannot be made: " + reason(err)}
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return nil, &FolderError{path, "this is a file; the printers' memory needs a folder"}
	case err != nil:
		return nil, &FolderError{path, "the folder cannot be read: " + reason(err)}
	}
	if note, err := os.Lstat(
		filepath.Join(path, folderNote),
	); len(entries) > 0 &&
		(err != nil || !note.Mode().IsRegular()) {
		return nil, &FolderError{path, "the folder holds other files; name a new or an empty one for the printers' memory"}
	}
	note, err := os.OpenFile(filepath.Join(path, folderNote), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &FolderError{path, "the folder cannot be written: " + reason(err)}
	}
	f := &Folder{path: path, note: note}
	if err := f.claim(len(entries) == 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// claim locks the folder, closes it to other users of the machine, and writes the note into a new one.
func (f *Folder) claim(fresh bool) error {
	taken, err := lockfile.Claim(f.note)
	switch {
	case taken:
		return &FolderError{f.path, "another mfpsim uses this folder; end it, or name another folder"}
	case err != nil:
		return &FolderError{f.path, "the folder cannot be locked: " + reason(err)}
	}
	if err := os.Chmod(f.path, 0o700); err != nil {
		return &FolderError{f.path, "the folder cannot be closed to other users: " + reason(err)}
	}
	if !fresh {
		return nil
	}
	if _, err := f.note.WriteString(folderText); err != nil {
		return &FolderError{f.path, "the folder cannot be written: " + reason(err)}
	}
	return nil
}

// Close gives the folder back. It may be called twice.
func (f *Folder) Close() error {
	if err := f.note.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("close the folder of the printers' memory: %w", err)
	}
	return nil
}

// HoldsPrinters reports whether printers have kept their memory in the folder at path.
func HoldsPrinters(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return false // there is no such folder yet, or it is refused when it is opened
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), keyEnding) {
			return true
		}
	}
	return false
}

// equip gives a printer its memory in the folder. A damaged file is an error, where a printer with a memory of its own
// would begin anew: somebody may want to have the file back.
func (f *Folder) equip(c *Config, fresh []byte) error {
	name := filepath.Join(f.path, url.PathEscape(c.Name))
	key, err := openKey(name+keyEnding, fresh, exists(name+flashEnding) || exists(name+recordEnding))
	if err != nil {
		return err
	}
	flash, memory := nvram.NewFile(name+flashEnding), nvram.NewFile(name+recordEnding)
	if _, _, err := nvram.Open(flash, key, strings.NewReader("")); err != nil {
		return damaged(name+flashEnding, err)
	}
	if _, err := memory.Read(); err != nil {
		return &FolderError{name + recordEnding, "the file cannot be read: " + reason(err)}
	}
	read, _, err := readRecords(memory)
	switch {
	case errors.Is(err, errNewer):
		return damaged(name+recordEnding, err)
	case err != nil:
		return damaged(name+recordEnding, errors.New("it is not the printer's records"))
	case read.Model != "" && read.Model != c.Model:
		return &FolderError{
			f.path,
			fmt.Sprintf(
				"the printer %q in this folder is a %s, not a %s; name another folder", c.Name, read.Model, c.Model,
			),
		}
	}
	c.Flash, c.Records, c.SealingKey = flash, memory, key
	return nil
}

// openKey reads a printer's key, and writes a fresh one for a printer that is new.
func openKey(path string, fresh []byte, used bool) ([]byte, error) {
	text, err := nvram.NewFile(path).Read() // a pipe in its place would never end
	if err == nil && text == nil {
		err = fs.ErrNotExist
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && used:
		return nil, &FolderError{path, "the printer's key is missing, and without it the memory beside it cannot be read"}
	case errors.Is(err, fs.ErrNotExist):
		text = []byte(base64.StdEncoding.EncodeToString(fresh) + "\n")
		if err := nvram.NewFile(path).Write(text); err != nil {
			return nil, &FolderError{path, "the printer's key cannot be written: " + reason(err)}
		}
		return fresh, nil
	case err != nil:
		return nil, &FolderError{path, "the printer's key cannot be read: " + reason(err)}
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != sealingKeyLength {
		return nil, damaged(path, errors.New("it is not a printer's key"))
	}
	return key, nil
}

func damaged(path string, why error) error {
	text := strings.TrimPrefix(why.Error(), "nvram: ")
	return &FolderError{path, text + "; nothing was changed. Put the right file back, or name another folder"}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// reason is what the system says, without the path that stands before it already.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
