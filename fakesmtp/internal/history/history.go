// Package history keeps what happened on each connection and what was refused, including what failed and left no trace
// in a mailbox.
package history

import (
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/refusal"
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

// Refusal is something that the server has refused, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	Profile    replies.Profile
	User       string // who the client said it was, as far as it had
	Event      replies.Event
	Reason     refusal.Reason // of a refused AUTH; else empty
	Reply      string         // the first line of what the client was told, without its tail
}

// How sessions end.
const (
	Closed   = "closed by the server"
	Quit     = "QUIT"
	HungUp   = "the client hung up"
	TimedOut = "timed out"
)

// kept bounds what is kept of a server's past sessions and refusals.
const kept = 10_000

// Newest adds to a list. If it has grown long, its older half is let go.
func Newest[E any](list []E, e E) []E {
	if len(list) >= kept {
		list = append(list[:0:0], list[kept/2:]...)
	}
	return append(list, e)
}

// longestName bounds what is kept of a name that a client has given, in octets: an address has 254 at most (RFC 5321
// §4.5.3.1.3 with erratum 1690). A client may say much more, as often as it likes.
const longestName = 256

// Name is what is kept of a name that a client has given.
func Name(given string) string {
	if len(given) <= longestName {
		return given
	}
	return strings.ToValidUTF8(strings.Clone(given[:longestName]), "") + "…"
}

// Log keeps sessions and refusals. The zero Log is empty. All methods are safe for concurrent use.
type Log struct {
	mu       sync.Mutex
	sessions []*Session // oldest first
	refusals []Refusal
}

// Entry is a session that is being written.
type Entry struct {
	log     *Log
	session *Session
}

// Open begins an entry.
func (l *Log) Open(connection string, at time.Time) Entry {
	session := &Session{Connection: connection, Opened: at, Profile: replies.ProfileExchange}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions = Newest(l.sessions, session)
	return Entry{l, session}
}

// Note changes what is shown of the session.
func (e Entry) Note(change func(*Session)) {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	change(e.session)
}

// End notes how the session ended, unless that is known already.
func (e Entry) End(how string, at time.Time) {
	e.Note(func(s *Session) {
		if s.End == "" {
			s.End, s.Closed = how, at
		}
	})
}

// Refuse notes a refusal.
func (e Entry) Refuse(r Refusal) {
	r.User, r.Reply = Name(r.User), Name(r.Reply)
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.log.refusals = Newest(e.log.refusals, r)
	e.session.Refusals = Newest(e.session.Refusals, r)
}

// Sessions returns the connections, oldest first; of very many the last ones.
func (l *Log) Sessions() []Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sessions []Session
	for _, s := range l.sessions {
		shown := *s
		shown.Refusals = slices.Clone(s.Refusals)
		sessions = append(sessions, shown)
	}
	return sessions
}

// User names the account that a connection was authenticated as; empty: none, or the session is forgotten.
func (l *Log) User(connection string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range slices.Backward(l.sessions) {
		if s.Connection == connection {
			return s.User
		}
	}
	return ""
}

// Refusals returns what was refused, oldest first; of very much the last.
func (l *Log) Refusals() []Refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.refusals)
}
