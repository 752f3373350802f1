package own

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"mfpsim/contract"
	"mfpsim/core/host"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/vtime"
)

// Kinds are what the core has of its own, in the words of the contract; empty: the bench does it.
type Kinds struct {
	TLS   string `placeholder:"KIND" enum:",harness,own" default:"" help:"own: TLS is made by the core itself."`
	Dial  string `placeholder:"KIND" enum:",harness,own" default:"" help:"own: the core connects itself, to the addresses that it is told."`
	Store string `placeholder:"KIND" enum:",flash,kv" default:"" help:"kv: the memory keeps values by key."`
	Clock string `placeholder:"KIND" enum:",bench,real" default:"" help:"real: the core sleeps itself, by the machine's clock."`

	RefreshMargin time.Duration `placeholder:"TIME" default:"5m" help:"How long before its end a new access token is taken."`
}

// own is the word for what the core does itself.
const own = "own"

func (k Kinds) connects() bool { return k.Dial == own }

func (k Kinds) sleeps() bool { return k.Clock == "real" }

func (k Kinds) secures() bool { return k.TLS == own || k.connects() }

// trust takes the certificates that the device trusts.
func (c *child) trust(pem string) {
	c.roots = x509.NewCertPool()
	c.roots.AppendCertsFromPEM([]byte(pem))
}

// dialer is how the core connects.
func (c *child) dialer() host.Dialer {
	if c.kinds.connects() {
		return sockets{c}
	}
	return dialer{c}
}

// sockets connects by the machine's own, to the addresses that the bench has told.
type sockets struct{ child *child }

// DialContext connects.
func (s sockets) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	to, known := s.child.resolve[address]
	if !known {
		name, _, _ := net.SplitHostPort(address)
		for there := range s.child.resolve {
			if strings.HasPrefix(there, name+":") { // the host is known, and has no such port
				return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
			}
		}
		return nil, &net.DNSError{Err: "no such name", Name: name, IsNotFound: true}
	}
	raw, err := net.Dial(network, to)
	if err != nil {
		return nil, err
	}
	if s.child.kinds.sleeps() {
		return &socket{Conn: raw, silence: ownSilence}, nil
	}
	return &socket{Conn: raw, silence: s.child.silence}, nil
}

// socket is a connection of the machine. Its deadlines are not those of a library, which has another clock than the
// bench: nothing comes any more when the bench's time-out has passed, and the silence is noticed.
type socket struct {
	net.Conn
	silence time.Duration
}

// Read waits for what the server says, for as long as nothing may come.
func (s *socket) Read(b []byte) (int, error) {
	if err := s.Conn.SetReadDeadline(time.Time{}); err != nil {
		return 0, err
	}
	stop := vtime.Alarm(s.silence, func() { _ = s.Conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	return s.Conn.Read(b)
}

// SetDeadline does nothing: a library reads the machine's clock.
func (s *socket) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, likewise.
func (s *socket) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing, likewise.
func (s *socket) SetWriteDeadline(time.Time) error { return nil }

// ownSilence is how long a core that goes by the machine's clock waits for a server.
const ownSilence = time.Minute

// secureSelf makes a connection secure by crypto/tls. It heeds no context: what ends one shows when it reads.
func secureSelf(_ context.Context, raw net.Conn, config *tls.Config) (net.Conn, error) {
	return host.CryptoTLS(context.Background(), raw, config)
}

// request carries requests over TLS of the core's own, each over a connection of its own: net/http's reads ahead in
// another goroutine, which has no line.
type request struct {
	child *child
	dial  oauth.DialTLS
}

// RoundTrip sends a request.
func (t request) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := context.WithValue(context.Background(), operationKey{}, t.child.current)
	conn, err := t.dial(ctx, "tcp", net.JoinHostPort(r.URL.Hostname(), "443"))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Close = true
	if err := r.Write(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	head := &io.LimitedReader{R: conn, N: mostHead}
	response, err := http.ReadResponse(bufio.NewReader(head), r)
	if err != nil {
		_ = conn.Close()
		if head.N <= 0 {
			return nil, &outcome.Outcome{Kind: outcome.CloudMalformed}
		}
		return nil, err
	}
	head.N = math.MaxInt64 // how much of a body is read is for who reads it
	response.Body = &ending{response.Body, conn}
	return response, nil
}

// mostHead is how much of an answer's head is read.
const mostHead = 64 << 10

// CloseIdleConnections has none to close.
func (t request) CloseIdleConnections() {}

// ending is a body that ends with its connection.
type ending struct {
	io.ReadCloser
	conn net.Conn
}

// Close closes both.
func (e *ending) Close() error {
	_ = e.ReadCloser.Close()
	return e.conn.Close()
}

// values is a memory that is kept as one value under a key.
type values struct {
	child *child
	image []byte
}

// theKey is under which the image is kept.
const theKey = "memory"

// Read returns a copy.
func (v *values) Read() ([]byte, error) { return slices.Clone(v.image), nil }

// Atomic says that a write is never torn.
func (v *values) Atomic() bool { return true }

// Write stores it. The second write of an operation is the one that leaves nothing of what was there before.
func (v *values) Write(image []byte) error {
	o := v.child.current
	o.storing = true
	o.stores++
	event := o.want(contract.Action{
		Do: "store", Key: theKey, Data: base64.StdEncoding.EncodeToString(image), Erase: o.stores > 1,
	})
	o.storing = false
	if event.Event == "stored" || event.Error == string(outcome.NotErased) {
		v.image = append(v.image[:0], image...)
	}
	if event.Event != "stored" {
		return failure(event)
	}
	return nil
}

// memory is what the bench has kept.
func (c *child) memory(event contract.Event) (nvram.Flash, error) {
	if c.kinds.Store == "kv" {
		image, err := base64.StdEncoding.DecodeString(event.Entries[theKey])
		return &values{child: c, image: image}, err
	}
	image, err := base64.StdEncoding.DecodeString(*event.Flash)
	return &flash{child: c, image: image}, err
}
