package fakesmtp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
	"mfpsim/vtime"
)

const (
	appID    = "aaaaaaaa-0000-4000-8000-000000000001"
	objectID = "bbbbbbbb-0000-4000-8000-000000000002"
)

// appClaims are those of an application's token that is taken.
func appClaims(s *Server) Claims {
	c := goodClaims(s)
	c.User, c.Scopes, c.Roles = "", nil, []string{"SMTP.SendAsApp"}
	c.Audience = []string{"https://outlook.office365.com"}
	c.Application, c.Object = appID, objectID
	return c
}

func run(t *testing.T, s *Server, name string, words ...string) string {
	t.Helper()
	out, err := s.Cmdlet(name, words)
	require.NoError(t, err)
	return out
}

const noFullAccess = "430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process message due to a transient exception with message [BeginDiagnosticData]Cannot open mailbox. Server = <BE> <NUMBERS>[EndDiagnosticData]" + hostname

func TestAnApplicationNeedsFullAccessAndHearsOfItAtTheEnd(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(t, Config{World: world, IdleTimeout: -1, SessionTimeout: -1})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com"}))
	out := run(t, s, "New-ServicePrincipal", "-AppId", appID, "-ObjectId", objectID, "-DisplayName", "Scanner")
	require.Contains(t, out, "ObjectId    : "+objectID)
	require.Equal(t, out, run(t, s, "Get-ServicePrincipal"))
	c := greeted(t, s)
	require.Equal(
		t, accepted, c.say("AUTH XOAUTH2 "+blob("scans@contoso.com", s.IssueToken(appClaims(s)))),
		"AUTH says nothing of it",
	)
	send := func(from string) string {
		return loosely(c.post("scans@contoso.com", "From: "+from+"\r\n\r\n", "bob@fabrikam.com"))
	}
	require.Equal(t, noFullAccess, send("scans@contoso.com"))
	run(
		t, s, "Add-MailboxPermission", "scans@contoso.com", "-User", objectID, "-AccessRights", "FullAccess",
		"propagation=1h",
	)
	require.Equal(t, noFullAccess, send("scans@contoso.com"), "the permission takes its time")
	_, err := world.Advance(time.Hour)
	require.NoError(t, err)
	require.Regexp(t, "^250 ", send("scans@contoso.com"), "on the same connection")
	require.Regexp(t, "^554 5.2.252 ", send(DefaultMailbox))
	run(t, s, "Add-RecipientPermission", DefaultMailbox, "-Trustee", "Scanner", "-AccessRights", "SendAs")
	require.Regexp(t, "^250 ", send(DefaultMailbox), "Send As lets it send as another one")
}

func TestApplicationsThatAreRefused(t *testing.T) {
	for name, refused := range map[string]struct {
		user   string
		change func(*Claims)
		reason refusal.Reason
	}{
		"without a service principal": {change: func(c *Claims) { c.Application = "cccccccc-0000-4000-8000-000000000003" }, reason: refusal.Application}, "the object id of the app registration instead of the enterprise application": {change: func(c *Claims) { c.Object = appID }, reason: refusal.Object}, "without the role": {change: func(c *Claims) { c.Roles = []string{"Mail.Send"} }, reason: refusal.Role}, "another tenant's": {change: anotherTenant, reason: refusal.Tenant},
		"for a mailbox not there":  {user: "nobody@contoso.com", reason: refusal.UserUnknown},
		"for another organization": {user: "user@elsewhere.com", reason: refusal.UserUnknown}, "for Graph": {change: func(c *Claims) { c.Audience = []string{"https://graph.microsoft.com"} }, reason: refusal.AudienceGraph},
		"with neither role nor user": {change: func(c *Claims) { c.Roles = nil }, reason: refusal.Application},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := workplace(t)
			require.NoError(t, s.AddMailbox(Mailbox{Address: "user@elsewhere.com"}))
			run(t, s, "New-ServicePrincipal", "-AppId", appID, "-ObjectId", objectID, "-Organization", "contoso.com")
			user, claims := DefaultMailbox, appClaims(s)
			if refused.user != "" {
				user = refused.user
			}
			if refused.change != nil {
				refused.change(&claims)
			}
			require.Equal(
				t, "535 5.7.3 Authentication unsuccessful"+tail,
				loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob(user, s.IssueToken(claims)))),
			)
			require.Equal(t, refused.reason, s.Refusals()[0].Reason)
		})
	}
	t.Run("the SMTP AUTH switch holds for it too", func(t *testing.T) {
		s := prompt(t, Config{})
		run(t, s, "New-ServicePrincipal", "-AppId", appID, "-ObjectId", objectID)
		run(t, s, "Set-TransportConfig", "-SmtpClientAuthenticationDisabled", "$true")
		require.Equal(
			t, tenantDisabled+tail,
			loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob(DefaultMailbox, s.IssueToken(appClaims(s))))),
		)
	})
}

func TestRevokedTokensAndMissingLicences(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(t, Config{World: world})
	c := greeted(t, s)
	old := blob(DefaultMailbox, s.Token(DefaultMailbox))
	_, err := world.Advance(time.Second)
	require.NoError(t, err)
	require.NoError(t, s.RevokeTokens(DefaultMailbox))
	require.Equal(t, "535 5.7.3 Authentication unsuccessful"+tail, loosely(c.say("AUTH XOAUTH2 "+old)))
	require.Equal(t, refusal.Revoked, s.Refusals()[0].Reason)
	fresh := blob(DefaultMailbox, s.Token(DefaultMailbox))
	require.NoError(t, s.SetLicensed(DefaultMailbox, false))
	require.Equal(t, "550 5.2.1 Mailbox cannot be accessed"+tail, loosely(c.say("AUTH XOAUTH2 "+fresh)))
	require.Equal(t, refusal.Licence, s.Refusals()[1].Reason)
	require.NoError(t, s.SetLicensed(DefaultMailbox, true))
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 "+fresh))
	require.Error(t, s.RevokeTokens("nobody@contoso.com"))
	require.Error(t, s.SetLicensed("nobody@contoso.com", true))
}
