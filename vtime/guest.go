package vtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Guest is the other side of an [Outside]: a party in a process of its own whose World moves only as the bench says.
// The party works while it is lent a turn by [Guest.Act] or [Guest.Wake], and both return when it rests. Create it
// with [NewGuest]. Its methods are safe for concurrent use.
//
// An activity is at rest when it sleeps, or when it waits for an answer that was called slow ([Guest.Slow]). A call
// under which an activity waits stays open. If the activity goes on in another call (a time-out, in a Wake), the call
// that it left is reported as finished by that other one, and its own answer says nothing ([Elsewhere]).
type Guest struct {
	world *World

	// All below under world.mu.
	sequence uint64
	current  *stay    // the call under which the party works
	finished []string // calls that ended in others, and are to be told
	failed   error
}

// stay is a call under which activities of the party work.
type stay struct {
	id      string
	actor   *Turn // of an act; nil: a wake
	waiting int   // activities that wait for a slow answer
	left    bool  // one of them has gone on in another call
	pending bool  // of an act: it was answered before it had ended
}

// Elsewhere is the answer to a call whose end another call tells.
var Elsewhere = Rest{}

// Errors of a Guest: the bench and the party do not agree on who works.
const (
	ErrNotAtRest Error = "vtime: a call came while the party works"
	ErrNotAtWork Error = "vtime: an answer was called slow for an activity that does not work"
	ErrBackwards Error = "vtime: the bench's time went backwards"
)

// NewGuest returns the party's side of a World, which must be a stepped one that nobody else drives.
func NewGuest(w *World) *Guest { return &Guest{world: w} }

// Act begins an activity at once: it runs first and alone, whatever else is due. It returns when the activity has
// ended, or, pending, when it sleeps: a later answer has its id among the finished.
func (g *Guest) Act(id string, now time.Time, name string, f func(ctx context.Context)) (Rest, error) {
	w := g.world
	c := &stay{id: id}
	t := &Turn{world: w, name: name, done: make(chan struct{})}
	ctx := w.context(context.Background(), t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := g.enter(c, now); err != nil {
		return Rest{}, err
	}
	c.actor = t
	w.count()
	w.run(t, ctx, func(ctx context.Context) {
		defer g.over(c)
		f(ctx)
	})
	for {
		switch {
		case g.broken() != nil:
			return Rest{}, g.broken()
		case c.left && t.ended:
			return Elsewhere, nil
		case c.left || w.held > 0 || c.waiting > 0:
		default:
			c.pending = !t.ended
			return g.report(c.pending), nil
		}
		w.changed.Wait()
	}
}

// over notes that the activity of an act has ended; who has not been answered is told by another call.
func (g *Guest) over(c *stay) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	if c.left || c.pending {
		g.finished = append(g.finished, c.id)
	}
}

// Wake fires the event of a timer, if it is due.
func (g *Guest) Wake(id, timer string, now time.Time) (Rest, error) {
	w := g.world
	c := &stay{id: id}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := g.enter(c, now); err != nil {
		return Rest{}, err
	}
	if err := w.fireDue(timer); err != nil {
		g.failed = err
		return Rest{}, err
	}
	for {
		switch {
		case g.broken() != nil:
			return Rest{}, g.broken()
		case c.left && c.waiting == 0:
			return Elsewhere, nil
		case w.held > 0 || c.waiting > 0:
		default:
			return g.report(false), nil
		}
		w.changed.Wait()
	}
}

// Slow lends the turn of an activity that waits for a slow answer to the clock, and reports.
func (g *Guest) Slow(t *Turn) (Rest, error) {
	w := g.world
	w.mu.Lock()
	defer w.mu.Unlock()
	under := g.current
	switch {
	case g.broken() != nil:
		return Rest{}, g.broken()
	case t == nil || w.holder != t || under == nil:
		return Rest{}, ErrNotAtWork
	}
	under.waiting++
	if err := w.stallTurn(t, func(ended error) { g.back(under, ended) }); err != nil {
		under.waiting--
		return Rest{}, err
	}
	t.stall.under = under
	return g.report(false), nil
}

// back is told that an activity which waited goes on. Under w.mu.
func (g *Guest) back(under *stay, ended error) {
	under.waiting--
	if ended == nil && g.current != under {
		under.left = true
		if under.actor == nil {
			g.finished = append(g.finished, under.id)
		}
	}
	g.world.changed.Broadcast()
}

// Answer gives an activity its turn back whose answer comes now. gone: it does not wait for one any more.
func (g *Guest) Answer(t *Turn, now time.Time) (gone bool, err error) {
	w := g.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if g.broken() != nil {
		return false, g.broken()
	}
	if t == nil || t.stall == nil || t.stall.under == nil || w.held > 0 {
		return true, nil
	}
	if err := g.follow(now); err != nil {
		return false, err
	}
	g.current = t.stall.under
	w.count()
	w.resume(t)
	return false, nil
}

// Look brings the party's time up to the bench's if it rests, for who looks at it without a turn.
func (g *Guest) Look(now time.Time) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	if g.world.held == 0 {
		_ = g.follow(now) // who works is told the time by who lent him the turn
	}
}

// enter begins a call. Under w.mu.
func (g *Guest) enter(c *stay, now time.Time) error {
	switch {
	case g.broken() != nil:
		return g.broken()
	case g.world.held > 0:
		return ErrNotAtRest
	}
	if err := g.follow(now); err != nil {
		return err
	}
	g.current = c
	return nil
}

// broken is why the party works no more. Under w.mu.
func (g *Guest) broken() error {
	w := g.world
	switch {
	case w.closed:
		return ErrClosed
	case g.failed != nil:
		return g.failed
	case len(w.panics) > 0:
		return w.panics[0]
	}
	return w.failed
}

// follow moves the World to the bench's time and fires nothing. Under w.mu.
func (g *Guest) follow(now time.Time) error {
	w := g.world
	at := now.Sub(w.start)
	if at < w.now {
		return fmt.Errorf("%w: to %s", ErrBackwards, now.UTC().Format(time.RFC3339Nano))
	}
	w.now = at
	return nil
}

// report is what the party says at rest. Under w.mu.
func (g *Guest) report(pending bool) Rest {
	g.sequence++
	r := Rest{Sequence: g.sequence, Finished: slices.Clone(g.finished), Pending: pending}
	g.finished = nil
	set := slices.SortedFunc(slices.Values(g.world.queue), func(a, b *event) int {
		return cmp.Compare(a.sequence, b.sequence)
	})
	for _, e := range set {
		r.Timers = append(r.Timers, Timer{ID: e.id(), At: g.world.start.Add(e.at)})
	}
	return r
}

// id names an event of a guest to the bench.
func (e *event) id() string { return strconv.FormatUint(e.sequence, 10) }

// fireDue fires an event that is due by now, if it is there, and does not wait for the turn that it gives. Under w.mu.
func (w *World) fireDue(id string) error {
	i := slices.IndexFunc(w.queue, func(e *event) bool { return e.id() == id && e.at <= w.now })
	if i < 0 {
		return nil
	}
	e := w.queue[i]
	w.kill(e)
	if err := w.countInstant(e); err != nil {
		w.failed = errors.Join(w.failed, err)
		return err
	}
	if w.observer != nil {
		w.observer(Step{At: w.start.Add(w.now), Name: e.name})
	}
	w.count()
	e.fire()
	return nil
}
