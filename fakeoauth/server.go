package fakeoauth

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// T is what RunT needs of a test; *testing.T has it.
type T interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Server is one authorization server. Make it with [RunT] in a test or with [New] in a program. All methods are safe
// for concurrent use.
type Server struct {
	config   Config
	world    *vtime.World
	ownWorld bool
	network  *faultnet.Network
	journal  *journal.Journal
	clock    *vtime.Clock
	random   *chance.Reader
	handler  http.Handler

	mu      sync.Mutex
	ledger  ledger
	secrets []string
	url     string
	servers []*http.Server
}

// New makes a server that does not listen yet; see [Server.Serve] and [RunT].
func New(c Config) (*Server, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Server{
		config: c, world: c.World, network: c.Network, journal: c.Journal, random: chance.New(c.Seed, c.Party),
		ledger: newLedger(),
	}
	if s.world == nil {
		s.ownWorld = true
		if c.Start.IsZero() {
			s.world = vtime.NewFlowing(time.Time{})
		} else {
			s.world = vtime.NewStepped(c.Start)
		}
	}
	if s.journal == nil {
		s.journal = journal.For(s.world)
	}
	if s.network == nil {
		s.network = faultnet.New(faultnet.Config{World: s.world, Journal: s.journal, Seed: c.Seed})
	}
	s.clock = s.world.Clock(c.Party)
	for _, account := range c.Accounts {
		s.remember(account.Password.Reveal())
	}
	s.handler = s.network.Handler(c.Party, s.clock, s.routes(), record)
	return s, nil
}

// RunT starts a server for a test: it listens on loopback with TLS and stops when the test ends.
func RunT(t T, c Config) *Server {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Logf("closing %s: %v", s.config.Party, err)
		}
	})
	listener, err := s.Listen()
	if err == nil {
		err = s.Serve(listener)
	}
	if err != nil {
		t.Fatalf("fakeoauth: %v", err)
		return nil
	}
	return s
}

// Listen opens a listener of the server's network, on loopback, that is reached under its name.
func (s *Server) Listen() (net.Listener, error) {
	return s.network.Listen(s.config.Party, s.config.Host+":443")
}

// Serve answers HTTPS on a listener until Close; it returns at once. The certificate is of the network's own authority.
func (s *Server) Serve(l net.Listener) error {
	server, err := s.network.ServeHTTP(l, s.network.TLSConfig(s.config.Party, s.clock, s.config.Host), s.handler)
	if err != nil {
		return fmt.Errorf("fakeoauth: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers = append(s.servers, server)
	if s.url == "" {
		s.url = "https://" + l.Addr().String()
	}
	return nil
}

// Close stops listening, and stops the World if it is the server's own.
func (s *Server) Close() error {
	s.mu.Lock()
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	var err error
	for _, server := range servers {
		err = errors.Join(err, server.Close())
	}
	if s.ownWorld {
		s.world.Close()
	}
	return err
}

// URL returns the base URL of the first listener, with its port, or "" if there is none.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Issuer is the server's identifier, which is also the base of its addresses (RFC 8414 §2).
func (s *Server) Issuer() string { return s.config.issuer() }

// Client returns the registered application.
func (s *Server) Client() Client {
	c := s.config.Client
	c.Scopes, c.RedirectURIs = slices.Clone(c.Scopes), slices.Clone(c.RedirectURIs)
	return c
}

// World returns the time in which the server lives.
func (s *Server) World() *vtime.World { return s.world }

// Network returns the network that the server is on.
func (s *Server) Network() *faultnet.Network { return s.network }

// Journal returns the record that the server writes.
func (s *Server) Journal() *journal.Journal { return s.journal }

// mostSecrets bounds what [Server.Secrets] remembers.
const mostSecrets = 10_000

// remember notes a secret.
func (s *Server) remember(secret string) {
	if len(s.secrets) == mostSecrets {
		s.secrets = slices.Delete(s.secrets, len(s.config.Accounts), len(s.config.Accounts)+1) // passwords stay
	}
	s.secrets = append(s.secrets, secret)
}

// Secrets returns what must not be found in any artefact: passwords, codes and tokens, of these the newest.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// note writes a line into the journal.
func (s *Server) note(text string) {
	s.journal.Append(journal.Entry{Party: s.config.Party, Kind: journal.KindNote, Text: journal.Plain(text)})
}

// ServeHTTP answers one request; a Server is an [http.Handler] for a listener of somebody else's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
