package fakeentra_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// secretClient is an application with a secret, for the third column of the table of events.
const secretClient = "20000000-0000-4000-8000-000000000002"

// TestWhatAnEventDoesToRefreshTokens is the table of docs/reference/entra.md §4.2 row by row, which is Microsoft's own
// (refresh-tokens.md).
func TestWhatAnEventDoesToRefreshTokens(t *testing.T) {
	const u = "pat@contoso.com"
	reset := func(by string) func(*fakeentra.Server) error {
		return func(s *fakeentra.Server) error { return second(s.NewPassword(u, by, "")) }
	}
	type row struct {
		event                                string
		act                                  func(*fakeentra.Server) error
		password, passwordless, confidential bool // revoked
	}
	for _, row := range []row{
		{"the password expires", func(s *fakeentra.Server) error {
			return s.ChangeUser(u, func(u *fakeentra.User) { u.PasswordExpired = true })
		}, false, false, false},
		{"the user changes the password", func(s *fakeentra.Server) error { return second(s.ChangePassword(u)) }, true, false, false},
		{"the user resets the password by self-service", reset("self-service"), true, false, false},
		{"an administrator resets the password in the Azure portal", reset("portal"), true, false, false},
		{"an administrator resets the password in the Entra admin center", reset("admin-center"), true, true, true},
		{"somebody revokes the sessions", func(s *fakeentra.Server) error { return s.Revoke(u) }, true, true, true},
		{"the user signs out everywhere", func(s *fakeentra.Server) error { return s.SignOut(u) }, false, false, false},
	} {
		for kind, revoked := range map[string]bool{
			"a token of a sign-in with the password":    row.password,
			"a token of a sign-in without the password": row.passwordless,
			"a token of a client with a secret":         row.confidential,
		} {
			t.Run(row.event+": "+kind, func(t *testing.T) {
				c := stepped(t)
				_, err := c.entra.AddUser(
					fakeentra.User{Principal: u, Passwordless: kind == "a token of a sign-in without the password"},
				)
				require.NoError(t, err)
				form := url.Values{}
				if kind == "a token of a client with a secret" {
					_, err := c.entra.AddApplication(fakeentra.Application{
						ID: secretClient, Name: "Server", Confidential: true,
						Secrets: []fakeentra.ClientSecret{{Value: "right-secret"}},
					})
					require.NoError(t, err)
					c.id = secretClient
					form.Set("client_secret", "right-secret")
				}
				user, device := c.ask()
				require.NoError(t, c.entra.Approve(user, u))
				form.Set("client_id", c.id)
				form.Set("grant_type", deviceURN)
				form.Set("device_code", device)
				tokens := c.post(token, form)
				require.Equal(t, http.StatusOK, tokens.status, tokens.body)
				c.advance(time.Hour)
				require.NoError(t, row.act(c.entra))
				form.Set("grant_type", "refresh_token")
				form.Set("refresh_token", tokens.text("refresh_token"))
				got := c.post(token, form)
				if !revoked {
					require.Equal(t, http.StatusOK, got.status, got.body)
					return
				}
				requireAADSTS(t, got, 50173, "invalid_grant")
				require.Equal(t, "bad_token", got.text("suberror"))
				require.False(
					t, c.entra.Expired(tokens.text("access_token")), "access tokens live on until they expire",
				)
			})
		}
	}
}

func TestWhatElseEndsASignIn(t *testing.T) {
	const u = "admin@contoso.com"
	for name, test := range map[string]struct {
		act      func(*fakeentra.Server) error
		code     int
		word     string
		suberror string
	}{
		"the account is disabled":  {func(s *fakeentra.Server) error { return s.Disable(u) }, 50057, "invalid_grant", ""},
		"the account is deleted":   {func(s *fakeentra.Server) error { return s.Delete(u) }, 50034, "invalid_grant", "bad_token"},
		"the consent is withdrawn": {func(s *fakeentra.Server) error { return s.WithdrawConsent("contoso.com", "") }, 65001, "invalid_grant", "consent_required"},
		"the application is closed": {func(s *fakeentra.Server) error {
			return s.ChangeApplication(
				fakeentra.ClientID, func(a *fakeentra.Application) { a.State = fakeentra.Disabled },
			)
		}, 7000112, "unauthorized_client", ""},
		"the organization closes the application": {func(s *fakeentra.Server) error {
			return s.ChangeServicePrincipal(
				"contoso.com", fakeentra.ApplicationName,
				func(p *fakeentra.ServicePrincipal) { p.State = fakeentra.Disabled },
			)
		}, 7000112, "unauthorized_client", ""},
		"the organization gives up Exchange Online": {func(s *fakeentra.Server) error {
			return s.ChangeServicePrincipal(
				"contoso.com", "Office 365 Exchange Online",
				func(p *fakeentra.ServicePrincipal) { p.State = fakeentra.Disabled },
			)
		}, 500014, "invalid_resource", ""},
		"nobody is assigned any more": {func(s *fakeentra.Server) error {
			return s.ChangeServicePrincipal(
				"contoso.com", fakeentra.ClientID,
				func(p *fakeentra.ServicePrincipal) { p.AssignmentRequired = true },
			)
		}, 50105, "invalid_grant", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			tokens := c.signIn(u)
			require.NoError(t, test.act(c.entra))
			got := c.refresh(tokens.text("refresh_token"))
			requireAADSTS(t, got, test.code, test.word)
			require.Equal(t, test.suberror, got.text("suberror"))
		})
	}
}

func TestATenantThatIsGone(t *testing.T) {
	c := stepped(t)
	tokens := c.signIn("admin@contoso.com")
	require.NoError(t, c.entra.DeleteTenant("contoso.com"))
	refused := c.refresh(tokens.text("refresh_token"))
	requireAADSTS(t, refused, 90002, "invalid_tenant")
	c.tenant = "contoso.com"
	requireAADSTS(
		t, c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}}), 90002, "invalid_tenant",
	)
	_, known := c.entra.User("alice@contoso.com")
	require.False(t, known)
	require.Error(t, c.entra.DeleteTenant("contoso.com"))
	require.Error(t, c.entra.DeleteTenant("outlook.com"))
}

func TestTheAuditLogSaysWhoDidWhat(t *testing.T) {
	c := stepped(t)
	c.signIn("admin@contoso.com")
	s := c.entra
	require.NoError(t, s.Revoke("alice@contoso.com"))
	require.NoError(t, second(s.ChangePassword("alice@contoso.com")))
	require.NoError(t, second(s.NewPassword("alice@contoso.com", "portal", "Chosen-1")))
	require.NoError(
		t,
		s.ChangeUser(
			"alice@contoso.com",
			func(u *fakeentra.User) { u.Roles = []string{"Global Reader"}; u.State = fakeentra.Disabled },
		),
	)
	require.NoError(t, second(s.SetPolicy("contoso.com", fakeentra.Policy{Name: "P"})))
	require.NoError(t, second(s.SetPolicy("contoso.com", fakeentra.Policy{Name: "P", State: "off"})))
	require.NoError(t, s.DeletePolicy("contoso.com", "p"))
	require.NoError(t, s.WithdrawConsent("contoso.com", ""))
	require.NoError(t, second(s.Set("contoso.com", "Admin consent requests", "Enabled")))
	type entry struct{ activity, actor, target string }
	var got []entry
	ids := map[string]bool{}
	for _, e := range s.Audit() {
		got = append(got, entry{e.Activity, e.Actor, e.Target})
		require.False(t, ids[e.ID], "ids are unique")
		ids[e.ID] = true
	}
	const app = fakeentra.ApplicationName
	require.Equal(t, []entry{
		{"Add service principal", "admin@contoso.com", app},
		{"Consent to application", "admin@contoso.com", app},
		{"Revoke sign in sessions", "administrator", "alice@contoso.com"},
		{"Change password (self-service)", "alice@contoso.com", "alice@contoso.com"},
		{"Reset user password", "administrator", "alice@contoso.com"},
		{"Add member to role", "administrator", "alice@contoso.com"},
		{"Disable account", "administrator", "alice@contoso.com"},
		{"Add conditional access policy", "administrator", "P"},
		{"Update conditional access policy", "administrator", "P"},
		{"Delete conditional access policy", "administrator", "P"},
		{"Remove delegated permission grant", "administrator", app},
		{"Update policy", "administrator", "Admin consent requests"},
	}, got)
}
