package serve

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGraphIsMountedOnTheControlPlane(t *testing.T) {
	s := live(t, Config{})
	require.Equal(t, s.Control+"/graph/v1.0", s.Graph)
	status, answer := s.ask(http.MethodGet, "/graph/v1.0/users?$filter=userPrincipalName%20eq%20'admin@contoso.com'", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, answer["value"], 1)

	status, _ = s.ask(
		http.MethodPost, "/graph/v1.0/users",
		`{"displayName":"Pat","userPrincipalName":"pat@contoso.com","passwordProfile":{"password":"Only-4-the-bench"}}`,
	)
	require.Equal(t, http.StatusCreated, status)
	status, answer = s.ask(http.MethodGet, "/", "")
	require.Equal(t, http.StatusOK, status)
	accounts := answer["bench"].(map[string]any)["accounts"].([]any)
	pat := accounts[len(accounts)-1].(map[string]any)
	require.Equal(t, "pat@contoso.com", pat["user"])
	require.Equal(t, true, pat["mailbox"], "the mail service knows the new user")

	status, answer = s.ask(http.MethodGet, "/graph/v1.0/printers", "")
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "Request_BadRequest", answer["error"].(map[string]any)["code"])
	status, _ = s.ask(http.MethodPost, "/entra/source", `{"words":"device address=198.51.100.9 country=DE"}`)
	require.Equal(t, http.StatusOK, status)
	status, _ = s.ask(http.MethodPost, "/entra/source", `{"words":"printer address=198.51.100.9"}`)
	require.Equal(t, http.StatusBadRequest, status)
	request, err := http.NewRequest(http.MethodGet, s.Graph+"/users", strings.NewReader(""))
	require.NoError(t, err)
	request.Header.Set("Origin", "https://elsewhere.example")
	response, err := s.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusForbidden, response.StatusCode, "pages of other sites are kept out")
	response, err = s.client.Get(s.Entra + "/graph/v1.0/users")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNotFound, response.StatusCode, "never on the protocol's paths")
}
