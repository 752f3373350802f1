package faultnet

import (
	"errors"
	"net"
	"os"
	"sync"
)

// Peer is who a server talks to.
type Peer struct {
	network *Network
	link    *link
}

// Peer finds the dialling side of a server's connection, plain, under TLS or wrapped by [Peer.Application]. A
// connection that nobody of the bench dialled has a peer from outside, numbered when it is first seen.
func (n *Network) Peer(conn net.Conn) *Peer {
	raw := unwrap(conn)
	if s, ok := raw.(*serverConn); ok {
		return &Peer{network: n, link: s.link}
	}
	return &Peer{network: n, link: n.lookUp(raw, Outside, false)}
}

// lookUp finds the note of a connection; take removes it.
func (n *Network) lookUp(conn net.Conn, to string, take bool) *link {
	key := noteKey(conn.RemoteAddr(), conn.LocalAddr())
	n.linking.Lock()
	defer n.linking.Unlock()
	l := n.noted[key]
	if l == nil {
		l = n.outside(to)
		l.server = conn
		if !take {
			n.noted[key] = l
		}
		return l
	}
	if take {
		delete(n.noted, key)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		l.server = conn
	}
	return l
}

// Connection returns the connection's number, for example "printer#3" or "outside#1".
func (p *Peer) Connection() string { return p.link.name }

// Party returns who dialled: a party's name or [Outside].
func (p *Peer) Party() string { return p.link.from }

// HalfClose ends the server's side of the connection: the dialling side reads to the end and can still write.
func (p *Peer) HalfClose() error {
	if tcp, ok := p.socket().(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}

// closing says before an answer that the connection ends behind it. The pool of a party of the bench knows it
// with the
// answer; when the end itself arrives is the machine's affair.
func (p *Peer) closing() {
	p.link.mu.Lock()
	defer p.link.mu.Unlock()
	p.link.ending = true
}

// fallSilent keeps what an HTTP server answers from being heard, from the request after this one on.
func (p *Peer) fallSilent() {
	p.link.mu.Lock()
	defer p.link.mu.Unlock()
	p.link.muting = true
}

// Reset ends the connection with a TCP reset of the server's. What was written just before may be lost; a
// server that
// says nothing first is seen by its client in the same way every time.
func (p *Peer) Reset() {
	kernelReset(p.socket())
	p.link.leave()
}

func (p *Peer) socket() net.Conn {
	p.link.mu.Lock()
	defer p.link.mu.Unlock()
	return p.link.server
}

// Application wraps the serving side of a connection above TLS, where bytes are counted for [Reset]. After
// STARTTLS it
// is called again with the *tls.Conn, made over the raw connection or over the first wrapper.
func (p *Peer) Application(conn net.Conn) net.Conn {
	for inner := conn; ; {
		switch layer := inner.(type) {
		case interface{ NetConn() net.Conn }:
			inner = layer.NetConn()
			continue
		case *application:
			layer.retire()
		}
		break
	}
	return &application{Conn: conn, link: p.link}
}

// application is a server's view of a connection on which bytes are counted.
type application struct {
	net.Conn
	link    *link
	mu      sync.Mutex
	retired bool // a wrapper above TLS counts now
}

func (a *application) retire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.retired = true
}

// counts reports whether bytes are to be counted here, and for which fault.
func (a *application) counts() (*armed, bool) {
	a.mu.Lock()
	retired := a.retired
	a.mu.Unlock()
	fault, resets := a.link.resets()
	return fault, resets && !retired
}

// Read hands over what the client has sent, up to the byte at which the connection is reset; that read and all
// later
// ones fail.
func (a *application) Read(p []byte) (int, error) {
	a.link.readAhead(len(p) == 1)
	fault, counts := a.counts()
	if !counts || len(p) == 0 {
		return a.Conn.Read(p)
	}
	left, fired := a.link.left()
	if fired || left == 0 {
		a.reset(fault, true)
		return 0, resetError("read", a.link.name)
	}
	n, err := a.Conn.Read(p[:min(len(p), left)])
	if a.link.pass(n) {
		a.reset(fault, true) // what was read is not acted upon: the client goes on now
		return 0, resetError("read", a.link.name)
	}
	return n, err
}

// Write sends to the client, up to the byte at which the connection is reset.
func (a *application) Write(p []byte) (int, error) {
	fault, counts := a.counts()
	if !counts || len(p) == 0 {
		return a.Conn.Write(p)
	}
	left, fired := a.link.left()
	if fired || left == 0 {
		a.reset(fault, false)
		return 0, resetError("write", a.link.name)
	}
	if len(p) < left {
		n, err := a.Conn.Write(p)
		a.link.pass(n)
		return n, err
	}
	sent, err := 0, error(nil)
	if left > 1 {
		sent, err = a.Conn.Write(p[:left-1])
		a.link.pass(sent)
	}
	if err == nil {
		a.link.announce(fault)
		a.link.holdBack() // the last byte: the client must not act on it before the reset is there
		_, err = a.Conn.Write(p[left-1 : left])
		a.link.pass(1)
		a.link.fire(false)
		sent = left
	}
	if err == nil {
		err = resetError("write", a.link.name)
	}
	return sent, err
}

// Close closes the connection. What TLS still writes is a farewell: a fault does not delay it, because whoever
// closes a
// server waits for it.
func (a *application) Close() error {
	a.link.mu.Lock()
	a.link.leaving = true
	a.link.changed.Broadcast()
	a.link.mu.Unlock()
	return a.Conn.Close()
}

// reset carries the fault out, once. The connection is up by then: a handshake that is still owed is made
// first.
func (a *application) reset(fault *armed, inbound bool) {
	if _, fired := a.link.left(); fired {
		return
	}
	if handshake, ok := a.Conn.(interface{ Handshake() error }); ok {
		if err := handshake.Handshake(); err != nil {
			return
		}
	}
	a.link.announce(fault)
	a.link.fire(inbound)
}

// listener hands out connections whose peers are known.
type listener struct {
	net.Listener
	network *Network
	party   string

	mu     sync.Mutex
	held   map[net.Conn]struct{} // connections from outside that a fault keeps silent
	served bool                  // somebody accepts, or is going to
	closed bool

	most    int // connections from outside at once; 0: any number
	outside int // those that there are
}

// Expect tells that somebody is going to accept the connections of a listener of a network, for example in a
// goroutine that has not come to it yet: whoever closes a connection meanwhile waits until the server has heard
// of it. Of another
// listener it says nothing.
func Expect(l net.Listener) {
	if l, ours := l.(*listener); ours {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.served = true
	}
}

// serves reports whether somebody is there to accept a connection, or is expected.
func (l *listener) serves() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served && !l.closed
}

// Accept waits for a connection that a fault does not keep from the server.
func (l *listener) Accept() (net.Conn, error) {
	Expect(l)
	for {
		raw, err := Accept(l.Listener)
		if err != nil {
			return nil, err
		}
		link := l.network.lookUp(raw, l.party, true)
		switch {
		case link.client != nil:
			return &serverConn{Conn: raw, link: link}, nil
		case !l.admit():
			kernelReset(raw)
		case l.intercept(raw, link):
			l.dismiss()
		default:
			return &serverConn{Conn: raw, link: link, ended: sync.OnceFunc(l.dismiss)}, nil
		}
	}
}

// intercept carries out the faults that a connection from outside can meet before the server sees it.
func (l *listener) intercept(raw net.Conn, link *link) (kept bool) {
	a := l.network.bind(
		Outside,
		l.party,
		func(kind FaultKind) bool { return kind != NoName && kind != DeadAddress },
	)
	if a == nil {
		return false
	}
	link.fault = a
	switch a.Kind {
	case Unreachable, Isolated:
		l.network.meet(a)
		kernelReset(raw)
		return true
	case Silent, BlackHole:
		l.network.meet(a)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed || l.most > 0 && len(l.held) >= l.most { // it has let the others go already, or keeps enough
			_ = raw.Close()
			return true
		}
		l.held[raw] = struct{}{}
		return true
	default:
		return false
	}
}

// Close closes the listener, and the connections that a fault kept from the server.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	l.closed = true
	for conn := range l.held {
		_ = conn.Close()
		delete(l.held, conn)
	}
	l.mu.Unlock()
	l.network.wakeAll()
	return err
}

// serverConn is the serving side of a connection, below TLS.
type serverConn struct {
	net.Conn
	link  *link
	strip *stripper // of what is written to a client from outside, where STARTTLS is taken out; under link.mu
	ended func()    // of a client from outside: it is counted no longer
}

// Read counts raw bytes. Before it waits it tells that everything was taken, and gives up the turn that an
// orphan has
// kept.
func (s *serverConn) Read(p []byte) (int, error) {
	l := s.link
	l.mu.Lock()
	if l.consumed >= l.sent || l.client == nil {
		l.release()
	}
	l.ask()
	l.mu.Unlock()
	n, err := s.Conn.Read(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asking = false
	l.consumed += int64(n)
	if err != nil &&
		!errors.Is(err, os.ErrDeadlineExceeded) { // net/http breaks off a read of its own by a deadline
		l.deafServer = true
		l.changed.Broadcast()
	}
	return n, err
}

// Write counts raw bytes; after a reset nothing goes out any more.
func (s *serverConn) Write(p []byte) (int, error) {
	l := s.link
	l.mu.Lock()
	if l.fired {
		l.mu.Unlock()
		return 0, resetError("write", l.name)
	}
	defer l.mu.Unlock()
	if a := l.reached(true, p); a != nil {
		if err, done := s.strikeServer(a, p); done {
			return len(p), err
		}
	}
	if l.muted {
		return len(p), nil
	}
	if s.stripped() {
		return len(p), s.writeRaw(s.strip.pass(p))
	}
	before := l.wrote
	err := s.writeRaw(p)
	return int(l.wrote - before), err
}

// stripped reports whether STARTTLS is taken out here: the bench's own parties have it taken out on their side.
// Under
// l.mu.
func (s *serverConn) stripped() bool {
	l := s.link
	if l.from != Outside || l.fault == nil || l.fault.Kind != NoSTARTTLS {
		return false
	}
	if s.strip == nil {
		s.strip = &stripper{met: func() { l.network.meet(l.fault) }}
	}
	return true
}

// writeRaw writes without the lock, which the caller holds. What is under way counts as written.
func (s *serverConn) writeRaw(p []byte) error {
	l := s.link
	l.spokeFirst = l.spokeFirst || l.consumed == 0
	l.wrote += int64(len(p))
	l.answering = true
	l.settle()
	l.mu.Unlock()
	n, err := s.Conn.Write(p)
	l.mu.Lock()
	l.answering = false
	l.wrote -= int64(len(p) - n)
	return err
}

// Close closes the connection. After a reset the dialling side may still have to read what came before: then it
// closes
// both.
func (s *serverConn) Close() error {
	l := s.link
	l.mu.Lock()
	delayed := (l.fired || l.muted) && l.client != nil && !l.clientGone
	l.delayed = l.delayed || delayed
	l.mu.Unlock()
	var err error
	if !delayed {
		err = s.Conn.Close()
	}
	if s.ended != nil {
		s.ended()
	}
	l.leave()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// leave notes that the serving side has gone.
func (l *link) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serverGone = true
	l.changed.Broadcast()
	l.release()
	l.settle()
}
