package fakeentra_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// outsider is a client that knows nothing of the bench but its authority, as curl with --cacert and --resolve; resolved
// are hosts whose addresses it was told.
func outsider(t *testing.T, entra *fakeentra.Server, config *tls.Config, resolved ...string) *http.Client {
	t.Helper()
	config.RootCAs = entra.Client().Transport.(interface{ Unwrap() *http.Transport }).Unwrap().TLSClientConfig.RootCAs
	config.Time = entra.World().Now
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		for _, known := range append(resolved, "127.0.0.1") {
			if host == known {
				return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
			}
		}
		return nil, fmt.Errorf("%s would lead to the real service", address)
	}
	transport := &http.Transport{TLSClientConfig: config, DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func fetch(t *testing.T, h *http.Client, method, address string, form url.Values) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := h.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	a := answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if strings.HasPrefix(a.body, "{") {
		require.NoError(t, json.Unmarshal(text, &a.json), a.body)
	}
	return a
}

// TestUnderMicrosoftsNameEveryAddressKeepsThePort is `curl --resolve login.microsoftonline.com:PORT:127.0.0.1`: a
// program that follows the discovery document stays with the fake.
func TestUnderMicrosoftsNameEveryAddressKeepsThePort(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{Start: start})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(entra.URL(), "https://"))
	require.NoError(t, err)
	for _, name := range []string{"login.microsoftonline.com", "login.windows.net"} {
		t.Run(name, func(t *testing.T) {
			base := "https://" + name + ":" + port
			h := outsider(t, entra, &tls.Config{}, name, "login.microsoftonline.com")
			for _, version := range []string{"/v2.0", ""} {
				about := base + "/organizations" + version + "/.well-known/openid-configuration"
				document := fetch(t, h, http.MethodGet, about, nil)
				addresses := 0
				for field, value := range document.json {
					text, _ := value.(string)
					if !strings.HasSuffix(field, "_endpoint") && field != "jwks_uri" {
						continue
					}
					addresses++
					require.True(t, strings.HasPrefix(text, base+"/"), "%s is %s", field, text)
					fetch(t, h, http.MethodGet, text, nil) // whoever goes there is answered by the fake
				}
				require.GreaterOrEqual(t, addresses, 5)
				if version != "" {
					alias := document.json["mtls_endpoint_aliases"].(map[string]any)["token_endpoint"]
					require.Equal(t, base+"/organizations/oauth2/v2.0/token", alias)
					issuer := "https://login.microsoftonline.com:" + port + "/{tenantid}/v2.0"
					require.Equal(t, issuer, document.text("issuer"))
				}
			}
			instance := fetch(t, h, http.MethodGet, base+
				"/common/discovery/instance?api-version=1.1&authorization_endpoint="+
				url.QueryEscape(base+"/organizations/oauth2/v2.0/authorize"), nil)
			require.Equal(
				t, base+"/organizations/v2.0/.well-known/openid-configuration",
				instance.text("tenant_discovery_endpoint"),
			)

			asked := fetch(t, h, http.MethodPost, base+"/organizations/oauth2/v2.0/devicecode", url.Values{
				"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope},
			})
			require.Equal(t, base+"/device", asked.text("verification_uri"), "who follows it stays with the fake")
			require.Contains(t, asked.text("message"), base+"/device")
			require.NoError(t, entra.Approve(asked.text("user_code"), "admin@contoso.com"))
			tokens := fetch(t, h, http.MethodPost, base+"/organizations/oauth2/v2.0/token", url.Values{
				"grant_type": {deviceURN}, "client_id": {fakeentra.ClientID}, "device_code": {asked.text("device_code")},
			})
			require.Equal(t, http.StatusOK, tokens.status, tokens.body)
			refused := fetch(t, h, http.MethodPost, base+"/organizations/oauth2/v2.0/token", url.Values{
				"grant_type": {deviceURN}, "client_id": {fakeentra.ClientID},
			})
			require.Contains(t, refused.text("error_uri"), "https://login.microsoftonline.com:"+port+"/error?code=")
		})
	}
}

// TestAnOldVersionOfTLSIsAnsweredByHTTP: by the captures it is no alert that the client meets.
func TestAnOldVersionOfTLSIsAnsweredByHTTP(t *testing.T) {
	for name, version := range map[string]uint16{
		"TLS 1.0": tls.VersionTLS10, "TLS 1.1": tls.VersionTLS11, "TLS 1.2": tls.VersionTLS12,
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			contoso, _ := c.entra.Tenant("contoso.com")
			only := &tls.Config{MinVersion: version, MaxVersion: version} //nolint:gosec // that is the test
			h := outsider(t, c.entra, only)
			ask := func(tenant string) answer {
				return fetch(t, h, http.MethodPost, c.entra.URL()+"/"+tenant+devicecode, url.Values{
					"client_id": {c.id}, "scope": {fakeentra.Scope},
				})
			}
			got := ask("contoso.com")
			if version == tls.VersionTLS12 {
				require.Equal(t, http.StatusOK, got.status, got.body)
				return
			}
			require.Equal(t, http.StatusBadRequest, got.status)
			require.Equal(t, `{"error":"invalid_request","error_description":"AADSTS1002016: You are using TLS version 1.0, 1.1 and/or 3DES cipher `+
				`which are deprecated to improve the security posture of Azure AD. Your TenantID is: `+contoso.ID+`. Please refer to `+
				`https://go.microsoft.com/fwlink/?linkid=2161187 and conduct needed actions to remediate the issue. For further questions, `+
				`please contact your administrator."}`, got.body)
			require.Contains(t, ask("organizations").body, "Your TenantID is: organizations.")
			require.Contains(t, journalText(c.entra), "AADSTS1002016", "it is on the record")

			_, err := c.entra.SetAsOf(start.AddDate(-4, 0, 0))
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, ask("contoso.com").status, "on 2022-03-02 it was served")
		})
	}
}

// TestPlainHTTPToTheTLSPortGetsASentence: the connection does not just end.
func TestPlainHTTPToTheTLSPortGetsASentence(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{Start: start})
	h := outsider(t, entra, &tls.Config{})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		plain := "http://" + strings.TrimPrefix(entra.URL(), "https://")
		got := fetch(t, h, method, plain+"/common"+devicecode, url.Values{"client_id": {"x"}})
		require.Equal(t, http.StatusBadRequest, got.status)
		require.Equal(t, "This port speaks HTTPS. Write https:// in place of http:// in the address.\n", got.body)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(entra.URL(), "https://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "EHLO printer\r\n")
	require.NoError(t, err)
	said, err := io.ReadAll(conn)
	if err == nil {
		require.NotContains(t, string(said), "HTTPS", "who speaks another protocol hears the alert of TLS")
	}
}
