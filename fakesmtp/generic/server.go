package generic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"

	"github.com/emersion/go-smtp"

	"mfpsim/chance"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/station"
	"mfpsim/fakesmtp/internal/turnstile"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Server is one provider. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent use.
type Server struct {
	config    Config
	station   *station.Station
	turnstile *turnstile.Turnstile
	library   *smtp.Server
	random    *chance.Reader

	mu       sync.Mutex
	tokens   map[string]token
	refusals []Refusal
}

// New returns a server that [Server.Serve] is to be called on. It fails on a mechanism that the server does not know.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	for _, mechanism := range config.Mechanisms {
		if !slices.Contains([]string{Plain, XOAUTH2, OAuthBearer}, mechanism) {
			return nil, fmt.Errorf("generic: mechanism %q is none of %s, %s, %s", mechanism, Plain, XOAUTH2, OAuthBearer)
		}
	}
	place, err := station.Open(station.Config{
		Party: config.Party, World: config.World, Network: config.Network, Journal: config.Journal, Seed: config.Seed,
		Start: config.Start, Report: config.Report,
	})
	if err != nil {
		return nil, fmt.Errorf("generic: %w", err)
	}
	s := &Server{
		config: config, station: place, tokens: map[string]token{}, random: chance.New(config.Seed, config.Party+" tokens"),
	}
	for _, account := range config.Accounts {
		place.Secrets.Add(account.Password.Reveal())
	}
	inner, err := turnstile.ServerTLS(place, config.Host)
	if err != nil {
		return nil, fmt.Errorf("generic: %w", err)
	}
	s.library = smtp.NewServer(smtp.BackendFunc(s.session))
	s.library.Domain = config.Host
	s.library.TLSConfig = inner
	s.library.MaxRecipients = config.MaxRecipients
	s.library.MaxMessageBytes = config.MaxSize
	s.library.MaxLineLength = maxLine
	s.library.EnableSMTPUTF8, s.library.EnableBINARYMIME, s.library.EnableDSN = true, true, true
	s.library.ErrorLog = log.New(io.Discard, "", 0)
	s.turnstile = turnstile.New(turnstile.Config{
		Station: place, Host: config.Host, TLS: place.Network.TLSConfig(config.Party, place.Clock, config.Host),
		Implicit: config.Implicit, Address: clientAddress, MaxLine: maxLine, MaxSize: config.MaxSize,
		Serve: s.library.Serve,
	})
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
	s.Start(t)
	return s
}

// Start serves the server's address in a test and closes the server at the test's end, for servers that are made of this one.
func (s *Server) Start(t fakesmtp.T) {
	t.Helper()
	s.station.RunT(t, s.Serve, s.Close, s.Address())
}

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the server's.
func (s *Server) Serve(listener net.Listener) error {
	return s.station.Serve(listener, s.turnstile.Connection)
}

// Close ends the server. Mailboxes can still be read.
func (s *Server) Close() error {
	err := s.station.Close()
	s.turnstile.Close()
	if closing := s.library.Close(); closing != nil && !errors.Is(closing, smtp.ErrServerClosed) {
		err = errors.Join(err, closing)
	}
	return err
}

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.station.Addr() }

// Address returns the name and port under which a bench's parties are to reach the server, for example "smtp.example.com:587".
func (s *Server) Address() string { return s.config.address() }

// Journal returns the record that the server writes to.
func (s *Server) Journal() *journal.Journal { return s.station.Journal }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s *Server) Network() *faultnet.Network { return s.station.Network }

// Mailbox returns what arrived at an address, oldest first.
func (s *Server) Mailbox(address string) []mail.Message { return s.station.Mail.At(address) }

// AwaitMessage returns the next message for an address: each call one that no call has returned before, oldest first. In a flowing
// World it waits until there is one or ctx ends; in a stepped one it fails with fakesmtp.ErrNoMessage when nothing is due.
func (s *Server) AwaitMessage(ctx context.Context, address string) (mail.Message, error) {
	return s.station.Mail.Await(ctx, s.station.World, address)
}

// Deliver puts a mail of the provider's own into a mailbox.
func (s *Server) Deliver(address string, raw []byte) {
	message := mail.Parse(raw)
	message.EnvelopeTo, message.ReceivedAt = []string{address}, s.station.Clock.Now()
	s.station.Mail.Put(message, address)
}

// Secrets returns every token and password that the server has issued or been sent, for a test that looks for leaks.
func (s *Server) Secrets() []string { return s.station.Secrets.List() }
