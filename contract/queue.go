package contract

import (
	"context"
	"slices"
	"sync"

	"mfpsim/vtime"
)

// queue is for a core that does one thing at a time and blocks meanwhile: who finds it at work lends his turn to the
// clock until it is free. First come, first served.
type queue struct {
	mu      sync.Mutex
	busy    bool
	waiting []*waiter
}

// waiter is an operation that waits for the core.
type waiter struct {
	turn *vtime.Turn
	free bool // the core is his
}

// tryEnter takes the core if it is free.
func (q *queue) tryEnter() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy {
		return false
	}
	q.busy = true
	return true
}

// enter takes the core, at once or when it is free. A time-out or a cancel does not end the wait: the core has to hear
// of it. The error says that the World, or the turn, has ended.
func (q *queue) enter(ctx context.Context) error {
	if q.tryEnter() {
		return nil
	}
	turn := vtime.TurnFrom(ctx)
	if turn == nil {
		return vtime.ErrNoTurn
	}
	w := &waiter{turn: turn}
	q.mu.Lock()
	if !q.busy { // it has become free
		q.busy = true
		q.mu.Unlock()
		return nil
	}
	q.waiting = append(q.waiting, w)
	q.mu.Unlock()
	for {
		back := make(chan error, 1)
		err := turn.Stall(func(ended error) { back <- ended })
		if err == nil {
			err = <-back
		}
		q.mu.Lock()
		free := w.free
		if err != nil {
			q.waiting = slices.DeleteFunc(q.waiting, func(other *waiter) bool { return other == w })
		}
		q.mu.Unlock()
		switch {
		case err != nil && free:
			q.leave()
			return err
		case err != nil:
			return err
		case free:
			return nil
		}
	}
}

// leave gives the core to who waits longest.
func (q *queue) leave() {
	q.mu.Lock()
	if len(q.waiting) == 0 {
		q.busy = false
		q.mu.Unlock()
		return
	}
	next := q.waiting[0]
	q.waiting = q.waiting[1:]
	next.free = true
	q.mu.Unlock()
	next.turn.Resume("the core is free")
}
