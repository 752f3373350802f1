package vtime

import (
	"context"
	"time"
)

// stall is a turn that waits for a party that says nothing. No goroutine waits with it: whoever ends the silence is an
// event of the World, or a visit of the silent party.
type stall struct {
	back    func(ended error) // told, under w.mu, that the turn is back
	counted bool              // counts as an exchange under way
	under   *stay             // of a guest: the call under which it waits; nil: of a bench
}

// Stall lends the turn to the clock because the party that it waits for says nothing: what silence does. It returns
// at once. The turn comes back with a time-out or a cancel, by [World.Resume], or with a visit that the silent party
// makes to this caller; back is told so while the World is locked, and must not call the World; [ErrClosed] and
// [ErrNoTurn] tell it that the World, or the turn, has ended meanwhile. [ErrNobodyAdvances] and [ErrClosed] say that
// the turn was not lent.
func (t *Turn) Stall(back func(ended error)) error {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return t.world.stallTurn(t, back)
}

// stallTurn is [Turn.Stall]. Under w.mu.
func (w *World) stallTurn(t *Turn, back func(ended error)) error {
	switch {
	case w.closed:
		return ErrClosed
	case t.ended:
		return ErrNoTurn
	case t.root().outer && !w.flowing:
		return ErrNobodyAdvances
	case t.asleep != nil || t.stall != nil || t.lent != nil:
		return ErrTwice
	}
	t.stall = &stall{back: back, counted: true}
	w.busy++
	w.lend(t)
	return nil
}

// resume ends a stall and gives t the turn that the caller has counted. Under w.mu.
func (w *World) resume(t *Turn) {
	w.unlend(t)
	w.endStall(t, nil)
}

// endStall ends a stall; the turn is somebody else's matter. Under w.mu.
func (w *World) endStall(t *Turn, ended error) {
	s := t.stall
	t.stall = nil
	if s.counted {
		w.busy--
	}
	s.back(ended)
}

// Resume gives a stalled turn back as an event of this instant; it does nothing if something else was faster.
func (t *Turn) Resume(name string) {
	w := t.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.push(0, name, func() { w.resumeOrDrop(t) })
}

// ResumeAfter gives a stalled turn back after d, unless something else does before; stop disarms it. due is told,
// while the World is locked, that d has passed, whoever has the turn by then.
func (t *Turn) ResumeAfter(d time.Duration, name string, due func()) (stop func()) {
	w := t.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		due()
		return func() {}
	}
	e := w.push(d, name, func() {
		due()
		w.resumeOrDrop(t)
	})
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.kill(e)
	}
}

func (w *World) resumeOrDrop(t *Turn) {
	if t.stall == nil {
		w.drop()
		return
	}
	w.resume(t)
}

// Sleep waits for d of true time under the turn, or until a time-out or cancel of any of its contexts takes it back.
func (t *Turn) Sleep(d time.Duration) error {
	return t.world.park(context.Background(), t, d, false)
}

// After tells due, while the World is locked, when d has passed: for those who wait for the World without a turn.
func (w *World) After(d time.Duration, name string, due func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		due()
		return
	}
	w.push(d, name, func() {
		due()
		w.drop()
	})
}
