package nvram

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File is a [Flash] in a file that is replaced atomically, so that it is never torn.
type File struct{ path string }

// NewFile returns the flash in the file at path. The file need not exist, its folder must.
func NewFile(path string) *File { return &File{path: path} }

// Read returns the file's bytes; none if there is no file yet.
func (f *File) Read() ([]byte, error) {
	image, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return image, err
}

// Atomic says that a write is never torn.
func (f *File) Atomic() bool { return true }

// Write replaces the file, readable for its owner only.
func (f *File) Write(image []byte) error {
	return renameio.WriteFile(f.path, image, 0o600, renameio.WithTempDir(filepath.Dir(f.path)))
}
