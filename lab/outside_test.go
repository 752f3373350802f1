package lab_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
)

func TestASignInAndAMail(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	mail := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.Trust(entra)})
	tenant, _ := entra.Tenant("contoso.com")
	organization := fakesmtp.Organization{ID: tenant.ID, Domains: tenant.Domains, SMTPAuth: true}
	require.NoError(t, mail.AddOrganization(organization))
	require.NoError(t, mail.AddMailbox(fakesmtp.Mailbox{Address: "admin@contoso.com"}))
	token := signIn(t, entra.Client(), func(code string) error { return entra.Approve(code, "admin@contoso.com") })
	send(t, mail, "admin@contoso.com", token)
	message, err := mail.AwaitMessage(t.Context(), "bob@fabrikam.com")
	require.NoError(t, err)
	require.Equal(t, "Scan", message.Subject)
}

// What follows is the program under test: the device code flow, and SMTP with XOAUTH2.

func signIn(t *testing.T, client *http.Client, person func(code string) error) string {
	ask := func(endpoint string, form url.Values) map[string]any {
		response, err := client.PostForm("https://login.microsoftonline.com/organizations/oauth2/v2.0/"+endpoint, form)
		require.NoError(t, err)
		defer response.Body.Close()
		var answer map[string]any
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
		return answer
	}
	code := ask("devicecode", url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}})
	require.NoError(t, person(code["user_code"].(string)))
	answer := ask(
		"token",
		url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {fakeentra.ClientID},
			"device_code": {code["device_code"].(string)},
		},
	)
	require.Contains(t, answer, "access_token", "%v", answer)
	return answer["access_token"].(string)
}

type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (xoauth2) Next([]byte) ([]byte, error) { return nil, nil }

func send(t *testing.T, server *fakesmtp.Server, user, token string) {
	client, err := smtp.DialStartTLS(
		server.Addr(), &tls.Config{RootCAs: server.Network().Authority().Pool(), ServerName: "smtp.office365.com"},
	)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.Auth(xoauth2{user, token}))
	require.NoError(
		t, client.SendMail(user, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n")),
	)
}
