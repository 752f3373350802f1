package fakeentra_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// aboutOthers are the rows with a place for something that no grant, code or parameter says.
var aboutOthers = map[int]string{
	700024: "the times of an assertion", 70005: "a response type", 90014: "a field that is missing",
	900144: "a parameter that is missing", 900561: "the methods of an endpoint", 90123: "another provider's answer",
	9002326: "an origin",
}

func TestAPlantedRefusalNamesWhatItsRequestIsAbout(t *testing.T) {
	for grant, begin := range map[string]func(*client) (say func() answer){
		"refresh token": func(c *client) func() answer {
			token := c.signIn("alice@contoso.com").text("refresh_token")
			return func() answer { return c.refresh(token) }
		},
		"device code": func(c *client) func() answer {
			user, device := c.ask()
			require.NoError(c.t, c.entra.Approve(user, "alice@contoso.com"))
			return func() answer { return c.poll(device) }
		},
		"authorization code": func(c *client) func() answer {
			code := c.code("alice@contoso.com")
			return func() answer { return c.redeem(code) }
		},
		"password": func(c *client) func() answer {
			return func() answer {
				return c.post(token, url.Values{
					"grant_type": {"password"}, "client_id": {c.id}, "username": {"alice@contoso.com"},
					"password": {"wrong"}, "scope": {fakeentra.Scope}, "redirect_uri": {loopback},
				})
			}
		},
	} {
		t.Run(grant, func(t *testing.T) {
			c := web(t)
			say := begin(c)
			for _, row := range fakeentra.Catalogue() {
				if row.Code == 0 || row.Variant != "" || aboutOthers[row.Code] != "" {
					continue
				}
				c.arm("error=" + strconv.Itoa(row.Code) + " times=1")
				said := strings.TrimPrefix(say().text("error_description"), "AADSTS"+strconv.Itoa(row.Code)+": ")
				said, _, _ = strings.Cut(said, " Trace ID: ")
				for _, standIn := range append(standIns, "organizations' directory", "2026-01-01T00:00:00") {
					if !strings.Contains(row.Text, standIn) {
						require.NotContains(t, said, standIn, row.Code)
					}
				}
			}

			alice, _ := c.entra.User("alice@contoso.com")
			for number, want := range map[int]string{
				50020: "User account 'alice@contoso.com' from identity provider 'https://sts.windows.net/" + alice.Tenant +
					"/' does not exist in tenant 'Contoso' and cannot access the application '" + c.id + "'(Example MFP Email Sender)",
				50034:   "The user account " + alice.ID + " does not exist in the " + alice.Tenant + " directory.",
				50105:   "The signed in user 'alice@contoso.com' is blocked",
				50076:   "to access '00000002-0000-0ff1-ce00-000000000000'",
				500011:  "The resource principal named https://outlook.office.com was not found in the tenant named Contoso.",
				50011:   "configured for the application '" + c.id + "'",
				650057:  "List of valid resources from app registration: 00000002-0000-0ff1-ce00-000000000000.",
				7000229: "is missing service principal in the tenant " + alice.Tenant,
			} {
				c.arm("error=" + strconv.Itoa(number) + " times=1")
				require.Contains(t, say().text("error_description"), want)
			}
		})
	}
}

func TestTheTenantThatATokenIsForIsNamed(t *testing.T) {
	const nobodys = "https://nobody.example/.default"
	c := stepped(t)
	for _, tenant := range []string{"organizations", "common", "contoso.com"} {
		c.tenant = tenant
		a := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {nobodys}})
		requireAADSTS(t, a, 500011, "invalid_resource")
		require.Contains(t, a.text("error_description"), "was not found in the tenant named Contoso. ", tenant)
	}
	_, err := c.entra.AddTenant(fakeentra.Tenant{Name: "Fabrikam", Domains: []string{"fabrikam.com"}})
	require.NoError(t, err)
	_, err = c.entra.AddUser(fakeentra.User{Principal: "eve@fabrikam.com"})
	require.NoError(t, err)
	c.tenant = "organizations"
	token := c.signIn("eve@fabrikam.com").text("refresh_token")
	c.arm("error=500011 times=1")
	require.Contains(t, c.refresh(token).text("error_description"), "in the tenant named Fabrikam. ", "the token's")
}

func TestARefusalIsOneSentenceWithOneStop(t *testing.T) {
	c := stepped(t)
	require.NoError(t, c.entra.Disable("alice@contoso.com"))
	user, _ := c.ask()
	err := c.entra.Approve(user, "alice@contoso.com")
	require.ErrorContains(t, err, "Enter password: AADSTS50057: ")
	_, err = c.entra.Authorize(
		authority+"/contoso.com/adminconsent?client_id=11111111-1111-4111-8111-111111111111", "alice@contoso.com",
	)
	require.ErrorContains(t, err, "we’re having trouble signing you in. AADSTS700016: ")
	require.NotContains(t, err.Error(), ".:")
}

// A fault that passes, which mail programs met at consumers (docs/reference/entra.md E17).
func TestAPassingFaultOfAPersonalAccount(t *testing.T) {
	c := stepped(t)
	c.tenant = "consumers"
	token := c.signIn("bob@outlook.com").text("refresh_token")
	c.arm("error=70000 variant=consumers-token grant=refresh_token times=1")
	a := c.refresh(token)
	requireAADSTS(t, a, 70000, "invalid_grant")
	require.Contains(
		t, a.text("error_description"),
		"AADSTS70000: The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.",
	)
	require.Equal(t, http.StatusOK, c.refresh(token).status, "it passes")
}

// A tenant of another cloud at the public host (docs/reference/entra.md E16).
func TestATenantOfAnotherCloud(t *testing.T) {
	c := web(t)
	_, err := c.entra.AddTenant(fakeentra.Tenant{
		Name: "Agency", Domains: []string{"agency.example"}, Cloud: fakeentra.GovernmentCloud,
	})
	require.NoError(t, err)
	_, err = c.entra.AddUser(fakeentra.User{Principal: "eve@agency.example"})
	require.NoError(t, err)
	ask := func(tenant string, form ...string) answer {
		c.tenant = tenant
		values := url.Values{"client_id": {webApp}, "scope": {fakeentra.Scope}}
		for i := 0; i < len(form); i += 2 {
			values.Set(form[i], form[i+1])
		}
		return c.post(token, values)
	}
	secret := []string{
		"client_secret", "right~secret", "grant_type", "client_credentials", "scope", "https://outlook.office.com/.default",
	}
	requireAADSTS(t, ask("agency.example", secret...), 900439, "invalid_request")
	require.NotContains(t, ask("contoso.com", secret...).body, "900439")

	c.tenant, c.id = "organizations", webApp
	web := []string{"client_id", webApp, "redirect_uri", webPage, "code_challenge", "", "code_challenge_method", ""}
	require.NoError(t, c.entra.ChangeUser("eve@agency.example", func(u *fakeentra.User) {
		u.Roles = []string{"Global Administrator"}
	}))
	code := c.code("eve@agency.example", web...)
	requireAADSTS(t, ask("organizations", "grant_type", "authorization_code", "code", code, "redirect_uri", webPage,
		"client_secret", "right~secret"), 900382, "invalid_request")

	c.id = fakeentra.ClientID
	require.Equal(t, http.StatusOK, c.signIn("eve@agency.example").status, "a client without a secret is let in")
}
