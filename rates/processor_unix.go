//go:build unix

package rates

import (
	"syscall"
	"time"
)

// Used reads what this process has used so far.
func Used() Processor {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return Processor{}
	}
	return Processor{User: time.Duration(u.Utime.Nano()), System: time.Duration(u.Stime.Nano())}
}
