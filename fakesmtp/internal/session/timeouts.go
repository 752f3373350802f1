package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/faultnet"
)

// watch ends a connection on which nothing happens, or which has been there for too long, by the World's clock. It
// costs no goroutine while it waits and holds no turn.
type watch struct {
	opened time.Time
	heard  atomic.Int64 // when octets came last, or a reply was ready, in nanoseconds since opened
	busy   atomic.Bool  // the server itself is at work or asleep, so the client is not idle
	lapsed *lapse       // belongs to the goroutine that serves the connection

	mu      sync.Mutex
	cancel  context.CancelFunc
	stopped bool
}

// lapse is when and why a connection's time was up.
type lapse struct {
	at   time.Time
	aged bool // there for too long, not idle for too long
}

// errOverdue: a line came after the time at which the connection ended.
var errOverdue = errors.New("the connection has timed out")

// touch notes that the client is alive, and whether it was too late with it.
func (c *session) touch() {
	if c.watch.opened.IsZero() {
		return
	}
	now := c.endpoint.now()
	if at, aged, limited := c.due(); limited && !c.watch.busy.Load() && now.After(at) && c.watch.lapsed == nil {
		c.watch.lapsed = &lapse{at, aged}
	}
	c.watch.heard.Store(int64(now.Sub(c.watch.opened)))
}

// due returns when the connection ends if nothing comes until then, and whether that is because of its age.
func (c *session) due() (at time.Time, aged, limited bool) {
	idle, session := c.endpoint.Settings.IdleTimeout, c.endpoint.Settings.SessionTimeout
	if idle > 0 {
		at, limited = c.watch.opened.Add(time.Duration(c.watch.heard.Load())).Add(idle), true
	}
	if session > 0 {
		if end := c.watch.opened.Add(session); !limited || end.Before(at) {
			at, aged, limited = end, true, true
		}
	}
	return at, aged, limited
}

// overdue reports whether the connection's time was up before what came just now. A client on a stepped bench meets the
// time-out here: an event for each silent connection would make the bench wait for what nobody waits for.
func (c *session) overdue() bool { return c.watch.lapsed != nil }

// startWatch begins to count. Connections of a flowing World and those from outside are ended by an event, others when
// they speak again.
func (c *session) startWatch() {
	c.watch.opened = c.endpoint.now()
	if _, _, limited := c.due(); limited && (!c.endpoint.Shell.World.Stepped() || c.peer.Party() == faultnet.Outside) {
		c.arm()
	}
}

func (c *session) arm() {
	at, _, _ := c.due()
	left := max(at.Sub(c.endpoint.now()), 0)
	if c.watch.busy.Load() {
		left = max(left, time.Second)
	}
	ctx, cancel := c.endpoint.Shell.Clock.WithTimeout(context.Background(), left)
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	if c.watch.stopped {
		cancel()
		return
	}
	c.watch.cancel = cancel
	context.AfterFunc(ctx, func() {
		cancel()
		c.ring()
	})
}

// ring ends the wait for the client, or waits on if it was heard meanwhile.
func (c *session) ring() {
	c.watch.mu.Lock()
	stopped := c.watch.stopped
	c.watch.mu.Unlock()
	at, aged, _ := c.due()
	switch {
	case stopped:
	case c.endpoint.now().Before(at), c.watch.busy.Load() && !aged:
		c.arm()
	default:
		_ = c.raw.SetReadDeadline(time.Unix(1, 0)) // long past: the read that is under way, or the next one, ends
	}
}

func (c *session) stopWatch() {
	c.watch.mu.Lock()
	defer c.watch.mu.Unlock()
	c.watch.stopped = true
	if c.watch.cancel != nil {
		c.watch.cancel()
	}
}

// expired reports whether an error of reading is the end of the client's time.
func (c *session) expired(err error) bool {
	return errors.Is(err, errOverdue) || errors.Is(err, os.ErrDeadlineExceeded)
}

// timeOut says goodbye. The reply bears the time at which the wait ended.
func (c *session) timeOut() {
	_ = c.raw.SetReadDeadline(time.Time{})
	at, aged, _ := c.due()
	if c.watch.lapsed != nil {
		at, aged = c.watch.lapsed.at, c.watch.lapsed.aged
	}
	c.pending = nil
	c.visit("time-out", nil, nil, func(context.Context) {
		if aged {
			c.say(replies.SessionTimeout, "instant", replies.InTail(at), "duration", duration(at.Sub(c.watch.opened)))
			return
		}
		c.say(replies.IdleTimeout, "instant", replies.InTail(at))
	})
	c.ended(history.TimedOut)
}

// duration is a length of time as .NET writes it: hours, minutes, seconds and seven digits.
func duration(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%07d",
		int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Nanoseconds()%1e9/100)
}
