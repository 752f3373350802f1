package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/core/host"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// Timeouts of a submission. The connection's deadlines carry them once go-smtp's client has it; before that, the
// device's clock does. A zero field means its default.
type Timeouts struct {
	Connect    time.Duration // connecting and TLS, each; 60 s
	Command    time.Duration // the reply to one command; 5 min (RFC 5321 §4.5.3.2)
	Data       time.Duration // handing over the message; 10 min
	Submission time.Duration // the reply after the message; 10 min (RFC 5321 §4.5.3.2.6)
}

// quitTimeout: the message is delivered or refused already, so the farewell is not worth a long wait.
const quitTimeout = 10 * time.Second

// testPatience is how long a connection test waits for the reply to one command: somebody sits before its page, and no
// browser waits for the five minutes of a server that says nothing.
const testPatience = time.Minute

// Config is what a [Submitter] is made of.
type Config struct {
	Clock    host.Clock
	Dialer   host.Dialer
	Random   io.Reader
	Roots    func() *x509.CertPool // nil, or returning nil: the system's
	Secure   host.Secure           // nil: crypto/tls
	HostName string                // in EHLO and Message-ID; empty: the address literal, and the sender's domain
	Timeouts Timeouts
}

// Credential is who the device is at the mail server, with [MethodOAuth2].
type Credential struct {
	Account string
	Token   secret.Secret
}

// Submitter sends messages. It keeps no connection and is safe for concurrent use.
type Submitter struct{ config Config }

// NewSubmitter makes a submitter.
func NewSubmitter(config Config) *Submitter {
	t := &config.Timeouts
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&t.Connect, time.Minute},
		{&t.Command, 5 * time.Minute},
		{&t.Data, 10 * time.Minute},
		{&t.Submission, 10 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	if config.Secure == nil {
		config.Secure = host.CryptoTLS
	}
	if text(config.HostName, maxText, hostCharacter) != "" {
		config.HostName = ""
	}
	return &Submitter{config: config}
}

// Check refuses, without any connection, a message that cannot be sent: no or unusable addresses, attachments above the
// limit. The result is nil or an [*outcome.Outcome].
func (s *Submitter) Check(settings Settings, m Message) error {
	if o := check(complete(settings, m), s.config.Clock.Now()); o != nil {
		return o
	}
	return nil
}

func complete(settings Settings, m Message) Message {
	if m.From == "" {
		m.From = settings.Sender
	}
	return m
}

// Submit sends a message with the settings, to those recipients whom the server accepts (RFC 5321 §3.3). The error is
// an [*outcome.Outcome]: nobody gets the message.
func (s *Submitter) Submit(ctx context.Context, settings Settings, who Credential, m Message) (Receipt, error) {
	m = complete(settings, m)
	now := s.config.Clock.Now()
	if o := check(m, now); o != nil {
		return Receipt{}, o
	}
	hostName := s.config.HostName
	if hostName == "" {
		_, hostName, _ = strings.Cut(m.From, "@")
	}
	message, failed := compose(m, now, s.config.Random, hostName)
	if failed != nil {
		return Receipt{}, failed
	}
	var response string
	var refused []outcome.Refusal
	if failed := s.connected(ctx, settings, who, func(client *smtp.Client, raw net.Conn) *outcome.Outcome {
		var failed *outcome.Outcome
		response, refused, failed = s.handOver(ctx, client, raw, m, message.bytes)
		return failed
	}); failed != nil {
		return Receipt{}, failed
	}
	return Receipt{
		Refused: refused, MessageID: message.id, Size: len(message.bytes), At: s.config.Clock.Now(),
		Response: printableText(response),
	}, nil
}

// Test connects and authenticates as for a message, names the sender and leaves. It waits a minute at most for each
// reply. The error is an [*outcome.Outcome].
func (s *Submitter) Test(ctx context.Context, settings Settings, who Credential) error {
	hurried := *s
	hurried.config.Timeouts.Command = min(s.config.Timeouts.Command, testPatience)
	s = &hurried
	if !isAddress(settings.Sender) {
		return s.refuse(outcome.SenderRefused, outcome.StageNone)
	}
	if failed := s.connected(ctx, settings, who, func(client *smtp.Client, _ net.Conn) *outcome.Outcome {
		if err := client.Mail(settings.Sender, nil); err != nil {
			return s.failed(ctx, outcome.StageSender, err)
		}
		return nil
	}); failed != nil {
		s.advise(ctx, settings, failed)
		return failed
	}
	return nil
}

// connected makes the connection, does the work on it and says goodbye.
func (s *Submitter) connected(
	ctx context.Context, settings Settings, who Credential, work func(*smtp.Client, net.Conn) *outcome.Outcome,
) *outcome.Outcome {
	if settings.Method == MethodOAuth2 && settings.Security == SecurityNone {
		return s.refuse(outcome.NoSTARTTLS, outcome.StageConnect) // no bearer token without TLS (RFC 6750 §5.3)
	}
	if settings.Method == MethodPOPBeforeSMTP {
		if failed := s.popBefore(ctx, settings); failed != nil {
			return failed
		}
	}
	raw, failed := s.dial(ctx, settings.Server, settings.Port)
	if failed != nil {
		return failed
	}
	defer func() { _ = raw.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()

	talk := &dialogue{Conn: raw, coded: true}
	switch settings.Security {
	case SecuritySTARTTLS:
		secure, failed := s.startTLS(ctx, raw, settings)
		if failed != nil {
			return failed
		}
		talk = &dialogue{Conn: secure, coded: true}
		talk.replay("220 read before STARTTLS\r\n")
	case SecurityTLS:
		secure, failed := s.handshake(ctx, raw, settings)
		if failed != nil {
			return failed
		}
		talk = &dialogue{Conn: secure, coded: true}
	}
	client := smtp.NewClient(talk)
	client.CommandTimeout, client.SubmissionTimeout = s.config.Timeouts.Command, s.config.Timeouts.Submission
	failed = s.authenticate(ctx, client, raw, settings, who)
	if failed == nil {
		failed = work(client, raw)
	}
	if failed == nil || failed.SMTPCode != 0 && failed.SMTPCode != 421 || failed.Side == outcome.Device {
		client.CommandTimeout = quitTimeout
		_ = client.Quit() // what comes of it changes nothing
	}
	return failed
}

// authenticate says EHLO and authenticates, if the settings want it.
func (s *Submitter) authenticate(
	ctx context.Context, client *smtp.Client, raw net.Conn, settings Settings, who Credential,
) *outcome.Outcome {
	if err := client.Hello(s.helloName(raw)); err != nil {
		return s.failed(ctx, outcome.StageHello, err)
	}
	mechanism, failed := s.mechanism(client, settings, who)
	if failed != nil || mechanism == nil {
		return failed
	}
	if err := client.Auth(mechanism); err != nil {
		return s.failed(ctx, outcome.StageAuthentication, err)
	}
	return nil
}

// handOver sends the message and returns the server's last words. Recipients that the server refuses are left out; that
// is no failure unless none remains.
func (s *Submitter) handOver(
	ctx context.Context, client *smtp.Client, raw net.Conn, m Message, message []byte,
) (response string, refused []outcome.Refusal, failed *outcome.Outcome) {
	if most, known := client.MaxMessageSize(); known && most > 0 && len(message) > most {
		return "", nil, s.refuse(outcome.TooLarge, outcome.StageSender)
	}
	if err := client.Mail(m.From, &smtp.MailOptions{Size: int64(len(message))}); err != nil {
		return "", nil, s.failed(ctx, outcome.StageSender, err)
	}
	for _, to := range m.To {
		if err := client.Rcpt(to, nil); err != nil {
			o := s.failed(ctx, outcome.StageRecipient, err)
			if o.SMTPCode < 400 || o.SMTPCode > 599 || o.SMTPCode == 421 { // it is not about this recipient
				return "", nil, o
			}
			refused = append(refused, outcome.Refusal{Address: to, SMTPCode: o.SMTPCode, Enhanced: o.Enhanced})
			if failed == nil {
				failed = o
			}
		}
	}
	if len(refused) == len(m.To) {
		failed.Refused = refused
		return "", nil, failed
	}
	response, failed = s.data(ctx, client, raw, message)
	if failed != nil {
		if failed.Kind == outcome.DeliveryUnknown { // of those who were left out it is known
			failed.Refused = refused
		}
		return "", nil, failed // else the message went to nobody, so none of them was left out
	}
	return response, refused, nil
}

// data sends the message itself.
func (s *Submitter) data(
	ctx context.Context, client *smtp.Client, raw net.Conn, message []byte,
) (string, *outcome.Outcome) {
	data, err := client.Data()
	if err != nil {
		return "", s.failed(ctx, outcome.StageData, err)
	}
	// go-smtp's client sets no deadline for the message itself.
	if failed := s.guard(ctx, raw, s.config.Timeouts.Data, outcome.StageData, func() error {
		_, err := data.Write(message)
		return err
	}); failed != nil {
		return "", failed
	}
	response, err := data.CloseWithResponse()
	if err != nil {
		return "", s.undelivered(ctx, raw, err)
	}
	return response.StatusText, nil
}

// undelivered is the outcome of a message after its last line. Only a refusal of the server says that it has not taken
// the message (RFC 5321 §4.2.5): with any other end, or none, it may have been delivered.
func (s *Submitter) undelivered(ctx context.Context, raw net.Conn, err error) *outcome.Outcome {
	failed := s.failed(ctx, outcome.StageData, err)
	refused := failed.SMTPCode >= 400 && failed.SMTPCode <= 599
	if sent, watched := raw.(*sending); refused || watched && sent.broken.Load() {
		return failed
	}
	failed.Kind, failed.Retry = outcome.DeliveryUnknown, outcome.DeliveryUnknown.Transient()
	return failed
}

// sending is a connection that knows whether all that was written to it has left the device.
type sending struct {
	net.Conn
	broken atomic.Bool
}

// NetConn returns the connection below.
func (c *sending) NetConn() net.Conn { return c.Conn }

// Read reads.
func (c *sending) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if errors.Is(err, host.ErrUnsent) {
		c.broken.Store(true)
	}
	return n, err
}

// Write writes.
func (c *sending) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if err != nil {
		c.broken.Store(true)
	}
	return n, err
}

// mechanism chooses how to authenticate; nil for not at all.
func (s *Submitter) mechanism(client *smtp.Client, settings Settings, who Credential) (sasl.Client, *outcome.Outcome) {
	switch {
	case settings.Method == MethodOAuth2 && client.SupportsAuth("XOAUTH2"):
		return &xoauth2{user: who.Account, token: who.Token}, nil
	case settings.Method == MethodSMTPAuth && client.SupportsAuth(sasl.Plain):
		return sasl.NewPlainClient("", settings.Account, settings.Password.Reveal()), nil
	case settings.Method == MethodSMTPAuth && client.SupportsAuth(sasl.Login):
		return newLogin(settings.Account, settings.Password), nil
	case settings.Method == MethodOAuth2, settings.Method == MethodSMTPAuth:
		o := s.refuse(outcome.AuthenticationUnsupported, outcome.StageAuthentication)
		o.Advice = adviseMethod(client, settings.Method)
		return nil, o
	default:
		return nil, nil
	}
}

// refuse is an outcome that the device decides by what the server offers.
func (s *Submitter) refuse(kind outcome.Kind, stage outcome.Stage) *outcome.Outcome {
	return outcome.New(kind, outcome.Device, stage, s.config.Clock.Now())
}

// helloName is the name in EHLO: the configured one or, as RFC 5321 §4.1.3 has it for a client without a name, its
// address.
func (s *Submitter) helloName(conn net.Conn) string {
	if s.config.HostName != "" {
		return s.config.HostName
	}
	address, ok := conn.LocalAddr().(*net.TCPAddr)
	switch {
	case !ok:
		return "[127.0.0.1]"
	case address.IP.To4() != nil:
		return "[" + address.IP.String() + "]"
	default:
		return "[IPv6:" + address.IP.String() + "]"
	}
}

// dial connects.
func (s *Submitter) dial(ctx context.Context, server string, port int) (net.Conn, *outcome.Outcome) {
	limited, cancel := s.config.Clock.WithTimeout(ctx, s.config.Timeouts.Connect)
	defer cancel()
	address := net.JoinHostPort(server, strconv.Itoa(port))
	conn, err := host.Connect(limited, s.config.Clock, s.config.Dialer, "tcp", address)
	if err == nil {
		return &sending{Conn: conn}, nil
	}
	kind := outcome.Network(limited, err)
	if kind == "" {
		kind = outcome.Unreachable
	}
	return nil, outcome.New(kind, outcome.MailServer, outcome.StageConnect, s.config.Clock.Now())
}

// handshake makes the connection secure.
func (s *Submitter) handshake(ctx context.Context, raw net.Conn, settings Settings) (net.Conn, *outcome.Outcome) {
	limited, cancel := s.config.Clock.WithTimeout(ctx, s.config.Timeouts.Connect)
	defer cancel()
	config := &tls.Config{
		ServerName: settings.Server, MinVersion: tls.VersionTLS12, Time: s.config.Clock.Now,
		InsecureSkipVerify: !settings.ValidateCertificate, // the administrator's choice, with a warning on the page
	}
	if s.config.Roots != nil {
		config.RootCAs = s.config.Roots()
	}
	secure, err := s.config.Secure(limited, raw, config)
	if err != nil {
		kind := outcome.Network(limited, err)
		switch {
		case kind == "":
			kind = outcome.SecureConnection
		case settings.Security == SecurityTLS && spokeFirst(err):
			kind = outcome.STARTTLSRequired
		}
		return nil, outcome.New(kind, outcome.MailServer, outcome.StageConnect, s.config.Clock.Now())
	}
	return secure, nil
}

// spokeFirst reports whether a greeting (RFC 5321 §3.1) came in place of a TLS record: the server wants STARTTLS.
func spokeFirst(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && string(record.RecordHeader[:3]) == "220"
}
