package faultnet

import (
	"fmt"
	"net"
	"time"

	"mfpsim/chance"
)

// A fault can wait for a point of a connection: the nth time that the server writes ([Fault.Write]) or reads
// ([Fault.Read]), which is the nth time that the dialling side writes. Writes are counted below TLS, each call once, so
// that they are the same in every run; the octets of a handshake are points too.

// httpWords and smtpWords are what [WrongProtocol] says: each to those who expect anything else.
const (
	httpWords = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	smtpWords = "220 mail.example ESMTP\r\n"
)

// Point is one write on a connection.
type Point struct {
	Connection string // "printer#3"
	From, To   string // who dialled whom
	Server     bool   // the server writes
	Nth        int    // of its writes on this connection, from 1
	Octets     []byte // what is written, as it goes over the wire; not to be kept
}

// WatchPoints registers who is told each write between parties, before anybody dials; it must not call back. For tests
// that go through all points.
func (n *Network) WatchPoints(f func(Point)) { n.points = f }

// atPoint reports whether the fault waits for a point of the connection.
func (f Fault) atPoint() bool { return f.Write > 0 || f.Read > 0 }

// slowBy is how long a [Slow] fault takes.
func (f Fault) slowBy() time.Duration {
	if f.Delay > 0 {
		return time.Duration(f.Delay)
	}
	return defaultDelay
}

// defaultDelay is longer than the time that people wait, and shorter than most time-outs.
const defaultDelay = 20 * time.Second

// reached counts a write and returns the fault that strikes at it. Under l.mu.
func (l *link) reached(server bool, octets []byte) *armed {
	count, due := &l.clientWrites, func(f Fault) int { return f.Read }
	if server {
		count, due = &l.serverWrites, func(f Fault) int { return f.Write }
	}
	*count++
	if l.network.points != nil {
		l.network.points(Point{Connection: l.name, From: l.from, To: l.to, Server: server, Nth: *count, Octets: octets})
	}
	if l.fault == nil || due(l.fault.Fault) != *count || l.fault.Kind == Panic && !server {
		return nil
	}
	return l.fault
}

// tell records that a fault strikes at a point. The caller holds the lock, which is given up for a moment.
func (l *link) tell(a *armed, who string) {
	l.mu.Unlock()
	l.network.meet(a)
	l.network.fault(l.from, l.name, "%s: %s: %s", l.toName(), who, a.Kind)
	l.mu.Lock()
}

func (l *link) toName() string {
	if l.host == "" {
		return l.to
	}
	return l.host
}

// instead is what is written in place of the octets due.
func (l *link) instead(kind FaultKind, p []byte) []byte {
	switch {
	case kind == Garbled:
		return chance.New(
			l.network.seed, fmt.Sprintf("garbled %s %d %d", l.name, l.clientWrites, l.serverWrites),
		).Bytes(
			len(p),
		)
	case l.web:
		return []byte(smtpWords)
	default:
		return []byte(httpWords)
	}
}

// wait makes the dialling side wait for so long, on the World's clock, unless its time-out is shorter: then cut is
// true. Under l.mu, which is given up meanwhile.
func (l *link) wait(d time.Duration) (cut bool) {
	over := false
	due := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		over = true
		l.changed.Broadcast()
	}
	turn := l.turn
	if turn == nil { // a client from outside
		l.mu.Unlock()
		l.network.world.After(d, "delay on "+l.name, due)
		l.mu.Lock()
		for !over && !l.serverGone {
			l.changed.Wait()
		}
		return l.serverGone
	}
	l.delaying = true
	l.slow(nil)
	l.stalled = true
	l.mu.Unlock()
	stop := func() {}
	err := turn.Stall(func(ended error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.stalled = false
		over, cut = over || ended != nil, cut || ended != nil
		l.changed.Broadcast()
	})
	if err == nil {
		stop = turn.ResumeAfter(d, "delay on "+l.name, due)
	}
	l.mu.Lock()
	l.stalled = l.stalled && err == nil
	for err == nil && !over && !l.clientGone && !l.serverGone && !l.expired {
		l.changed.Wait()
	}
	l.delaying = false
	cut = cut || err != nil || l.clientGone || l.serverGone || l.expired
	l.mu.Unlock()
	stop()
	l.mu.Lock()
	l.answer(nil)
	return cut
}

// strikeDialler carries out a fault at a write of the dialling side; done says that nothing is left to write. Under
// l.mu.
func (c *Conn) strikeDialler(a *armed, p []byte) (n int, err error, done bool) {
	l := c.link
	l.tell(a, fmt.Sprintf("at read %d", a.Read))
	switch a.Kind {
	case Slow:
		l.wait(a.slowBy())
		switch {
		case l.clientGone:
			return 0, anonymous(&net.OpError{Op: "write", Net: "tcp", Err: net.ErrClosed}, l.host), true
		case l.expired:
			return 0, timeoutError(l.host), true
		}
		return 0, nil, false
	case Silent, HalfSilent:
		if a.Kind == HalfSilent {
			_, _ = c.writeRaw(p[:len(p)/2]) // what comes of it, nobody hears
		}
		l.silent, l.swallowed = true, true
		l.settle()
		return len(p), nil, true
	case Garbled, WrongProtocol:
		_, err := c.writeRaw(l.instead(a.Kind, p))
		return len(p), anonymous(err, l.host), true
	case Closed, Reset:
		l.limit, l.fired = l.got, true
		_ = c.Conn.SetReadDeadline(past)
		_ = c.Conn.Close() // the server reads the end of the stream
		l.changed.Broadcast()
		return 0, resetError("write", l.host), true
	default:
		return 0, nil, false
	}
}

// trickles is in how many pieces a [Trickle] fault lets a write come.
const trickles = 8

// trickle writes in pieces, each after a delay. Under l.mu.
func (s *serverConn) trickle(p []byte, delay time.Duration) error {
	l := s.link
	size := max(1, (len(p)+trickles-1)/trickles)
	cut := l.leaving
	for len(p) > 0 {
		if !cut {
			l.awaitDialler()
			cut = l.wait(delay)
		}
		piece := p[:min(size, len(p))]
		if err := s.writeRaw(piece); err != nil {
			return err
		}
		p = p[len(piece):]
	}
	return nil
}

// strikeServer carries out a fault at a write of the server; done says that nothing is left to write. Under l.mu.
func (s *serverConn) strikeServer(a *armed, p []byte) (err error, done bool) {
	l := s.link
	l.tell(a, fmt.Sprintf("at write %d", a.Write))
	switch a.Kind {
	case Slow:
		if !l.leaving {
			l.awaitDialler()
			l.wait(a.slowBy())
		}
		return nil, false
	case Trickle:
		return s.trickle(p, a.slowBy()), true
	case Silent, HalfSilent:
		if a.Kind == HalfSilent {
			_ = s.writeRaw(p[:len(p)/2])
		}
		l.muted = true
		return nil, true
	case Garbled, WrongProtocol:
		return s.writeRaw(l.instead(a.Kind, p)), true
	case Closed:
		l.mu.Unlock()
		_ = s.Close()
		l.mu.Lock()
		return net.ErrClosed, true
	case Reset:
		l.mu.Unlock()
		l.fire(false)
		l.mu.Lock()
		return resetError("write", l.name), true
	case Panic:
		// net/http writes, nothing of the party's own: what would be left of its panic
		if l.web && (l.active || l.idle) {
			l.mu.Unlock()
			l.network.world.Panicked(l.to+" for "+l.name, "planted: "+a.String())
			_ = s.Conn.Close()
			l.mu.Lock()
			return net.ErrClosed, true
		}
		panic("planted: " + a.String())
	default:
		return nil, false
	}
}
