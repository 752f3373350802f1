package legacy

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mhale/smtpd"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/turnstile"
	"mfpsim/fakesmtp/refusal"
)

// Server is one relay. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent
// use. What it has in common with its relatives (Serve, Close, Addr, Address, Journal, Network, Secrets, and Start for
// a test that has called New) is told at go doc mfpsim/fakesmtp/internal/shell.Server.
type Server struct {
	shell.Server
	config Config
	shell  *shell.Shell
	boxes  mail.Boxes

	mu       sync.Mutex
	refusals []Refusal
}

// New returns a server that its Serve is to be called on. It fails on a Config that contradicts itself.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("legacy: %w", err)
	}
	around, err := shell.Open("legacy", config.Bench)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, shell: around}
	for _, account := range config.Accounts {
		around.Secrets.Keep(account.Password.Reveal())
	}
	library, err := s.library()
	if err != nil {
		return nil, fmt.Errorf("legacy: %w", err)
	}
	entrance := turnstile.New(turnstile.Config{
		Shell: around, Host: config.Host, Security: config.Security, Address: config.ClientAddress, MaxLine: maxLine,
		Patience: config.Patience, MaxSize: config.MaxSize, StopsAtSize: true, LineFeeds: true, Edit: s.edit, Serve: library.Serve,
	})
	s.boxes.Bound(config.Keep)
	s.Server = around.Server(shell.Front{
		Addresses: []string{net.JoinHostPort(config.Host, strconv.Itoa(config.Port))}, Connection: entrance.Connection,
		Closing: func() error {
			err := library.Close() // before the turnstile: its Accept is told to end
			entrance.Close()
			return err
		},
	})
	return s, nil
}

// library is mhale/smtpd's server, with this one as its handlers.
func (s *Server) library() (*smtpd.Server, error) {
	config := s.config
	library := &smtpd.Server{
		Appname: product, Hostname: config.Host, DisableReverseDNS: true, MaxSize: int(config.MaxSize),
		Handler: s.receive, HandlerRcpt: s.recipient,
		AuthMechs: map[string]bool{Login: false, Plain: false, CRAMMD5: false},
	}
	if len(config.Mechanisms) > 0 {
		library.AuthHandler = s.authenticate
		library.AuthRequired = !config.Open && config.POPBeforeSMTP == nil
	}
	if config.Security.TLS() {
		inner, err := turnstile.ServerTLS(s.shell, config.Host)
		if err != nil {
			return nil, err
		}
		library.TLSConfig, library.TLSRequired = inner, config.Security != OptionalTLS
	}
	for _, mechanism := range config.Mechanisms {
		if config.Security != shell.StartTLS || mechanism == CRAMMD5 {
			library.AuthMechs[mechanism] = true
		} else {
			delete(library.AuthMechs, mechanism) // the library's own rule: only over TLS
		}
	}
	return library, nil
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of
// the conversations.
func RunT(t shell.T, config Config) *Server {
	t.Helper()
	return shell.Run(t, &config.Bench, func() (*Server, error) { return New(config) })
}

// Mailbox returns what arrived at an address, oldest first. The parts of a message are decoded when they are looked at.
func (s *Server) Mailbox(address string) []mail.Message { return s.boxes.Page(address, 1, -1) }

// MailboxPage returns at most so many of these messages, from the one with a number on. The first that came has number
// 1, whether it has fallen out (shell.Bench.Keep) or not.
func (s *Server) MailboxPage(address string, from, most int) []mail.Message {
	return s.boxes.Page(address, from, max(most, 0))
}

// MailCount is how many messages have arrived at an address; dropped of them have fallen out.
func (s *Server) MailCount(address string) (count, dropped int) { return s.boxes.Count(address) }

// AwaitMessage returns the next message for an address: each call one that no call has returned before, oldest first.
// In a flowing World it waits until there is one or ctx ends; in a stepped one it fails with fakesmtp.ErrNoMessage when
// nothing is due.
func (s *Server) AwaitMessage(ctx context.Context, address string) (mail.Message, error) {
	return mail.Await(ctx, s.shell.World, &s.boxes, address)
}

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
	r.At = s.shell.Clock.Now()
	what := "AUTH " + r.Mechanism
	if r.Mechanism == "" {
		what = "relaying"
	}
	s.shell.Note(r.Connection, what+" refused: "+string(r.Reason))
	s.mu.Lock()
	defer s.mu.Unlock()
	r.User = history.Name(r.User)
	s.refusals = history.Newest(s.refusals, r)
}
