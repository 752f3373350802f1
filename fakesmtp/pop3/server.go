package pop3

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/station"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Server is one POP3 server. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent use.
type Server struct {
	config   Config
	station  *station.Station
	tls      *tls.Config
	exchange *fakesmtp.Server // of its own; nil: the Maildrops are somebody else's

	mu       sync.Mutex
	logons   map[string]time.Time       // by client: the last one
	deleted  map[string]map[string]bool // by address: unique ids
	locked   map[string]bool            // by address
	refusals []Refusal
}

// Refusal is a refused logon, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	User       string
	Reason     refusal.Reason
}

// New returns a server that [Server.Serve] is to be called on. It fails only on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	if config.Profile != ProfileExchange && config.Profile != ProfilePlain {
		return nil, fmt.Errorf("pop3: profile %q is none of %s, %s", config.Profile, ProfileExchange, ProfilePlain)
	}
	if config.NoTLS && config.Implicit {
		return nil, fmt.Errorf("pop3: NoTLS together with TLS")
	}
	place, err := station.Open(station.Config{
		Party: config.Party, World: config.World, Network: config.Network, Journal: config.Journal, Seed: config.Seed,
		Start: config.Start, Report: config.Report,
	})
	if err != nil {
		return nil, fmt.Errorf("pop3: %w", err)
	}
	s := &Server{
		config: config, station: place, logons: map[string]time.Time{}, deleted: map[string]map[string]bool{}, locked: map[string]bool{},
		tls: place.Network.TLSConfig(config.Party, place.Clock, config.Host),
	}
	if config.Maildrops == nil {
		s.exchange, err = fakesmtp.New(fakesmtp.Config{
			World: place.World, Network: place.Network, Journal: place.Journal, Seed: config.Seed,
		})
		if err != nil {
			return nil, fmt.Errorf("pop3: %w", err)
		}
		s.config.Maildrops = s.exchange
	}
	return s, nil
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of the conversations.
func RunT(t fakesmtp.T, config Config) *Server {
	t.Helper()
	if config.Report == nil {
		config.Report = t.Errorf
	}
	s, err := New(config)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	s.station.RunT(t, s.Serve, s.Close, s.Address())
	return s
}

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the server's.
func (s *Server) Serve(listener net.Listener) error {
	return s.station.Serve(listener, s.connection)
}

// Close ends the server.
func (s *Server) Close() error {
	err := s.station.Close()
	if s.exchange != nil {
		_ = s.exchange.Close()
	}
	return err
}

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.station.Addr() }

// Address returns the name and port under which a bench's parties are to reach the server, for example "pop.example.com:110".
func (s *Server) Address() string { return s.config.address() }

// Journal returns the record that the server writes to.
func (s *Server) Journal() *journal.Journal { return s.station.Journal }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s *Server) Network() *faultnet.Network { return s.station.Network }

// Exchange returns the server's own mailboxes; nil if the Config named others. It is served by nobody: mail comes by its Deliver.
func (s *Server) Exchange() *fakesmtp.Server { return s.exchange }

// Token returns an access token for POP, from now for an hour, that the server takes for a user; empty if the mailboxes know no tokens
// of their own. It is refused by a fakesmtp.Server that is joined to another issuer.
func (s *Server) Token(user string) string {
	issuer, ok := s.config.Maildrops.(interface {
		ClaimsOf(user, scope string, from, until time.Time) fakesmtp.Claims
		IssueToken(claims fakesmtp.Claims) string
	})
	if !ok {
		return ""
	}
	now := s.station.Clock.Now()
	return issuer.IssueToken(issuer.ClaimsOf(user, scope, now, now.Add(time.Hour)))
}

// Secrets returns every token and password that the server was sent, for a test that looks for leaks.
func (s *Server) Secrets() []string { return s.station.Secrets.List() }

// LoggedOnSince reports whether a client has logged on since a time. It is known by its address: a party of the bench by the party's
// name. A server that takes mail after a POP3 logon asks this.
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
	s.station.Journal.Append(journal.Entry{
		Party: s.config.Party, Connection: connection, Kind: journal.KindNote, Text: journal.Plain("logon refused: " + string(reason)),
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, Refusal{At: s.station.Clock.Now(), Connection: connection, User: user, Reason: reason})
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
	s.logons[client] = s.station.Clock.Now()
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
	return s.station.Clock.Now().Before(end)
}
