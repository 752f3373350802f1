package fakeentra

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/forms"
	"mfpsim/fakeentra/internal/ordered"
)

// estsServer is the release and the ring that the answers name: captured, AZJS-dev (2022-03-01).
const estsServer = "2.1.12529.16 - WUS2 ProdSlices"

// ask is one request to the fake, read and parsed.
type ask struct {
	request     *http.Request
	path        string
	host        string // as the client reached us, with a port that is not 443
	authority   string // the host that issuers and links name
	alias       tenantAlias
	form        forms.Values // of the body
	query       forms.Values
	raw         []byte // a body that is no form
	at          time.Time
	trace       string
	correlation string
	v1          bool          // it came by one of the older endpoints
	telemetry   bool          // the client sent x-client-…: it gets x-ms-clitelem
	lifetime    time.Duration // of the code that is asked for, by a knob; 0: the usual one
	interval    time.Duration
}

// param finds a parameter in the body, then in the query: both are used in the field (entra.md §14).
func (a *ask) param(name string) string {
	if v, ok := a.form[name]; ok {
		return v
	}
	return a.query[name]
}

// has reports whether a parameter came with a value.
func (a *ask) has(name string) bool { return a.param(name) != "" }

// link makes an absolute URL under the host that the client used.
func (a *ask) link(path string) string { return "https://" + a.host + path }

// setHeaders writes the headers of every token and devicecode answer: captured, AZJS-dev; X-XSS-Protection since 2022,
// x-ms-srs and Referrer-Policy since 2024 (entra.md §2.3).
func (s *Server) setHeaders(w http.ResponseWriter, a *ask) {
	h := w.Header()
	set := func(name, value string) { h[name] = []string{value} } // as captured: not in Go's canonical form
	set("Cache-Control", "no-store, no-cache")
	set("Pragma", "no-cache")
	set("Content-Type", "application/json; charset=utf-8")
	set("Expires", "-1")
	s.setCommon(h, a)
}

func (s *Server) setCommon(h http.Header, a *ask) {
	set := func(name, value string) { h[name] = []string{value} }
	set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	set("X-Content-Type-Options", "nosniff")
	set("P3P", `CP="DSP CUR OTPi IND OTRi ONL FIN"`)
	if origin := a.request.Header.Get("Origin"); origin != "" {
		set("Access-Control-Allow-Origin", "*")
		set("Access-Control-Expose-Headers", "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs")
		set("Access-Control-Allow-Methods", "POST, OPTIONS")
	}
	if strings.EqualFold(a.request.Header.Get("return-client-request-id"), "true") {
		set("client-request-id", a.correlation)
	}
	set("x-ms-request-id", a.trace)
	set("x-ms-ests-server", estsServer)
	set("x-ms-srs", "1.P")
	set("Referrer-Policy", "strict-origin-when-cross-origin")
	set("X-XSS-Protection", "0")
	expires := a.at.Add(30 * 24 * time.Hour).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT")
	h["Set-Cookie"] = append(h["Set-Cookie"],
		"fpc="+base64.RawURLEncoding.EncodeToString(s.random.Bytes(16))+"; expires="+expires+"; path=/; secure; HttpOnly; SameSite=None",
		"x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
		"stsservicecookie=estsfd; path=/; secure; samesite=none; httponly")
}

// setDiscoveryHeaders writes those of discovery documents and keys: captured, AZJS-dev (entra.md §1.2).
func (s *Server) setDiscoveryHeaders(w http.ResponseWriter, a *ask) {
	s.setHeaders(w, a)
	h := w.Header()
	h["Cache-Control"] = []string{"max-age=86400, private"}
	delete(h, "Pragma")
	delete(h, "Expires")
	h["Access-Control-Allow-Origin"] = []string{"*"}
	h["Access-Control-Allow-Methods"] = []string{"GET, OPTIONS"}
}

// write sends a JSON answer.
func write(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // into the network's buffer
}

// answerError sends an error in Entra's JSON layout (entra.md §2.3): key order, single spaces as since October 2023,
// trace_id equal to x-ms-request-id.
func (s *Server) answerError(w http.ResponseWriter, a *ask, p *catalogue.Problem) {
	s.setHeaders(w, a)
	if a.telemetry {
		w.Header()["x-ms-clitelem"] = []string{"1," + strconv.Itoa(p.Row.Code) + ",0,,"}
	}
	write(w, cmp.Or(p.Row.Status, http.StatusBadRequest), errorBody(a, p))
}

// errorBody is the body of an error answer.
func errorBody(a *ask, p *catalogue.Problem) []byte {
	correlation := cmp.Or(p.Correlation, a.correlation)
	stamp := catalogue.ErrorTime(a.at)
	o := ordered.New(700)
	o.Text("error", p.Word())
	o.Text("error_description", p.Message()+" Trace ID: "+a.trace+" Correlation ID: "+correlation+" Timestamp: "+stamp)
	if p.Row.Code != 0 {
		o.Numbers("error_codes", p.Row.Code)
	} else {
		o.Numbers("error_codes")
	}
	o.Text("timestamp", stamp).Text("trace_id", a.trace).Text("correlation_id", correlation)
	if p.Row.Code != 0 && !p.Row.OmitsURI {
		o.Text("error_uri", "https://"+a.authority+"/error?code="+strconv.Itoa(p.Row.Code))
	}
	if p.Row.Suberror != "" {
		o.Text("suberror", p.Row.Suberror)
	}
	if p.Claims != "" {
		o.Text("claims", p.Claims)
	}
	return o.Bytes()
}
