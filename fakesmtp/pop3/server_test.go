package pop3

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/vtime"
)

const alice = fakesmtp.DefaultMailbox

const letterOne = "From: bob@fabrikam.com\r\nSubject: One\r\n\r\n.dot\r\nsecond\r\nthird\r\n"

func transcript(s *Server) string {
	var b strings.Builder
	for _, entry := range s.Journal().Entries() {
		fmt.Fprintf(&b, "%s %s\n", entry.Connection, entry.Text)
	}
	return b.String()
}

func clientTLS(s *Server) *tls.Config {
	config := s.Network().ClientTLS(s.shell.World.Now)
	config.ServerName = s.config.Host
	return config
}

// exchange is a server of Exchange Online, prompt, with two mails, and a talker to it.
func exchange(t *testing.T, config Config) (*Server, *talk.Talker) {
	t.Helper()
	if config.Late == 0 {
		config.Late = -1
	}
	s := RunT(t, config)
	require.NoError(t, s.Exchange().Deliver(alice, []byte(letterOne)))
	require.NoError(t, s.Exchange().Deliver(alice, []byte("Subject: Two\r\n\r\nno line end")))
	conn, err := tls.Dial("tcp", s.Addr(), clientTLS(s))
	require.NoError(t, err)
	return s, talk.To(t, conn)
}

// plain is a server of the years before, and a talker to it after the greeting.
func plain(t *testing.T, config Config) (*Server, *talk.Talker) {
	t.Helper()
	owner, err := fakesmtp.New(fakesmtp.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close() })
	require.NoError(t, owner.Deliver(alice, []byte(letterOne)))
	config.Profile, config.Maildrops = ProfilePlain, owner
	s := RunT(t, config)
	c := talk.Dial(t, s.Addr())
	require.Equal(t, "+OK POP3 server ready", c.Line())
	return s, c
}

func TestExchangeOnlineSpeaksItsOwnTexts(t *testing.T) {
	t.Parallel()
	s, c := exchange(t, Config{Bench: shell.Bench{Seed: 7}})
	require.Regexp(t, `^\+OK The Microsoft Exchange POP3 service is ready\. \[QgBNAFgAUABSADAAMQBDAEEA[A-Za-z0-9+/=]+\]$`, c.Line())
	require.Equal(t, "+OK", c.Ask("CAPA"))
	require.Equal(t, []string{"TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"}, c.Block())
	require.Equal(t, "+ ", c.Ask("AUTH XOAUTH2"))
	require.Equal(
		t, "-ERR Authentication failure: unknown user name or bad password.", c.Ask(talk.XOAUTH2(alice, "nonsense")),
	)
	require.Equal(t, "+ ", c.Ask("auth xoauth2"))
	token := s.Token(alice)
	require.Equal(t, "+OK User successfully authenticated.", c.Ask(talk.XOAUTH2(alice, token)))
	require.Equal(t, "+OK 2 90", c.Ask("STAT"))
	require.Equal(t, "+OK Microsoft Exchange Server POP3 server signing off.", c.Ask("QUIT"))
	c.Closed()
	require.NotContains(t, transcript(s), token)
	require.NotContains(t, transcript(s), "nonsense")
	require.Contains(t, transcript(s), "outside#1 C: AUTH XOAUTH2\noutside#1 S: + \noutside#1 C: [redacted]\n")
	require.Contains(t, s.Secrets(), token)
}

func TestExchangeOnlineTakesNoInitialResponse(t *testing.T) {
	t.Parallel()
	s, c := exchange(t, Config{})
	c.Line()
	require.Contains(t, c.Ask("AUTH XOAUTH2 "+talk.XOAUTH2(alice, s.Token(alice))), "-ERR ")
	c.Closed()
}

func TestPasswordsEndedInOctober2022(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start time.Time
		reply string
	}{
		"before": {time.Date(2022, 9, 30, 12, 0, 0, 0, time.UTC), "+OK User successfully logged on."},
		"after":  {time.Date(2022, 10, 1, 12, 0, 0, 0, time.UTC), "-ERR Basic authentication is disabled."},
	} {
		t.Run(name, func(t *testing.T) {
			_, client := exchange(t, Config{Bench: shell.Bench{Start: c.start}})
			client.Line()
			require.Equal(t, "+OK", client.Ask("USER "+alice))
			require.Equal(t, c.reply, client.Ask("PASS "+fakesmtp.DefaultPassword))
		})
	}
}

func TestTokensAreJudgedAsForSubmission(t *testing.T) {
	t.Parallel()
	s, _ := exchange(t, Config{})
	own := s.Exchange()
	require.NoError(t, own.AddMailbox(fakesmtp.Mailbox{Address: "shared@contoso.com", FullAccess: []string{alice}}))
	require.NoError(t, own.AddMailbox(fakesmtp.Mailbox{Address: "carol@contoso.com"}))
	now := s.shell.Clock.Now()
	claims := func(change func(*fakesmtp.Claims)) string {
		c := own.ClaimsOf(alice, scope, now, now.Add(time.Hour))
		change(&c)
		return own.IssueToken(c)
	}
	cases := []struct {
		name, user, token string
		reason            refusal.Reason
	}{
		{"a good one", alice, claims(func(*fakesmtp.Claims) {}), ""},
		{"with the long name of the scope", alice, claims(func(c *fakesmtp.Claims) { c.Scopes = []string{"https://outlook.office.com/" + scope} }), ""},
		{"for a shared mailbox", "shared@contoso.com", claims(func(*fakesmtp.Claims) {}), ""},
		{"for submission only", alice, own.Token(alice), refusal.Scope},
		{"of another user", "carol@contoso.com", claims(func(*fakesmtp.Claims) {}), refusal.UserMismatch},
		{"for Microsoft Graph", alice, claims(func(c *fakesmtp.Claims) { c.Audience = []string{"https://graph.microsoft.com"} }), refusal.AudienceGraph},
		{"that has expired", alice, claims(func(c *fakesmtp.Claims) { c.Expires = now.Add(-time.Hour) }), refusal.Expired},
		{"of nobody", "nobody@contoso.com", claims(func(c *fakesmtp.Claims) { c.User = "nobody@contoso.com" }), refusal.UserUnknown},
		{"no token", alice, "nonsense", refusal.TokenUnreadable},
	}
	for _, c := range cases {
		require.Equal(t, c.reason, own.LogOnToken(c.user, c.token, scope), c.name)
	}
}

func TestALateRefusalTakesTheBenchsTime(t *testing.T) {
	t.Parallel()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{Bench: shell.Bench{World: world}})
	dialer := s.Network().Dialer("printer")
	require.NoError(t, world.Do("read", time.Minute, func(ctx context.Context) {
		conn, err := dialer.DialContext(ctx, "tcp", s.Address())
		require.NoError(t, err)
		secure := tls.Client(conn, clientTLS(s))
		require.NoError(t, secure.Handshake())
		c := talk.To(t, secure)
		c.Line()
		c.Ask("AUTH XOAUTH2")
		require.Contains(t, c.Ask(talk.XOAUTH2(alice, "nonsense")), "-ERR ")
		require.Equal(t, 9*time.Second, world.Now().Sub(world.Start()))
		require.False(t, s.LoggedOnSince("printer", world.Start()))
		c.Ask("AUTH XOAUTH2")
		require.Contains(t, c.Ask(talk.XOAUTH2(alice, s.Token(alice))), "+OK ")
		require.True(t, s.LoggedOnSince("printer", world.Now()))
		require.False(t, s.LoggedOnSince("printer", world.Now().Add(time.Second)))
		_ = secure.Close()
	}))
	require.Equal(t, refusal.TokenUnreadable, s.Refusals()[0].Reason)
	require.Contains(t, transcript(s), "printer#1 logon refused: the token is neither a JWT nor a known opaque token\n")
}

func TestAMailProgramReadsAndDeletes(t *testing.T) {
	t.Parallel()
	s, c := exchange(t, Config{})
	c.Line()
	c.Ask("AUTH XOAUTH2")
	c.Ask(talk.XOAUTH2(alice, s.Token(alice)))
	require.Equal(t, "+OK 2 90", c.Ask("LIST"))
	require.Equal(t, []string{"1 61", "2 29"}, c.Block())
	require.Equal(t, "+OK 2 29", c.Ask("LIST 2"))
	require.Equal(t, "+OK", c.Ask("RETR 1"))
	require.Equal(t, []string{"From: bob@fabrikam.com", "Subject: One", "", ".dot", "second", "third"}, c.Block())
	require.Equal(t, "+OK", c.Ask("TOP 1 1"))
	require.Equal(t, []string{"From: bob@fabrikam.com", "Subject: One", "", ".dot"}, c.Block())
	require.Equal(t, "+OK", c.Ask("TOP 2 0"))
	require.Equal(t, []string{"Subject: Two", ""}, c.Block())
	c.Ask("UIDL")
	ids := c.Block()
	require.Len(t, ids, 2)
	require.Equal(t, "+OK "+ids[1], c.Ask("UIDL 2"))
	require.Equal(t, "+OK", c.Ask("DELE 1"))
	for _, line := range []string{
		"RETR 1", "DELE 1", "LIST 1", "LIST 3", "LIST 0", "RETR x", "RETR", "TOP 1 1", "RETR 99999999999999999999",
	} {
		require.Equal(t, "-ERR The requested message is not available.", c.Ask(line), line)
	}
	require.Equal(t, "-ERR Invalid arguments.", c.Ask("TOP 2"))
	require.Equal(t, "+OK 1 29", c.Ask("STAT"))
	require.Equal(t, "+OK", c.Ask("RSET"))
	require.Equal(t, "+OK 2 90", c.Ask("STAT"))
	require.Equal(t, "+OK", c.Ask("DELE 1"))
	require.Equal(t, "+OK", c.Ask("NOOP"))
	c.Ask("QUIT")

	conn, err := tls.Dial("tcp", s.Addr(), clientTLS(s))
	require.NoError(t, err)
	again := talk.To(t, conn)
	again.Line()
	again.Ask("AUTH XOAUTH2")
	again.Ask(talk.XOAUTH2(alice, s.Token(alice)))
	again.Ask("UIDL")
	require.Equal(t, []string{"1" + ids[1][1:]}, again.Block(), "the second mail is the first now, under its own id")
	require.Len(t, s.Exchange().Mailbox(alice), 2, "what POP3 deleted is still the test's to read")
}

func TestAConnectionThatBreaksDeletesNothing(t *testing.T) {
	t.Parallel()
	s, c := plain(t, Config{})
	c.Ask("USER " + alice)
	require.Equal(t, "+OK maildrop locked and ready", c.Ask("PASS "+fakesmtp.DefaultPassword))
	require.Equal(t, "+OK message 1 deleted", c.Ask("DELE 1"))

	other := talk.Dial(t, s.Addr())
	other.Line()
	other.Ask("USER " + strings.ToUpper(alice))
	require.Equal(t, "-ERR [IN-USE] maildrop already locked", other.Ask("PASS "+fakesmtp.DefaultPassword))
	require.NoError(t, s.Close())
	require.Len(t, s.maildrop(alice), 1)
}

func TestAProviderOfTheYearsBefore(t *testing.T) {
	t.Parallel()
	s, c := plain(t, Config{})
	require.Equal(t, "pop.example.com:110", s.Address())
	require.Equal(t, "-ERR command not valid in this state", c.Ask("STAT"))
	require.Equal(t, "-ERR command not valid in this state", c.Ask("PASS early"))
	require.Equal(t, "-ERR unknown command", c.Ask("APOP secret"))
	require.Equal(t, "-ERR bad arguments", c.Ask("USER"))
	require.Equal(t, "-ERR mechanism not supported", c.Ask("AUTH XOAUTH2 sooner"))
	require.Equal(t, "+ ", c.Ask("AUTH PLAIN"))
	require.Equal(t, "-ERR authentication cancelled", c.Ask("*"))
	require.Equal(t, "-ERR [AUTH] invalid user name or password", c.Ask("AUTH PLAIN "+talk.Plain(alice, "guess")))
	require.Equal(t, "+OK Capability list follows", c.Ask("CAPA"))
	require.Contains(t, c.Block(), "STLS")
	require.Equal(t, "-ERR bad arguments", c.Ask("STLS now"))
	require.Equal(t, "+OK Begin TLS negotiation", c.Ask("STLS"))
	c.TLS(clientTLS(s))
	require.Equal(t, "-ERR command not valid in this state", c.Ask("STLS"))
	require.Equal(t, "+OK maildrop locked and ready", c.Ask("AUTH PLAIN "+talk.Plain(alice, fakesmtp.DefaultPassword)))
	require.Equal(t, "-ERR command not valid in this state", c.Ask("USER "+alice))
	require.True(t, s.LoggedOnSince("127.0.0.1", time.Time{}))
	for _, word := range []string{"early", "secret", "sooner", "guess", fakesmtp.DefaultPassword} {
		require.NotContains(t, transcript(s), word)
	}
	require.Equal(t, "-ERR line too long", c.Ask(strings.Repeat("x", maxLine+1)))
	c.Closed()
}

func TestEveryRowOfTheTableHasASourceAndIsSaidOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Replies() {
		key := string(row.Profile) + " " + string(row.Event)
		require.False(t, seen[key], key)
		seen[key] = true
		require.NotEmpty(t, row.Source, key)
		require.Contains(
			t, []replies.Mark{replies.Seen, replies.Documented, replies.Reported, replies.Inferred}, row.Mark, key,
		)
		require.Regexp(t, `^(\+OK|-ERR|\+ )`, row.Text, key)
	}
}

func TestConfigurationsThatContradictThemselves(t *testing.T) {
	_, err := New(Config{Profile: "imap"})
	require.ErrorContains(t, err, `profile "imap"`)
	_, err = New(Config{Profile: ProfilePlain, Security: "optional"})
	require.ErrorContains(t, err, `security "optional" is none of "", "implicit", "clear"`)
}

func TestSilentClientsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	s, _ := plain(t, Config{})
	for range 50 {
		conn, err := net.Dial("tcp", s.Addr())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
	}
	require.NoError(t, s.Close())
}
