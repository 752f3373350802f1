// Package bench has what the core's tests share: a clock that moves when somebody sleeps, a dialler with routes and
// faults, a certificate. Only tests import it.
package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Start is the date of a new clock.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Clock is a host.Clock: a sleep moves it at once, and with it the time-outs that fall due.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	offset time.Duration // of the date: setting the date moves no timer
	timers []*timer
	sleeps []time.Duration
}

type timer struct {
	at   time.Time
	fire context.CancelCauseFunc
}

// NewClock returns a clock at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now returns the date.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now.Add(c.offset)
}

// Set sets the date.
func (c *Clock) Set(date time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = date.Sub(c.now)
}

// Sleep moves the clock by d.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	c.sleeps = append(c.sleeps, d)
	c.mu.Unlock()
	c.advance(ctx, d)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Advance moves the clock by d, from a test or from a server.
func (c *Clock) Advance(d time.Duration) { c.advance(context.Background(), d) }

func (c *Clock) advance(ctx context.Context, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	end := c.now.Add(d)
	for ctx.Err() == nil && len(c.timers) > 0 && !c.timers[0].at.After(end) {
		t := c.timers[0]
		c.timers = c.timers[1:]
		if t.at.After(c.now) {
			c.now = t.at
		}
		t.fire(context.DeadlineExceeded)
	}
	if ctx.Err() == nil {
		c.now = end
	}
}

// WithTimeout ends the context when the clock has moved by d.
func (c *Clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, fire := context.WithCancelCause(ctx)
	t := &timer{at: c.now.Add(d), fire: fire}
	c.timers = append(c.timers, t)
	slices.SortStableFunc(c.timers, func(a, b *timer) int { return a.at.Compare(b.at) })
	return ctx, func() {
		c.mu.Lock()
		c.timers = slices.DeleteFunc(c.timers, func(o *timer) bool { return o == t })
		c.mu.Unlock()
		fire(context.Canceled)
	}
}

// Sleeps returns how long each sleep was to last.
func (c *Clock) Sleeps() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sleeps)
}

// Dialer is a host.Dialer with routes.
type Dialer struct {
	mu     sync.Mutex
	routes map[string]string
	faults map[string]error
	dials  []string
}

// Route leads an address to a listener.
func (d *Dialer) Route(address string, l net.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.routes == nil {
		d.routes = map[string]string{}
	}
	d.routes[address] = l.String()
}

// Fail makes dialling an address fail; nil ends it.
func (d *Dialer) Fail(address string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.faults == nil {
		d.faults = map[string]error{}
	}
	d.faults[address] = err
}

// Dials returns the addresses that were dialled.
func (d *Dialer) Dials() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.dials)
}

// DialContext connects to where the address leads; an address without a route is a name that does not resolve.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.dials = append(d.dials, address)
	to, known := d.routes[address]
	err := d.faults[address]
	d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, &net.OpError{
			Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: address, IsNotFound: true},
		}
	}
	return new(net.Dialer).DialContext(ctx, network, to)
}

// Certificate returns a certificate for example.com and *.example.com, valid 1970 to 2084, and the roots that trust it.
func Certificate() (tls.Certificate, *x509.CertPool) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.TLS.Certificates[0], roots
}

// Random returns randomness that is the same every time.
func Random(seed byte) io.Reader {
	return &locked{r: rand.NewChaCha8([32]byte{seed})}
}

type locked struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
