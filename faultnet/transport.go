package faultnet

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"mfpsim/vtime"
)

// TransportConfig says how a party speaks HTTP.
type TransportConfig struct {
	// Dial makes a connection for http, DialTLS one for https with the handshake made; nil: the scheme is refused.
	Dial, DialTLS func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the time by which an idle connection ages.
	Now func() time.Time
	// IdleLimit is how long a connection is kept for the next request; 0: none is kept.
	IdleLimit time.Duration
}

// maxResponseHeader is the longest header of an answer that is read; net/http's own limit is larger.
const maxResponseHeader = 64 << 10

// Transport is an HTTP/1.1 client in which everything happens in the caller's goroutine: whether a connection is used
// again follows from the order of turns, not from the machine's clock, by which net/http's transport decides. It is
// safe for concurrent use.
type Transport struct {
	config TransportConfig

	mu   sync.Mutex
	idle map[string][]*exchangeConn // by scheme and address, used last at the end
}

// NewTransport makes a client. It opens no connection yet.
func NewTransport(config TransportConfig) *Transport {
	return &Transport{config: config, idle: map[string][]*exchangeConn{}}
}

// exchangeConn is a connection that carries one exchange after the other.
type exchangeConn struct {
	net.Conn
	key    string
	reader *bufio.Reader
	writer *bufio.Writer
	limit  *io.LimitedReader // under reader: what is left for the header
	since  time.Time         // idle since
	used   bool              // it has carried an exchange
}

// TLSDialer makes the handshake over what dial connects, for [TransportConfig.DialTLS].
func TLSDialer(
	dial func(ctx context.Context, network, address string) (net.Conn, error), config *tls.Config,
) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _ := splitAddress(address)
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		own := config.Clone()
		own.ServerName, own.NextProtos = host, []string{"http/1.1"}
		secure := tls.Client(raw, own)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, err
		}
		return secure, nil
	}
}

// errLongHeader: the header of the answer is longer than is read.
var errLongHeader = fmt.Errorf("the header of the answer is longer than %d bytes", maxResponseHeader)

// errSilentClose: the server closed a connection before it said anything.
var errSilentClose = fmt.Errorf("the server closed the connection without an answer: %w", io.EOF)

// RoundTrip sends a request and returns the answer, whose body is read from the connection as the caller reads it. A
// kept connection that turns out to be broken before the server has heard anything is replaced by a new one.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	for {
		c, err := t.connection(r)
		if err != nil {
			closeBody(r)
			return nil, err
		}
		kept := c.used
		response, heard, err := t.exchange(c, r)
		if err == nil {
			return response, nil
		}
		if cause := context.Cause(r.Context()); cause != nil {
			return nil, cause
		}
		if !kept || heard {
			return nil, err
		}
		if r = rewound(r); r == nil {
			return nil, err
		}
	}
}

// CloseIdleConnections closes the connections that wait for a next request.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	idle := t.idle
	t.idle = map[string][]*exchangeConn{}
	t.mu.Unlock()
	for _, list := range idle {
		for _, c := range list {
			_ = c.Close()
		}
	}
}

// connection takes a kept connection, or makes one.
func (t *Transport) connection(r *http.Request) (*exchangeConn, error) {
	ctx := r.Context()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	port, dial := "80", t.config.Dial
	if r.URL.Scheme == "https" {
		port, dial = "443", t.config.DialTLS
	}
	if dial == nil {
		return nil, fmt.Errorf("the scheme %q is not spoken", r.URL.Scheme)
	}
	if p := r.URL.Port(); p != "" {
		port = p
	}
	address := net.JoinHostPort(r.URL.Hostname(), port)
	key := r.URL.Scheme + " " + address
	for {
		c := t.take(key)
		if c == nil {
			break
		}
		if t.config.Now().Sub(c.since) <= t.config.IdleLimit && !gone(c.Conn) {
			if raw, ours := unwrap(c.Conn).(renewable); ours {
				raw.renew(vtime.TurnFrom(ctx), 0)
			}
			return c, nil
		}
		_ = c.Close()
	}
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	limit := &io.LimitedReader{R: conn}
	return &exchangeConn{
		Conn: conn, key: key, limit: limit, reader: bufio.NewReader(limit), writer: bufio.NewWriter(conn),
	}, nil
}

// gone reports whether the other end has closed a connection of the bench.
func gone(conn net.Conn) bool {
	far, beyond := unwrap(conn).(*FarConn)
	if beyond {
		return far.hasEnded()
	}
	raw, ours := unwrap(conn).(*Conn)
	if !ours {
		return false
	}
	l := raw.link
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.serverGone || l.ending || l.clientGone || l.fired || l.severed
}

func (t *Transport) take(key string) *exchangeConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.idle[key]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	t.idle[key] = list[:len(list)-1]
	return c
}

// exchange sends the request on a connection and reads the head of the answer. heard: the server may have acted on it.
// A connection that failed is closed.
func (t *Transport) exchange(c *exchangeConn, r *http.Request) (response *http.Response, heard bool, err error) {
	stop := context.AfterFunc(r.Context(), func() { _ = c.Close() })
	defer func() {
		if err != nil {
			stop()
			_ = c.Close()
		}
	}()
	if t.config.IdleLimit == 0 {
		r = r.Clone(r.Context())
		r.Close = true
	}
	if err := r.Write(c.writer); err != nil {
		return nil, false, err
	}
	if err := c.writer.Flush(); err != nil {
		return nil, false, err
	}
	c.limit.N = maxResponseHeader
	if _, err := c.reader.Peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			err = errSilentClose
		}
		return nil, !idempotent(r.Method), err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	for {
		response, err = http.ReadResponse(c.reader, r)
		if err != nil && c.limit.N <= 0 {
			err = errLongHeader // and not the end of the stream, which it looks like
		}
		if err != nil {
			return nil, true, err
		}
		if response.StatusCode >= 200 || response.StatusCode == http.StatusSwitchingProtocols {
			break
		}
	}
	c.limit.N = 1 << 62
	c.used = true
	keep := t.config.IdleLimit > 0 && !response.Close && !r.Close
	response.Body = &exchangeBody{ReadCloser: response.Body, done: func(whole bool) {
		inTime := stop() // false: the context has ended, and the connection is closed
		if whole && keep && inTime && c.reader.Buffered() == 0 {
			t.keep(c)
			return
		}
		_ = c.Close()
	}}
	if response.ContentLength == 0 {
		_ = response.Body.Close()
	}
	return response, true, nil
}

func (t *Transport) keep(c *exchangeConn) {
	c.since = t.config.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle[c.key] = append(t.idle[c.key], c)
}

// exchangeBody tells when the body has been read, or is not wanted.
type exchangeBody struct {
	io.ReadCloser
	done  func(whole bool)
	ended bool
}

func (b *exchangeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end(errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF))
	}
	return n, err
}

// Close ends the exchange. A body that was not read to its end costs the connection.
func (b *exchangeBody) Close() error {
	if !b.ended {
		_, err := b.ReadCloser.Read(nil)
		b.end(errors.Is(err, io.EOF))
	}
	return nil
}

func (b *exchangeBody) end(whole bool) {
	if !b.ended {
		b.ended = true
		b.done(whole)
	}
}

// idempotent are the methods that may be sent twice (RFC 9110 §9.2.2).
func idempotent(method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// rewound is a request ready to be sent once more; nil if its body is gone.
func rewound(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	again := *r
	again.Body = body
	return &again
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}
