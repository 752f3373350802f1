package fakeentra

import (
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Server is one fake Entra ID. It is safe for concurrent use.
type Server struct {
	config   Config
	world    *vtime.World
	ownWorld bool
	network  *faultnet.Network
	journal  *journal.Journal
	clock    *vtime.Clock
	random   *chance.Reader // codes, ids, tokens: drawn in the order of turns
	macKey   [32]byte       // of refresh tokens
	seal     cipher.AEAD    // refresh tokens that only this fake can read
	handler  http.Handler
	order    []pages.Name

	mu          sync.Mutex
	directory   *directory
	codes       map[string]*deviceCode // by device code
	userCodes   map[string]*deviceCode // by user code
	codeOrder   []*deviceCode          // oldest first
	grants      map[uint64]*grant
	lastGrant   uint64
	authCodes   map[string]*authCode
	sessions    map[string]*browserSession // by cookie
	loops       map[string][]time.Time
	visits      map[string]*visit // sign-ins under way in browsers, by session
	signIns     signins.Log
	audit       []AuditEntry
	issued      uint64 // counts tokens
	accessMark  uint64 // access tokens up to this number are expired by an act
	refreshMark uint64 // refresh tokens likewise
	opaque      map[string]opaqueToken
	secrets     secrets.List
	answers     answers.Queue
	address     string        // of the device
	device      access.Source // but for its address
	browser     access.Source // of the person
	watchers    []func(Change)
	audits      uint64 // counts the rows of the audit log
	url         string
	listeners   []net.Listener
	servers     []*http.Server
	transports  []*http.Transport
	closed      bool
}

// New makes a fake that does not listen yet; see [Server.Serve] and [RunT].
func New(c Config) (*Server, error) {
	c = c.withDefaults()
	var err error
	s := &Server{
		config: c, world: c.World, network: c.Network, journal: c.Journal,
		codes: map[string]*deviceCode{}, userCodes: map[string]*deviceCode{}, grants: map[uint64]*grant{},
		authCodes: map[string]*authCode{}, sessions: map[string]*browserSession{}, loops: map[string][]time.Time{},
		visits: map[string]*visit{}, opaque: map[string]opaqueToken{}, address: c.ClientAddress,
		directory: newDirectory(c.Seed), random: chance.New(c.Seed, Party),
	}
	s.browser = access.Source{Address: c.ClientAddress, Platform: "windows"}
	if s.order, err = pages.Order(c.Pages); err != nil {
		return nil, fmt.Errorf("fakeentra: %w", err)
	}
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], c.Seed)
	s.macKey = sha256.Sum256(append([]byte("refresh tokens of mfpsim fakeentra, for tests only"), seed[:]...))
	s.seal = s.refreshSeal()
	for _, t := range c.Tenants {
		if _, err := s.directory.addTenant(t); err != nil {
			return nil, fmt.Errorf("fakeentra: %w", err)
		}
	}
	for _, a := range c.Applications {
		if _, err := s.directory.addApplication(a); err != nil {
			return nil, fmt.Errorf("fakeentra: %w", err)
		}
	}
	for _, u := range c.Users {
		made, err := s.directory.addUser(u)
		if err != nil {
			return nil, fmt.Errorf("fakeentra: %w", err)
		}
		s.secrets.Add(made.Password.Reveal())
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
		s.journal = journal.New(s.world.Now)
	}
	if s.network == nil {
		s.network = faultnet.New(faultnet.Config{World: s.world, Journal: s.journal, Seed: c.Seed})
	}
	s.clock = s.world.Clock(Party)
	s.handler = s.network.Handler(Party, s.clock, http.HandlerFunc(s.route), secrets.Record)
	return s, nil
}

// RunT starts a fake for a test: it listens on loopback with TLS and stops when the test ends. If the test failed, the last
// exchanges are logged, secrets redacted.
func RunT(t T, c Config) *Server {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last exchanges with %s:\n%s", Party, s.lastExchanges(20))
		}
		if err := s.Close(); err != nil {
			t.Logf("closing %s: %v", Party, err)
		}
		if unmet := s.UnmetAnswers(); len(unmet) > 0 && !t.Failed() {
			t.Fatalf("fakeentra: an answer was armed and not met: %v", unmet)
		}
	})
	listener, err := s.Listen()
	if err == nil {
		err = s.Serve(listener)
	}
	if err != nil {
		t.Fatalf("fakeentra: %v", err)
		return nil
	}
	return s
}

// Listen opens a listener of the fake's network, on loopback, that is reached under every name of [Names].
func (s *Server) Listen() (net.Listener, error) { return s.network.Listen(Party, Names()...) }

// Serve answers HTTPS on a listener until Close; it returns at once. The certificate is of the network's own authority
// and holds for the names of [Names], localhost and 127.0.0.1.
func (s *Server) Serve(l net.Listener) error {
	names := make([]string, 0, len(Names()))
	for _, name := range Names() {
		names = append(names, hosts.Of(name))
	}
	server, err := s.network.ServeHTTP(l, s.network.TLSConfig(Party, s.clock, names...), s.handler)
	if err != nil {
		return fmt.Errorf("fakeentra: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
	s.servers = append(s.servers, server)
	if s.url == "" {
		s.url = "https://" + l.Addr().String()
	}
	return nil
}

// ServeHTTP answers one request; a Server is an [http.Handler] for a listener of somebody else's. Clients demand HTTPS.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops listening, and stops the World if it is the fake's own.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	servers, transports := s.servers, s.transports
	s.mu.Unlock()
	for _, t := range transports {
		t.CloseIdleConnections()
	}
	var err error
	for _, server := range servers {
		err = errors.Join(err, server.Close())
	}
	if s.ownWorld {
		s.world.Close()
	}
	return err
}

// URL returns the base URL of the first listener, with its port, or "" if there is none. Clients that insist on Microsoft's
// name use https://login.microsoftonline.com with [Server.Client].
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Client returns an HTTP client for programs outside the bench: it reaches the fake under every name of [Names], trusts its
// certificate, and keeps no cookies.
func (s *Server) Client() *http.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	target := strings.TrimPrefix(s.url, "https://")
	known := map[string]bool{}
	for _, name := range Names() {
		known[name] = true
	}
	var dialer net.Dialer
	transport := &http.Transport{
		TLSClientConfig: s.clientTLS(),
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if known[address] {
				address = target
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
	s.transports = append(s.transports, transport)
	return &http.Client{Transport: transport}
}

// World returns the time in which the fake lives, so that a test can let it pass.
func (s *Server) World() *vtime.World { return s.world }

// Journal returns the record that the fake writes.
func (s *Server) Journal() *journal.Journal { return s.journal }

// now is the fake's own time.
func (s *Server) now() time.Time { return s.clock.Now().UTC() }
