package turnstile

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/shell"
)

// pipe is a connection in memory between the turnstile and a library. What the library says to one request is all that
// it writes until it asks for more than it was given: that moment can be waited for.
type pipe struct {
	mu      sync.Mutex
	changed *sync.Cond
	in      bytes.Buffer // to the library
	out     bytes.Buffer // from it
	asking  bool         // the library waits for more
	lapsed  bool         // the client's time is up
	ended   bool         // the turnstile gives no more
	hungUp  bool         // the conversation is over for both
	closed  bool         // the library has closed
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// quiet waits until the library has acted on all that it was given.
func (p *pipe) quiet() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.over() && (!p.asking || p.in.Len() > 0) {
		p.changed.Wait()
	}
}

// over reports whether the library says nothing any more. Under p.mu.
func (p *pipe) over() bool { return p.closed || p.hungUp }

func (p *pipe) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over()
}

// hangUp ends the conversation in the middle of what the library does: it can neither read nor write any more.
func (p *pipe) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hungUp = true
	p.changed.Broadcast()
}

// lapse tells the library that its client's time is up: what it reads now, or next, is a time-out.
func (p *pipe) lapse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lapsed, p.asking = true, false
	p.changed.Broadcast()
}

// end is the turnstile's farewell: the library reads an end of file.
func (p *pipe) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.changed.Broadcast()
}

// gone waits until the library has closed.
func (p *pipe) gone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed {
		p.changed.Wait()
	}
}

// library is the library's end.
type library struct {
	*pipe
	client *shell.Client
}

// Read waits for what the turnstile gives.
func (l library) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.in.Len() == 0 {
		switch {
		case l.ended || l.over():
			return 0, io.EOF
		case l.lapsed:
			return 0, os.ErrDeadlineExceeded
		}
		l.asking = true
		l.changed.Broadcast()
		l.changed.Wait()
	}
	l.asking = false
	return l.in.Read(b)
}

// Write never waits.
func (l library) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over() || l.ended {
		return 0, io.ErrClosedPipe
	}
	defer l.changed.Broadcast()
	return l.out.Write(b)
}

// Close ends the connection. What was written can still be read.
func (l library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.changed.Broadcast()
	return nil
}

// Deadlines of the machine's clock mean nothing on a bench: idle connections are the turnstile's.
func (l library) SetDeadline(time.Time) error      { return nil }
func (l library) SetReadDeadline(time.Time) error  { return nil }
func (l library) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr and RemoteAddr tell the library whom it talks to.
func (l library) LocalAddr() net.Addr  { return l.client }
func (l library) RemoteAddr() net.Addr { return l.client }

// inside is the turnstile's end, as a TLS client can use it.
type inside struct{ library }

// Read gives what the library has said. When the library waits for more, it fails with a time-out, which TLS survives.
func (i inside) Read(b []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for i.out.Len() == 0 {
		switch {
		case i.over():
			return 0, io.EOF
		case i.asking && i.in.Len() == 0:
			return 0, os.ErrDeadlineExceeded
		}
		i.changed.Wait()
	}
	return i.out.Read(b)
}

// Write gives something to the library.
func (i inside) Write(b []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.over() {
		return 0, io.ErrClosedPipe
	}
	defer i.changed.Broadcast()
	return i.in.Write(b)
}

// Close is for TLS only; the pipe is ended by its owner.
func (i inside) Close() error { return nil }

// entrance is the listener that a library serves: each client is let in by the turnstile.
type entrance struct {
	connections chan net.Conn
	done        chan struct{}
	once        sync.Once
}

func newEntrance() *entrance {
	return &entrance{connections: make(chan net.Conn), done: make(chan struct{})}
}

func (e *entrance) admit(connection net.Conn) bool {
	select {
	case e.connections <- connection:
		return true
	case <-e.done:
		return false
	}
}

// Accept waits for a client.
func (e *entrance) Accept() (net.Conn, error) {
	select {
	case connection := <-e.connections:
		return connection, nil
	case <-e.done:
		return nil, net.ErrClosed
	}
}

// Close lets nobody in any more.
func (e *entrance) Close() error {
	e.once.Do(func() { close(e.done) })
	return nil
}

// Addr is no real one.
func (e *entrance) Addr() net.Addr { return &shell.Client{Host: "library"} }
