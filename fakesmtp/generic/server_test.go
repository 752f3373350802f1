package generic

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

const scan = "From: alice@example.com\r\nTo: bob@fabrikam.com\r\nSubject: Scan\r\nMessage-ID: <1@printer>\r\n\r\n..a dot\r\nEnd\r\n"

func clientTLS(s *Server) *tls.Config {
	config := s.Network().ClientTLS(s.shell.World.Now)
	config.ServerName = s.config.Host
	return config
}

// connect is emersion/go-smtp's client after STARTTLS.
func connect(t *testing.T, s *Server) *smtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	client, err := smtp.NewClientStartTLS(conn, clientTLS(s))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// secure is a talker after STARTTLS and EHLO.
func secure(t *testing.T, s *Server) *talk.Talker {
	t.Helper()
	c := talk.Dial(t, s.Addr())
	require.Equal(t, []string{"220 smtp.example.com ESMTP Service Ready"}, c.Reply())
	require.Contains(t, c.Say("EHLO printer"), "250 ")
	require.Equal(t, "220 2.0.0 Ready to start TLS", c.Say("STARTTLS"))
	c.TLS(clientTLS(s))
	require.Contains(t, c.Say("EHLO printer"), "250 ")
	return c
}

func transcript(s *Server) string {
	var b strings.Builder
	for _, entry := range s.Journal().Entries() {
		fmt.Fprintf(&b, "%s %s %s\n", entry.At.Format("15:04:05"), entry.Connection, entry.Text)
	}
	return b.String()
}

func TestAMessageIsKeptByteForByte(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	client := connect(t, s)
	require.NoError(
		t,
		client.Auth(
			sasl.NewOAuthBearerClient(
				&sasl.OAuthBearerOptions{Username: DefaultAccount, Token: s.Token(DefaultAccount)},
			),
		),
	)
	require.NoError(
		t, client.SendMail(DefaultAccount, []string{"bob@fabrikam.com", "BOB@fabrikam.com"}, strings.NewReader(scan)),
	)
	require.NoError(t, client.Quit())
	message, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
	require.NoError(t, err)
	require.Equal(t, scan, string(message.Raw()))
	require.Equal(t, "Scan", message.Subject)
	require.Contains(t, string(message.Stamped), "Received: from localhost ([127.0.0.1])\r\n by smtp.example.com with ESMTPSA id ")
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 1, "one mailbox, one copy")
}

func TestPlainTakesThePassword(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	require.NoError(t, connect(t, s).Auth(sasl.NewPlainClient("", DefaultAccount, DefaultPassword)))
	require.Error(t, connect(t, s).Auth(sasl.NewPlainClient("", DefaultAccount, "wrong")))
	require.Equal(t, refusal.Password, s.Refusals()[0].Reason)
	require.NotContains(t, transcript(s), DefaultPassword)
	require.Contains(t, s.Secrets(), "wrong")
}

func TestARefusalComesInTwoShapes(t *testing.T) {
	t.Parallel()
	t.Run("at once, as Microsoft does", func(t *testing.T) {
		c := secure(t, RunT(t, Config{}))
		require.Equal(
			t, "535 5.7.8 Authentication credentials invalid",
			c.Say("AUTH XOAUTH2 "+talk.XOAUTH2(DefaultAccount, "bad")),
		)
	})
	t.Run("after Google's challenge", func(t *testing.T) {
		s := RunT(t, Config{Challenge: true})
		c := secure(t, s)
		require.Equal(t, "334 ", c.Say("AUTH XOAUTH2"))
		require.Equal(t, "334 "+talk.Encode(challengeXOAUTH2), c.Say(talk.XOAUTH2(DefaultAccount, "bad")))
		require.Equal(t, "535 5.7.8 Authentication credentials invalid", c.Say(""))
		require.Equal(
			t, "235 2.0.0 Authentication succeeded",
			c.Say("AUTH XOAUTH2 "+talk.XOAUTH2(DefaultAccount, s.Token(DefaultAccount))),
		)
	})
	t.Run("OAUTHBEARER after its own", func(t *testing.T) {
		c := secure(t, RunT(t, Config{}))
		response := talk.Encode("n,a=" + DefaultAccount + ",\x01host=smtp.example.com\x01port=587\x01auth=Bearer bad\x01\x01")
		require.Equal(t, "334 "+talk.Encode(challengeOAuthBearer), c.Say("AUTH OAUTHBEARER "+response))
		require.Equal(t, "535 5.7.8 Authentication credentials invalid", c.Say("AQ=="))
	})
}

func TestTokensAreTold(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Bench: shell.Bench{World: stepped(t)}})
	good, expired, revoked := s.Token(DefaultAccount), s.Token(DefaultAccount), s.Token("bob@example.com")
	foreign := s.Token("carol@elsewhere.com")
	cases := []struct {
		user, token string
		reason      refusal.Reason
	}{
		{DefaultAccount, good, ""},
		{"", good, ""},
		{"bob@example.com", good, refusal.UserMismatch},
		{DefaultAccount, "nonsense", refusal.TokenUnknown},
		{"carol@elsewhere.com", foreign, refusal.UserUnknown},
	}
	for _, c := range cases {
		_, reason := s.bearer(c.user, c.token)
		require.Equal(t, c.reason, reason)
	}
	s.Revoke("BOB@example.com")
	_, reason := s.bearer("bob@example.com", revoked)
	require.Equal(t, refusal.TokenRevoked, reason)
	_, err := s.shell.World.Advance(time.Hour)
	require.NoError(t, err)
	_, reason = s.bearer(DefaultAccount, expired)
	require.Equal(t, refusal.Expired, reason)
}

func TestTokensAreTheAuthorizationServersWhereThereIsOne(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Tokens: func(token string) (account string, reason refusal.Reason) {
		switch token {
		case "good":
			return DefaultAccount, ""
		case "foreign":
			return "carol@elsewhere.com", ""
		}
		return "", refusal.Expired
	}})
	for _, c := range []struct {
		user, token string
		reason      refusal.Reason
	}{
		{DefaultAccount, "good", ""},
		{"", "good", ""},
		{"bob@example.com", "good", refusal.UserMismatch},
		{"carol@elsewhere.com", "foreign", refusal.UserUnknown},
		{DefaultAccount, "old", refusal.Expired},
		{DefaultAccount, s.Token(DefaultAccount), refusal.Expired},
	} {
		_, reason := s.bearer(c.user, c.token)
		require.Equal(t, c.reason, reason, c.token)
	}
}

func stepped(t *testing.T) *vtime.World {
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	return world
}

// bench sends one message from a printer of the bench and returns the record.
func bench(t *testing.T, seed uint64) string {
	t.Helper()
	world := stepped(t)
	record := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: record, Seed: seed, Latency: 20 * time.Millisecond})
	s := RunT(t, Config{Bench: shell.Bench{World: world, Network: network, Journal: record, Seed: seed}})
	dialer := network.Dialer("printer")
	for range 2 {
		require.NoError(t, world.Do("send", time.Minute, func(ctx context.Context) {
			conn, err := dialer.DialContext(ctx, "tcp", s.Address())
			require.NoError(t, err)
			client, err := smtp.NewClientStartTLS(conn, clientTLS(s))
			require.NoError(t, err)
			require.NoError(t, client.Auth(sasl.NewPlainClient("", DefaultAccount, DefaultPassword)))
			require.NoError(t, client.SendMail(DefaultAccount, []string{"bob@fabrikam.com"}, strings.NewReader(scan)))
			require.NoError(t, client.Quit())
		}))
	}
	return transcript(s) + string(s.Mailbox("bob@fabrikam.com")[1].Delivered())
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	first := bench(t, 7)
	require.Equal(t, first, bench(t, 7))
	require.NotEqual(t, first, bench(t, 8))
	require.Contains(t, first, "printer#2 C: AUTH PLAIN [redacted]\n")
	require.Contains(t, first, "S: 235 2.0.0 Authentication succeeded\n")
	require.Contains(t, first, "C: (a message of 103 octets, Subject: Scan)\n")
	require.Contains(t, first, "([203.0.113.9])")
}

func TestMistakesAreAnsweredInStep(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{MaxSize: 1000})
	c := secure(t, s)
	require.Equal(t, "530 5.7.0 Authentication required", c.Say("MAIL FROM:<"+DefaultAccount+">"))
	require.Equal(t, "504 5.7.4 Unsupported authentication mechanism", c.Say("AUTH LOGIN"))
	require.Equal(t, "334 ", c.Say("AUTH XOAUTH2"))
	require.Equal(t, "501 5.0.0 Negotiation cancelled", c.Say("*"))
	require.Equal(
		t, "235 2.0.0 Authentication succeeded", c.Say("AUTH PLAIN "+talk.Plain(DefaultAccount, DefaultPassword)),
	)
	require.Contains(t, c.Say("MAIL FROM:<mallory@elsewhere.com>"), "550 5.7.1 Sender address rejected")

	begin := func() {
		t.Helper()
		require.Contains(t, c.Say("MAIL FROM:<"+DefaultAccount+">"), "250 ")
		require.Contains(t, c.Say("RCPT TO:<bob@fabrikam.com>"), "250 ")
	}
	begin()
	require.Contains(t, c.Say("DATA"), "354 ")
	require.Contains(t, c.Say(strings.Repeat("line of a message\r\n", 100)+"."), "552 5.3.4 ")
	begin()
	c.Send("BDAT 2000 LAST\r\n" + strings.Repeat("x", 2000))
	require.Equal(t, []string{"552 5.3.4 Max message size exceeded"}, c.Reply())
	require.Contains(t, c.Say("RSET"), "250 ")
	begin()
	c.Send("BDAT 3\r\nabcBDAT 2 LAST\r\nde")
	require.Equal(t, []string{"250 2.0.0 Continue"}, c.Reply())
	require.Equal(t, []string{"250 2.0.0 OK: queued"}, c.Reply())
	require.Equal(t, "abcde", string(s.Mailbox("bob@fabrikam.com")[0].Raw()))

	begin()
	require.Contains(t, c.Say("DATA"), "354 ")
	require.Contains(t, c.Say("a\n.\nb\n..c\r\n..d\r\n."), "250 ")
	require.Equal(
		t, "a\n.\nb\n..c\r\n.d\r\n", string(s.Mailbox("bob@fabrikam.com")[1].Raw()), "a bare line feed ends no line",
	)

	c.Send("MAIL FROM:<" + DefaultAccount + ">\r\nRCPT TO:<bob@fabrikam.com>\r\nRSET\r\nNOOP\r\n")
	for range 4 {
		require.Contains(t, c.Line(), "250 ")
	}
	require.Contains(t, c.Say("NONSENSE secret"), "501 5.5.2 ")
	require.NotContains(t, transcript(s), "secret")
	require.Equal(t, "221 2.0.0 Bye", c.Say("QUIT"))
	c.Closed()
}

func TestTooManyErrorsEndTheConnection(t *testing.T) {
	t.Parallel()
	c := talk.Dial(t, RunT(t, Config{}).Addr())
	c.Reply()
	for range 3 {
		require.Contains(t, c.Say("NONSENSE"), "501 5.5.2 ")
	}
	require.Contains(t, c.Say("NONSENSE"), "501 5.5.2 ")
	require.Equal(t, "500 5.5.1 Too many errors. Quiting now", c.Line())
	c.Closed()
}

func TestALineThatIsTooLongEndsTheConnection(t *testing.T) {
	t.Parallel()
	c := talk.Dial(t, RunT(t, Config{}).Addr())
	c.Reply()
	require.Equal(t, "500 5.4.0 Too long line, closing connection", c.Say("NOOP "+strings.Repeat("x", 20000)))
	c.Closed()
}

func TestTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Security: ImplicitTLS})
	require.Equal(t, "smtp.example.com:465", s.Address())
	conn, err := tls.Dial("tcp", s.Addr(), clientTLS(s))
	require.NoError(t, err)
	c := talk.To(t, conn)
	require.Len(t, c.Reply(), 1)
	require.Contains(t, c.Say("EHLO printer"), "250 ")
	require.Contains(t, c.Say("AUTH PLAIN "+talk.Plain(DefaultAccount, DefaultPassword)), "235 ")
}

func TestSilentClientsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{})
	for range 50 {
		talk.Dial(t, s.Addr()).Reply()
	}
	_, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestUnknownMechanismsAreRefused(t *testing.T) {
	_, err := New(Config{Mechanisms: []string{"NTLM"}})
	require.ErrorContains(t, err, `mechanism "NTLM"`)
	_, err = New(Config{Bench: shell.Bench{Network: &faultnet.Network{}}})
	require.ErrorContains(t, err, "a Network without its World")
}
