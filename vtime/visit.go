package vtime

import "context"

// Visit is a server at work on one complete request, from reading it to just before the reply is written.
type Visit struct{ turn *Turn }

// Request is what a server knows of the request that it is about to act on.
type Request struct {
	// Caller is whose request it is; nil: somebody without a turn, for example a client from outside.
	Caller *Turn
	// Gone: the caller has given up on the connection; the visit has a turn of its own, as an event of this instant.
	Gone bool
	// Name tells who serves, on which connection, what: for the watchdog.
	Name string
	// Queued is told when the visit has its place in the order of events, before it waits for its turn; nil: nobody
	// asks.
	Queued func()
	// Before is called before the visit lends its turn to the clock, After when it has slept to the end; both may be
	// nil.
	Before, After func()
}

// Visit opens a visit under the turn of the caller whose request it is. A second request under one turn waits until
// the first has its answer. A request whose caller is not the one who acts (it has given up, it sleeps, it has ended)
// is acted on in a turn of its own, queued as an event; one without a caller waits until nobody runs.
func (w *World) Visit(r Request) *Visit {
	t := &Turn{world: w, name: r.Name, visit: true, done: make(chan struct{}), before: r.Before, after: r.After}
	queued := r.Queued
	if queued == nil {
		queued = func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Caller != nil && !r.Gone {
		w.awaitVisit(r.Caller)
		if w.acts(r.Caller) {
			t.caller = r.Caller
			r.Caller.callee = t
			w.holder = t
			queued()
			return &Visit{turn: t}
		}
	}
	t.outer = true
	if r.Caller == nil || w.closed {
		queued()
		for w.held > 0 && !w.closed {
			w.changed.Wait()
		}
		w.take(t)
		return &Visit{turn: t}
	}
	t.outer = false // somebody of the bench drives the clock: it may sleep
	given := make(chan struct{})
	w.push(0, t.name, func() {
		delete(w.queued, t)
		w.holder = t
		close(given)
	})
	w.queued[t] = given
	queued()
	w.mu.Unlock()
	<-given
	w.mu.Lock()
	return &Visit{turn: t}
}

// awaitVisit waits until no visit acts under t. Under w.mu.
func (w *World) awaitVisit(t *Turn) {
	for w.acts(t) && t.callee != nil && !w.closed {
		w.changed.Wait()
	}
}

// acts reports whether t is not with the clock and has not ended. Under w.mu.
func (w *World) acts(t *Turn) bool {
	return !t.ended && t.asleep == nil && t.lent == nil && t.stall == nil
}

// Context returns a context that carries the visit. It has parent's values but not its end: a client that hangs up
// does not cut a server's work short.
func (v *Visit) Context(parent context.Context) context.Context {
	return v.turn.world.context(context.WithoutCancel(parent), v.turn)
}

// Turn returns the visit's turn.
func (v *Visit) Turn() *Turn { return v.turn }

// Orphan reports whether the caller has stopped waiting.
func (v *Visit) Orphan() bool {
	v.turn.world.mu.Lock()
	defer v.turn.world.mu.Unlock()
	return v.turn.caller == nil && !v.turn.outer
}

// End ends the visit; the reply is written afterwards. The turn goes back to a caller that waits; else it is dropped.
// A second call does nothing.
func (v *Visit) End() { v.EndFor(nil) }

// EndFor ends the visit as [Visit.End] does, and gives its turn to a party that has been stalled and is to get what
// the visit said.
func (v *Visit) EndFor(stalled *Turn) {
	w := v.turn.world
	w.mu.Lock()
	defer w.mu.Unlock()
	t := v.turn
	if t.ended {
		return
	}
	w.end(t)
	if t.caller != nil {
		t.caller.callee = nil
		if t.asleep == nil && t.stall == nil && t.lent == nil {
			w.holder = t.caller
		}
		w.changed.Broadcast()
		return
	}
	if w.leave(t) {
		return
	}
	if stalled != nil && stalled.stall != nil && !w.closed {
		w.resume(stalled)
		return
	}
	w.drop()
}
