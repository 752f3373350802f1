package fakeentra

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/browser"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/discovery"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/grants"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/places"
	"mfpsim/fakeentra/internal/router"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signin"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Server is one fake Entra ID. It is safe for concurrent use.
type Server struct {
	config    Config
	world     *vtime.World
	ownWorld  bool
	network   *faultnet.Network
	journal   *journal.Journal
	clock     *vtime.Clock
	handler   http.Handler
	directory *directory.Directory
	places    *places.Places
	doors     *doors.Keeper
	codes     *codes.Store
	mint      *tokens.Mint
	desk      *signin.Desk
	browser   *browser.Endpoint
	answers   *answers.Queue
	log       *signinlog.Log
	secrets   *secrets.List
	front     *wire.Front
	day       wire.Day // at the start

	mu         sync.Mutex
	url        string
	listeners  []net.Listener
	servers    []*http.Server
	transports []*http.Transport
	closed     bool
}

// flowingSecrets bounds what [Server.Secrets] remembers on a World that flows, which may do so for months.
const flowingSecrets = 1000

// New makes a fake that does not listen yet; see [Server.Serve] and [RunT].
func New(c Config) (*Server, error) {
	c = c.withDefaults()
	order, err := pages.Order(c.Pages)
	if err != nil {
		return nil, ours(err)
	}
	day, err := wire.DayAt(c.AsOf)
	if err != nil {
		return nil, ours(err)
	}
	s := &Server{
		day: day, config: c, world: c.World, network: c.Network, journal: c.Journal,
		places: places.New(c.ClientAddress), answers: &answers.Queue{}, log: &signinlog.Log{}, secrets: &secrets.List{},
	}
	s.directory = directory.New(c.Seed, s.now, s.secrets)
	if err := s.fill(); err != nil {
		return nil, ours(err)
	}
	if s.world == nil {
		s.ownWorld = true
		if c.Start.IsZero() {
			s.world = vtime.NewFlowing(time.Time{})
		} else {
			s.world = vtime.NewStepped(c.Start)
		}
	}
	if !s.world.Stepped() {
		s.secrets.Bound(flowingSecrets)
	}
	if s.journal == nil {
		s.journal = journal.For(s.world)
	}
	if s.network == nil {
		s.network = faultnet.New(faultnet.Config{World: s.world, Journal: s.journal, Seed: c.Seed})
	}
	s.clock = s.world.Clock(Party)
	s.handler = s.network.Handler(Party, s.clock, s.rooms(order), secrets.Record)
	return s, nil
}

// fill makes what the Config says there is.
func (s *Server) fill() error {
	for _, t := range s.config.Tenants {
		if _, err := s.directory.AddTenant(t); err != nil {
			return err
		}
	}
	for _, r := range s.config.Resources {
		if err := s.directory.AddResource(r); err != nil {
			return err
		}
	}
	for _, a := range s.config.Applications {
		if _, err := s.directory.AddApplication(a); err != nil {
			return err
		}
	}
	for _, u := range s.config.Users {
		if _, err := s.directory.AddUser(u); err != nil {
			return err
		}
	}
	return nil
}

// rooms puts the rooms together, from those that hold state to the one that answers requests.
func (s *Server) rooms(order []pages.Name) http.Handler {
	c, random := s.config, chance.New(s.config.Seed, Party) // codes, ids, tokens: drawn in the order of turns
	front := &wire.Front{
		Random: random, Now: s.now, Language: c.Language, LoopLimit: c.LoopLimit,
		Cookies: chance.New(s.config.Seed, Party+" cookies"),
	}
	front.SetDay(s.day)
	s.front = front
	s.doors = &doors.Keeper{Directory: s.directory}
	s.doors.SetStrict(c.StrictDoors)
	s.codes = codes.New(random, s.secrets)
	s.mint = tokens.New(c.Seed, random, s.secrets, s.places, s.directory, c.AccessTokenLifetime)
	s.desk = signin.New(
		signin.Settings{Order: order, ShowTestAccounts: c.ShowTestAccounts, StaySignedIn: c.StaySignedIn},
		signin.Rooms{
			Directory: s.directory, Doors: s.doors, Codes: s.codes, Log: s.log, Places: s.places, Secrets: s.secrets,
			Random: random,
		},
	)
	s.browser = &browser.Endpoint{
		Front: front, Directory: s.directory, Doors: s.doors, Codes: s.codes, Mint: s.mint, Desk: s.desk,
	}
	return router.New(router.Rooms{
		Front: front, Directory: s.directory, Doors: s.doors, Codes: s.codes, Answers: s.answers, Journal: s.journal, Clock: s.clock,
		Browser: s.browser,
		Grants: &grants.Endpoint{
			Settings: grants.Settings{
				RefreshTokenLifetime: c.RefreshTokenLifetime, CodeLifetime: c.CodeLifetime, MaxDeviceCodes: max(c.MaxDeviceCodes, 0), Interval: c.Interval,
				SlowDown: c.SlowDown, VerificationURI: c.VerificationURI,
			},
			Front:     front,
			Directory: s.directory,
			Doors:     s.doors,
			Codes:     s.codes,
			Mint:      s.mint,
			Places:    s.places,
			Log:       s.log,
			Secrets:   s.secrets,
			Line:      signing.NewLine(),
		},
		Discovery: &discovery.Endpoint{Front: front, Directory: s.directory, Mint: s.mint},
	})
}

// RunT starts a fake for a test: it listens on loopback with TLS and stops when the test ends. If the test failed, the
// last exchanges are logged, secrets redacted.
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

// TLSConfig is how the fake shows itself: with a certificate of the network's own authority, for the hosts of [Names]
// and others.
func (s *Server) TLSConfig(others ...string) *tls.Config {
	names := make([]string, 0, len(Names())+len(others))
	for _, name := range Names() {
		names = append(names, hosts.Of(name))
	}
	config := s.network.TLSConfig(Party, s.clock, append(names, others...)...)
	// Old versions hear an HTTP answer, not an alert (azure-docs#96851).
	config.MinVersion = tls.VersionTLS10 //nolint:gosec // that is what they are served for
	return config
}

// Serve answers HTTPS on a listener until Close; it returns at once. The certificate is of the network's own authority
// and holds for the names of [Names], localhost and 127.0.0.1.
func (s *Server) Serve(l net.Listener) error {
	server, err := s.network.ServeHTTP(l, s.TLSConfig(), s.handler)
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

// URL returns the base URL of the first listener, with its port, or "" if there is none. Clients that insist on
// Microsoft's name use https://login.microsoftonline.com with [Server.Client].
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Client returns an HTTP client for programs outside the bench: it reaches the fake under every name of [Names], trusts
// its certificate, and keeps no cookies; its Transport has Unwrap() *http.Transport. A request whose context carries a
// turn is acted on under that turn.
func (s *Server) Client() *http.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	target := strings.TrimPrefix(s.url, "https://")
	known := map[string]bool{}
	for _, name := range Names() {
		known[name] = true
	}
	var dialer net.Dialer
	bare := &http.Transport{
		TLSClientConfig: s.clientTLS(),
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if known[address] {
				address = target
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
	turned := &http.Transport{
		TLSClientConfig: s.clientTLS(), DialContext: s.network.Dialer(faultnet.Outside).DialContext,
	}
	s.transports = append(s.transports, bare, turned)
	return &http.Client{Transport: byTurn{bare: bare, turned: turned}}
}

// byTurn keeps the connections of those who hold a turn apart from the others'.
type byTurn struct{ bare, turned *http.Transport }

func (t byTurn) RoundTrip(r *http.Request) (*http.Response, error) {
	if vtime.TurnFrom(r.Context()) != nil {
		return t.turned.RoundTrip(r)
	}
	return t.bare.RoundTrip(r)
}

// Unwrap returns the transport of those without a turn, for who wants to set its limits.
func (t byTurn) Unwrap() *http.Transport { return t.bare }

// CloseIdleConnections is [http.Client.CloseIdleConnections]'s.
func (t byTurn) CloseIdleConnections() {
	t.bare.CloseIdleConnections()
	t.turned.CloseIdleConnections()
}

// World returns the time in which the fake lives, so that a test can let it pass.
func (s *Server) World() *vtime.World { return s.world }

// Journal returns the record that the fake writes.
func (s *Server) Journal() *journal.Journal { return s.journal }

// now is the fake's own time.
func (s *Server) now() time.Time { return s.clock.Now().UTC() }

// lastExchanges draws the newest exchanges with the fake, for a failed test.
func (s *Server) lastExchanges(n int) string {
	var all []journal.Entry
	for _, e := range s.journal.Entries() {
		if e.Party == Party && (e.HTTP != nil || e.Kind == journal.KindNote) {
			all = append(all, e)
		}
	}
	if len(all) > n {
		all = all[len(all)-n:]
	}
	var b strings.Builder
	for _, e := range all {
		if e.HTTP == nil {
			fmt.Fprintf(&b, "%s note %s\n", e.At.UTC().Format("15:04:05"), e.Text)
			continue
		}
		fmt.Fprintf(&b, "%s %s %s%s -> %d\n", e.At.UTC().Format("15:04:05"), e.HTTP.Method, e.HTTP.Host, e.HTTP.Target,
			e.HTTP.Status)
		if body := e.HTTP.RequestBody.String(); body != "" {
			fmt.Fprintf(&b, "    %s\n", body)
		}
		if body := e.HTTP.ResponseBody.String(); strings.HasPrefix(body, "{") {
			fmt.Fprintf(&b, "    %s\n", body)
		}
	}
	return b.String()
}

// clientTLS trusts the network's authority; the client's time is the World's.
func (s *Server) clientTLS() *tls.Config {
	return &tls.Config{RootCAs: s.network.Authority().Pool(), Time: s.world.Now, MinVersion: tls.VersionTLS12}
}
