package lab

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// The answers that a proxy on the way gives in place of the identity provider's.
const (
	AnswerOK        = "ok"        // what the identity provider says
	AnswerHTML      = "html"      // 200 with a page of the proxy's own
	AnswerTruncated = "truncated" // the right answer, cut in the middle
	AnswerEmpty     = "empty"     // 200 without a body
)

// Answers lists the kinds of answers.
func Answers() []string { return []string{AnswerOK, AnswerHTML, AnswerTruncated, AnswerEmpty} }

// proxyPage is what the proxy answers with; invented.
const proxyPage = "<!DOCTYPE html>\n<html><head><title>Web filter</title></head><body><h1>Please accept the terms of use</h1></body></html>\n"

// answers stands before the identity provider and spoils its answers to devices; people's browsers are left alone.
type answers struct {
	entra   *fakeentra.Server
	network *faultnet.Network
	proxy   http.Handler

	mu    sync.Mutex
	kind  string
	times int // answers left; 0: until told otherwise
	met   bool
	unmet []string
}

func newAnswers(n *faultnet.Network, entra *fakeentra.Server) *answers {
	a := &answers{entra: entra, network: n, kind: AnswerOK}
	// What the proxy swallows never reaches the identity provider, but it was on the wire: it is journalled as its answer.
	a.proxy = n.Handler(fakeentra.Party, nil, http.HandlerFunc(a.spoil), exchange)
	return a
}

// ServeHTTP spoils the endpoints that a device uses, as long as that is wanted.
func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	device := strings.HasSuffix(path, "/token") || strings.HasSuffix(path, "/devicecode")
	kind := AnswerOK
	if device {
		kind = a.take()
	}
	switch kind {
	case AnswerOK:
		a.entra.ServeHTTP(w, r)
	case AnswerTruncated:
		whole := httptest.NewRecorder()
		a.entra.ServeHTTP(whole, r)
		for name, values := range whole.Header() {
			if !strings.EqualFold(name, "Content-Length") {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(whole.Code)
		body := whole.Body.Bytes()
		_, _ = w.Write(body[:len(body)/2])
	default:
		r.Header.Set(answerHeader, kind)
		a.proxy.ServeHTTP(w, r)
	}
}

// answerHeader carries the kind of answer to the proxy's handler; it is never on the wire.
const answerHeader = "X-Mfpsim-Answer"

func (a *answers) spoil(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(answerHeader) == AnswerHTML {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(proxyPage))
		return
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// exchange is the record of a spoiled answer; what the device sent may hold secrets and is left out.
func exchange(r *http.Request, body []byte, response *faultnet.Response) *journal.Exchange {
	host, _, _ := strings.Cut(r.Host, ":")
	x := &journal.Exchange{
		Method: r.Method, Host: host, Target: journal.Plain(r.URL.Path), Status: response.Status,
		ResponseBody: journal.Plain(string(bytes.TrimSpace(response.Body))),
	}
	if len(body) > 0 {
		x.RequestBody = journal.Hidden(string(body))
	}
	return x
}

func (a *answers) take() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	kind := a.kind
	if kind == AnswerOK {
		return kind
	}
	a.met = true
	if a.times > 0 {
		if a.times--; a.times == 0 {
			a.kind = AnswerOK
		}
	}
	return kind
}

// Answer makes a proxy on the way answer devices in the identity provider's place, so many times (0: until [AnswerOK]).
func (l *Lab) Answer(kind string, times int) error {
	if !slices.Contains(Answers(), kind) {
		return &device.LabelError{What: "answer", Wanted: kind, Present: Answers()}
	}
	a := l.answers
	a.mu.Lock()
	defer a.mu.Unlock()
	a.close()
	a.kind, a.times, a.met = kind, times, false
	return nil
}

// close notes an answer that was wanted and never given; under a.mu.
func (a *answers) close() {
	if a.kind != AnswerOK && !a.met {
		a.unmet = append(a.unmet, fmt.Sprintf("entra answers %s", a.kind))
	}
}

// UnmetAnswers names the answers that were wanted and that no device ever got.
func (l *Lab) UnmetAnswers() []string {
	a := l.answers
	a.mu.Lock()
	defer a.mu.Unlock()
	unmet := slices.Clone(a.unmet)
	if a.kind != AnswerOK && !a.met {
		unmet = append(unmet, fmt.Sprintf("entra answers %s", a.kind))
	}
	return unmet
}
