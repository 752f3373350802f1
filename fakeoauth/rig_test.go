package fakeoauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mfpsim/fakeoauth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is far from the machine's date, so that an answer that had it would show.
var start = time.Date(2031, 5, 4, 3, 2, 1, 0, time.UTC)

const (
	deviceAuthorization = "/oauth/device_authorization"
	token               = "/oauth/token"
	deviceGrant         = "urn:ietf:params:oauth:grant-type:device_code"
	scope               = "fax.send openid email offline_access"
)

// client is a device, and a person's browser without cookies.
type client struct {
	t    *testing.T
	s    *fakeoauth.Server
	http *http.Client
}

func newClient(t *testing.T, c fakeoauth.Config) *client {
	t.Helper()
	c.Start, c.Seed = start, 7
	s := fakeoauth.RunT(t, c)
	trust := s.Network().ClientTLS(s.World().Now)
	trust.ServerName = strings.TrimPrefix(s.Issuer(), "https://")
	address := strings.TrimPrefix(s.URL(), "https://")
	transport := &http.Transport{
		TLSClientConfig: trust,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, s: s, http: &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is an answer, read.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) text(name string) string { return fmt.Sprint(a.json[name]) }

func (c *client) do(method, path string, form url.Values) answer {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, c.s.Issuer()+path, body)
	require.NoError(c.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := c.http.Do(r)
	require.NoError(c.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	a := answer{status: response.StatusCode, header: response.Header, body: string(content)}
	_ = json.Unmarshal(content, &a.json)
	return a
}

// post sends a form, with pairs of name and value beside the client.
func (c *client) post(path string, pairs ...string) answer {
	c.t.Helper()
	form := url.Values{"client_id": {fakeoauth.DefaultClientID}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, path, form)
}

// code asks for a device code.
func (c *client) code() answer {
	c.t.Helper()
	a := c.post(deviceAuthorization, "scope", scope)
	require.Equal(c.t, http.StatusOK, a.status, a.body)
	return a
}

func (c *client) poll(code answer) answer {
	c.t.Helper()
	return c.post(token, "grant_type", deviceGrant, "device_code", code.text("device_code"))
}

func (c *client) refresh(text string, pairs ...string) answer {
	c.t.Helper()
	return c.post(token, append([]string{"grant_type", "refresh_token", "refresh_token", text}, pairs...)...)
}

func (c *client) advance(d time.Duration) {
	c.t.Helper()
	_, err := c.s.World().Advance(d)
	require.NoError(c.t, err)
}

// signIn is a device with tokens.
func (c *client) signIn() answer {
	c.t.Helper()
	code := c.code()
	require.NoError(c.t, c.s.Approve(code.text("user_code"), fakeoauth.DefaultAccount))
	a := c.poll(code)
	require.Equal(c.t, http.StatusOK, a.status, a.body)
	return a
}

func requireError(t *testing.T, a answer, status int, word string) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, word, a.text("error"))
}

// claims checks an id_token by the published keys.
func (c *client) claims(text string) map[string]any {
	c.t.Helper()
	var keys jose.JSONWebKeySet
	require.NoError(c.t, json.Unmarshal([]byte(c.do(http.MethodGet, "/oauth/keys", nil).body), &keys))
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	require.NoError(c.t, err)
	claims := map[string]any{}
	require.NoError(c.t, parsed.Claims(&keys, &claims))
	return claims
}

var hiddenVisit = regexp.MustCompile(`name="visit" value="([^"]+)"`)

// visit reads what a page hides.
func (a answer) visit(t *testing.T) string {
	t.Helper()
	found := hiddenVisit.FindStringSubmatch(a.body)
	require.NotNil(t, found, a.body)
	return found[1]
}

const verifier = "a-verifier-of-sufficient-length-0123456789-abcdef"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// serve hands a request to the server without a connection.
func serve(t *testing.T, s *fakeoauth.Server, method, path, query, form string) (status int) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.URL.RawQuery = query
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code
}
