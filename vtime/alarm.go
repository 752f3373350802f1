package vtime

import (
	"context"
	"time"
)

// Alarm calls f after d by the machine's clock, unless it is stopped before: for a process beside the bench that does
// not answer. What f does must show in no evidence but as a failure.
func Alarm(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

// Excuse tells the World that the turn of ctx waits for a process beside the bench, which somebody else watches and
// ends: how long that takes, on a machine with much to do, is no fault of who holds the turn. over is to be called.
func Excuse(ctx context.Context) (over func()) {
	t := TurnFrom(ctx)
	if t == nil {
		return func() {}
	}
	t.world.excuse(1)
	return func() { t.world.excuse(-1) }
}

func (w *World) excuse(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.excused += n
}
