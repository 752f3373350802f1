package faultnet

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"mfpsim/vtime"
)

// Conn is the dialling side of a connection.
type Conn struct {
	net.Conn // raw
	link     *link
	strip    *stripper

	setting sync.Mutex // held while a deadline is set; never taken inside an event of the World
	stop    func()     // disarms the deadline
	ignore  int        // traces of outer contexts that are still to be called for a renewal
}

// Connection returns the number of the connection, for example "printer#3".
func (c *Conn) Connection() string { return c.link.name }

// RemoteAddr shows what was dialled instead of the loopback address.
func (c *Conn) RemoteAddr() net.Addr { return name(c.link.host) }

// LocalAddr shows who dialled instead of the loopback address.
func (c *Conn) LocalAddr() net.Addr { return name(c.link.from) }

func (c *Conn) renew(turn *vtime.Turn, depth int) {
	l := c.link
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.ignore > 0 {
		c.ignore--
		return
	}
	c.ignore = depth
	l.turn = turn
}

// Read reads what the server has sent, as the network lets it through.
func (c *Conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.strip != nil {
		return c.strip.Read(p)
	}
	return c.read(p)
}

func (c *Conn) read(p []byte) (int, error) {
	l := c.link
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spent = false
	for {
		for l.hold && !l.clientGone {
			l.changed.Wait()
		}
		room := len(p)
		switch {
		case l.clientGone:
			l.awaitClosed()
			return 0, anonymous(&net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}, l.host)
		case l.expired:
			return 0, timeoutError(l.host)
		case l.silent && (l.turn != nil || l.deaf):
			l.listen()
			continue
		case l.fired && l.limit >= 0:
			if l.got >= l.limit {
				l.awaitTurn() // of a silence that was broken by hand
				return 0, resetError("read", l.host)
			}
			room = min(room, int(l.limit-l.got))
			_ = l.client.SetReadDeadline(time.Time{}) // what the server wrote before is there already
		}
		n, err := c.readRaw(p[:room])
		for l.hold && !l.clientGone {
			l.changed.Wait()
		}
		if l.later != nil && l.later.Kind == Silent && n > 0 {
			c.fallSilent()
		}
		if l.silent && !errors.Is(err, os.ErrDeadlineExceeded) {
			l.swallowed = l.swallowed || n > 0
			l.deaf = l.deaf || err != nil
			continue
		}
		l.got += int64(n)
		c.awaitWriter()
		l.awaitTurn()
		switch {
		case l.clientGone && n == 0:
			continue
		case n > 0 || err == nil:
			return n, nil
		case errors.Is(err, os.ErrDeadlineExceeded) && !l.expired && l.fired:
			continue // woken by the reset
		case l.fired && errors.Is(err, io.EOF):
			return 0, resetError("read", l.host)
		default:
			return 0, anonymous(err, l.host)
		}
	}
}

// roomy is how many bytes a loopback socket takes without anybody reading, with a large margin.
const roomy = 64 << 10

// awaitWriter lets a write that is under way return before the reply to it is seen: otherwise net/http, whose writing
// goroutine may be kept waiting by a busy machine, gives up on the connection after 50 ms and dials another. The caller
// holds the lock.
func (c *Conn) awaitWriter() {
	l := c.link
	for l.writing && l.sent-l.consumed <= roomy && !l.clientGone && !l.expired {
		l.changed.Wait()
	}
}

// readRaw reads without the lock, which the caller holds.
func (c *Conn) readRaw(p []byte) (int, error) {
	l := c.link
	l.setReading(true)
	l.mu.Unlock()
	n, err := c.Conn.Read(p)
	l.mu.Lock()
	l.setReading(false)
	return n, err
}

// fallSilent carries out a fault of silence that was armed while the connection was open. The caller holds the lock.
func (c *Conn) fallSilent() {
	l := c.link
	a := l.later
	l.later = nil
	l.mu.Unlock()
	struck := l.network.strike(a)
	if struck {
		l.network.meet(a)
		l.network.fault(l.from, l.name, "%s: nothing comes any more", l.host)
	}
	l.mu.Lock()
	l.silent = l.silent || struck
}

// broken reports whether a fault that was armed while the connection was open breaks it now. The caller holds the lock.
func (c *Conn) broken() bool {
	l := c.link
	if l.later == nil {
		return false
	}
	if l.later.Kind == Silent {
		c.fallSilent()
		return false
	}
	a := l.later
	l.mu.Unlock()
	struck := l.network.strike(a)
	l.mu.Lock()
	if !struck {
		l.later = nil
	}
	return struck
}

// Write sends to the server. On a connection that is going to be reset it returns when the server has taken the bytes,
// so that the reset shows at the same byte every time.
func (c *Conn) Write(p []byte) (int, error) {
	l := c.link
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.hold && !l.clientGone {
		l.changed.Wait()
	}
	switch {
	case l.fired: // net/http's reader may have closed the connection meanwhile: the cause is the reset
		return 0, resetError("write", l.host)
	case l.clientGone:
		return 0, anonymous(&net.OpError{Op: "write", Net: "tcp", Err: net.ErrClosed}, l.host)
	case c.broken():
		return 0, resetError("write", l.host)
	case l.silent:
		l.swallowed = true
		if l.door != nil { // it is asked by what it has sent
			l.sent += int64(len(p))
			l.consumed = l.sent
		}
		l.settle() // if somebody reads already, the writer has nothing left to do but wait
		return len(p), nil
	}
	if a := l.reached(false, p); a != nil {
		if n, err, done := c.strikeDialler(a, p); done {
			return n, err
		}
	}
	before := l.sent
	n, err := c.writeRaw(p)
	if err != nil {
		if l.fired {
			return n, resetError("write", l.host)
		}
		return n, anonymous(err, l.host)
	}
	if l.listener == nil || l.fault == nil || l.fault.Kind != Reset || l.fault.atPoint() {
		return n, nil
	}
	for !(l.asking && l.consumed == l.sent) && l.wanted == 0 && (l.door == nil || l.begun == 0) && !l.fired &&
		!l.clientGone && !l.serverGone && !l.deafServer && !l.expired {
		l.changed.Wait()
	}
	for l.hold {
		l.changed.Wait()
	}
	if l.fired && l.inbound {
		return min(max(int(l.consumed-before), 0), n), resetError("write", l.host)
	}
	return n, nil
}

// writeRaw writes without the lock, which the caller holds. What is under way counts as sent.
func (c *Conn) writeRaw(p []byte) (int, error) {
	l := c.link
	l.writing = true
	l.spent = l.spent && l.reading // what came back was the turn of another wait
	l.sent += int64(len(p))
	l.changed.Broadcast()
	l.settle()
	l.mu.Unlock()
	n, err := c.Conn.Write(p)
	l.mu.Lock()
	l.writing = false
	l.sent -= int64(len(p) - n)
	l.changed.Broadcast()
	if !l.reading {
		l.awaitTurn() // of a jam
	}
	l.settle()
	return n, err
}

// SetDeadline is [Conn.SetReadDeadline], which ends a write that the server does not take, too.
func (c *Conn) SetDeadline(at time.Time) error { return c.SetReadDeadline(at) }

// SetWriteDeadline does nothing: only a write that the server does not take is worth ending, and libraries that write
// much set both.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// rawDeadline is what a deadline is on the machine's clock, for a connection that somebody uses in a turn. expired: it
// has passed already.
func rawDeadline(turn *vtime.Turn, at time.Time) (raw time.Time, expired bool) {
	switch {
	case turn == nil:
		return at, false // nobody's turn to give back: the machine's clock it is
	case !at.IsZero() && vtime.Remaining(at) <= 0:
		return past, true
	}
	return time.Time{}, false
}

// SetReadDeadline makes a deadline on the machine's clock a time-out of the World, so many whole seconds ahead as are
// left. It can only fire while the turn is lent. If somebody waits on this connection by then, it takes the turn back
// and wakes him with [os.ErrDeadlineExceeded]; whoever waits elsewhere goes on waiting. Setting another one, the zero
// time and closing disarm it.
func (c *Conn) SetReadDeadline(at time.Time) error {
	c.setting.Lock()
	defer c.setting.Unlock()
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	l := c.link
	l.mu.Lock()
	turn := l.turn
	raw, expired := rawDeadline(turn, at)
	l.expired = expired
	if l.fired {
		raw = past
	}
	err := c.Conn.SetReadDeadline(raw)
	_ = c.Conn.SetWriteDeadline(time.Time{})
	l.changed.Broadcast()
	l.mu.Unlock()
	if turn == nil || at.IsZero() || raw == past {
		return anonymous(err, l.host)
	}
	c.stop = l.network.world.Interrupt(
		turn,
		vtime.Remaining(at),
		"deadline of "+l.name,
		os.ErrDeadlineExceeded,
		func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.expire()
		},
	)
	return anonymous(err, l.host)
}
