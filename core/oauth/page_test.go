package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"mfpsim/core/internal/bench"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

const (
	back     = "https://login.example.com/common/oauth2/nativeclient"
	tenantID = "0f0f0f0f-1111-4222-8333-444455556666"
)

// pageEndpoint is the endpoint of an application with a sign-in page.
func pageEndpoint() Endpoint {
	e := endpoint
	e.RedirectURI = back
	return e
}

// openPage opens a page at a scripted cloud.
func openPage(t *testing.T, replies ...reply) (*cloud, *Page, url.Values) {
	t.Helper()
	c := newCloud(t, replies...)
	c.client.config.Random = bench.Random(1)
	p, err := c.client.OpenPage(pageEndpoint(), "")
	require.NoError(t, err)
	u, err := url.Parse(p.Address)
	require.NoError(t, err)
	return c, p, u.Query()
}

// identityFor is an id_token that answers a page; changes are pairs of an old text and a new one.
func identityFor(p *Page, changes ...string) string {
	payload := fmt.Sprintf(
		`{"iss":"https://login.example.com/%s/v2.0","tid":"%s","aud":"%s","nonce":"%s","preferred_username":"alice@contoso.com"}`,
		tenantID, tenantID, clientID, p.nonce,
	)
	return idToken(strings.NewReplacer(changes...).Replace(payload))
}

func tokensWith(identity string) reply {
	return ok(`{"token_type":"Bearer","expires_in":3599,"access_token":"access-1","refresh_token":"0.refresh-1","id_token":"` + identity + `"}`)
}

func TestThePageIsAskedForWithStateNonceAndS256(t *testing.T) {
	c, p, query := openPage(t)
	address, _, _ := strings.Cut(p.Address, "?")
	require.Equal(t, "https://login.example.com/organizations/oauth2/v2.0/authorize", address)
	sum := sha256.Sum256([]byte(p.Verifier.Reveal()))
	require.Equal(t, url.Values{
		"client_id": {clientID}, "response_type": {"code"}, "response_mode": {"query"}, "redirect_uri": {back},
		"scope": {"https://outlook.office.com/SMTP.Send offline_access openid profile"}, "state": {p.state},
		"nonce": {p.nonce}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}, query)
	for _, drawn := range []string{p.state, p.nonce, p.Verifier.Reveal()} {
		require.Len(t, drawn, 43, "RFC 7636 §4.1: 43 to 128 characters")
	}
	require.Len(t, map[string]bool{p.state: true, p.nonce: true, p.Verifier.Reveal(): true}, 3)
	require.NotContains(t, fmt.Sprintf("%+v", *p), p.Verifier.Reveal())
	require.Empty(t, c.dialer.Dials(), "opening a page asks nothing")

	other, err := c.client.OpenPage(pageEndpoint(), "consent")
	require.NoError(t, err)
	require.Contains(t, other.Address, "&prompt=consent")
	require.NotEqual(t, p.state, other.state)
}

func TestThereIsNoPageWithoutItsSettings(t *testing.T) {
	for name, test := range map[string]struct {
		change func(e *Endpoint, c *Config)
		kind   outcome.Kind
	}{
		"no redirect URI":                   {func(e *Endpoint, _ *Config) { e.RedirectURI = "" }, outcome.NotConfigured},
		"a redirect URI with a query":       {func(e *Endpoint, _ *Config) { e.RedirectURI += "?x=1" }, outcome.NotConfigured},
		"a redirect URI with a fragment":    {func(e *Endpoint, _ *Config) { e.RedirectURI += "#x" }, outcome.NotConfigured},
		"a page without TLS":                {func(e *Endpoint, _ *Config) { e.Authority = "http://login.example.com" }, outcome.NotConfigured},
		"another provider's without TLS":    {func(e *Endpoint, _ *Config) { e.Addresses.AuthURL = "http://id.fax.example/authorize" }, outcome.NotConfigured},
		"no randomness: nothing is guessed": {func(_ *Endpoint, c *Config) { c.Random = strings.NewReader("few") }, outcome.StorageFailed},
	} {
		t.Run(name, func(t *testing.T) {
			e, config := pageEndpoint(), Config{Clock: bench.NewClock(), Random: bench.Random(1)}
			test.change(&e, &config)
			_, err := New(config).OpenPage(e, "")
			require.Equal(t, test.kind, asOutcome(t, err).Kind)
		})
	}
}

func TestTheRedirectURIIsComparedAsItIs(t *testing.T) {
	_, p, _ := openPage(t)
	for address, want := range map[string]bool{
		back: true, back + "?code=1": true, back + "#code=1": true, back + "?": true,
		back + "/?code=1": false, back + "x?code=1": false, strings.ToUpper(back) + "?code=1": false,
		strings.Replace(back, "https", "http", 1) + "?code=1":                         false,
		strings.Replace(back, ".com", ".com:443", 1) + "?code=1":                      false,
		strings.Replace(back, "https://", "https://user@", 1) + "?code=1":             false,
		strings.Replace(back, "/common", "/x/../common", 1) + "?code=1":               false,
		"https://evil.example/?next=" + url.QueryEscape(back):                         false,
		strings.Replace(back, "login.example.com", "login.example.com.evil", 1) + "?": false,
		"": false,
	} {
		require.Equal(t, want, p.LeadsBack(address), address)
	}
}

// The answers to a page, as its own and as forged ones.
func TestAnswersOfTheSignInPage(t *testing.T) {
	const mine = "\x00" // stands for the state of the page
	long := strings.Repeat("c", maxCode+1)
	for _, test := range []struct {
		name   string
		query  string
		ours   bool
		kind   outcome.Kind // "": a code
		aadsts int
	}{
		{name: "a code", query: "code=1.code&state=" + mine + "&session_state=x", ours: true},
		{name: "a code, with the issuer", query: "code=1.code&state=" + mine + "&iss=https://login.example.com/" + tenantID + "/v2.0", ours: true},
		{name: "a fragment carried on by the browser", query: "code=1.code&state=" + mine + "#top", ours: true},
		{"no state", "code=1.code", false, outcome.CloudMalformed, 0},
		{"an empty state", "code=1.code&state=", false, outcome.CloudMalformed, 0},
		{"another state", "code=1.code&state=" + strings.Repeat("A", 43), false, outcome.CloudMalformed, 0},
		{"the state twice", "code=1.code&state=" + mine + "&state=" + mine, false, outcome.CloudMalformed, 0},
		{"the state in the fragment", "code=1.code#state=" + mine, false, outcome.CloudMalformed, 0},
		{"an error with another state", "error=access_denied&state=other", false, outcome.CloudMalformed, 0},
		{"an error without a state", "error=access_denied", false, outcome.CloudMalformed, 0},
		{"longer than anybody's", "code=1.code&x=" + strings.Repeat("x", maxRedirect) + "&state=" + mine, false, outcome.CloudMalformed, 0},
		{"another issuer", "code=1.code&state=" + mine + "&iss=https://evil.example/v2.0", true, outcome.CloudMalformed, 0},
		{"an issuer without a tenant", "code=1.code&state=" + mine + "&iss=https://login.example.com//v2.0", true, outcome.CloudMalformed, 0},
		{"an error of another issuer", "error=access_denied&state=" + mine + "&iss=https://evil.example", true, outcome.CloudMalformed, 0},
		{"neither code nor error", "state=" + mine, true, outcome.CloudMalformed, 0},
		{"code and error", "code=1.code&error=access_denied&state=" + mine, true, outcome.CloudMalformed, 0},
		{"two codes", "code=1.code&code=2.code&state=" + mine, true, outcome.CloudMalformed, 0},
		{"a code with a line break", "code=1%0d%0aX&state=" + mine, true, outcome.CloudMalformed, 0},
		{"a code of 8 kB", "code=" + long + "&state=" + mine, true, outcome.CloudMalformed, 0},
		{"a broken escape", "code=%zz&state=" + mine, true, outcome.CloudMalformed, 0},
		{"an error that is a sentence", "error=all+is+well&state=" + mine, true, outcome.CloudMalformed, 0},
		{"declined, in the RFC's word", "error=access_denied&state=" + mine, true, outcome.SignInDeclined, 0},
		{"declined, in Entra's", "error=consent_required&error_description=AADSTS65004%3a+User+declined&state=" + mine, true, outcome.SignInDeclined, 65004},
		{"no consent", "error=access_denied&error_description=AADSTS90094%3a+Admin&state=" + mine, true, outcome.ConsentWithdrawn, 90094},
		{"the application is refused", "error=unauthorized_client&state=" + mine, true, outcome.ApplicationRefused, 0},
		{"a passing error", "error=temporarily_unavailable&state=" + mine, true, outcome.CloudError, 0},
		{"blocked by a policy", "error=access_denied&error_description=AADSTS53003&state=" + mine, true, outcome.PolicyBlocked, 53003},
		{"a word that nobody documents", "error=moon_phase&state=" + mine, true, outcome.RefusedUnknown, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, p, _ := openPage(t)
			address := back + "?" + strings.ReplaceAll(test.query, mine, p.state)
			code, ours, failed := c.client.Answer(pageEndpoint(), p, address)
			require.Equal(t, test.ours, ours)
			if test.kind == "" {
				require.Nil(t, failed)
				require.Equal(t, "1.code", code.Reveal())
				return
			}
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, test.aadsts, failed.AADSTS)
			require.Equal(t, outcome.StageAuthorization, failed.Stage)
			require.True(t, code.Empty())
		})
	}
	c, p, _ := openPage(t)
	_, ours, _ := c.client.Answer(pageEndpoint(), p, "https://evil.example/?code=1.code&state="+p.state)
	require.False(t, ours, "an address that is not the redirect URI")
}

func TestACodeIsRedeemedWithTheVerifier(t *testing.T) {
	c, p, _ := openPage(t)
	c.replies = []reply{tokensWith(identityFor(p))}
	token, err := c.client.Redeem(context.Background(), pageEndpoint(), p, secret.New("1.code"))
	require.NoError(t, err)
	require.Equal(t, "alice@contoso.com", token.Account)
	require.Equal(t, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {clientID}, "code": {"1.code"}, "redirect_uri": {back},
		"code_verifier": {p.Verifier.Reveal()}, "path": {"/organizations/oauth2/v2.0/token"},
	}, c.forms[0])
}

func TestAnswersToACodeThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply func(p *Page) reply
		kind  outcome.Kind
	}{
		{"no id_token", func(*Page) reply { return tokensWith("") }, outcome.CloudMalformed},
		{"an id_token for another nonce", func(p *Page) reply { return tokensWith(identityFor(p, p.nonce, "other")) }, outcome.CloudMalformed},
		{"an id_token without a nonce", func(p *Page) reply { return tokensWith(identityFor(p, `"nonce"`, `"once"`)) }, outcome.CloudMalformed},
		{"an id_token of another issuer", func(p *Page) reply { return tokensWith(identityFor(p, "login.example.com", "evil.example")) }, outcome.CloudMalformed},
		{"an id_token of another tenant's issuer", func(p *Page) reply {
			return tokensWith(identityFor(p, `"tid":"0f`, `"tid":"1f`))
		}, outcome.CloudMalformed},
		{"an id_token for another application", func(p *Page) reply { return tokensWith(identityFor(p, clientID, "other")) }, outcome.CloudMalformed},
		{"an id_token whose authorized party is another", func(p *Page) reply {
			return tokensWith(identityFor(p, `"tid"`, `"azp":"other","tid"`))
		}, outcome.CloudMalformed},
		{"an unsigned id_token", func(p *Page) reply {
			_, rest, _ := strings.Cut(identityFor(p), ".")
			return tokensWith(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + rest)
		}, outcome.CloudMalformed},
		{"a code that was used", func(*Page) reply { return refuse("invalid_grant", 54005) }, outcome.SignInRefused},
		{"another verifier", func(*Page) reply { return refuse("invalid_grant", 501481) }, outcome.SignInRefused},
		{"a code that is too old", func(*Page) reply { return refuse("invalid_grant", 70008) }, outcome.SignInCodeExpired},
		{"HTML", func(*Page) reply { return reply{status: 200, kind: "text/html", body: "<html>Guest network"} }, outcome.CloudMalformed},
		{"a redirect", func(*Page) reply {
			return reply{status: 307, header: map[string]string{"Location": "https://evil.example"}}
		}, outcome.CloudMalformed},
		{"endless", func(*Page) reply { return ok(strings.Repeat(" ", maxBody+2)) }, outcome.CloudMalformed},
		{"garbled", func(*Page) reply { return reply{raw: "\x00\x01\x02 garbage\r\n\r\n"} }, outcome.CloudMalformed},
		{"a lost connection", func(*Page) reply { return reply{} }, outcome.ConnectionLost},
		{"a server error", func(*Page) reply { return reply{status: 503, kind: "text/html", body: "<html>"} }, outcome.CloudError},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, p, _ := openPage(t)
			c.replies = []reply{test.reply(p)}
			token, err := c.client.Redeem(context.Background(), pageEndpoint(), p, secret.New("1.secret"))
			require.Nil(t, token)
			failed := asOutcome(t, err)
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, outcome.StageToken, failed.Stage)
			require.Len(t, c.forms, 1, "a code is sent once")
		})
	}
}

func TestSilenceAtTheTokenEndpointEndsWithTheRequestsTime(t *testing.T) {
	c, p, _ := openPage(t)
	c.replies = []reply{{hang: true, act: func() { c.clock.Advance(time.Minute) }}}
	_, err := c.client.Redeem(context.Background(), pageEndpoint(), p, secret.New("1.secret"))
	require.Equal(t, outcome.TimedOut, asOutcome(t, err).Kind)
}

func TestAProviderThatIsNotEntraHasItsOwnAddresses(t *testing.T) {
	e := Endpoint{
		ClientID: "fax", Issuer: "https://id.fax.example", RedirectURI: "mfp:/done",
		Addresses: oauth2.Endpoint{
			AuthURL: "https://id.fax.example/authorize", DeviceAuthURL: "https://id.fax.example/device_authorization",
			TokenURL: "https://id.fax.example/oauth/token",
		},
	}
	require.Equal(t, "https://id.fax.example/oauth/token", e.URLs().TokenURL)
	require.True(t, e.isIssuer("https://id.fax.example", ""))
	for _, other := range []string{
		"", "https://id.fax.example/", "https://ID.fax.example", "https://id.fax.example.evil",
	} {
		require.False(t, e.isIssuer(other, ""), other)
	}
	c := New(Config{Clock: bench.NewClock(), Random: bench.Random(1)})
	p, err := c.OpenPage(e, "")
	require.NoError(t, err)
	_, ours, failed := c.Answer(e, p, "mfp:/done?code=1&state="+p.state+"&iss=https%3A%2F%2Fid.fax.example")
	require.True(t, ours)
	require.Nil(t, failed)
	_, _, failed = c.Answer(e, p, "mfp:/done?code=1&state="+p.state+"&iss=https%3A%2F%2Fid.fax.example%2F")
	require.NotNil(t, failed)
}

func FuzzRedirect(f *testing.F) {
	f.Add(back + "?code=1.code&state=s&session_state=x")
	f.Add(back + "?error=access_denied&error_description=AADSTS65004%3a+x&error_subcode=cancel&state=s&iss=https://x")
	f.Add(back + "?code=%zz;&state=s#state=t")
	f.Add("mfp:/done?state=s&code=a&code=b")
	f.Fuzz(func(t *testing.T, address string) {
		r, ok := decodeRedirect(address)
		if !ok {
			require.True(t, r.code.Empty())
			require.Empty(t, r.refusal)
			return
		}
		require.NotEqual(t, r.code.Empty(), r.refusal.word == "", "a code or an error")
		if !r.code.Empty() {
			require.True(t, visible(r.code.Reveal(), maxCode))
			return
		}
		require.True(t, isWord(r.refusal.word))
		require.NotEmpty(t, r.refusal.kind())
		require.True(t, r.refusal.aadsts == 0 || r.refusal.aadsts >= 10000 && r.refusal.aadsts < 100000000)
	})
}
