package answers

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// proxyPage is what stands between a device and Microsoft in some hotels and offices.
const proxyPage = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><h1>Sign in to the network</h1></body></html>\n"

// hugeBody is the length of an answer of KindHuge: 1 MiB.
const hugeBody = 1 << 20

// Instead answers in place of the fake where the answer is none of Entra's; ok is false if it is another kind.
func (a Answer) Instead(w http.ResponseWriter) (ok bool) {
	switch a.Kind {
	case KindHTML:
		a.instead(w, http.StatusOK, "text/html; charset=utf-8", proxyPage)
	case KindEmpty:
		a.instead(w, http.StatusOK, "application/json; charset=utf-8", "")
	case KindBody:
		a.instead(w, http.StatusOK, "application/json; charset=utf-8", a.Body)
	case KindStatus:
		a.instead(w, a.Status, "text/plain; charset=utf-8", http.StatusText(a.Status))
	case KindRedirect:
		w.Header().Set("Location", a.Location)
		w.WriteHeader(cmp.Or(a.Status, http.StatusFound))
	case KindNothing:
		panic(http.ErrAbortHandler) // the network's handler closes the connection
	default:
		return false
	}
	return true
}

// Spoil lets a true answer through, changed.
func (a Answer) Spoil(w http.ResponseWriter) http.ResponseWriter {
	return &spoiler{ResponseWriter: w, answer: a}
}

// Error makes the error answer of the kind error.
func (a Answer) Error(h http.Header) *catalogue.Problem {
	p := catalogue.Told(a.AADSTS, a.Text)
	if a.Variant != "" {
		p = catalogue.FailAs(a.AADSTS, a.Variant)
	}
	p = p.Say(a.Word)
	p.Row.Suberror = cmp.Or(a.Suberror, p.Row.Suberror)
	p.Row.Status = cmp.Or(a.Status, p.Row.Status, http.StatusBadRequest)
	a.retryAfter(h, p.Row.Status)
	return p
}

// instead answers with something that is not Entra's.
func (a Answer) instead(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	a.describe(w.Header())
	status = cmp.Or(a.Status, status)
	a.retryAfter(w.Header(), status)
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // into the network's buffer
}

// retryAfter sets the header: captured for client credentials with 60 seconds (docs/reference/entra.md §9).
func (a Answer) retryAfter(h http.Header, status int) {
	switch {
	case a.RetryAfter == "none":
	case a.RetryAfter != "":
		h.Set("Retry-After", a.RetryAfter)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "60")
	}
}

// describe changes what the answer says of its body.
func (a Answer) describe(h http.Header) {
	switch a.ContentType {
	case "":
	case "none":
		h["Content-Type"] = nil // else net/http guesses one
		return
	default:
		h["Content-Type"] = []string{a.ContentType}
	}
	if a.Charset == "" {
		return
	}
	kind, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return
	}
	parameters["charset"] = a.Charset
	if text := mime.FormatMediaType(kind, parameters); text != "" {
		h["Content-Type"] = []string{text}
	}
}

// spoiler lets a true answer through, changed.
type spoiler struct {
	http.ResponseWriter
	answer Answer
	status int
}

// WriteHeader waits for the body if one is to come, since its length may change.
func (p *spoiler) WriteHeader(status int) {
	p.status = status
	p.answer.describe(p.Header())
	if p.answer.Kind != KindError {
		p.status = cmp.Or(p.answer.Status, status)
		p.answer.retryAfter(p.Header(), p.status)
	}
	if len(p.Header()["Content-Length"]) == 0 {
		p.ResponseWriter.WriteHeader(p.status)
	}
}

// Write spoils the body. The handlers of this package write it in one piece.
func (p *spoiler) Write(body []byte) (int, error) {
	spoilt := body
	switch p.answer.Kind {
	case KindTruncated, KindHalf:
		spoilt = body[:len(body)/2]
	case KindDuplicate:
		if len(body) > 2 && body[0] == '{' && body[len(body)-1] == '}' {
			spoilt = append(append([]byte{}, body[:len(body)-1]...), ',')
			spoilt = append(spoilt, body[1:]...)
		}
	case KindHuge:
		spoilt = inflate(body, hugeBody)
	case KindEndless:
		endless(p.ResponseWriter)
	case KindGzipBomb:
		spoilt = compressed(inflate(body, bombBody))
		p.Header().Set("Content-Encoding", "gzip")
	case KindHeaderFlood:
		flood(p.Header())
	case KindChange:
		spoilt = changed(body, p.answer.Changes)
	}
	if p.answer.Kind != KindTruncated { // there the promised length stays, so that the client sees the connection break
		p.Header()["Content-Length"] = []string{strconv.Itoa(len(spoilt))}
	}
	p.ResponseWriter.WriteHeader(p.status)
	_, err := p.ResponseWriter.Write(spoilt)
	return len(body), err
}

// inflate fills a body up to a length: a JSON object by one more member, all else by blanks.
func inflate(body []byte, length int) []byte {
	const head, tail = `,"padding":"`, `"}`
	if len(body) > 2 && body[len(body)-1] == '}' && body[0] == '{' && len(body)+len(head)+len(tail) < length {
		padding := length - (len(body) - 1) - len(head) - len(tail)
		return []byte(string(body[:len(body)-1]) + head + strings.Repeat("x", padding) + tail)
	}
	if len(body) >= length {
		return body
	}
	return append(append([]byte{}, body...), strings.Repeat(" ", length-len(body))...)
}
