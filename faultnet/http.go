package faultnet

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mfpsim/journal"
	"mfpsim/vtime"
)

// maximumBody is the longest request that [Network.Handler] hands on; a longer one is refused with status 413,
// unless the handler is one of [LongRequests]. As much as maximumRest more is read and forgotten: a client that
// is still
// sending does not look for an answer.
const (
	maximumBody = 32 << 20
	maximumRest = 256 << 20
)

// LongRequests is a handler that answers requests that are too long itself, in its own words. Nothing of such a
// body is
// handed on: reading it fails with an [*http.MaxBytesError].
type LongRequests interface {
	http.Handler
	AnswersLongRequests()
}

// tooLong is the body of a request that is too long.
type tooLong struct{}

func (tooLong) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: maximumBody} }

// announced is the longest body for which memory is taken before it has come, in octets.
const announced = 64 << 10

// readBody reads a request of a length (-1: it is not known); long: it is longer than what is handed on, and nothing of
// it is returned.
func readBody(from io.Reader, length int64) (body []byte, long bool, err error) {
	if from == http.NoBody {
		return nil, false, nil
	}
	if 0 < length && length <= announced {
		body = make([]byte, length)
		_, err = io.ReadFull(from, body)
		return body, false, err
	}
	body, err = io.ReadAll(io.LimitReader(from, maximumBody+1))
	if err != nil || len(body) <= maximumBody {
		return body, false, err
	}
	_, err = io.CopyN(io.Discard, from, maximumRest)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return nil, true, err
}

// Response is an answer as a handler made it, before it is written.
type Response struct {
	Status int // 0: the handler broke the connection off (http.ErrAbortHandler)
	Header http.Header
	Body   []byte
}

// Finisher is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for answers whose costly
// part is
// pure computation, such as a signature.
type Finisher interface {
	http.ResponseWriter
	// Finish registers what completes the body after the visit has ended and before the answer is written, so
	// that many answers can be completed at a time. It changes bytes in place, depends on nothing but what the
	// visit decided, and touches nothing that another turn can see. The record is made before: it sees the body
	// as it was written. A
	// handler that breaks off or panics is not finished.
	Finish(complete func(body []byte))
}

// Unrecorder is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for answers that nobody
// looks
// for in the journal, such as a style sheet.
type Unrecorder interface {
	http.ResponseWriter
	// Unrecord keeps the exchange out of the journal.
	Unrecord()
}

// Describer is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for answers of which somebody
// else has made the record already: a device in another process, which knows what is secret in it.
type Describer interface {
	http.ResponseWriter
	// Describe sets the record of the exchange.
	Describe(record *journal.Exchange)
}

// Continuer is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for an answer that has no
// end.
type Continuer interface {
	http.ResponseWriter
	// Continue repeats a piece after the body, until the client goes away or so many octets are sent; then the
	// connection is broken off. The record does not have it.
	Continue(piece []byte, most int)
}

// Sharer is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for bodies that are answered again
// and again.
type Sharer interface {
	http.ResponseWriter
	// WriteShared writes a whole body that nobody ever changes: it is sent and kept as it is, without a copy.
	WriteShared(body []byte)
}

// Leaving is what a server does to a connection after an answer.
type Leaving int

// What it can do.
const (
	Staying   Leaving = iota // it goes on
	Closing                  // it closes the connection, which the answer does not tell
	InSilence                // it is not heard any more: the connection stays open, and its answers get lost
)

// Leaver is the [http.ResponseWriter] that [Network.Handler] gives to its handler, for answers after which
// something
// happens to the connection.
type Leaver interface {
	http.ResponseWriter
	// Leave says what happens to the connection after the answer.
	Leave(how Leaving)
}

// Record makes the journal's exchange of a request, of which it is given the request line, host and header, of
// its body
// and of the answer. It is called when somebody reads the entry: what it says follows from its arguments alone.
type Record func(r *http.Request, body []byte, response *Response) *journal.Exchange

type connectionKey struct{}

// Handler makes h a visitor of the bench: the request is read in full, a visit is opened, h answers into memory
// under the visit's context, the answer is dated by the party's clock (nil: true time), the exchange is written
// to the journal as record tells it (nil: nothing is), the visit ends, and only then the answer is written. h
// may sleep and dial under the request's context. A handler that panics with [http.ErrAbortHandler] closes the
// connection without an
// answer; another panic is kept in the World and answered with status 500. Handlers that stream, or that act on
// nothing, are not to be wrapped.
func (n *Network) Handler(party string, clock *vtime.Clock, h http.Handler,
	record Record,
) http.Handler {
	now := n.world.Now
	if clock != nil {
		now = clock.Now
	}
	date := &stamp{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, long, err := readBody(r.Body, r.ContentLength)
		_, answersLong := h.(LongRequests)
		switch {
		case err != nil:
			panic(http.ErrAbortHandler) // half a request: its sender has gone
		case long && !answersLong:
			http.Error(w, "the request is too long", http.StatusRequestEntityTooLarge)
			return
		}
		peer := n.requestPeer(party, r)
		visit := peer.Visit(r.Method + " " + r.URL.Path)
		began := n.world.Now()
		answer := &recorder{header: http.Header{}} // of its own: who wraps this handler may change what is sent
		aborted := func() bool {
			defer visit.End()
			inner := r.WithContext(visit.Context(r.Context()))
			inner.Body = io.NopCloser(bytes.NewReader(body))
			if long {
				inner.Body = io.NopCloser(tooLong{})
			}
			aborted := n.serve(h, answer, inner, party+" for "+peer.Connection())
			answer.finish()
			if answer.header["Date"] == nil {
				answer.header["Date"] = date.at(now())
			}
			if aborted {
				answer.status = 0
			}
			if record != nil && n.journal != nil && !answer.unrecorded {
				n.recordExchange(
					journal.Entry{
						Party:      party,
						Connection: peer.Connection(),
						Kind:       journal.KindHTTP,
						Detail:     took(n.world.Now().Sub(began)),
					},
					record,
					r,
					body,
					answer,
				)
			}
			return aborted
		}()
		if aborted {
			panic(http.ErrAbortHandler)
		}
		if answer.complete != nil {
			answer.complete(answer.written())
		}
		maps.Copy(w.Header(), answer.header)
		if answer.leaving == Closing {
			peer.closing()
		}
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.written()) // a client that has gone is no matter of the server's
		if answer.piece != nil {
			for sent := 0; sent < answer.most; sent += len(answer.piece) {
				if _, err := w.Write(answer.piece); err != nil {
					break
				}
			}
			panic(http.ErrAbortHandler)
		}
		switch answer.leaving {
		case InSilence:
			peer.fallSilent()
		case Closing:
			_ = http.NewResponseController(w).Flush() // the same
			panic(http.ErrAbortHandler)
		case Staying:
		}
	})
}

// took says how long an answer took; nil: no time passed.
func took(d time.Duration) map[string]string {
	if d < time.Millisecond { // a flowing World moves all the time
		return nil
	}
	return map[string]string{journal.DetailTook: d.String()}
}

// recordExchange writes an exchange to the journal. The body of an answer that is finished after its record is copied.
func (n *Network) recordExchange(
	entry journal.Entry,
	record Record,
	r *http.Request,
	body []byte,
	answer *recorder,
) {
	request := &http.Request{
		Method:        r.Method,
		URL:           r.URL,
		Proto:         r.Proto,
		ProtoMajor:    r.ProtoMajor,
		ProtoMinor:    r.ProtoMinor,
		Header:        r.Header,
		ContentLength: r.ContentLength,
		Host:          r.Host,
		RequestURI:    r.RequestURI,
	}
	body = trimmed(body)
	response := &Response{Status: answer.status, Header: answer.header, Body: answer.shared}
	switch {
	case answer.shared != nil:
	case answer.complete != nil: // in place, when the record is made
		response.Body = bytes.Clone(answer.body.Bytes())
	default:
		response.Body = trimmed(answer.body.Bytes())
	}
	size := exchangeBytes + len(body) + len(response.Body)
	for _, header := range []http.Header{r.Header, answer.header} {
		for _, values := range header {
			for _, value := range values {
				size += headerBytes + len(value)
			}
		}
	}
	if described := answer.described; described != nil {
		record = func(*http.Request, []byte, *Response) *journal.Exchange { return described }
	}
	n.journal.AppendExchange(entry, size, func() *journal.Exchange { return record(request, body, response) })
}

// trimmed is a body that is kept: a copy, where much of its memory would lie idle.
func trimmed(body []byte) []byte {
	if cap(body)-len(body) <= len(body)/8+64 {
		return body
	}
	return bytes.Clone(body)
}

// What an exchange takes in memory beside its bodies and the values of its headers, in bytes, about.
const (
	exchangeBytes = 600
	headerBytes   = 60
)

// serve runs h and reports whether it broke the connection off.
func (n *Network) serve(h http.Handler, w *recorder, r *http.Request, who string) (aborted bool) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler:
			aborted = true
		default:
			n.world.Panicked(who, p)
			w.status = http.StatusInternalServerError
			clear(w.header)
			w.header.Set("Content-Type", "text/plain; charset=utf-8")
			w.body.Reset()
			w.shared, w.complete = nil, nil
			w.body.WriteString("internal error of the simulation\n")
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// requestPeer finds who sent a request, also one that came over a server that ServeHTTP did not start.
func (n *Network) requestPeer(party string, r *http.Request) *Peer {
	if conn, ok := r.Context().Value(connectionKey{}).(net.Conn); ok {
		return n.Peer(conn)
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local != nil {
		n.linking.Lock()
		l := n.noted[noteKey(name(r.RemoteAddr), local)]
		n.linking.Unlock()
		if l != nil {
			return &Peer{network: n, link: l}
		}
	}
	return &Peer{network: n, link: n.outside(party)}
}

// ServeHTTP serves h on a listener of the network until the returned server is closed; tlsConfig nil: without
// TLS. The server has no time-outs of net/http, since they would be the machine's, but a client from outside
// has 60 s of the
// bench's for a request; it logs nothing. Connections are counted for [Reset].
func (n *Network) ServeHTTP(l net.Listener, tlsConfig *tls.Config, h http.Handler) (*http.Server, error) {
	return n.serveOn(&countingListener{Listener: l, network: n}, tlsConfig, h)
}

// ServeWebPage is [Network.ServeHTTP] for the web page of a device: who speaks HTTP to its port of HTTPS is led
// on to
// HTTPS, as by the device's port of HTTP. What a form held is not taken.
func (n *Network) ServeWebPage(l net.Listener, tlsConfig *tls.Config, h http.Handler) (*http.Server, error) {
	return n.serveOn(&countingListener{Listener: l, network: n, leads: true}, tlsConfig, h)
}

func (n *Network) serveOn(l *countingListener, tlsConfig *tls.Config, h http.Handler) (*http.Server, error) {
	if tlsConfig != nil && tlsConfig.GetCertificate == nil && len(tlsConfig.Certificates) == 0 &&
		tlsConfig.GetConfigForClient == nil {
		return nil, errors.New("serve HTTPS: the configuration has no certificate")
	}
	server := &http.Server{
		Handler:     awaited(withTLSState(h)),
		ErrorLog:    log.New(panicLog{n.world, l.Listener}, "", 0),
		BaseContext: func(net.Listener) context.Context { return background() },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c)
		},
		ConnState: connState,
		// Beyond loopback, and from a test that attacks, anything can come.
		MaxHeaderBytes: maximumHeader,
		TLSNextProto:   map[string]func(*http.Server, *tls.Conn, http.Handler){}, // HTTP/1.1 only: one request at a time
	}
	if tlsConfig != nil {
		l.tls = tlsConfig.Clone()
		l.tls.NextProtos = []string{"http/1.1"}
	}
	Expect(l.Listener)
	go func() { _ = server.Serve(l) }() // ends with http.ErrServerClosed
	return server, nil
}

// panicLog hears what net/http has to say: only that a connection's program has panicked is worth keeping.
type panicLog struct {
	world    *vtime.World
	listener net.Listener
}

// quiet hears nothing.
func (n *Network) quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// panicServing is how net/http begins that message, before the client's address.
const panicServing = "http: panic serving "

func (p panicLog) Write(line []byte) (int, error) {
	if text, found := strings.CutPrefix(string(line), panicServing); found {
		who := "a web server"
		if ours, known := p.listener.(*listener); known {
			who = ours.party
		}
		_, value, _ := strings.Cut(text, ": ")
		value, _, _ = strings.Cut(value, "\n")
		p.world.Panicked(who, value)
	}
	return len(line), nil
}

// countingListener puts TLS and the counting of application bytes on every connection.
type countingListener struct {
	net.Listener
	network *Network
	tls     *tls.Config
	leads   bool // see [Network.ServeWebPage]
}

func (l *countingListener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	peer := l.network.Peer(raw)
	peer.link.web = true
	raw = l.network.patiently(raw, peer.link)
	if l.tls == nil {
		peer.link.endRequest()
		return peer.Application(raw), nil
	}
	secured := &handshaking{link: peer.link}
	if l.leads {
		secured.heard = &hearing{Conn: raw}
		raw = secured.heard
	}
	secured.Conn = tls.Server(raw, l.tls)
	return peer.Application(secured), nil
}

// connState notes whether the HTTP server owes an answer: its reading ahead does not tell.
func connState(conn net.Conn, state http.ConnState) {
	counted, ok := conn.(*application)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		counted.link.beginRequest()
	case http.StateIdle, http.StateClosed:
		counted.link.endRequest()
		if counted.link.patience != nil {
			counted.link.patience.over()
		}
	case http.StateNew, http.StateHijacked:
	}
}

// handshaking makes TLS before the first request is waited for, so that waiting for it is told apart from
// waiting in
// the handshake.
type handshaking struct {
	*tls.Conn
	link  *link
	heard *hearing // nil: who speaks HTTP is not led on to HTTPS
	made  bool     // belongs to the goroutine that serves the connection, as state does
	state *tls.ConnectionState
}

// NetConn leads [unwrap] on.
func (h *handshaking) NetConn() net.Conn { return h.Conn.NetConn() }

// Read is first called by the goroutine that serves the connection, and by others only after a request was
// read.
func (h *handshaking) Read(p []byte) (int, error) {
	if !h.made {
		if err := h.Handshake(); err != nil {
			answerPlain(err, h.heard)
			return 0, err
		}
		h.made = true
		if h.heard != nil {
			h.heard.forget()
		}
		h.link.endRequest()
	}
	return h.Conn.Read(p)
}

// stateForHandlers is what TLS agreed on, the same for each request of the connection. It must not be changed.
func (h *handshaking) stateForHandlers() *tls.ConnectionState {
	if h.state == nil {
		state := h.ConnectionState()
		h.state = &state
	}
	return h.state
}

// hearing is a connection that keeps what is read from it during the handshake, in which TLS has read on when
// it finds
// that the client speaks something else.
type hearing struct {
	net.Conn
	made bool
	text []byte
}

// NetConn leads [unwrap] on.
func (h *hearing) NetConn() net.Conn { return h.Conn }

// Read reads, and keeps it.
func (h *hearing) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if !h.made && len(h.text) < maximumHeader {
		h.text = append(h.text, p[:n]...)
	}
	return n, err
}

// forget is called when the handshake is made.
func (h *hearing) forget() { h.made, h.text = true, nil }

// plainAnswer is what a client hears that speaks HTTP to a port of HTTPS.
const plainAnswer = "This port speaks HTTPS. Write https:// in place of http:// in the address.\n"

// requestLines are the first octets of HTTP requests, as many as a record of TLS has for its header.
var requestLines = []string{"GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH"}

// answerPlain answers a client whose first octets are those of an HTTP request, not of a handshake. Who is
// heard, and
// names a host, is led on to HTTPS.
func answerPlain(err error, heard *hearing) {
	var header tls.RecordHeaderError
	if !errors.As(err, &header) || header.Conn == nil ||
		!slices.Contains(requestLines, string(header.RecordHeader[:])) {
		return
	}
	answer := fmt.Sprintf("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(plainAnswer), plainAnswer)
	if heard != nil {
		if target := heard.onHTTPS(); target != "" {
			answer = "HTTP/1.1 303 See Other\r\nLocation: " + target +
				"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		}
	}
	_, _ = io.WriteString(header.Conn, answer)
	// What is still to be read when a connection is closed makes a reset of it, which can take the answer with
	// it.
	_, _ = io.CopyN(io.Discard, header.Conn, plainDrained)
}

// onHTTPS reads the request and returns its address over HTTPS; empty if it has no host.
func (h *hearing) onHTTPS() string {
	rest := io.LimitReader(h.Conn, maximumHeader)
	r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(slices.Clone(h.text)), rest)))
	if err != nil || r.Host == "" {
		return ""
	}
	target := url.URL{
		Scheme:   "https",
		Host:     r.Host,
		Path:     r.URL.Path,
		RawPath:  r.URL.RawPath,
		RawQuery: r.URL.RawQuery,
	}
	return target.String()
}

// plainDrained is how much of such a request is read after the answer, in octets.
const plainDrained = 64 << 10

// withTLSState tells handlers that the request came over TLS, which net/http does not see under our wrapper.
func withTLSState(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrapped, ok := r.Context().Value(connectionKey{}).(*application); ok && r.TLS == nil {
			if secured, ok := wrapped.Conn.(*handshaking); ok {
				r.TLS = secured.stateForHandlers()
			}
		}
		h.ServeHTTP(w, r)
	})
}
