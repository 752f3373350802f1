package fakesmtp

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
	"mfpsim/vtime"
)

func TestMailFromTheInternetIsDelivered(t *testing.T) {
	s := prompt(t, Config{})
	raw := []byte("Subject: Hello\r\n\r\nText\r\n")
	require.NoError(t, s.Deliver(DefaultMailbox, raw))
	message, err := s.AwaitMessage(context.Background(), DefaultMailbox)
	require.NoError(t, err)
	require.Equal(t, raw, message.Raw())
	require.Equal(t, []string{DefaultMailbox}, message.EnvelopeTo)
	require.Error(t, s.Deliver("nobody@contoso.com", raw))
}

func TestLoggingOnByAPasswordTellsWhoItIs(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "tokens@contoso.com"}))
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"outlook.com"}, Personal: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@outlook.com", Password: journal.NewSecret("pw")}))
	require.Empty(t, s.LogOn(DefaultMailbox, DefaultPassword))
	require.Equal(t, refusal.Password, s.LogOn(DefaultMailbox, "guess"))
	require.Equal(t, refusal.Password, s.LogOn("tokens@contoso.com", ""), "no password is no empty password")
	require.Equal(t, refusal.UserUnknown, s.LogOn("nobody@contoso.com", "guess"))
	require.Empty(t, s.LogOn("carol@outlook.com", "pw"))
	require.True(t, s.IsPersonal("carol@outlook.com"))
	require.False(t, s.IsPersonal(DefaultMailbox))
	require.False(t, s.IsPersonal("nobody@nowhere.example"))
	require.Contains(t, s.Secrets(), "guess")
}

func TestATokenHoldsForTheScopesItHas(t *testing.T) {
	s := prompt(t, Config{})
	now := s.shell.Clock.Now()
	const pop = "POP.AccessAsUser.All"
	token := s.IssueToken(s.ClaimsOf(DefaultMailbox, pop, now, now.Add(time.Hour)))
	require.Empty(t, s.LogOnToken(DefaultMailbox, token, pop))
	require.Equal(t, refusal.Scope, s.LogOnToken(DefaultMailbox, token, "IMAP.AccessAsUser.All"))
	require.Equal(t, refusal.Scope, s.LogOnToken(DefaultMailbox, s.Token(DefaultMailbox), pop))
	claims := s.ClaimsOf(DefaultMailbox, pop, now, now.Add(time.Hour))
	claims.Scopes, claims.Roles = nil, []string{"POP.AccessAsApp"}
	require.Equal(t, refusal.Application, s.LogOnToken(DefaultMailbox, s.IssueToken(claims), pop))
}

func TestServeAfterCloseEndsAtOnce(t *testing.T) {
	s, err := New(Config{Start: vtime.DefaultStart})
	require.NoError(t, err)
	listener, err := s.Network().Listen(Party, Addresses()...)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Serve(listener))
}
