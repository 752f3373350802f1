package fakesmtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/lifecycle"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Server is one Exchange Online. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent use.
type Server struct {
	config    Config
	world     *vtime.World
	network   *faultnet.Network
	journal   *journal.Journal
	clock     *vtime.Clock
	directory Directory
	issuer    *identity.Issuer
	tls       *tls.Config
	ownWorld  bool
	secrets   secrets
	answers   answers.Queue

	mu            sync.Mutex
	organizations []*organization
	mailboxes     map[string]*mailbox // by address in lower case, aliases too
	order         []*mailbox          // as they were made
	trace         []TraceEntry
	refusals      []Refusal
	shown         []*Session    // oldest first
	arrived       chan struct{} // closed, and replaced, when a mailbox gets a message
	awaited       map[string]int

	life *lifecycle.Life
}

// New returns a server that [Server.Serve] is to be called on. It fails only on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	s := &Server{
		config: config, world: config.World, network: config.Network, journal: config.Journal, directory: config.Directory,
		mailboxes: map[string]*mailbox{}, arrived: make(chan struct{}), awaited: map[string]int{},
		life: lifecycle.New(),
	}
	if s.world == nil {
		if s.network != nil {
			return nil, errors.New("fakesmtp: a Network without its World")
		}
		s.world, s.ownWorld = vtime.NewFlowing(config.Start), true
	}
	if s.journal == nil {
		s.journal = journal.New(s.world.Now)
	}
	if s.network == nil {
		s.network = faultnet.New(faultnet.Config{World: s.world, Journal: s.journal, Seed: config.Seed})
	}
	s.clock = s.world.Clock(Party)
	s.tls = s.network.TLSConfig(Party, s.clock, hosts...)
	s.tls.MinVersion = tls.VersionTLS10 // the handshake succeeds, AUTH does not (docs/reference/exchange-smtp.md §4)
	s.issuer = identity.NewIssuer(chance.New(config.Seed, "fakesmtp issuer"), s.account)
	if s.directory == nil {
		s.directory = s.issuer
		domain := address.Domain(DefaultMailbox)
		err := errors.Join(
			s.AddOrganization(Organization{Domains: []string{domain}}),
			s.AddMailbox(Mailbox{Address: DefaultMailbox, Password: journal.NewSecret(DefaultPassword)}))
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of the conversations.
func RunT(t T, config Config) *Server {
	t.Helper()
	if config.Report == nil {
		config.Report = t.Errorf
	}
	s, err := New(config)
	if err != nil {
		t.Fatalf("fakesmtp: %v", err)
		return nil
	}
	listener, err := s.network.Listen(Party, Addresses()...)
	if err != nil {
		t.Fatalf("fakesmtp: %v", err)
		return nil
	}
	s.life.Adopt(listener)
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
		for _, a := range s.UnmetAnswers() {
			t.Errorf("fakesmtp: the answer %q was not met as often as it was to be", a)
		}
		if t.Failed() {
			s.logLast(t)
		}
	})
	return s
}

// logged is how many lines of the conversations a failed test shows.
const logged = 40

func (s *Server) logLast(t T) {
	var lines []string
	for _, entry := range s.journal.Entries() {
		if entry.Party == Party {
			lines = append(lines, fmt.Sprintf("%s %s %s", entry.At.Format("15:04:05.000"), entry.Connection, entry.Text))
		}
	}
	for _, line := range lines[max(0, len(lines)-logged):] {
		t.Logf("%s", line)
	}
}

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the server's.
// On a bench it is one of the bench's network, so that names, turns and faults reach it.
func (s *Server) Serve(listener net.Listener) error {
	return s.life.Serve(listener, "fakesmtp", func(connection net.Conn) { newSession(s, connection).run() })
}

// sleeping counts the sessions that wait for the World, which Close cannot wake.
func (s *Server) sleeping(change int) { s.life.Wait(change) }

// Close ends the server: listeners and connections are closed and their sessions have ended when it returns, except those that
// sleep in a World that is not the server's own (the tarpit, the latency of a link); they end with that World. Mailboxes can still be read.
func (s *Server) Close() error {
	if s.ownWorld {
		s.life.Close(s.world.Close)
	} else {
		s.life.Close(nil)
	}
	return nil
}

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.life.Addr() }

// Journal returns the record that the server writes to.
func (s *Server) Journal() *journal.Journal { return s.journal }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s *Server) Network() *faultnet.Network { return s.network }

// awaitLimit is how far AwaitMessage lets a stepped World go.
const awaitLimit = 1 << 62

// ErrNoMessage: no message came, and none is under way.
var ErrNoMessage = errors.New("fakesmtp: no message has come, and nothing is due that could bring one")

// AwaitMessage returns the next message for an address: each call one that no call has returned before, oldest first. In a flowing
// World it waits until there is one or ctx ends. In a stepped World it lets time go on while anything is due, and fails with
// [ErrNoMessage] when nothing is.
func (s *Server) AwaitMessage(ctx context.Context, address string) (mail.Message, error) {
	if s.world.Stepped() && vtime.TurnFrom(ctx) == nil {
		if _, err := s.world.AdvanceUntil(awaitLimit, func() bool { return s.hasNext(address) }); err != nil && !s.hasNext(address) {
			return mail.Message{}, fmt.Errorf("fakesmtp: await a message for %s: %w", address, err)
		}
		if message, ok := s.next(address); ok {
			return message, nil
		}
		return mail.Message{}, ErrNoMessage
	}
	for {
		s.mu.Lock()
		arrived := s.arrived
		s.mu.Unlock()
		if message, ok := s.next(address); ok {
			return message, nil
		}
		if vtime.TurnFrom(ctx) != nil {
			return mail.Message{}, ErrNoMessage // who waits here holds the turn that the sender would need
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return mail.Message{}, fmt.Errorf("fakesmtp: await a message for %s: %w", address, context.Cause(ctx))
		}
	}
}

func (s *Server) hasNext(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	return m != nil && len(m.inbox) > s.awaited[m.address]
}

func (s *Server) next(address string) (mail.Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	if m == nil || len(m.inbox) <= s.awaited[m.address] {
		return mail.Message{}, false
	}
	s.awaited[m.address]++
	return m.inbox[s.awaited[m.address]-1].Opened(), true
}

// secrets is what must not be found in any artefact.
type secrets struct {
	mu   sync.Mutex
	seen map[string]struct{}
	list []string
}

func (s *secrets) add(secret string) {
	if secret == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	if _, known := s.seen[secret]; !known {
		s.seen[secret] = struct{}{}
		s.list = append(s.list, secret)
	}
}

// Secrets returns every token and password that the server has issued or been sent, for a test that looks for leaks.
func (s *Server) Secrets() []string {
	s.secrets.mu.Lock()
	defer s.secrets.mu.Unlock()
	return append([]string(nil), s.secrets.list...)
}
