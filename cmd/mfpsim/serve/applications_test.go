package serve

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApplicationsThroughTheControlPlane(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/entra/application", `{"words":"'Scan tool' audience=one-tenant `+
		`requests=https://outlook.office.com/SMTP.Send roles=https://outlook.office365.com/SMTP.SendAsApp redirects=http://localhost secret"}`)
	require.Equal(t, http.StatusOK, status, answer)
	made := answer["application"].(map[string]any)
	require.Equal(t, "AzureADMyOrg", made["signInAudience"])
	require.Equal(t, []any{"https://outlook.office.com/SMTP.Send"}, made["mfpsim"].(map[string]any)["requests"])
	secret, key := answer["secret"].(string), answer["keyId"].(string)
	require.NotEmpty(t, secret)

	const consent = `{"user":"admin@contoso.com","application":"Scan tool"}`
	status, answer = s.ask(http.MethodPost, "/entra/admin-consent", consent)
	require.Equal(t, http.StatusOK, status, answer)
	require.Contains(t, answer["address"], "/contoso.com/adminconsent?client_id="+made["appId"].(string))
	require.Contains(t, answer["redirect"], "http://localhost?admin_consent=True&tenant=")
	status, token := s.form(s.Entra+"/contoso.com/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {made["appId"].(string)}, "client_secret": {secret},
		"scope": {"https://outlook.office365.com/.default"},
	})
	require.Equal(t, http.StatusOK, status, token)

	removePassword := "/graph/v1.0/applications/" + made["appId"].(string) + "/removePassword"
	status, _ = s.ask(http.MethodPost, removePassword, `{"keyId":"`+key+`"}`)
	require.Equal(t, http.StatusNoContent, status)
	status, journal := s.get(s.Control + "/journal")
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, journal, secret)

	status, answer = s.ask(http.MethodPost, "/entra/consent", `{"words":"'Scan tool' User.Read"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, _ = s.ask(http.MethodPost, "/entra/resource", `{"words":"'Microsoft Graph' scopes=Sites.Manage.All"}`)
	require.Equal(t, http.StatusOK, status)
	status, answer = s.ask(http.MethodPost, "/entra/consent", `{"words":["Scan tool","Sites.Manage.All"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	for path, body := range map[string]string{
		"/entra/application":   `{"words":"Tool colour=red"}`,
		"/entra/admin-consent": `{"application":"Scan tool"}`,
		"/entra/consent":       `{"words":"tenant=contoso.com"}`,
		"/entra/resource":      `{"words":""}`,
	} {
		status, answer = s.ask(http.MethodPost, path, body)
		require.Equal(t, http.StatusBadRequest, status, "%s %v", path, answer)
	}
	for path, want := range map[string]string{
		"/entra/applications": "Scan tool",
		"/entra/resources":    "Sites.Manage.All",
	} {
		status, text := s.get(s.Control + path)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, text, want)
	}
}
