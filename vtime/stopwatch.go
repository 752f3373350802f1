package vtime

import "time"

// Stopwatch measures the machine's time, for reports of how long work took. Nothing on a bench may depend on it.
type Stopwatch struct{ began time.Time }

// StartStopwatch starts one.
func StartStopwatch() Stopwatch { return Stopwatch{began: time.Now()} }

// Elapsed returns the machine's time since the start.
func (s Stopwatch) Elapsed() time.Duration { return time.Since(s.began) }

// AfterMachineTime calls f in a goroutine of its own when so much of the machine's time has passed, unless it is
// stopped before: for a program that is waited for, and that may never answer. Nothing on a bench may depend on it.
func AfterMachineTime(d time.Duration, f func()) (stop func()) {
	timer := time.AfterFunc(d, f)
	return func() { timer.Stop() }
}
