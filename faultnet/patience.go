package faultnet

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds of what an HTTP server of the bench takes from a client from outside. Microsoft's own are not established;
// these are ours.
const (
	// maximumHeader is the longest request line and header, 64 KiB with what net/http adds to it; a longer one is
	// answered with status 431.
	maximumHeader = 60 << 10
	// requestTime is how long a request may take to come, by the bench's clock, from its first octet or from the dial;
	// then the connection is closed.
	requestTime = 60 * time.Second
)

// patience ends a connection from outside whose request does not come in time. The bench's own parties act in turns and
// need none.
type patience struct {
	network *Network
	raw     net.Conn

	mu      sync.Mutex
	begun   bool   // a request is on its way
	release func() // ends the wait; nil: nothing is waited for
	late    bool   // the time was over: nothing more is read
}

// begin waits for the rest of a request.
func (p *patience) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun {
		return
	}
	p.begun = true
	ctx, cancel := p.network.clock.WithTimeout(context.Background(), requestTime)
	stop := context.AfterFunc(ctx, p.end)
	p.release = func() { stop(); cancel() }
}

// end ends the read that is under way, and all that would follow.
func (p *patience) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = true
	_ = p.raw.SetReadDeadline(past)
}

// come notes that all of the request has come.
func (p *patience) come() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.release != nil {
		p.release()
		p.release = nil
	}
}

// over notes that the request has been answered, or that the connection has ended: the next octet begins another one.
func (p *patience) over() {
	p.come()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun = false
}

// timed is a connection from outside whose requests are waited for with patience.
type timed struct {
	net.Conn
	patience *patience
}

// NetConn leads [unwrap] on.
func (t *timed) NetConn() net.Conn { return t.Conn }

func (t *timed) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 {
		t.patience.begin()
	}
	return n, err
}

// SetReadDeadline leaves the end of a connection whose time was over: net/http and crypto/tls take their deadlines back
// at moments of their own, which would open it again for ever.
func (t *timed) SetReadDeadline(at time.Time) error {
	t.patience.mu.Lock()
	defer t.patience.mu.Unlock()
	if t.patience.late {
		return nil
	}
	return t.Conn.SetReadDeadline(at)
}

// SetDeadline is SetReadDeadline, and the deadline of writes.
func (t *timed) SetDeadline(at time.Time) error {
	if err := t.SetReadDeadline(at); err != nil {
		return err
	}
	return t.SetWriteDeadline(at)
}

func (t *timed) Close() error {
	t.patience.over()
	return t.Conn.Close()
}

// patiently wraps a connection from outside on a World that flows; others are returned as they are. On a stepped World
// an event for each request would be one that nobody waits for.
func (n *Network) patiently(raw net.Conn, l *link) net.Conn {
	if l.from != Outside || n.world.Stepped() {
		return raw
	}
	l.patience = &patience{network: n, raw: raw}
	l.patience.begin()
	return &timed{raw, l.patience}
}

// untilCome is a request's body, which tells when all of it has come.
type untilCome struct {
	io.ReadCloser
	patience *patience
}

func (u untilCome) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil {
		u.patience.come()
	}
	return n, err
}

// awaited makes a handler's requests tell when they have come.
func awaited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted, _ := r.Context().Value(connectionKey{}).(*application)
		if counted != nil && counted.link.patience != nil {
			if r.ContentLength == 0 {
				counted.link.patience.come()
			} else {
				r.Body = untilCome{r.Body, counted.link.patience}
			}
		}
		h.ServeHTTP(w, r)
	})
}
