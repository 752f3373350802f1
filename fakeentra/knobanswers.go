package fakeentra

import (
	"cmp"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/journal"
)

// proxyPage is what stands between a device and Microsoft in some hotels and offices.
const proxyPage = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><h1>Sign in to the network</h1></body></html>\n"

// hugeBody is the length of an answer of KnobHuge: 1 MiB.
const hugeBody = 1 << 20

// answerKnob answers in a knob's way; false if the true answer is still due, through the returned writer.
func (s *Server) answerKnob(w http.ResponseWriter, a *ask, k *Knob) (http.ResponseWriter, bool) {
	s.journal.Append(journal.Entry{Party: Party, Kind: journal.KindFault, Text: journal.Plain("answers otherwise: " + k.String())})
	if k.Latency > 0 {
		if err := s.clock.Sleep(a.request.Context(), k.Latency); err != nil {
			panic(http.ErrAbortHandler) // nobody waits any more
		}
		a.at = s.now()
	}
	if k.Kind.atPolls() {
		return s.answerPoll(w, a, k)
	}
	switch k.Kind {
	case KnobHTML:
		return s.instead(w, k, http.StatusOK, "text/html; charset=utf-8", proxyPage)
	case KnobEmpty:
		return s.instead(w, k, http.StatusOK, "application/json; charset=utf-8", "")
	case KnobBody:
		return s.instead(w, k, http.StatusOK, "application/json; charset=utf-8", k.Body)
	case KnobStatus:
		return s.instead(w, k, k.Status, "text/plain; charset=utf-8", http.StatusText(k.Status))
	case KnobRedirect:
		w.Header().Set("Location", k.Location)
		w.WriteHeader(cmp.Or(k.Status, http.StatusFound))
		return w, true
	case KnobNothing:
		panic(http.ErrAbortHandler) // the network's handler closes the connection
	case KnobError:
		p := catalogue.Fail(k.AADSTS).Say(k.Word)
		p.Row.Suberror = cmp.Or(k.Suberror, p.Row.Suberror)
		p.Row.Status = cmp.Or(k.Status, p.Row.Status, http.StatusBadRequest)
		k.retryAfter(w.Header(), p.Row.Status)
		s.answerError(&spoiler{ResponseWriter: w, knob: k}, a, p)
		return w, true
	case KnobCodeRefused:
		s.show(w, a, http.StatusOK, s.codePage(a.form["otc"], texts.Say(texts.CodeWrong)))
		return w, true
	case KnobCode:
		a.lifetime, a.interval = k.Lifetime, k.Interval
		return w, false
	default:
		return &spoiler{ResponseWriter: w, knob: k}, false
	}
}

// instead answers with something that is not Entra's.
func (s *Server) instead(w http.ResponseWriter, k *Knob, status int, contentType, body string) (http.ResponseWriter, bool) {
	w.Header().Set("Content-Type", contentType)
	k.describe(w.Header())
	status = cmp.Or(k.Status, status)
	k.retryAfter(w.Header(), status)
	write(w, status, []byte(body))
	return w, true
}

// retryAfter sets the header: captured for client credentials with 60 seconds (entra.md §9).
func (k *Knob) retryAfter(h http.Header, status int) {
	switch {
	case k.RetryAfter == "none":
	case k.RetryAfter != "":
		h.Set("Retry-After", k.RetryAfter)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "60")
	}
}

// describe changes what the answer says of its body.
func (k *Knob) describe(h http.Header) {
	switch k.ContentType {
	case "":
	case "none":
		h["Content-Type"] = nil // else net/http guesses one
		return
	default:
		h["Content-Type"] = []string{k.ContentType}
	}
	if k.Charset == "" {
		return
	}
	kind, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return
	}
	parameters["charset"] = k.Charset
	if text := mime.FormatMediaType(kind, parameters); text != "" {
		h["Content-Type"] = []string{text}
	}
}

// spoiler lets a true answer through, changed.
type spoiler struct {
	http.ResponseWriter
	knob   *Knob
	status int
}

// WriteHeader waits for the body if one is to come, since its length may change.
func (p *spoiler) WriteHeader(status int) {
	p.status = status
	p.knob.describe(p.Header())
	if p.knob.Kind != KnobError {
		p.status = cmp.Or(p.knob.Status, status)
		p.knob.retryAfter(p.Header(), p.status)
	}
	if len(p.Header()["Content-Length"]) == 0 {
		p.ResponseWriter.WriteHeader(p.status)
	}
}

// Write spoils the body. The handlers of this package write it in one piece.
func (p *spoiler) Write(body []byte) (int, error) {
	spoilt := body
	switch p.knob.Kind {
	case KnobTruncated, KnobHalf:
		spoilt = body[:len(body)/2]
	case KnobDuplicate:
		if len(body) > 2 && body[0] == '{' && body[len(body)-1] == '}' {
			spoilt = append(append([]byte{}, body[:len(body)-1]...), ',')
			spoilt = append(spoilt, body[1:]...)
		}
	case KnobHuge:
		spoilt = inflate(body)
	}
	if p.knob.Kind != KnobTruncated { // there the promised length stays, so that the client sees the connection break
		p.Header()["Content-Length"] = []string{strconv.Itoa(len(spoilt))}
	}
	p.ResponseWriter.WriteHeader(p.status)
	_, err := p.ResponseWriter.Write(spoilt)
	return len(body), err
}

// inflate fills a body up to 1 MiB: a JSON object by one more member, all else by blanks.
func inflate(body []byte) []byte {
	const head, tail = `,"padding":"`, `"}`
	if len(body) > 2 && body[len(body)-1] == '}' && body[0] == '{' && len(body)+len(head)+len(tail) < hugeBody {
		padding := hugeBody - (len(body) - 1) - len(head) - len(tail)
		return []byte(string(body[:len(body)-1]) + head + strings.Repeat("x", padding) + tail)
	}
	if len(body) >= hugeBody {
		return body
	}
	return append(append([]byte{}, body...), strings.Repeat(" ", hugeBody-len(body))...)
}

// answerPoll puts the code that a poll carries into another state, or says what that state says.
func (s *Server) answerPoll(w http.ResponseWriter, a *ask, k *Knob) (http.ResponseWriter, bool) {
	s.mu.Lock()
	text := a.param("device_code")
	if text == "" {
		text = a.param("code")
	}
	c := s.codes[text]
	if c == nil {
		s.mu.Unlock()
		return w, false // no code, no state: the true answer says so
	}
	var user string
	switch k.Kind {
	case KnobDeclined:
		c.state = codeDeclined
	case KnobExpired:
		c.expires = a.at
	case KnobApprove:
		if c.state == codePending {
			user = c.user
		}
	}
	correlation, consumers := c.correlation, c.alias.consumers()
	s.mu.Unlock()
	switch {
	case k.Kind == KnobPending && consumers:
		s.answerError(w, a, catalogue.FailAs(70016, "consumers").In(correlation))
		return w, true
	case k.Kind == KnobPending:
		s.answerError(w, a, catalogue.Fail(70016).In(correlation))
		return w, true
	case k.Kind == KnobSlowDown:
		s.answerError(w, a, catalogue.FailAs(0, "slow_down").In(correlation))
		return w, true
	case user != "":
		if err := s.Approve(user, k.User); err != nil { // as the pages would refuse: the device goes on waiting
			s.journal.Append(journal.Entry{Party: Party, Kind: journal.KindNote, Text: journal.Plain(k.String() + ": " + err.Error())})
		}
	}
	return w, false
}
