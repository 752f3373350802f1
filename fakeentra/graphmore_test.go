package fakeentra_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// everything is a policy that says something wherever the fake understands it.
const everything = `{
	"displayName": "Everything", "state": "enabled", "templateId": "c7503427-338e-4c5e-902d-abe252abfb43",
	"conditions": {
		"userRiskLevels": ["high"], "signInRiskLevels": ["low", "medium"],
		"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"],
		"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]},
		"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
		"applications": {"includeApplications": ["Office365"],
			"excludeApplications": ["00000003-0000-0000-c000-000000000000"]},
		"users": {"includeUsers": ["GuestsOrExternalUsers"], "excludeUsers": ["alice@contoso.com"],
			"includeGroups": ["Scanners"], "excludeGroups": [],
			"includeRoles": ["Printer Administrator"], "excludeRoles": ["62e90394-69f5-4237-9190-012177145e10"]},
		"authenticationFlows": {"transferMethods": "deviceCodeFlow,authenticationTransfer"}
	},
	"grantControls": {"operator": "AND", "builtInControls": ["mfa", "compliantDevice", "domainJoinedDevice"]},
	"sessionControls": {"signInFrequency": {"value": 7, "type": "days",
		"authenticationType": "secondaryAuthentication", "frequencyInterval": "timeBased", "isEnabled": true}},
	"mfpsim": {"where": "issuance", "from": "2026-04-01T00:00:00Z", "enforced": "2026-05-01T00:00:00Z"}
}`

func TestAPolicyComesBackAsItWasPosted(t *testing.T) {
	c := stepped(t)
	require.NoError(
		t, c.entra.ChangeUser("admin@contoso.com", func(u *fakeentra.User) { u.Groups = []string{"Scanners"} }),
	)
	a := c.admin()
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/identity/conditionalAccess/policies", everything)
	path := "/v1.0/identity/conditionalAccess/policies/" + made.text("id")
	read := func() map[string]any {
		got := a.ok(http.StatusOK, http.MethodGet, path, "").json
		for _, name := range []string{"@odata.context", "id", "createdDateTime", "modifiedDateTime"} {
			delete(got, name)
		}
		return got
	}
	var want map[string]any
	require.NoError(t, json.Unmarshal([]byte(everything), &want))
	users := want["conditions"].(map[string]any)["users"].(map[string]any)
	alice, _ := c.entra.User("alice@contoso.com")
	users["excludeUsers"] = []any{alice.ID}
	users["includeGroups"] = []any{a.list("/v1.0/groups")[0]["id"]}
	users["includeRoles"] = []any{"644ef478-e28f-4e28-b9dc-3fdde9aa0b1f"}
	require.Equal(t, want, read())

	text, err := json.Marshal(read())
	require.NoError(t, err)
	a.ok(http.StatusNoContent, http.MethodPatch, path, string(text))
	require.Equal(t, want, read(), "what was read can be written back")

	for change, see := range map[string]func(p fakeentra.Policy){
		`{"sessionControls":{"signInFrequency":{"frequencyInterval":"everyTime","isEnabled":true,"value":null,"type":null}}}`: func(p fakeentra.Policy) { require.True(t, p.EveryTime) },
		`{"sessionControls":{"signInFrequency":{"value":4,"type":"hours","isEnabled":true}}}`:                                 func(p fakeentra.Policy) { require.Equal(t, 4*time.Hour, p.SignInFrequency) },
		`{"sessionControls":{"signInFrequency":{"value":4,"type":"hours","isEnabled":false}}}`:                                func(p fakeentra.Policy) { require.Zero(t, p.SignInFrequency) },
		`{"sessionControls":null}`: func(p fakeentra.Policy) { require.Zero(t, p.SignInFrequency) },
		`{"mfpsim":{"signInFrequency":"30m","from":null}}`: func(p fakeentra.Policy) {
			require.Equal(t, 30*time.Minute, p.SignInFrequency)
			require.True(t, p.From.IsZero())
		},
		`{"grantControls":null}`:                           func(p fakeentra.Policy) { require.Equal(t, "none", p.Grant) },
		`{"conditions":{"locations":null}}`:                func(p fakeentra.Policy) { require.Empty(t, p.Locations) },
		`{"conditions":{"clientAppTypes":["all"]}}`:        func(p fakeentra.Policy) { require.Empty(t, p.ClientApps) },
		`{"conditions":{"authenticationFlows":null}}`:      func(p fakeentra.Policy) { require.Empty(t, p.Flows) },
		`{"conditions":{"devices":{"deviceFilter":null}}}`: func(p fakeentra.Policy) { require.Equal(t, "Everything", p.Name) },
	} {
		a.ok(http.StatusNoContent, http.MethodPatch, path, change)
		see(c.entra.Policies("contoso.com")[0])
		a.ok(http.StatusOK, http.MethodGet, path, "")
	}

	set, err := c.entra.SetPolicyJSON("contoso.com", "By another name", []byte(everything))
	require.NoError(t, err)
	require.Equal(t, "By another name", set.Name)
	require.Error(t, second(c.entra.SetPolicyJSON("contoso.com", "x", []byte(`{"sate":"enabled"}`))))
}

func TestEverythingThatIsListedCanBeReadByItsID(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	c.signIn("admin@contoso.com")
	require.NoError(
		t,
		second(
			c.entra.SetLocation(
				"contoso.com", fakeentra.NamedLocation{Name: "Greece", Countries: []string{"GR"}, Unknown: true},
			),
		),
	)
	require.NoError(
		t,
		second(
			c.entra.SetLocation(
				"contoso.com", fakeentra.NamedLocation{Name: "IPv6", Ranges: []string{"2001:db8::/32"}},
			),
		),
	)
	require.NoError(
		t,
		second(
			c.entra.SetPolicy(
				"contoso.com",
				fakeentra.Policy{Name: "P", State: "off", Grant: "none", SignInFrequency: 90 * time.Minute},
			),
		),
	)
	for _, path := range []string{
		"users", "identity/conditionalAccess/policies", "identity/conditionalAccess/namedLocations", "auditLogs/signIns",
		"oauth2PermissionGrants", "servicePrincipals", "applications",
	} {
		all := a.list("/v1.0/" + path)
		require.NotEmpty(t, all, path)
		for _, object := range all {
			one := a.ok(http.StatusOK, http.MethodGet, "/v1.0/"+path+"/"+object["id"].(string), "")
			require.True(t, strings.HasSuffix(one.text("@odata.context"), "/$entity"))
			require.Equal(t, object["id"], one.json["id"], path)
		}
		a.ok(http.StatusNotFound, http.MethodGet, "/v1.0/"+path+"/00000000-0000-0000-0000-00000000dead", "")
	}
	for _, path := range []string{
		"policies/authorizationPolicy", "policies/adminConsentRequestPolicy",
		"policies/identitySecurityDefaultsEnforcementPolicy",
	} {
		a.ok(http.StatusOK, http.MethodGet, "/v1.0/"+path, "")
	}
	greece := url.QueryEscape("displayName eq 'Greece'")
	location := a.list("/v1.0/identity/conditionalAccess/namedLocations?$filter=" + greece)[0]
	require.Equal(t, []any{"GR"}, location["countriesAndRegions"])
	a.ok(
		http.StatusNoContent, http.MethodDelete,
		"/v1.0/identity/conditionalAccess/namedLocations/"+location["id"].(string), "",
	)
	require.Len(t, a.list("/v1.0/identity/conditionalAccess/namedLocations"), 1)
}

func TestFiltersCompare(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	c.signIn("admin@contoso.com")
	c.advance(time.Hour)
	c.signIn("alice@contoso.com")
	for filter, want := range map[string]int{
		"createdDateTime ge 2026-03-02T10:00:00Z":                              1,
		"createdDateTime gt 2026-03-02T10:00:00Z":                              0,
		"createdDateTime lt 2026-03-02T10:00:00Z":                              1,
		"createdDateTime le 2026-03-02T10:00:00Z":                              2,
		"userPrincipalName ne 'alice@contoso.com'":                             1,
		"status/errorCode lt 1 and isInteractive eq true":                      2,
		"status/errorCode gt 0":                                                0,
		"status/errorCode ge 0 and userPrincipalName eq 'ALICE@contoso.com'":   1,
		"status/errorCode le 0 and originalTransferMethod eq 'deviceCodeFlow'": 2,
	} {
		require.Len(t, a.list("/v1.0/auditLogs/signIns?$filter="+url.QueryEscape(filter)), want, filter)
	}
	first := a.list("/v1.0/auditLogs/signIns?$orderby=createdDateTime")
	last := a.list("/v1.0/auditLogs/signIns?$orderby=createdDateTime%20desc&$select=id,createdDateTime")
	require.Equal(t, first[0]["id"], last[len(last)-1]["id"])
	require.Len(t, last[0], 2)
}

func TestAnApplicationOfTheOrganizationsOwn(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	made := a.ok(
		http.StatusCreated,
		http.MethodPost,
		"/v1.0/applications",
		`{"displayName":"Scanner","signInAudience":"AzureADMyOrg",
		"isFallbackPublicClient":true,"publicClient":{"redirectUris":["http://localhost"]},
		"web":{"redirectUris":[],"implicitGrantSettings":{"enableIdTokenIssuance":false}}}`,
	)
	c.id, c.tenant = made.text("appId"), "contoso.com"
	sp := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/servicePrincipals", `{"appId":"`+c.id+`"}`)
	a.ok(http.StatusBadRequest, http.MethodPost, "/v1.0/servicePrincipals", `{"appId":"`+c.id+`"}`)
	filter := url.QueryEscape("appId eq '00000002-0000-0ff1-ce00-000000000000'")
	exchange := a.list("/v1.0/servicePrincipals?$filter=" + filter)[0]["id"].(string)
	alice, _ := c.entra.User("alice@contoso.com")
	grant := `{"clientId":"` + sp.text("id") + `","consentType":"Principal","principalId":"` + alice.ID +
		`","resourceId":"` + exchange + `","scope":"SMTP.Send"}`
	require.Equal(
		t, alice.ID,
		a.ok(http.StatusCreated, http.MethodPost, "/v1.0/oauth2PermissionGrants", grant).text("principalId"),
	)
	a.ok(
		http.StatusBadRequest, http.MethodPost, "/v1.0/oauth2PermissionGrants",
		strings.Replace(grant, "SMTP.Send", "Coffee.Make", 1),
	)
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/users/alice@contoso.com",
		`{"mfpsim":{"groups":["Scanners"],"risk":"low","secondFactor":"registered"}}`,
	)
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/servicePrincipals/"+sp.text("id"),
		`{"appRoleAssignmentRequired":true}`,
	)
	group := a.list("/v1.0/users/alice@contoso.com/memberOf")[0]["id"].(string)
	require.Equal(
		t,
		"Group",
		a.ok(
			http.StatusCreated, http.MethodPost, "/v1.0/servicePrincipals/"+sp.text("id")+"/appRoleAssignedTo",
			`{"principalId":"`+group+`"}`,
		).text(
			"principalType",
		),
	)
	a.ok(
		http.StatusNotFound, http.MethodPost, "/v1.0/servicePrincipals/"+sp.text("id")+"/appRoleAssignedTo",
		`{"principalId":"nobody"}`,
	)

	code := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {"https://outlook.office.com/SMTP.Send"}})
	require.NoError(t, c.entra.Approve(code.text("user_code"), "alice@contoso.com"))
	require.Equal(t, http.StatusOK, c.poll(code.text("device_code")).status)
	c.tenant = "organizations"
	requireAADSTS(
		t, c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}}), 50059, "invalid_request",
	)
}
