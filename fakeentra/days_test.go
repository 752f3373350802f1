package fakeentra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// asOf is a client that meets Entra ID as it was on a day.
func asOf(t *testing.T, day string) *client {
	t.Helper()
	at := time.Time{}
	if day != "" {
		var err error
		at, err = time.Parse(time.DateOnly, day)
		require.NoError(t, err)
	}
	return newClient(t, fakeentra.Config{Start: start, Seed: 7, AsOf: at})
}

func (c *client) configuration(tenant string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, authority+"/"+tenant+"/v2.0/.well-known/openid-configuration", "", "")
}

// asked is the answer to a device authorization request.
func (c *client) asked() answer {
	c.t.Helper()
	return c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}})
}

// TestEachDayHasItsBytes renders what changed on each day that is known, on the day itself and on the day before.
func TestEachDayHasItsBytes(t *testing.T) {
	unknownTenant := func(c *client) string {
		return c.configuration("no.such.example").text("error")
	}
	pending := func(c *client) string {
		_, device := c.ask()
		return c.poll(device).text("error_description")
	}
	cookies := func(c *client) string {
		var names []string
		for _, cookie := range c.asked().header.Values("Set-Cookie") {
			name, _, _ := strings.Cut(cookie, "=")
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	discovery := func(c *client) string { return c.configuration("common").body }
	for day, test := range map[string]struct {
		see         func(c *client) string
		before, has string
	}{
		"2021-08-04": {discovery, `"email"],"tenant_region_scope":null`, `"email"],"kerberos_endpoint":"https://login.microsoftonline.com/common/kerberos"`},
		"2022-04-21": {unknownTenant, "invalid_request", "invalid_tenant"},
		"2022-05-03": {cookies, "fpc x-ms-gateway-slice stsservicecookie", "fpc esctx x-ms-gateway-slice stsservicecookie"},
		"2023-10-20": {pending, "Continue polling.\r\nTrace ID: ", "Continue polling. Trace ID: "},
		"2024-10-10": {func(c *client) string {
			h := c.configuration("common").header
			return "x-ms-srs=" + h.Get("x-ms-srs") + " " + h.Get("Referrer-Policy")
		}, "x-ms-srs= ", "x-ms-srs=1.P strict-origin-when-cross-origin"},
		"2025-10-03": {discovery, `"id_token_signing_alg_values_supported":["RS256"],"response_types_supported"`, `"id_token_signing_alg_values_supported":["RS256"],"code_challenge_methods_supported":["plain","S256"],"response_types_supported"`},
		"2026-01-01": {func(c *client) string {
			return c.asked().text("message")
		}, "open the page https://microsoft.com/devicelogin", "open the page https://login.microsoft.com/device"},
		"2026-07-13": {discovery, `"client_secret_basic"],"jwks_uri"`, `"client_secret_basic","self_signed_tls_client_auth"],"jwks_uri"`},
	} {
		t.Run(day, func(t *testing.T) {
			at, err := time.Parse(time.DateOnly, day)
			require.NoError(t, err)
			old := test.see(asOf(t, at.AddDate(0, 0, -1).Format(time.DateOnly)))
			require.Contains(t, old, test.before)
			require.NotContains(t, old, test.has)
			c := asOf(t, day)
			require.Contains(t, test.see(c), test.has)
			require.Contains(t, test.see(asOf(t, "")), test.has, "it is so to this day")

			_, err = c.entra.SetAsOf(at.AddDate(0, 0, -1))
			require.NoError(t, err)
			require.Contains(t, test.see(c), test.before, "the day can be changed while it runs")
		})
	}
	for i, day := range fakeentra.Days() {
		require.NotEmpty(t, day.Source)
		require.Contains(t, "CDRI", day.Tag)
		require.True(t, i == 0 || day.From.After(fakeentra.Days()[i-1].From), "oldest first")
	}
	require.Len(t, fakeentra.Days(), 10, "a new day needs a line above, or a test of its own: that of TLS has one")
}

func TestTheNewestDayAdvertisesClientCertificates(t *testing.T) {
	c := asOf(t, "")
	require.Contains(t, c.configuration("common").body, `"kerberos_endpoint":"https://login.microsoftonline.com/common/kerberos",`+
		`"mtls_endpoint_aliases":{"token_endpoint":"https://mtlsauth.microsoft.com/common/oauth2/v2.0/token"},`+
		`"tls_client_certificate_bound_access_tokens":true,"tenant_region_scope":null`)
	const address = "https://mtlsauth.microsoft.com/common/oauth2/v2.0/token"
	alias := c.do(http.MethodPost, address, "application/x-www-form-urlencoded", "grant_type=x")
	require.Contains(t, alias.body, "AADSTS", "the fake answers there, not the real service")
}

func TestBeforeTheFirstDayNothingIsKnown(t *testing.T) {
	_, err := fakeentra.New(fakeentra.Config{Start: start, AsOf: time.Date(2021, 3, 16, 0, 0, 0, 0, time.UTC)})
	require.EqualError(t, err, "fakeentra: nothing is known of Entra ID as of 2021-03-16: the first day is 2021-03-17 (AZJS-dev, the .js twin (2021-03-17))")
	c := asOf(t, "2021-03-17")
	_, err = c.entra.SetAsOf(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	require.ErrorContains(t, err, "as of 2020-01-01")
	require.NotContains(t, c.configuration("common").body, "kerberos_endpoint", "the day is as it was")
}

// TestAnswersHaveTheLengthsThatPublicLogsShow renders answers under the real host name, as of the day of a log, and
// compares their length with the Content-Length that the log holds. What varies in them has a fixed length: GUIDs,
// time stamps, user codes of nine characters.
func TestAnswersHaveTheLengthsThatPublicLogsShow(t *testing.T) {
	tenant := func(c *client) string {
		contoso, there := c.entra.Tenant("contoso.com")
		require.True(t, there)
		return contoso.ID
	}
	asked := (*client).asked
	for name, test := range map[string]struct {
		day    string
		answer func(c *client) answer
		length int
		source string
	}{
		"a poll that is pending": {"2025-11-01", func(c *client) answer { return c.poll(asked(c).text("device_code")) }, 501, "azure-cli#32621"},
		// Three times JSON's \r\n in place of a space: nine octets more.
		"a poll that is pending, before 2023-10":              {"2023-01-01", func(c *client) answer { return c.poll(asked(c).text("device_code")) }, 510, "counted: the captured text, AZJS-dev (2022-03-01)"},
		"a devicecode answer with the old address":            {"2024-05-01", asked, 473, "azure-powershell#13477 (2020-11-10), #24962"},
		"discovery of a tenant":                               {"2025-10-03", func(c *client) answer { return c.configuration(tenant(c)) }, 1805, "public log (2025-10-03)"},
		"discovery of a tenant, before the challenge methods": {"2023-10-13", func(c *client) answer { return c.configuration(tenant(c)) }, 1753, "azure-sdk-for-js, a recording of 2023-10-13"},
		"instance discovery of a tenant": {"2023-10-13", func(c *client) answer {
			return c.do(http.MethodGet, authority+"/common/discovery/instance?api-version=1.1&authorization_endpoint="+
				url.QueryEscape(authority+"/"+tenant(c)+"/oauth2/v2.0/authorize"), "", "")
		}, 980, "azure-sdk-for-js, a recording of 2023-10-13"},
	} {
		t.Run(name, func(t *testing.T) {
			a := test.answer(asOf(t, test.day))
			require.Len(t, a.body, test.length, "%s: %s", test.source, a.body)
		})
	}
}

// TestEsctxIsAsLongAsInTheRecordings holds the cookie against two of 2023-10-13, whose values have 207 characters.
func TestEsctxIsAsLongAsInTheRecordings(t *testing.T) {
	const captured = `^esctx=PAQABAAEAAAA[\w-]{192}gAA; domain=\.login\.microsoftonline\.com; path=/; secure; HttpOnly; SameSite=None$`
	c := asOf(t, "2023-10-13")
	first := c.configuration("common").header.Values("Set-Cookie")
	require.Len(t, first, 4)
	require.Regexp(t, captured, first[1])
	second := c.asked().header.Values("Set-Cookie")
	require.Len(t, second, 4)
	require.Regexp(t, captured, second[1])
	require.NotEqual(t, first[1], second[1])
	_, device := c.ask()
	require.Len(t, c.poll(device).header.Values("Set-Cookie"), 3, "not at the token endpoint")
	require.NotContains(t, journalText(c.entra), strings.SplitN(strings.TrimPrefix(first[1], "esctx="), ";", 2)[0])

	own := c.do(http.MethodGet, c.entra.URL()+"/common/discovery/v2.0/keys", "", "").header.Values("Set-Cookie")
	require.NotContains(t, own[1], "domain=", "a cookie of another domain is no use under a name of one's own")
}

// TestOneJarForDeviceAndBrowserLosesNoSignIn: the cookies of devicecode and of the pages have one name.
func TestOneJarForDeviceAndBrowserLosesNoSignIn(t *testing.T) {
	c := stepped(t)
	p := c.person()
	c.http = p.http
	user, device := c.ask()
	p.typePassword(user, "admin@contoso.com")
	c.configuration("common")
	_, _ = c.ask()
	p.press("Continue")
	p.press("Accept")
	require.Contains(t, p.text(), "You have signed in to the")
	require.Equal(t, http.StatusOK, c.poll(device).status)
}
