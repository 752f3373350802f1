//go:build unix

package serve

import "syscall"

// noFollow refuses to open what a link leads to.
const noFollow = syscall.O_NOFOLLOW

// descriptors is how many files and connections this process may have open; ok is false where nobody says.
func descriptors() (most uint64, ok bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return uint64(limit.Cur), err == nil //nolint:unconvert // FreeBSD counts with a sign
}
