package generic

import (
	"crypto/tls"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/station"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// session is what go-smtp asks about one connection, from EHLO on. All of it happens inside a visit.
type session struct {
	server  *Server
	conn    *smtp.Conn
	client  *station.Client
	account string
	from    string
	to      []string
}

func (s *Server) session(conn *smtp.Conn) (smtp.Session, error) {
	client, ok := conn.Conn().RemoteAddr().(*station.Client)
	if !ok {
		panic("generic: a connection that did not come through the turnstile")
	}
	return &session{server: s, conn: conn, client: client}, nil
}

// AuthMechanisms are those that EHLO lists.
func (c *session) AuthMechanisms() []string { return c.server.config.Mechanisms }

// Auth begins an exchange.
func (c *session) Auth(mechanism string) (sasl.Server, error) {
	switch {
	case !slices.Contains(c.server.config.Mechanisms, mechanism):
		return nil, smtp.ErrAuthUnknownMechanism // 504 5.7.4 (RFC 4954 §4)
	case mechanism == Plain:
		return sasl.NewPlainServer(func(_, user, password string) error {
			return c.finish(Plain, user, c.server.LogOn(user, password))
		}), nil
	case mechanism == OAuthBearer:
		return &bearerServer{session: c, mechanism: OAuthBearer, parse: parseOAuthBearer, challenge: challengeOAuthBearer}, nil
	case c.server.config.Challenge:
		return &bearerServer{session: c, mechanism: XOAUTH2, parse: wire.BearerResponse, challenge: challengeXOAUTH2}, nil
	default:
		return &bearerServer{session: c, mechanism: XOAUTH2, parse: wire.BearerResponse}, nil
	}
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
		At: c.server.station.Clock.Now(), Connection: c.client.Connection, User: user, Mechanism: mechanism, Reason: reason,
	})
	return errCredentials
}

// Mail takes the sender. An account may use any sender of its own domain.
func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	switch {
	case c.account == "": // RFC 4954 §6
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	case from != "" && !strings.EqualFold(domainOf(from), domainOf(c.account)): // RFC 6409 §6.1
		return &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1},
			Message: "Sender address rejected: not owned by user " + wire.Printable(c.account),
		}
	}
	c.from = from
	return nil
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// Rcpt takes a recipient.
func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
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
	raw, err := io.ReadAll(reader)
	if err != nil {
		return err
	}
	m := mail.Parse(raw)
	m.EnvelopeFrom, m.EnvelopeTo = c.from, slices.Clone(c.to)
	m.Connection, m.ReceivedAt = c.client.Connection, c.server.station.Clock.Now()
	c.stamp(&m)
	mailboxes := m.EnvelopeTo
	if accept := c.server.config.Accept; accept != nil {
		if mailboxes, err = accept(c.account, m); err != nil {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
		}
	}
	c.server.station.Mail.Put(m, mailboxes...)
	return nil
}

// stamp makes the Received field (RFC 5321 §4.4, RFC 3848), and a Message-ID where there was none.
func (c *session) stamp(m *mail.Message) {
	protocol := "ESMTPA"
	if _, secure := c.conn.Conn().(*tls.Conn); secure {
		protocol = "ESMTPSA"
	}
	id := c.client.Random.Hex(12)
	stamped := fmt.Sprintf("Received: from %s ([%s])\r\n by %s with %s id %s; %s\r\n", wire.Printable(c.conn.Hostname()), c.client.Host,
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
