package fakeentra_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// TestEveryRefusalOfTheTokenAndDeviceCodeEndpoints walks the errors that need no history.
func TestEveryRefusalOfTheTokenAndDeviceCodeEndpoints(t *testing.T) {
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	scope := fakeentra.Scope
	const id = fakeentra.ClientID
	const (
		other     = "10000000-0000-4000-8000-000000000001"
		single    = "10000000-0000-4000-8000-000000000002"
		secretive = "10000000-0000-4000-8000-000000000003"
		off       = "10000000-0000-4000-8000-000000000004"
		work      = "10000000-0000-4000-8000-000000000005"
	)
	for name, test := range map[string]struct {
		tenant, endpoint string
		form             url.Values
		code             int
		word, text       string
		status           int
	}{
		"no client id":                        {"organizations", devicecode, form("scope", scope), 900144, "invalid_request", "The request body must contain the following parameter: 'client_id'.", 400},
		"no scope":                            {"organizations", devicecode, form("client_id", id), 900144, "invalid_request", "The request body must contain the following parameter: 'scope'.", 400},
		"no scope comes before a bad client":  {"organizations", devicecode, form("client_id", other), 900144, "invalid_request", "'scope'", 400},
		"unknown client":                      {"contoso.com", devicecode, form("client_id", other, "scope", scope), 700016, "unauthorized_client", "Application with identifier '" + other + "' was not found in the directory 'Contoso'.", 400},
		"disabled client":                     {"organizations", devicecode, form("client_id", off, "scope", scope), 7000112, "unauthorized_client", "Application '" + off + "'(Disabled app) is disabled.", 400},
		"single-tenant client at common":      {"common", devicecode, form("client_id", single, "scope", scope), 50059, "invalid_request", "No tenant-identifying information found", 400},
		"single-tenant client elsewhere":      {"fabrikam.com", devicecode, form("client_id", single, "scope", scope), 700016, "unauthorized_client", "directory 'Fabrikam'", 400},
		"work-only client at consumers":       {"consumers", devicecode, form("client_id", work, "scope", scope), 9002332, "unauthorized_client", "is configured for use by Azure Active Directory users only.", 400},
		"bad scope":                           {"organizations", devicecode, form("client_id", id, "scope", "/"), 70011, "invalid_scope", "The provided value for the input parameter 'scope' is not valid.", 400},
		"unknown resource":                    {"contoso.com", devicecode, form("client_id", id, "scope", "https://api.example.com/Read"), 500011, "invalid_resource", "The resource principal named https://api.example.com was not found in the tenant named Contoso.", 400},
		"unknown permission":                  {"organizations", devicecode, form("client_id", id, "scope", "https://scans.example/Scan.Fly"), 650053, "invalid_scope", "The application 'App' asked for scope 'Scan.Fly' that doesn't exist on the resource '10000000-0000-4000-8000-000000000006'.", 400},
		"outlook.office365.com at consumers":  {"consumers", devicecode, form("client_id", id, "scope", "https://outlook.office365.com/SMTP.Send"), 70011, "invalid_scope", "", 400},
		"unknown tenant":                      {"nowhere.example", devicecode, form("client_id", id, "scope", scope), 90002, "invalid_tenant", "Tenant 'nowhere.example' not found.", 400},
		"unknown tenant id":                   {"10000000-0000-4000-8000-00000000000f", token, form(), 90002, "invalid_tenant", "", 400},
		"malformed tenant":                    {"no_such", devicecode, form("client_id", id, "scope", scope), 900023, "invalid_request", "Specified tenant identifier 'no_such' is neither a valid DNS name, nor a valid external domain.", 400},
		"no grant type":                       {"organizations", token, form("client_id", id), 900144, "invalid_request", "'grant_type'", 400},
		"unknown grant type":                  {"organizations", token, form("client_id", id, "grant_type", "magic"), 70003, "unsupported_grant_type", "The app requested an unsupported grant type 'magic'.", 400},
		"poll without client":                 {"organizations", token, form("grant_type", deviceURN, "device_code", "x"), 900144, "invalid_request", "'client_id'", 400},
		"poll without code":                   {"organizations", token, form("grant_type", deviceURN, "client_id", id), 900144, "invalid_request", "'device_code'", 400},
		"poll with an unknown code":           {"organizations", token, form("grant_type", deviceURN, "client_id", id, "device_code", "x"), 70000, "invalid_grant", "The provided value for the input parameter 'device_code' is not valid.", 400},
		"poll with an unknown code, old name": {"organizations", token, form("grant_type", "device_code", "client_id", id, "code", "x"), 70000, "invalid_grant", "", 400},
		"a public client with a secret":       {"organizations", token, form("grant_type", deviceURN, "client_id", id, "device_code", "x", "client_secret", "s"), 700025, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", 400},
		"an empty secret is none":             {"organizations", token, form("grant_type", deviceURN, "client_id", id, "device_code", "x", "client_secret", ""), 70000, "invalid_grant", "", 400},
		"refresh without token":               {"organizations", token, form("grant_type", "refresh_token", "client_id", id), 900144, "invalid_request", "'refresh_token'", 400},
		"refresh with garbage":                {"organizations", token, form("grant_type", "refresh_token", "client_id", id, "refresh_token", "1.AAA.AgABAwEAAADxxx"), 9002313, "invalid_grant", "Invalid request. Request is malformed or invalid.", 400},
		"refresh with garbage at consumers":   {"consumers", token, form("grant_type", "refresh_token", "client_id", id, "refresh_token", "M.x"), 70000, "invalid_grant", "The user could not be authenticated as the grant is expired.", 400},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, fakeentra.Config{
				Start: start,
				Tenants: []fakeentra.Tenant{
					{Name: "Contoso", Domains: []string{"contoso.com"}},
					{Name: "Fabrikam", Domains: []string{"fabrikam.com"}},
				},
				Users:     []fakeentra.User{},
				Resources: []fakeentra.Resource{scans},
				Applications: []fakeentra.Application{
					{ID: id, Name: "App"},
					{ID: single, Name: "Single", Audience: "AzureADMyOrg", Home: "contoso.com"},
					{ID: secretive, Name: "Secretive", Confidential: true},
					{ID: off, Name: "Disabled app", State: fakeentra.Disabled},
					{ID: work, Name: "Work", Audience: "AzureADMultipleOrgs"},
				},
			})
			c.tenant = test.tenant
			a := c.post(test.endpoint, test.form)
			requireAADSTS(t, a, test.code, test.word)
			require.Contains(t, a.text("error_description"), test.text)
			require.Equal(t, test.status, a.status)
		})
	}
}

func TestTheLayoutOfErrors(t *testing.T) {
	c := stepped(t)
	const correlation = "9ddb74cd-ff25-4dbc-9d58-2c1b6a2c2e77"
	a := c.post(
		devicecode, url.Values{"client_id": {c.id}}, "client-request-id", correlation, "x-client-SKU", "test",
		"return-client-request-id", "true",
	)
	trace := a.header.Get("x-ms-request-id")
	require.Regexp(t, `^[0-9a-f-]{34}00$`, trace)
	require.Equal(t, `{"error":"invalid_request","error_description":"AADSTS900144: The request body must contain the following parameter: 'scope'. `+
		`Trace ID: `+trace+` Correlation ID: `+correlation+` Timestamp: 2026-03-02 09:00:00Z","error_codes":[900144],"timestamp":"2026-03-02 09:00:00Z",`+
		`"trace_id":"`+trace+`","correlation_id":"`+correlation+`",`+
		`"error_uri":"https://login.microsoftonline.com/error?code=900144"}`, a.body)
	require.Equal(t, "1,900144,0,,", a.header.Get("x-ms-clitelem"))
	require.Equal(t, correlation, a.header.Get("client-request-id"))
	for name, value := range map[string]string{
		"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Content-Type": "application/json; charset=utf-8", "Expires": "-1",
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "X-Content-Type-Options": "nosniff",
		"P3P": `CP="DSP CUR OTPi IND OTRi ONL FIN"`, "Date": "Mon, 02 Mar 2026 09:00:00 GMT", "x-ms-srs": "1.P",
	} {
		require.Equal(t, value, a.header.Get(name), name)
	}
	require.Len(t, a.header.Values("Set-Cookie"), 3)
	require.Empty(t, c.post(devicecode, url.Values{}).header.Get("x-ms-clitelem"), "only for clients with telemetry")
}

func TestTheFirstAnswerOfADeviceSignIn(t *testing.T) {
	c := stepped(t)
	form := url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}, "client_info": {"1"}, "unknown": {"x"}}
	a := c.post(devicecode, form)
	require.Regexp(t, `^\{"user_code":"[2-9A-HJ-NP-Z]{9}","device_code":"[\w-]{200,300}","verification_uri":"https://login.microsoft.com/device",`+
		`"expires_in":900,"interval":5,"message":"To sign in, use a web browser to open the page https://login.microsoft.com/device and enter the code [2-9A-Z]{9} to authenticate."\}$`, a.body)
	get := c.do(http.MethodGet, authority+"/common"+devicecode+"?"+form.Encode(), "", "")
	require.Equal(t, http.StatusOK, get.status, "GET with a query is used in the field")
	c.tenant = "consumers"
	require.Regexp(t, `"user_code":"[2-9A-Z]{8}".*"verification_uri":"https://www.microsoft.com/link"`, c.post(devicecode, form).body)
	own := c.do(
		http.MethodPost, c.entra.URL()+"/organizations"+devicecode, "application/x-www-form-urlencoded", form.Encode(),
	)
	require.Equal(t, c.entra.URL()+"/device", own.text("verification_uri"), "whoever follows it stays on the bench")
}

func TestTheStatesOfADeviceCode(t *testing.T) {
	c := stepped(t)
	user, device := c.ask()
	first := c.poll(device)
	requireAADSTS(t, first, 70016, "authorization_pending")
	require.Contains(t, first.text("error_description"), "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling. Trace ID:")
	second := c.poll(device)
	require.Equal(t, first.text("correlation_id"), second.text("correlation_id"), "a session keeps its id")
	require.NotEqual(t, first.text("trace_id"), second.text("trace_id"))
	require.Equal(t, second.header.Get("x-ms-request-id"), second.text("trace_id"))

	require.Error(t, c.entra.EnterCode("nonsense"))
	require.NoError(t, c.entra.EnterCode(user))
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	require.Error(t, c.entra.Approve(user, "admin@contoso.com"), "once only")
	require.Equal(t, http.StatusOK, c.poll(device).status)
	requireAADSTS(t, c.poll(device), 70000, "invalid_grant")
	c.advance(15 * time.Minute)
	requireAADSTS(t, c.poll(device), 70020, "expired_token") // looked at before "already used"
	c.advance(25 * time.Hour)
	_, _ = c.ask()
	requireAADSTS(t, c.poll(device), 70000, "invalid_grant")

	user, device = c.ask()
	require.NoError(t, c.entra.Decline(user))
	declined := c.poll(device)
	require.Equal(t, "authorization_declined", declined.text("error"))
	require.Empty(t, declined.json["error_codes"], "no number was ever captured")

	_, device = c.ask()
	c.advance(15*time.Minute - time.Second)
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	c.advance(time.Second)
	requireAADSTS(t, c.poll(device), 70020, "expired_token")

	c.tenant = "consumers"
	_, device = c.ask()
	require.Contains(t, c.poll(device).text("error_description"), "AADSTS70016: Pending end-user authorization.")
}

func TestPublicClientFlowsNotAllowedIsHeardAfterTheSignIn(t *testing.T) {
	c := stepped(t)
	require.NoError(t, c.entra.ChangeApplication(c.id, func(a *fakeentra.Application) { a.Confidential = true }))
	user, device := c.ask()
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	a := c.poll(device)
	requireAADSTS(t, a, 7000218, "invalid_client")
	require.Equal(t, http.StatusUnauthorized, a.status)
}

func TestSlowDownIsAnOption(t *testing.T) {
	c := newClient(t, fakeentra.Config{Start: start, SlowDown: true})
	_, device := c.ask()
	require.Equal(t, "authorization_pending", c.poll(device).text("error"))
	require.Equal(t, "slow_down", c.poll(device).text("error"))
	c.advance(5 * time.Second)
	require.Equal(t, "authorization_pending", c.poll(device).text("error"))
}

func TestWhatIsNotSimulatedIsLoud(t *testing.T) {
	c := stepped(t)
	a := c.do(http.MethodGet, authority+"/common/oauth2/v2.0/introspect", "", "")
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.body, "fakeentra has no GET /common/oauth2/v2.0/introspect")
	require.Contains(t, journalText(c.entra), "not simulated: GET /common/oauth2/v2.0/introspect")
	a = c.do(http.MethodGet, authority+"/nothing", "", "", "Accept", "text/html")
	require.Contains(t, a.body, "This page is not simulated")
	requireAADSTS(t, c.do(http.MethodGet, authority+"/common"+token, "", ""), 900561, "invalid_request")
	require.Contains(
		t, c.do(http.MethodGet, authority+"/error?code=53003", "", "").body,
		"Access has been blocked by Conditional Access policies.",
	)
	require.Equal(t, http.StatusNotFound, c.do(http.MethodGet, authority+"/error?code=1", "", "").status)
}

func journalText(s *fakeentra.Server) string {
	var b strings.Builder
	for _, e := range s.Journal().Entries() {
		b.WriteString(e.Text.String() + "\n")
		if e.HTTP != nil {
			b.WriteString(e.HTTP.Target.String() + "\n" +
				e.HTTP.RequestBody.String() + "\n" + e.HTTP.ResponseBody.String() + "\n")
			for _, f := range append(e.HTTP.RequestHeader, e.HTTP.ResponseHeader...) {
				b.WriteString(f.Name + ": " + f.Value.String() + "\n")
			}
		}
	}
	return b.String()
}

func TestPlantedAnswers(t *testing.T) {
	c := stepped(t)
	arm := func(words ...string) {
		t.Helper()
		k, err := parseOne(words...)
		require.NoError(t, err)
		require.NoError(t, c.entra.Arm(k))
	}
	_, device := c.ask()
	arm("html", "endpoint=token", "after=1", "times=1")
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	a := c.poll(device)
	require.Contains(t, a.body, "Sign in to the network")
	require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")

	arm("empty", "times=1")
	require.Empty(t, c.poll(device).body)
	arm("error=50196", "grant=device_code", "times=1")
	requireAADSTS(t, c.poll(device), 50196, "invalid_grant")
	arm("status=429", "endpoint=devicecode", "times=1")
	a = c.post(devicecode, url.Values{})
	require.Equal(t, "60", a.header.Get("Retry-After"))
	require.Equal(t, "Too Many Requests", a.body)
	arm("half", "times=1")
	half, err := c.http.PostForm(authority+"/common"+token, url.Values{})
	require.NoError(t, err)
	body, err := io.ReadAll(half.Body)
	require.NoError(t, err)
	require.NoError(t, half.Body.Close())
	require.True(t, strings.HasPrefix(string(body), `{"error":`), string(body))
	require.False(t, json.Valid(body))
	for _, word := range []string{"nothing", "truncated"} {
		arm(word, "times=1")
		response, err := c.http.PostForm(authority+"/common"+token, url.Values{})
		if err == nil {
			require.NotZero(t, response.ContentLength)
			buffer := make([]byte, 2*response.ContentLength)
			n, err := readAll(response.Body, buffer)
			require.Error(t, err)
			require.Equal(t, int(response.ContentLength/2), n)
			require.NoError(t, response.Body.Close())
		} else {
			require.Equal(t, "nothing", word)
		}
	}
	require.Empty(t, c.entra.UnmetAnswers())
	for _, words := range [][]string{
		{"magic"}, {}, {"html", "endpoint=moon"}, {"error=1"}, {"status=1"}, {"html", "grant=x"}, {"html", "times=x"},
	} {
		_, err := parseOne(words...)
		require.Error(t, err, words)
	}
}

func readAll(r interface{ Read([]byte) (int, error) }, p []byte) (total int, err error) {
	for err == nil && total < len(p) {
		var n int
		n, err = r.Read(p[total:])
		total += n
	}
	return total, err
}
