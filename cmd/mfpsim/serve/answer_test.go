package serve

import (
	"io"
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

func TestASentenceWithBlanksIsPlantedThroughTheControlPlane(t *testing.T) {
	for name, body := range map[string]string{
		"as one string":      `{"words":"error=900439 text='No such cloud, it''s said.' word=invalid_client times=1 then=close"}`,
		"as a list of words": `{"words":["error=900439","text=No such cloud, it's said.","word=invalid_client","times=1","then=close"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := live(t, Config{})
			status, answer := s.ask(http.MethodPost, "/entra/answer", body)
			require.Equal(t, http.StatusOK, status, answer)
			words := "error=900439 times=1 text='No such cloud, it''s said.' word=invalid_client then=close"
			require.Equal(t, []any{words}, answer["set"])
			response, err := s.client.Get(s.Entra + "/common/v2.0/.well-known/openid-configuration")
			require.NoError(t, err)
			said, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusBadRequest, response.StatusCode)
			require.Contains(t, string(said), `{"error":"invalid_client","error_description":"AADSTS900439: No such cloud, it's said. Trace ID: `)
			_, answer = s.ask(http.MethodGet, "/entra/answer", "")
			require.Empty(t, answer["unmet"])
		})
	}
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/entra/answer", `{"words":"error=7999999"}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "AADSTS7999999 is not in the catalogue; give it a sentence: text='…'")
}

func TestAMemberIsChangedThroughTheControlPlane(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/entra/answer", `{"words":["change","issuer","https://elsewhere/"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	response, err := s.client.Get(s.Entra + "/common/v2.0/.well-known/openid-configuration")
	require.NoError(t, err)
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, string(said), `"issuer":"https://elsewhere/"`)
}

func TestThePrintersMemoryCanBeReadOut(t *testing.T) {
	s := live(t, Config{})
	status, _ := s.ask(http.MethodPost, "/printer/language", `{"language":"el"}`)
	require.Equal(t, http.StatusOK, status)
	status, answer := s.ask(http.MethodGet, "/printer/memory", "")
	require.Equal(t, http.StatusOK, status)
	require.NotEmpty(t, answer["image"])
	require.EqualValues(t, 1, answer["writes"])
}

func TestThePrintersMemoryIsMadeToRefuseWrites(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/printer/memory", `{"words":"refuses writes times=1"}`)
	require.Equal(t, http.StatusOK, status, answer)
	_, answer = s.ask(http.MethodGet, "/printer/memory", "")
	require.Equal(t, []any{"memory refuses writes times=1"}, answer["unmet"])
	status, _ = s.ask(http.MethodPost, "/printer/language", `{"language":"el"}`)
	require.NotEqual(t, http.StatusOK, status, "the language could not be stored")
	_, answer = s.ask(http.MethodGet, "/printer/memory", "")
	require.EqualValues(t, 1, answer["refused"])
	require.Empty(t, answer["unmet"])
	status, _ = s.ask(http.MethodPost, "/printer/language", `{"language":"el"}`)
	require.Equal(t, http.StatusOK, status)
	status, _ = s.ask(http.MethodPost, "/printer/memory", `{"words":"eats writes"}`)
	require.Equal(t, http.StatusBadRequest, status)

	// The supply fails in the next write, of which a byte arrives.
	status, answer = s.ask(http.MethodPost, "/printer/power", `{"state":"cut","atWrite":1,"atByte":1}`)
	require.Equal(t, http.StatusOK, status, answer)
	_, _ = s.ask(http.MethodPost, "/printer/language", `{"language":"en"}`)
	_, answer = s.ask(http.MethodGet, "/printer", "")
	require.Equal(t, false, answer["on"])
	status, answer = s.ask(http.MethodPost, "/printer/power", `{"state":"on"}`)
	require.Equal(t, http.StatusOK, status, answer)
}

func TestAPowerRequestThatMakesNoSenseCutsNothing(t *testing.T) {
	s := live(t, Config{})
	for _, test := range []struct{ name, body, message string }{
		{"no state", `{}`, "state"},
		{"a state that is none", `{"state":"half"}`, "half"},
		{"the write before the next", `{"state":"cut","atWrite":0}`, "at=write:0 is no write"},
		{"a write of the past", `{"state":"cut","atWrite":-1}`, "at=write:-1 is no write"},
		{"a byte of no write", `{"state":"cut","atByte":5}`, "byte= needs at=write:N"},
		{"a byte before the first", `{"state":"cut","atWrite":1,"atByte":-1}`, "byte=-1 is no number"},
		{"on at a write", `{"state":"on","atWrite":1}`, "at= belongs to power cut"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := s.ask(http.MethodPost, "/printer/power", test.body)
			require.NotEqual(t, http.StatusOK, status)
			require.Contains(t, answer["error"], test.message)
		})
	}
	_, answer := s.ask(http.MethodGet, "/printer", "")
	require.Equal(t, true, answer["on"])
}
