package fakeentra_test

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// refused demands an error answer whole: status, word, number, sentence, and whether it leads to the look-up page.
func refused(t *testing.T, a answer, status int, word string, code int, sentence string, leads bool) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	requireAADSTS(t, a, code, word)
	require.True(
		t, strings.HasPrefix(a.text("error_description"), "AADSTS"+strconv.Itoa(code)+": "+sentence+" Trace ID: "),
		a.body,
	)
	require.Equal(t, leads, a.text("error_uri") != "", a.body)
}

func TestAWorkAccountsTokenIsNoTokenForConsumers(t *testing.T) { // docs/reference/entra.md E4
	c := stepped(t)
	tokens := c.signIn("admin@contoso.com")
	c.tenant = "consumers"
	const sentence = "The grant was obtained for a different tenant."
	refused(t, c.refresh(tokens.text("refresh_token")), 400, "invalid_grant", 7000012, sentence, false)
	refused(t, c.refresh(tokens.text("refresh_token")[:100]), 400, "invalid_grant", 7000012, sentence, false)
	c.tenant = "organizations" // what mail programs try next
	require.Equal(t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status)
}

func TestAnApplicationForPersonalAccountsIsSentToConsumers(t *testing.T) { // docs/reference/entra.md E5
	const id = "33333333-3333-3333-3333-333333333333"
	c := newClient(t, fakeentra.Config{
		Start:        start,
		Applications: []fakeentra.Application{{ID: id, Name: "Home", Audience: "PersonalMicrosoftAccount"}},
	})
	const sentence = "Application '" + id + "'(Home) is configured for use by Microsoft Account users only. " +
		"Please use the /consumers endpoint to serve this request."
	c.id = id
	for _, alias := range []string{"common", "organizations", "contoso.com"} {
		c.tenant = alias
		asked := c.post(devicecode, url.Values{"client_id": {id}, "scope": {fakeentra.Scope}})
		refused(t, asked, 400, "invalid_request", 9002331, sentence, false)
		refused(t, c.refresh("M.x"), 400, "invalid_request", 9002331, sentence, false)
	}
	c.tenant = "consumers"
	require.Equal(t, http.StatusOK, c.refresh(c.signIn("bob@outlook.com").text("refresh_token")).status)
}

func TestACodeIsRedeemedWhereItWasMade(t *testing.T) { // docs/reference/entra.md E19
	c := stepped(t)
	_, err := c.entra.AddTenant(fakeentra.Tenant{Domains: []string{"fabrikam.com"}})
	require.NoError(t, err)
	c.tenant = "contoso.com"
	user, device := c.ask()
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	for _, alias := range []string{"fabrikam.com", "organizations", "common"} {
		c.tenant = alias
		requireAADSTS(t, c.poll(device), 70000, "invalid_grant")
	}
	c.tenant = "common"
	user, of := c.ask()
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	c.tenant = "contoso.com"
	refused(t, c.poll(of), 400, "invalid_grant", 90132, "The provided value for the input parameter 'device_code' is not "+
		"valid. Device codes supporting the personal Microsoft Account sign-in audience can only be used for v2 common or "+
		"consumers tenants.", true)
	tenant, _ := c.entra.Tenant("contoso.com")
	c.tenant = tenant.ID
	require.Equal(t, http.StatusOK, c.poll(device).status, "a tenant's id and its domain are the same tenant")
}

func TestTheTokenThatAFlowPolicyRefusedIsDeadForGood(t *testing.T) { // docs/reference/entra.md E7
	c := stepped(t)
	before, other := c.signIn("admin@contoso.com"), c.signIn("alice@contoso.com")
	_, err := change(c.entra, "Block", "flow=Device code flow", "users=All", "grant=Block", "state=On")
	require.NoError(t, err)
	const sentence = "The refresh token is invalid due to authentication flow checks by Conditional Access. Additionally, " +
		"since the authentication flows policy applies to all applications, the token will never be usable and should be deleted."
	refused(t, c.refresh(before.text("refresh_token")), 400, "invalid_grant", 530036, sentence, true)
	require.NoError(t, c.entra.DeletePolicy("contoso.com", "Block"))
	refused(t, c.refresh(before.text("refresh_token")), 400, "invalid_grant", 530036, sentence, true)
	require.Equal(t, http.StatusOK, c.refresh(other.text("refresh_token")).status, "of hers it was never said")
	require.Equal(t, http.StatusOK, c.refresh(c.signIn("admin@contoso.com").text("refresh_token")).status)
	rows := c.entra.SignIns().Filter("admin@contoso.com", "530036", "should be deleted.")
	require.Len(t, rows, 2)
}

func TestAProgramThatNeedsASecretHearsItAfterThePerson(t *testing.T) { // docs/reference/entra.md E8
	c := stepped(t)
	require.NoError(t, c.entra.ChangeApplication(c.id, func(a *fakeentra.Application) { a.Confidential = true }))
	user, device := c.ask()
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	refused(t, c.poll(device), http.StatusUnauthorized, "invalid_client", 7000218,
		"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", true)
	_, dead := c.ask()
	c.advance(15 * time.Minute)
	requireAADSTS(t, c.poll(dead), 70020, "expired_token")
	c.tenant = "consumers" // there it is heard at once
	asked := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}})
	refused(t, asked, 400, "invalid_client", 70002, "The provided client is not supported for this feature. "+
		"The client application must be marked as 'mobile.'", true)
}

func TestNumbersWithoutAPageOfTheirOwn(t *testing.T) { // docs/reference/entra.md E11
	c := stepped(t)
	for _, code := range []int{7000012, 700025, 54005, 70003, 65001, 9002331, 70043} {
		c.arm("error=" + strconv.Itoa(code) + " times=1")
		require.NotContains(t, c.post(devicecode, url.Values{}).json, "error_uri", code)
	}
	c.arm("error=9002313 times=1")
	require.Equal(t, authority+"/error?code=9002313", c.post(devicecode, url.Values{}).text("error_uri"))
	tokens := c.signIn("admin@contoso.com")
	require.NoError(t, c.entra.WithdrawConsent("contoso.com", ""))
	a := c.refresh(tokens.text("refresh_token"))
	requireAADSTS(t, a, 65001, "invalid_grant")
	require.NotContains(t, a.json, "error_uri")
}

func TestNumbersThatMailProgramsMet(t *testing.T) { // docs/reference/entra.md E16, E20
	for code, part := range map[int]string{
		900439:  "Confidential Client requests are not supported on the public endpoint (login.microsoftonline.com)",
		900440:  "Requests to tenants hosted in the public cloud are not supported on USGov endpoints.",
		900382:  "Confidential Client is not supported in Cross Cloud request.",
		1002016: "You are using TLS version 1.0, 1.1 and/or 3DES cipher",
		90009:   "is requesting a token for itself.",
		70002:   "The client application must be marked as 'mobile.'",
		7000229: "is missing service principal in the tenant",
	} {
		row, known := fakeentra.Catalogue().Lookup(code)
		require.True(t, known, code)
		require.Contains(t, row.Text, part)
	}
}

func TestSentencesAreWhole(t *testing.T) { // docs/reference/entra.md E12
	c := newClient(t, fakeentra.Config{
		Start: start,
		Tenants: []fakeentra.Tenant{
			{Name: "Contoso", Domains: []string{"contoso.com"}}, {Domains: []string{"fabrikam.com"}},
		},
		Users: []fakeentra.User{{Principal: "eve@fabrikam.com"}},
	})
	eve, _ := c.entra.User("eve@fabrikam.com")
	sentence := "User account 'eve@fabrikam.com' from identity provider 'https://sts.windows.net/" + eve.Tenant +
		"/' does not exist in tenant 'Contoso' and cannot access the application '" + fakeentra.ClientID +
		"'(Example MFP Email Sender) in that tenant. The account needs to be added as an external user in the tenant first. " +
		"Sign out and sign in again with a different Azure Active Directory user account."
	tokens := c.signIn("eve@fabrikam.com")
	c.tenant = "contoso.com"
	refused(t, c.refresh(tokens.text("refresh_token")), 400, "invalid_grant", 50020, sentence, true)
	user, _ := c.ask()
	var refusal *fakeentra.Refusal
	require.True(t, errors.As(c.entra.Approve(user, "eve@fabrikam.com"), &refusal))
	require.Equal(t, sentence, refusal.Text)
	p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
	require.Contains(t, p.press("Next", "loginfmt", "eve@fabrikam.com").text(), "AADSTS50020: "+sentence)
	rows := c.entra.SignIns().Filter("eve@fabrikam.com", "50020")
	require.Len(t, rows, 2, "refused by the act, and on the page")
	for _, row := range rows {
		require.Equal(t, sentence, row.Reason)
	}
}

// standIns are what fills a place of which nothing is known; what is known says more.
var standIns = []string{"{", "}", "user@example.com", "00000000-0000-0000-0000-000000000000", "unknown"}

func TestNoPlaceOfASentenceStaysOpen(t *testing.T) {
	c := stepped(t)
	for _, row := range fakeentra.Catalogue() { // in what is planted, and in what is planted for the device to hear
		if row.Code == 0 || row.Variant != "" {
			continue
		}
		for _, at := range []string{devicecode, token} {
			c.arm("error=" + strconv.Itoa(row.Code) + " times=1")
			a := c.post(at, url.Values{"client_id": {c.id}, "grant_type": {"refresh_token"}})
			said := a.text("error_description")
			require.NotContains(t, said, "{", row.Code)
			require.NotContains(t, said, "}", row.Code)
		}
	}

	c.arm("error=7000112 times=1")
	require.Contains(t, c.post(devicecode, url.Values{"client_id": {c.id}}).text("error_description"),
		"Application '"+fakeentra.ClientID+"'(Example MFP Email Sender) is disabled.", "what is planted names who asks")

	// What the state of the directory brings about names who and what it is about.
	said := map[string]string{}
	note := func(where string, err error) {
		var refusal *fakeentra.Refusal
		require.True(t, errors.As(err, &refusal), where)
		said[where] = refusal.Text
	}
	reasons := func() {
		for _, row := range c.entra.SignIns() {
			if row.AADSTS != 0 {
				said["log of "+strconv.Itoa(row.AADSTS)] = row.Reason
				require.NotEmpty(t, row.Reason, row.AADSTS)
			}
		}
	}
	type act struct {
		name string
		do   func() error
	}
	alone := func(acts ...act) {
		for _, a := range acts {
			c = stepped(t)
			tokens := c.signIn("alice@contoso.com")
			require.NoError(t, a.do(), a.name)
			said[a.name+", refresh"] = c.refresh(tokens.text("refresh_token")).text("error_description")
			code := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}})
			said[a.name+", code"] = code.text("error_description")
			if code.status == http.StatusOK {
				if err := c.entra.Approve(code.text("user_code"), "alice@contoso.com"); err != nil {
					note(a.name+", approve", err)
				}
				user, _ := c.ask()
				p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
				if p.press("Next", "loginfmt", "alice@contoso.com").heading() == "Enter password" {
					p.press("Sign In", "passwd", p.password("alice@contoso.com"))
				}
				said[a.name+", page"] = p.text()
			}
			reasons()
		}
	}
	policy := func(p fakeentra.Policy) func() error {
		return func() error { p.Name = "P"; return second(c.entra.SetPolicy("contoso.com", p)) }
	}
	alone(
		act{"not assigned", func() error {
			return c.entra.ChangeServicePrincipal("contoso.com", fakeentra.ClientID,
				func(sp *fakeentra.ServicePrincipal) { sp.AssignmentRequired = true })
		}},
		act{"disabled", func() error { return c.entra.Disable("alice@contoso.com") }},
		act{"no password", func() error {
			return c.entra.ChangeUser("alice@contoso.com", func(u *fakeentra.User) { u.PasswordMissing = true })
		}},
		act{"invited", func() error {
			return c.entra.ChangeUser("alice@contoso.com", func(u *fakeentra.User) { u.Invited = true })
		}},
		act{"revoked", func() error { return c.entra.Revoke("alice@contoso.com") }},
		act{"a second factor", policy(fakeentra.Policy{Grant: "mfa"})},
		act{"a compliant device", policy(fakeentra.Policy{Grant: "compliant"})},
		act{"a joined device", policy(fakeentra.Policy{Grant: "domain-joined"})},
		act{"a block", policy(fakeentra.Policy{})},
		act{"a block of the flow", policy(fakeentra.Policy{Flows: []string{"Device code flow"}})},
		act{"an application that is off", func() error {
			return c.entra.ChangeApplication(fakeentra.ClientID,
				func(a *fakeentra.Application) { a.State = fakeentra.Disabled })
		}},
	)
	require.Greater(t, len(said), 20)
	for where, text := range said {
		for _, standIn := range standIns {
			require.NotContains(t, text, standIn, where)
		}
	}
}
