package vtime

import (
	"context"
	"time"
)

// Away lends the turn of ctx to the clock while f works: for who waits for somebody that goes by the machine's clock
// and acts on the bench meanwhile, in turns of his own. The turn comes back as an event, after f has returned. It makes
// sense on a flowing World alone, where time passes although nobody advances it. Without a turn f just works.
// [ErrClosed] and [ErrNoTurn] say that the World, or the turn, has ended.
func Away(ctx context.Context, name string, f func()) error {
	return TurnFrom(ctx).Away(name, f)
}

// Away is the function Away for one turn; nil: f just works.
func (t *Turn) Away(name string, f func()) error {
	if t == nil {
		f()
		return nil
	}
	w, back := t.world, make(chan error, 1)
	w.mu.Lock()
	if err := w.stallTurn(t, func(ended error) { back <- ended }); err != nil {
		w.mu.Unlock()
		return err
	}
	away := t.stall
	w.mu.Unlock()
	f()
	w.mu.Lock()
	if t.stall == away && !w.closed { // else a time-out has brought it back
		w.push(0, name, func() {
			if t.stall == away {
				w.resume(t)
			} else {
				w.drop()
			}
		})
	}
	w.mu.Unlock()
	return <-back
}

// Pass returns when d has passed on a World that flows; [ErrClosed] says that the World has ended. It must not be
// called by somebody who holds a turn.
func (w *World) Pass(d time.Duration) error {
	passed := make(chan struct{})
	w.After(d, "time passes", func() { close(passed) })
	select {
	case <-passed:
	case <-w.done:
	}
	select {
	case <-w.done:
		return ErrClosed
	default:
		return nil
	}
}

// Busy reports whether exchanges are under way: visits that sleep, peers that are silent, turns that are away.
func (w *World) Busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.busy > 0
}

// Beside is [Turn.Away] for who can be interrupted meanwhile: each time that a time-out or a cancel has brought the
// turn back before f has returned, interrupted is called with it, and then the turn is lent again. idle says that this
// is no exchange under way, as somebody who merely sleeps is none. An error says that the World ([ErrClosed]) or the
// turn ([ErrNoTurn]) has ended; ended is told so before, to end f, for which Beside waits in any case.
func (t *Turn) Beside(name string, idle bool, f, interrupted func(), ended func(error)) error {
	if t == nil {
		f()
		return nil
	}
	w, done := t.world, make(chan struct{})
	var lent *stall // under w.mu, like over
	over := false
	returned := func() {
		defer close(done)
		w.mu.Lock()
		defer w.mu.Unlock()
		over = true
		away := lent
		if away == nil || t.stall != away || w.closed {
			return
		}
		w.push(0, name, func() {
			if t.stall == away {
				w.resume(t)
			} else {
				w.drop()
			}
		})
	}
	go func() {
		defer returned()
		f()
	}()
	for {
		back := make(chan error, 1)
		w.mu.Lock()
		if over {
			w.mu.Unlock()
			<-done
			return nil
		}
		err := w.stallTurn(t, func(ended error) { back <- ended })
		if err == nil {
			lent = t.stall
			if idle {
				lent.counted = false
				w.busy--
			}
		}
		w.mu.Unlock()
		if err == nil {
			err = <-back
		}
		if err != nil {
			ended(err)
			<-done
			return err
		}
		w.mu.Lock()
		finished := over
		w.mu.Unlock()
		if !finished {
			interrupted()
		}
	}
}
