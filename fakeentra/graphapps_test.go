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

// Ids of permissions as registrations in the field have them.
const requiredMail = `[{"resourceAppId":"00000002-0000-0ff1-ce00-000000000000","resourceAccess":[` +
	`{"id":"258f6531-6087-4cc4-bb90-092c5fb3ed3f","type":"Scope"},{"id":"SMTP.SendAsApp","type":"Role"}]},` +
	`{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[` +
	`{"id":"7427e0e9-2fba-42fe-b0c0-848c9e6a8182","type":"Scope"}]}]`

func TestAnApplicationByGraph(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/applications", `{"displayName":"Scan tool",`+
		`"signInAudience":"AzureADMultipleOrgs","isFallbackPublicClient":true,"publicClient":{"redirectUris":["http://localhost"]},`+
		`"requiredResourceAccess":`+requiredMail+`}`)
	app, err := c.entra.Application("Scan tool")
	require.NoError(t, err)
	require.Equal(t, []string{mailSend, "offline_access"}, app.RequestedScopes)
	require.Equal(t, []string{"https://outlook.office.com/SMTP.SendAsApp"}, app.RequestedRoles)
	require.False(t, app.Confidential)
	got := a.ok(http.StatusOK, http.MethodGet, "/v1.0/applications/"+made.text("id"), "")
	access := got.json["requiredResourceAccess"].([]any)
	require.Len(t, access, 2)
	require.Equal(t, "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
		access[0].(map[string]any)["resourceAccess"].([]any)[0].(map[string]any)["id"])

	path := "/v1.0/applications/" + made.text("id")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"signInAudience":"AzureADMyOrg","isFallbackPublicClient":false,`+
		`"web":{"redirectUris":["https://scan.example/done"],"implicitGrantSettings":{"enableIdTokenIssuance":true}}}`)
	app, err = c.entra.Application(app.ID)
	require.NoError(t, err)
	require.True(t, app.Confidential && app.IDTokens)
	require.Equal(t, []string{mailSend, "offline_access"}, app.RequestedScopes, "what a change does not name stays")
	a.ok(http.StatusNoContent, http.MethodPatch, path, `{"requiredResourceAccess":[]}`)
	app, _ = c.entra.Application(app.ID)
	require.Empty(t, app.RequestedScopes)

	for body, want := range map[string]string{
		`{"requiredResourceAccess":[{"resourceAppId":"nobody","resourceAccess":[]}]}`:                   "'nobody'",
		strings.Replace(`{"requiredResourceAccess":`+requiredMail+`}`, "SMTP.SendAsApp", "SMTP.Fly", 1): "is no permission of Office 365 Exchange Online that mfpsim has",
		`{"requiredResourceAccess":{}}`: "must be a list, not an object",
		`{"requiredResourceAccess":[{"resourceAppId":"` + scans.ID + `","resourceAccess":[{"id":1}]}]}`: "is no API",
		`{"signInAudience":"Friends"}`: "is not known",
		`{"api":{"oauth2PermissionScopes":[{"value":"a b"}]},"identifierUris":["api://x"]}`: "is no name of a permission",
		`{"publicClient":{"redirectUris":["http://elsewhere.example"]}}`:                    "with http that is not localhost",
	} {
		refused := a.call(http.MethodPatch, path, body)
		require.Equal(t, http.StatusBadRequest, refused.status, body)
		require.Contains(t, refused.body, want)
	}
}

func TestSecretsByGraph(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/applications", `{"displayName":"Scan tool"}`)
	path := "/v1.0/applications/" + made.text("id")
	require.NoError(t, c.entra.GrantApplicationRoles("contoso.com", made.text("appId")))
	ask := func(secret string) answer {
		c.tenant = "contoso.com"
		return c.post(token, url.Values{
			"grant_type": {"client_credentials"}, "client_id": {made.text("appId")}, "client_secret": {secret},
			"scope": {"https://outlook.office365.com/.default"},
		})
	}
	secret := a.ok(http.StatusOK, http.MethodPost, path+"/addPassword",
		`{"passwordCredential":{"displayName":"Printer room"}}`)
	require.Equal(t, secret.text("hint"), secret.text("secretText")[:3])
	require.Equal(t, "2028-03-02T09:00:00Z", secret.text("endDateTime"), "two years")
	require.Equal(t, http.StatusOK, ask(secret.text("secretText")).status)
	short := a.ok(http.StatusOK, http.MethodPost, path+"/addPassword",
		`{"passwordCredential":{"endDateTime":"2026-03-02T10:00:00Z"}}`)
	require.NotEqual(t, secret.text("secretText"), short.text("secretText"))
	require.Equal(t, http.StatusOK, ask(short.text("secretText")).status)
	c.advance(time.Hour)
	requireAADSTS(t, ask(short.text("secretText")), 7000222, "invalid_client")
	got := a.ok(http.StatusOK, http.MethodGet, path, "")
	require.Len(t, got.json["passwordCredentials"], 2)
	require.NotContains(t, got.body, "secretText")
	a.ok(http.StatusNoContent, http.MethodPost, path+"/removePassword", `{"keyId":"`+secret.text("keyId")+`"}`)
	requireAADSTS(t, ask(secret.text("secretText")), 7000215, "invalid_client")
	require.Equal(t, http.StatusBadRequest, a.call(http.MethodPost, path+"/removePassword", `{"keyId":"x"}`).status)
	require.Equal(t, http.StatusBadRequest, a.call(http.MethodPost, path+"/addPassword",
		`{"passwordCredential":{"endDateTime":"soon"}}`).status)
	require.Equal(t, http.StatusNotFound, a.call(http.MethodPost, "/v1.0/applications/x/addPassword", `{}`).status)

	again := a.ok(http.StatusOK, http.MethodPost, path+"/addPassword", `{}`)
	require.NotEqual(t, short.text("secretText"), again.text("secretText"))
	require.Contains(t, c.entra.Secrets(), again.text("secretText"))
	for _, entry := range c.entra.Journal().Entries() {
		if entry.HTTP != nil {
			require.NotContains(t, entry.HTTP.ResponseBody.String(), again.text("secretText"))
		}
	}
}

// Permissions that the table lacks come in by POST /applications, and so does an API of somebody's own.
func TestPermissionsByGraph(t *testing.T) {
	c := stepped(t)
	a := c.admin()
	a.ok(http.StatusCreated, http.MethodPost, "/v1.0/applications", `{"displayName":"Microsoft Graph",`+
		`"appId":"00000003-0000-0000-c000-000000000000","api":{"oauth2PermissionScopes":[{"id":"65e50fdc-43b7-4915-933e-e8138f11f40a",`+
		`"value":"Sites.Manage.All","type":"User","userConsentDisplayName":"Manage sites","isEnabled":true}]}}`)
	given := c.device("alice@contoso.com", "Sites.Manage.All")
	require.Equal(t, "Sites.Manage.All profile openid email", given.text("scope"))

	made := a.ok(http.StatusCreated, http.MethodPost, "/v1.0/applications",
		`{"displayName":"Archive","identifierUris":["api://archive"],`+
			`"api":{"oauth2PermissionScopes":[{"value":"A.Read","type":"User"},{"value":"A.Delete","type":"Admin"}]},`+
			`"appRoles":[{"value":"A.All","allowedMemberTypes":["Application"],"displayName":"All"}]}`)
	given = c.device("alice@contoso.com", "api://archive/A.Read")
	require.Equal(t, "api://archive/A.Read", given.text("scope"), given.body)
	require.Equal(t, "api://archive", claimsOf(t, c, given.text("access_token"))["aud"])
	code := c.begin("api://archive/A.Delete")
	require.Equal(t, 90094, fakeentra.AADSTS(c.entra.Approve(code.text("user_code"), "alice@contoso.com")))
	requireAADSTS(t, c.begin("api://archive/A.Fly"), 650053, "invalid_scope")
	got := a.ok(http.StatusOK, http.MethodGet, "/v1.0/applications/"+made.text("id"), "")
	require.Len(t, got.json["api"].(map[string]any)["oauth2PermissionScopes"], 2)
	require.Len(t, got.json["appRoles"], 1)
}
