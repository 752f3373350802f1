package vtime

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// DefaultStart is where a stepped World begins if nobody says otherwise.
var DefaultStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// DefaultDrive is how much time [World.Do] lets pass at most while a stimulus waits, if its caller gives no limit.
const DefaultDrive = time.Hour

// eventsPerInstant bounds what may happen without time passing; more is a loop.
const eventsPerInstant = 10_000

// World is the true time of one bench and the queue of what is due. Create it with [NewStepped] or [NewFlowing].
// All methods are safe for concurrent use. Those that move time must not be called by somebody who holds a turn.
type World struct {
	start   time.Time
	flowing bool

	driving sync.Mutex // held by whoever moves time: one at a time

	mu       sync.Mutex
	changed  *sync.Cond // held, closed or a turn's end changed
	now      time.Duration
	anchor   time.Time // flowing: the machine's time at which now was now
	frozen   bool      // flowing: somebody advances, the machine's clock does not count
	paused   bool      // flowing: until somebody lets it flow, as if stepped
	held     int       // 0 or 1: how many turns run
	holder   *Turn     // who runs, for the watchdog
	taken    time.Time // flowing: the machine's time at which the turn was taken
	sequence uint64
	queue    eventQueue
	busy     int // exchanges under way: visits asleep, peers silent
	parked   map[*Turn]struct{}
	queued   map[*Turn]chan struct{} // visits that wait for a turn of their own
	instant  instant
	failed   error
	closed   bool
	decorate []func(context.Context) context.Context
	observer func(Step)
	excused  int               // turns that wait for a process which somebody else watches
	waits    []func() []string // the networks' own, for the watchdog
	panics   []*PanicError
	onPanic  func(*PanicError)
	patience time.Duration // machine time after which the watchdog speaks
	poke     chan struct{} // wakes the pump of a flowing World
	done     chan struct{} // closed when the World ends
	pumped   chan struct{} // closed when the pump has ended
}

type instant struct {
	at    time.Duration
	count int
	names []string
}

// Step is one event that moved the World, as told to [World.Observe].
type Step struct {
	At   time.Time // true time
	Name string    // what was due
}

// NewStepped returns a World that stands at start ([DefaultStart] if zero) and moves only when told.
func NewStepped(start time.Time) *World {
	if start.IsZero() {
		start = DefaultStart
	}
	return newWorld(start)
}

func newWorld(start time.Time) *World {
	w := &World{
		start: start.UTC().Round(0), parked: map[*Turn]struct{}{}, queued: map[*Turn]chan struct{}{},
		done: make(chan struct{}), patience: time.Minute,
	}
	w.changed = sync.NewCond(&w.mu)
	return w
}

// Stepped reports whether only Advance moves this World.
func (w *World) Stepped() bool { return !w.flowing }

// Start returns the true time at which the World began.
func (w *World) Start() time.Time { return w.start }

// Now returns true time, in UTC.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.start.Add(w.elapsed())
}

// Elapsed returns how much time has passed since the start.
func (w *World) Elapsed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.elapsed()
}

// elapsed is now, under w.mu.
func (w *World) elapsed() time.Duration {
	if w.flowing && !w.frozen && !w.closed {
		return w.now + time.Since(w.anchor)
	}
	return w.now
}

// Observe registers a hook that is told every event as it is fired. It must not call back into the World.
func (w *World) Observe(f func(Step)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.observer = f
}

// Explain registers who tells the connections on which the holder of the turn waits, when it has been held for too
// long.
func (w *World) Explain(f func() []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = append(w.waits, f)
}

// stuck tells who has held the turn for too long. Under w.mu, which is given up for a moment.
func (w *World) stuck() *StuckError {
	e := &StuckError{Holder: w.holder.path(), Patience: w.patience}
	waits := w.waits
	w.mu.Unlock()
	defer w.mu.Lock()
	for _, f := range waits {
		e.Waits = append(e.Waits, f()...)
	}
	return e
}

// Decorate registers a function that every context made by Go, Do and Visit passes through; the network hangs its
// traces there.
func (w *World) Decorate(f func(context.Context) context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.decorate = append(w.decorate, f)
}

// context makes a context that carries t.
func (w *World) context(parent context.Context, t *Turn) context.Context {
	w.mu.Lock()
	decorate := w.decorate
	w.mu.Unlock()
	ctx := context.WithValue(parent, turnKey{}, t)
	for _, f := range decorate {
		ctx = f(ctx)
	}
	return ctx
}

// Close ends the World: sleepers wake with [ErrClosed], nothing fires any more. It may be called twice.
func (w *World) Close() {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return
	}
	w.now = w.elapsed()
	w.closed = true
	close(w.done)
	for t := range w.parked {
		if t.stall != nil {
			w.held++ // nobody counted one: the World ends
			w.unlend(t)
			w.endStall(t, ErrClosed)
			continue
		}
		w.wake(t, ErrClosed)
	}
	for t, given := range w.queued {
		w.take(t)
		close(given)
	}
	clear(w.queued)
	w.queue = nil
	w.changed.Broadcast()
	pumped := w.pumped
	w.mu.Unlock()
	w.nudge()
	if pumped != nil {
		<-pumped
	}
}

// event is something that is due. fire runs under w.mu, with the turn that it gives already counted.
type event struct {
	at       time.Duration
	sequence uint64
	name     string
	fire     func()
	first    bool // before all others of its instant
	dead     bool
	index    int
}

type eventQueue []*event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	if q[i].first != q[j].first {
		return q[i].first
	}
	return q[i].sequence < q[j].sequence
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i]; q[i].index, q[j].index = i, j }
func (q *eventQueue) Push(x any)   { e := x.(*event); e.index = len(*q); *q = append(*q, e) }
func (q *eventQueue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.index = -1
	return e
}

// push queues fire at now+d. Under w.mu.
func (w *World) push(d time.Duration, name string, fire func()) *event {
	w.sequence++
	e := &event{at: w.due(d), sequence: w.sequence, name: name, fire: fire}
	heap.Push(&w.queue, e)
	if w.flowing {
		w.nudge()
	}
	return e
}

// fix puts an event in its place after it was changed. Under w.mu.
func (w *World) fix(e *event) { heap.Fix(&w.queue, e.index) }

// kill takes an event out of the queue. Under w.mu.
func (w *World) kill(e *event) {
	if e == nil || e.dead {
		return
	}
	e.dead = true
	if e.index >= 0 && e.index < len(w.queue) && w.queue[e.index] == e {
		heap.Remove(&w.queue, e.index)
	}
}

// count counts a turn that somebody gets. Under w.mu.
func (w *World) count() {
	w.held++
	if w.flowing {
		w.taken = time.Now()
	}
}

// take counts a turn for t. Under w.mu.
func (w *World) take(t *Turn) { w.count(); w.holder = t }

// drop gives the turn back. Under w.mu.
func (w *World) drop() {
	if w.held == 0 {
		w.gaveTwice()
		return
	}
	w.held--
	w.holder = nil
	w.changed.Broadcast()
}

// gaveTwice: a fault of this bench. A stepped World says so at its next step; a live one goes on. Under w.mu.
func (w *World) gaveTwice() {
	switch {
	case w.closed:
	case w.flowing:
		fmt.Fprintln(os.Stderr, ErrGivenTwice)
	default:
		w.failed = errors.Join(w.failed, ErrGivenTwice)
	}
}

// waitIdle waits until nobody runs. Under w.mu.
func (w *World) waitIdle() error {
	if w.held == 0 || w.closed {
		return w.failed
	}
	late := false
	watchdog := time.AfterFunc(w.patience, func() {
		w.mu.Lock()
		late = true
		w.changed.Broadcast()
		w.mu.Unlock()
	})
	defer watchdog.Stop()
	for w.held > 0 && !w.closed && !late {
		w.changed.Wait()
	}
	if w.held > 0 && late && !w.closed && w.excused > 0 {
		return w.waitIdle()
	}
	if w.held > 0 && late && !w.closed {
		stuck := w.stuck()
		fmt.Fprintln(os.Stderr, stuck)
		if w.flowing {
			return w.waitIdle() // a live bench is not ended for it
		}
		w.failed = stuck
	}
	return w.failed
}

// fireNext fires the first event that is due until end and waits for the turn that it gave. Under w.mu and w.driving.
func (w *World) fireNext(end time.Duration) (fired bool, err error) {
	if err := w.waitIdle(); err != nil {
		return false, err
	}
	if w.closed {
		return false, ErrClosed
	}
	if len(w.queue) == 0 || w.queue[0].at > end {
		return false, nil
	}
	e := heap.Pop(&w.queue).(*event)
	e.dead = true
	if e.at > w.now {
		if w.flowing && !w.frozen {
			w.anchor = w.anchor.Add(e.at - w.now)
		}
		w.now = e.at
	}
	if err := w.countInstant(e); err != nil {
		w.failed = err
		return false, err
	}
	if w.observer != nil {
		w.observer(Step{At: w.start.Add(w.now), Name: e.name})
	}
	w.count()
	e.fire()
	return true, w.waitIdle()
}

func (w *World) countInstant(e *event) error {
	if w.instant.at != e.at {
		w.instant = instant{at: e.at, names: w.instant.names[:0]}
	}
	w.instant.count++
	if w.instant.count > eventsPerInstant-10 {
		w.instant.names = append(w.instant.names, e.name)
	}
	if w.instant.count > eventsPerInstant {
		return fmt.Errorf(
			"%w at %s: the last were %q", ErrEndlessInstant, w.start.Add(e.at).Format(time.RFC3339), w.instant.names,
		)
	}
	return nil
}

// freeze takes the World out of the machine's time while somebody drives it. Under w.mu.
func (w *World) freeze() (thaw func()) {
	if !w.flowing || w.paused {
		return func() {}
	}
	w.now = w.elapsed()
	w.frozen = true
	return func() {
		w.anchor = time.Now()
		w.frozen = false
		w.nudge() // what is due next is nearer now than the pump believes
	}
}

// Advance moves true time by d and returns how many events it fired. It waits first until nobody runs. A step past the
// World's end ([Lifetime]) is a [*RangeError], and time stands.
func (w *World) Advance(d time.Duration) (events int, err error) {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.waitIdle(); err != nil {
		return 0, err
	}
	defer w.freeze()()
	if err := w.reach(d); err != nil {
		return 0, err
	}
	end := w.now + max(d, 0)
	for {
		fired, err := w.fireNext(end)
		if err != nil {
			return events, err
		}
		if !fired {
			break
		}
		events++
	}
	w.now = max(w.now, end)
	return events, nil
}

// AdvanceToNext moves to the next instant at which something is due, if it is at most limit away, and fires all of
// that instant. It returns false without moving time when nothing is due by then.
func (w *World) AdvanceToNext(limit time.Duration) (fired bool, err error) {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.waitIdle(); err != nil {
		return false, err
	}
	defer w.freeze()()
	if len(w.queue) == 0 || w.queue[0].at > w.until(limit) {
		return false, nil
	}
	instant := w.queue[0].at
	for {
		one, err := w.fireNext(instant)
		if err != nil || !one {
			return fired, err
		}
		fired = true
	}
}

// AdvanceUntil fires event after event until done reports true, and returns whether it did. It stops at limit, and at
// once when nothing is due. done runs between turns and must not drive the World.
func (w *World) AdvanceUntil(limit time.Duration, done func() bool) (bool, error) {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.waitIdle(); err != nil {
		return false, err
	}
	defer w.freeze()()
	end := w.until(limit)
	for {
		if w.ask(done) {
			return true, nil
		}
		fired, err := w.fireNext(end)
		if err != nil {
			return false, err
		}
		if !fired {
			if len(w.queue) > 0 {
				w.now = end
			}
			return w.ask(done), nil
		}
	}
}

// ask calls done without the lock. Under w.mu.
func (w *World) ask(done func() bool) bool {
	w.mu.Unlock()
	defer w.mu.Lock()
	return done()
}

// Settle lets the exchanges that are under way finish: servers that sleep before they reply, peers that are silent
// until a time-out. Actors that merely sleep are left asleep. It returns [ErrStillBusy] when limit has passed before.
func (w *World) Settle(limit time.Duration) error {
	w.mu.Lock()
	end := w.until(limit)
	w.mu.Unlock()
	if _, err := w.Advance(0); err != nil {
		return err
	}
	for {
		w.mu.Lock()
		busy, left := w.busy, end-w.elapsed()
		w.mu.Unlock()
		if busy == 0 {
			return nil
		}
		fired, err := w.AdvanceToNext(left)
		if err != nil {
			return err
		}
		if !fired {
			return ErrStillBusy
		}
	}
}

// Pending returns the names and times of what is due, soonest first: for diagnosis.
func (w *World) Pending() []Step {
	w.mu.Lock()
	defer w.mu.Unlock()
	sorted := append(eventQueue(nil), w.queue...)
	copyQueue := make(eventQueue, len(sorted))
	for i, e := range sorted {
		clone := *e
		clone.index = i
		copyQueue[i] = &clone
	}
	heap.Init(&copyQueue)
	var steps []Step
	for len(copyQueue) > 0 {
		e := heap.Pop(&copyQueue).(*event)
		steps = append(steps, Step{At: w.start.Add(e.at), Name: e.name})
	}
	return steps
}
