package vtime

import "time"

// Alarm calls f after d by the machine's clock, unless it is stopped before: for a process beside the bench that does
// not answer. What f does must show in no evidence but as a failure.
func Alarm(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}
