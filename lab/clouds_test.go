package lab_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/lab"
)

// logOn says how the mail server answers a token.
func logOn(t *testing.T, bench *lab.Lab, user, token string) (answer error) {
	t.Helper()
	const address = "smtp.office365.com:587"
	bench.World.Go("stranger", func(ctx context.Context) {
		conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", address)
		if answer = err; err != nil {
			return
		}
		defer conn.Close()
		client, err := smtp.NewClientStartTLS(conn, trusting(bench, address))
		if answer = err; err == nil {
			answer = client.Auth(xoauth2{user, token})
		}
	})
	require.NoError(t, bench.World.Settle(time.Hour))
	return answer
}

func TestTheMailServerHearsWhatChangesAtTheIdentityProvider(t *testing.T) {
	const user = "alice@contoso.com"
	graph := func(bench *lab.Lab, path, body string) {
		server := httptest.NewServer(bench.Entra.Graph())
		defer server.Close()
		request, err := http.NewRequestWithContext(
			t.Context(), http.MethodPatch, server.URL+path, strings.NewReader(body),
		)
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusNoContent, response.StatusCode)
	}
	for what, c := range map[string]struct {
		change func(*lab.Lab)
		answer string
	}{
		"security defaults, by the admin center": {func(bench *lab.Lab) {
			_, err := bench.Set("contoso.com", "Security defaults", "Enabled")
			require.NoError(t, err)
		}, "security defaults policy"},
		"security defaults, by Microsoft Graph": {func(bench *lab.Lab) {
			graph(bench, "/contoso.com/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", `{"isEnabled":true}`)
		}, "security defaults policy"},
		"a disabled account, whose token is good for an hour": {func(bench *lab.Lab) {
			require.NoError(t, bench.Entra.Disable(user))
		}, "535: Authentication unsuccessful ["},
	} {
		t.Run(what, func(t *testing.T) {
			bench := lab.RunT(t, lab.Config{})
			bench.Network.Join("stranger", "office")
			_, err := bench.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
			require.NoError(t, err)
			require.NoError(t, bench.AddUser(lab.User{Address: user, Roles: []string{"Global Administrator"}}))
			_, err = bench.Entra.AddApplication(
				fakeentra.Application{ID: fakeentra.ClientID, Name: "Example MFP Email Sender"},
			)
			require.NoError(t, err)
			tokens, err := bench.Entra.SignIn(user)
			require.NoError(t, err)
			require.NoError(t, logOn(t, bench, user, tokens.Access), "before")
			c.change(bench)
			require.ErrorContains(t, logOn(t, bench, user, tokens.Access), c.answer)
		})
	}
}
