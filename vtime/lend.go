package vtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Control is how the bench speaks to a party in another process, which works only while it is lent a turn. Calls come
// while others are open. An error of any of them is the end of the party: see [Outside.Err].
type Control interface {
	// Wake tells the party that the time of one of its timers has come, "" for the one of [Rest.WakeAt]: it fires that
	// one. It returns when the party rests.
	Wake(ctx context.Context, call, timer string, now time.Time) (Rest, error)
	// Slow tells the party that the answer on a connection takes time, how many octets it has been given on it,
	// [NotOpen] if the connection is not made yet, and how many of its own have gone on: fewer than it has written, if
	// the network holds up a write. It returns when the party has taken them, waits for more or for the end of the
	// write, and rests; or, with Moved, when it has closed the connection.
	Slow(ctx context.Context, call, connection string, given, taken int64) (Rest, error)
	// Stalled asks the party whether it waits on a connection on which it was given so many octets, so many of its own
	// were taken, and nothing more will come. It returns as Slow does, or, with Moved, when the party has written more
	// or has closed it.
	Stalled(ctx context.Context, call, connection string, given, taken int64) (Rest, error)
	// Waits asks the party whether it waits on a connection on which it was given so many octets, and changes nothing.
	// It returns when the party does, or false when it has closed the connection.
	Waits(ctx context.Context, connection string, given int64) (waits bool, err error)
	// Answer tells the party that the answer comes now, and gives it the turn back. gone: it does not wait any more.
	Answer(ctx context.Context, connection string, now time.Time) (gone bool, err error)
}

// NotOpen is how many octets a party has been given on a connection that is not made yet.
const NotOpen int64 = -1

// Rest is what a party says when it rests: each of its activities waits for a timer of its own or for an answer that
// was called slow.
type Rest struct {
	Sequence uint64 // counts the party's reports; an older one does not set the timer
	// Timers are all that the party has, in the order in which they were set. Each is an event of its own, so that
	// what is due at one instant comes as in one process.
	Timers []Timer
	// WakeAt is for a party that names its earliest timer alone; zero: it has none, or names all.
	WakeAt   time.Time
	Finished []string // calls that have ended; naming one twice does no harm
	// the call itself has not ended: it waits for a timer, and will be among the finished of a later report
	Pending bool
	Moved   bool // of Stalled: the party does not wait
}

// Timer is a timer of a party outside the process.
type Timer struct {
	ID string
	At time.Time // true time
}

// Outside is a party outside the process that turns can be lent to. Create it with [World.Outside]. Its methods are
// safe for concurrent use.
type Outside struct {
	world   *World
	name    string
	control Control

	mu       sync.Mutex
	lendings []*lending
	sequence uint64 // of the newest report
	calls    int
	timers   map[string]timer
	failed   error
}

// timer is a timer of the party, and the event that it is here.
type timer struct {
	at    time.Time
	event *event
}

// lending is a turn that is lent for one call.
type lending struct {
	id    string
	turn  *Turn
	ended chan struct{} // closed when the party has said that the call has ended and the turn is back
	told  bool          // the party has said so, or is lost
	rests bool          // the call has been answered, and waits for ended
	lost  bool          // the party is lost, and says nothing more
}

// ErrLost is what a party's failure is: it answers no more, or not as agreed.
const ErrLost Error = "vtime: the party outside is lost"

// Outside names a party that turns can be lent to.
func (w *World) Outside(name string, control Control) *Outside {
	return &Outside{world: w, name: name, control: control, timers: map[string]timer{}}
}

// Name returns the party's name.
func (o *Outside) Name() string { return o.name }

// Err returns what has ended the party; nil while it works.
func (o *Outside) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

func (o *Outside) fail(err error) error {
	if err == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failed == nil {
		o.failed = fmt.Errorf("%w: %s: %w", ErrLost, o.name, err)
	}
	for _, l := range o.lendings {
		o.giveUp(l)
	}
	return o.failed
}

// giveUp gets the turn of a call that rests back from a party that is lost. Under o.mu.
func (o *Outside) giveUp(l *lending) {
	if o.failed != nil && l.rests && !l.told {
		l.told, l.lost = true, true
		o.world.giveBack(l)
	}
}

// Lend gives the turn of ctx to the party while call is under way: the party's requests are acted on under it. call
// gets the name under which the party is to report that it has ended. Lend returns when the call has ended and the
// turn is back.
func (o *Outside) Lend(ctx context.Context, call func(ctx context.Context, id string) (Rest, error)) error {
	turn := TurnFrom(ctx)
	if turn == nil {
		return ErrNoTurn
	}
	if err := o.Err(); err != nil {
		return err
	}
	l := o.begin(turn)
	defer o.end(l)
	rest, err := call(ctx, l.id)
	switch {
	case err != nil:
		_ = o.fail(err)
		turn.awaitVisit() // what a server has begun for the party goes on
	default:
		o.rested(rest)
		if rest.Pending && !o.wasTold(l) {
			if err := turn.Stall(func(error) {}); err != nil {
				return err
			}
		}
		if !rest.Pending && turn.acts() {
			return nil // it ended under its own turn
		}
	}
	return o.await(l)
}

// await waits until the turn of a call is back.
func (o *Outside) await(l *lending) error {
	o.mu.Lock()
	l.rests = true
	o.giveUp(l)
	o.mu.Unlock()
	select {
	case <-l.ended:
	case <-o.world.done:
		return ErrClosed
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if l.lost {
		return o.failed
	}
	return nil
}

func (o *Outside) begin(turn *Turn) *lending {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls++
	l := &lending{id: fmt.Sprintf("%s-%d", o.name, o.calls), turn: turn, ended: make(chan struct{})}
	o.lendings = append(o.lendings, l)
	return l
}

func (o *Outside) end(l *lending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lendings = slices.DeleteFunc(o.lendings, func(other *lending) bool { return other == l })
}

func (o *Outside) wasTold(l *lending) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return l.told
}

// Turn returns the lent turn that the party acts under now, and the call that it is lent for; nil while it is lent
// none.
func (o *Outside) Turn() (turn *Turn, call string) {
	o.mu.Lock()
	lendings := slices.Clone(o.lendings)
	o.mu.Unlock()
	for _, l := range slices.Backward(lendings) {
		if l.turn.Holds() {
			return l.turn, l.id
		}
	}
	return nil, ""
}

// Works reports whether the party itself holds the turn of a call: no visit acts under it, and it is not with the
// clock.
func (o *Outside) Works(call string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.lendings {
		if l.id == call {
			return o.world.heldBy(l.turn)
		}
	}
	return false
}

// Context returns a context that carries the lent turn, as a dialler wants it.
func (o *Outside) Context(parent context.Context) context.Context {
	turn, _ := o.Turn()
	return o.world.context(parent, turn)
}

// Slow tells the party that the answer of a visit on a connection takes time; when it returns, the turn can go to the
// clock. visit is nil if it is the network that takes the time. If the party does not wait for the answer, because it
// has closed the connection, it keeps the turn, and the visit goes on as an orphan.
func (o *Outside) Slow(connection string, given, taken int64, visit *Turn) {
	_, call := o.Turn()
	rest, err := o.control.Slow(context.Background(), call, connection, given, taken)
	switch {
	case o.fail(err) != nil:
	case rest.Moved && visit != nil:
		if o.lends(visit) {
			o.world.forsake(visit)
		}
	default:
		o.rested(rest)
	}
}

// Waits asks the party whether it waits on a connection.
func (o *Outside) Waits(connection string, given int64) bool {
	waits, err := o.control.Waits(context.Background(), connection, given)
	return o.fail(err) == nil && waits
}

// forsake parts a visit that is about to sleep from a caller that works on: the caller keeps the turn.
func (w *World) forsake(visit *Turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	caller := visit.caller
	if caller == nil || w.closed {
		return
	}
	visit.caller, caller.callee = nil, nil
	visit.turnless = true
	w.holder = caller
	w.changed.Broadcast()
}

// Stalled asks the party whether it waits on a connection on which nothing more will come.
func (o *Outside) Stalled(connection string, given, taken int64) (waits bool) {
	_, call := o.Turn()
	rest, err := o.control.Stalled(context.Background(), call, connection, given, taken)
	if o.fail(err) != nil || rest.Moved {
		return false
	}
	o.rested(rest)
	return true
}

// Answer tells the party that the answer on a connection comes now. visit is whose answer it is, nil: that of a server
// that speaks by itself, which has given the lent turn back. If the party does not wait any more, the visit goes on as
// an orphan, and the turn that was lent waits for the end of its call.
func (o *Outside) Answer(connection string, visit, lent *Turn) {
	gone, err := o.control.Answer(context.Background(), connection, o.world.Now())
	switch {
	case o.fail(err) != nil || !gone:
	case visit != nil:
		o.Unheard(visit)
	case lent.Holds():
		_ = lent.Stall(func(error) {}) // fails only when the World, or the turn, has ended
	}
}

// Unheard is [Outside.Answer] for a visit on a connection that the party has closed.
func (o *Outside) Unheard(visit *Turn) {
	if o.lends(visit) {
		o.world.desert(visit)
	}
}

// lends reports whether a visit acts under a turn that the party is lent.
func (o *Outside) lends(visit *Turn) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.world.mu.Lock()
	caller := visit.caller
	o.world.mu.Unlock()
	return slices.ContainsFunc(o.lendings, func(l *lending) bool { return l.turn == caller })
}

// desert parts a visit that acts from a caller that has gone on in another turn. Without it the caller's turn would be
// held by nobody when the visit ends.
func (w *World) desert(visit *Turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	caller := visit.caller
	if caller == nil || w.closed || caller.ended || caller.stall != nil || caller.asleep != nil {
		return
	}
	visit.caller, caller.callee, caller.lent = nil, nil, nil
	caller.stall = &stall{back: func(error) {}}
	// The caller's own callers wait with it.
	for callee := caller; callee.caller != nil; callee = callee.caller {
		callee.caller.lent = callee
	}
	w.parked[caller] = struct{}{}
	w.holder = visit
}

// rested takes what a report says: the calls that have ended get their turns back, and the timer is set.
func (o *Outside) rested(r Rest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range r.Finished {
		for _, l := range o.lendings {
			if l.id == id && !l.told {
				l.told = true
				o.world.giveBack(l)
			}
		}
	}
	if r.Sequence < o.sequence {
		return
	}
	o.sequence = r.Sequence
	o.setTimers(r)
}

// setTimers makes the timers of a report events. One that has not changed keeps its place in the order. Under o.mu.
func (o *Outside) setTimers(r Rest) {
	timers := r.Timers
	if len(timers) == 0 && !r.WakeAt.IsZero() {
		timers = []Timer{{At: r.WakeAt}}
	}
	for id, known := range o.timers {
		if !slices.ContainsFunc(timers, func(t Timer) bool { return t.ID == id && t.At.Equal(known.at) }) {
			o.world.cancel(known.event)
			delete(o.timers, id)
		}
	}
	for _, t := range timers {
		if _, known := o.timers[t.ID]; !known {
			wake := func(ctx context.Context) { o.woken(ctx, t.ID) }
			o.timers[t.ID] = timer{at: t.At, event: o.world.startAt(t.At, o.name+": wake", wake)}
		}
	}
}

// woken is the actor that wakes the party for a timer.
func (o *Outside) woken(ctx context.Context, timer string) {
	err := o.Lend(ctx, func(ctx context.Context, id string) (Rest, error) {
		o.mu.Lock()
		delete(o.timers, timer) // it has come
		o.mu.Unlock()
		return o.control.Wake(ctx, id, timer, o.world.Now())
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		_ = o.fail(err)
	}
}

// acts reports whether the turn is not with the clock.
func (t *Turn) acts() bool {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return t.world.acts(t)
}

// heldBy reports whether t itself runs.
func (w *World) heldBy(t *Turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held > 0 && w.holder == t
}

// awaitVisit waits until no visit acts under the turn.
func (t *Turn) awaitVisit() {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	t.world.awaitVisit(t)
}

// giveBack gives the turn of a call that has ended back to it: the first event of this instant. A call that ended
// under its own turn has it.
func (w *World) giveBack(l *lending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.acts(l.turn) {
		close(l.ended)
		return
	}
	e := w.push(0, "the end of "+l.id, func() {
		w.interrupt(l.turn, nil, true)
		close(l.ended)
	})
	e.first = true
	w.fix(e)
}

// startAt starts an actor at a time.
func (w *World) startAt(at time.Time, name string, f func(ctx context.Context)) *event {
	t := &Turn{world: w, name: name, done: make(chan struct{})}
	ctx := w.context(context.Background(), t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	return w.push(at.Sub(w.start)-w.elapsed(), name, func() { w.run(t, ctx, f) })
}

func (w *World) cancel(e *event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kill(e)
}
