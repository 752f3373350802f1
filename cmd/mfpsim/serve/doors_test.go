package serve

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStrictDoorsByFlagAndByRequest(t *testing.T) {
	s := live(t, Config{StrictDoors: true})
	personalAtV1 := func() int { // nobody knows what v1's document of consumers is like
		status, _ := s.get(s.Entra + "/consumers/.well-known/openid-configuration")
		return status
	}
	require.Equal(t, http.StatusNotImplemented, personalAtV1())
	status, _ := s.ask(http.MethodPost, "/entra/strict-doors", `{"on":false}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, http.StatusOK, personalAtV1())
	status, _ = s.ask(http.MethodPost, "/entra/strict-doors", `{"on":true}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, http.StatusNotImplemented, personalAtV1())
	status, answer := s.ask(http.MethodGet, "/entra/doors", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, answer["text"], `"number":7000012`)
}
