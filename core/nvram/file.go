package nvram

import (
	"errors"
	"io/fs"
	"os"
)

// File is a [Flash] in a file that is replaced atomically, so that it is never torn.
type File struct{ path string }

// NewFile returns the flash in the file at path. The file need not exist, its folder must.
func NewFile(path string) *File { return &File{path: path} }

// largestFile bounds what is read: no memory of a device is as large, and a wrong file can be of any size.
const largestFile = 64 << 20

// What a file at the path can be that is none of a flash.
var (
	errNoFile   = errors.New("it is no regular file")
	errTooLarge = errors.New("it is larger than any flash")
)

// Read returns the file's bytes; none if there is no file yet. A pipe or a device, which may never end, is an error.
func (f *File) Read() ([]byte, error) {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNoFile
	case info.Size() > largestFile:
		return nil, errTooLarge
	}
	return os.ReadFile(f.path)
}

// Atomic says that a write is never torn.
func (f *File) Atomic() bool { return true }

// Write replaces the file, readable for its owner only.
func (f *File) Write(image []byte) error {
	return replace(f.path, image)
}
