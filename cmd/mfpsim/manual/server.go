// Package manual is where a person, or a program in that person's place, reads and answers the instructions of a run
// on a real printer: one page, and the same as JSON.
package manual

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mfpsim/device/manual"
	"mfpsim/vtime"
)

// Config says what the page is about.
type Config struct {
	Desk *manual.Desk
	// Language is the one that the page begins in.
	Language string
	// Token is asked for; empty: nobody is asked, because only this machine reaches the page.
	Token string
	// Style is the bench's style sheet.
	Style []byte
}

// server serves page and JSON.
type server struct {
	Config
	mux *http.ServeMux
}

// held is how long an answer waits for the next instruction, so that a page without a script need not be asked for
// again.
const held = 20 * time.Second

// New returns what serves the page and the JSON.
func New(c Config) http.Handler {
	s := &server{Config: c, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /{$}", s.page)
	s.mux.HandleFunc("POST /answer", s.form)
	s.mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(append(s.Style, style...)) // a browser that has gone needs no answer
	})
	s.mux.HandleFunc("GET /v1/instruction", s.instruction)
	s.mux.HandleFunc("POST /v1/instructions/{id}/answer", s.answer)
	s.mux.HandleFunc("GET /v1/run", s.run)
	s.mux.HandleFunc("GET /authority.pem", s.authority)
	s.mux.HandleFunc("GET /authority.der", s.authority)
	return s
}

// tokenCookie carries the token of a browser.
const tokenCookie = "mfpsim-manual-token"

// ServeHTTP keeps pages of other sites out, and beyond loopback who has no token.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range map[string]string{
		"Cache-Control":           "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"Referrer-Policy":         "no-referrer",
		"X-Content-Type-Options":  "nosniff",
	} {
		w.Header().Set(name, value)
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	site := r.Header.Get("Sec-Fetch-Site")
	switch {
	case net.ParseIP(strings.Trim(host, "[]")) == nil && !strings.EqualFold(host, "localhost"):
		http.Error(w, "ask by the address of this machine, not by a name", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && site != "" && site != "none" && site != "same-origin":
		http.Error(w, "requests from pages of other sites are refused", http.StatusForbidden)
	case s.admitted(w, r):
		s.mux.ServeHTTP(w, r)
	}
}

// admitted reports whether a request carries the token. One that has it in the address is sent on without it.
func (s *server) admitted(w http.ResponseWriter, r *http.Request) bool {
	if s.Token == "" {
		return true
	}
	is := func(token string) bool { return subtle.ConstantTimeCompare([]byte(token), []byte(s.Token)) == 1 }
	if is(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
		return true
	}
	if cookie, err := r.Cookie(tokenCookie); err == nil && is(cookie.Value) {
		return true
	}
	if r.Method == http.MethodGet && is(r.URL.Query().Get("token")) {
		http.SetCookie(w, &http.Cookie{
			Name: tokenCookie, Value: s.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return false
	}
	http.Error(w, "this page wants its token: open it once with ?token=TOKEN, or send \"Authorization: Bearer TOKEN\"", http.StatusUnauthorized)
	return false
}

// next waits for an instruction after one, for a while.
func (s *server) next(ctx context.Context, after int, wait bool) (i manual.Instruction, there, ended bool) {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	if !wait {
		cancel()
	}
	defer vtime.AfterMachineTime(held, cancel)()
	return s.Desk.Instruction(limited, after)
}

// shown is an instruction with its sentence.
type shown struct {
	manual.Instruction
	Text     string   `json:"text" doc:"the sentence for a person"`
	Expected []string `json:"expected,omitempty" doc:"words that are looked for"`
}

func (s *server) instruction(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	i, there, ended := s.next(r.Context(), after, r.URL.Query().Has("after"))
	switch {
	case there:
		language := languageOf(r.URL.Query().Get("lang"))
		one := shown{Instruction: i, Text: Sentence(language, i)}
		if look, is := lookOf(i); is {
			one.Expected = look.Words
		}
		write(w, http.StatusOK, one)
	case ended:
		write(w, http.StatusGone, map[string]string{"error": "the run has ended"})
	default:
		w.WriteHeader(http.StatusNoContent) // none yet: ask again
	}
}

// maximumAnswer is the longest answer that is read, in octets.
const maximumAnswer = 1 << 20

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	var reply manual.Reply
	id, err := strconv.Atoi(r.PathValue("id"))
	if err == nil {
		err = json.NewDecoder(io.LimitReader(r.Body, maximumAnswer)).Decode(&reply)
	}
	if err != nil {
		write(w, http.StatusBadRequest, map[string]string{"error": "the answer cannot be read: " + err.Error()})
		return
	}
	if err := s.Desk.Reply(id, reply); err != nil {
		status := http.StatusUnprocessableEntity
		if errors.Is(err, manual.ErrAnswered) {
			status = http.StatusConflict
		}
		write(w, status, map[string]string{"error": err.Error()})
		return
	}
	write(w, http.StatusOK, struct{}{})
}

// runState is what a program needs to know of the run.
type runState struct {
	Proxy string        `json:"proxy" doc:"HTTP CONNECT to the servers of the case that is played; another one for each case"`
	Cases []manual.Case `json:"cases" doc:"that have ended"`
}

func (s *server) run(w http.ResponseWriter, _ *http.Request) {
	proxy, _ := s.Desk.Bench()
	write(w, http.StatusOK, runState{Proxy: proxy, Cases: s.Desk.Cases()})
}

func (s *server) authority(w http.ResponseWriter, r *http.Request) {
	_, text := s.Desk.Bench()
	block, _ := pem.Decode(text)
	if block == nil {
		http.Error(w, "there is no certificate authority before the first case", http.StatusNotFound)
		return
	}
	if strings.HasSuffix(r.URL.Path, ".der") {
		w.Header().Set("Content-Type", "application/pkix-cert")
		text = block.Bytes
	} else {
		w.Header().Set("Content-Type", "application/x-pem-file")
	}
	_, _ = w.Write(text) // who has gone needs no answer
}

func write(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		http.Error(w, fmt.Sprintf("the answer cannot be written: %v", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone needs no answer
}
