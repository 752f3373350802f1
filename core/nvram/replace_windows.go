package nvram

import (
	"os"
	"path/filepath"
)

// replace writes a file anew, by way of another one beside it. Windows does not promise that a rename is whole after
// a
// power failure (which is why renameio is not for it); the memory's own checksums tell a torn file.
func replace(path string, image []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	_, err = beside.Write(image)
	if err == nil {
		err = beside.Sync()
	}
	if closed := beside.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		_ = os.Remove(beside.Name()) // the failure is told
	}
	return err
}
