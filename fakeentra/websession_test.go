package fakeentra_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/fakeentra/internal/grants"
)

// browse signs somebody in and returns the browser, whose session goes on.
func (c *client) browse(principal string) *person {
	c.t.Helper()
	p := c.person().open(c.address()).press("Next", "loginfmt", principal)
	p.press("Sign In", "passwd", p.password(principal))
	if p.heading() == "Permissions requested" {
		p.press("Accept")
	}
	require.Equal(c.t, http.StatusFound, p.status)
	return p
}

func (p *person) location() string { return p.response.Header.Get("Location") }

func TestABrowserRemembersWhoSignedIn(t *testing.T) {
	c := web(t)
	p := c.browse("alice@contoso.com")
	first := parameters(t, p.location())
	again := parameters(t, p.open(c.address()).location())
	require.NotEmpty(t, again.Get("code"), "without a page")
	require.NotEqual(t, first.Get("code"), again.Get("code"))
	require.Equal(t, first.Get("session_state"), again.Get("session_state"))
	require.NotEmpty(t, parameters(t, p.open(c.address("prompt", "none")).location()).Get("code"))
	require.NotEmpty(
		t, parameters(t, p.open(c.address("prompt", "none", "login_hint", "alice@contoso.com")).location()).Get("code"),
	)
	require.Equal(
		t, "login_required",
		parameters(t, p.open(c.address("prompt", "none", "login_hint", "admin@contoso.com")).location()).Get("error"),
	)

	require.Equal(t, "Sign in", p.open(c.address("prompt", "login")).heading())
	require.Equal(t, "Permissions requested", p.open(c.address("prompt", "consent")).heading())
	p.press("Cancel")
	declined := parameters(t, p.location())
	require.Equal(t, "consent_required", declined.Get("error"))
	require.Contains(t, declined.Get("error_description"), "AADSTS65004: User declined to consent to access the app.")

	require.Equal(t, "Pick an account", p.open(c.address("prompt", "select_account")).heading())
	p.press("alice@contoso.com")
	require.NotEmpty(t, parameters(t, p.location()).Get("code"))
	p.open(
		c.address("prompt", "select_account"),
	).press(
		"Use another account",
	).press(
		"Next", "loginfmt", "admin@contoso.com",
	)
	p.press("Sign In", "passwd", p.password("admin@contoso.com")).press("Accept")
	require.Equal(
		t, "login_required", parameters(t, p.open(c.address("prompt", "none")).location()).Get("error"),
		"which of the two?",
	)

	require.Equal(
		t, "login_required", parameters(t, c.person().open(c.address("prompt", "none")).location()).Get("error"),
		"another browser",
	)
	require.NoError(t, c.entra.WithdrawConsent("contoso.com", c.id))
	refused := parameters(t, p.open(c.address("prompt", "none", "login_hint", "alice@contoso.com")).location())
	require.Equal(t, "consent_required", refused.Get("error"))
	require.Contains(t, refused.Get("error_description"), "AADSTS65001")
	require.NoError(t, c.entra.Revoke("alice@contoso.com"))
	require.Equal(
		t, "login_required",
		parameters(t, p.open(c.address("prompt", "none", "login_hint", "alice@contoso.com")).location()).Get("error"),
	)
}

func TestAHintFillsInTheAccount(t *testing.T) {
	c := web(t)
	require.Equal(t, "Enter password", c.person().open(c.address("login_hint", "alice@contoso.com")).heading())
	require.Equal(t, "Sign in", c.person().open(c.address("login_hint", "nobody@nowhere.example")).heading())
}

func TestABlockOnThePageSendsNothingBack(t *testing.T) {
	c := web(t)
	_, err := c.entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block"})
	require.NoError(t, err)
	p := c.person().open(c.address("login_hint", "alice@contoso.com"))
	p.press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Equal(t, "You cannot access this right now", p.heading())
	_, err = c.entra.Authorize(c.address(), "alice@contoso.com")
	var refusal *fakeentra.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, 53003, refusal.AADSTS)
}

func TestTheLinkOfNeedAdminApprovalIsBare(t *testing.T) {
	c := web(t)
	_, err := c.entra.Set("contoso.com", "User consent", "none")
	require.NoError(t, err)
	p := c.person().open(c.address("login_hint", "alice@contoso.com"))
	p.press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Equal(t, "Need admin approval", p.heading())
	p.press("Return to the application without granting consent")
	require.Equal(t, loopback+"?error=access_denied&error_subcode=cancel&state=a+b%26c%3d%2541", p.location())
}

func TestLogoutEndsTheBrowsersSessionAndNoToken(t *testing.T) {
	for _, path := range []string{"/oauth2/v2.0/logout", "/oauth2/logout"} {
		c := web(t)
		p := c.browse("alice@contoso.com")
		a := c.redeem(parameters(t, p.location()).Get("code"))
		p.open(authority + "/common" + path)
		require.Equal(t, "You signed out of your account", p.heading())
		require.Equal(t, "login_required", parameters(t, p.open(c.address("prompt", "none")).location()).Get("error"))
		require.Equal(t, http.StatusOK, c.refresh(a.text("refresh_token")).status)
		p.open(authority + "/common" + path + "?post_logout_redirect_uri=" + url.QueryEscape(webPage) + "&state=x")
		require.Equal(t, webPage+"?state=x", p.location())
		require.Equal(
			t, http.StatusOK,
			p.open(authority+"/common"+path+"?post_logout_redirect_uri=https%3A%2F%2Felsewhere.example").status,
			"nobody registered it",
		)
	}
}

func TestAdminConsent(t *testing.T) {
	c := web(t)
	address := func(path string) string {
		return authority + "/organizations" + path + "?" + url.Values{
			"client_id": {webApp}, "redirect_uri": {webPage}, "state": {"s"}, "scope": {"https://outlook.office.com/SMTP.Send"},
		}.Encode()
	}
	signIn := func(path, principal string) *person {
		p := c.person().open(address(path)).press("Next", "loginfmt", principal)
		return p.press("Sign In", "passwd", p.password(principal))
	}
	p := signIn("/v2.0/adminconsent", "admin@contoso.com")
	require.Equal(t, "Permissions requested", p.heading())
	p.press("Cancel")
	values := parameters(t, p.location())
	require.Equal(t, "True", values.Get("admin_consent"))
	require.Equal(t, "consent_required", values.Get("error"))
	require.Contains(t, p.location(), "error_description=AADSTS65004%3a+The+resource+owner+or+authorization+server+denied+the+request.%0d%0aTrace+ID%3a+")
	require.Empty(t, c.entra.Consents("contoso.com"))

	p = signIn("/v2.0/adminconsent", "alice@contoso.com")
	require.Contains(t, p.text(), "AADSTS90093")

	for _, path := range []string{"/v2.0/adminconsent", "/adminconsent"} {
		p = signIn(path, "admin@contoso.com").press("Accept")
		tenant, _ := c.entra.Tenant("contoso.com")
		require.Equal(
			t,
			webPage+"?admin_consent=True&tenant="+tenant.ID+
				"&scope=https%3a%2f%2foutlook.office.com%2fSMTP.Send&state=s",
			p.location(),
		)
		require.Len(t, c.entra.Consents("contoso.com"), 1)
		require.Empty(t, c.entra.Consents("contoso.com")[0].User, "for the whole organization")
	}
	for _, alias := range []string{"consumers", "common"} { // the dump has a number for this very endpoint
		at := strings.Replace(address("/v2.0/adminconsent"), "organizations", alias, 1)
		require.Contains(
			t, c.do(http.MethodGet, at, "", "").body,
			"AADSTS9002328: Invalid request. Cannot use /common or /consumers on admin-consent.",
		)
	}
}

func TestApplicationsInTheirOwnName(t *testing.T) {
	c := web(t)
	c.id, c.tenant = webApp, "contoso.com"
	ask := func(changes ...string) answer {
		form := url.Values{
			"grant_type": {"client_credentials"}, "client_id": {webApp}, "client_secret": {"right~secret"},
			"scope": {"https://outlook.office365.com/.default"},
		}
		for i := 0; i+1 < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		return c.post(token, form)
	}
	requireAADSTS(t, ask(), 700016, "unauthorized_client")
	const role = "https://outlook.office365.com/SMTP.SendAsApp"
	require.Error(t, c.entra.GrantApplicationRoles("contoso.com", webApp, "https://outlook.office365.com/SMTP.Fly"))
	require.Error(t, c.entra.GrantApplicationRoles("contoso.com", "11111111-1111-1111-1111-111111111111"))
	require.NoError(t, c.entra.GrantApplicationRoles("contoso.com", webApp))
	require.NotContains(t, verified(t, c.entra, ask().text("access_token")), "roles", "known, but nothing is granted")
	require.NoError(t, c.entra.GrantApplicationRoles("contoso.com", webApp, role))
	a := ask()
	require.Equal(t, []string{"token_type", "expires_in", "ext_expires_in", "access_token"}, keysOf(t, a.body))
	claims := verified(t, c.entra, a.text("access_token"))
	require.Equal(t, []any{"SMTP.SendAsApp"}, claims["roles"])
	require.Equal(t, "app", claims["idtyp"])
	require.Equal(t, "https://outlook.office365.com", claims["aud"])
	require.NotContains(t, claims, "scp")

	requireAADSTS(t, ask("client_secret", "wrong"), 7000215, "invalid_client")
	requireAADSTS(t, ask("client_secret", ""), 7000218, "invalid_client")
	requireAADSTS(t, ask("client_secret", "old~secret"), 7000222, "invalid_client")
	requireAADSTS(t, ask("scope", "https://outlook.office365.com/SMTP.SendAsApp"), 1002012, "invalid_scope")
	requireAADSTS(t, ask("scope", "https://nobody.example/.default"), 500011, "invalid_resource")
	requireAADSTS(t, ask("client_id", fakeentra.ClientID), 700025, "invalid_client")
	for tenant, code := range map[string]int{"common": 9001023, "consumers": 9001023, "organizations": 50059} {
		c.tenant = tenant
		requireAADSTS(t, ask("client_secret", "wrong"), code, "invalid_request")
	}
}

// embeddedKey is one of the well-known keys, which stands for a client's here.
func embeddedKey(t *testing.T, number string) *rsa.PrivateKey {
	t.Helper()
	der, err := os.ReadFile("internal/signing/keys/insecure-test-key-" + number + ".der")
	require.NoError(t, err)
	key, err := x509.ParsePKCS1PrivateKey(der)
	require.NoError(t, err)
	return key
}

func TestASignedAssertionInPlaceOfASecret(t *testing.T) {
	c := web(t)
	c.tenant = "contoso.com"
	key, stranger := embeddedKey(t, "2"), embeddedKey(t, "3")
	require.NoError(
		t,
		c.entra.ChangeApplication(
			webApp, func(a *fakeentra.Application) { a.Keys = []jose.JSONWebKey{{Key: &key.PublicKey}} },
		),
	)
	require.NoError(t, c.entra.GrantApplicationRoles("contoso.com", webApp))
	present := func(change func(*jwt.Claims), with *rsa.PrivateKey) answer {
		claims := jwt.Claims{
			Issuer: webApp, Subject: webApp, Audience: jwt.Audience{authority + "/contoso.com" + token}, ID: "1",
			Expiry: jwt.NewNumericDate(start.Add(time.Minute)), NotBefore: jwt.NewNumericDate(start),
		}
		change(&claims)
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: with}, nil)
		require.NoError(t, err)
		text, err := jwt.Signed(signer).Claims(claims).Serialize()
		require.NoError(t, err)
		return c.post(token, url.Values{
			"grant_type": {"client_credentials"}, "client_id": {webApp}, "scope": {"https://outlook.office365.com/.default"},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {text},
		})
	}
	good := present(func(*jwt.Claims) {}, key)
	require.Equal(t, "2", verified(t, c.entra, good.text("access_token"))["appidacr"])
	requireAADSTS(t, present(func(*jwt.Claims) {}, stranger), 700027, "invalid_client")
	requireAADSTS(t, present(func(c *jwt.Claims) { c.Issuer = spaApp }, key), 700021, "invalid_client")
	requireAADSTS(
		t, present(func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://elsewhere.example"} }, key), 700023,
		"invalid_client",
	)
	requireAADSTS(
		t, present(func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(start) }, key), 700024, "invalid_client",
	)
	requireAADSTS(t, c.post(token, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {webApp}, "scope": {"https://outlook.office365.com/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {"x.y.z"},
	}), 50027, "invalid_request")
}

func TestClientsThatUnderstandClaimsChallengesGetLongTokens(t *testing.T) {
	c := web(t)
	const capable = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`
	a := c.redeem(c.code("alice@contoso.com"), "claims", capable)
	seconds := a.json["expires_in"].(float64)
	require.GreaterOrEqual(t, seconds, float64(20*3600))
	require.LessOrEqual(t, seconds, float64(28*3600))
	require.Equal(t, []any{"cp1"}, verified(t, c.entra, a.text("access_token"))["xms_cc"])
	a = c.redeem(c.code("alice@contoso.com", "claims", capable))
	require.GreaterOrEqual(t, a.json["expires_in"].(float64), float64(20*3600), "said at the sign-in")
	a = c.redeem(c.code("alice@contoso.com"), "claims", `{"access_token":{}}`)
	require.Less(t, a.json["expires_in"].(float64), float64(5400))
}

func TestPasswordsAtTheTokenEndpoint(t *testing.T) {
	c := web(t)
	alice, _ := c.entra.User("alice@contoso.com")
	ask := func(name, password string) answer {
		return c.post(
			token,
			url.Values{
				"grant_type": {"password"}, "client_id": {c.id}, "scope": {fakeentra.Scope}, "username": {name},
				"password": {password},
			},
		)
	}
	requireAADSTS(t, ask("alice@contoso.com", alice.Password.Reveal()), 65001, "invalid_grant")
	require.NoError(
		t,
		c.entra.GrantConsent(
			"contoso.com", c.id, "https://outlook.office.com/SMTP.Send", "openid", "profile", "offline_access",
		),
	)
	require.Equal(t, http.StatusOK, ask("alice@contoso.com", alice.Password.Reveal()).status)
	requireAADSTS(t, ask("alice@contoso.com", "wrong"), 50126, "invalid_grant")
	requireAADSTS(t, ask("nobody@contoso.com", "wrong"), 50034, "invalid_grant")
	require.NoError(t, c.entra.SetMFA("alice@contoso.com", true))
	requireAADSTS(t, ask("alice@contoso.com", alice.Password.Reveal()), 50076, "invalid_grant")
	c.tenant = "common"
	requireAADSTS(t, ask("alice@contoso.com", "wrong"), 9001023, "invalid_request")
}

func TestTheOlderEndpoints(t *testing.T) {
	c := web(t)
	const resource = "https://outlook.office.com"
	requireAADSTS(t, c.post("/oauth2/devicecode", url.Values{"client_id": {c.id}}), 900144, "invalid_request")
	requireAADSTS(
		t, c.post("/oauth2/devicecode", url.Values{"client_id": {c.id}, "resource": {"https://nobody.example"}}),
		500011, "invalid_resource",
	)
	ask := func() answer {
		return c.post("/oauth2/devicecode", url.Values{"client_id": {c.id}, "resource": {resource}})
	}
	poll := func(code string) answer {
		return c.post(
			"/oauth2/token",
			url.Values{"grant_type": {"device_code"}, "client_id": {c.id}, "resource": {resource}, "code": {code}},
		)
	}
	a := ask()
	require.Equal(
		t, []string{"user_code", "device_code", "verification_url", "expires_in", "interval", "message"},
		keysOf(t, strings.ReplaceAll(a.body, "https:", "")),
	)
	require.Equal(t, "900", a.text("expires_in"))
	requireAADSTS(t, poll(a.text("device_code")), 70016, "authorization_pending")
	require.NoError(t, c.entra.Approve(a.text("user_code"), "alice@contoso.com"))
	tokens := poll(a.text("device_code"))
	require.Equal(t, []string{
		"token_type", "scope", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
		"refresh_token", "id_token",
	}, keysOf(t, strings.ReplaceAll(tokens.body, "https:", "")))
	require.Equal(t, "SMTP.Send", tokens.text("scope"))
	require.Equal(t, resource, tokens.text("resource"))
	id := verified(t, c.entra, tokens.text("id_token"))
	require.Equal(t, "1.0", id["ver"])
	require.Contains(t, id["iss"], "https://sts.windows.net/")

	refresh := func() answer {
		return c.post(
			"/oauth2/token",
			url.Values{
				"grant_type": {"refresh_token"}, "client_id": {c.id}, "resource": {resource},
				"refresh_token": {tokens.text("refresh_token")},
			},
		)
	}
	require.Equal(t, http.StatusOK, refresh().status)
	_, err := c.entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block"})
	require.NoError(t, err)
	requireAADSTS(t, refresh(), 53003, "interaction_required")
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 53003, "invalid_grant")
	a = ask()
	c.advance(15 * time.Minute)
	requireAADSTS(t, poll(a.text("device_code")), 70020, "code_expired")

	_, err = change(c.entra, "Block", "state=off")
	require.NoError(t, err)
	location, err := c.entra.Authorize(
		strings.Replace(c.address("scope", "", "resource", resource), authorize, "/oauth2/authorize", 1),
		"alice@contoso.com",
	)
	require.NoError(t, err)
	a = c.post("/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {c.id}, "code": {parameters(t, location).Get("code")}, "redirect_uri": {loopback},
		"code_verifier": {verifier},
	})
	require.Equal(t, resource, a.text("resource"), a.body)
}

func TestTheSameRequestTooOftenIsALoop(t *testing.T) {
	c := newClient(t, fakeentra.Config{Start: start, LoopLimit: 15})
	_, device := c.ask()
	for range 14 {
		require.Equal(t, "authorization_pending", c.poll(device).text("error"))
		c.advance(5 * time.Second)
	}
	requireAADSTS(t, c.poll(device), 50196, "invalid_grant")
	c.advance(5 * time.Minute)
	require.Equal(t, "authorization_pending", c.poll(device).text("error"))
}

func TestABrowserThatIsSentBackAndForthIsALoop(t *testing.T) {
	c := newClient(t, fakeentra.Config{Start: start, LoopLimit: 15})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ask := func() url.Values {
		a := c.do(http.MethodGet, c.address("redirect_uri", "http://localhost", "prompt", "none"), "", "")
		return parameters(t, a.header.Get("Location"))
	}
	for range 14 {
		require.Equal(t, "login_required", ask().Get("error"))
	}
	require.Contains(t, ask().Get("error_description"), "AADSTS50196")
}

func TestEveryAdvertisedEndpointAnswers(t *testing.T) {
	c := web(t)
	tenant, _ := c.entra.Tenant("contoso.com")
	for _, alias := range []string{"common", "organizations", "consumers", "contoso.com", tenant.ID} {
		for _, document := range []string{
			"/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration",
		} {
			found := 0
			for name, value := range c.do(http.MethodGet, authority+"/"+alias+document, "", "").json {
				address, isText := value.(string)
				// names, no endpoints of Entra
				if !isText || !strings.HasPrefix(address, "https://") || name == "issuer" || name == "rbac_url" {
					continue
				}
				found++
				u, err := url.Parse(address)
				require.NoError(t, err)
				method := http.MethodGet
				if name == "token_endpoint" || name == "device_authorization_endpoint" || name == "kerberos_endpoint" {
					method = http.MethodPost
				}
				a := c.do(method, u.String(), formType, "")
				require.NotEqual(t, http.StatusNotFound, a.status, "%s: %s", name, address)
				require.Less(t, a.status, 500, name)
				require.NotEmpty(t, a.body, name)
				require.NotContains(t, a.body, "not_simulated", name)
			}
			require.GreaterOrEqual(t, found, 5)
		}
	}
	advertised := map[string]bool{}
	configuration := c.do(http.MethodGet, authority+"/common/v2.0/.well-known/openid-configuration", "", "")
	for _, e := range endpoints.All() {
		if e.Advertised != "" {
			advertised[e.Advertised] = true
			require.Contains(t, configuration.json, e.Advertised)
		}
	}
	require.Len(t, advertised, 7)
	for _, grant := range grants.Grants() {
		a := c.post(token, url.Values{"grant_type": {grant}, "client_id": {c.id}})
		require.NotEqual(t, "unsupported_grant_type", a.text("error"), grant)
	}
	for _, grant := range []string{
		"urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:token-exchange", "magic",
	} {
		requireAADSTS(
			t, c.post(token, url.Values{"grant_type": {grant}, "client_id": {c.id}}), 70003, "unsupported_grant_type",
		)
	}
	for _, path := range []string{
		"/common/oauth2/v2.0/revoke", "/common/oauth2/v2.0/introspect", "/common/oauth2/v2.0/register",
		"/.well-known/oauth-authorization-server",
	} {
		require.Equal(t, http.StatusNotFound, c.do(http.MethodPost, authority+path, "", "").status, path)
	}
}

func TestHeadAndOptions(t *testing.T) {
	c := web(t)
	head := c.do(http.MethodHead, authority+"/common/v2.0/.well-known/openid-configuration", "", "")
	get := c.do(http.MethodGet, authority+"/common/v2.0/.well-known/openid-configuration", "", "")
	require.Equal(t, http.StatusOK, head.status)
	require.Empty(t, head.body)
	require.Equal(t, get.header.Get("Content-Length"), head.header.Get("Content-Length"))
	preflight := c.do(http.MethodOptions, authority+"/common"+token, "", "", "Origin", "https://app.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	require.Equal(t, http.StatusNoContent, preflight.status)
	require.Equal(t, "*", preflight.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "POST, OPTIONS", preflight.header.Get("Access-Control-Allow-Methods"))
	require.Equal(t, "content-type", preflight.header.Get("Access-Control-Allow-Headers"))
	require.NotContains(
		t, c.do(http.MethodOptions, authority+"/common"+token, "", "").header, "Access-Control-Allow-Origin",
	)
	require.NotContains(t, c.post(token, url.Values{}).header, "Access-Control-Allow-Origin")
	require.Equal(
		t, "*", c.post(token, url.Values{}, "Origin", "https://app.example").header.Get("Access-Control-Allow-Origin"),
	)
}

func TestUserInfo(t *testing.T) {
	c := web(t)
	const address = "https://graph.microsoft.com/oidc/userinfo"
	a := c.do(http.MethodGet, address, "", "")
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.Contains(t, a.body, "InvalidAuthenticationToken")
	mail := c.redeem(c.code("alice@contoso.com"))
	require.Equal(
		t, http.StatusUnauthorized,
		c.do(http.MethodGet, address, "", "", "Authorization", "Bearer "+mail.text("access_token")).status,
		"for another resource",
	)
	tokens := c.redeem(
		c.code("alice@contoso.com", "scope", "openid profile email User.Read"), "scope", "openid profile User.Read",
	)
	a = c.do(http.MethodGet, address, "", "", "Authorization", "Bearer "+tokens.text("access_token"))
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "alice@contoso.com", a.text("email"))
}

func TestTheRealmOfAUser(t *testing.T) {
	c := web(t)
	realm := c.do(http.MethodGet, authority+"/common/UserRealm/alice%40contoso.com?api-version=1.0", "", "")
	require.Equal(t, "Managed", realm.text("account_type"))
	require.Equal(
		t,
		"Unknown",
		c.do(
			http.MethodGet, authority+"/common/UserRealm/x@nowhere.example?api-version=1.0", "", "",
		).text(
			"account_type",
		),
	)
	kind := func(name string) answer {
		body, err := json.Marshal(map[string]string{"username": name})
		require.NoError(t, err)
		return c.do(http.MethodPost, authority+"/common/GetCredentialType", "application/json", string(body))
	}
	require.Equal(t, float64(0), kind("alice@contoso.com").json["IfExistsResult"])
	require.Equal(t, float64(1), kind("nobody@contoso.com").json["IfExistsResult"])
	requireAADSTS(
		t, c.do(http.MethodPost, authority+"/common/GetCredentialType", "application/json", "{"), 90014,
		"invalid_request",
	)
}

func TestPersonalAccountsByABrowser(t *testing.T) {
	c := web(t)
	c.tenant = "consumers"
	code := c.code("bob@outlook.com")
	require.True(t, strings.HasPrefix(code, "M.C536_BAY.2.U."), code)
	a := c.redeem(code)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.True(t, strings.HasPrefix(a.text("access_token"), "EwB"))
	requireAADSTS(t, c.redeem("M.C536_BAY.2.U.invented"), 70000, "invalid_grant")
	c.tenant = "common"
	require.NotEmpty(t, c.code("alice@contoso.com"))
}
