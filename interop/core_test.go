package interop_test

import (
	"context"
	"crypto/x509"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/core/mail"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// bench is a stepped World with a network, on which the core of a printer sends.
type bench struct {
	t       *testing.T
	world   *vtime.World
	network *faultnet.Network
	journal *journal.Journal
	mail    *mail.Submitter
}

func newBench(t *testing.T, start time.Time) *bench {
	t.Helper()
	b := &bench{t: t, world: vtime.NewStepped(start)}
	t.Cleanup(b.world.Close)
	b.journal = journal.New(b.world.Now)
	b.network = faultnet.New(faultnet.Config{World: b.world, Journal: b.journal, Seed: 7})
	b.mail = mail.NewSubmitter(mail.Config{
		Clock: b.world.Clock("printer"), Dialer: b.network.Dialer("printer"), Random: chance.New(7, "printer"),
		Roots: func() *x509.CertPool { return b.network.Authority().Pool() }, HostName: "printer.example.com",
	})
	return b
}

// place is where the servers of this bench stand.
func (b *bench) place() fakesmtp.Bench {
	return fakesmtp.Bench{World: b.world, Network: b.network, Journal: b.journal}
}

// settings are those of a printer for a server's address, with the method and the account given.
func settings(method mail.Method, address, account, password string) mail.Settings {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		panic(err)
	}
	s := mail.Settings{
		Method: method, Account: account, Password: secret.New(password), Sender: account, Server: host,
		Security: mail.SecuritySTARTTLS, ValidateCertificate: true, POP3Port: 110,
	}
	s.Port, _ = strconv.Atoi(port)
	return s
}

const (
	recipient = "bob@fabrikam.com"
	alice     = fakesmtp.DefaultMailbox
)

// send sends a scan and returns what the core makes of it; nil: it is sent.
func (b *bench) send(s mail.Settings, token, to string) *outcome.Outcome {
	b.t.Helper()
	var failed *outcome.Outcome
	require.NoError(b.t, b.world.Do("send", time.Hour, func(ctx context.Context) {
		_, err := b.mail.Submit(ctx, s, mail.Credential{Account: s.Account, Token: secret.New(token)}, mail.Message{
			To: []string{to}, Subject: "Scan", Text: "A scan.\n.\nEnd",
			Attachments: []mail.Attachment{{Name: "scan.pdf", ContentType: "application/pdf", Data: []byte("%PDF-1.7 a page")}},
		})
		if err != nil {
			require.ErrorAs(b.t, err, &failed)
		}
	}))
	return failed
}

func (b *bench) refused(kind outcome.Kind, failed *outcome.Outcome) *outcome.Outcome {
	b.t.Helper()
	require.NotNil(b.t, failed)
	require.Equal(b.t, kind, failed.Kind)
	return failed
}

// arrived reads a mailbox that has one message, with the scan in it.
func arrived(t *testing.T, messages []fakesmtp.Message) {
	t.Helper()
	require.Len(t, messages, 1)
	require.Equal(t, "Scan", messages[0].Subject)
	require.Equal(t, "%PDF-1.7 a page", string(messages[0].Attachments()[0].Content))
}

func TestThePasswordMethodAtALegacyRelay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config   legacy.Config
		security mail.Security
	}{
		"over STARTTLS":  {legacy.Config{}, mail.SecuritySTARTTLS},
		"over TLS":       {legacy.Config{Security: legacy.ImplicitTLS}, mail.SecurityTLS},
		"by LOGIN alone": {legacy.Config{Mechanisms: []string{legacy.Login}}, mail.SecuritySTARTTLS},
		"by PLAIN alone": {legacy.Config{Mechanisms: []string{legacy.Plain}}, mail.SecuritySTARTTLS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, time.Time{})
			c.config.World, c.config.Network, c.config.Journal = b.world, b.network, b.journal
			relay := legacy.RunT(t, c.config)
			s := settings(mail.MethodSMTPAuth, relay.Address(), legacy.DefaultAccount, legacy.DefaultPassword)
			s.Security = c.security
			require.NoError(t, s.Validate())
			require.Nil(t, b.send(s, "", recipient))
			arrived(t, relay.Mailbox(recipient))
			s.Password = secret.New("guess")
			failed := b.refused(outcome.AuthenticationRefused, b.send(s, "", recipient))
			require.Equal(t, 535, failed.SMTPCode)
			require.Equal(t, refusal.Password, relay.Refusals()[0].Reason)
		})
	}
}

func TestWhatALegacyRelayLacks(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Time{})
	relay := legacy.RunT(t, legacy.Config{Bench: b.place()})
	b.refused(outcome.AuthenticationUnsupported,
		b.send(settings(mail.MethodOAuth2, relay.Address(), legacy.DefaultAccount, ""), "token", recipient))
	require.Empty(t, relay.Refusals(), "no token is shown to a server that does not offer to take it")

	digest := legacy.RunT(t, legacy.Config{
		Bench: b.place(), Host: "digest.example.com", Mechanisms: []string{legacy.CRAMMD5},
	})
	b.refused(
		outcome.AuthenticationUnsupported,
		b.send(
			settings(mail.MethodSMTPAuth, digest.Address(), legacy.DefaultAccount, legacy.DefaultPassword), "",
			recipient,
		),
	)

	open := legacy.RunT(t, legacy.Config{
		Bench: b.place(), Host: "open.example.com", Security: legacy.InClear, Open: true,
	})
	b.refused(
		outcome.NoSTARTTLS,
		b.send(
			settings(mail.MethodSMTPAuth, open.Address(), legacy.DefaultAccount, legacy.DefaultPassword), "", recipient,
		),
	)
	s := settings(mail.MethodOff, open.Address(), "", "")
	s.Security, s.Sender = mail.SecurityNone, legacy.DefaultAccount
	require.NoError(t, s.Validate())
	require.Nil(t, b.send(s, "", recipient))
	arrived(t, open.Mailbox(recipient))
}

func TestPOPBeforeSMTP(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Time{})
	owner, err := fakesmtp.New(fakesmtp.Config{World: b.world, Network: b.network, Journal: b.journal})
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close() })
	pop := pop3.RunT(t, pop3.Config{
		Bench: b.place(), Profile: pop3.ProfilePlain, Security: pop3.InClear, Maildrops: owner,
	})
	relay := legacy.RunT(t, legacy.Config{
		Bench: b.place(), Security: legacy.InClear, POPBeforeSMTP: pop, Mechanisms: []string{},
	})
	s := settings(mail.MethodPOPBeforeSMTP, relay.Address(), fakesmtp.DefaultMailbox, fakesmtp.DefaultPassword)
	s.Security, s.POP3Server = mail.SecurityNone, "pop.example.com"
	require.NoError(t, s.Validate())

	off := s
	off.Method = mail.MethodOff
	failed := b.refused(outcome.RecipientRefused, b.send(off, "", recipient))
	require.Equal(t, "5.7.1", failed.Enhanced)

	wrong := s
	wrong.Password = secret.New("guess")
	failed = b.refused(outcome.AuthenticationRefused, b.send(wrong, "", recipient))
	require.Equal(t, outcome.StagePOP3, failed.Stage)
	require.Equal(t, refusal.Password, pop.Refusals()[0].Reason)

	require.Nil(t, b.send(s, "", recipient))
	arrived(t, relay.Mailbox(recipient))
	require.Nil(t, b.send(off, "", recipient), "within the window the visit is not asked for")
	_, err = b.world.Advance(31 * time.Minute)
	require.NoError(t, err)
	b.refused(outcome.RecipientRefused, b.send(off, "", recipient))
}

func TestPOPBeforeSMTPGivesNoRightAtExchangeOnline(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Date(2022, 9, 1, 9, 0, 0, 0, time.UTC))
	cloud := fakesmtp.RunT(t, fakesmtp.Config{World: b.world, Network: b.network, Journal: b.journal})
	pop := pop3.RunT(t, pop3.Config{
		Bench: b.place(), Profile: pop3.ProfilePlain, Security: pop3.InClear, Maildrops: cloud,
	})
	s := settings(mail.MethodPOPBeforeSMTP, "smtp.office365.com:587", fakesmtp.DefaultMailbox, fakesmtp.DefaultPassword)
	s.Security, s.POP3Server = mail.SecurityNone, "pop.example.com"
	failed := b.send(s, "", recipient)
	require.NotNil(t, failed)
	require.Equal(t, "5.7.3", failed.Enhanced, "451 5.7.3 STARTTLS is required to send mail")
	require.Empty(t, pop.Refusals())
	require.Empty(t, cloud.Mailbox(recipient))
}

func TestTheOAuthMethodAtAProviderThatIsNotMicrosoft(t *testing.T) {
	t.Parallel()
	for name, challenge := range map[string]bool{"that refuses at once": false, "that refuses as Google does": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, time.Time{})
			provider := generic.RunT(t, generic.Config{Bench: b.place(), Challenge: challenge})
			s := settings(mail.MethodOAuth2, provider.Address(), generic.DefaultAccount, "")
			require.Nil(t, b.send(s, provider.Token(generic.DefaultAccount), recipient))
			arrived(t, provider.Mailbox(recipient))
			failed := b.refused(outcome.AuthenticationRefused, b.send(s, "bad", recipient))
			require.Equal(t, "5.7.8", failed.Enhanced)
			require.Len(t, provider.Refusals(), 1)
			s.Method, s.Password = mail.MethodSMTPAuth, secret.New(generic.DefaultPassword)
			require.Nil(t, b.send(s, "", recipient))
		})
	}
}

func TestAFaxByMail(t *testing.T) {
	t.Parallel()
	b := newBench(t, time.Time{})
	provider := fax.RunT(t, fax.Config{Bench: b.place()})
	s := settings(mail.MethodOAuth2, provider.Address(), fax.DefaultAccount, "")
	token := provider.Token(fax.DefaultAccount)
	require.Nil(t, b.send(s, token, "+49301234567@fax.example.com"))
	b.refused(outcome.RecipientRefused, b.send(s, token, "reception@fax.example.com"))
	receipt, err := provider.AwaitMessage(context.Background(), fax.DefaultAccount)
	require.NoError(t, err)
	require.Equal(t, "Fax to +49301234567: sent", receipt.Subject)
	require.Equal(t, "%PDF-1.7 a page", string(provider.Faxes()[0].Document[0].Content))
}
