// Package rfc8628 lets one client trace meet the fake and another server of RFC 8628, the example server of
// zitadel/oidc, and lists every difference with its source. It is a module of its own so that zitadel's dependencies
// stay out of the product's.
package rfc8628

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"golang.org/x/oauth2"

	"mfpsim/fakeentra"
)

// server is one of the two, as a client and its user see it.
type server struct {
	name               string
	http               *http.Client
	authorize, token   string
	client, secret     string
	scopes             []string
	approve, deny      func(userCode string)
	expire             func(deviceCode string) // lets the code's life pass
	deviceCode, answer string
}

func entra(t *testing.T) *server {
	t.Helper()
	s := fakeentra.RunT(t, fakeentra.Config{Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	base := "https://login.microsoftonline.com/organizations/oauth2/v2.0"
	return &server{
		name: "fakeentra", http: s.Client(), authorize: base + "/devicecode", token: base + "/token", client: fakeentra.ClientID,
		scopes:  []string{"https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile"},
		approve: func(code string) { require.NoError(t, s.Approve(code, "admin@contoso.com")) },
		deny:    func(code string) { require.NoError(t, s.Decline(code)) },
		expire: func(string) {
			_, err := s.World().Advance(time.Hour)
			require.NoError(t, err)
		},
	}
}

func zitadel(t *testing.T) *server {
	t.Helper()
	listener := httptest.NewUnstartedServer(nil)
	issuer := "http://" + listener.Listener.Addr().String() + "/"
	storage.RegisterClients(storage.DeviceClient("device", "secret"))
	kept := storage.NewStorage(storage.NewUserStore(issuer))
	listener.Config.Handler = exampleop.SetupServer(issuer, kept, slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	listener.Start()
	t.Cleanup(listener.Close)
	ctx := context.Background()
	return &server{
		name: "zitadel/oidc", http: listener.Client(), authorize: issuer + "device_authorization", token: issuer + "oauth/token",
		client: "device", secret: "secret", scopes: []string{"openid", "profile"},
		approve: func(code string) { require.NoError(t, kept.CompleteDeviceAuthorization(ctx, code, "id1")) },
		deny:    func(code string) { require.NoError(t, kept.DenyDeviceAuthorization(ctx, code)) },
		expire: func(code string) {
			require.NoError(
				t, kept.StoreDeviceAuthorization(ctx, "device", code, code[:8], time.Unix(0, 0), []string{"openid"}),
			)
		},
	}
}

// post sends a form and returns the OAuth error, or "ok".
func (s *server) post(t *testing.T, address string, form url.Values) (string, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s.secret != "" && form.Get("client_id") == s.client {
		request.SetBasicAuth(s.client, s.secret)
	}
	response, err := s.http.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var members map[string]any
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if json.Unmarshal(body, &members) != nil {
		return fmt.Sprintf("HTTP %d without JSON", response.StatusCode), nil
	}
	if response.StatusCode == http.StatusOK {
		return "ok", members
	}
	word, _ := members["error"].(string)
	return word, members
}

const grant = "urn:ietf:params:oauth:grant-type:device_code"

// begin starts a sign-in.
func (s *server) begin(t *testing.T) (userCode, deviceCode string) {
	t.Helper()
	word, members := s.post(t, s.authorize, url.Values{"client_id": {s.client}, "scope": {strings.Join(s.scopes, " ")}})
	require.Equal(t, "ok", word, "%v", members)
	// RFC 8628 §3.2: REQUIRED
	for _, name := range []string{"device_code", "user_code", "verification_uri", "expires_in"} {
		require.Contains(t, members, name, s.name)
	}
	return members["user_code"].(string), members["device_code"].(string)
}

func (s *server) poll(t *testing.T, deviceCode string) string {
	t.Helper()
	word, _ := s.post(
		t, s.token, url.Values{"grant_type": {grant}, "client_id": {s.client}, "device_code": {deviceCode}},
	)
	return word
}

// step is one step of the trace: what the client does, what both say, and why if they differ.
type step struct {
	name  string
	play  func(t *testing.T, s *server) string
	entra string
	other string
	why   string // of a difference: its source
}

func trace() []step {
	return []step{
		{name: "a sign-in begins", play: func(t *testing.T, s *server) string {
			s.begin(t)
			return "ok"
		}, entra: "ok", other: "ok"},
		{name: "nobody has typed the code yet", play: func(t *testing.T, s *server) string {
			_, code := s.begin(t)
			return s.poll(t, code)
		}, entra: "authorization_pending", other: "authorization_pending"},
		{name: "polled twice without waiting", play: func(t *testing.T, s *server) string {
			_, code := s.begin(t)
			s.poll(t, code)
			return s.poll(t, code)
		}, entra: "authorization_pending", other: "authorization_pending"},
		{name: "the code has expired", play: func(t *testing.T, s *server) string {
			_, code := s.begin(t)
			s.expire(code)
			return s.poll(t, code)
		}, entra: "expired_token", other: "expired_token"},
		{
			name: "the user said no", play: func(t *testing.T, s *server) string {
				user, code := s.begin(t)
				s.deny(user)
				return s.poll(t, code)
			}, entra: "authorization_declined", other: "access_denied",
			why: "RFC 8628 §3.5 says access_denied; Microsoft's word is its own (docs/reference/entra.md §2.2 [D] DCF)",
		},
		{name: "the user said yes", play: func(t *testing.T, s *server) string {
			user, code := s.begin(t)
			s.approve(user)
			return s.poll(t, code)
		}, entra: "ok", other: "ok"},
		{
			name: "redeemed a second time", play: func(t *testing.T, s *server) string {
				user, code := s.begin(t)
				s.approve(user)
				s.poll(t, code)
				return s.poll(t, code)
			}, entra: "invalid_grant", other: "ok",
			why: "docs/reference/entra.md §2.2 [C]: codes are single use; zitadel's example keeps what it gave out",
		},
		{
			name: "an invented device code", play: func(t *testing.T, s *server) string { return s.poll(t, "invented") },
			entra: "invalid_grant", other: "access_denied",
			why: "docs/reference/entra.md §2.2 [C] MSAL.android live test, and RFC 6749 §5.2; zitadel says access_denied for every failed look-up (pkg/op/device.go)",
		},
		{
			name: "no device code", play: func(t *testing.T, s *server) string { return s.poll(t, "") },
			entra: "invalid_request", other: "access_denied",
			why: "docs/reference/entra.md §2.2 [C], and RFC 6749 §5.2 (a missing parameter); zitadel looks the empty code up",
		},
		{name: "no grant type", play: func(t *testing.T, s *server) string {
			word, _ := s.post(t, s.token, url.Values{"client_id": {s.client}})
			return word
		}, entra: "invalid_request", other: "invalid_request"},
		{name: "an unknown grant type", play: func(t *testing.T, s *server) string {
			word, _ := s.post(t, s.token, url.Values{"client_id": {s.client}, "grant_type": {"magic"}})
			return word
		}, entra: "unsupported_grant_type", other: "unsupported_grant_type"},
		{
			name: "an invented refresh token", play: func(t *testing.T, s *server) string {
				word, _ := s.post(
					t, s.token,
					url.Values{"client_id": {s.client}, "grant_type": {"refresh_token"}, "refresh_token": {"invented"}},
				)
				return word
			}, entra: "invalid_grant", other: "unauthorized_client",
			why: "RFC 6749 §5.2 has both; zitadel's device client is not registered for the refresh grant, Entra knows no such registration",
		},
		{
			name: "a client that is not registered", play: func(t *testing.T, s *server) string {
				word, _ := s.post(
					t, s.authorize,
					url.Values{"client_id": {"11111111-1111-1111-1111-111111111111"}, "scope": {"openid"}},
				)
				return word
			}, entra: "unauthorized_client", other: "server_error",
			why: "docs/reference/entra.md §6.4 [C]: 700016 is unauthorized_client; RFC 6749 §5.2 says invalid_client; zitadel passes on its example storage's own error",
		},
		{
			name: "no client", play: func(t *testing.T, s *server) string {
				word, _ := s.post(t, s.authorize, url.Values{"scope": {"openid"}})
				return word
			}, entra: "invalid_request", other: "invalid_client",
			why: "docs/reference/entra.md §2.1 [C]: 900144 is invalid_request; RFC 6749 §5.2 allows both",
		},
	}
}

func TestOneTraceMeetsBoth(t *testing.T) {
	ours, theirs := entra(t), zitadel(t)
	same := 0
	for _, step := range trace() {
		t.Run(step.name, func(t *testing.T) {
			require.Equal(t, step.entra, step.play(t, ours), ours.name)
			require.Equal(t, step.other, step.play(t, theirs), theirs.name)
			require.Equal(
				t, step.entra != step.other, step.why != "", "a difference has a source, and nothing else has",
			)
		})
		if step.entra == step.other {
			same++
		} else {
			t.Logf(
				"%s: %s says %q, %s says %q: %s", step.name, ours.name, step.entra, theirs.name, step.other, step.why,
			)
		}
	}
	t.Logf("%d steps the same, %d differ", same, len(trace())-same)
}

// TestOneLibrarySignsInAtBoth lets golang.org/x/oauth2 do the whole flow at each.
func TestOneLibrarySignsInAtBoth(t *testing.T) {
	for _, s := range []*server{entra(t), zitadel(t)} {
		t.Run(s.name, func(t *testing.T) {
			ctx := context.WithValue(t.Context(), oauth2.HTTPClient, s.http)
			config := oauth2.Config{
				ClientID:     s.client,
				ClientSecret: s.secret,
				Scopes:       s.scopes,
				Endpoint: oauth2.Endpoint{
					DeviceAuthURL: s.authorize, TokenURL: s.token, AuthStyle: oauth2.AuthStyleInParams,
				},
			}
			if s.secret != "" {
				config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
			}
			word, members := s.post(
				t, s.authorize, url.Values{"client_id": {s.client}, "scope": {strings.Join(s.scopes, " ")}},
			)
			require.Equal(t, "ok", word)
			s.approve(members["user_code"].(string))
			token, err := config.DeviceAccessToken(
				ctx, &oauth2.DeviceAuthResponse{DeviceCode: members["device_code"].(string), Interval: 1},
			)
			require.NoError(t, err)
			require.NotEmpty(t, token.AccessToken)
			require.Equal(t, "Bearer", token.Type())
		})
	}
}
