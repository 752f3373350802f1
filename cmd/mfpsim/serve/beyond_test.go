package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// container is a bench as in a container: it listens everywhere, and others reach it by a name. The test leads that
// name to this machine.
func container(t *testing.T, c Config) *served {
	t.Helper()
	c.Host, c.Names = "0.0.0.0", []string{"mfpsim"}
	s := live(t, c)
	transport := s.client.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return s
}

// with asks for a page with headers and returns the answer, without its body, and its text.
func (s *served) with(method, address, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.client.Do(request)
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	var text bytes.Buffer
	_, err = text.ReadFrom(response.Body)
	require.NoError(s.t, err)
	return response, text.String()
}

func TestBeyondLoopbackNobodySeesAPasswordWithoutTheToken(t *testing.T) {
	var warnings bytes.Buffer
	s := container(t, Config{JSON: true, AnySeed: true, Err: &warnings})
	var line Endpoints
	require.NoError(t, json.Unmarshal(s.out.Bytes(), &line))
	require.NotEmpty(t, line.Token)
	require.Equal(t, []string{"mfpsim"}, line.Names)
	require.Contains(t, warnings.String(), "beyond this machine")
	require.NotContains(t, warnings.String(), line.Token)
	password := line.Accounts[0].Password
	for _, page := range []string{
		s.Control + "/", s.Control + "/accounts", s.Control + "/openapi.json", s.Graph + "/users", s.Panel + "/", s.Panel + "/mark",
	} {
		for name, headers := range map[string][]string{
			"no token":     nil,
			"a wrong one":  {"Authorization", "Bearer " + strings.Repeat("A", len(line.Token))},
			"an empty one": {"Authorization", "Bearer ", "Cookie", tokenCookie + "="},
		} {
			response, text := s.with(http.MethodGet, page, "", headers...)
			require.Equal(t, http.StatusUnauthorized, response.StatusCode, "%s, %s", page, name)
			require.NotContains(t, text, password, page)
			require.NotContains(t, text, line.Token, page)
		}
		response, _ := s.with(http.MethodGet, page, "", "Authorization", "bearer  "+line.Token)
		require.Equal(t, http.StatusOK, response.StatusCode, page)
	}
	response, _ := s.with(http.MethodPost, s.Control+"/clock/advance", `{"duration":"1h"}`)
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	response, _ = s.with(http.MethodPost, s.Panel+"/home?token="+line.Token, "")
	require.Equal(t, http.StatusUnauthorized, response.StatusCode, "an act is never done by an address alone")
}

func TestProbesTakeNoTokenAndTellNothing(t *testing.T) {
	s := container(t, Config{})
	for _, path := range probes {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			response, text := s.with(method, s.Control+path, "", "Host", "10.1.2.3.pod.cluster.local")
			require.Equal(t, http.StatusOK, response.StatusCode, path)
			require.Empty(t, text)
		}
		for _, near := range []string{path + "/", path + "/../accounts", "/" + path, path + "x"} {
			response, _ := s.with(http.MethodGet, s.Control+near, "")
			require.Equal(t, http.StatusUnauthorized, response.StatusCode, near)
		}
		response, _ := s.with(http.MethodGet, s.Panel+path, "")
		require.Equal(t, http.StatusUnauthorized, response.StatusCode, "the panel is not probed")
		response, _ = s.with(http.MethodPost, s.Control+path, "{}")
		require.Equal(t, http.StatusUnauthorized, response.StatusCode, path)
	}
}

func TestABrowserGetsInByTheTokenInTheAddressOnce(t *testing.T) {
	s := container(t, Config{})
	response, _ := s.with(http.MethodGet, s.Panel+"//elsewhere.example/?mailbox=a&token="+s.Token, "")
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Equal(t, "/elsewhere.example/?mailbox=a", response.Header.Get("Location"))
	response, _ = s.with(http.MethodGet, s.Panel+"/?token="+s.Token, "")
	require.Equal(t, "/", response.Header.Get("Location"))
	cookie := response.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	response, text := s.with(http.MethodGet, s.Panel+"/", "", "Cookie", cookie.Name+"="+cookie.Value)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, text, s.Accounts[0].Password)
	require.Contains(t, s.out.String(), s.Token)
}

func TestEntrasPagesShowTheTestAccountsOnLoopbackOnly(t *testing.T) {
	for _, c := range []struct {
		name  string
		bench func(*testing.T, Config) *served
		shown bool
	}{
		{"loopback", func(t *testing.T, c Config) *served { return live(t, c) }, true},
		{"a container", container, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.bench(t, Config{Prepared: true})
			_, text := s.get(s.Entra + "/common/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id=" + s.ClientID)
			require.Equal(t, c.shown, strings.Contains(text, "admin@contoso.com"), text)
		})
	}
}

func TestANameOfTheBenchIsTakenInRequestsAndCertificates(t *testing.T) {
	s := container(t, Config{})
	for _, address := range []string{s.WebConfig, s.Entra, s.Panel, s.Control, s.Graph, "smtp://" + s.SMTP} {
		require.Contains(t, address, "://mfpsim:")
	}
	for _, address := range []string{
		s.WebConfig + "/status/product", s.Entra + "/organizations/v2.0/.well-known/openid-configuration", s.Control + "/",
	} {
		response, _ := s.with(http.MethodGet, address, "", "Authorization", "Bearer "+s.Token)
		require.Equal(t, http.StatusOK, response.StatusCode, address)
	}
	response, text := s.with(
		http.MethodGet, s.Control+"/", "", "Host", "rebound.example", "Authorization", "Bearer "+s.Token,
	)
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	require.Contains(t, text, "--name")
	_, port, err := net.SplitHostPort(s.SMTP)
	require.NoError(t, err)
	roots := s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs
	client, err := smtp.DialStartTLS(
		"127.0.0.1:"+port, &tls.Config{RootCAs: roots, ServerName: "mfpsim", MinVersion: tls.VersionTLS12},
	)
	require.NoError(t, err)
	require.NoError(t, client.Noop())
	require.NoError(t, client.Quit())
}

func TestPasswordsBeyondLoopbackAreThoseOfNoOtherInstallation(t *testing.T) {
	password := func(s *served) string { return s.Accounts[0].Password }
	atHome := password(live(t, Config{AnySeed: true}))
	there := Config{AnySeed: true, Relatives: []string{"fax"}}
	first, second := container(t, there), container(t, there)
	require.NotEqual(t, atHome, password(first))
	require.NotEqual(t, password(first), password(second))
	require.NotEqual(t, first.Token, second.Token)
	require.NotEqual(t, first.Relatives["fax"].Password, second.Relatives["fax"].Password)
	var warnings bytes.Buffer
	require.Equal(t, atHome, password(container(t, Config{Err: &warnings})), "a seed that was given")
	require.Contains(t, warnings.String(), "whoever knows the seed (0)")
}

func TestNamesAndTokensThatCannotBeServed(t *testing.T) {
	for _, c := range []struct {
		config  Config
		message string
	}{
		{Config{Names: []string{"http://mfpsim"}}, "it is no host name and no address"},
		{Config{Names: []string{"mfpsim:8080"}}, "it is no host name and no address"},
		{Config{Names: []string{""}}, "it is no host name and no address"},
		{Config{Token: "short"}, "a token has 16 characters at least"},
	} {
		require.ErrorContains(t, Run(t.Context(), c.config), c.message)
	}
	s := live(t, Config{Token: "chosen-by-the-owner"})
	response, _ := s.with(http.MethodGet, s.Control+"/accounts", "")
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
}
