package fakeentra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// scans is an API of somebody's own.
var scans = fakeentra.Resource{
	Name: "Scan archive", ID: "10000000-0000-4000-8000-000000000006", Roots: []string{"https://scans.example", "api://scans"},
	Scopes: []fakeentra.Permission{{Name: "Scan.Read", Text: "Read your scans"}, {Name: "Scan.Delete", Admin: true}},
	Roles:  []fakeentra.Permission{{Name: "Scan.Read.All", Text: "Read everybody's scans"}},
}

const (
	mailSend  = "https://outlook.office.com/SMTP.Send"
	mailRead  = "https://outlook.office.com/IMAP.AccessAsUser.All"
	bareApp   = "10000000-0000-4000-8000-000000000010" // requests nothing
	mailApp   = "10000000-0000-4000-8000-000000000011" // requests SMTP.Send
	graphApp  = "10000000-0000-4000-8000-000000000012" // requests User.Read of Graph
	serverApp = "10000000-0000-4000-8000-000000000013" // requests an application permission too
)

// scoped is a client of a bench whose applications request different things.
func scoped(t *testing.T) *client {
	t.Helper()
	local := []string{"http://localhost"}
	c := newClient(t, fakeentra.Config{
		Start: start, Seed: 7, Resources: []fakeentra.Resource{scans}, Applications: []fakeentra.Application{
			{ID: fakeentra.ClientID, Name: fakeentra.ApplicationName},
			{ID: bareApp, Name: "Requests nothing", PublicRedirectURIs: local},
			{ID: mailApp, Name: "Requests mail", PublicRedirectURIs: local, RequestedScopes: []string{mailSend, "offline_access"}},
			{ID: graphApp, Name: "Requests a profile", PublicRedirectURIs: local, RequestedScopes: []string{"User.Read"}},
			{
				ID: serverApp, Name: "Requests both", PublicRedirectURIs: local, RequestedScopes: []string{mailSend, "https://scans.example/Scan.Read"},
				RequestedRoles: []string{"https://outlook.office365.com/SMTP.SendAsApp"},
				Secrets:        []fakeentra.ClientSecret{{Value: "right~secret"}},
			},
		},
	})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// begin asks for a device code.
func (c *client) begin(scope string) answer {
	c.t.Helper()
	return c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {scope}})
}

// listed are the permissions that a page lists.
func (p *person) listed() []string {
	return p.page.Find("ul li").Map(func(_ int, s *selection) string { return strings.TrimSpace(s.Text()) })
}

// device signs somebody in with a scope and returns the token answer.
func (c *client) device(principal, scope string) answer {
	c.t.Helper()
	a := c.begin(scope)
	if a.status != http.StatusOK {
		return a
	}
	require.NoError(c.t, c.entra.Approve(a.text("user_code"), principal))
	return c.poll(a.text("device_code"))
}

// refreshAs redeems a refresh token for a scope.
func (c *client) refreshAs(refresh, scope string) answer {
	c.t.Helper()
	return c.post(token, url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c.id}, "refresh_token": {refresh}, "scope": {scope},
	})
}

func TestTheAnswerNamesScopesAsTheyWereAskedFor(t *testing.T) {
	for _, test := range []struct {
		name, app, scope string
		said, holds      string
	}{
		{"a long name", mailApp, mailSend + " offline_access openid profile", mailSend, "SMTP.Send"},
		{"the other root", mailApp, "https://outlook.office365.com/SMTP.Send", "https://outlook.office365.com/SMTP.Send", "SMTP.Send"},
		{"any case", mailApp, "https://outlook.office.com/smtp.send", mailSend, "SMTP.Send"},
		{".default of a resource that is requested", mailApp, "https://outlook.office.com/.default offline_access", mailSend + " https://outlook.office.com/.default", "SMTP.Send"},
		{".default with two slashes", mailApp, "https://outlook.office.com//.default", mailSend + " https://outlook.office.com//.default", "SMTP.Send"},
		{".default by the application's id", mailApp, "00000002-0000-0ff1-ce00-000000000000/.default", "00000002-0000-0ff1-ce00-000000000000/SMTP.Send 00000002-0000-0ff1-ce00-000000000000/.default", "SMTP.Send"},
		{"a short name of Graph", graphApp, "User.Read offline_access", "User.Read profile openid email", "User.Read openid profile email"},
		{"a long name of Graph", graphApp, "https://graph.microsoft.com/User.Read", "email openid profile https://graph.microsoft.com/User.Read", "User.Read openid profile email"},
		{".default of Graph", graphApp, "https://graph.microsoft.com/.default", "email openid profile https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default", "User.Read openid profile email"},
		{"OpenID's words only", bareApp, "openid offline_access", "profile openid email", "openid profile email"},
		{"an API of somebody's own", bareApp, "api://scans/Scan.Read", "api://scans/Scan.Read", "Scan.Read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := scoped(t)
			c.id = test.app
			a := c.device("alice@contoso.com", test.scope)
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Equal(t, test.said, a.text("scope"))
			require.Equal(t, test.holds, claimsOf(t, c, a.text("access_token"))["scp"])
			if refresh := a.text("refresh_token"); refresh != "" {
				again := c.refreshAs(refresh, test.scope)
				require.Equal(t, test.said, again.text("scope"), again.body)
				require.Equal(t, test.said, c.refreshAs(refresh, "").text("scope"), "as at first")
			}
		})
	}
}

// What was consented to comes along, whoever consented (docs/reference/entra.md E2); .default is that alone (E3).
func TestATokenHoldsWhatWasConsentedTo(t *testing.T) {
	c := scoped(t)
	c.id = bareApp
	a := c.device("alice@contoso.com", mailSend+" offline_access")
	require.Equal(t, "SMTP.Send", claimsOf(t, c, a.text("access_token"))["scp"])
	require.NoError(t, c.entra.GrantConsent("contoso.com", bareApp, mailRead, "User.Read"))
	again := c.refreshAs(a.text("refresh_token"), mailSend)
	require.Equal(t, "SMTP.Send IMAP.AccessAsUser.All", claimsOf(t, c, again.text("access_token"))["scp"])
	require.Equal(t, mailSend+" "+mailRead, again.text("scope"))
	again = c.refreshAs(a.text("refresh_token"), "https://outlook.office.com/.default")
	require.Equal(t, "IMAP.AccessAsUser.All SMTP.Send", claimsOf(t, c, again.text("access_token"))["scp"])
	again = c.refreshAs(a.text("refresh_token"), "https://graph.microsoft.com/.default")
	require.Contains(t, again.text("scope"), "https://graph.microsoft.com/User.Read")
	requireAADSTS(t, c.refreshAs(a.text("refresh_token"), "Mail.Send"), 65001, "invalid_grant")
	requireAADSTS(t, c.refreshAs(a.text("refresh_token"), "api://scans/.default"), 65001, "invalid_grant")

	require.NoError(t, c.entra.WithdrawConsent("contoso.com", bareApp))
	again = c.refreshAs(a.text("refresh_token"), "https://outlook.office.com/.default")
	requireAADSTS(t, again, 65001, "invalid_grant")

	// with a personal account nothing comes along
	c.tenant = "consumers"
	a = c.device("bob@outlook.com", mailSend+" "+mailRead+" offline_access")
	again = c.refreshAs(a.text("refresh_token"), mailSend)
	require.Equal(t, mailSend, again.text("scope"))
	claims, ok := c.entra.Opaque(again.text("access_token"))
	require.True(t, ok)
	require.Equal(t, []string{"SMTP.Send"}, claims.Scopes)
	again = c.refreshAs(a.text("refresh_token"), "https://outlook.office.com/EWS.AccessAsUser.All")
	requireAADSTS(t, again, 70000, "invalid_grant")
}

// .default of a resource that the registration does not name is refused on the page, and the device waits.
func TestDefaultOfWhatWasNotRequested(t *testing.T) {
	c := scoped(t)
	for _, test := range []struct {
		app, scope, text string
		code             int
	}{
		{
			graphApp, "https://outlook.office.com/.default", "Client app ID: " + graphApp + "(Requests a profile). Resource value from request: https://outlook.office.com. " +
				"Resource app ID: 00000002-0000-0ff1-ce00-000000000000. List of valid resources from app registration: 00000003-0000-0000-c000-000000000000.", 650057,
		},
		{bareApp, "https://outlook.office.com/.default", "List of valid resources from app registration: .", 650057},
		{bareApp, "https://graph.microsoft.com/.default", "any permissions for 'Microsoft Graph' in the requested permissions", 650056},
	} {
		c.id = test.app
		a := c.begin(test.scope)
		p := c.person().typePassword(a.text("user_code"), "alice@contoso.com").press("Continue")
		require.Contains(t, p.text(), test.text)
		requireAADSTS(t, c.poll(a.text("device_code")), 70016, "authorization_pending")
		err := c.entra.Approve(a.text("user_code"), "alice@contoso.com")
		require.Equal(t, test.code, fakeentra.AADSTS(err))

		location, err := c.entra.Authorize(authority+"/organizations/oauth2/v2.0/authorize?"+url.Values{
			"client_id": {c.id}, "response_type": {"code"}, "redirect_uri": {"http://localhost:1"}, "scope": {test.scope},
		}.Encode(), "alice@contoso.com")
		require.NoError(t, err)
		require.Equal(t, "invalid_client", parameters(t, location).Get("error"))
		require.Contains(t, parameters(t, location).Get("error_description"), test.text)

		require.NoError(t, c.entra.GrantConsent("contoso.com", c.id, "User.Read", mailSend))
		given := c.device("alice@contoso.com", test.scope)
		require.Equal(t, http.StatusOK, given.status, "what was consented to needs no registration")
		require.NoError(t, c.entra.WithdrawConsent("contoso.com", c.id))
	}
}

func TestTheConsentPageListsWhatIsAskedFor(t *testing.T) {
	for _, test := range []struct {
		name, app, scope string
		shown            []string
		recorded         string
	}{
		{
			"two resources", bareApp, mailSend + " User.Read",
			[]string{"Send emails from mailboxes using SMTP AUTH", "Sign you in and read your profile"},
			"https://graph.microsoft.com/User.Read " + mailSend,
		},
		{
			".default asks for all that is registered", serverApp, "https://outlook.office.com/.default",
			[]string{"Send emails from mailboxes using SMTP AUTH", "Read your scans"},
			mailSend + " https://scans.example/Scan.Read",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := scoped(t)
			c.id = test.app
			a := c.begin(test.scope)
			p := c.person().typePassword(a.text("user_code"), "alice@contoso.com").press("Continue")
			require.Equal(t, "Permissions requested", p.heading())
			require.Equal(t, test.shown, p.listed())
			p.press("Accept")
			consents := c.entra.Consents("contoso.com")
			require.Len(t, consents, 1)
			require.Equal(t, "alice@contoso.com", consents[0].User)
			require.Equal(t, test.recorded, strings.Join(consents[0].Scopes, " "))
			require.Equal(t, http.StatusOK, c.poll(a.text("device_code")).status)
		})
	}
	c := scoped(t)
	c.id = bareApp
	a := c.begin("api://scans/Scan.Delete")
	err := c.entra.Approve(a.text("user_code"), "alice@contoso.com")
	require.Equal(t, 90094, fakeentra.AADSTS(err), "an administrator's permission")
	require.NoError(t, c.entra.Approve(a.text("user_code"), "admin@contoso.com"))
}

// The address that makers' support pages give (docs/reference/entra.md E14).
func TestAnAdministratorConsentsByTheAddressAlone(t *testing.T) {
	c := scoped(t)
	tenant, _ := c.entra.Tenant("contoso.com")
	address := func(app string) string { return authority + "/contoso.com/adminconsent?client_id=" + app }
	p := c.person().open(address(serverApp)).press("Next", "loginfmt", "admin@contoso.com")
	p.press("Sign In", "passwd", p.password("admin@contoso.com"))
	require.Equal(t, "Permissions requested", p.heading())
	require.Equal(t, []string{
		"Send emails from mailboxes using SMTP AUTH",
		"Read your scans",
		"Send mail as any user via SMTP AUTH",
	}, p.listed())
	p.press("Accept")
	require.Equal(t, "http://localhost?admin_consent=True&tenant="+tenant.ID, p.location())
	consents := c.entra.Consents("contoso.com")
	require.Len(t, consents, 1)
	require.Empty(t, consents[0].User, "for the whole organization")
	require.Equal(t, []string{mailSend, "https://scans.example/Scan.Read"}, consents[0].Scopes)
	own := c.post("/oauth2/v2.0/token", url.Values{})
	require.Equal(t, http.StatusBadRequest, own.status)
	c.tenant, c.id = "contoso.com", serverApp
	own = c.post(token, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {serverApp}, "client_secret": {"right~secret"}, "scope": {"https://outlook.office365.com/.default"},
	})
	require.Equal(t, []any{"SMTP.SendAsApp"}, claimsOf(t, c, own.text("access_token"))["roles"], own.body)

	location, err := c.entra.AdminConsent(address(mailApp), "admin@contoso.com")
	require.NoError(t, err)
	require.Equal(t, "http://localhost?admin_consent=True&tenant="+tenant.ID, location)
	require.Len(t, c.entra.Consents("contoso.com"), 2)
	_, err = c.entra.AdminConsent(address(mailApp), "alice@contoso.com")
	require.Equal(t, 90093, fakeentra.AADSTS(err))
	_, err = c.entra.AdminConsent(address(fakeentra.ClientID), "admin@contoso.com")
	require.Equal(t, 500113, fakeentra.AADSTS(err))
	location, err = c.entra.AdminConsent(address(bareApp), "admin@contoso.com")
	require.NoError(t, err)
	require.Contains(t, location, "AADSTS650056", "it requests nothing")
}

// Whatever address a request names: none is registered (docs/reference/entra.md E6).
func TestAnApplicationWithoutAReplyAddress(t *testing.T) {
	c := scoped(t)
	for _, redirect := range []string{"", "&redirect_uri=http%3A%2F%2Flocalhost%3A8400"} {
		for _, path := range []string{
			"/organizations/oauth2/v2.0/authorize?response_type=code&scope=openid",
			"/organizations/adminconsent?x=1",
			"/organizations/v2.0/adminconsent?scope=openid",
		} {
			a := c.do(http.MethodGet, authority+path+"&client_id="+fakeentra.ClientID+redirect, "", "")
			require.Equal(t, http.StatusBadRequest, a.status)
			require.Contains(t, a.body, "AADSTS500113: No reply address is registered for the application.")
		}
	}
	require.Equal(t, http.StatusOK, c.signIn("alice@contoso.com").status, "a device needs none")
}

// Two resources in one scope (docs/reference/entra.md E17, docs/reference/entra.md §3.1).
func TestTwoResourcesInOneScope(t *testing.T) {
	c := scoped(t)
	c.id = bareApp
	both := mailSend + " https://graph.microsoft.com/Mail.Read offline_access"
	a := c.device("alice@contoso.com", both)
	require.Equal(t, mailSend, a.text("scope"), "the token is for the first")
	requireAADSTS(t, c.refreshAs(a.text("refresh_token"), both), 28000, "invalid_request")
	second := c.refreshAs(a.text("refresh_token"), "Mail.Read")
	require.Equal(t, "Mail.Read profile openid email", second.text("scope"), "consent was given to it as well")

	incompatible := "AADSTS70011: The provided value for the input parameter 'scope' is not valid. " +
		"One or more scopes in '" + both + "' are not compatible with each other."
	c.tenant = "common"
	code := c.begin(both)
	p := c.person().typePassword(code.text("user_code"), "bob@outlook.com").press("Continue")
	require.Contains(t, p.text(), incompatible, "who signs in is known on the page")
	require.Equal(t, 70011, fakeentra.AADSTS(c.entra.Approve(code.text("user_code"), "bob@outlook.com")))
	a = c.device("bob@outlook.com", mailSend+" offline_access")
	again := c.refreshAs(a.text("refresh_token"), both)
	requireAADSTS(t, again, 70011, "invalid_scope")
	require.Contains(t, again.text("error_description"), incompatible)
	c.tenant = "consumers"
	refused := c.begin(both)
	requireAADSTS(t, refused, 70011, "invalid_scope")
	require.Contains(t, refused.text("error_description"), incompatible)
}

func TestDefaultBesideNamesIsRefused(t *testing.T) {
	c := scoped(t)
	for _, scope := range []string{
		"https://outlook.office.com/.default " + mailSend, mailSend + " https://graph.microsoft.com/.default", "https://outlook.office.com/.default User.Read",
	} {
		a := c.begin(scope)
		requireAADSTS(t, a, 70011, "invalid_scope")
		require.Contains(t, a.text("error_description"), "The scope "+scope+" is not valid. "+
			".default scope can't be combined with resource-specific scopes.")
	}
	a := c.begin("https://outlook.office.com/.default https://graph.microsoft.com/.default")
	requireAADSTS(t, a, 70011, "invalid_scope")
}

// That a table lacks a name is no error of the client's: the refusal is the fake's own, until somebody adds it.
func TestWhatNoTableHasIsRefusedAsOurs(t *testing.T) {
	c := scoped(t)
	for scope, want := range map[string]string{
		"https://outlook.office.com/SMTP.Fly":       "mfpsim does not know the permission 'SMTP.Fly' of Office 365 Exchange Online",
		"Sites.Manage.All":                          "mfpsim does not know the permission 'Sites.Manage.All' of Microsoft Graph",
		"https://management.azure.com/.default":     "mfpsim does not know the resource 'https://management.azure.com'",
		"https://contoso.sharepoint.com/Sites.Read": "mfpsim does not know the resource 'https://contoso.sharepoint.com'",
	} {
		a := c.begin(scope)
		require.Equal(t, http.StatusBadRequest, a.status)
		require.Empty(t, a.json["error_codes"], a.body)
		require.Contains(t, a.text("error_description"), want)
		require.NotContains(t, a.body, "error_uri")
		page := c.do(http.MethodGet, authority+"/organizations/oauth2/v2.0/authorize?"+url.Values{
			"client_id": {bareApp}, "response_type": {"code"}, "redirect_uri": {"http://localhost:1"}, "scope": {scope},
		}.Encode(), "", "")
		require.Contains(t, page.header.Get("Location"), "mfpsim+does+not+know")
	}
	requireAADSTS(t, c.begin("https://scans.example/Scan.Fly"), 650053, "invalid_scope")
	requireAADSTS(t, c.begin("https://nobody.example/.default"), 500011, "invalid_resource")

	require.NoError(t, c.entra.AddResource(fakeentra.Resource{
		Name: "Microsoft Graph", Scopes: []fakeentra.Permission{{Name: "Sites.Manage.All", Text: "Create, edit, and delete items and lists"}},
	}))
	given := c.device("alice@contoso.com", "Sites.Manage.All")
	require.Equal(t, "Sites.Manage.All profile openid email", given.text("scope"), given.body)
	require.NoError(t, c.entra.AddResource(fakeentra.Resource{
		Name: "Azure Resource Manager", ID: "797f4846-ba00-4fd7-ba43-dac1f8f63013", Roots: []string{"https://management.azure.com/"},
		Scopes: []fakeentra.Permission{{Name: "user_impersonation"}},
	}))
	a := c.device("alice@contoso.com", "https://management.azure.com//user_impersonation")
	require.Equal(t, "https://management.azure.com/user_impersonation", a.text("scope"), a.body)
	for _, wrong := range []fakeentra.Resource{
		{Name: "No id", Roots: []string{"api://x"}},
		{Name: "No root", ID: "10000000-0000-4000-8000-000000000099"},
		{Name: "Another's root", ID: "10000000-0000-4000-8000-000000000099", Roots: []string{"https://graph.microsoft.com"}},
		{Name: "A bad name", ID: "10000000-0000-4000-8000-000000000099", Roots: []string{"api://x"}, Scopes: []fakeentra.Permission{{Name: "a b"}}},
	} {
		require.Error(t, c.entra.AddResource(wrong), wrong.Name)
	}
	require.ErrorContains(t, c.entra.GrantConsent("contoso.com", bareApp, "SMTP.Fly"), "it has: User.Read")
	wrong := func(a *fakeentra.Application) { a.RequestedScopes = []string{"SMTP.Fly"} }
	require.ErrorContains(t, c.entra.ChangeApplication(bareApp, wrong), "no delegated permission")
}
