// Package wire reads requests, and writes what every answer of Entra has: headers, error bodies, pages.
package wire

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/ordered"
)

// estsServer is the release and the ring that the answers name: captured, AZJS-dev (2022-03-01).
const estsServer = "2.1.12529.16 - WUS2 ProdSlices"

// SetHeaders writes the headers of every token and devicecode answer: captured, AZJS-dev; X-XSS-Protection since 2022,
// x-ms-srs and Referrer-Policy since 2024 (docs/reference/entra.md §2.3).
func (f *Front) SetHeaders(w http.ResponseWriter, a *Request) {
	h := w.Header()
	set := func(name, value string) { h[name] = []string{value} } // as captured: not in Go's canonical form
	set("Cache-Control", "no-store, no-cache")
	set("Pragma", "no-cache")
	set("Content-Type", "application/json; charset=utf-8")
	set("Expires", "-1")
	f.SetCommon(h, a)
}

// SetCommon writes the headers of every answer.
func (f *Front) SetCommon(h http.Header, a *Request) {
	set := func(name, value string) { h[name] = []string{value} }
	set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	set("X-Content-Type-Options", "nosniff")
	set("P3P", `CP="DSP CUR OTPi IND OTRi ONL FIN"`)
	if origin := a.HTTP.Header.Get("Origin"); origin != "" {
		set("Access-Control-Allow-Origin", "*")
		set("Access-Control-Expose-Headers", "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs")
		set("Access-Control-Allow-Methods", "POST, OPTIONS")
	}
	if strings.EqualFold(a.HTTP.Header.Get("return-client-request-id"), "true") {
		set("client-request-id", a.Correlation)
	}
	set("x-ms-request-id", a.Trace)
	set("x-ms-ests-server", estsServer)
	set("x-ms-srs", "1.P")
	set("Referrer-Policy", "strict-origin-when-cross-origin")
	set("X-XSS-Protection", "0")
	expires := a.At.Add(30 * 24 * time.Hour).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT")
	h["Set-Cookie"] = append(h["Set-Cookie"],
		"fpc="+base64.RawURLEncoding.EncodeToString(f.Random.Bytes(16))+"; expires="+
			expires+"; path=/; secure; HttpOnly; SameSite=None",
		"x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly",
		"stsservicecookie=estsfd; path=/; secure; samesite=none; httponly")
}

// SetDiscoveryHeaders writes those of discovery documents and keys: captured, AZJS-dev (docs/reference/entra.md §1.2).
func (f *Front) SetDiscoveryHeaders(w http.ResponseWriter, a *Request) {
	f.SetHeaders(w, a)
	h := w.Header()
	h["Cache-Control"] = []string{"max-age=86400, private"}
	delete(h, "Pragma")
	delete(h, "Expires")
	h["Access-Control-Allow-Origin"] = []string{"*"}
	h["Access-Control-Allow-Methods"] = []string{"GET, OPTIONS"}
}

// Write sends a JSON answer.
func Write(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // into the network's buffer
}

// AnswerError sends an error in Entra's JSON layout (docs/reference/entra.md §2.3): key order, single spaces as since
// October 2023, trace_id equal to x-ms-request-id.
func (f *Front) AnswerError(w http.ResponseWriter, a *Request, p *catalogue.Problem) {
	f.SetHeaders(w, a)
	if a.Telemetry {
		w.Header()["x-ms-clitelem"] = []string{"1," + strconv.Itoa(p.Row.Code) + ",0,,"}
	}
	Write(w, cmp.Or(p.Row.Status, http.StatusBadRequest), errorBody(a, p))
}

// errorBody is the body of an error answer.
func errorBody(a *Request, p *catalogue.Problem) []byte {
	correlation := cmp.Or(p.Correlation, a.Correlation)
	stamp := catalogue.ErrorTime(a.At)
	o := ordered.New(700)
	o.Text("error", p.Word())
	o.Text("error_description", p.Message()+" Trace ID: "+a.Trace+" Correlation ID: "+correlation+" Timestamp: "+stamp)
	if p.Row.Code != 0 {
		o.Numbers("error_codes", p.Row.Code)
	} else {
		o.Numbers("error_codes")
	}
	o.Text("timestamp", stamp).Text("trace_id", a.Trace).Text("correlation_id", correlation)
	if p.Row.Code != 0 && !p.Row.OmitsURI {
		o.Text("error_uri", "https://"+a.Authority+"/error?code="+strconv.Itoa(p.Row.Code))
	}
	if p.Row.Suberror != "" {
		o.Text("suberror", p.Row.Suberror)
	}
	if p.Claims != "" {
		o.Text("claims", p.Claims)
	}
	return o.Bytes()
}
