package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
)

// The planes of a bench's owner.
const (
	inControl = "control"
	inGraph   = "graph"
	inPanel   = "panel"
)

// call is a request of the bench's owner that may have changed something.
type call struct {
	at     time.Duration // since the bench began
	plane  string
	method string
	target *url.URL
	kind   string // Content-Type
	body   []byte
}

// maxCalls and maxOctets bound what is kept of them.
const (
	maxCalls  = 10_000
	maxOctets = 64 << 20 // of bodies and addresses
)

// calls keeps the requests of the bench's owner, so that they can be made again. The zero value is ready.
type calls struct {
	mu      sync.Mutex
	made    []call
	octets  int    // of them
	flying  int    // requests under way
	problem string // why they cannot be made again; empty: they can
}

// quiet are requests that change nothing that could be made again.
var quiet = []string{"/reset", "/points", "/turn/break", "/break", "/case", "/case/next", "/case/skip", "/evidence"}

// changes reports whether a request may change something. Answers of Graph have ids that are drawn from the seed, so
// that looking changes what comes next; a message that is read counts as read.
func changes(plane string, r *http.Request) bool {
	switch {
	case plane == inGraph, strings.HasPrefix(r.URL.Path, "/api/v1/message/"):
		return true
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return false
	}
	return !slices.Contains(quiet, r.URL.Path) && !strings.HasPrefix(r.URL.Path, "/record/")
}

// keep serves a request and keeps it. serve is given the body as it was read.
func (c *calls) keep(at time.Duration, plane string, r *http.Request, serve func(body []byte)) {
	if !changes(plane, r) {
		serve(nil)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, routes.MaxBody+1))
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), r.Body))
	c.mu.Lock()
	switch {
	case c.problem != "":
	case c.flying > 0:
		c.problem = "two requests were under way at once"
	case err != nil || len(body) > routes.MaxBody:
		c.problem = "a request was too long, or was cut off"
	case len(c.made) == maxCalls:
		c.problem = fmt.Sprintf("there were more than %d requests", maxCalls)
	case c.octets+len(body)+len(r.URL.RequestURI()) > maxOctets:
		c.problem = "the requests together were too long"
	default:
		c.octets += len(body) + len(r.URL.RequestURI())
		c.made = append(c.made, call{at, plane, r.Method, r.URL, r.Header.Get("Content-Type"), body})
	}
	if c.problem != "" {
		c.made = nil // nobody makes them again
	}
	c.flying++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.flying--
	}()
	serve(body)
}

// call carries out a request of the bench's owner: it is kept, and recorded.
func (b *bench) call(at time.Duration, plane string, w http.ResponseWriter, r *http.Request) {
	b.calls.keep(at, plane, r, func(body []byte) {
		b.recordCall(plane, r, body, w, func(w http.ResponseWriter) { b.planes[plane].ServeHTTP(w, r) })
	})
}

// all returns what was kept, if it can be made again.
func (c *calls) all() ([]call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.problem != "":
		return nil, errors.New(c.problem)
	case c.flying > 0:
		return nil, errors.New("a request is under way")
	}
	return slices.Clone(c.made), nil
}

// again makes a call on a bench. What it answered the first time it answers now.
func (c call) again(b *bench) error {
	if ahead := c.at - b.world.Elapsed(); ahead > 0 {
		if _, err := b.world.Advance(ahead); err != nil {
			return err
		}
	}
	r := &http.Request{
		Method: c.method, URL: c.target, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c.body)),
		Host: "localhost", ContentLength: int64(len(c.body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	r.Header.Set("Content-Type", c.kind)
	b.call(c.at, c.plane, &unheard{header: http.Header{}}, r)
	return nil
}

// unheard is an answer that nobody waits for.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) WriteHeader(int)             {}
func (u *unheard) Write(p []byte) (int, error) { return len(p), nil }
