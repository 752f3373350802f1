package webconfig

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"mfpsim/core/outcome"
)

// cookieName is the session's cookie.
const cookieName = "SESSION"

// maxSessions bounds the memory; the session that was used longest ago makes way.
const maxSessions = 32

// session is one logged-in administrator.
type session struct {
	id    string
	token string // anti-forgery: every form must send it back, with the number of its page
	user  string
	used  time.Duration // the machine's timer at the last request

	drafts int    // number of the newest draft
	draft  *draft // what a page that was sent is to show again; gone when another page is opened
	pages  int    // number of the newest page
	sent   []sent // forms, the newest last

	tested    string // sentence of the last connection test
	succeeded bool   // it was successful
}

// draft is a form that was sent and not stored.
type draft struct {
	number   int
	page     string         // id of the page that it is of
	typed    typed          // of a settings page
	done     string         // message id of what a settings page has done
	good     bool           // it is a success
	also     string         // message id of what is to be read after it; empty: nothing
	values   map[string]any // of the message's placeholders
	form     form
	problems []problem
	ended    *outcome.Outcome // how an attempt that this form began ended
	signIn   bool             // only method and service count: the form belongs to a sign-in
}

// sessions are all that are open.
type sessions struct {
	mu   sync.Mutex
	open map[string]*session

	logIns int               // number of the newest log-in page
	wrong  [sha256.Size]byte // the form that was refused last for its password
}

func newSessions() *sessions { return &sessions{open: map[string]*session{}} }

// find returns the session of a request that has not timed out, and counts the request as use. ended reports that there
// was one.
func (s *sessions) find(r *http.Request, m Machine) (found *session, ended bool) {
	cookie, err := r.Cookie(cookieName)
	if err != nil || cookie.Value == "" {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found = s.open[cookie.Value]
	if found == nil {
		return nil, true
	}
	if m.Elapsed()-found.used >= m.Model().Administrator.WebSessionTime {
		delete(s.open, found.id)
		return nil, true
	}
	found.used = m.Elapsed()
	return found, false
}

// logIn opens a session, or returns the message id of the refusal.
func (s *sessions) logIn(m Machine, user, password string) (opened *session, refusal string) {
	if refusal := m.LogIn(user, password); refusal != "" {
		return nil, refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= maxSessions {
		var oldest *session
		for _, candidate := range s.open {
			if oldest == nil || candidate.used < oldest.used ||
				candidate.used == oldest.used && candidate.id < oldest.id {
				oldest = candidate
			}
		}
		delete(s.open, oldest.id)
	}
	opened = &session{id: m.Token(32), token: m.Token(32), user: user, used: m.Elapsed()}
	s.open[opened.id] = opened
	return opened, ""
}

// endOthers ends all sessions but one.
func (s *sessions) endOthers(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = map[string]*session{x.id: x}
}

func (s *sessions) logOut(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, x.id)
}

// reset is what power off does.
func (s *sessions) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open, s.wrong = map[string]*session{}, [sha256.Size]byte{}
}

// keep stores a draft in a session and returns its number.
func (s *sessions) keep(x *session, d *draft) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.drafts++
	d.number = x.drafts
	x.draft = d
	return d.number
}

// take returns the session's draft if it has that number; any other number means that a page was opened anew, and drops
// it.
func (s *sessions) take(x *session, number int) *draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.draft == nil || x.draft.number != number {
		x.draft = nil
	}
	return x.draft
}

// current returns the session's draft, whatever its number.
func (s *sessions) current(x *session) *draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.draft
}

func (s *sessions) setTested(x *session, sentence string, succeeded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.tested, x.succeeded = sentence, succeeded
}

// succeeded reports whether the last connection test was successful.
func (s *sessions) succeeded(x *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.succeeded
}

func (s *sessions) tested(x *session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.tested
}
