package legacy

import (
	"context"
	"crypto/hmac"
	"crypto/md5" // CRAM-MD5
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

const scan = "From: scanner@example.com\r\nTo: bob@fabrikam.com\r\nSubject: Scan\r\n\r\n..a dot\r\n.\r.\r\na\n.\nb\n..c\r\nEnd\r\n"

func clientTLS(s *Server) *tls.Config {
	config := s.Network().ClientTLS(s.shell.World.Now)
	config.ServerName = s.config.Host
	return config
}

func transcript(s *Server) string {
	var b strings.Builder
	for _, entry := range s.Journal().Entries() {
		fmt.Fprintf(&b, "%s %s\n", entry.Connection, entry.Text)
	}
	return b.String()
}

func hello(t *testing.T, s *Server) *talk.Talker {
	t.Helper()
	c := talk.Dial(t, s.Addr())
	require.Equal(t, []string{"220 relay.example.com Relay ESMTP Service ready"}, c.Reply())
	require.Equal(t, "250 ENHANCEDSTATUSCODES", c.Say("EHLO printer"))
	return c
}

func secure(t *testing.T, s *Server) *talk.Talker {
	t.Helper()
	c := hello(t, s)
	require.Equal(t, "220 2.0.0 Ready to start TLS", c.Say("STARTTLS"))
	c.TLS(clientTLS(s))
	require.Equal(t, "250 ENHANCEDSTATUSCODES", c.Say("EHLO printer"))
	return c
}

// digest answers a CRAM-MD5 challenge.
func digest(challenge, user, password string) string {
	decoded, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(challenge, "334 "))
	mac := hmac.New(md5.New, []byte(password))
	_, _ = mac.Write(decoded)
	return talk.Encode(user + " " + hex.EncodeToString(mac.Sum(nil)))
}

func TestThePasswordIsTakenByEachMechanism(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	for name, ask := range map[string]func(c *talk.Talker, password string) string{
		"PLAIN": func(c *talk.Talker, password string) string {
			return c.Say("AUTH PLAIN " + talk.Plain(DefaultAccount, password))
		},
		"LOGIN": func(c *talk.Talker, password string) string {
			require.Equal(t, "334 VXNlcm5hbWU6", c.Say("AUTH LOGIN"))
			require.Equal(t, "334 UGFzc3dvcmQ6", c.Say(talk.Encode(DefaultAccount)))
			return c.Say(talk.Encode(password))
		},
		"CRAM-MD5": func(c *talk.Talker, password string) string {
			return c.Say(digest(c.Say("AUTH CRAM-MD5"), DefaultAccount, password))
		},
	} {
		require.Equal(t, "535 5.7.8 Authentication credentials invalid", ask(secure(t, s), "guess"), name)
		require.Equal(t, "235 2.7.0 Authentication successful", ask(secure(t, s), DefaultPassword), name)
	}
	require.Len(t, s.Refusals(), 3)
	require.NotContains(t, transcript(s), DefaultPassword)
	require.NotContains(t, transcript(s), talk.Encode(DefaultPassword))
}

func TestTokensAreNotKnown(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	c := secure(t, s)
	require.Equal(
		t, "504 5.5.4 Unrecognized authentication type", c.Say("AUTH XOAUTH2 "+talk.XOAUTH2(DefaultAccount, "token")),
	)
	require.Equal(t, "530 5.7.0 Authentication required", c.Say("MAIL FROM:<scanner@example.com>"))
}

func TestTheMechanismsHaveAnOrder(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	for range 8 { // a map's order would not last
		c := hello(t, s)
		c.Send("EHLO again\r\n")
		require.Contains(t, c.Reply(), "250-AUTH CRAM-MD5")
		c = secure(t, s)
		c.Send("EHLO again\r\n")
		require.Contains(t, c.Reply(), "250-AUTH CRAM-MD5 LOGIN PLAIN")
	}
}

// bench sends by each mechanism from a printer of the bench and returns the record.
func bench(t *testing.T, seed uint64) (record string, delivered []byte) {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	book := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: book, Seed: seed, Latency: 10 * time.Millisecond})
	s := RunT(t, Config{Bench: shell.Bench{World: world, Network: network, Journal: book, Seed: seed}})
	dialer := network.Dialer("printer")
	require.NoError(t, world.Do("send", time.Minute, func(ctx context.Context) {
		conn, err := dialer.DialContext(ctx, "tcp", s.Address())
		require.NoError(t, err)
		c := talk.To(t, conn)
		c.Reply()
		c.Say("EHLO printer")
		c.Say("STARTTLS")
		c.TLS(clientTLS(s))
		c.Say("EHLO printer")
		require.Contains(t, c.Say(digest(c.Say("AUTH CRAM-MD5"), DefaultAccount, DefaultPassword)), "235 ")
		c.Say("MAIL FROM:<scanner@example.com>")
		c.Say("RCPT TO:<bob@fabrikam.com>")
		c.Say("DATA")
		require.Equal(
			t, "250 2.0.0 Ok: queued",
			c.Say(strings.ReplaceAll(strings.TrimSuffix(scan, "\r\n"), "\r\n.", "\r\n..")+"\r\n."),
		)
		require.Contains(t, c.Say("QUIT"), "221 ")
		_ = conn.Close()
	}))
	messages := s.Mailbox("bob@fabrikam.com")
	require.Len(t, messages, 1)
	count, dropped := s.MailCount("bob@fabrikam.com")
	require.Equal(t, []int{1, 0}, []int{count, dropped})
	require.Len(t, s.MailboxPage("bob@fabrikam.com", 1, 5), 1)
	require.Empty(t, s.MailboxPage("bob@fabrikam.com", 2, 5))
	require.Equal(t, scan, string(messages[0].Raw()))
	return transcript(s), messages[0].Delivered()
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	record, mail := bench(t, 7)
	again, same := bench(t, 7)
	require.Equal(t, record, again)
	require.Equal(t, string(mail), string(same))
	other, _ := bench(t, 8)
	require.NotEqual(t, record, other, "the challenge comes from the seed")
	require.True(t, strings.HasPrefix(string(mail), "Received: from printer (unknown [192.0.2.10])\r\n        by relay.example.com (Relay) with SMTP\r\n"+
		"        for <bob@fabrikam.com>; Mon, 02 Mar 2026 09:00:00 +0000\r\nFrom: "), string(mail))
}

func TestGoSMTPSends(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Security: OptionalTLS})
	client, err := smtp.Dial(s.Addr())
	require.NoError(t, err)
	defer client.Close()
	require.NoError(
		t, client.Auth(sasl.NewPlainClient("", DefaultAccount, DefaultPassword)),
		"in clear, because TLS is optional here",
	)
	require.NoError(
		t,
		client.SendMail(
			"scanner@example.com", []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\n..a dot\r\n"),
		),
	)
	require.NoError(t, client.Quit())
	message, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
	require.NoError(t, err)
	require.Equal(t, "Subject: Scan\r\n\r\n..a dot\r\n", string(message.Raw()))
}

func TestAMessageThatIsTooLargeLeavesTheConversationInStep(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Open: true, Security: OptionalTLS, MaxSize: 1000})
	c := hello(t, s)
	require.Contains(t, c.Say("MAIL FROM:<a@example.com> SIZE=1001"), "552 5.3.4 ")
	c.Say("MAIL FROM:<a@example.com>")
	c.Say("RCPT TO:<bob@fabrikam.com>")
	c.Say("DATA")
	require.Contains(t, c.Say(strings.Repeat("QUIT\r\n", 400)+"."), "552 5.3.4 ")
	require.Equal(t, "250 2.0.0 Ok", c.Say("RSET"))
	require.Empty(t, s.Mailbox("bob@fabrikam.com"))
}

func TestMailAfterAVisitToThePOP3Server(t *testing.T) {
	t.Parallel()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	record := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: record})
	owner, err := fakesmtp.New(fakesmtp.Config{World: world, Network: network, Journal: record})
	require.NoError(t, err)
	defer owner.Close()
	pop := pop3.RunT(
		t,
		pop3.Config{
			Bench: shell.Bench{World: world, Network: network, Journal: record}, Profile: pop3.ProfilePlain,
			Maildrops: owner,
		},
	)
	s := RunT(
		t,
		Config{
			Bench: shell.Bench{World: world, Network: network, Journal: record}, Security: InClear, POPBeforeSMTP: pop,
			Mechanisms: []string{},
		},
	)
	require.Equal(t, "relay.example.com:25", s.Address())
	recipient := func() (reply string) {
		require.NoError(t, world.Do("send", time.Minute, func(ctx context.Context) {
			conn, err := network.Dialer("printer").DialContext(ctx, "tcp", s.Address())
			require.NoError(t, err)
			c := talk.To(t, conn)
			c.Reply()
			c.Say("EHLO printer")
			c.Say("MAIL FROM:<scanner@example.com>")
			reply = c.Say("RCPT TO:<bob@fabrikam.com>")
			c.Say("QUIT")
		}))
		return reply
	}
	logOn := func(password string) {
		require.NoError(t, world.Do("log on", time.Minute, func(ctx context.Context) {
			conn, err := network.Dialer("printer").DialContext(ctx, "tcp", pop.Address())
			require.NoError(t, err)
			c := talk.To(t, conn)
			c.Line()
			c.Ask("USER " + fakesmtp.DefaultMailbox)
			c.Ask("PASS " + password)
			c.Ask("QUIT")
		}))
	}
	require.Equal(t, "550 5.7.1 Relaying denied. Please check your mail first", recipient())
	logOn("guess")
	require.Contains(t, recipient(), "550 5.7.1 ")
	logOn(fakesmtp.DefaultPassword)
	require.Equal(t, "250 2.1.5 Ok", recipient())
	_, err = world.Advance(31 * time.Minute)
	require.NoError(t, err)
	require.Contains(t, recipient(), "550 5.7.1 ", "the window has closed")
	require.Equal(t, refusal.NotAdmitted, s.Refusals()[0].Reason)
}

func TestTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Security: ImplicitTLS})
	require.Equal(t, "relay.example.com:465", s.Address())
	conn, err := tls.Dial("tcp", s.Addr(), clientTLS(s))
	require.NoError(t, err)
	c := talk.To(t, conn)
	c.Reply()
	c.Say("EHLO printer")
	require.Contains(t, c.Say("AUTH PLAIN "+talk.Plain(DefaultAccount, DefaultPassword)), "235 ")
}

func TestConfigurationsThatContradictThemselves(t *testing.T) {
	for message, config := range map[string]Config{
		`mechanism "XOAUTH2"`:         {Mechanisms: []string{"XOAUTH2"}},
		"nobody could send":           {Mechanisms: []string{}},
		`security "none" is none of`:  {Security: "none"},
		"a Network without its World": {Bench: shell.Bench{Network: &faultnet.Network{}}},
	} {
		_, err := New(config)
		require.ErrorContains(t, err, message)
	}
}

func TestSilentClientsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	for range 50 {
		talk.Dial(t, s.Addr()).Reply()
	}
	require.NoError(t, s.Close())
}
