// Package wire reads requests, and writes the parts that all answers of Entra have: headers, error bodies, pages.
package wire

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/faultnet"
)

// estsServer is the release and the ring that the answers name: captured, AZJS-dev (2022-03-01).
const estsServer = "2.1.12529.16 - WUS2 ProdSlices"

// fields are header fields that are the same in every answer. Their values are shared by all answers: they are put in
// place of others, never changed.
type fields []struct {
	name   string // as captured: not in Go's canonical form
	values []string
}

// put sets the fields.
func (f fields) put(h http.Header) {
	for _, field := range f {
		h[field.name] = field.values
	}
}

// Fields of answers: captured, AZJS-dev; X-XSS-Protection since 2022, x-ms-srs and Referrer-Policy since 2024
// (docs/reference/entra.md §2.3, §1.2).
var (
	commonFields = fields{
		{"Strict-Transport-Security", []string{"max-age=31536000; includeSubDomains"}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"P3P", []string{`CP="DSP CUR OTPi IND OTRi ONL FIN"`}},
		{"x-ms-ests-server", []string{estsServer}},
	}
	referrerFields = fields{
		{"x-ms-srs", []string{"1.P"}},
		{"Referrer-Policy", []string{"strict-origin-when-cross-origin"}},
	}
	protectionFields = fields{{"X-XSS-Protection", []string{"0"}}}
	scriptFields     = fields{ // for pages with script
		{"Access-Control-Allow-Origin", []string{"*"}},
		{"Access-Control-Expose-Headers", []string{"Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs"}},
		{"Access-Control-Allow-Methods", []string{"POST, OPTIONS"}},
	}
	tokenFields = fields{
		{"Cache-Control", []string{"no-store, no-cache"}},
		{"Pragma", []string{"no-cache"}},
		{"Content-Type", jsonType},
		{"Expires", []string{"-1"}},
	}
	discoveryFields = fields{
		{"Cache-Control", []string{"max-age=86400, private"}},
		{"Content-Type", jsonType},
		{"Access-Control-Allow-Origin", []string{"*"}},
		{"Access-Control-Allow-Methods", []string{"GET, OPTIONS"}},
	}
	jsonType = []string{"application/json; charset=utf-8"}
)

// SetHeaders writes the headers of every token and devicecode answer.
func (f *Front) SetHeaders(w http.ResponseWriter, a *Request) {
	h := w.Header()
	tokenFields.put(h)
	f.SetCommon(h, a)
}

// SetCommon writes the headers of every answer.
func (f *Front) SetCommon(h http.Header, a *Request) {
	commonFields.put(h)
	if a.Since(ReferrerHeaders) {
		referrerFields.put(h)
	}
	if a.Since(DeviceCookie) {
		protectionFields.put(h)
	}
	if a.HTTP.Header.Get("Origin") != "" {
		scriptFields.put(h)
	}
	if strings.EqualFold(a.HTTP.Header.Get("Return-Client-Request-Id"), "true") {
		h["client-request-id"] = []string{a.Correlation}
	}
	h["x-ms-request-id"] = []string{a.Trace}
	cookies := slices.Grow(h["Set-Cookie"], 4) // with room for esctx
	h["Set-Cookie"] = append(cookies, f.fpc(a.At), gatewayCookie, serviceCookie)
}

// SetDeviceHeaders writes the headers of a devicecode answer: since 2022-05 with esctx.
func (f *Front) SetDeviceHeaders(w http.ResponseWriter, a *Request) {
	f.SetHeaders(w, a)
	if a.Since(DeviceCookie) {
		f.addSession(w.Header(), a)
	}
}

// addSession adds the cookie esctx behind fpc. Its name, attributes, length and the beginning and end of its value are
// captured (azure-sdk-for-js, a recording of 2023-10-13); nothing is behind it here.
func (f *Front) addSession(h http.Header, a *Request) {
	var drawn [144]byte
	f.Cookies.Draw(drawn[:])
	var room [384]byte // one text, made in one go: every discovery answer has it
	cookie := append(room[:0], secrets.SessionCookie+"=PAQABAAEAAAA"...)
	cookie = append(base64.RawURLEncoding.AppendEncode(cookie, drawn[:]), "gAA"...)
	if hosts.Microsofts(a.Host) {
		cookie = append(cookie, "; domain=.login.microsoftonline.com"...)
	}
	cookie = append(cookie, "; path=/; secure; HttpOnly; SameSite=None"...)
	h["Set-Cookie"] = slices.Insert(h["Set-Cookie"], len(h["Set-Cookie"])-2, string(cookie))
}

// Cookies of every answer: captured, AZJS-dev.
const (
	gatewayCookie = "x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly"
	serviceCookie = "stsservicecookie=estsfd; path=/; secure; samesite=none; httponly"
)

// fpc draws the cookie that tells one client from another.
func (f *Front) fpc(at time.Time) string {
	var drawn [16]byte
	f.Random.Draw(drawn[:])
	b := make([]byte, 0, 128)
	b = append(b, "fpc="...)
	b = base64.RawURLEncoding.AppendEncode(b, drawn[:])
	b = append(b, "; expires="...)
	b = at.Add(30*24*time.Hour).UTC().AppendFormat(b, "Mon, 02-Jan-2006 15:04:05 GMT")
	b = append(b, "; path=/; secure; HttpOnly; SameSite=None"...)
	return string(b)
}

// SetDiscoveryHeaders writes those of discovery documents and keys.
func (f *Front) SetDiscoveryHeaders(w http.ResponseWriter, a *Request) {
	h := w.Header()
	f.SetCommon(h, a)
	f.addSession(h, a)
	discoveryFields.put(h)
}

// Write sends a JSON answer.
func Write(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // into the network's buffer
}

// WriteShared is Write for a body that nobody ever changes, and that many answers have.
func WriteShared(w http.ResponseWriter, status int, body []byte) {
	shared, can := w.(faultnet.Sharer)
	if !can { // an answer that is planted is spoilt on its way
		Write(w, status, body)
		return
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	shared.WriteShared(body)
}

// AnswerError sends an error in Entra's JSON layout (docs/reference/entra.md §2.3): key order, trace_id
// equal to x-ms-request-id.
func (f *Front) AnswerError(w http.ResponseWriter, a *Request, p *catalogue.Problem) {
	f.SetHeaders(w, a)
	if a.Telemetry {
		w.Header()["x-ms-clitelem"] = []string{"1," + strconv.Itoa(p.Row.Code) + ",0,,"}
	}
	Write(w, cmp.Or(p.Row.Status, http.StatusBadRequest), errorBody(a, p))
}

// AnswerOldTLS tells a client that it comes by a version of TLS that is not served any more: an HTTP answer, not an
// alert, and without trace ids (azure-docs#96851).
func (f *Front) AnswerOldTLS(w http.ResponseWriter, a *Request, tenant string) {
	p := catalogue.Fail(1002016).With("tenantId", tenant)
	f.SetHeaders(w, a)
	Write(w, p.Row.Status, ordered.New(500).Text("error", p.Word()).Text("error_description", p.Message()).Bytes())
}

// errorBody is the body of an error answer.
func errorBody(a *Request, p *catalogue.Problem) []byte {
	correlation := cmp.Or(p.Correlation, a.Correlation)
	stamp := catalogue.ErrorTime(a.At)
	o := ordered.New(700)
	word := p.Word()
	if p.Row.Code == 90002 && word == p.Row.Word && !a.Since(TenantWord) {
		word = "invalid_request" // seen in 2020 and 2021 (docs/reference/entra.md §6.4)
	}
	o.Text("error", word)
	o.Text("error_description", p.Message()+a.Trailer(correlation, stamp))
	if p.Row.Code != 0 {
		o.Numbers("error_codes", p.Row.Code)
	} else {
		o.Numbers("error_codes")
	}
	o.Text("timestamp", stamp).Text("trace_id", a.Trace).Text("correlation_id", correlation)
	if p.Row.Code != 0 && p.Row.LeftOut != "error_uri" {
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
