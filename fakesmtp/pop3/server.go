package pop3

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/refusal"
)

// Server is one POP3 server. Make it with [RunT] in a test or with [New] in a program. All methods are safe for
// concurrent use. What it has in common with its relatives (Serve, Close, Addr, Address, Journal, Network, Secrets, and
// Start for a test that has called New) is told at go doc mfpsim/fakesmtp/internal/shell.Server.
type Server struct {
	shell.Server
	config   Config
	shell    *shell.Shell
	tls      *tls.Config
	exchange *fakesmtp.Server // of its own; nil: the Maildrops are somebody else's

	mu       sync.Mutex
	logons   map[string]time.Time    // by client: the last one
	deleted  map[string]map[int]bool // by address: numbers in the mailbox
	locked   map[string]bool         // by address
	refusals []Refusal
}

// Refusal is a refused logon, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	User       string
	Reason     refusal.Reason
}

// New returns a server that its Serve is to be called on. It fails only on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("pop3: %w", err)
	}
	around, err := shell.Open("pop3", config.Bench)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: config, shell: around, logons: map[string]time.Time{}, deleted: map[string]map[int]bool{},
		locked: map[string]bool{}, tls: around.Network.TLSConfig(config.Party, around.Clock, config.Host),
	}
	if config.Maildrops == nil {
		s.exchange, err = fakesmtp.New(fakesmtp.Config{
			World: around.World, Network: around.Network, Journal: around.Journal, Seed: config.Seed,
			Keep: config.Keep,
		})
		if err != nil {
			return nil, fmt.Errorf("pop3: %w", err)
		}
		s.config.Maildrops = s.exchange
	}
	s.Server = around.Server(shell.Front{
		Addresses: []string{config.address()}, Connection: s.connection, Closing: s.closing,
	})
	return s, nil
}

func (s *Server) closing() error {
	if s.exchange == nil {
		return nil
	}
	return s.exchange.Close()
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of
// the conversations.
func RunT(t shell.T, config Config) *Server {
	t.Helper()
	return shell.Run(t, &config.Bench, func() (*Server, error) { return New(config) })
}

// Exchange returns the server's own mailboxes; nil if the Config named others. It is served by nobody: mail comes by
// its Deliver.
func (s *Server) Exchange() *fakesmtp.Server { return s.exchange }

// Token returns an access token for POP, from now for an hour, that the server takes for a user; empty if the mailboxes
// know no tokens of their own. It is refused by a fakesmtp.Server that is joined to another issuer.
func (s *Server) Token(user string) string {
	issuer, ok := s.config.Maildrops.(interface {
		ClaimsOf(user, scope string, from, until time.Time) fakesmtp.Claims
		IssueToken(claims fakesmtp.Claims) string
	})
	if !ok {
		return ""
	}
	now := s.shell.Clock.Now()
	return issuer.IssueToken(issuer.ClaimsOf(user, scope, now, now.Add(time.Hour)))
}

// LoggedOnSince reports whether a client has logged on since a time. It is known by its address: a party of the bench
// by the party's name. A server that takes mail after a POP3 logon asks this.
func (s *Server) LoggedOnSince(client string, since time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ever := s.logons[client]
	return ever && !at.Before(since)
}

// Refusals returns the refused logons, oldest first.
func (s *Server) Refusals() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

func (s *Server) refused(connection, user string, reason refusal.Reason) {
	s.shell.Note(connection, "logon refused: "+string(reason))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = history.Newest(
		s.refusals, Refusal{At: s.shell.Clock.Now(), Connection: connection, User: history.Name(user), Reason: reason},
	)
}

// admit notes a logon and locks the maildrop (RFC 1939 §4); Exchange Online lets several read at once (I).
func (s *Server) admit(client, user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(user)
	if s.config.Profile == ProfilePlain {
		if s.locked[key] {
			return false
		}
		s.locked[key] = true
	}
	s.logons[client] = s.shell.Clock.Now()
	return true
}

// release ends the lock of a maildrop.
func (s *Server) release(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.locked, strings.ToLower(user))
}

// takesPasswords reports whether basic authentication is still there for a user.
func (s *Server) takesPasswords(user string) bool {
	if s.config.Profile == ProfilePlain || s.config.Passwords {
		return true
	}
	end := basicEnds
	if accounts, ok := s.config.Maildrops.(interface{ IsPersonal(string) bool }); ok && accounts.IsPersonal(user) {
		end = basicEndsPersonal
	}
	return s.shell.Clock.Now().Before(end)
}
