package fakesmtp

import (
	"crypto/tls"
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/journal"
)

// Session is one connection as it went, a failed one too.
type Session struct {
	Connection string          // "printer#3"
	Opened     time.Time       // true time
	Closed     time.Time       // zero: it is open
	Host       string          // the server's name that the client gave in the TLS handshake
	TLS        string          // "TLS 1.3"; empty: in clear
	Hello      string          // the name after EHLO
	User       string          // who was authenticated
	Profile    replies.Profile // of the account
	Messages   int             // messages that were accepted
	Refusals   []Refusal
	End        string   // how it ended; empty: it is open
	Lines      []string // the conversation, without its secrets
}

// Failed reports whether something was refused or the connection ended without a message.
func (s Session) Failed() bool { return len(s.Refusals) > 0 || s.Messages == 0 }

// How sessions end.
const (
	endClosed  = "closed by the server"
	endQuit    = "QUIT"
	endHangUp  = "the client hung up"
	endTimeout = "timed out"
)

// keptSessions bounds what is kept of a server's past.
const keptSessions = 10_000

// Sessions returns the connections, the failed ones too, oldest first; of very many the last 10,000.
func (s *Server) Sessions() []Session {
	lines := map[string][]string{}
	for _, entry := range s.shell.Journal.Entries() {
		if entry.Party == Party && (entry.Kind == journal.KindSMTP || entry.Kind == journal.KindFault) {
			lines[entry.Connection] = append(lines[entry.Connection], entry.Text.String())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var sessions []Session
	for _, shown := range s.shown {
		copied := *shown
		copied.Refusals, copied.Lines = slices.Clone(shown.Refusals), lines[shown.Connection]
		sessions = append(sessions, copied)
	}
	return sessions
}

func (s *Server) opened(c *session) *Session {
	shown := &Session{Connection: c.peer.Connection(), Opened: s.shell.Clock.Now(), Profile: replies.ProfileExchange}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.shown) >= keptSessions {
		s.shown = append(s.shown[:0:0], s.shown[keptSessions/2:]...)
	}
	s.shown = append(s.shown, shown)
	return shown
}

// ended notes how a session ended, unless that is known already.
func (s *Server) ended(c *session, how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.shown.End == "" {
		c.shown.End, c.shown.Closed = how, s.shell.Clock.Now()
	}
}

// noted changes what is shown of a session.
func (s *Server) noted(c *session, change func(*Session)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(c.shown)
}

func (s *Server) secured(c *session, state tls.ConnectionState) {
	s.noted(c, func(shown *Session) {
		shown.Host, shown.TLS = state.ServerName, tls.VersionName(state.Version)
	})
}

func (s *Server) refused(c *session, r Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, r)
	c.shown.Refusals = append(c.shown.Refusals, r)
}
