package fakeoauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeoauth"
	"mfpsim/journal"
)

func TestADeviceSignsInWithACode(t *testing.T) {
	c := newClient(t, fakeoauth.Config{})
	code := c.code()
	require.Regexp(t, `^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`, code.text("user_code"))
	require.Equal(t, "https://login.fax.example.com/device", code.text("verification_uri"))
	require.Equal(t, "900 5", code.text("expires_in")+" "+code.text("interval"))
	require.Equal(t, "no-store", code.header.Get("Cache-Control"))
	require.Equal(t, "Sun, 04 May 2031 03:02:01 GMT", code.header.Get("Date"))
	requireError(t, c.poll(code), http.StatusBadRequest, "authorization_pending")

	p := c.do(http.MethodGet, "/device?user_code="+code.text("user_code"), nil)
	require.Contains(t, p.body, `value="`+code.text("user_code")+`"`)
	p = c.do(http.MethodPost, "/device", url.Values{"user_code": {"wrong"}})
	require.Contains(t, p.body, "This code is not known or has expired.")
	typed := strings.ToLower(strings.Replace(code.text("user_code"), "-", " ", 1))
	p = c.do(http.MethodPost, "/device", url.Values{"user_code": {typed}})
	require.Contains(t, p.body, "<h1>Sign in</h1>", "people write codes as they like")
	visit := p.visit(t)
	p = c.do(http.MethodPost, "/consent", url.Values{"visit": {visit}, "do": {"Allow"}})
	require.Contains(t, p.body, "<h1>Sign in</h1>", "nobody allows who has not signed in")
	person := url.Values{"visit": {visit}, "account": {fakeoauth.DefaultAccount}, "password": {"guess"}}
	p = c.do(http.MethodPost, "/sign-in", person)
	require.Contains(t, p.body, "Account or password is wrong.")
	person.Set("password", fakeoauth.DefaultPassword)
	p = c.do(http.MethodPost, "/sign-in", person)
	require.Contains(t, p.body, "<h1>Example MFP asks for access</h1>")
	require.Contains(t, p.body, "<p>fax.send</p>")
	p = c.do(http.MethodPost, "/consent", url.Values{"visit": {visit}, "do": {"Allow"}})
	require.Contains(t, p.body, "Your device is connected")
	p = c.do(http.MethodPost, "/consent", url.Values{"visit": {visit}, "do": {"Deny"}})
	require.Contains(t, p.body, "The page has expired")

	c.advance(5 * time.Second)
	a := c.poll(code)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "Bearer "+scope+" 3600", a.text("token_type")+" "+a.text("scope")+" "+a.text("expires_in"))
	claims := c.claims(a.text("id_token"))
	require.Equal(t, fakeoauth.DefaultAccount, claims["email"])
	require.Equal(t, "https://login.fax.example.com", claims["iss"])
	require.EqualValues(t, start.Add(5*time.Second).Unix(), claims["iat"], "dated by the bench's clock")
	known, ok := c.s.Token(a.text("access_token"))
	require.True(t, ok)
	require.Equal(t, fakeoauth.DefaultAccount, known.Account)
	require.Equal(t, strings.Fields(scope), known.Scopes)
	requireError(t, c.poll(code), http.StatusBadRequest, "invalid_grant")
}

func TestEndsOfADeviceCode(t *testing.T) {
	c := newClient(t, fakeoauth.Config{})
	declined, expired := c.code(), c.code()
	require.NoError(t, c.s.Decline(declined.text("user_code")))
	require.Error(t, c.s.Decline(declined.text("user_code")))
	requireError(t, c.poll(declined), http.StatusBadRequest, "access_denied")
	c.advance(15 * time.Minute)
	requireError(t, c.poll(expired), http.StatusBadRequest, "expired_token")
	require.Error(t, c.s.Approve(expired.text("user_code"), fakeoauth.DefaultAccount))
	require.Error(t, c.s.Approve(c.code().text("user_code"), "stranger@contoso.com"))
}

func TestWhoPollsTooEarlyIsToldToSlowDownAndWaitsFiveSecondsMore(t *testing.T) {
	c := newClient(t, fakeoauth.Config{})
	code, other := c.code(), c.code()
	requireError(t, c.poll(code), http.StatusBadRequest, "authorization_pending")
	c.advance(4 * time.Second)
	requireError(t, c.poll(code), http.StatusBadRequest, "slow_down")
	c.advance(9 * time.Second)
	requireError(t, c.poll(code), http.StatusBadRequest, "slow_down")
	require.NoError(t, c.s.Approve(code.text("user_code"), fakeoauth.DefaultAccount))
	c.advance(14 * time.Second)
	requireError(t, c.poll(code), http.StatusBadRequest, "slow_down")
	c.advance(20 * time.Second)
	require.Equal(t, http.StatusOK, c.poll(code).status)

	requireError(t, c.poll(other), http.StatusBadRequest, "authorization_pending")
	c.advance(5 * time.Second)
	c.s.SlowDown(1)
	requireError(t, c.poll(other), http.StatusBadRequest, "slow_down")
	require.Zero(t, c.s.SlowDowns())
	c.advance(10 * time.Second)
	requireError(t, c.poll(other), http.StatusBadRequest, "authorization_pending")
}

func TestARefreshTokenIsGoodOnce(t *testing.T) {
	c := newClient(t, fakeoauth.Config{})
	first := c.signIn()
	second := c.refresh(first.text("refresh_token"))
	require.Equal(t, http.StatusOK, second.status, second.body)
	require.NotEqual(t, first.text("refresh_token"), second.text("refresh_token"))
	third := c.refresh(second.text("refresh_token"), "scope", "fax.send")
	require.Equal(t, "fax.send", third.text("scope"))
	require.NotContains(t, third.json, "id_token")
	more := c.refresh(third.text("refresh_token"), "scope", "fax.send profile")
	requireError(t, more, http.StatusBadRequest, "invalid_scope")

	requireError(t, c.refresh(first.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
	requireError(t, c.refresh(third.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
	known, _ := c.s.Token(third.text("access_token"))
	require.True(t, known.Revoked, "one that comes again ends the whole sign-in")
	require.Equal(t, http.StatusOK, c.refresh(c.signIn().text("refresh_token")).status, "and no other")
}

func TestWithLeewayAnAnswerThatGotLostCanBeAskedForAgain(t *testing.T) {
	c := newClient(t, fakeoauth.Config{Leeway: 30 * time.Second})
	first := c.signIn()
	lost := c.refresh(first.text("refresh_token"))
	c.advance(29 * time.Second)
	again := c.refresh(first.text("refresh_token"))
	require.Equal(t, http.StatusOK, again.status)
	require.NotEqual(t, lost.text("refresh_token"), again.text("refresh_token"))
	c.advance(time.Second)
	requireError(t, c.refresh(first.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
	requireError(t, c.refresh(again.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
}

func TestWhatEndsASignIn(t *testing.T) {
	for name, end := range map[string]func(c *client, a answer){
		"disuse":                   func(c *client, _ answer) { c.advance(30 * 24 * time.Hour) },
		"revoked by the account":   func(c *client, _ answer) { c.s.Revoke(strings.ToUpper(fakeoauth.DefaultAccount)) },
		"revoked by the device":    func(c *client, a answer) { c.post("/oauth/revoke", "token", a.text("refresh_token")) },
		"its access token revoked": func(c *client, a answer) { c.post("/oauth/revoke", "token", a.text("access_token")) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, fakeoauth.Config{})
			a := c.signIn()
			end(c, a)
			requireError(t, c.refresh(a.text("refresh_token")), http.StatusBadRequest, "invalid_grant")
			known, kept := c.s.Token(a.text("access_token"))
			require.True(t, !kept || known.Revoked)
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	c := newClient(t, fakeoauth.Config{})
	good := url.Values{"client_id": {fakeoauth.DefaultClientID}, "scope": {scope}}
	with := func(name string, values ...string) url.Values {
		form := url.Values{}
		for n, v := range good {
			form[n] = v
		}
		form[name] = values
		return form
	}
	for _, test := range []struct {
		name   string
		method string
		path   string
		form   url.Values
		status int
		word   string
	}{
		{"another client", http.MethodPost, deviceAuthorization, with("client_id", "other"), 401, "invalid_client"},
		{"no client", http.MethodPost, deviceAuthorization, with("client_id"), 400, "invalid_request"},
		{"a secret of a public client", http.MethodPost, deviceAuthorization, with("client_secret", "x"), 401, "invalid_client"},
		{"a scope that is not registered", http.MethodPost, deviceAuthorization, with("scope", "mail.read"), 400, "invalid_scope"},
		{"no scope", http.MethodPost, deviceAuthorization, with("scope"), 400, "invalid_scope"},
		{"a parameter twice", http.MethodPost, deviceAuthorization, with("scope", scope, scope), 400, "invalid_request"},
		{"a parameter in the address", http.MethodPost, deviceAuthorization + "?x=1", good, 400, "invalid_request"},
		{"GET", http.MethodGet, deviceAuthorization, nil, 405, "<nil>"},
		{"no grant type", http.MethodPost, token, good, 400, "invalid_request"},
		{"another grant type", http.MethodPost, token, with("grant_type", "password"), 400, "unsupported_grant_type"},
		{"the grant that is not there without a redirect URI", http.MethodPost, token, url.Values{
			"client_id": {fakeoauth.DefaultClientID}, "grant_type": {"authorization_code"}, "code": {"x"}, "redirect_uri": {"x"},
		}, 400, "unauthorized_client"},
		{"an unknown device code", http.MethodPost, token, url.Values{
			"client_id": {fakeoauth.DefaultClientID}, "grant_type": {deviceGrant}, "device_code": {"x"},
		}, 400, "invalid_grant"},
		{"an unknown refresh token", http.MethodPost, token, url.Values{
			"client_id": {fakeoauth.DefaultClientID}, "grant_type": {"refresh_token"}, "refresh_token": {"x"},
		}, 400, "invalid_grant"},
		{"no page for authorization without a redirect URI", http.MethodGet, "/oauth/authorize?client_id=x", nil, 404, "<nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireError(t, c.do(test.method, test.path, test.form), test.status, test.word)
		})
	}
}

const back = "mfp:/done"

// authorize is an authorization request; changes are pairs, an empty value takes a parameter out.
func authorize(changes ...string) string {
	query := url.Values{
		"client_id": {fakeoauth.DefaultClientID}, "response_type": {"code"}, "redirect_uri": {back}, "scope": {scope},
		"state": {"a b&c"}, "nonce": {"once"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		query.Del(changes[i])
		if changes[i+1] != "" {
			query.Set(changes[i], changes[i+1])
		}
	}
	return "/oauth/authorize?" + query.Encode()
}

// allow goes through the pages and returns what the redirect carries.
func (c *client) allow(answer string) url.Values {
	c.t.Helper()
	a := c.do(http.MethodGet, authorize(), nil)
	require.Equal(c.t, http.StatusFound, a.status, a.body)
	visit := c.do(http.MethodGet, a.header.Get("Location"), nil).visit(c.t)
	c.do(http.MethodPost, "/sign-in", url.Values{
		"visit": {visit}, "account": {fakeoauth.DefaultAccount}, "password": {fakeoauth.DefaultPassword},
	})
	a = c.do(http.MethodPost, "/consent", url.Values{"visit": {visit}, "do": {answer}})
	require.Equal(c.t, http.StatusFound, a.status, a.body)
	to, query, _ := strings.Cut(a.header.Get("Location"), "?")
	require.Equal(c.t, back, to)
	values, err := url.ParseQuery(query)
	require.NoError(c.t, err)
	return values
}

func (c *client) redeem(code string, pairs ...string) answer {
	c.t.Helper()
	return c.post(token, append([]string{
		"grant_type", "authorization_code", "code", code, "redirect_uri", back, "code_verifier", verifier,
	}, pairs...)...)
}

func TestAnAuthorizationCodeWithPKCE(t *testing.T) {
	c := newClient(t, fakeoauth.Config{Client: fakeoauth.Client{RedirectURIs: []string{back}}})
	values := c.allow("Allow")
	require.Equal(t, "a b&c https://login.fax.example.com", values.Get("state")+" "+values.Get("iss"))
	requireError(t, c.redeem(values.Get("code"), "code_verifier", verifier+"x"), 400, "invalid_grant")
	requireError(t, c.redeem(values.Get("code"), "redirect_uri", back+"x"), 400, "invalid_grant")
	a := c.redeem(values.Get("code"))
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "once", c.claims(a.text("id_token"))["nonce"])
	requireError(t, c.redeem(values.Get("code")), 400, "invalid_grant")
	requireError(t, c.refresh(a.text("refresh_token")), 400, "invalid_grant")

	values = c.allow("Deny")
	require.Equal(t, url.Values{
		"error": {"access_denied"}, "state": {"a b&c"}, "iss": {"https://login.fax.example.com"},
	}, values)
	code := c.allow("Allow").Get("code")
	c.advance(time.Minute)
	requireError(t, c.redeem(code), 400, "invalid_grant")
}

func TestWhereErrorsOfAnAuthorizationRequestGo(t *testing.T) {
	c := newClient(t, fakeoauth.Config{Client: fakeoauth.Client{RedirectURIs: []string{back}}})
	for _, test := range []struct {
		name    string
		changes []string
		word    string // "": a page of the server, since nobody can be trusted with a redirect
	}{
		{"another client", []string{"client_id", "other"}, ""},
		{"another redirect URI", []string{"redirect_uri", "mfp:/other"}, ""},
		{"no redirect URI", []string{"redirect_uri", ""}, ""},
		{"no PKCE", []string{"code_challenge", ""}, "invalid_request"},
		{"a plain challenge", []string{"code_challenge_method", "plain"}, "invalid_request"},
		{"an unknown scope", []string{"scope", "openid mail.read"}, "invalid_scope"},
		{"another response type", []string{"response_type", "token"}, "unauthorized_client"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := c.do(http.MethodGet, authorize(test.changes...), nil)
			if test.word == "" {
				require.GreaterOrEqual(t, a.status, 400, a.body)
				return
			}
			require.Equal(t, http.StatusFound, a.status, a.body)
			to, query, _ := strings.Cut(a.header.Get("Location"), "?")
			require.Equal(t, back, to)
			values, err := url.ParseQuery(query)
			require.NoError(t, err)
			require.Equal(t, test.word, values.Get("error"))
			require.Equal(t, "a b&c https://login.fax.example.com", values.Get("state")+" "+values.Get("iss"))
		})
	}
}

func TestTheMetadataNameTheEndpoints(t *testing.T) {
	c := newClient(t, fakeoauth.Config{Host: "id.fax.example", Paths: fakeoauth.Paths{Token: "/t"}})
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		a := c.do(http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, a.status, a.body)
		require.Equal(t, "https://id.fax.example", a.text("issuer"))
		require.Equal(t, "https://id.fax.example/t", a.text("token_endpoint"))
		require.Equal(t, "https://id.fax.example/oauth/device_authorization", a.text("device_authorization_endpoint"))
		require.NotContains(t, a.json, "authorization_endpoint")
	}
}

func TestASettingThatMeansNothingIsRefused(t *testing.T) {
	for name, c := range map[string]fakeoauth.Config{
		"a path that is none":           {Paths: fakeoauth.Paths{Token: "token"}},
		"a path with a query":           {Paths: fakeoauth.Paths{Token: "/token?x"}},
		"two at one path":               {Paths: fakeoauth.Paths{Token: "/device"}},
		"half a second":                 {Interval: 500 * time.Millisecond},
		"less than no leeway":           {Leeway: -1},
		"an account twice":              {Accounts: []fakeoauth.Account{{Address: "a@b.example"}, {Address: "A@b.example"}}},
		"an account that is no address": {Accounts: []fakeoauth.Account{{Address: "alice"}}},
	} {
		_, err := fakeoauth.New(c)
		require.Error(t, err, name)
	}
}

// play is a way through everything, and what it leaves in the record.
func play(t *testing.T) (bodies, record string, secrets []string) {
	c := newClient(t, fakeoauth.Config{Client: fakeoauth.Client{RedirectURIs: []string{back}}})
	var all strings.Builder
	a := c.signIn()
	all.WriteString(a.body)
	all.WriteString(c.refresh(a.text("refresh_token")).body + c.refresh(a.text("refresh_token")).body)
	all.WriteString(c.redeem(c.allow("Allow").Get("code")).body)
	all.WriteString(c.do(http.MethodGet, "/.well-known/openid-configuration", nil).body)
	c.do(http.MethodPost, token+"?code=x", url.Values{"client_assertion": {"y"}})
	for _, e := range c.s.Journal().Entries() {
		all := []journal.Text{e.Text}
		if e.HTTP != nil {
			all = append(all, e.HTTP.Target, e.HTTP.RequestBody, e.HTTP.ResponseBody)
			for _, f := range append(e.HTTP.RequestHeader, e.HTTP.ResponseHeader...) {
				all = append(all, journal.Plain(f.Name), f.Value)
			}
		}
		for _, text := range all {
			record += text.String() + "\n"
		}
	}
	return all.String(), record, c.s.Secrets()
}

func TestTheSameSeedGivesTheSameBytesAndNoSecretIsInTheRecord(t *testing.T) {
	bodies, record, secrets := play(t)
	again, recordAgain, _ := play(t)
	require.Equal(t, bodies, again)
	require.Equal(t, record, recordAgain)
	require.NotEmpty(t, secrets)
	for _, secret := range secrets {
		at := strings.Index(record, secret)
		require.Negative(t, at, "…%s", record[max(at-60, 0):max(at, 0)+min(len(secret), 20)])
	}
	require.Contains(t, record, "a refresh token came again: the sign-in of scanner@contoso.com has ended")
	require.NotContains(t, record, "2026-", "no date of the machine")
}

// FuzzEveryEndpoint holds that a request gets an answer, whatever it is, and that nothing panics.
func FuzzEveryEndpoint(f *testing.F) {
	s, err := fakeoauth.New(fakeoauth.Config{Client: fakeoauth.Client{RedirectURIs: []string{back}}})
	require.NoError(f, err)
	f.Cleanup(func() { _ = s.Close() })
	f.Add("client_id=mfp-fax&scope=openid+fax.send", "")
	f.Add("client_id=mfp-fax&grant_type=refresh_token&refresh_token=x", "a=%zz;")
	f.Add("visit=x&do=Allow&user_code=AAAA-AAAA", strings.TrimPrefix(authorize(), "/oauth/authorize?"))
	f.Fuzz(func(t *testing.T, form, query string) {
		for _, path := range []string{
			deviceAuthorization, token, "/oauth/revoke", "/oauth/authorize", "/device", "/sign-in", "/consent",
			"/.well-known/openid-configuration", "/oauth/keys",
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				require.NotEqual(t, http.StatusInternalServerError, serve(t, s, method, path, query, form), path)
			}
		}
		require.Empty(t, s.World().Panics())
	})
}
