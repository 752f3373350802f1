package fakeentra_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

const (
	authorize = "/oauth2/v2.0/authorize"
	webApp    = "7a3f0d52-93f5-4d0e-8a53-2f4f3c0a9b11"
	spaApp    = "0c5c2f62-6a0d-4c55-b7c0-64e1dbb0a7aa"
	verifier  = "a-verifier-of-sufficient-length-0123456789-abcdef"
	loopback  = "http://localhost:8400/done"
	webPage   = "https://app.example/auth"
)

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// web is a client with a browser, a server and a page with script beside the device's application.
func web(t *testing.T) *client {
	t.Helper()
	c := newClient(t, fakeentra.Config{
		Start: start, Seed: 7, Resources: []fakeentra.Resource{scans}, Applications: []fakeentra.Application{
			{
				ID: fakeentra.ClientID, Name: fakeentra.ApplicationName, PublicRedirectURIs: []string{"http://localhost/done", nativeRedirectURI},
				RequestedScopes: []string{"https://outlook.office.com/SMTP.Send"},
			},
			{
				ID: webApp, Name: "A server", WebRedirectURIs: []string{webPage}, IDTokens: true, AccessTokens: true,
				Secrets:         []fakeentra.ClientSecret{{Value: "right~secret"}, {Value: "old~secret", Expires: start}},
				RequestedScopes: []string{"https://outlook.office.com/SMTP.Send"},
			},
			{ID: spaApp, Name: "A page with script", SPARedirectURIs: []string{webPage}},
		},
	})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// address makes an authorization request; changes are pairs of name and value, an empty value takes the parameter out.
func (c *client) address(changes ...string) string {
	q := url.Values{
		"client_id": {c.id}, "response_type": {"code"}, "redirect_uri": {loopback}, "scope": {fakeentra.Scope},
		"state": {"a b&c=%41"}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		q.Del(changes[i])
		if changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	return authority + "/" + c.tenant + authorize + "?" + q.Encode()
}

// code goes through a sign-in and returns the code.
func (c *client) code(principal string, changes ...string) string {
	c.t.Helper()
	location, err := c.entra.Authorize(c.address(changes...), principal)
	require.NoError(c.t, err)
	code := parameters(c.t, location).Get("code")
	require.NotEmpty(c.t, code, location)
	return code
}

// parameters reads what a redirect carries, by query or by fragment.
func parameters(t *testing.T, location string) url.Values {
	t.Helper()
	u, err := url.Parse(location)
	require.NoError(t, err)
	text := u.RawQuery
	if u.Fragment != "" {
		text = u.EscapedFragment()
	}
	values, err := url.ParseQuery(text)
	require.NoError(t, err)
	return values
}

// redeem presents a code; changes are pairs as in address, "Origin" is a header.
func (c *client) redeem(code string, changes ...string) answer {
	c.t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {c.id}, "code": {code}, "redirect_uri": {loopback},
		"code_verifier": {verifier},
	}
	var header []string
	for i := 0; i+1 < len(changes); i += 2 {
		switch {
		case changes[i] == "Origin" || changes[i] == "Authorization":
			header = append(header, changes[i], changes[i+1])
		case changes[i+1] == "":
			form.Del(changes[i])
		default:
			form.Set(changes[i], changes[i+1])
		}
	}
	return c.post(token, form, header...)
}

func TestACodeIsRedeemed(t *testing.T) {
	c := web(t)
	p := c.person().open(c.address())
	require.Contains(t, p.text(), "to continue to "+fakeentra.ApplicationName)
	p.press("Next", "loginfmt", "alice@contoso.com").press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Equal(t, "Permissions requested", p.heading())
	p.press("Accept")
	require.Equal(t, http.StatusFound, p.status)
	location := p.response.Header.Get("Location")
	require.Regexp(t, `^http://localhost:8400/done\?code=1\.[-\w]+\.AgABBAIAAAD[-\w]+&state=a\+b%26c%3d%2541&session_state=[-0-9a-f]{36}$`, location)
	require.Equal(t, "a b&c=%41", parameters(t, location).Get("state"), "state comes back encoded once")

	code := parameters(t, location).Get("code")
	a := c.redeem(code)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(
		t, []string{"token_type", "scope", "expires_in", "ext_expires_in", "access_token", "refresh_token", "id_token"},
		keysOf(t, a.body),
	)
	requireAADSTS(t, c.redeem(code), 54005, "invalid_grant")
	require.Equal(t, http.StatusOK, c.refresh(a.text("refresh_token")).status)
	require.NotContains(t, journalText(c.entra), code, "codes are secret")
	require.Contains(t, journalText(c.entra), "?code=[redacted]&state=")

	last := c.entra.SignIns()[len(c.entra.SignIns())-1]
	require.Equal(t, "oAuth2", last.Protocol)
	require.Empty(t, last.Transfer)
	_, err := c.entra.SetPolicy(
		"contoso.com", fakeentra.Policy{Name: "Block device code flow", Flows: []string{"Device code flow"}},
	)
	require.NoError(t, err)
	require.Equal(
		t, http.StatusOK, c.refresh(a.text("refresh_token")).status,
		"what was not signed in by device code is not tracked as such",
	)
}

func keysOf(t *testing.T, body string) []string {
	t.Helper()
	var names []string
	for _, part := range strings.Split(body, `":`)[:strings.Count(body, `":`)] {
		names = append(names, part[strings.LastIndexByte(part, '"')+1:])
	}
	return names
}

func TestWhyACodeIsRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		ask     []string // of the authorization request
		redeem  []string
		wait    time.Duration
		code    int
		word    string
		invalid bool
	}{
		{name: "another verifier", redeem: []string{"code_verifier", verifier + "x"}, code: 501481, word: "invalid_grant"},
		{name: "no verifier", redeem: []string{"code_verifier", ""}, code: 501481, word: "invalid_grant"},
		{name: "a verifier without a challenge", ask: []string{"code_challenge", "", "code_challenge_method", ""}, code: 501481, word: "invalid_grant"},
		{name: "older than ten minutes", wait: 10 * time.Minute, code: 70008, word: "invalid_grant"},
		{name: "invented", invalid: true, code: 9002313, word: "invalid_grant"},
		{name: "left out", redeem: []string{"code", ""}, code: 900144, word: "invalid_request"},
		{name: "of another client", redeem: []string{"client_id", spaApp}, code: 700007, word: "invalid_grant"},
		{name: "redirect URI left out", redeem: []string{"redirect_uri", ""}, code: 700009, word: "invalid_request"},
		{name: "another redirect URI", redeem: []string{"redirect_uri", "http://localhost:8401/done"}, code: 500112, word: "invalid_client"},
		{name: "a secret of a public client", redeem: []string{"client_secret", "x"}, code: 700025, word: "invalid_client"},
		{name: "cross-origin, but not a page with script", redeem: []string{"Origin", "https://app.example"}, code: 9002326, word: "invalid_request"},
		{name: "two resources", redeem: []string{"scope", "https://graph.microsoft.com/User.Read https://outlook.office.com/SMTP.Send"}, code: 28000, word: "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := web(t)
			code := c.code("alice@contoso.com", test.ask...)
			if test.invalid {
				code = "1.invented"
			}
			c.advance(test.wait)
			requireAADSTS(t, c.redeem(code, test.redeem...), test.code, test.word)
		})
	}
}

func TestAMethodThatIsLeftOutMeansPlain(t *testing.T) {
	c := web(t)
	for _, method := range []string{"", "plain"} {
		code := c.code("alice@contoso.com", "code_challenge", verifier, "code_challenge_method", method)
		require.Equal(t, http.StatusOK, c.redeem(code).status)
	}
	require.Equal(
		t,
		http.StatusOK,
		c.redeem(
			c.code("alice@contoso.com", "code_challenge", "", "code_challenge_method", ""), "code_verifier", "",
		).status,
	)
}

func TestWhereErrorsOfTheAuthorizationRequestGo(t *testing.T) {
	c := web(t)
	for _, test := range []struct {
		name    string
		changes []string
		code    string
		word    string // "": a page, since nobody can be trusted with a redirect
	}{
		{"no client", []string{"client_id", ""}, "900144", ""},
		{"an unknown client", []string{"client_id", "11111111-1111-1111-1111-111111111111"}, "700016", ""},
		{"a redirect URI that is not registered", []string{"redirect_uri", "http://localhost/elsewhere"}, "50011", ""},
		{"another case of the path", []string{"redirect_uri", "http://localhost/Done"}, "50011", ""},
		{"http that is not localhost", []string{"redirect_uri", "http://app.example/done"}, "50011", ""},
		{"no redirect URI where there are two", []string{"redirect_uri", ""}, "900971", ""},
		{"no response type", []string{"response_type", ""}, "900144", "invalid_request"},
		{"an unknown response type", []string{"response_type", "cookie"}, "70005", "unsupported_response_type"},
		{"an id_token that is not enabled", []string{"response_type", "code id_token", "nonce", "n"}, "700054", "unsupported_response_type"},
		{"a token that is not enabled", []string{"response_type", "token"}, "700051", "unsupported_response_type"},
		{"a token by query", []string{"response_type", "token", "response_mode", "query"}, "70007", "unsupported_response_mode"},
		{"an unknown response mode", []string{"response_mode", "pigeon"}, "90023", "invalid_request"},
		{"an unknown prompt", []string{"prompt", "please"}, "90023", "invalid_request"},
		{"no scope", []string{"scope", ""}, "900144", "invalid_request"},
		{"an unknown permission", []string{"scope", "https://scans.example/Scan.Fly"}, "650053", "invalid_scope"},
		{"a short challenge", []string{"code_challenge", "short"}, "501491", "invalid_request"},
		{"an unknown method", []string{"code_challenge_method", "S512"}, "9002313", "invalid_request"},
		{"prompt=none without a session", []string{"prompt", "none"}, "50058", "login_required"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := c.do(http.MethodGet, c.address(test.changes...), "", "")
			if test.word == "" {
				require.Equal(t, http.StatusBadRequest, a.status)
				require.Contains(t, a.body, "Sorry, but we’re having trouble signing you in.")
				require.Contains(t, a.body, "AADSTS"+test.code+": ")
				return
			}
			require.Equal(t, http.StatusFound, a.status, a.body)
			location := a.header.Get("Location")
			require.True(t, strings.HasPrefix(location, loopback), location)
			values := parameters(t, location)
			require.Equal(t, test.word, values.Get("error"))
			require.Contains(t, values.Get("error_description"), "AADSTS"+test.code+": ")
			require.Contains(
				t, location, "&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d"+test.code+"&state=",
			)
			require.Equal(t, "a b&c=%41", values.Get("state"))
		})
	}
	for tenant, code := range map[string]string{"nowhere.example": "90002", "not_a_name": "900023"} {
		other := *c
		other.tenant = tenant
		require.Contains(t, c.do(http.MethodGet, other.address(), "", "").body, "AADSTS"+code)
	}
}

func TestTheWaysBackToTheClient(t *testing.T) {
	c := web(t)
	c.id = webApp
	server := []string{"redirect_uri", webPage, "nonce", "once", "code_challenge", "", "code_challenge_method", ""}
	for _, test := range []struct {
		kind, mode, wantMode string
		members              []string
	}{
		{"code", "", "query", []string{"code", "state", "session_state"}},
		{"code", "fragment", "fragment", []string{"code", "state", "session_state"}},
		{"code", "form_post", "form_post", []string{"code", "state", "session_state"}},
		{"id_token", "", "fragment", []string{"id_token", "state", "session_state"}},
		{"code id_token", "", "fragment", []string{"code", "id_token", "state", "session_state"}},
		{"code id_token", "form_post", "form_post", []string{"code", "id_token", "state", "session_state"}},
		{"id_token token", "", "fragment", []string{"access_token", "token_type", "expires_in", "scope", "id_token", "state", "session_state"}},
	} {
		t.Run(test.kind+" "+test.mode, func(t *testing.T) {
			p := c.person().open(c.address(append(server, "response_type", test.kind, "response_mode", test.mode)...))
			p.press("Next", "loginfmt", "admin@contoso.com").press("Sign In", "passwd", p.password("admin@contoso.com"))
			if p.heading() == "Permissions requested" {
				p.press("Accept")
			}
			var names []string
			values := url.Values{}
			if test.wantMode == "form_post" {
				require.Equal(t, webPage, p.page.Find("form").AttrOr("action", ""))
				p.page.Find("form input").Each(func(_ int, s *selection) {
					names = append(names, s.AttrOr("name", ""))
					values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
				})
				require.Contains(t, p.response.Header.Get("Content-Security-Policy"), "script-src 'sha256-")
			} else {
				location := p.response.Header.Get("Location")
				mark := map[string]string{"query": "?", "fragment": "#"}[test.wantMode]
				require.True(t, strings.HasPrefix(location, webPage+mark), location)
				values = parameters(t, location)
				for _, part := range strings.Split(location[len(webPage)+1:], "&") {
					name, _, _ := strings.Cut(part, "=")
					names = append(names, name)
				}
			}
			require.Equal(t, test.members, names)
			if text := values.Get("id_token"); text != "" {
				claims := verified(t, c.entra, text)
				require.Equal(t, "once", claims["nonce"])
				require.Equal(t, values.Get("code") != "", claims["c_hash"] != nil)
				require.Equal(t, values.Get("access_token") != "", claims["at_hash"] != nil)
			}
			if code := values.Get("code"); code != "" {
				form := []string{"redirect_uri", webPage, "code_verifier", ""}
				requireAADSTS(t, c.redeem(code, form...), 7000218, "invalid_client")
				requireAADSTS(t, c.redeem(code, append(form, "client_secret", "wrong")...), 7000215, "invalid_client")
				requireAADSTS(
					t, c.redeem(code, append(form, "client_secret", "old~secret")...), 7000222, "invalid_client",
				)
				a := c.redeem(
					code,
					append(
						form, "client_id", "", "Authorization",
						"Basic "+base64.StdEncoding.EncodeToString([]byte(webApp+":right~secret")),
					)...)
				require.Equal(t, http.StatusOK, a.status, a.body)
				require.Equal(t, "once", verified(t, c.entra, a.text("id_token"))["nonce"])
				require.Equal(t, "1", verified(t, c.entra, a.text("access_token"))["appidacr"])
				requireAADSTS(t, c.refresh(a.text("refresh_token")), 7000218, "invalid_client")
			}
		})
	}
}

// verified checks a token's signature against the published keys and returns its claims.
func verified(t *testing.T, s *fakeentra.Server, text string) map[string]any {
	t.Helper()
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(t, err)
	keys := s.Keys()
	claims := map[string]any{}
	require.NoError(t, parsed.Claims(&keys, &claims))
	return claims
}

func TestPagesWithScript(t *testing.T) {
	c := web(t)
	c.id = spaApp
	ask := []string{"redirect_uri", webPage}
	origin := []string{"redirect_uri", webPage, "Origin", "https://app.example"}
	requireAADSTS(t, c.redeem(c.code("alice@contoso.com", ask...), ask...), 9002327, "invalid_request")
	noProof := c.code("alice@contoso.com", append(ask, "code_challenge", "", "code_challenge_method", "")...)
	requireAADSTS(t, c.redeem(noProof, append(origin, "code_verifier", "")...), 9002325, "invalid_request")
	a := c.redeem(c.code("alice@contoso.com", ask...), origin...)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
	refresh := func() answer {
		return c.post(
			token,
			url.Values{
				"grant_type": {"refresh_token"}, "client_id": {c.id}, "refresh_token": {a.text("refresh_token")},
				"scope": {fakeentra.Scope},
			},
			"Origin",
			"https://app.example",
		)
	}
	requireAADSTS(t, c.refresh(a.text("refresh_token")), 9002327, "invalid_request")
	c.advance(23 * time.Hour)
	a = refresh()
	require.Equal(t, http.StatusOK, a.status, a.body)
	c.advance(time.Hour)
	b := refresh()
	requireAADSTS(t, b, 700084, "invalid_grant")
	require.Contains(t, b.body, "limited lifetime of 1.00:00:00, which cannot be extended", "however often it was used")
}

func TestTheSameSeedGivesTheSameRedirectsAndTokens(t *testing.T) {
	play := func() []string {
		c := web(t)
		var all []string
		for _, changes := range [][]string{
			nil, {"prompt", "none"}, {"response_mode", "fragment"}, {"scope", "nonsense/"},
		} {
			location, err := c.entra.Authorize(c.address(changes...), "alice@contoso.com")
			require.NoError(t, err)
			all = append(all, location)
			if code := parameters(t, location).Get("code"); code != "" {
				all = append(all, c.redeem(code).body)
			}
		}
		return append(all, journalText(c.entra))
	}
	require.Equal(t, play(), play())
}

// FuzzAuthorize sends any query to what a browser can reach.
func FuzzAuthorize(f *testing.F) {
	s := fuzzServer(f)
	f.Add("client_id=" + fakeentra.ClientID + "&response_type=code&redirect_uri=http://localhost:1&scope=openid&prompt=none")
	f.Add("client_id=" + fakeentra.ClientID + "&redirect_uri=http://localhost&state=%00%ff&response_mode=form_post")
	f.Add("client_id=" + fakeentra.ClientID + "&redirect_uri=http://[::1]:x&response_type=code%20id_token")
	f.Add("post_logout_redirect_uri=javascript:alert(1)&state=%0d%0aSet-Cookie:x")
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{
			"/common/oauth2/v2.0/authorize", "/consumers/oauth2/authorize", "/organizations/v2.0/adminconsent", "/contoso.com/adminconsent",
			"/common/oauth2/v2.0/logout", "/common/UserRealm/" + query,
		} {
			healthy(t, s, http.MethodGet, path, query, "", "")
		}
		healthy(
			t, s, http.MethodPost, "/contoso.com/oauth2/token", "", formType,
			query+"&grant_type=authorization_code&client_id="+fakeentra.ClientID,
		)
		healthy(
			t, s, http.MethodPost, "/contoso.com/oauth2/v2.0/token", "", formType,
			query+"&grant_type=client_credentials&client_id="+fakeentra.ClientID,
		)
	})
}
