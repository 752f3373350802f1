//go:build unix

package lockfile

import (
	"errors"
	"os"
	"syscall"
)

// Supported says that claims are kept.
const Supported = true

// Claim locks what is open (flock(2)), and reports whether another process has it. A file system that has no locks
// gives an error, and nobody has it then.
func Claim(file *os.File) (taken bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
