package vtime

import (
	"context"
	"time"
)

// Holding tells who has the turn, and for how long by the machine's clock.
type Holding struct {
	By  string        // the chain of turns, caller first: "scenario > entra for printer#3: POST /token"
	For time.Duration // of the machine's time
}

// Held reports who has held the turn of a flowing World for at least limit; a bench that works holds none for long.
func (w *World) Held(limit time.Duration) (Holding, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.flowing || w.held == 0 || w.closed {
		return Holding{}, false
	}
	held := Holding{By: w.holder.path(), For: time.Since(w.taken)}
	return held, held.For >= limit
}

// Holds reports whether the turn of ctx, or one that acts under it, is the one that runs.
func (w *World) Holds(ctx context.Context) bool { return TurnFrom(ctx).Holds() }

// Holds reports whether this turn, or one that acts under it, is the one that runs.
func (t *Turn) Holds() bool {
	if t == nil {
		return false
	}
	w := t.world
	w.mu.Lock()
	defer w.mu.Unlock()
	for holder := w.holder; holder != nil; holder = holder.caller {
		if holder == t {
			return w.held > 0
		}
	}
	return false
}
