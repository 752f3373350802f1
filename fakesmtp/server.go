package fakesmtp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/cmdlets"
	"mfpsim/fakesmtp/internal/gate"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/session"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Server is one Exchange Online. Make it with [RunT] in a test or with [New] in a program. All methods are safe for
// concurrent use.
type Server struct {
	config    Config
	shell     *shell.Shell
	front     shell.Server
	issuer    *identity.Issuer
	mailboxes *mailboxes.Store
	gate      *gate.Gate
	console   *cmdlets.Console
	answers   *answers.Queue
	history   *history.Log
	endpoint  *session.Endpoint

	mu        sync.Mutex
	exchanger net.Listener // the MX door; nil: it is closed
}

// New returns a server that [Server.Serve] is to be called on. It fails only on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	around, err := shell.Open("fakesmtp", shell.Bench{
		World: config.World, Network: config.Network, Journal: config.Journal, Seed: config.Seed, Start: config.Start,
		Party: Party, Report: config.Report,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, shell: around, answers: &answers.Queue{}, history: &history.Log{}}
	s.mailboxes = mailboxes.New(config.Seed, mailboxes.Defaults{
		MaxSendSize: config.MaxSendSize, MaxRecipients: config.MaxRecipients,
	}, config.Keep)
	s.issuer = identity.NewIssuer(chance.New(config.Seed, "fakesmtp issuer"), s.mailboxes.Account)
	s.rooms()
	if config.Directory == nil {
		if err := s.settle(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// rooms puts the rooms together, from those that hold state to the one that serves clients.
func (s *Server) rooms() {
	c, now := s.config, s.shell.Clock.Now
	s.console = &cmdlets.Console{Mailboxes: s.mailboxes, Now: now, Propagation: c.Propagation, MaxSize: c.MaxSize}
	s.gate = &gate.Gate{
		Directory: c.Directory, Mailboxes: s.mailboxes, Now: now, BasicAuthEnd: c.BasicAuthEnd,
		TokensPassSecurityDefaults: c.TokensPassSecurityDefaults,
	}
	if s.gate.Directory == nil {
		s.gate.Directory = s.issuer
	}
	security := s.shell.Network.TLSConfig(Party, s.shell.Clock, hosts...)
	security.MinVersion = tls.VersionTLS10 // the handshake succeeds, AUTH does not (docs/reference/exchange-smtp.md §4)
	exchanger := s.shell.Network.TLSConfig(
		Party, s.shell.Clock, "mail.protection.outlook.com", "*.mail.protection.outlook.com",
	)
	exchanger.MinVersion, exchanger.ClientAuth = tls.VersionTLS12, tls.RequestClientCert
	s.endpoint = &session.Endpoint{
		Shell: s.shell, TLS: security, ExchangerTLS: exchanger, Gate: s.gate, Mailboxes: s.mailboxes,
		Answers: s.answers, History: s.history,
		Limits: limits.New(limits.Limits{
			Concurrent: c.MaxConcurrent, PerMinute: c.MessagesPerMinute, RecipientsPerDay: c.RecipientsPerDay,
			ContinuousErrors: c.MaxContinuousErrors,
		}),
		Settings: session.Settings{
			Site: c.Site, Forest: c.Forest, ClientAddress: c.ClientAddress, Tarpit: c.Tarpit,
			MaxPerDomain: c.MaxRecipientsPerDomain, MaxSize: c.MaxSize, MaxFailedAuth: c.MaxFailedAuth,
			MaxErrors: c.MaxErrors, MaxHeaderSize: c.MaxHeaderSize,
			MessagesPerMinute: c.MessagesPerMinute, RefuseAboveRate: c.RefuseAboveRate, IdleTimeout: c.IdleTimeout,
			SessionTimeout: c.SessionTimeout, LegacyEndpoint: c.LegacyEndpoint, Open: c.Open,
		},
	}
	s.endpoint.SetFront(session.FrontEnd{StrictHello: c.StrictHello, MaxLine: c.MaxLine, MaxAnswer: c.MaxAnswer})
	s.front = s.shell.Server(shell.Front{Addresses: Addresses(), Connection: s.endpoint.Connection, Ended: s.unmet})
}

// settle makes the organization and the mailbox of a server that runs alone.
func (s *Server) settle() error {
	return errors.Join(
		s.AddOrganization(
			Organization{Domains: []string{address.Domain(DefaultMailbox)}, SMTPAuth: true, BasicAuth: true},
		),
		s.AddMailbox(Mailbox{Address: DefaultMailbox, Password: journal.NewSecret(DefaultPassword)}),
	)
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of
// the conversations.
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
	s.startExchanger(t)
	s.front.Start(t)
	return s
}

// unmet tells a test which planted answers have not happened.
func (s *Server) unmet(t T) {
	for _, a := range s.UnmetAnswers() {
		t.Errorf("fakesmtp: the answer %q was not met as often as it was to be", a)
	}
}

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the
// server's. On a bench it is one of the bench's network, so that names, turns and faults reach it.
func (s *Server) Serve(listener net.Listener) error { return s.front.Serve(listener) }

// Close ends the server: listeners and connections are closed and their sessions have ended when it returns, except
// those that sleep in a World that is not the server's own (the tarpit, the latency of a link); they end with that
// World. Mailboxes can still be read.
func (s *Server) Close() error { return s.front.Close() }

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.front.Addr() }

// Bench is where the server stands, so that one of its relatives can stand there too: generic.Config{Bench: s.Bench()}.
func (s *Server) Bench() Bench { return s.front.Bench() }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s *Server) Network() *faultnet.Network { return s.front.Network() }

// Journal returns the record that the server writes to.
func (s *Server) Journal() *journal.Journal { return s.front.Journal() }

// ours says whose error it is.
func ours(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fakesmtp: %w", err)
}
