package vtime

import "context"

// Visit is a server at work on one complete request, from reading it to just before the reply is written.
type Visit struct{ turn *Turn }

// Visit opens a visit under the turn of the caller whose request it is. Without a caller (a client from outside) it waits
// until nobody runs and has a turn of its own. name tells the watchdog who it is and on which connection.
func (w *World) Visit(caller *Turn, name string) *Visit {
	t := &Turn{world: w, name: name, visit: true, done: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	if caller != nil && !caller.ended && caller.asleep == nil && caller.lent == nil {
		t.caller = caller
		w.holder = t
		return &Visit{turn: t}
	}
	t.outer = true
	for w.held > 0 && !w.closed {
		w.changed.Wait()
	}
	w.take(t)
	return &Visit{turn: t}
}

// Context returns a context that carries the visit. It has parent's values but not its end: a client that hangs up does
// not cut a server's work short.
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

// End ends the visit; the reply is written afterwards. The turn goes back to a caller that waits, else it is dropped.
func (v *Visit) End() {
	w := v.turn.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if v.turn.ended {
		return
	}
	v.turn.ended = true
	close(v.turn.done)
	if v.turn.caller != nil {
		w.holder = v.turn.caller
		return
	}
	w.drop()
}
