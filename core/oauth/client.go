package oauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"mfpsim/core/host"
	"mfpsim/core/outcome"
)

// Defaults of [Config].
const (
	DefaultRequestTimeout = 60 * time.Second
	DefaultUserAgent      = "mfp-mail/1.0"
)

// maxBody is the most that is read of an answer; Entra's are below 16 KiB.
const maxBody = 1 << 20

// maxHeader is the most that is read of an answer's header.
const maxHeader = 64 << 10

// KeepAlive says how long a connection to the identity provider is kept. Nothing is documented of the guide's devices.
type KeepAlive string

// The ways to keep a connection.
const (
	KeepAlivePolling KeepAlive = "polling" // for one series of polls; a refresh is followed by none for an hour
	KeepAliveNever   KeepAlive = "never"   // a connection for each request
	KeepAliveAlways  KeepAlive = "always"  // until the provider ends it: for whoever refreshes often
)

// Config is what a [Client] is made of.
type Config struct {
	Clock  host.Clock
	Dialer host.Dialer
	Random io.Reader // for state, nonce and code verifier; needed by [Client.OpenPage] only
	// Roots returns the device's root certificates at this moment; nil, or returning nil, the system's.
	Roots          func() *x509.CertPool
	RequestTimeout time.Duration // one exchange, connecting included; 0: DefaultRequestTimeout
	UserAgent      string        // empty: DefaultUserAgent
	KeepAlive      KeepAlive     // empty: KeepAlivePolling
	// Transport makes what carries the requests over connections that dialTLS has made secure; keep: connections are
	// used again. Nil: net/http's, which keeps or drops a connection by the machine's clock.
	Transport func(dialTLS DialTLS, keep bool) Transport
}

// DialTLS makes a connection that is secure.
type DialTLS = func(ctx context.Context, network, address string) (net.Conn, error)

// Transport carries HTTP/1.1 requests.
type Transport interface {
	http.RoundTripper
	CloseIdleConnections()
}

// Client speaks to identity providers. It is safe for concurrent use.
type Client struct {
	config    Config
	transport Transport
}

// New makes a client. It opens no connection yet.
func New(config Config) *Client {
	if config.RequestTimeout <= 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if config.UserAgent == "" {
		config.UserAgent = DefaultUserAgent
	}
	c := &Client{config: config}
	if config.Transport != nil {
		c.transport = config.Transport(c.dialTLS, config.KeepAlive != KeepAliveNever)
		return c
	}
	// No time-out of the transport's own (they run on the machine's clock), no proxy of the environment, no HTTP/2, no
	// decompression (an answer of a few bytes could otherwise become gigabytes).
	c.transport = &http.Transport{
		DialTLSContext:         c.dialTLS,
		DialContext:            refusePlain,
		DisableCompression:     true,
		DisableKeepAlives:      config.KeepAlive == KeepAliveNever,
		MaxIdleConnsPerHost:    1,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              onlyHTTP1(),
	}
	return c
}

// rest drops the connection after an exchange that no other follows soon.
func (c *Client) rest() {
	if c.config.KeepAlive != KeepAliveAlways {
		c.Close()
	}
}

// Close drops idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func onlyHTTP1() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	return &p
}

var errPlain = errors.New("oauth: only https is spoken")

func refusePlain(context.Context, string, string) (net.Conn, error) { return nil, errPlain }

// requestContext is the key under which a request's own context travels to the dialler: the transport dials under a
// context that is cut off from the request's end, and a dial that nobody ends would outlive the request.
type requestContext struct{}

func (c *Client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	if own, ok := ctx.Value(requestContext{}).(context.Context); ok {
		ctx = own
	}
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := host.Connect(ctx, c.config.Clock, c.config.Dialer, network, address)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, &tls.Config{
		ServerName: name, MinVersion: tls.VersionTLS12, Time: c.config.Clock.Now, RootCAs: c.roots(),
		NextProtos: []string{"http/1.1"},
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

func (c *Client) roots() *x509.CertPool {
	if c.config.Roots == nil {
		return nil
	}
	return c.config.Roots()
}

// answer is one HTTP answer, read in full.
type answer struct {
	status     int
	json       bool // by its media type
	body       []byte
	retryAfter time.Duration
}

// post sends a form and reads the answer. An answer of any status is no error here.
func (c *Client) post(
	ctx context.Context, stage outcome.Stage, address string, form url.Values,
) (*answer, *outcome.Outcome) {
	ctx, cancel := c.config.Clock.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	fail := func(kind outcome.Kind) *outcome.Outcome {
		return outcome.New(kind, outcome.Cloud, stage, c.config.Clock.Now())
	}
	var answered atomic.Bool
	traced := httptrace.WithClientTrace(
		ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { answered.Store(true) }},
	)
	traced = context.WithValue(traced, requestContext{}, ctx)
	request, err := http.NewRequestWithContext(traced, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil || request.URL.Scheme != "https" {
		return nil, fail(outcome.NotConfigured)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.config.UserAgent)
	// The transport itself, without http.Client: no redirects, no cookies, no time-out of its own.
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		kind := outcome.Network(ctx, err)
		switch {
		case kind == "" && answered.Load():
			kind = outcome.CloudMalformed // it spoke, and not HTTP
		case kind == "":
			kind = outcome.ConnectionLost
		}
		return nil, fail(kind)
	}
	if coding := response.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		// Asked for was none, and what looks small can be gigabytes.
		_ = response.Body.Close()
		o := fail(outcome.CloudMalformed)
		o.HTTPStatus = response.StatusCode
		return nil, o
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	_ = response.Body.Close()
	if err != nil {
		kind := outcome.Network(ctx, err)
		if kind == "" {
			kind = outcome.CloudMalformed // a broken chunk
		}
		o := fail(kind)
		o.HTTPStatus = response.StatusCode
		return nil, o
	}
	if len(body) > maxBody {
		o := fail(outcome.CloudMalformed)
		o.HTTPStatus = response.StatusCode
		return nil, o
	}
	mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return &answer{
		status: response.StatusCode, json: err == nil && mediaType == "application/json", body: body,
		retryAfter: retryAfter(response.Header),
	}, nil
}

// maxRetryAfter bounds what a server may ask us to wait; MSAL's bound is the same.
const maxRetryAfter = time.Hour

// retryAfter reads Retry-After (RFC 9110 §10.2.3), seconds or a date. A date counts from the answer's own Date, because
// the device's may be wrong. 0: none, or nonsense.
func retryAfter(header http.Header) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		if seconds < 0 {
			return 0
		}
		return min(time.Duration(min(seconds, int(maxRetryAfter/time.Second)))*time.Second, maxRetryAfter)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, min(until.Sub(from), maxRetryAfter))
}
