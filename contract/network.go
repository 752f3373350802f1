package contract

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"mfpsim/core/host"
	"mfpsim/core/outcome"
)

// How long is waited where the core does not say.
const (
	standardTimeout = time.Minute
	receiveTimeout  = 5 * time.Minute
	longestTimeout  = 24 * time.Hour
)

// connection is one to a mail server.
type connection struct {
	id       int
	raw      net.Conn // as it was connected
	conn     net.Conn // what is spoken over: raw, or TLS over it
	host     string
	secure   bool
	verified bool
	heard    string // the code that the server said last
}

func (o *operation) connection(a Action) (*connection, error) {
	if c := o.conns[a.Connection]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%q on connection %d, which operation %d does not have", a.Do, a.Connection, o.id)
}

func (o *operation) drop(c *connection) {
	delete(o.conns, c.id)
	_ = c.raw.Close()
}

func (o *operation) closeAll() {
	for id := range 1 << 20 { // in their order: a bench has no other
		if len(o.conns) == 0 {
			return
		}
		if c := o.conns[id]; c != nil {
			o.drop(c)
		}
	}
}

// limited is a context with the time that an action may take.
func (o *operation) limited(
	ctx context.Context, a Action, standard time.Duration,
) (context.Context, context.CancelFunc) {
	d := standard
	if a.TimeoutMS > 0 {
		d = min(time.Duration(min(a.TimeoutMS, longestTimeout.Milliseconds()))*time.Millisecond, longestTimeout)
	}
	return o.e.host.Clock.WithTimeout(ctx, d)
}

// failed says what an error of the network was.
func failed(ctx context.Context, err error, otherwise outcome.Kind) Event {
	kind := outcome.Network(ctx, err)
	if kind == "" {
		kind = otherwise
	}
	e := Event{Event: eventFailed, Error: string(kind)}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		e.First = base64.StdEncoding.EncodeToString(record.RecordHeader[:])
	}
	return e
}

// connect makes a connection to a mail server.
func (o *operation) connect(ctx context.Context, a Action) (Event, error) {
	if a.Host == "" || a.Port < 1 || a.Port > 65535 {
		return Event{}, fmt.Errorf("\"connect\" to %q, port %d", a.Host, a.Port)
	}
	o.judgeConnect(a)
	limited, cancel := o.limited(ctx, a, standardTimeout)
	defer cancel()
	address := net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
	conn, err := host.Connect(limited, o.e.host.Clock, o.e.host.Dialer, "tcp", address)
	if err != nil {
		return failed(limited, err, outcome.Unreachable), nil
	}
	c := &connection{id: o.newID(), raw: conn, conn: conn, host: a.Host}
	if a.TLS != nil {
		if err := o.secure(limited, c, *a.TLS); err != nil {
			_ = conn.Close()
			return failed(limited, err, outcome.SecureConnection), nil
		}
	}
	o.conns[c.id] = c
	return Event{Event: eventConnected, Connection: c.id}, nil
}

// newID numbers the connections of an operation.
func (o *operation) newID() int {
	o.made++
	return o.made
}

// startTLS makes a connection secure.
func (o *operation) startTLS(ctx context.Context, a Action) (Event, error) {
	c, err := o.connection(a)
	switch {
	case err != nil:
		return Event{}, err
	case a.TLS == nil:
		return Event{}, errors.New(`"starttls" without tls: add "tls":{"verify":true}`)
	case c.secure:
		return Event{}, fmt.Errorf("\"starttls\" on connection %d, which is secure", c.id)
	}
	limited, cancel := o.limited(ctx, a, standardTimeout)
	defer cancel()
	if err := o.secure(limited, c, *a.TLS); err != nil {
		o.drop(c)
		return failed(limited, err, outcome.SecureConnection), nil
	}
	return Event{Event: eventSecured, Connection: c.id}, nil
}

// secure makes the handshake as the core wants it.
func (o *operation) secure(ctx context.Context, c *connection, want TLS) error {
	o.judgeTLS(c.host, want)
	config := o.tls(want)
	if config.ServerName == "" {
		config.ServerName = c.host
	}
	secured := tls.Client(c.raw, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return err
	}
	c.conn, c.secure, c.verified = secured, true, !config.InsecureSkipVerify
	return nil
}

// versions are those of TLS that a core can name.
var versions = map[string]uint16{
	"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
}

// tls is the configuration that the core wants.
func (o *operation) tls(want TLS) *tls.Config {
	config := &tls.Config{ //nolint:gosec // what the core wants is done, and judged
		ServerName: want.ServerName, MinVersion: tls.VersionTLS12, Time: o.e.host.Clock.Now,
		InsecureSkipVerify: want.Verify == nil || !*want.Verify,
	}
	if version, said := versions[want.MinVersion]; said {
		config.MinVersion = version
	}
	if o.e.host.Roots != nil {
		config.RootCAs = o.e.host.Roots()
	}
	return config
}

// send says something. What fails shows in what the core waits for next.
func (o *operation) send(ctx context.Context, a Action) error {
	c, err := o.connection(a)
	if err != nil {
		if o.written != nil {
			return nil // it was lost by a send before
		}
		return err
	}
	data := []byte(a.Text)
	if a.Data != "" {
		if data, err = base64.StdEncoding.DecodeString(a.Data); err != nil {
			return errors.New("the data of \"send\" is no base64")
		}
	}
	o.hear(c, data)
	limited, cancel := o.limited(ctx, a, 2*receiveTimeout)
	defer cancel()
	stop := context.AfterFunc(limited, func() { _ = c.raw.Close() })
	defer stop()
	if _, err := c.conn.Write(data); err != nil && o.written == nil {
		o.written = errUnsent{failed(limited, err, outcome.ConnectionLost).Error}
	}
	return nil
}

// hear looks at what is said on a connection, by the core itself or by the bench for it.
func (o *operation) hear(c *connection, data []byte) {
	if o.e.identity.TLS == kindOwn && !c.secure && beginsTLS(data) {
		o.judgeHello(c.host, data)
		c.secure, c.verified = true, true // whether it does verify shows where a stranger answers
	}
	o.judgeSend(c, string(data[:min(len(data), longestCommand)]))
}

// longestCommand is as much of what is sent as a law looks at.
const longestCommand = 64 << 10

// errUnsent is a send that failed, by its kind of outcome.
type errUnsent struct{ kind string }

func (e errUnsent) Error() string { return "contract: not sent: " + e.kind }

// receive waits for what the server says.
func (o *operation) receive(ctx context.Context, a Action) (Event, error) {
	c, err := o.connection(a)
	if err != nil {
		return Event{}, err
	}
	limited, cancel := o.limited(ctx, a, receiveTimeout)
	defer cancel()
	stop := context.AfterFunc(limited, func() { _ = c.raw.Close() })
	defer stop()
	buffer := make([]byte, 64<<10)
	n, err := c.conn.Read(buffer)
	if n > 0 {
		c.hear(buffer[:n])
		return Event{Event: eventReceived, Connection: c.id, Data: base64.StdEncoding.EncodeToString(buffer[:n])}, nil
	}
	o.drop(c)
	event := failed(limited, err, outcome.ConnectionLost)
	event.Connection = c.id
	var unsent errUnsent
	if errors.As(o.written, &unsent) {
		event.Unsent = true
		if event.Error != string(outcome.Interrupted) {
			event.Error = unsent.kind
		}
		o.written = nil
	}
	return event, nil
}

// hear keeps the code of the last line.
func (c *connection) hear(b []byte) {
	lines := strings.Split(strings.TrimRight(string(b), "\r\n"), "\n")
	if last := lines[len(lines)-1]; len(last) >= 3 {
		c.heard = last[:3]
	}
}

// http sends a request. Redirects are not followed.
func (o *operation) http(ctx context.Context, a Action) (Event, error) {
	if a.TLS == nil {
		return Event{}, errors.New(`"http" without tls: add "tls":{"verify":true}`)
	}
	o.judgeHTTP(a)
	limited, cancel := o.limited(ctx, a, standardTimeout)
	defer cancel()
	var answered atomic.Bool
	traced := httptrace.WithClientTrace(
		limited, &httptrace.ClientTrace{GotFirstResponseByte: func() { answered.Store(true) }},
	)
	request, err := http.NewRequestWithContext(traced, a.Method, a.URL, strings.NewReader(a.Body))
	if err != nil || request.URL.Scheme != "https" || request.URL.Host == "" {
		return Event{}, fmt.Errorf("\"http\" of %q to an address that is none, or not https", a.Method)
	}
	request.Header.Set("User-Agent", "") // the core says who it is, or nobody does
	for name, value := range a.Headers {
		if err := checkHeader(name, value, request.URL.Host); err != nil {
			return Event{}, err
		}
		request.Header.Set(name, value)
	}
	web := o.e.transport(o, *a.TLS)
	carrier := web.once
	if a.Keep {
		carrier = web.kept
	}
	response, err := carrier.RoundTrip(request)
	if err != nil {
		otherwise := outcome.ConnectionLost
		if answered.Load() {
			otherwise = outcome.CloudMalformed // it spoke, and not HTTP
		}
		return failed(limited, err, otherwise), nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maximumBody+1))
	_ = response.Body.Close()
	if err == nil && len(body) > maximumBody {
		event := Event{Event: eventFailed, Error: string(outcome.CloudMalformed), Status: response.StatusCode}
		return event, nil
	}
	if err != nil {
		event := failed(limited, err, outcome.CloudMalformed) // a broken chunk
		event.Status = response.StatusCode
		return event, nil
	}
	event := Event{Event: eventHTTP, Status: response.StatusCode, Headers: map[string]string{}}
	for name, values := range response.Header {
		event.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	event.Body, event.Body64 = text(body)
	o.grant.heard(o, a, event)
	o.e.learn(event)
	return event, nil
}

// checkHeader says why a field is none that a request to a host can have (RFC 9110 sections 5.1, 5.5 and 7.2).
func checkHeader(name, value, host string) error {
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return fmt.Errorf("\"http\" with the header %q: that is no name of a header (RFC 9110 section 5.1)", name)
	case !httpguts.ValidHeaderFieldValue(value):
		return fmt.Errorf(
			"\"http\" with a character in the header %q that none can have, such as CR or LF (RFC 9110 section 5.5)", name,
		)
	case strings.EqualFold(name, "Host") && !strings.EqualFold(value, host):
		return fmt.Errorf("\"http\" with the header Host: %s, and the URL has %s (RFC 9110 section 7.2)", value, host)
	}
	return nil
}

// transport carries requests over TLS as the core wants it.
func (e *engine) transport(o *operation, want TLS) transports {
	verified := want.Verify != nil && *want.Verify
	e.mu.Lock()
	defer e.mu.Unlock()
	if t, there := e.web[verified]; there {
		return t
	}
	dialTLS := func(ctx context.Context, network, address string) (net.Conn, error) {
		name, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := host.Connect(ctx, e.host.Clock, e.host.Dialer, network, address)
		if err != nil {
			return nil, err
		}
		config := o.tls(TLS{ServerName: name, Verify: want.Verify, MinVersion: want.MinVersion})
		config.NextProtos = []string{"http/1.1"}
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		return secured, nil
	}
	t := transports{kept: e.host.Transport(dialTLS, true), once: e.host.Transport(dialTLS, false)}
	e.web[verified] = t
	return t
}

// rest closes the connections of HTTP that are kept.
func (e *engine) rest() {
	e.mu.Lock()
	web := e.web
	e.mu.Unlock()
	closeWeb(web)
}
