package oauth

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

const clientID = "11111111-2222-3333-4444-555555555555"

// idToken makes an id_token with the payload, and a signature that nobody checks.
func idToken(payload string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(payload)) + "." + part([]byte("signature"))
}

var goodIdentity = idToken(`{"aud":"` + clientID + `","preferred_username":"scanner@contoso.com"}`)

const goodCode = `{"user_code":"FRWQDE7YL","device_code":"BAQABAAEAAAA-secret","verification_uri":"https://login.microsoft.com/device",` +
	`"expires_in":900,"interval":5,"message":"To sign in, use a web browser"}`

func goodToken() string {
	return `{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":3599,"ext_expires_in":3599,` +
		`"access_token":"access-1","refresh_token":"0.refresh-1","id_token":"` + goodIdentity + `"}`
}

// refuse is an error answer in Entra's layout.
func refuse(word string, code int) reply {
	return reply{status: 400, body: fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: Words. Trace ID: x","error_codes":[%d],`+
		`"timestamp":"2026-03-02 09:00:00Z","trace_id":"d092006d-0000-4000-8000-000000000c00",`+
		`"correlation_id":"9ddb74cd-0000-4000-8000-000000000000"}`, word, code, code)}
}

// reply is one scripted answer.
type reply struct {
	status int
	kind   string // media type; "" is JSON
	body   string
	header map[string]string
	raw    string // written to the bare connection instead
	act    func() // before answering
	hang   bool   // no answer at all
}

// cloud is a scripted identity provider.
type cloud struct {
	*httptest.Server
	clock   *bench.Clock
	dialer  *bench.Dialer
	client  *Client
	replies []reply
	forms   []url.Values
	times   []time.Time
}

func newCloud(t *testing.T, replies ...reply) *cloud {
	t.Helper()
	c := &cloud{clock: bench.NewClock(), dialer: &bench.Dialer{}, replies: replies}
	done := make(chan struct{})
	c.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		form.Set("path", r.URL.Path)
		c.forms, c.times = append(c.forms, form), append(c.times, c.clock.Now())
		if len(c.replies) == 0 {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		next := c.replies[0]
		c.replies = c.replies[1:]
		if next.act != nil {
			next.act()
		}
		if next.hang {
			<-done
			return
		}
		if next.raw != "" || next.status == 0 {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = conn.Write([]byte(next.raw))
			_ = conn.Close()
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if next.kind != "" {
			w.Header().Set("Content-Type", next.kind)
		}
		for k, v := range next.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(next.status)
		_, _ = w.Write([]byte(next.body))
	}))
	t.Cleanup(func() { close(done); c.client.Close(); c.Server.Close() })
	c.Server.Config.ErrorLog = nil
	c.dialer.Route("login.example.com:443", c.Server.Listener.Addr())
	roots := x509.NewCertPool()
	roots.AddCert(c.Server.Certificate())
	c.client = New(Config{Clock: c.clock, Dialer: c.dialer, Roots: func() *x509.CertPool { return roots }})
	return c
}

var endpoint = Endpoint{
	Authority: "https://login.example.com", Tenant: "organizations", ClientID: clientID,
	Scopes: []string{"https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile"},
}

func (c *cloud) signIn(t *testing.T, ctx context.Context) (*Token, *outcome.Outcome) {
	t.Helper()
	code, err := c.client.Authorize(ctx, endpoint)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", *code), "secret")
	token, err := c.client.Poll(ctx, endpoint, code)
	return token, asOutcome(t, err)
}

func asOutcome(t *testing.T, err error) *outcome.Outcome {
	t.Helper()
	if err == nil {
		return nil
	}
	var o *outcome.Outcome
	require.ErrorAs(t, err, &o)
	for _, leak := range []string{"secret", "access-1", "refresh-1", "127.0.0.1"} {
		require.NotContains(t, fmt.Sprintf("%+v %s", *o, o.Error()), leak)
	}
	return o
}

func ok(body string) reply { return reply{status: 200, body: body} }

var pending = refuse("authorization_pending", 70016)

func TestDeviceGrantPollsAtTheIntervalUntilThePersonHasSignedIn(t *testing.T) {
	c := newCloud(t, ok(goodCode), pending, pending, ok(goodToken()))
	token, failed := c.signIn(t, context.Background())
	require.Nil(t, failed)
	require.Equal(t, "access-1", token.Access.Reveal())
	require.Equal(t, "0.refresh-1", token.Refresh.Reveal())
	require.Equal(t, "scanner@contoso.com", token.Account)
	require.Equal(t, bench.Start.Add(15*time.Second+3599*time.Second), token.Expires)
	require.Equal(t, []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second}, c.clock.Sleeps())
	require.Equal(t, url.Values{
		"client_id": {clientID}, "scope": {"https://outlook.office.com/SMTP.Send offline_access openid profile"},
		"path": {"/organizations/oauth2/v2.0/devicecode"},
	}, c.forms[0])
	require.Equal(t, url.Values{
		"client_id": {clientID}, "grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
		"device_code": {"BAQABAAEAAAA-secret"}, "path": {"/organizations/oauth2/v2.0/token"},
	}, c.forms[1])
	require.Len(t, c.dialer.Dials(), 1, "keep-alive")
}

func TestNoKeepAliveOpensAConnectionForEachRequest(t *testing.T) {
	c := newCloud(t, ok(goodCode), pending, ok(goodToken()))
	c.client.transport.(*http.Transport).DisableKeepAlives = true
	_, failed := c.signIn(t, context.Background())
	require.Nil(t, failed)
	require.Len(t, c.dialer.Dials(), 3)
}

func TestWaitsBetweenPolls(t *testing.T) {
	s := time.Second
	for _, test := range []struct {
		name    string
		replies []reply
		waits   []time.Duration
	}{
		{"slow_down adds five seconds for good", []reply{refuse("slow_down", 70016), pending, ok(goodToken())}, []time.Duration{5 * s, 10 * s, 10 * s}},
		{"lost connections double the wait until an answer comes", []reply{{}, {}, pending, ok(goodToken())}, []time.Duration{5 * s, 10 * s, 20 * s, 5 * s}},
		{"the doubling ends at a minute", []reply{{}, {}, {}, {}, {}, ok(goodToken())}, []time.Duration{5 * s, 10 * s, 20 * s, 40 * s, 60 * s, 60 * s}},
		{"a server error is tried again", []reply{{status: 503, body: "<html>", kind: "text/html"}, ok(goodToken())}, []time.Duration{5 * s, 10 * s}},
		{"429 in plain text waits as Retry-After says", []reply{{status: 429, body: "Too Many Requests", kind: "text/plain", header: map[string]string{"Retry-After": "60"}}, ok(goodToken())}, []time.Duration{5 * s, 60 * s}},
		{"the loop detector of Entra is not final", []reply{refuse("invalid_grant", 50196), ok(goodToken())}, []time.Duration{5 * s, 10 * s}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud(t, append([]reply{ok(goodCode)}, test.replies...)...)
			_, failed := c.signIn(t, context.Background())
			require.Nil(t, failed)
			require.Equal(t, test.waits, c.clock.Sleeps())
		})
	}
}

func TestEndsOfPolling(t *testing.T) {
	for _, test := range []struct {
		name   string
		reply  reply
		kind   outcome.Kind
		aadsts int
	}{
		{"declined, in Microsoft's word", refuse("authorization_declined", 0), outcome.SignInDeclined, 0},
		{"declined, in the RFC's word", refuse("access_denied", 0), outcome.SignInDeclined, 0},
		{"code expired, v2.0", refuse("expired_token", 70020), outcome.SignInCodeExpired, 70020},
		{"code expired, v1.0", refuse("code_expired", 70019), outcome.SignInCodeExpired, 70019},
		{"code unknown, as documented", refuse("bad_verification_code", 0), outcome.SignInRefused, 0},
		{"code unknown, as seen", refuse("invalid_grant", 70000), outcome.SignInRefused, 70000},
		{"blocked at issuance", refuse("invalid_grant", 53003), outcome.PolicyBlocked, 53003},
		{"MFA still needed", refuse("invalid_grant", 50076), outcome.MultiFactorRequired, 50076},
		{"public client flows are off", reply{status: 401, body: refuse("invalid_client", 7000218).body}, outcome.ApplicationRefused, 7000218},
		{"HTML", reply{status: 200, kind: "text/html", body: "<html>Log in to the guest network</html>"}, outcome.CloudMalformed, 0},
		{"JSON that says it is HTML", reply{status: 200, kind: "text/html", body: goodToken()}, outcome.CloudMalformed, 0},
		{"no id_token, hence no account", ok(`{"token_type":"Bearer","access_token":"access-1","expires_in":3599}`), outcome.CloudMalformed, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud(t, ok(goodCode), pending, test.reply)
			token, failed := c.signIn(t, context.Background())
			require.Nil(t, token)
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, test.aadsts, failed.AADSTS)
			require.Len(t, c.forms, 3, "a final answer is not asked for again")
		})
	}
}

func TestTheDevicesClockEndsTheCode(t *testing.T) {
	replies := []reply{ok(goodCode)}
	for range 200 {
		replies = append(replies, pending)
	}
	c := newCloud(t, replies...)
	_, failed := c.signIn(t, context.Background())
	require.Equal(t, outcome.SignInCodeExpired, failed.Kind)
	require.Equal(t, bench.Start.Add(15*time.Minute), c.clock.Now())
	require.Len(t, c.forms, 1+179, "no poll at or after the end")
}

func TestSettingTheDateDoesNotEndTheCode(t *testing.T) {
	c := newCloud(t, ok(goodCode), pending, ok(goodToken()))
	c.replies[1].act = func() { c.clock.Set(bench.Start.AddDate(1, 0, 0)) }
	_, failed := c.signIn(t, context.Background())
	require.Nil(t, failed)
}

func TestAServiceThatStaysAwayUntilTheCodesEndIsTheOutcome(t *testing.T) {
	c := newCloud(t, ok(goodCode))
	code, err := c.client.Authorize(context.Background(), endpoint)
	require.NoError(t, err)
	c.client.Close()
	c.dialer.Fail(
		"login.example.com:443",
		&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
	)
	_, err = c.client.Poll(context.Background(), endpoint, code)
	require.Equal(t, outcome.Unreachable, asOutcome(t, err).Kind)
	require.Equal(t, bench.Start.Add(15*time.Minute), c.clock.Now())
}

func TestSilenceEndsAfterTheRequestTimeoutAndIsTriedAgain(t *testing.T) {
	c := newCloud(t, ok(goodCode), reply{}, ok(goodToken()))
	c.replies[1] = reply{hang: true, act: func() { c.clock.Advance(DefaultRequestTimeout) }}
	token, failed := c.signIn(t, context.Background())
	require.Nil(t, failed)
	require.Equal(t, "access-1", token.Access.Reveal())
	require.Equal(t, []time.Duration{5 * time.Second, 10 * time.Second}, c.clock.Sleeps())
	require.Equal(t, bench.Start.Add(75*time.Second), c.clock.Now())
}

func TestCancelEndsPollingAsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := newCloud(t, ok(goodCode), reply{hang: true, act: cancel})
	_, failed := c.signIn(t, ctx)
	require.Equal(t, outcome.Interrupted, failed.Kind)
	require.False(t, failed.Retry)
}

func TestRefresh(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply reply
		kind  outcome.Kind
		ends  bool
	}{
		{"inactive for 90 days", refuse("invalid_grant", 700082), outcome.SignInExpired, true},
		{"the older number of the same", refuse("invalid_grant", 70008), outcome.SignInExpired, true},
		{"revoked", refuse("invalid_grant", 50173), outcome.SignInRevoked, true},
		{"password changed", refuse("invalid_grant", 50133), outcome.PasswordChanged, true},
		{"consent withdrawn", refuse("invalid_grant", 65001), outcome.ConsentWithdrawn, true},
		{"device code flow blocked by policy", refuse("invalid_grant", 530036), outcome.PolicyBlocked, true},
		{"v1.0 word for a policy", refuse("interaction_required", 53003), outcome.PolicyBlocked, true},
		{"MFA demanded later", refuse("invalid_grant", 50079), outcome.MultiFactorRequired, true},
		{"account disabled", refuse("invalid_grant", 50057), outcome.AccountDisabled, true},
		{"sign-in frequency", refuse("invalid_grant", 70043), outcome.SignInFrequency, true},
		{"personal accounts say 70000 for nearly all", refuse("invalid_grant", 70000), outcome.SignInRefused, true},
		{"no number, suberror only", reply{status: 400, body: `{"error":"invalid_grant","suberror":"consent_required"}`}, outcome.ConsentWithdrawn, true},
		{"number in the description only", reply{status: 400, body: `{"error":"invalid_grant","error_description":"AADSTS700082: words"}`}, outcome.SignInExpired, true},
		{"application disabled", refuse("unauthorized_client", 7000112), outcome.ApplicationRefused, false},
		{"a word that nobody documents", refuse("pardon", 0), outcome.RefusedUnknown, false},
		{"temporarily unavailable", refuse("temporarily_unavailable", 90033), outcome.CloudError, false},
		{"503", reply{status: 503}, outcome.CloudError, false},
		{"HTML", reply{status: 200, kind: "text/html", body: "<html>"}, outcome.CloudMalformed, false},
		{"an error page of a proxy", reply{status: 403, kind: "text/html", body: "<html>"}, outcome.CloudMalformed, false},
		{"nothing at all", reply{}, outcome.ConnectionLost, false},
		{"an empty answer", reply{status: 200}, outcome.CloudMalformed, false},
		{"not HTTP", reply{raw: "220 mail.example.com ESMTP\r\n"}, outcome.CloudMalformed, false},
		{"cut off in the body", reply{raw: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"}, outcome.ConnectionLost, false},
		{"a redirect is not followed", reply{status: 302, header: map[string]string{"Location": "https://login.example.com/x"}}, outcome.CloudMalformed, false},
		{"a body without end", reply{status: 200, body: `{"access_token":"` + strings.Repeat("x", maxBody)}, outcome.CloudMalformed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud(t, test.reply)
			_, err := c.client.Refresh(context.Background(), endpoint, secret.New("0.refresh-1"))
			failed := asOutcome(t, err)
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, test.ends, failed.Kind.EndsSignIn())
			require.Equal(t, outcome.Cloud, failed.Side)
			require.Equal(t, outcome.StageRefresh, failed.Stage)
			require.Len(t, c.forms, 1)
		})
	}
}

func TestRefreshSendsTheScope(t *testing.T) {
	c := newCloud(t, ok(`{"token_type":"Bearer","expires_in":"3599","access_token":"access-2","refresh_token":"0.refresh-2"}`))
	token, err := c.client.Refresh(context.Background(), endpoint, secret.New("0.refresh-1"))
	require.NoError(t, err)
	require.Equal(t, "access-2", token.Access.Reveal())
	require.Equal(t, "0.refresh-2", token.Refresh.Reveal())
	require.Equal(t, url.Values{
		"client_id": {clientID}, "grant_type": {"refresh_token"}, "refresh_token": {"0.refresh-1"},
		"scope": {"https://outlook.office.com/SMTP.Send offline_access openid profile"}, "path": {"/organizations/oauth2/v2.0/token"},
	}, c.forms[0])
}

// TestARefreshAsksForTheScopeOfTheSignIn holds that the core does not rely on what a server makes of a refresh without
// a scope, and never asks for more than was granted (RFC 6749 §6).
func TestARefreshAsksForTheScopeOfTheSignIn(t *testing.T) {
	c := newCloud(t, ok(`{"device_code":"d","user_code":"u","verification_uri":"https://example.com/devicelogin","expires_in":900,"interval":5}`),
		ok(`{"token_type":"Bearer","expires_in":3599,"access_token":"access-2"}`))
	_, err := c.client.Authorize(context.Background(), endpoint)
	require.NoError(t, err)
	token, err := c.client.Refresh(context.Background(), endpoint, secret.New("0.refresh-1"))
	require.NoError(t, err, "an answer that names no scope is for the scope that was asked (RFC 6749 §5.1)")
	require.Equal(t, "access-2", token.Access.Reveal())
	require.Len(t, c.forms, 2)
	require.NotEmpty(t, c.forms[0].Get("scope"))
	require.Equal(t, c.forms[0].Get("scope"), c.forms[1].Get("scope"))
}

func TestTheWayToTheCloud(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(c *cloud)
		kind outcome.Kind
	}{
		{"the name does not resolve", func(c *cloud) { c.dialer.Fail("login.example.com:443", &net.DNSError{IsNotFound: true}) }, outcome.NameNotResolved},
		{"no time server and an empty battery: the year 2000 is before the certificate", func(c *cloud) { c.clock.Set(time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)) }, outcome.CertificateDate},
		{"the certificate has expired", func(c *cloud) { c.clock.Set(time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)) }, outcome.CertificateDate},
		{"no root for the certificate", func(c *cloud) { c.client.config.Roots = x509.NewCertPool }, outcome.CertificateUntrusted},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud(t, ok(goodCode))
			test.set(c)
			_, err := c.client.Authorize(context.Background(), endpoint)
			require.Equal(t, test.kind, asOutcome(t, err).Kind)
			require.Empty(t, c.forms, "nothing was sent")
		})
	}
	t.Run("the certificate belongs to another name", func(t *testing.T) {
		c := newCloud(t, ok(goodCode))
		c.dialer.Route("login.other.test:443", c.Listener.Addr())
		other := endpoint
		other.Authority = "https://login.other.test"
		_, err := c.client.Authorize(context.Background(), other)
		require.Equal(t, outcome.CertificateName, asOutcome(t, err).Kind)
	})
	t.Run("not TLS", func(t *testing.T) {
		c := newCloud(t)
		plain := httptest.NewServer(nil)
		defer plain.Close()
		c.dialer.Route("login.example.com:443", plain.Listener.Addr())
		_, err := c.client.Authorize(context.Background(), endpoint)
		require.Equal(t, outcome.SecureConnection, asOutcome(t, err).Kind)
	})
	t.Run("no token is ever sent without TLS", func(t *testing.T) {
		c := newCloud(t)
		plain := endpoint
		plain.Authority = "http://login.example.com"
		_, err := c.client.Refresh(context.Background(), plain, secret.New("0.refresh-1"))
		require.Equal(t, outcome.NotConfigured, asOutcome(t, err).Kind)
		require.Empty(t, c.dialer.Dials())
	})
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "-5": 0, "soon": 0, "99999999": time.Hour, "999999999999999999999999": 0,
		"Mon, 02 Mar 2026 09:02:00 GMT": 2 * time.Minute, "Mon, 02 Mar 2026 08:00:00 GMT": 0,
	} {
		h := http.Header{"Retry-After": {value}, "Date": {"Mon, 02 Mar 2026 09:00:00 GMT"}}
		require.Equal(t, want, retryAfter(h), value)
	}
}
