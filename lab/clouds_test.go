package lab_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/lab"
)

// logOn says how the mail server answers a token.
func logOn(t *testing.T, bench *lab.Lab, user, token string) (answer error) {
	t.Helper()
	const address = "smtp.office365.com:587"
	bench.World.Go("stranger", func(ctx context.Context) {
		conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", address)
		if answer = err; err != nil {
			return
		}
		defer conn.Close()
		client, err := smtp.NewClientStartTLS(conn, trusting(bench, address))
		if answer = err; err == nil {
			answer = client.Auth(xoauth2{user, token})
		}
	})
	require.NoError(t, bench.World.Settle(time.Hour))
	return answer
}

func TestTheMailServerHearsWhatChangesAtTheIdentityProvider(t *testing.T) {
	const user = "alice@contoso.com"
	graph := func(bench *lab.Lab, path, body string) {
		server := httptest.NewServer(bench.Entra.Graph())
		defer server.Close()
		request, err := http.NewRequestWithContext(
			t.Context(), http.MethodPatch, server.URL+path, strings.NewReader(body),
		)
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusNoContent, response.StatusCode)
	}
	for what, c := range map[string]struct {
		change func(*lab.Lab)
		answer string
	}{
		"security defaults, by the admin center": {func(bench *lab.Lab) {
			_, err := bench.Set("contoso.com", "Security defaults", "Enabled")
			require.NoError(t, err)
		}, "security defaults policy"},
		"security defaults, by Microsoft Graph": {func(bench *lab.Lab) {
			graph(bench, "/contoso.com/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", `{"isEnabled":true}`)
		}, "security defaults policy"},
		"a disabled account, whose token is good for an hour": {func(bench *lab.Lab) {
			require.NoError(t, bench.Entra.Disable(user))
		}, "535: Authentication unsuccessful ["},
	} {
		t.Run(what, func(t *testing.T) {
			bench := lab.RunT(t, lab.Config{})
			bench.Network.Join("stranger", "office")
			_, err := bench.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
			require.NoError(t, err)
			require.NoError(t, bench.AddUser(lab.User{Address: user, Roles: []string{"Global Administrator"}}))
			_, err = bench.Entra.AddApplication(
				fakeentra.Application{ID: fakeentra.ClientID, Name: "Example MFP Email Sender"},
			)
			require.NoError(t, err)
			tokens, err := bench.Entra.SignIn(user)
			require.NoError(t, err)
			require.NoError(t, logOn(t, bench, user, tokens.Access), "before")
			c.change(bench)
			require.ErrorContains(t, logOn(t, bench, user, tokens.Access), c.answer)
		})
	}
}

func TestWhatNeedsNoClockIsHeardByTheMailServer(t *testing.T) {
	const user = "alice@contoso.com"
	const held, refused = "", "535: Authentication unsuccessful ["
	for what, c := range map[string]struct {
		act    func(*fakeentra.Server) error
		token  string // what the mail server says to the token that the user had before
		reason refusal.Reason
		again  int // AADSTS number of the next refresh; 0: it works
	}{
		"access tokens expire":     {func(e *fakeentra.Server) error { e.ExpireAccessTokens(); return nil }, refused, refusal.Expired, 0},
		"refresh tokens expire":    {func(e *fakeentra.Server) error { e.ExpireRefreshTokens(); return nil }, held, "", 700082},
		"the account is disabled":  {func(e *fakeentra.Server) error { return e.Disable(user) }, refused, refusal.Disabled, 50057},
		"it is enabled again":      {func(e *fakeentra.Server) error { return errors.Join(e.Disable(user), e.Enable(user)) }, held, "", 0},
		"the account is deleted":   {func(e *fakeentra.Server) error { return e.Delete(user) }, refused, refusal.UserUnknown, 50034},
		"its sessions are revoked": {func(e *fakeentra.Server) error { return e.Revoke(user) }, held, "", 50173},
		"the password is changed":  {func(e *fakeentra.Server) error { _, err := e.ChangePassword(user); return err }, held, "", 50173},
		"the consent is withdrawn": {func(e *fakeentra.Server) error { return e.WithdrawConsent("contoso.com", "") }, held, "", 65001},
		"the application is switched off": {func(e *fakeentra.Server) error {
			off := func(a *fakeentra.Application) { a.State = fakeentra.Disabled }
			return e.ChangeApplication(fakeentra.ClientID, off)
		}, held, "", 7000112},
		"a second factor is demanded": {func(e *fakeentra.Server) error { return e.SetMFA(user, true) }, held, "", 0},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			bench := lab.RunT(t, lab.Config{})
			bench.Network.Join("stranger", "office")
			_, err := bench.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
			require.NoError(t, err)
			require.NoError(t, bench.AddUser(lab.User{Address: user, Roles: []string{"Global Administrator"}}))
			_, err = bench.Entra.AddApplication(
				fakeentra.Application{ID: fakeentra.ClientID, Name: "Example MFP Email Sender"},
			)
			require.NoError(t, err)
			tokens, err := bench.Entra.SignIn(user)
			require.NoError(t, err)
			require.NoError(t, c.act(bench.Entra))
			says := logOn(t, bench, user, tokens.Access)
			if c.token == held {
				require.NoError(t, says)
			} else {
				require.ErrorContains(t, says, c.token)
				require.Equal(t, c.reason, bench.SMTP.Refusals()[0].Reason)
			}
			fresh, err := bench.Entra.Refresh(tokens)
			if c.again != 0 {
				require.Equal(t, c.again, fakeentra.AADSTS(err))
				return
			}
			require.NoError(t, err)
			require.NoError(t, logOn(t, bench, user, fresh.Access), "a fresh token holds")
		})
	}
}

func TestTwoCloudsWithoutABenchHearOfEachOther(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	mail := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.Trust(entra), Tarpit: -1})
	tenant, _ := entra.Tenant("contoso.com")
	require.NoError(
		t, mail.AddOrganization(fakesmtp.Organization{ID: tenant.ID, Domains: tenant.Domains, SMTPAuth: true}),
	)
	require.NoError(t, mail.AddMailbox(fakesmtp.Mailbox{Address: "alice@contoso.com"}))
	tokens, err := entra.SignIn("alice@contoso.com")
	require.NoError(t, err)
	judge := func() refusal.Reason { return mail.LogOnToken("alice@contoso.com", tokens.Access, "SMTP.Send") }
	require.Empty(t, judge())
	require.NoError(t, entra.Disable("alice@contoso.com"))
	require.Equal(t, refusal.Disabled, judge())
	require.NoError(t, entra.Enable("alice@contoso.com"))
	require.Empty(t, judge())
	entra.ExpireAccessTokens()
	require.Equal(t, refusal.Expired, judge())
	require.NoError(t, entra.Delete("alice@contoso.com"))
	require.Equal(t, refusal.Expired, judge())
}
