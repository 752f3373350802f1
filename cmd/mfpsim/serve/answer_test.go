package serve

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswersArePlantedThroughTheControlPlane(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/entra/answer", `{"words":"pending times=2 then status=503 times=1"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{"pending grant=device_code times=2", "status=503 times=1"}, answer["set"])
	status, answer = s.ask(http.MethodGet, "/entra/answer", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, answer["unmet"], 2)
	status, _ = s.ask(http.MethodPost, "/entra/answer", `{"words":"sleepy"}`)
	require.Equal(t, http.StatusBadRequest, status)
	status, answer = s.ask(http.MethodPost, "/entra/answer", `{"words":"ok"}`)
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, answer["set"])
}

func TestThePrintersMemoryCanBeReadOut(t *testing.T) {
	s := live(t, Config{})
	status, _ := s.ask(http.MethodPost, "/printer/language", `{"language":"el"}`)
	require.Equal(t, http.StatusOK, status)
	status, answer := s.ask(http.MethodGet, "/printer/memory", "")
	require.Equal(t, http.StatusOK, status)
	require.NotEmpty(t, answer["image"])
}
