package fakesmtp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Server is one Exchange Online. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent use.
type Server struct {
	config    Config
	shell     *shell.Shell
	front     shell.Server
	directory Directory
	issuer    *identity.Issuer
	tls       *tls.Config
	answers   answers.Queue

	mu            sync.Mutex
	organizations []*organization
	mailboxes     map[string]*mailbox // by address in lower case, aliases too
	order         []*mailbox          // as they were made
	trace         []TraceEntry
	refusals      []Refusal
	shown         []*Session // oldest first
	arrival       shell.Arrival
}

// New returns a server that [Server.Serve] is to be called on. It fails only on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	around, err := shell.Open("fakesmtp", shell.Bench{
		World: config.World, Network: config.Network, Journal: config.Journal, Seed: config.Seed, Start: config.Start, Party: Party,
		Report: config.Report,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, shell: around, directory: config.Directory, mailboxes: map[string]*mailbox{}}
	s.tls = around.Network.TLSConfig(Party, around.Clock, hosts...)
	s.tls.MinVersion = tls.VersionTLS10 // the handshake succeeds, AUTH does not (docs/reference/exchange-smtp.md §4)
	s.front = around.Server(shell.Front{Addresses: Addresses(), Connection: s.connection, Ended: s.unmet})
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
		t.Fatalf("%v", err)
		return nil
	}
	s.front.Start(t)
	return s
}

// unmet tells a test which planted answers have not happened.
func (s *Server) unmet(t T) {
	for _, a := range s.UnmetAnswers() {
		t.Errorf("fakesmtp: the answer %q was not met as often as it was to be", a)
	}
}

func (s *Server) connection(connection net.Conn) { newSession(s, connection).run() }

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the server's.
// On a bench it is one of the bench's network, so that names, turns and faults reach it.
func (s *Server) Serve(listener net.Listener) error { return s.front.Serve(listener) }

// Close ends the server: listeners and connections are closed and their sessions have ended when it returns, except those that
// sleep in a World that is not the server's own (the tarpit, the latency of a link); they end with that World. Mailboxes can still be read.
func (s *Server) Close() error { return s.front.Close() }

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.front.Addr() }

// Journal returns the record that the server writes to.
func (s *Server) Journal() *journal.Journal { return s.front.Journal() }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s *Server) Network() *faultnet.Network { return s.front.Network() }

// Bench is where the server stands, so that another server can stand there too: generic.Config{Bench: s.Bench()}.
func (s *Server) Bench() Bench { return s.front.Bench() }

// Secrets returns every token and password that the server has issued or been sent, for a test that looks for leaks.
func (s *Server) Secrets() []string { return s.front.Secrets() }

// ErrNoMessage: no message came, and none is under way.
var ErrNoMessage = shell.ErrNoMessage

// AwaitMessage returns the next message for an address: each call one that no call has returned before, oldest first. In a flowing
// World it waits until there is one or ctx ends. In a stepped World it lets time go on while anything is due, and fails with
// [ErrNoMessage] when nothing is.
func (s *Server) AwaitMessage(ctx context.Context, address string) (Message, error) {
	return shell.Await(ctx, s.shell.World, (*inbox)(s), address)
}

// inbox is what Await looks at.
type inbox Server

func (s *inbox) Key(address string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := (*Server)(s).mailboxOf(address); m != nil {
		return m.address
	}
	return strings.ToLower(address)
}

func (s *inbox) Nth(address string, n int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := (*Server)(s).mailboxOf(address)
	if m == nil || n >= len(m.inbox) {
		return Message{}, false
	}
	return m.inbox[n].Opened(), true
}

func (s *inbox) Arrival() *shell.Arrival { return &s.arrival }
