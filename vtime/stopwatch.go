package vtime

import "time"

// Stopwatch measures the machine's time, for reports of how long work took. Nothing on a bench may depend on it.
type Stopwatch struct{ began time.Time }

// StartStopwatch starts one.
func StartStopwatch() Stopwatch { return Stopwatch{began: time.Now()} }

// Elapsed returns the machine's time since the start.
func (s Stopwatch) Elapsed() time.Duration { return time.Since(s.began) }
