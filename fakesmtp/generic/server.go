package generic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/emersion/go-smtp"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/turnstile"
)

// Server is one provider. Make it with [RunT] in a test or with [New] in a program. All methods are safe for concurrent
// use. What it has in common with its relatives (Serve, Close, Addr, Address, Journal, Network, Secrets, and Start for
// a test that has called New) is told at go doc mfpsim/fakesmtp/internal/shell.Server.
type Server struct {
	shell.Server
	config Config
	shell  *shell.Shell
	boxes  mail.Boxes
	random *chance.Reader

	mu       sync.Mutex
	tokens   map[string]token
	refusals []Refusal
}

// New returns a server that its Serve is to be called on. It fails on a mechanism that the server does not know.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("generic: %w", err)
	}
	around, err := shell.Open("generic", config.Bench)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: config, shell: around, tokens: map[string]token{}, random: chance.New(config.Seed, config.Party+" tokens"),
	}
	for _, account := range config.Accounts {
		around.Secrets.Keep(account.Password.Reveal())
	}
	library, err := s.library()
	if err != nil {
		return nil, fmt.Errorf("generic: %w", err)
	}
	entrance := turnstile.New(turnstile.Config{
		Shell: around, Host: config.Host, Security: config.Security, Address: clientAddress, MaxLine: maxLine,
		Patience: config.Patience, MaxSize: config.MaxSize, Serve: library.Serve,
	})
	s.boxes.Bound(config.Keep)
	s.Server = around.Server(shell.Front{
		Addresses: []string{config.address()}, Connection: entrance.Connection,
		Closing: func() error {
			entrance.Close()
			if err := library.Close(); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
				return err
			}
			return nil
		},
	})
	return s, nil
}

// library is emersion/go-smtp's server, with this one as its backend.
func (s *Server) library() (*smtp.Server, error) {
	inner, err := turnstile.ServerTLS(s.shell, s.config.Host)
	if err != nil {
		return nil, err
	}
	library := smtp.NewServer(smtp.BackendFunc(s.session))
	library.Domain = s.config.Host
	library.TLSConfig = inner
	library.MaxRecipients = s.config.MaxRecipients
	library.MaxMessageBytes = s.config.MaxSize
	library.MaxLineLength = maxLine
	library.EnableSMTPUTF8, library.EnableBINARYMIME, library.EnableDSN = true, true, true
	library.ErrorLog = log.New(io.Discard, "", 0)
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

// Deliver puts a mail of the provider's own into a mailbox.
func (s *Server) Deliver(address string, raw []byte) {
	message := mail.Parse(raw)
	message.EnvelopeTo, message.ReceivedAt = []string{address}, s.shell.Clock.Now()
	s.boxes.Put(message, address)
}
