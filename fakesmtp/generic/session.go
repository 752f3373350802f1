package generic

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// session is what go-smtp asks about one connection, from EHLO on. All of it happens inside a visit.
type session struct {
	server  *Server
	conn    *smtp.Conn
	client  *shell.Client
	account string
	from    string
	to      []string
}

func (s *Server) session(conn *smtp.Conn) (smtp.Session, error) {
	client, ok := conn.Conn().RemoteAddr().(*shell.Client)
	if !ok {
		panic("generic: a connection that did not come through the turnstile")
	}
	return &session{server: s, conn: conn, client: client}, nil
}

// errPanicked is what the library hears in place of an answer; nobody else does, since the conversation has ended.
var errPanicked = errors.New("this server's program has panicked")

// guarded answers the library. A panic, in a function of the Config for example, ends this conversation and nothing
// else.
func (c *session) guarded(answer func() error) error {
	err := errPanicked
	c.server.shell.Guard(c.client, func() { err = answer() })
	return err
}

// AuthMechanisms are those that EHLO lists.
func (c *session) AuthMechanisms() []string { return c.server.config.Mechanisms }

// Auth begins an exchange.
func (c *session) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(c.server.config.Mechanisms, mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism // 504 5.7.4 (RFC 4954 §4)
	}
	return guardedExchange{c, c.exchange(mechanism)}, nil
}

func (c *session) exchange(mechanism string) sasl.Server {
	switch {
	case mechanism == Plain:
		return sasl.NewPlainServer(func(_, user, password string) error {
			return c.finish(Plain, user, c.server.LogOn(user, password))
		})
	case mechanism == OAuthBearer:
		return &bearerServer{
			session: c, mechanism: OAuthBearer, parse: parseOAuthBearer, challenge: challengeOAuthBearer,
		}
	case c.server.config.Challenge:
		return &bearerServer{session: c, mechanism: XOAUTH2, parse: wire.BearerResponse, challenge: challengeXOAUTH2}
	default:
		return &bearerServer{session: c, mechanism: XOAUTH2, parse: wire.BearerResponse}
	}
}

// guardedExchange is an exchange whose panic ends the conversation.
type guardedExchange struct {
	session  *session
	exchange sasl.Server
}

// Next takes a response.
func (g guardedExchange) Next(response []byte) (challenge []byte, done bool, err error) {
	done = true
	err = g.session.guarded(func() (err error) {
		challenge, done, err = g.exchange.Next(response)
		return err
	})
	return challenge, done, err
}

// errCredentials is the refusal of every AUTH (RFC 4954 §6); the reason is for the journal.
var errCredentials = &smtp.SMTPError{
	Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid",
}

// finish keeps what AUTH has come to.
func (c *session) finish(mechanism, user string, reason refusal.Reason) error {
	if reason == "" {
		c.account = user
		return nil
	}
	c.server.refused(Refusal{
		At: c.server.shell.Clock.Now(), Connection: c.client.Connection, User: user, Mechanism: mechanism, Reason: reason,
	})
	return errCredentials
}

// Mail takes the sender. An account may use any sender of its own domain.
func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	return c.guarded(func() error { return c.sender(from) })
}

func (c *session) sender(from string) error {
	switch {
	case c.account == "": // RFC 4954 §6
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	case from != "" && address.Domain(from) != address.Domain(c.account): // RFC 6409 §6.1
		return &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
			Message: "Sender address rejected: not owned by user " + wire.Printable(c.account),
		}
	}
	c.from = from
	return nil
}

// Rcpt takes a recipient.
func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	return c.guarded(func() error { return c.recipient(to) })
}

func (c *session) recipient(to string) error {
	if judge := c.server.config.Recipient; judge != nil {
		if err := judge(c.account, c.from, to); err != nil {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: err.Error()}
		}
	}
	c.to = append(c.to, to)
	return nil
}

// Data takes the message.
func (c *session) Data(reader io.Reader) error {
	raw, err := wire.All(reader)
	if err != nil {
		return err
	}
	return c.guarded(func() error { return c.message(raw) })
}

func (c *session) message(raw [][]byte) (err error) {
	m := mail.Received(raw)
	m.EnvelopeFrom, m.EnvelopeTo = c.from, slices.Clone(c.to)
	m.Connection, m.ReceivedAt = c.client.Connection, c.server.shell.Clock.Now()
	c.stamp(&m)
	mailboxes := m.EnvelopeTo
	if accept := c.server.config.Accept; accept != nil {
		if mailboxes, err = accept(c.account, m); err != nil {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
		}
	}
	c.server.boxes.Put(m, mailboxes...)
	return nil
}

// stamp makes the Received field (RFC 5321 §4.4, RFC 3848), and a Message-ID where there was none.
func (c *session) stamp(m *mail.Message) {
	protocol := "ESMTPA"
	if _, secure := c.conn.Conn().(*tls.Conn); secure {
		protocol = "ESMTPSA"
	}
	id := c.client.Random.Hex(12)
	stamped := fmt.Sprintf("Received: from %s ([%s])\r\n by %s with %s id %s; %s\r\n",
		wire.Printable(c.conn.Hostname()), c.client.Host,
		c.server.config.Host, protocol, id, m.ReceivedAt.UTC().Format(time.RFC1123Z))
	if m.ID == "" {
		m.ID = "<" + id + "@" + c.server.config.Host + ">"
		stamped += "Message-ID: " + m.ID + "\r\n"
	}
	m.Stamped = []byte(stamped)
}

// Reset drops the message under way.
func (c *session) Reset() { c.from, c.to = "", nil }

// Logout has nothing to free.
func (c *session) Logout() error { return nil }
