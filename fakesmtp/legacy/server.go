package legacy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mhale/smtpd"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/station"
	"mfpsim/fakesmtp/internal/turnstile"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Server is one relay. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent use.
type Server struct {
	config    Config
	station   *station.Station
	turnstile *turnstile.Turnstile
	library   *smtpd.Server

	mu       sync.Mutex
	refusals []Refusal
}

// state is what is known of a connection beside what the library knows.
type state struct {
	helo          string // what the client calls itself
	challenge     string // of CRAM-MD5, as the client was given it
	authenticated bool
}

// New returns a server that [Server.Serve] is to be called on. It fails on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	for _, mechanism := range config.Mechanisms {
		if !slices.Contains([]string{Login, Plain, CRAMMD5}, mechanism) {
			return nil, fmt.Errorf("legacy: mechanism %q is none of %s, %s, %s", mechanism, Login, Plain, CRAMMD5)
		}
	}
	if len(config.Mechanisms) == 0 && !config.Open && config.POPBeforeSMTP == nil {
		return nil, errors.New("legacy: without mechanisms, Open and POPBeforeSMTP nobody could send")
	}
	if config.NoTLS && (config.Implicit || config.OptionalTLS) {
		return nil, errors.New("legacy: NoTLS together with TLS")
	}
	place, err := station.Open(station.Config{
		Party: config.Party, World: config.World, Network: config.Network, Journal: config.Journal, Seed: config.Seed,
		Start: config.Start, Report: config.Report,
	})
	if err != nil {
		return nil, fmt.Errorf("legacy: %w", err)
	}
	s := &Server{config: config, station: place}
	for _, account := range config.Accounts {
		place.Secrets.Add(account.Password.Reveal())
	}
	s.library = &smtpd.Server{
		Appname: product, Hostname: config.Host, DisableReverseDNS: true, MaxSize: int(config.MaxSize),
		Handler: s.receive, HandlerRcpt: s.recipient,
		AuthMechs: map[string]bool{Login: false, Plain: false, CRAMMD5: false},
	}
	if len(config.Mechanisms) > 0 {
		s.library.AuthHandler = s.authenticate
		s.library.AuthRequired = !config.Open && config.POPBeforeSMTP == nil
	}
	outer := turnstile.Config{
		Station: place, Host: config.Host, Implicit: config.Implicit, Address: config.ClientAddress, MaxLine: maxLine,
		MaxSize: config.MaxSize, StopsAtSize: true, LineFeeds: true, Edit: s.edit, Serve: s.library.Serve,
	}
	if !config.NoTLS {
		if s.library.TLSConfig, err = turnstile.ServerTLS(place, config.Host); err != nil {
			return nil, fmt.Errorf("legacy: %w", err)
		}
		s.library.TLSRequired = !config.OptionalTLS
		outer.TLS = place.Network.TLSConfig(config.Party, place.Clock, config.Host)
	}
	for _, mechanism := range config.Mechanisms {
		if config.NoTLS || config.OptionalTLS || config.Implicit || mechanism == CRAMMD5 {
			s.library.AuthMechs[mechanism] = true
		} else {
			delete(s.library.AuthMechs, mechanism) // the library's own rule: only over TLS
		}
	}
	s.turnstile = turnstile.New(outer)
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
	return s.station.Serve(listener, s.turnstile.Connection)
}

// Close ends the server. Mailboxes can still be read.
func (s *Server) Close() error {
	err := s.station.Close()
	_ = s.library.Close() // before the turnstile: its Accept is told to end
	s.turnstile.Close()
	return err
}

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s *Server) Addr() string { return s.station.Addr() }

// Address returns the name and port under which a bench's parties are to reach the server, for example "relay.example.com:587".
func (s *Server) Address() string {
	return net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port))
}

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

// Secrets returns every password that the server has or was sent, for a test that looks for leaks.
func (s *Server) Secrets() []string { return s.station.Secrets.List() }

// Refusal is a refused AUTH or a client that was not let in, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	User       string
	Mechanism  string // empty: not by AUTH
	Reason     refusal.Reason
}

// Refusals returns what was refused, oldest first.
func (s *Server) Refusals() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

func (s *Server) refused(r Refusal) {
	r.At = s.station.Clock.Now()
	what := "AUTH " + r.Mechanism
	if r.Mechanism == "" {
		what = "relaying"
	}
	s.station.Journal.Append(journal.Entry{
		Party: s.config.Party, Connection: r.Connection, Kind: journal.KindNote, Text: journal.Plain(what + " refused: " + string(r.Reason)),
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, r)
}
