package wire

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/expiry"
	"mfpsim/fakeentra/internal/forms"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// Request is one request to the fake, read and parsed.
type Request struct {
	HTTP        *http.Request
	Path        string
	Host        string // as the client reached us, with its port
	Authority   string // the host that issuers and links name
	Alias       directory.Alias
	Form        forms.Values // of the body
	Query       forms.Values
	Raw         []byte // a body that is no form
	At          time.Time
	Trace       string
	Correlation string
	V1          bool          // it came by one of the older endpoints
	Telemetry   bool          // the client sent x-client-…: it gets x-ms-clitelem
	Day         Fact          // the newest fact of the day whose answers are given
	Lifetime    time.Duration // of the code that is asked for, by a planted answer; 0: the usual one
	Interval    time.Duration
}

// Param finds a parameter in the body, then in the query: both are used in the field (docs/reference/entra.md §14).
func (a *Request) Param(name string) string {
	if v, ok := a.Form[name]; ok {
		return v
	}
	return a.Query[name]
}

// Has reports whether a parameter came with a value.
func (a *Request) Has(name string) bool { return a.Param(name) != "" }

// Link makes an absolute URL under the host that the client used.
func (a *Request) Link(path string) string { return "https://" + a.Host + path }

// Either finds a parameter and tells whether it came at all.
func (a *Request) Either(name string) (string, bool) {
	if v, ok := a.Form[name]; ok {
		return v, true
	}
	v, ok := a.Query[name]
	return v, ok
}

// Capable reports whether the claims parameter says that the client understands claims challenges
// (docs/reference/entra.md §3).
func (a *Request) Capable() bool {
	claims := a.Param("claims")
	if claims == "" {
		return false
	}
	var c struct {
		AccessToken struct {
			XMSCC struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	return json.Unmarshal([]byte(claims), &c) == nil && words.Contain(c.AccessToken.XMSCC.Values, "cp1")
}

// Scope reads what is asked for: v1 asks for a resource, v2 for scopes.
func (a *Request) Scope(known *resources.Table, application string) (resources.Request, *catalogue.Problem) {
	if a.V1 {
		return known.Whole(a.Param("resource"))
	}
	if !a.Has("scope") {
		return resources.Request{}, catalogue.Fail(900144).With("name", "scope")
	}
	limit := resources.Several
	if a.Alias.Consumers() {
		limit = resources.SinglePersonal
	}
	return known.Parse(a.Param("scope"), application, limit)
}

// Client reads who asks: client_id in the body, or by HTTP Basic; an empty secret is none
// (docs/reference/entra.md §14).
func (a *Request) Client() (id, secret, assertion string) {
	id, secret, assertion = a.Param("client_id"), a.Param("client_secret"), a.Param("client_assertion")
	if name, password, ok := a.HTTP.BasicAuth(); ok {
		if id == "" {
			id = name
		}
		if secret == "" {
			secret = password
		}
	}
	return id, secret, assertion
}

// Front is what every request and every answer passes.
type Front struct {
	Random    *chance.Reader // codes, ids, tokens: drawn in the order of turns
	Now       func() time.Time
	Language  string // of the pages, where a request names none
	LoopLimit int    // see [Front.Looping]
	// Cookies is where the cookie of a session that nobody has signed in to is drawn from.
	Cookies *chance.Reader

	day atomic.Int64 // the newest fact

	mu     sync.Mutex
	loops  map[string]int       // how often each request came within the window
	looked expiry.Queue[string] // when each is out of it
}

// MaxBody is the largest request that is looked at; a longer one is cut.
const MaxBody = 1 << 20

// Read parses a request. The body was read in full by the network's handler before.
func (f *Front) Read(r *http.Request) *Request {
	a := &Request{
		HTTP: r, Path: r.URL.Path, At: f.Now(), Query: forms.Parse(r.URL.RawQuery), Day: Fact(f.day.Load()),
	}
	body := readBody(r)
	if forms.Is(r.Header.Get("Content-Type")) {
		a.Form = forms.Parse(string(body))
	} else {
		a.Raw = body
	}
	host := strings.ToLower(hosts.Of(r.Host))
	a.Host, a.Authority = r.Host, r.Host
	if hosts.Microsofts(host) {
		// Under Microsoft's names a port that is not 443 stays: without it addresses would lead to the real service.
		port := portOf(r.Host)
		a.Host, a.Authority = host+port, "login.microsoftonline.com"+port
	}
	a.Trace = f.TraceID()
	a.Correlation = r.Header.Get("Client-Request-Id")
	if a.Correlation == "" {
		// it is remembered, and the body is not to be with it
		a.Correlation = strings.Clone(a.Param("client-request-id"))
	}
	if !directory.ValidGUID(a.Correlation) {
		a.Correlation = f.Random.UUID()
	}
	for name := range r.Header {
		a.Telemetry = a.Telemetry || ofTelemetry(name)
	}
	for name := range a.Form {
		a.Telemetry = a.Telemetry || ofTelemetry(name)
	}
	return a
}

// portOf is the port that a client named, with its colon; "" for that of HTTPS.
func portOf(host string) string {
	if _, port, err := net.SplitHostPort(host); err == nil && port != "443" {
		return ":" + port
	}
	return ""
}

// OwnPort reports whether the client reached the fake at a port that is not that of HTTPS.
func (a *Request) OwnPort() bool { return portOf(a.Host) != "" }

// readBody reads a body up to MaxBody. It is a buffer of the network: it does not fail.
func readBody(r *http.Request) []byte {
	if r.ContentLength < 0 || r.ContentLength > MaxBody {
		body, _ := io.ReadAll(io.LimitReader(r.Body, MaxBody))
		return body
	}
	body := make([]byte, r.ContentLength)
	n, _ := io.ReadFull(r.Body, body)
	return body[:n]
}

// ofTelemetry reports whether a header or a parameter is one by which a library of Microsoft's says what it is.
func ofTelemetry(name string) bool {
	const head = "x-client-"
	return len(name) >= len(head) && strings.EqualFold(name[:len(head)], head)
}

// TraceID draws a request id; those of Entra end in 00, 01 or 02 (docs/reference/entra.md §2.3).
func (f *Front) TraceID() string { return f.Random.UUIDEnding("00") }
