package serve

import (
	"errors"
	"os"
	"path/filepath"

	"mfpsim/lockfile"
)

// temporary is a folder that lives as long as this process. Who is killed cannot remove it, so the next one does: its
// lock is free then.
type temporary struct {
	path string
	lock *os.File
}

// What the folders of this program are called, and the file in them that is locked.
const (
	temporaryPattern = "mfpsim-serve-"
	temporaryLock    = "in-use"
)

// newTemporary makes a folder for this process, and removes those whose process has ended without doing so.
func newTemporary() (*temporary, error) {
	sweep(os.TempDir())
	path, err := os.MkdirTemp("", temporaryPattern)
	if err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(path, temporaryLock), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = lockfile.Claim(lock) // nobody else knows of it yet
	}
	t := &temporary{path: path, lock: lock}
	if err != nil {
		return nil, errors.Join(err, t.remove())
	}
	return t, nil
}

// remove removes the folder with all that is in it.
func (t *temporary) remove() error {
	err := os.RemoveAll(t.path)
	if t.lock != nil {
		err = errors.Join(err, t.lock.Close())
	}
	return err
}

// sweep removes the folders of this program whose process has ended. What it may not open, or what has no lock yet
// because another process makes it just now, is left alone.
func sweep(in string) {
	if !lockfile.Supported {
		return // whose process has ended is not known
	}
	found, _ := filepath.Glob(filepath.Join(in, temporaryPattern+"*")) // the pattern is a good one
	for _, path := range found {
		lock, err := os.OpenFile(filepath.Join(path, temporaryLock), os.O_RDWR|noFollow, 0)
		if err != nil {
			continue
		}
		taken, err := lockfile.Claim(lock)
		if info, found := os.Lstat(path); err == nil && !taken && found == nil && info.IsDir() {
			for _, name := range []string{authorityName, temporaryLock} { // nothing else is ours
				_ = os.Remove(filepath.Join(path, name))
			}
			_ = os.Remove(path) // it stays where somebody has put something into it
		}
		_ = lock.Close()
	}
}
