package lab_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/fakeoauth"
	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/lab"
)

// providerToken signs a client from outside in at a provider and returns its access token.
func providerToken(t *testing.T, l *lab.Lab, p *lab.Provider, scope string) string {
	t.Helper()
	trust := l.Network.ClientTLS(l.World.Now)
	trust.ServerName = "login." + p.Domain
	transport := &http.Transport{
		TLSClientConfig: trust,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(p.Authorization.URL(), "https://"))
		},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	post := func(path string, form url.Values) (answer map[string]any) {
		form.Set("client_id", fakeoauth.DefaultClientID)
		response, err := client.PostForm(p.Authorization.Issuer()+path, form)
		require.NoError(t, err)
		defer response.Body.Close()
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
		return answer
	}
	code := post("/oauth/device_authorization", url.Values{"scope": {scope}})
	require.NoError(t, p.Authorization.Approve(code["user_code"].(string), fakeoauth.DefaultAccount), code)
	answer := post("/oauth/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code["device_code"].(string)},
	})
	require.Contains(t, answer, "access_token")
	return answer["access_token"].(string)
}

func TestAProvidersMailServerTakesTheTokensOfItsAuthorizationServer(t *testing.T) {
	t.Parallel()
	l := lab.RunT(t, lab.Config{Seed: 7})
	p, err := l.AddProvider(lab.ProviderConfig{Mail: func(c *fax.Config) { c.Duration = -1 }})
	require.NoError(t, err)
	try := func(mechanism, user, token string) (failed error) {
		require.NoError(t, l.World.Do("client", time.Minute, func(ctx context.Context) {
			conn, err := l.Network.Dialer("client").DialContext(ctx, "tcp", p.Mail.Address())
			require.NoError(t, err)
			trust := l.Network.ClientTLS(l.World.Now)
			trust.ServerName = "smtp." + p.Domain
			c, err := smtp.NewClientStartTLS(conn, trust)
			require.NoError(t, err)
			defer c.Close()
			var how sasl.Client = xoauth2{user, token}
			if mechanism == generic.OAuthBearer {
				how = sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: user, Token: token})
			}
			failed = c.Auth(how)
		}))
		return failed
	}
	for _, mechanism := range []string{generic.XOAUTH2, generic.OAuthBearer} {
		token := providerToken(t, l, p, "fax.send openid")
		require.NoError(t, try(mechanism, fakeoauth.DefaultAccount, token), mechanism)
		last := func(failed error) refusal.Reason {
			require.Error(t, failed)
			refusals := p.Mail.Refusals()
			return refusals[len(refusals)-1].Reason
		}
		require.Equal(t, refusal.UserMismatch, last(try(mechanism, "other@contoso.com", token)))
		own := p.Mail.Token(fakeoauth.DefaultAccount)
		require.Equal(t, refusal.TokenUnknown, last(try(mechanism, fakeoauth.DefaultAccount, own)))
		weak := providerToken(t, l, p, "openid email")
		require.Equal(t, refusal.SendScope, last(try(mechanism, fakeoauth.DefaultAccount, weak)))
		_, err := l.World.Advance(time.Hour)
		require.NoError(t, err)
		require.Equal(t, refusal.Expired, last(try(mechanism, fakeoauth.DefaultAccount, token)))
		fresh := providerToken(t, l, p, "fax.send")
		p.Authorization.Revoke(fakeoauth.DefaultAccount)
		require.Equal(t, refusal.TokenRevoked, last(try(mechanism, fakeoauth.DefaultAccount, fresh)))
	}
}

func TestProvidersOfABenchHaveNames(t *testing.T) {
	t.Parallel()
	l := lab.RunT(t, lab.Config{Seed: 7, Passwords: map[string]string{"b@contoso.com": "a chosen one"}})
	first, err := l.AddProvider(
		lab.ProviderConfig{Domain: "Fax.Example", Accounts: []string{"a@contoso.com", "b@contoso.com"}},
	)
	require.NoError(t, err)
	_, err = l.AddProvider(lab.ProviderConfig{Domain: "fax.example"})
	require.ErrorContains(t, err, "there is a provider fax.example already")
	_, err = l.AddProvider(lab.ProviderConfig{Domain: "other.example", Accounts: []string{"nobody"}})
	require.Error(t, err)
	_, err = l.Provider("other.example")
	var unknown *choice.Error
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"fax.example"}, unknown.Present)
	second, err := l.AddProvider(lab.ProviderConfig{Domain: "other.example"})
	require.NoError(t, err)
	found, err := l.Provider("FAX.example")
	require.NoError(t, err)
	require.Same(t, first, found)
	require.Len(t, first.Password("A@contoso.com"), 12)
	require.Equal(t, "a chosen one", first.Password("b@contoso.com"))
	require.NotEqual(t, first.Password("a@contoso.com"), second.Password(fakeoauth.DefaultAccount))
	require.Subset(t, l.Parties(), []string{"login.fax.example", "smtp.fax.example", "login.other.example"})
	require.Contains(t, l.Secrets(), first.Password("a@contoso.com"))
}
