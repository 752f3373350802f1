package vtime

import (
	"context"
	"sync"
	"time"
)

// Clock is one party's time. Its timers count true time; what it shows can be wrong ([Clock.Set], [Clock.Drift]).
type Clock struct {
	world *World
	party string

	mu    sync.Mutex
	since time.Time     // true time of the last setting
	shown time.Time     // what it showed then
	drift time.Duration // gained per day of true time
}

// Clock returns a new clock that shows true time.
func (w *World) Clock(party string) *Clock {
	return &Clock{world: w, party: party, since: w.start, shown: w.start}
}

// Party returns whose clock it is.
func (c *Clock) Party() string { return c.party }

// Now returns what the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	now := c.world.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(now)
}

func (c *Clock) at(now time.Time) time.Time {
	passed := now.Sub(c.since)
	return c.shown.Add(passed + time.Duration(float64(c.drift)*(float64(passed)/float64(24*time.Hour))))
}

// Set makes the clock show t, from [EarliestDate] to before [LatestDate]; another date is a [*RangeError]. Running
// timers do not move.
func (c *Clock) Set(t time.Time) error {
	if err := CheckDate(t); err != nil {
		return err
	}
	now := c.world.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since, c.shown = now, t.UTC().Round(0)
	return nil
}

// Drift makes the clock gain perDay for each day of true time from now on; negative: it loses. More than [MaxDrift] is
// a [*RangeError].
func (c *Clock) Drift(perDay time.Duration) error {
	if err := CheckDrift(perDay); err != nil {
		return err
	}
	now := c.world.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.since, c.drift = c.at(now), now, perDay
	return nil
}

// Sleep waits for d of true time. ctx must carry a turn. It ends early, with the cause, when ctx is ended by the
// World.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	t := TurnFrom(ctx)
	if t == nil {
		return ErrNoTurn
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	return c.world.park(ctx, t, d, false)
}

// WithTimeout returns a context that ends with [context.DeadlineExceeded] after d of true time. It has no Deadline,
// because libraries would compare it with the machine's clock. The returned function must be called when the work is
// done.
func (c *Clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	w := c.world
	t := TurnFrom(ctx)
	inner, end := context.WithCancelCause(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	var due *event
	if !w.closed {
		due = w.push(d, "time-out of "+t.label(), func() {
			end(context.DeadlineExceeded)
			w.interrupt(t, context.DeadlineExceeded, false)
		})
	}
	return &scope{Context: inner, cause: context.DeadlineExceeded}, func() {
		w.mu.Lock()
		w.kill(due)
		w.mu.Unlock()
		end(context.Canceled)
	}
}

func (t *Turn) label() string {
	if t == nil {
		return "somebody without a turn"
	}
	return t.name
}

// Remaining returns the machine time until a deadline that a library has set on the machine's clock, rounded to whole
// seconds, which takes the scheduler's noise out of it.
func Remaining(deadline time.Time) time.Duration {
	return time.Until(deadline).Round(time.Second)
}

// Deadline is so far ahead on the machine's clock, for connections that know no other: on a bench it becomes a
// time-out of the World.
func Deadline(d time.Duration) time.Time { return time.Now().Add(d) }
