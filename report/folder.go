package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"mfpsim/lockfile"
)

// Run says which run leaves evidence: what has to be the same for the same bytes.
type Run struct {
	Version  string `json:"mfpsim"` // of this program
	Seed     uint64 `json:"seed"`
	Language string `json:"language"`
	Model    string `json:"model,omitempty"`   // empty: the default one
	Latency  string `json:"latency,omitempty"` // of every link
	Jitter   string `json:"jitter,omitempty"`
}

// ManifestName is the file that lists the others: one in the folder of the run, one in that of each scenario.
const ManifestName = "manifest.json"

// Manifest says which run has written which files. A file that no manifest lists is not mfpsim's and stays as it is.
type Manifest struct {
	Run
	Scenario string `json:"scenario,omitempty"` // empty in the folder of the run
	// Complete is false while the files are being written, and for ever where the run has ended before its end.
	Complete bool `json:"complete"`
	// Files are the SHA-256 of each file, by its path from the manifest; empty: is about to be written.
	Files map[string]string `json:"files"`
	// OfAnotherRun are the paths below the folder that this run has not written; that of a folder ends with /.
	OfAnotherRun []string `json:"ofAnotherRun,omitempty"`
}

// Folder is a folder of evidence, open for one run. Nothing is written beside it under another name, so a process that
// is killed leaves no temporary files, and nothing is reached through a link that leads out of it.
type Folder struct {
	path string
	root *os.Root
	lock *os.File // the folder itself; nil: it could not be opened
	run  Run

	before map[string]string // files beside the manifest of the run, as an earlier run has written them

	mu      sync.Mutex
	written map[string]string // files of this run, as in a manifest
}

// OpenFolder makes a folder of evidence if need be and begins its manifest, so that a run ends before it begins if its
// evidence could not be kept. Errors of this and of what it returns are [*FolderError].
func OpenFolder(folder string, run Run) (*Folder, error) {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return nil, &FolderError{Folder: folder, Why: "is a file, not a folder"}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, folderError(folder, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, folderError(folder, err)
	}
	f := &Folder{path: folder, root: root, run: run, written: map[string]string{}, before: map[string]string{}}
	err = f.claim()
	var old Manifest
	if err == nil {
		old, err = f.manifest("")
	}
	if err == nil {
		for name, sum := range old.Files {
			if !strings.Contains(name, "/") {
				f.before[name] = sum
			}
		}
		err = f.writeManifest("", Manifest{Files: f.before})
	}
	if err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

// claim locks the folder, so that no manifest lists what another run has written meanwhile. The lock ends with the
// process. A file system that has no locks goes without.
func (f *Folder) claim() error {
	lock, err := f.root.Open(".")
	if err != nil {
		return f.failed(err)
	}
	f.lock = lock
	if taken, _ := lockfile.Claim(lock); taken {
		return f.fail("another mfpsim writes its evidence there: wait for its end, or name another folder")
	}
	return nil
}

// release ends the use of the folder.
func (f *Folder) release() error {
	var err error
	if f.lock != nil {
		err = f.lock.Close()
	}
	return errors.Join(err, f.root.Close())
}

// Write writes the evidence of one scenario into the folder that its ID names. Files that mfpsim has written there
// before are replaced or removed; what else is there stays. If a name that is needed is taken by what is not mfpsim's,
// nothing is written.
func (f *Folder) Write(id string, files map[string][]byte) error {
	if !filepath.IsLocal(filepath.FromSlash(id)) || strings.Contains(id, `\`) {
		return f.fail("%q is no name for a folder", id)
	}
	old, err := f.manifest(id)
	if err != nil {
		return err
	}
	begun := Manifest{Scenario: id, Files: map[string]string{}}
	for name, sum := range old.Files {
		if err := f.unchanged(path.Join(id, name), sum); err != nil {
			return err
		}
		begun.Files[name] = ""
	}
	for name := range files {
		if _, ours := old.Files[name]; !ours {
			if _, err := f.root.Lstat(path.Join(id, name)); err == nil {
				return f.fail("%s is there already, and no manifest says that mfpsim wrote it: move it away, or name another folder",
					path.Join(id, name))
			}
		}
		begun.Files[name] = ""
	}
	if err := f.root.MkdirAll(id, 0o755); err != nil {
		return f.failed(err)
	}
	if err := f.writeManifest(id, begun); err != nil {
		return err
	}
	if err := f.removeOld(id, old); err != nil {
		return err
	}
	done := Manifest{Scenario: id, Complete: true, Files: map[string]string{}}
	for _, name := range sorted(files) {
		if err := f.writeNew(path.Join(id, name), files[name]); err != nil {
			return err
		}
		done.Files[name] = f.sumOf(path.Join(id, name))
	}
	return f.writeManifest(id, done)
}

// WriteBeside writes files beside the manifest of the run. What an earlier run has written under their names is
// replaced; anything else of such a name stays, and is an error.
func (f *Folder) WriteBeside(files map[string][]byte) error {
	for _, name := range sorted(files) {
		sum, ours := f.before[name]
		switch {
		case ours:
			if err := f.unchanged(name, sum); err != nil {
				return err
			}
			if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return f.failed(err)
			}
		default:
			if _, err := f.root.Lstat(name); err == nil {
				return f.fail("%s is there already, and no manifest says that mfpsim wrote it: move it away, or name another folder", name)
			}
		}
		if err := f.writeNew(name, files[name]); err != nil {
			return err
		}
		delete(f.before, name)
	}
	return nil
}

// Close completes the manifest of the run and ends the use of the folder. complete is false for a run that was
// interrupted.
func (f *Folder) Close(complete bool) error {
	f.mu.Lock()
	files := f.written
	f.written = nil
	f.mu.Unlock()
	folders := map[string]bool{}
	for name := range files {
		for up := path.Dir(name); up != "."; up = path.Dir(up) {
			folders[up] = true
		}
	}
	others, err := f.others(".", files, folders)
	if err == nil {
		err = f.writeManifest("", Manifest{Complete: complete, Files: files, OfAnotherRun: others})
	}
	return errors.Join(err, f.release())
}

// others are the paths that this run has not written. A folder without any of its files is named, and not looked into.
func (f *Folder) others(folder string, files map[string]string, folders map[string]bool) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), folder)
	if err != nil {
		return nil, f.failed(err)
	}
	var found []string
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		_, ours := files[name]
		switch {
		case ours || name == ManifestName:
		case folders[name]:
			below, err := f.others(name, files, folders)
			if err != nil {
				return nil, err
			}
			found = append(found, below...)
		case entry.IsDir():
			found = append(found, name+"/")
		default:
			found = append(found, name)
		}
	}
	return found, nil
}

// ourBeginning is how each manifest begins, even one that a process that was killed has written by half.
const ourBeginning = "{\n  \"mfpsim\": "

// manifest reads the manifest of a folder; one that is not there, or was not finished, lists nothing.
func (f *Folder) manifest(folder string) (Manifest, error) {
	var m Manifest
	name := path.Join(folder, ManifestName)
	info, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, f.failed(err)
	}
	foreign := f.fail("%s is there already and is not mfpsim's: move it away, or name another folder", name)
	if !info.Mode().IsRegular() {
		return m, foreign
	}
	text, err := f.root.ReadFile(name)
	if err != nil {
		return m, f.failed(err)
	}
	if len(text) > 0 && !strings.HasPrefix(string(text), ourBeginning) {
		return m, foreign
	}
	if json.Unmarshal(text, &m) != nil {
		return Manifest{}, nil //nolint:nilerr // begun, and broken off: as good as none
	}
	for listed := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(listed)) {
			return Manifest{}, f.fail("%s lists %q, which is not below it: move it away, or name another folder", name, listed)
		}
	}
	return m, nil
}

// unchanged refuses a file that somebody has written anew since mfpsim wrote it: that is not mfpsim's any more.
func (f *Folder) unchanged(name, before string) error {
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return f.failed(err)
	case before == "" && info.Mode().IsRegular():
		return nil
	}
	text := []byte(nil)
	if info.Mode().IsRegular() {
		if text, err = f.root.ReadFile(name); err != nil {
			return f.failed(err)
		}
	}
	if !info.Mode().IsRegular() || sum(text) != before {
		return f.fail("%s was changed since mfpsim wrote it: move it away, or name another folder", name)
	}
	return nil
}

// removeOld removes the files of an earlier run, and folders that are empty then.
func (f *Folder) removeOld(id string, old Manifest) error {
	for _, name := range sorted(old.Files) {
		if err := f.root.Remove(path.Join(id, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.failed(err)
		}
	}
	for _, name := range sorted(old.Files) {
		for up := path.Dir(name); up != "."; up = path.Dir(up) {
			_ = f.root.Remove(path.Join(id, up)) // not if something is in it
		}
	}
	return nil
}

// writeNew writes a file that is not there.
func (f *Folder) writeNew(name string, text []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return f.failed(err)
	}
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return f.failed(err)
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return f.failed(err)
	}
	f.wrote(name, text)
	return nil
}

// writeManifest writes a manifest over the one that is there. It is cut off behind, not emptied before: so its
// beginning says at any moment whose it is.
func (f *Folder) writeManifest(folder string, m Manifest) error {
	m.Run = f.run
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return f.failed(err)
	}
	text = append(text, '\n')
	name := path.Join(folder, ManifestName)
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return f.failed(err)
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Truncate(int64(len(text)))
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return f.failed(err)
	}
	if folder != "" {
		f.wrote(name, text)
	}
	return nil
}

func (f *Folder) wrote(name string, text []byte) {
	sum := sum(text)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written[name] = sum
}

// sumOf is the sum of a file that this run has written.
func (f *Folder) sumOf(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.written[name]
}

func (f *Folder) fail(format string, values ...any) error {
	return &FolderError{Folder: f.path, Why: fmt.Sprintf(format, values...)}
}

func (f *Folder) failed(err error) error { return folderError(f.path, err) }

func sum(text []byte) string {
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

func sorted[T any](files map[string]T) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
