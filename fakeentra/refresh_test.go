package fakeentra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/phrase"
)

// claimsOf verifies a token by the published keys and returns what it says.
func claimsOf(t *testing.T, c *client, token string) map[string]any {
	t.Helper()
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(t, err)
	var claims map[string]any
	require.NoError(t, parsed.Claims(c.entra.Keys(), &claims))
	return claims
}

func TestTheAnswerToARedeemedCode(t *testing.T) {
	c := stepped(t)
	user, device := c.ask()
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	a := c.post(
		token,
		url.Values{"grant_type": {deviceURN}, "client_id": {c.id}, "device_code": {device}, "client_info": {"1"}},
	)
	require.Regexp(t, `^\{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":(\d+),"ext_expires_in":(\d+),`+
		`"access_token":"eyJ[^"]+","refresh_token":"1\.[\w-]+\.AgAB[^"]+","id_token":"eyJ[^"]+","client_info":"[\w-]+"\}$`, a.body)
	seconds := a.json["expires_in"].(float64)
	require.Equal(t, seconds, a.json["ext_expires_in"])
	require.GreaterOrEqual(t, seconds, 3600.0)
	require.Less(t, seconds, 5400.0)

	admin, _ := c.entra.User("admin@contoso.com")
	access := claimsOf(t, c, a.text("access_token"))
	for name, value := range map[string]any{
		"aud": "https://outlook.office.com", "iss": "https://sts.windows.net/" + admin.Tenant + "/", "appid": c.id, "appidacr": "0",
		"scp": "SMTP.Send", "upn": "admin@contoso.com", "oid": admin.ID, "tid": admin.Tenant, "ver": "1.0", "amr": []any{"pwd"},
		"app_displayname": "Example MFP Email Sender", "iat": float64(start.Unix() - 300), "nbf": float64(start.Unix() - 300),
		"exp":  float64(start.Unix()) + seconds,
		"wids": []any{"158c047a-c907-4556-b7ef-446551a6b5f7", "b79fbf4d-3ef9-4689-8143-76b194e85509"},
	} {
		require.Equal(t, value, access[name], name)
	}
	id := claimsOf(t, c, a.text("id_token"))
	require.Equal(t, "https://login.microsoftonline.com/"+admin.Tenant+"/v2.0", id["iss"])
	require.Equal(t, "admin@contoso.com", id["preferred_username"])
	require.Equal(t, c.id, id["aud"])
}

func TestWhatWasNotAskedForIsNotGiven(t *testing.T) {
	c := stepped(t)
	a := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {"https://outlook.office365.com/SMTP.Send"}})
	require.NoError(t, c.entra.Approve(a.text("user_code"), "admin@contoso.com"))
	a = c.poll(a.text("device_code"))
	require.Empty(t, a.text("refresh_token"), "no offline_access, no refresh token")
	require.Empty(t, a.text("id_token"))
	require.Equal(t, "https://outlook.office365.com/SMTP.Send", a.text("scope"))
	require.Equal(t, "https://outlook.office365.com", claimsOf(t, c, a.text("access_token"))["aud"])

	a = c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {"SMTP.Send openid"}})
	require.NoError(t, c.entra.Approve(a.text("user_code"), "admin@contoso.com"))
	a = c.poll(a.text("device_code"))
	require.Equal(
		t, "https://graph.microsoft.com", claimsOf(t, c, a.text("access_token"))["aud"], "a bare scope means Graph",
	)
	// as it was asked for, and OpenID's words (docs/reference/entra.md E1)
	require.Equal(t, "SMTP.Send profile openid email", a.text("scope"))
}

func TestPersonalAccountsHaveOpaqueTokens(t *testing.T) {
	c := stepped(t)
	c.tenant = "consumers"
	a := c.signIn("bob@outlook.com")
	require.True(t, strings.HasPrefix(a.text("access_token"), "EwB"))
	require.True(t, strings.HasPrefix(a.text("refresh_token"), "M.C"))
	require.Equal(t, 3600.0, a.json["expires_in"])
	claims, ok := c.entra.Opaque(a.text("access_token"))
	require.True(t, ok)
	require.Equal(t, "bob@outlook.com", claims.Principal)
	require.Equal(t, []string{"SMTP.Send"}, claims.Scopes)
	require.Equal(t, directory.PersonalTenantID, claims.Tenant)
	_, ok = c.entra.Opaque("EwBinvented")
	require.False(t, ok)
	require.Equal(t, http.StatusOK, c.refresh(a.text("refresh_token")).status)
	require.NoError(t, c.entra.Revoke("bob@outlook.com"))
	refused := c.refresh(a.text("refresh_token"))
	requireAADSTS(t, refused, 70000, "invalid_grant")
	require.Contains(t, refused.text("error_description"), "The user could not be authenticated as the grant is expired. The user must sign in again.")
}

func TestARefreshGivesANewTokenAndTheOldOneStaysGood(t *testing.T) {
	c := stepped(t)
	first := c.signIn("admin@contoso.com")
	second := c.refresh(first.text("refresh_token"))
	require.Equal(t, http.StatusOK, second.status)
	require.NotEqual(t, first.text("refresh_token"), second.text("refresh_token"))
	require.NotEqual(t, first.text("access_token"), second.text("access_token"))
	require.Equal(t, http.StatusOK, c.refresh(first.text("refresh_token")).status)

	withoutScope := c.post(
		token,
		url.Values{
			"grant_type": {"refresh_token"}, "client_id": {c.id}, "refresh_token": {first.text("refresh_token")},
		},
	)
	require.Equal(t, http.StatusOK, withoutScope.status, "the scope is optional (docs/reference/entra.md §4.1)")
	require.Equal(t, first.text("scope"), withoutScope.text("scope"))
	require.Equal(t, "https://outlook.office.com/SMTP.Send", withoutScope.text("scope"))
	require.Equal(
		t, claimsOf(t, c, first.text("access_token"))["aud"], claimsOf(t, c, withoutScope.text("access_token"))["aud"],
	)
	require.NotEmpty(
		t, withoutScope.text("refresh_token"), "it can be refreshed again, though offline_access was not asked for",
	)
	cut := first.text("refresh_token")
	requireAADSTS(t, c.refresh(cut[:len(cut)-1]), 9002313, "invalid_grant")
	requireAADSTS(t, c.refresh(cut[:len(cut)/2]), 9002313, "invalid_grant")

	const other = "10000000-0000-4000-8000-000000000001"
	_, err := c.entra.AddApplication(fakeentra.Application{ID: other, Name: "Other"})
	require.NoError(t, err)
	c.id = other
	requireAADSTS(t, c.refresh(first.text("refresh_token")), 70000, "invalid_grant")
}

func TestNinetyDaysWithoutUse(t *testing.T) {
	c := stepped(t)
	a := c.signIn("admin@contoso.com")
	c.advance(89 * 24 * time.Hour)
	a = c.refresh(a.text("refresh_token"))
	require.Equal(t, http.StatusOK, a.status)
	c.advance(89 * 24 * time.Hour)
	require.Equal(t, http.StatusOK, c.refresh(a.text("refresh_token")).status)
	c.advance(2 * 24 * time.Hour)
	a = c.refresh(a.text("refresh_token"))
	requireAADSTS(t, a, 700082, "invalid_grant")
	require.Contains(t, a.text("error_description"),
		"The token was issued on 2026-05-30T09:00:00.0000000Z and was inactive for 90.00:00:00.")
	require.Empty(t, a.text("suberror"))
	require.NotEmpty(t, c.entra.SignIns().Filter("admin@contoso.com", "non-interactive", "700082"))
}

func TestWhatEndsASignInBetweenTwoRefreshes(t *testing.T) {
	const u = "admin@contoso.com"
	policy := func(p fakeentra.Policy) func(*testing.T, *client) {
		return func(t *testing.T, c *client) {
			p.Name = "Policy"
			_, err := c.entra.SetPolicy("contoso.com", p)
			require.NoError(t, err)
		}
	}
	for name, test := range map[string]struct {
		act      func(*testing.T, *client)
		code     int
		suberror string
		text     string
		claims   bool
	}{
		"sessions revoked":      {func(t *testing.T, c *client) { require.NoError(t, c.entra.Revoke(u)) }, 50173, "bad_token", "The grant was issued on '2026-03-02T09:00:00.0000000Z' and the TokensValidFrom date (before which tokens are not valid) for this user is '2026-03-02T10:00:00.0000000Z'.", false},
		"password changed":      {func(t *testing.T, c *client) { _, err := c.entra.ChangePassword(u); require.NoError(t, err) }, 50173, "bad_token", "", false},
		"account disabled":      {func(t *testing.T, c *client) { require.NoError(t, c.entra.Disable(u)) }, 50057, "", "The user account is disabled.", false},
		"account deleted":       {func(t *testing.T, c *client) { require.NoError(t, c.entra.Delete(u)) }, 50034, "bad_token", "does not exist in the", false},
		"consent withdrawn":     {func(t *testing.T, c *client) { require.NoError(t, c.entra.WithdrawConsent("contoso.com", "")) }, 65001, "consent_required", "The user or administrator has not consented to use the application with ID '" + fakeentra.ClientID + "' named 'Example MFP Email Sender'.", false},
		"tokens made to expire": {func(_ *testing.T, c *client) { c.entra.ExpireRefreshTokens() }, 700082, "", "", false},
		"a block for all":       {policy(fakeentra.Policy{}), 53003, "message_only", "The access policy does not allow token issuance.", true},
		"a block of the device code flow for all applications": {policy(fakeentra.Policy{Flows: []string{"Device code flow"}}), 530036, "", "", false},
		"a block of the device code flow for Exchange only":    {policy(fakeentra.Policy{Flows: []string{"Device code flow"}, Applications: []string{"Office 365 Exchange Online"}}), 53003, "message_only", "", true},
		"a block from this place":                              {policy(fakeentra.Policy{Locations: []string{"203.0.113.0/24"}}), 53003, "message_only", "", true},
		"a second factor is demanded":                          {policy(fakeentra.Policy{Grant: "mfa"}), 50076, "basic_action", "you must use multi-factor authentication to access '00000002-0000-0ff1-ce00-000000000000'.", true},
		"a compliant device is demanded":                       {policy(fakeentra.Policy{Grant: "compliant"}), 53000, "message_only", "Conditional Access policy requires a compliant device", true},
		"a sign-in frequency of half an hour":                  {policy(fakeentra.Policy{Grant: "none", SignInFrequency: 30 * time.Minute}), 70043, "token_expired", "and the maximum allowed lifetime for this request is 1800.", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			a := c.signIn(u)
			c.advance(time.Hour)
			test.act(t, c)
			refused := c.refresh(a.text("refresh_token"))
			requireAADSTS(t, refused, test.code, "invalid_grant")
			require.Equal(t, test.suberror, refused.text("suberror"))
			require.Contains(t, refused.text("error_description"), test.text)
			require.Equal(t, test.claims, refused.text("claims") != "")
			rows := c.entra.SignIns()
			last := rows[len(rows)-1]
			require.Equal(t, test.code, last.AADSTS)
			require.Equal(t, refused.text("trace_id"), last.TraceID)
			require.Equal(t, refused.text("correlation_id"), last.CorrelationID)
			require.NotEmpty(t, last.Reason)
		})
	}
}

func TestAPolicyMissesWhomItDoesNotMean(t *testing.T) {
	for name, p := range map[string]fakeentra.Policy{
		"off":              {State: "off"},
		"report-only":      {State: "report-only"},
		"from a later day": {From: start.Add(48 * time.Hour)},
		"another user":     {Users: []string{"alice@contoso.com"}},
		"excluded":         {Users: []string{"All"}, ExcludeUsers: []string{"admin@contoso.com"}},
		"another role":     {Roles: []string{"Global Administrator"}},
		"another app":      {Applications: []string{"Microsoft Graph"}},
		"another place":    {Locations: []string{"192.0.2.0/24"}},
		"a trusted place":  {Locations: []string{"All"}, ExcludeLocations: []string{"203.0.113.0/24"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			a := c.signIn("admin@contoso.com")
			p.Name = "Policy"
			_, err := c.entra.SetPolicy("contoso.com", p)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, c.refresh(a.text("refresh_token")).status)
			if name == "report-only" {
				require.NotEmpty(t, c.entra.SignIns().Filter("Success", "Policy (report-only)"))
			}
			if name == "from a later day" {
				c.advance(48 * time.Hour)
				requireAADSTS(t, c.refresh(a.text("refresh_token")), 53003, "invalid_grant")
			}
		})
	}
}

func TestABlockInTheBrowserLeavesTheDeviceWaiting(t *testing.T) {
	c := stepped(t)
	_, err := change(c.entra, "Block device code flow", "flow=Device code flow", "users=All", "grant=Block", "state=On")
	require.NoError(t, err)
	user, device := c.ask()
	p := c.person().typePassword(user, "admin@contoso.com")
	require.Equal(t, "You cannot access this right now", p.heading())
	require.NotContains(t, p.text(), "53003")
	p.press("More details")
	require.Contains(t, p.text(), "Error Code: 53003\nRequest Id: ")
	require.Contains(
		t, p.text(),
		"App name: Example MFP Email Sender\nApp id: "+fakeentra.ClientID+
			"\nIP address: 203.0.113.7\nDevice identifier: Not available",
	)
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	rows := c.entra.SignIns().Filter("admin@contoso.com", "53003", "Block device code flow")
	require.Len(t, rows, 1)
	require.Contains(t, rows.Table(), "Device code flow")
	require.Equal(t, c.poll(device).text("correlation_id"), rows[0].CorrelationID)

	p.press("Sign out and sign in with a different account")
	require.Equal(t, "Sign in", p.heading())
	_, err = change(c.entra, "Block device code flow", "exclude=admin@contoso.com")
	require.NoError(t, err)
	require.Len(t, c.entra.Policies("contoso.com"), 1)
	p.press(
		"Next", "loginfmt", "admin@contoso.com",
	).press(
		"Sign In", "passwd", p.password("admin@contoso.com"),
	).press(
		"Continue",
	).press(
		"Accept",
	)
	require.Equal(t, http.StatusOK, c.poll(device).status)
}

func TestABlockAtIssuanceIsHeardByTheDevice(t *testing.T) {
	c := stepped(t)
	policy, err := c.entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block", Where: "issuance"})
	require.NoError(t, err)
	user, device := c.ask()
	p := c.person().typePassword(user, "admin@contoso.com").press("Continue").press("Accept")
	require.Contains(t, p.text(), "You have signed in to the")
	a := c.poll(device)
	requireAADSTS(t, a, 53003, "invalid_grant")
	require.Equal(t, "message_only", a.text("suberror"))
	require.Equal(t, `{"access_token":{"capolids":{"essential":true,"values":["`+policy.ID+`"]}}}`, a.text("claims"))
	requireAADSTS(t, c.poll(device), 70000, "invalid_grant")
}

func TestADeviceBasedPolicyBlocksARemoteDevice(t *testing.T) {
	c := stepped(t)
	_, err := c.entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Compliant", Grant: "compliant"})
	require.NoError(t, err)
	user, _ := c.ask()
	p := c.person().typePassword(user, "admin@contoso.com")
	require.Equal(t, "Help us keep your device secure", p.heading())
	require.Contains(t, p.press("More details").text(), "Error Code: 530033")
}

func TestActsAreRefusedByName(t *testing.T) {
	c := stepped(t)
	for name, err := range map[string]error{
		"unknown user":        c.entra.Revoke("nobody@contoso.com"),
		"unknown tenant":      second(c.entra.SetPolicy("nowhere.example", fakeentra.Policy{Name: "x"})),
		"unknown key":         second(change(c.entra, "x", "colour=red")),
		"unknown grant":       second(change(c.entra, "x", "grant=maybe")),
		"unknown flow":        second(change(c.entra, "x", "flow=Carrier pigeon")),
		"unknown policy user": second(change(c.entra, "x", "users=nobody@contoso.com")),
		"bad location":        second(change(c.entra, "x", "locations=home")),
		"bad date":            second(change(c.entra, "x", "from=soon")), "no value": second(change(c.entra, "x", "users=")),
		"unknown app":     second(change(c.entra, "x", "apps=Solitaire")),
		"unknown setting": second(c.entra.Set("contoso.com", "Gravity", "off")),
		"unknown value":   second(c.entra.Set("contoso.com", "Security defaults", "maybe")),
		"personal tenant": second(c.entra.Set("outlook.com", "Security defaults", "off")), "unknown role": second(c.entra.AddUser(fakeentra.User{Principal: "x@contoso.com", Roles: []string{"King"}})),
		"unknown domain":    second(c.entra.AddUser(fakeentra.User{Principal: "x@nowhere.example"})),
		"user twice":        second(c.entra.AddUser(fakeentra.User{Principal: "alice@contoso.com"})),
		"tenant twice":      second(c.entra.AddTenant(fakeentra.Tenant{Domains: []string{"contoso.com"}})),
		"application twice": second(c.entra.AddApplication(fakeentra.Application{ID: fakeentra.ClientID, Name: "x"})),
		"no consent":        c.entra.WithdrawConsent("contoso.com", "x"),
	} {
		require.Error(t, err, name)
	}
	require.ErrorContains(
		t, second(c.entra.AddUser(fakeentra.User{Principal: "x@contoso.com", Roles: []string{"King"}})),
		"Cloud Application Administrator",
	)
	changed, err := c.entra.Set("contoso.com", "security defaults", "Enabled")
	require.NoError(t, err)
	require.True(t, changed.SecurityDefaults)
	require.NotEmpty(t, c.entra.Audit())
}

// change changes a policy as the words say.
func change(s *fakeentra.Server, policy string, words ...string) (fakeentra.Policy, error) {
	how, err := phrase.Policy(words)
	if err != nil {
		return fakeentra.Policy{}, err
	}
	return s.ChangePolicy("contoso.com", policy, how)
}

func second[A any](_ A, err error) error { return err }

func TestExpireAccessTokens(t *testing.T) {
	c := stepped(t)
	old := c.signIn("admin@contoso.com")
	require.False(t, c.entra.Expired(old.text("access_token")))
	c.entra.ExpireAccessTokens()
	require.True(t, c.entra.Expired(old.text("access_token")))
	require.False(t, c.entra.Expired(c.refresh(old.text("refresh_token")).text("access_token")))
}
