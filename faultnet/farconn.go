package faultnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"mfpsim/vtime"
)

// FarConn is a connection that a party in another process has made through the bench's [Outlet]. It counts octets, so
// that the party can say when it has taken what it was given and waits for more. Deadlines that libraries set on the
// machine's clock become time-outs of the party's World.
type FarConn struct {
	net.Conn // to the outlet
	network  *beyond
	name     string // the party's own
	party    string
	host     string
	reader   *bufio.Reader // belongs to who reads

	setting sync.Mutex // held while a deadline is set; never taken inside an event of the World
	stop    func()     // disarms the deadline

	// All below under network.mu, which is taken inside events of the World.
	turn    *vtime.Turn
	ignore  int  // traces of outer contexts that are still to be called for a renewal
	opened  bool // CONNECT has been answered
	reading bool // somebody waits for more
	asking  bool // somebody waits for what becomes of a write
	confirm bool // the bench has said that it is worth asking what becomes of writes
	doubt   bool // the party has rested since the last write
	got     int64
	wrote   int64
	expired bool // the read deadline has passed
	closing bool
	closed  bool
}

// Waiting waits until somebody waits on the connection for more than so many octets, [vtime.NotOpen] while it is being
// made, or for what becomes of a write of which only so many octets were taken. It returns whose turn it is. waits is
// false when the connection is closed.
func (c *FarConn) Waiting(given, taken int64) (turn *vtime.Turn, waits bool) {
	b := c.network
	b.mu.Lock()
	defer b.mu.Unlock()
	for !c.closing && !b.closed {
		if c.waitsAfter(given) || c.asking && c.got == given && c.wrote > taken {
			return c.turn, true
		}
		b.changed.Wait()
	}
	return nil, false
}

// WaitingStill waits until somebody waits on the connection for more than so many octets, having written so many.
// waits is false when the connection is closed, or more is written.
func (c *FarConn) WaitingStill(given, taken int64) (turn *vtime.Turn, waits bool) {
	b := c.network
	b.mu.Lock()
	defer b.mu.Unlock()
	for !c.closing && !b.closed && c.wrote <= taken {
		if c.waitsAfter(given) {
			return c.turn, true
		}
		b.changed.Wait()
	}
	return nil, false
}

// waitsAfter reports whether somebody has read so many octets and waits for more. Under b.mu.
func (c *FarConn) waitsAfter(given int64) bool {
	if given == vtime.NotOpen {
		return c.reading && !c.opened
	}
	return c.reading && c.opened && c.got == given
}

// Turn returns whose connection it is.
func (c *FarConn) Turn() *vtime.Turn {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	return c.turn
}

// RemoteAddr shows what was dialled instead of the outlet's address.
func (c *FarConn) RemoteAddr() net.Addr { return name(c.host) }

// LocalAddr shows who dialled.
func (c *FarConn) LocalAddr() net.Addr { return name(c.party) }

func (c *FarConn) renew(turn *vtime.Turn, depth int) {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	if c.ignore > 0 {
		c.ignore--
		return
	}
	c.ignore, c.turn = depth, turn
}

// await notes that somebody begins or ends to wait for more.
func (c *FarConn) await(reading bool) {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	c.setReading(reading)
}

// setReading is await under b.mu.
func (c *FarConn) setReading(reading bool) {
	c.reading = reading
	c.network.changed.Broadcast()
}

// Read reads what the outlet gives.
func (c *FarConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b := c.network
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case c.closing:
			c.awaitClosed()
			return 0, anonymous(&net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}, c.host)
		case c.expired:
			return 0, timeoutError(c.host)
		}
		c.setReading(true)
		turn := c.turn
		b.mu.Unlock()
		var n int
		var err error
		b.away(turn, c.reader.Buffered() == 0, func() { n, err = c.reader.Read(p) })
		b.mu.Lock()
		c.setReading(false)
		c.got += int64(n)
		switch {
		case n > 0 || err == nil:
			return n, nil
		case c.closing, errors.Is(err, os.ErrDeadlineExceeded):
			if c.turn == nil && !c.closing {
				return 0, timeoutError(c.host) // by the machine's clock
			}
			if !c.closing && !c.expired {
				_ = c.Conn.SetReadDeadline(time.Time{}) // what has woken it was meant for the making of the connection
			}
			continue
		}
		if errors.Is(err, io.EOF) && c.wasReset() {
			err = resetError("read", c.host)
		}
		return 0, anonymous(err, c.host)
	}
}

// wasReset asks whether the connection ended by a reset. Under b.mu, which is given up meanwhile.
func (c *FarConn) wasReset() bool {
	c.network.mu.Unlock()
	defer c.network.mu.Lock()
	var p Passage
	return c.network.ask(fmt.Sprintf("%s?connection=%s&octets=0", WrittenPath, c.name), &p) == nil && p.Reset
}

// Write sends to the outlet.
func (c *FarConn) Write(p []byte) (int, error) {
	b := c.network
	if b.Before != nil {
		b.Before()
	}
	b.mu.Lock()
	if c.closing {
		b.mu.Unlock()
		return 0, anonymous(&net.OpError{Op: "write", Net: "tcp", Err: net.ErrClosed}, c.host)
	}
	c.wrote += int64(len(p))
	asks := c.confirm || c.doubt
	c.doubt = false
	b.changed.Broadcast()
	b.mu.Unlock()
	n, err := c.Conn.Write(p)
	if err == nil && asks {
		b.away(c.Turn(), true, func() { n, err = c.confirmed(n) })
		return n, err
	}
	return n, anonymous(err, c.host)
}

// confirmed waits until what was written has gone on on the bench, or will not.
func (c *FarConn) confirmed(n int) (int, error) {
	b := c.network
	b.mu.Lock()
	defer b.mu.Unlock()
	wrote := c.wrote
	var p *Passage
	go func() {
		told := &Passage{Taken: wrote} // an outlet that is gone shows at the next read
		_ = b.ask(fmt.Sprintf("%s?connection=%s&octets=%d", WrittenPath, c.name, wrote), told)
		b.mu.Lock()
		defer b.mu.Unlock()
		p = told
		b.changed.Broadcast()
	}()
	c.asking = true
	b.changed.Broadcast()
	for p == nil && !c.closing && !c.expired && !b.closed {
		b.changed.Wait()
	}
	c.asking = false
	switch {
	case p != nil && p.Reset:
		return max(0, n-int(wrote-p.Taken)), resetError("write", c.host)
	case p != nil, b.closed:
		return n, nil
	case c.closing:
		return 0, anonymous(&net.OpError{Op: "write", Net: "tcp", Err: net.ErrClosed}, c.host)
	}
	return 0, timeoutError(c.host)
}

// SetDeadline is [FarConn.SetReadDeadline].
func (c *FarConn) SetDeadline(at time.Time) error { return c.SetReadDeadline(at) }

// SetWriteDeadline does nothing, as that of [Conn].
func (c *FarConn) SetWriteDeadline(time.Time) error { return nil }

// SetReadDeadline makes a deadline on the machine's clock a time-out of the party's World, as [Conn.SetReadDeadline]
// does.
func (c *FarConn) SetReadDeadline(at time.Time) error {
	c.setting.Lock()
	defer c.setting.Unlock()
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	b := c.network
	b.mu.Lock()
	turn := c.turn
	raw, expired := rawDeadline(turn, at)
	c.expired = expired
	if c.closing {
		raw = past
	}
	err := c.Conn.SetReadDeadline(raw)
	b.mu.Unlock()
	if turn == nil || at.IsZero() || raw == past {
		return anonymous(err, c.host)
	}
	c.stop = b.World.Interrupt(
		turn, vtime.Remaining(at), "deadline of connection "+c.name, os.ErrDeadlineExceeded, c.expire,
	)
	return anonymous(err, c.host)
}

// expire ends what is waited for, as a time-out; waited reports whether anybody waited.
func (c *FarConn) expire() (waited bool) {
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	c.expired = true
	_ = c.Conn.SetReadDeadline(past)
	return c.reading || c.asking
}

// Close closes the connection as the bench needs it: the end of the stream is sent, and what comes until the outlet
// closes too is read. So whatever the server does about it has its place in the order of turns.
func (c *FarConn) Close() error {
	c.setting.Lock()
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.setting.Unlock()
	b := c.network
	if b.Before != nil {
		b.Before()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.closing {
		c.awaitClosed()
		return net.ErrClosed
	}
	c.closing = true
	b.changed.Broadcast()
	_ = c.Conn.SetReadDeadline(past) // wakes a read that waits
	for c.reading {
		b.changed.Wait()
	}
	_ = c.Conn.SetReadDeadline(time.Time{})
	turn := c.turn
	b.mu.Unlock()
	if half, can := c.Conn.(interface{ CloseWrite() error }); can && half.CloseWrite() == nil {
		b.away(turn, true, func() { _, _ = io.Copy(io.Discard, c.Conn) }) // ends with the outlet
	}
	_ = c.Conn.Close()
	b.mu.Lock()
	c.gone()
	return nil
}

// awaitClosed waits until a close that is under way has ended. Under b.mu.
func (c *FarConn) awaitClosed() {
	for !c.closed && !c.network.closed {
		c.network.changed.Wait()
	}
}

// gone takes the connection out of the list. Under b.mu.
func (c *FarConn) gone() {
	c.closing, c.closed = true, true
	delete(c.network.open, c.name)
	c.network.changed.Broadcast()
}

// forget ends a connection that was not made.
func (c *FarConn) forget() {
	_ = c.Conn.Close()
	c.network.mu.Lock()
	defer c.network.mu.Unlock()
	c.gone()
}

// hangUp is what the end of the context that a connection is made under does.
func (c *FarConn) hangUp(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.Conn.SetReadDeadline(past) })
}

// hasEnded reports whether the other end has closed the connection, as far as has arrived.
func (c *FarConn) hasEnded() bool {
	c.network.mu.Lock()
	closing := c.closing
	c.network.mu.Unlock()
	return closing || atEnd(c.Conn)
}
