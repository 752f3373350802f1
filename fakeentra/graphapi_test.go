package fakeentra_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/directory"
)

// admin is a program of an administrator: it talks to the administration API.
type admin struct {
	*client
	url string
}

func (c *client) admin() *admin {
	server := httptest.NewServer(c.entra.Graph())
	c.t.Cleanup(server.Close)
	return &admin{client: &client{t: c.t, entra: c.entra, http: server.Client()}, url: server.URL}
}

func (a *admin) call(method, path, body string) answer {
	a.t.Helper()
	return a.do(method, a.url+path, "application/json", body)
}

// ok demands a status and returns the answer.
func (a *admin) ok(status int, method, path, body string) answer {
	a.t.Helper()
	got := a.call(method, path, body)
	require.Equal(a.t, status, got.status, got.body)
	return got
}

// list returns the objects of a collection.
func (a *admin) list(path string) []map[string]any {
	a.t.Helper()
	got := a.ok(http.StatusOK, http.MethodGet, path, "")
	require.Contains(a.t, got.text("@odata.context"), "$metadata#")
	var all []map[string]any
	for _, v := range got.json["value"].([]any) {
		all = append(all, v.(map[string]any))
	}
	return all
}

// blockDeviceCode is a policy as it is exported from the portal, what nobody set included.
const blockDeviceCode = `{
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies/$entity",
    "id": "7f5b4c2e-0000-4000-8000-000000000001", "templateId": null, "displayName": "CA010: Block device code flow",
    "createdDateTime": "2026-01-12T10:01:02Z", "modifiedDateTime": null, "state": "enabled",
    "partialEnablementStrategy": null,
    "sessionControls": null,
    "conditions": {
        "userRiskLevels": [], "signInRiskLevels": [], "clientAppTypes": ["all"], "platforms": null, "locations": null,
        "times": null, "deviceStates": null, "devices": null, "clientApplications": null,
        "servicePrincipalRiskLevels": [], "insiderRiskLevels": null,
        "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [], "applicationFilter": null},
        "users": {"includeUsers": ["All"], "excludeUsers": [], "includeGroups": [], "excludeGroups": [],
            "includeRoles": [], "excludeRoles": [],
            "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null},
        "authenticationFlows": {"transferMethods": "deviceCodeFlow"}
    },
    "grantControls": {"operator": "OR", "builtInControls": ["block"],
        "customAuthenticationFactors": [], "termsOfUse": [],
        "authenticationStrength@odata.context": "https://graph.microsoft.com/", "authenticationStrength": null}
}`

func TestAPastedPolicyEndsASignInAndCanBeTakenBack(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	tokens := c.signIn("admin@contoso.com")
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/identity/conditionalAccess/policies", blockDeviceCode)
	require.Equal(t, "CA010: Block device code flow", made.text("displayName"))
	require.Equal(t, "enabled", made.text("state"))
	path := "/v1.0/identity/conditionalAccess/policies/" + made.text("id")
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 530036, "invalid_grant")

	me := a.list("/v1.0/users?$filter=userPrincipalName%20eq%20'ADMIN@contoso.com'")
	require.Len(t, me, 1)
	a.ok(
		http.StatusNoContent, http.MethodPatch, path,
		`{"conditions":{"users":{"excludeUsers":["`+me[0]["id"].(string)+`"]}}}`,
	)
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 530036, "invalid_grant")
	require.NotEmpty(t, c.entra.SignIns().Filter("530036", "the token will never be usable and should be deleted."))
	tokens = c.signIn("admin@contoso.com") // who is excluded can sign in anew
	require.Equal(t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status)
	got := a.ok(http.StatusOK, http.MethodGet, path, "")
	users := got.json["conditions"].(map[string]any)["users"].(map[string]any)
	require.Equal(t, []any{me[0]["id"]}, users["excludeUsers"], "ids stand where Graph has ids")
	require.Equal(t, []any{"All"}, users["includeUsers"])

	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"state":"enabledForReportingButNotEnforced","conditions":{"users":{"excludeUsers":[]}}}`)
	require.Equal(t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status)
	rows := a.list("/v1.0/auditLogs/signIns?$top=1")
	require.Equal(
		t, "reportOnlyFailure", rows[0]["appliedConditionalAccessPolicies"].([]any)[0].(map[string]any)["result"],
	)

	a.ok(http.StatusCreated, http.MethodPost, "/v1.0/identity/conditionalAccess/policies", got.body)
	require.Len(t, a.list("/v1.0/identity/conditionalAccess/policies"), 2, "what was read can be pasted again")
	a.ok(http.StatusNoContent, http.MethodDelete, path, "")
	a.ok(http.StatusNotFound, http.MethodGet, path, "")
	require.Len(t, a.list("/v1.0/identity/conditionalAccess/policies"), 1)
}

func TestTheAdministrationAPIRefusesByName(t *testing.T) {
	policies := "/v1.0/identity/conditionalAccess/policies"
	with := func(old, fresh string) string { return strings.Replace(blockDeviceCode, old, fresh, 1) }
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		code, text         string
	}{
		"an unknown property": {http.MethodPost, policies, with(`"state"`, `"sate"`), 400, "Request_BadRequest", "Unknown property 'sate'"}, "an unknown property deep inside": {http.MethodPost, policies, with(`"includeUsers"`, `"includeUserz"`), 400, "Request_BadRequest", "'conditions.users.includeUserz'"}, "a property that comes twice": {http.MethodPost, policies, with(`"templateId"`, `"id"`), 400, "Request_BadRequest", "'id' comes twice"}, "an unknown control": {http.MethodPost, policies, with(`["block"]`, `["pigeon"]`), 400, "Request_BadRequest", "'pigeon'"}, "an unknown state": {http.MethodPost, policies, with(`"enabled"`, `"on"`), 400, "Request_BadRequest", "enabledForReportingButNotEnforced"}, "an unknown flow": {http.MethodPost, policies, with(`"deviceCodeFlow"`, `"pigeon"`), 400, "Request_BadRequest", "'pigeon'"}, "an unknown user": {http.MethodPost, policies, with(`"excludeUsers": []`, `"excludeUsers": ["nobody"]`), 400, "Request_BadRequest", `has no user "nobody"`}, "a policy that demands nothing": {http.MethodPost, policies, `{"displayName":"x","state":"enabled","conditions":{"users":{"includeUsers":["All"]}}}`, 400, "Request_BadRequest", "grantControls"}, "a policy for nobody": {http.MethodPost, policies, `{"displayName":"x","state":"enabled","grantControls":{"builtInControls":["block"]}}`, 400, "Request_BadRequest", "includeUsers"}, "a text for a list": {http.MethodPost, policies, with(`"includeUsers": ["All"]`, `"includeUsers": "All"`), 400, "Request_BadRequest", "The value of 'conditions.users.includeUsers' must be a list of texts, not the text 'All'."}, "half a body": {http.MethodPost, policies, blockDeviceCode[:300], 400, "Request_BadRequest", ""}, "two bodies": {http.MethodPost, policies, `{} {}`, 400, "Request_BadRequest", "more than one"}, "no body": {http.MethodPost, policies, ``, 400, "Request_BadRequest", "no JSON object"}, "an unknown path": {http.MethodGet, "/v1.0/printers", ``, 400, "Request_BadRequest", "segment 'printers'"},
		"no version": {http.MethodGet, "/users", ``, 404, "InvalidVersion", ""}, "an unknown tenant": {http.MethodGet, "/nowhere.example/v1.0/users", ``, 404, "InvalidVersion", ""}, "personal accounts": {http.MethodGet, "/outlook.com/v1.0/users", ``, 400, "Request_BadRequest", "no administrator"}, "another method": {http.MethodPut, policies, `{}`, 405, "Request_BadRequest", "It takes GET, POST"}, "an unknown user id": {http.MethodGet, "/v1.0/users/nobody@contoso.com", ``, 404, "Request_ResourceNotFound", "nobody@contoso.com"}, "a user twice": {http.MethodPost, "/v1.0/users", `{"accountEnabled":true,"displayName":"A","mailNickname":"a","userPrincipalName":"alice@contoso.com","passwordProfile":{"password":"x"}}`, 400, "Request_BadRequest", "already exists"},
		"a user of a foreign domain": {http.MethodPost, "/v1.0/users", `{"displayName":"A","userPrincipalName":"a@fabrikam.com","passwordProfile":{"password":"x"}}`, 400, "Request_BadRequest", "contoso.com"}, "a user without a password": {http.MethodPost, "/v1.0/users", `{"displayName":"A","userPrincipalName":"a@contoso.com"}`, 400, "Request_BadRequest", "passwordProfile.password"}, "a query option that is not there": {http.MethodGet, "/v1.0/users?$expand=manager", ``, 400, "Request_BadRequest", "'$expand'"}, "a filter that is not understood": {http.MethodGet, "/v1.0/users?$filter=" + url.QueryEscape("startswith(mail,'a')"), ``, 400, "Request_BadRequest", "Invalid filter clause"}, "a filter on a property that is none": {http.MethodGet, "/v1.0/users?$filter=" + url.QueryEscape("colour eq 'red'"), ``, 400, "Request_BadRequest", "'colour'"}, "a page size of nought": {http.MethodGet, "/v1.0/users?$top=0", ``, 400, "Request_BadRequest", "page size"}, "a location without ranges": {http.MethodPost, "/v1.0/identity/conditionalAccess/namedLocations", `{"displayName":"HQ"}`, 400, "Request_BadRequest", "address ranges"}, "a scope that the API does not have": {http.MethodPost, "/v1.0/oauth2PermissionGrants", `{"clientId":"x"}`, 404, "Request_ResourceNotFound", ""}, "a security default that is a text": {http.MethodPatch, "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", `{"isEnabled":"yes"}`, 400, "Request_BadRequest", "must be true or false, not the text 'yes'"}, "an unknown member of an application": {http.MethodPatch, "/v1.0/applications/" + fakeentra.ClientID, `{"isFallbackPublicClients":true}`, 400, "Request_BadRequest", "isFallbackPublicClients"}, "a role assignment over a unit": {http.MethodPost, "/v1.0/roleManagement/directory/roleAssignments", `{"principalId":"alice@contoso.com","roleDefinitionId":"158c047a-c907-4556-b7ef-446551a6b5f7","directoryScopeId":"/administrativeUnits/1"}`, 400, "Request_BadRequest", "directoryScopeId"}, "a sign-in frequency of part of a day": {http.MethodPost, policies, with(`"sessionControls": null`, `"sessionControls":{"signInFrequency":{"value":0.5,"type":"days"}}`), 400, "Request_BadRequest", "whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			a := stepped(t).admin()
			got := a.call(test.method, test.path, test.body)
			require.Equal(t, test.status, got.status, got.body)
			failure := got.json["error"].(map[string]any)
			require.Equal(t, test.code, failure["code"])
			require.Contains(t, failure["message"], test.text)
			inner := failure["innerError"].(map[string]any)
			require.Equal(t, "2026-03-02T09:00:00", inner["date"])
			require.Equal(t, got.header.Get("request-id"), inner["request-id"])
		})
	}
}

func TestAnAdministratorKeepsUsersByTheAPI(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	var heard []fakeentra.Change
	c.entra.Watch(func(change fakeentra.Change) { heard = append(heard, change) })
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/users",
		`{"accountEnabled":true,"displayName":"Pat Printer","mailNickname":"pat","userPrincipalName":"pat@contoso.com","passwordProfile":{"password":"First-9!","forceChangePasswordNextSignIn":false}}`)
	path := "/v1.0/users/" + made.text("id")
	tokens := c.signIn("pat@contoso.com")
	refresh := func() answer { return c.refresh(tokens.text("refresh_token")) }
	require.Equal(t, http.StatusOK, refresh().status)

	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"accountEnabled":false}`)
	requireAADSTS(t, refresh(), 50057, "invalid_grant")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"accountEnabled":true}`)
	require.Equal(t, http.StatusOK, refresh().status)
	revoked := a.ok(http.StatusOK, http.MethodPost, path+"/revokeSignInSessions", "")
	require.Equal(t, true, revoked.json["value"])
	requireAADSTS(t, refresh(), 50173, "invalid_grant")

	tokens = c.signIn("pat@contoso.com")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"passwordProfile":{"password":"Second-9!"}}`)
	requireAADSTS(t, refresh(), 50173, "invalid_grant")
	u, _ := c.entra.User("pat@contoso.com")
	require.Equal(t, "Second-9!", u.Password.Reveal())
	require.NotContains(t, journalText(c.entra), "Second-9!", "no password in the journal")

	tokens = c.signIn("pat@contoso.com")
	a.ok(http.StatusCreated, http.MethodPost, "/v1.0/roleManagement/directory/roleAssignments",
		`{"principalId":"`+made.text("id")+`","roleDefinitionId":"158c047a-c907-4556-b7ef-446551a6b5f7","directoryScopeId":"/"}`)
	require.Equal(t, "Cloud Application Administrator", a.list(path + "/memberOf")[0]["displayName"])
	assignments := a.list(
		"/v1.0/roleManagement/directory/roleAssignments?$filter=" + url.QueryEscape(
			"principalId eq '"+made.text("id")+"'",
		),
	)
	a.ok(
		http.StatusNoContent, http.MethodDelete,
		"/v1.0/roleManagement/directory/roleAssignments/"+assignments[0]["id"].(string), "",
	)
	require.Empty(t, a.list(path+"/memberOf"))

	a.ok(http.StatusNoContent, http.MethodDelete, path, "")
	requireAADSTS(t, refresh(), 50034, "invalid_grant")
	a.ok(http.StatusNotFound, http.MethodGet, path, "")
	require.Equal(t, []fakeentra.Change{
		{Kind: fakeentra.ChangeUserNew, Tenant: u.Tenant, User: "pat@contoso.com"},
		{Kind: fakeentra.ChangePassword, Tenant: u.Tenant, User: "pat@contoso.com"},
		{Kind: fakeentra.ChangeUserGone, Tenant: u.Tenant, User: "pat@contoso.com"},
	}, heard)

	var activities []string
	for _, row := range a.list("/v1.0/auditLogs/directoryAudits?$orderby=activityDateTime%20asc") {
		activities = append(activities, row["activityDisplayName"].(string))
	}
	for _, want := range []string{
		"Add user", "Disable account", "Enable account", "Revoke sign in sessions", "Reset user password", "Add member to role",
		"Remove member from role", "Delete user", "Consent to application",
	} {
		require.Contains(t, activities, want)
	}
}

func TestAnAdministratorKeepsConsentsAndApplicationsByTheAPI(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	tokens := c.signIn("admin@contoso.com")
	refresh := func() answer { return c.refresh(tokens.text("refresh_token")) }
	grants := a.list("/v1.0/oauth2PermissionGrants")
	require.Len(t, grants, 2, "one for each API")
	require.Equal(t, "AllPrincipals", grants[0]["consentType"])
	require.Equal(t, "SMTP.Send", grants[0]["scope"])
	require.Nil(t, grants[0]["principalId"])
	principals := a.list("/v1.0/servicePrincipals?$filter=appId%20eq%20'" + fakeentra.ClientID + "'")
	require.Equal(t, principals[0]["id"], grants[0]["clientId"])
	path := "/v1.0/servicePrincipals/" + principals[0]["id"].(string)

	a.ok(http.StatusNoContent, http.MethodDelete, "/v1.0/oauth2PermissionGrants/"+grants[0]["id"].(string), "")
	requireAADSTS(t, refresh(), 65001, "invalid_grant")
	a.ok(
		http.StatusCreated,
		http.MethodPost,
		"/v1.0/oauth2PermissionGrants",
		`{"clientId":"`+principals[0]["id"].(string)+`","consentType":"AllPrincipals","principalId":null,`+
			`"resourceId":"`+grants[0]["resourceId"].(string)+`","scope":"SMTP.Send"}`,
	)
	require.Equal(t, http.StatusOK, refresh().status)

	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"appRoleAssignmentRequired":true}`)
	requireAADSTS(t, refresh(), 50105, "invalid_grant")
	me := a.list("/v1.0/users?$filter=userPrincipalName%20eq%20'admin@contoso.com'")[0]["id"].(string)
	a.ok(
		http.StatusCreated, http.MethodPost, path+"/appRoleAssignedTo",
		`{"principalId":"`+me+`","resourceId":"`+principals[0]["id"].(string)+
			`","appRoleId":"00000000-0000-0000-0000-000000000000"}`,
	)
	require.Equal(t, http.StatusOK, refresh().status)
	require.Equal(t, "User", a.list(path + "/appRoleAssignedTo")[0]["principalType"])
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"accountEnabled":false}`)
	requireAADSTS(t, refresh(), 7000112, "unauthorized_client")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"accountEnabled":true}`)

	exchange := a.list(
		"/v1.0/servicePrincipals?$filter=" + url.QueryEscape("displayName eq 'Office 365 Exchange Online'"),
	)
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/servicePrincipals/"+exchange[0]["id"].(string),
		`{"accountEnabled":false}`,
	)
	requireAADSTS(t, refresh(), 500014, "invalid_resource")
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/servicePrincipals/"+exchange[0]["id"].(string),
		`{"accountEnabled":true}`,
	)

	apps := a.list("/v1.0/applications?$select=id,appId")
	require.Len(t, apps[0], 2)
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/applications/"+apps[0]["id"].(string),
		`{"mfpsim":{"enabled":false}}`,
	)
	requireAADSTS(t, refresh(), 7000112, "unauthorized_client")
	a.ok(
		http.StatusNoContent, http.MethodPatch, "/v1.0/applications/"+apps[0]["id"].(string),
		`{"mfpsim":{"enabled":true},"isFallbackPublicClient":true}`,
	)
	require.Equal(t, http.StatusOK, refresh().status)
	a.ok(http.StatusNoContent, http.MethodDelete, path, "")
	requireAADSTS(t, refresh(), 65001, "invalid_grant")
}

func TestNamedLocationsByTheAPI(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	tokens := c.signIn("admin@contoso.com")
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/identity/conditionalAccess/namedLocations",
		`{"@odata.type":"#microsoft.graph.ipNamedLocation","displayName":"Head office","isTrusted":true,"ipRanges":[{"@odata.type":"#microsoft.graph.iPv4CidrRange","cidrAddress":"203.0.113.0/24"}]}`)
	a.ok(
		http.StatusCreated,
		http.MethodPost,
		"/v1.0/identity/conditionalAccess/policies",
		`{"displayName":"Only from the office","state":"enabled",
		"conditions":{"users":{"includeUsers":["All"]},
		"locations":{"includeLocations":["All"],"excludeLocations":["`+made.text("id")+`"]}},
		"grantControls":{"operator":"OR","builtInControls":["block"]}}`,
	)
	require.Equal(t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status)
	require.NoError(t, c.entra.SetDeviceSource(fakeentra.Source{Address: "198.51.100.9"}))
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 53003, "invalid_grant")
	path := "/v1.0/identity/conditionalAccess/namedLocations/" + made.text("id")
	a.ok(http.StatusBadRequest, http.MethodDelete, path, "")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"displayName":"All offices","ipRanges":[{"cidrAddress":"198.51.100.0/24"}]}`)
	require.Equal(
		t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status,
		"the policy follows the location's new name and ranges",
	)
	require.Equal(t, "All offices", a.list("/v1.0/identity/conditionalAccess/namedLocations")[0]["displayName"])
}

func TestSettingsOfTheTenantByTheAPI(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	heard := 0
	c.entra.Watch(func(change fakeentra.Change) {
		require.Equal(t, fakeentra.ChangeDefaults, change.Kind)
		heard++
	})
	defaults := "/contoso.com/v1.0/policies/identitySecurityDefaultsEnforcementPolicy"
	a.ok(http.StatusNoContent, http.MethodPatch, defaults, `{"isEnabled":true}`)
	require.Equal(t, true, a.ok(http.StatusOK, http.MethodGet, defaults, "").json["isEnabled"])
	require.Equal(t, 1, heard)

	authorization := "/v1.0/policies/authorizationPolicy"
	a.ok(
		http.StatusNoContent, http.MethodPatch, authorization,
		`{"defaultUserRolePermissions":{"permissionGrantPoliciesAssigned":[]}}`,
	)
	tenant, _ := c.entra.Tenant("contoso.com")
	require.Equal(t, "none", tenant.UserConsent)
	a.ok(http.StatusNoContent, http.MethodPatch, authorization,
		`{"defaultUserRolePermissions":{"permissionGrantPoliciesAssigned":["ManagePermissionGrantsForSelf.microsoft-user-default-low"]}}`)
	tenant, _ = c.entra.Tenant("contoso.com")
	require.Equal(t, "low", tenant.UserConsent)
	a.ok(http.StatusNoContent, http.MethodPut, "/v1.0/policies/adminConsentRequestPolicy", `{"isEnabled":true}`)
	tenant, _ = c.entra.Tenant("contoso.com")
	require.True(t, tenant.AdminConsentWorkflow)

	require.Equal(t, "contoso.com", a.list("/v1.0/domains")[0]["id"])
	require.Equal(t, tenant.ID, a.list("/v1.0/organization")[0]["id"])
	require.Len(t, a.list("/v1.0/directoryRoles"), len(directory.Roles()))
	require.NotEmpty(t, a.list("/beta/roleManagement/directory/roleDefinitions"))
	require.Empty(t, a.list("/v1.0/groups"))
}

func TestTheSignInLogByTheAPIFitsWhatTheDeviceSaw(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	user, device := c.ask()
	c.person().typePassword(user, "admin@contoso.com").press("Continue").press("Accept")
	tokens := c.poll(device)
	c.advance(time.Hour)
	require.NoError(t, c.entra.Revoke("admin@contoso.com"))
	refused := c.refresh(tokens.text("refresh_token"))
	requireAADSTS(t, refused, 50173, "invalid_grant")
	rows := a.list(
		"/v1.0/auditLogs/signIns?$filter=" + url.QueryEscape(
			"status/errorCode eq 50173 and userPrincipalName eq 'admin@contoso.com'",
		),
	)
	require.Len(t, rows, 1)
	row := rows[0]
	require.Equal(t, refused.text("trace_id"), row["id"])
	require.Equal(t, refused.text("correlation_id"), row["correlationId"])
	require.Equal(t, "deviceCode", row["authenticationProtocol"])
	require.Equal(t, "deviceCodeFlow", row["originalTransferMethod"])
	require.Equal(t, "2026-03-02T10:00:00Z", row["createdDateTime"])
	require.Equal(t, []any{"nonInteractiveUser"}, row["signInEventTypes"])
	require.Contains(t, row["status"].(map[string]any)["failureReason"], "due to it being revoked")
	require.Equal(
		t, refused.text("trace_id"),
		a.ok(http.StatusOK, http.MethodGet, "/v1.0/auditLogs/signIns/"+row["id"].(string), "").text("id"),
	)
	require.NotEmpty(
		t, a.list("/v1.0/auditLogs/signIns?$filter="+url.QueryEscape("status/errorCode eq 50199")),
		"the interrupt is in the log",
	)
	counted := a.ok(http.StatusOK, http.MethodGet, "/v1.0/auditLogs/signIns?$count=true&$top=1", "")
	require.Equal(t, float64(len(c.entra.SignIns())), counted.json["@odata.count"])
}

// FuzzGraphBody throws bodies at every path that takes one: no panic, no 500, and always JSON.
func FuzzGraphBody(f *testing.F) {
	paths := []struct{ method, path string }{
		{http.MethodPost, "/v1.0/identity/conditionalAccess/policies"},
		{http.MethodPost, "/v1.0/identity/conditionalAccess/namedLocations"},
		{http.MethodPost, "/v1.0/users"},
		{http.MethodPatch, "/v1.0/users/alice@contoso.com"},
		{http.MethodPost, "/v1.0/oauth2PermissionGrants"},
		{http.MethodPost, "/v1.0/applications"},
		{http.MethodPatch, "/v1.0/policies/authorizationPolicy"},
		{http.MethodPost, "/v1.0/roleManagement/directory/roleAssignments"},
	}
	for i, seed := range []string{
		blockDeviceCode, `{"displayName":"HQ","ipRanges":[{"cidrAddress":"10.0.0.0/8"}]}`, `{"userPrincipalName":"x@contoso.com"}`,
		`{"mfpsim":{"risk":"high"}}`, `{"clientId":null}`, `{"web":{"redirectUris":[""]}}`, `{"defaultUserRolePermissions":{}}`, `[]`, `{"a`,
		`{"sessionControls":{"signInFrequency":{"value":1e300,"type":"hours"}}}`, strings.Repeat(`{"conditions":`, 300),
	} {
		f.Add(uint8(i), seed)
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		entra, err := fakeentra.New(fakeentra.Config{Start: start}) // a new one: what a body adds makes the next slower
		require.NoError(t, err)
		defer func() { require.NoError(t, entra.Close()) }()
		handler := entra.Graph()
		target := paths[int(which)%len(paths)]
		w := httptest.NewRecorder()
		handler.ServeHTTP(
			w, httptest.NewRequest(target.method, "https://graph.example"+target.path, strings.NewReader(body)),
		)
		require.Less(t, w.Code, 500, w.Body.String())
		require.True(t, w.Code == http.StatusNoContent || json.Valid(w.Body.Bytes()), w.Body.String())
	})
}

// FuzzGraphQuery does the same with queries.
func FuzzGraphQuery(f *testing.F) {
	for _, seed := range []string{
		"$filter=a eq 'b'", "$filter=a/b ne 1 and c le 'x''y'", "$top=-1", "$orderby=id desc", "$select=,", "%zz",
		"$filter='",
	} {
		f.Add(seed)
	}
	entra, err := fakeentra.New(fakeentra.Config{Start: start})
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, entra.Close()) })
	handler := entra.Graph()
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "https://graph.example/v1.0/users", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Less(t, w.Code, 500)
		require.True(t, json.Valid(w.Body.Bytes()), w.Body.String())
	})
}
