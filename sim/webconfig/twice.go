package webconfig

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A form that is sent twice, as by a double click, is acted on once: its second copy gets the answer of the first. Each
// page has a number of its own beside the anti-forgery token; a copy is what has the same number, address and values.
// The same values sent from a page that was opened anew are another form, and so are other values from the same page.

// maxSent is how many answers a session keeps: copies come within seconds.
const maxSent = 8

// numberDigits are the hexadecimal digits of a page's number behind the session's token.
const numberDigits = 8

// sent is a form that was sent, and what it was answered with.
type sent struct {
	form   [sha256.Size]byte
	answer *answer // nil: it is being worked on
}

// answer is an answer kept in memory. It is an [http.ResponseWriter].
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// give writes the answer once more.
func (a *answer) give(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = w.Write(a.body.Bytes()) // a browser that has gone away needs no answer
}

// pageToken is the token of a page that is shown now: the session's, and the page's number.
func (s *sessions) pageToken(x *session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.pages++
	return fmt.Sprintf("%s%0*x", x.token, numberDigits, uint32(x.pages)) //nolint:gosec // it may begin anew
}

// owns reports whether a token is of a page of the session.
func (x *session) owns(token string) bool {
	of := token[:max(len(token)-numberDigits, 0)]
	return subtle.ConstantTimeCompare([]byte(of), []byte(x.token)) == 1
}

// begin notes a form that is about to be acted on; first is false if a copy of it came before, whose answer it returns:
// nil as long as there is none.
func (s *sessions) begin(x *session, form [sha256.Size]byte) (before *answer, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range x.sent {
		if each.form == form {
			return each.answer, false
		}
	}
	x.sent = append(x.sent[max(len(x.sent)-maxSent+1, 0):], sent{form: form})
	return nil, true
}

// answered keeps the answer to a form.
func (s *sessions) answered(x *session, form [sha256.Size]byte, with *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range x.sent {
		if x.sent[i].form == form {
			x.sent[i].answer = with
		}
	}
}

// logInPage is the number of a log-in page that is shown now. It is no secret: who logs in has no session yet.
func (s *sessions) logInPage() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logIns++
	return fmt.Sprintf("%0*x", numberDigits, uint32(s.logIns)) //nolint:gosec // it may begin anew
}

// refuse notes a log-in with a wrong password; refused tells a copy of it.
func (s *sessions) refuse(form [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = form
}

func (s *sessions) refused(form [sha256.Size]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong == form
}

// drop forgets a form that was not answered.
func (s *sessions) drop(x *session, form [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.sent = slices.DeleteFunc(x.sent, func(each sent) bool { return each.form == form })
}

// copyWait is how often a copy looks whether the printer is done with the form.
const copyWait = 100 * time.Millisecond

// once acts on a form unless a copy of it came before, and answers as that was answered.
func (r *request) once(act func(*request)) {
	form := fingerprint(r.r)
	for {
		before, first := r.sessions.begin(r.session, form)
		switch {
		case first:
			r.act(form, act)
			return
		case before != nil:
			before.give(r.w)
			return
		case r.machine.Engine() == nil || r.machine.Wait(r.r.Context(), copyWait) != nil:
			panic(http.ErrAbortHandler) // the power failed meanwhile, or the bench is closed
		}
	}
}

// act acts on a form and keeps the answer for copies of it.
func (r *request) act(form [sha256.Size]byte, act func(*request)) {
	w, kept := r.w, &answer{header: r.w.Header().Clone()}
	r.w = kept
	answered := false
	defer func() { // whatever goes wrong: no copy waits for ever
		if !answered {
			r.sessions.drop(r.session, form)
		}
	}()
	act(r)
	answered = true
	r.sessions.answered(r.session, form, kept)
	kept.give(w)
}

// fingerprint tells forms apart: by address, values, page and files.
func fingerprint(r *http.Request) (sum [sha256.Size]byte) {
	h := sha256.New()
	note(h, r.Method, r.URL.RequestURI())
	noteValues(h, r.PostForm)
	if r.MultipartForm != nil {
		for _, name := range slices.Sorted(maps.Keys(r.MultipartForm.File)) {
			for _, file := range r.MultipartForm.File[name] {
				note(h, name, file.Filename)
				if content, err := file.Open(); err == nil {
					_, _ = io.Copy(h, content) // from memory: parse has read it
					_ = content.Close()
				}
			}
		}
	}
	h.Sum(sum[:0])
	return sum
}

func noteValues(h hash.Hash, values url.Values) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		note(h, append([]string{name}, values[name]...)...)
	}
}

// note adds texts so that no two lists of them are alike.
func note(h hash.Hash, texts ...string) {
	_ = binary.Write(h, binary.BigEndian, uint32(len(texts))) //nolint:gosec // a form has few
	for _, text := range texts {
		_ = binary.Write(h, binary.BigEndian, uint64(len(text)))
		_, _ = io.Copy(h, strings.NewReader(text)) // a hash takes everything
	}
}
