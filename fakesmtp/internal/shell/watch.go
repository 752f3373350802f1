package shell

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/faultnet"
)

// Patience is how long a server waits for its client. Zero or less: for ever.
type Patience struct {
	Idle time.Duration // for octets, after the last ones or the last reply
	Age  time.Duration // since the connection was opened
}

// Or fills in what a configuration leaves at zero.
func (p Patience) Or(standard Patience) Patience {
	Fill(&p.Idle, standard.Idle)
	Fill(&p.Age, standard.Age)
	return p
}

// Submission is a mail server's patience: five minutes for the next command (RFC 5321 §4.5.3.2.7). That a connection
// ends after an hour, so that one octet a minute does not hold it for ever, is ours.
var Submission = Patience{Idle: 5 * time.Minute, Age: time.Hour}

// Watch ends a connection on which nothing happens, or which has been there for too long, by the World's clock. It
// costs no goroutine while it waits and holds no turn. Touch and Busy may be called by anybody, the other methods by
// who serves the connection.
type Watch struct {
	shell    *Shell
	raw      net.Conn
	patience Patience
	opened   time.Time
	heard    atomic.Int64 // when octets came last, or a reply was ready, in nanoseconds since opened
	busy     atomic.Bool  // the server itself is at work or asleep, so the client is not idle
	lapsed   *Lapse
	rings    bool // an event ends the connection

	mu      sync.Mutex
	cancel  context.CancelFunc
	stopped bool
}

// Lapse is when and why a client's time was up.
type Lapse struct {
	At   time.Time
	Aged bool // there for too long, not idle for too long
}

// ErrOverdue: a line came after the time at which the connection ended.
var ErrOverdue = errors.New("the connection has timed out")

// Watch begins to count. Connections of a flowing World and those from outside are ended by an event, others when they
// speak again: on a stepped bench an event for each silent connection would make the bench wait for what nobody waits
// for.
func (s *Shell) Watch(peer *faultnet.Peer, raw net.Conn, patience Patience) *Watch {
	w := &Watch{shell: s, raw: raw, patience: patience, opened: s.Clock.Now()}
	_, limited := w.due()
	w.rings = limited && (!s.World.Stepped() || peer.Party() == faultnet.Outside)
	w.arm()
	return w
}

// Opened is when the connection was.
func (w *Watch) Opened() time.Time { return w.opened }

// Busy says that the server itself is at work, or that it waits for the client again.
func (w *Watch) Busy(busy bool) {
	if !busy {
		w.Touch()
	}
	w.busy.Store(busy)
}

// Touch notes that the client is alive, and whether it was too late with it.
func (w *Watch) Touch() {
	now := w.shell.Clock.Now()
	if due, limited := w.due(); limited && !w.busy.Load() && now.After(due.At) && w.lapsed == nil {
		lapsed := due // of its own, so that a client in time costs no allocation
		w.lapsed = &lapsed
	}
	w.heard.Store(int64(now.Sub(w.opened)))
}

// due returns when the connection ends if nothing comes until then, and why.
func (w *Watch) due() (due Lapse, limited bool) {
	if idle := w.patience.Idle; idle > 0 {
		due, limited = Lapse{At: w.opened.Add(time.Duration(w.heard.Load())).Add(idle)}, true
	}
	if age := w.patience.Age; age > 0 {
		if end := w.opened.Add(age); !limited || end.Before(due.At) {
			due, limited = Lapse{end, true}, true
		}
	}
	return due, limited
}

// Overdue reports whether the connection's time was up before what came just now.
func (w *Watch) Overdue() bool { return w.lapsed != nil }

// Expired reports whether an error of reading is the end of the client's time.
func (w *Watch) Expired(err error) bool {
	return errors.Is(err, ErrOverdue) || errors.Is(err, os.ErrDeadlineExceeded)
}

// farewell is how long a client has to take the last words.
const farewell = time.Minute

// End returns when and why the client's time was up, and lets the connection be used again for the last words.
func (w *Watch) End() Lapse {
	_ = w.raw.SetDeadline(time.Time{})
	if w.lapsed != nil {
		return *w.lapsed
	}
	due, _ := w.due()
	return due
}

// Leave is called when the last words are ready to be sent: from now on the client has so long to take them.
func (w *Watch) Leave() { w.after(farewell, w.cut) }

// Stop ends the watch.
func (w *Watch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.cancel != nil {
		w.cancel()
	}
}

// arm waits until the client's time is up.
func (w *Watch) arm() {
	due, _ := w.due()
	left := max(due.At.Sub(w.shell.Clock.Now()), 0)
	if w.busy.Load() {
		left = max(left, time.Second)
	}
	w.after(left, w.ring)
}

// after lets something happen, unless the watch is stopped before.
func (w *Watch) after(d time.Duration, happens func()) {
	if !w.rings {
		return
	}
	ctx, cancel := w.shell.Clock.WithTimeout(context.Background(), d)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		cancel()
		return
	}
	w.cancel = cancel
	context.AfterFunc(ctx, func() {
		cancel()
		happens()
	})
}

// cut ends the read or the write that is under way, or the next one: a client that takes no reply is not waited for
// either.
func (w *Watch) cut() { _ = w.raw.SetDeadline(time.Unix(1, 0)) } // long past

// ring ends the wait for the client, or waits on if it was heard meanwhile.
func (w *Watch) ring() {
	w.mu.Lock()
	stopped := w.stopped
	w.mu.Unlock()
	due, _ := w.due()
	switch {
	case stopped:
	case w.shell.Clock.Now().Before(due.At), w.busy.Load() && !due.Aged:
		w.arm()
	default:
		w.cut()
	}
}
