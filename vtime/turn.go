package vtime

import (
	"context"
	"time"
)

type turnKey struct{}

// Turn is the right to act. An actor has one for its life; a server's visit has one for a request.
type Turn struct {
	world *World
	name  string
	visit bool
	done  chan struct{}

	// All below under world.mu.
	caller *Turn  // under whose turn this visit works; nil: an actor, an outside client's visit, an orphan
	callee *Turn  // the visit that acts under this turn now
	lent   *Turn  // the visit under this turn that waits for the clock, or whose own callee does
	asleep *sleep // this turn itself sleeps
	stall  *stall // this turn itself waits for a party that says nothing
	outer  bool   // a visit with a turn of its own from the start
	// of a visit that is about to sleep: its caller has gone on, and has the turn
	turnless bool
	started  bool // of an actor: its event has come
	ended    bool
	before   func() // of a visit: what has to be true before its turn may go to the clock
	after    func() // of a visit: told when it has slept to the end
}

type sleep struct {
	ctx     context.Context
	due     *event // nil: until interrupted
	woken   chan error
	counted bool // counts as an exchange under way
}

// TurnFrom returns the turn that a context carries, nil if none.
func TurnFrom(ctx context.Context) *Turn {
	t, _ := ctx.Value(turnKey{}).(*Turn)
	return t
}

// Name returns the name that the turn was started with.
func (t *Turn) Name() string { return t.name }

// Done is closed when the turn has ended.
func (t *Turn) Done() <-chan struct{} { return t.done }

// path names the chain of callers, outermost first.
func (t *Turn) path() string {
	if t == nil {
		return "nobody"
	}
	if t.caller != nil {
		return t.caller.path() + " > " + t.name
	}
	return t.name
}

// Go starts an actor: not at once but as an event of this instant, so that starters and started have an order.
// The context that f gets carries the actor's turn; its work ends with f.
func (w *World) Go(name string, f func(ctx context.Context)) *Turn {
	t := &Turn{world: w, name: name, done: make(chan struct{})}
	// The root of the actor's context: nothing outside the World may cancel it.
	ctx := w.context(context.Background(), t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		t.ended = true
		close(t.done)
		return t
	}
	w.push(0, name, func() { w.run(t, ctx, f) })
	return t
}

// run starts an actor that an event has given its turn. Under w.mu.
func (w *World) run(t *Turn, ctx context.Context, f func(ctx context.Context)) {
	w.holder, t.started = t, true
	go func() {
		defer w.finish(t)
		defer w.Recover(t.name)
		f(ctx)
	}()
}

// finish ends an actor.
func (w *World) finish(t *Turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(t)
	if !w.leave(t) {
		w.drop()
	}
}

// leave lets go of what still waits or acts under a turn that has ended, for example a request that nobody waited
// for. It reports whether the turn was with the clock, or goes on with a visit: then there is none to give back.
// Under w.mu.
func (w *World) leave(t *Turn) (elsewhere bool) {
	switch {
	case t.asleep != nil:
		s := t.asleep
		t.asleep = nil
		delete(w.parked, t)
		w.kill(s.due)
		if s.counted {
			w.busy--
		}
		s.woken <- ErrNoTurn
	case t.stall != nil:
		w.endStall(t, ErrNoTurn)
		delete(w.parked, t)
	case t.lent != nil:
		w.orphan(t)
	case t.callee != nil:
		t.callee.caller = nil
		t.callee = nil
	default:
		return false
	}
	return true
}

// end marks a turn as ended, once. Under w.mu.
func (w *World) end(t *Turn) {
	if !t.ended {
		t.ended = true
		close(t.done)
	}
}

// Do is a stimulus from outside, for example one verb of a scenario: it runs f as an actor and returns when f has
// ended. In a stepped World it fires what is due, up to limit ahead (0: [DefaultDrive]), while f waits;
// [ErrNothingDue] or [ErrStillBusy] say that f was left waiting, a [*PanicError] that f panicked. Not to be called by
// somebody who holds a turn.
func (w *World) Do(name string, limit time.Duration, f func(ctx context.Context)) (err error) {
	var broke *PanicError
	t := w.Go(name, func(ctx context.Context) {
		defer func() { broke = w.recovered(name, recover()) }()
		f(ctx)
	})
	defer func() {
		if t.Ended() && broke != nil {
			err = broke
		}
	}()
	if w.drifts() {
		select {
		case <-t.done:
		case <-w.done:
		}
		if !w.hasStarted(t) {
			return ErrClosed // the World ended before its event came
		}
		<-t.done
		return nil
	}
	if limit == 0 {
		limit = DefaultDrive
	}
	ok, err := w.AdvanceUntil(limit, t.Ended)
	switch {
	case err != nil:
		return err
	case ok:
		return nil
	case len(w.Pending()) == 0:
		return ErrNothingDue
	default:
		return ErrStillBusy
	}
}

func (w *World) hasStarted(t *Turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return t.started
}

// Ended reports whether the turn has ended.
func (t *Turn) Ended() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// park puts t to sleep, for d or (forever) until interrupted. Called by whoever runs under t.
func (w *World) park(ctx context.Context, t *Turn, d time.Duration, forever bool) error {
	if t.before != nil {
		t.before()
	}
	err := w.parkNow(ctx, t, d, forever)
	if err == nil && t.after != nil {
		t.after()
	}
	return err
}

func (w *World) parkNow(ctx context.Context, t *Turn, d time.Duration, forever bool) error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	if err := context.Cause(ctx); err != nil {
		w.mu.Unlock()
		return err
	}
	if t.ended {
		w.mu.Unlock()
		return ErrNoTurn
	}
	if t.root().outer && !w.flowing {
		w.mu.Unlock()
		return ErrNobodyAdvances
	}
	if t.asleep != nil || t.stall != nil || t.lent != nil {
		w.mu.Unlock()
		return ErrTwice
	}
	s := &sleep{ctx: ctx, woken: make(chan error, 1), counted: t.visit || forever}
	if !forever {
		s.due = w.push(d, t.name, func() { w.wake(t, nil) })
	}
	t.asleep = s
	if s.counted {
		w.busy++
	}
	if t.turnless {
		t.turnless = false
		w.parked[t] = struct{}{}
	} else {
		w.lend(t)
	}
	w.mu.Unlock()
	return <-s.woken
}

// lend gives the turn of t, and with it that of its callers, to the clock. Under w.mu.
func (w *World) lend(t *Turn) {
	for callee := t; callee.caller != nil; callee = callee.caller {
		callee.caller.lent = callee
	}
	w.parked[t] = struct{}{}
	w.drop()
}

// unlend makes t and its callers the holders of the turn that somebody has counted. Under w.mu.
func (w *World) unlend(t *Turn) {
	delete(w.parked, t)
	for callee := t; callee.caller != nil; callee = callee.caller {
		callee.caller.lent = nil
	}
	w.holder = t
}

// wake ends t's sleep and gives it the turn that the caller has counted. Under w.mu.
func (w *World) wake(t *Turn, err error) {
	s := t.asleep
	if w.closed {
		w.held++ // nobody counted one: the World ends
	}
	t.asleep = nil
	w.kill(s.due)
	if s.counted {
		w.busy--
	}
	w.unlend(t)
	s.woken <- err
}

func (t *Turn) root() *Turn {
	for t.caller != nil {
		t = t.caller
	}
	return t
}

// interrupt passes the turn that the caller has counted to t, which sleeps under a context that has just ended, or
// whose callee sleeps; if t runs on by itself or has ended, the turn is dropped. Under w.mu.
func (w *World) interrupt(t *Turn, cause error, forced bool) {
	switch {
	case t == nil || t.ended:
		w.drop()
	case t.asleep != nil:
		if t.asleep.due != nil && !forced && context.Cause(t.asleep.ctx) == nil {
			w.drop() // it sleeps under another context
			return
		}
		w.wake(t, cause)
	case t.stall != nil:
		w.resume(t)
	case t.lent != nil:
		w.orphan(t)
		for callee := t; callee.caller != nil; callee = callee.caller {
			callee.caller.lent = nil
		}
		w.holder = t
	default:
		w.drop()
	}
}

// orphan parts t from the visit under it that waits for the clock: nobody waits for its answer. Under w.mu.
func (w *World) orphan(t *Turn) {
	visit := t.lent
	visit.caller = nil
	t.lent, t.callee = nil, nil
	w.forgetSilent(visit)
}

// forgetSilent: an orphan that sleeps until interrupted has nobody left who waits for it, so it is no exchange under
// way.
func (w *World) forgetSilent(t *Turn) {
	for t.lent != nil {
		t = t.lent
	}
	if t.asleep != nil && t.asleep.due == nil && t.asleep.counted {
		t.asleep.counted = false
		w.busy--
	}
	if t.stall != nil && t.stall.counted {
		t.stall.counted = false
		w.busy--
	}
}

// Park lends the turn to the clock until one of its time-outs or a cancel interrupts it: what silence does. It returns
// the cause. Whichever fires ends it, since nothing else could; it need not be one of ctx, for libraries dial under
// contexts of their own.
func (t *Turn) Park(ctx context.Context) error { return t.world.park(ctx, t, 0, true) }

// Interrupt arms a time-out for library code that knows no context. After d of true time do runs, while the World is
// locked, to end the I/O that it is for. If do reports that somebody waited for that, the turn gets its right to act
// back, although a server may still sleep under it. stop disarms it.
func (w *World) Interrupt(t *Turn, d time.Duration, name string, cause error, do func() (waited bool)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return func() {}
	}
	e := w.push(d, name, func() {
		if !do() {
			w.drop()
			return
		}
		w.interrupt(t, cause, true)
	})
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.kill(e)
	}
}

// scope is a context that an event of the World ends.
type scope struct {
	context.Context
	cause error
}

// Err gives the time-out's own error where context would say Canceled.
func (s *scope) Err() error {
	err := s.Context.Err()
	if err != nil && s.cause != nil && context.Cause(s.Context) == s.cause {
		return s.cause
	}
	return err
}

// WithCancel returns a context and its cancel. Called while the turn sleeps or waits for a server, cancel is an event
// of this instant that wakes it with [ErrCanceled]; called by the turn itself, it just ends the context.
func (w *World) WithCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	t := TurnFrom(ctx)
	inner, end := context.WithCancelCause(ctx)
	var due *event
	return inner, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		waiting := t != nil && !t.ended && (t.asleep != nil || t.lent != nil || t.stall != nil)
		switch {
		case !waiting || w.closed:
			w.kill(due)
			end(ErrCanceled)
		case due == nil:
			due = w.push(0, "cancel "+t.name, func() {
				end(ErrCanceled)
				w.interrupt(t, ErrCanceled, false)
			})
		}
	}
}
