package scenarios_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// control is the control API of a bench that is served.
func control(t *testing.T) func(method, path, body string) (int, map[string]any) {
	t.Helper()
	ready, ended := make(chan serve.Endpoints, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		ended <- serve.Run(ctx, serve.Config{Out: &bytes.Buffer{}, Ready: func(e serve.Endpoints) { ready <- e }})
	}()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		cancel()
		require.NoError(t, <-ended)
	})
	endpoints := <-ready
	return func(method, path, body string) (int, map[string]any) {
		request, err := http.NewRequest(method, endpoints.Control+path, strings.NewReader(body))
		require.NoError(t, err)
		response, err := client.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		answer := map[string]any{}
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
		return response.StatusCode, answer
	}
}

// state is what the phrases of this test change, as it is told on a bench.
func state(t *testing.T, l *lab.Lab) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"faults": l.Network.Faults(), "entra": fmt.Sprint(l.Entra.Answers()), "exchange": fmt.Sprint(l.SMTP.Answers()),
	})
	require.NoError(t, err)
	return string(text)
}

// TestAVerbAndTheControlAPIMeanTheSameByAPhrase says each phrase to a bench by its verb, and to another one by HTTP.
func TestAVerbAndTheControlAPIMeanTheSameByAPhrase(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	_, err := bench.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
	require.NoError(t, err)
	require.NoError(t, bench.AddUser(lab.User{Address: "alice@contoso.com"}))
	ask := control(t)
	for _, c := range []struct{ verb, path, words string }{
		{"tenant", "/tenant", "fabrikam.com smtp-auth=enabled security-defaults=off user-consent=none"},
		{"tenant", "/tenant", "northwind.example consent-box=microsoft"},
		{"tenant", "/tenant", "fabrikam.com"}, // is there
		{"tenant", "/tenant", "a.example smtp-aut=enabled"},
		{"tenant", "/tenant", "a.example smtp-auth=perhaps"},
		{"tenant", "/tenant", "a.example private"},
		{"user", "/user", "carol@fabrikam.com role='Global Administrator' mfa no-mailbox"},
		{"user", "/user", "dave@fabrikam.com disabled"},
		{"user", "/user", "erin@fabrikam.com role=Emperor"},
		{"user", "/user", "frank@nowhere.example role='Global Administrator'"},
		{"user", "/user", "frank@fabrikam.com telephone"},
		{"user", "/user", "mfa"},
		{"entra policy", "/entra/policy", "'Block device code flow' state=on users=All flow='Device code flow' grant=Block"},
		{"entra policy", "/entra/policy", "'Block device code flow' exclude=carol@fabrikam.com"},
		{"entra policy", "/entra/policy", "x grant=perhaps"},
		{"entra policy", "/entra/policy", "x colour=red"},
		{"entra policy", "/entra/policy", "x users=nobody@contoso.com"},
		{"entra source", "/entra/source", "device address=198.51.100.9 country=DE compliant=yes"},
		{"entra source", "/entra/source", "browser address=home"},
		{"entra source", "/entra/source", "browser address=198.51.100.9 compliant=perhaps"},
		{"entra source", "/entra/source", "printer address=198.51.100.9"},
		{"entra source", "/entra/source", "device"},
		{"entra as-of", "/entra/as-of", "2023-08-17"},
		{"entra as-of", "/entra/as-of", "2019-01-01"},
		{"entra as-of", "/entra/as-of", "soon"},
		{"entra as-of", "/entra/as-of", "2023-08-17 2024-01-01 x"},
		{"entra as-of", "/entra/as-of", "newest"},
		{"entra answer", "/entra/answer", "pending times=2 then status=503 retry-after=30 times=1"},
		{"entra answer", "/entra/answer", "body='a b' endpoint=token"},
		{"entra answer", "/entra/answer", "truncated"},
		{"entra answer", "/entra/answer", "sleepy"},
		{"entra answer", "/entra/answer", "html then empty"},
		{"entra answer", "/entra/answer", "approve=nobody@x.example"},
		{"entra answer", "/entra/answer", "ok"},
		{"exchange answer", "/exchange/answer", "at=MAIL reply='451 4.7.0 Try later' times=1 then at=DATA silent"},
		{"exchange answer", "/exchange/answer", "at=COFFEE silent"},
		{"exchange answer", "/exchange/answer", "at=MAIL reply=hello"},
		{"exchange answer", "/exchange/answer", "ok"},
		{"network", "/network/fault", "smtp reset after=100 times=1 then silent"},
		{"network", "/network/fault", "smtp half-silent at=write:3"},
		{"network", "/network/fault", "entra strip-starttls"},
		{"network", "/network/fault", "fax silent"},
		{"network", "/network/fault", "entra slow at=read:1 delay=soon"},
		{"network", "/network/fault", "smtp ok"},
	} {
		t.Run(c.verb+" "+c.words, func(t *testing.T) {
			body, err := json.Marshal(map[string]string{"words": c.words})
			require.NoError(t, err)
			printed, err := scenarios.Step(bench, c.verb+" "+c.words)
			status, answer := ask(http.MethodPost, c.path, string(body))
			if err != nil {
				require.Equal(t, err.Error(), answer["error"])
				require.GreaterOrEqual(t, status, 400)
			} else {
				require.Equal(t, http.StatusOK, status, answer)
			}
			if err == nil && (c.path == "/tenant" || c.path == "/entra/policy" || c.path == "/entra/as-of") {
				var made map[string]any
				require.NoError(t, json.Unmarshal([]byte(printed), &made))
				// the served bench's time flows
				for _, changing := range []string{"createdDateTime", "modifiedDateTime"} {
					delete(made, changing)
					delete(answer, changing)
				}
				require.Equal(t, made, answer)
			}
			_, faults := ask(http.MethodGet, "/network/fault", "")
			_, entra := ask(http.MethodGet, "/entra/answer", "")
			_, exchange := ask(http.MethodGet, "/exchange/answer", "")
			require.JSONEq(t, state(t, bench), marshalled(t, map[string]any{
				"faults": orNull(faults["armed"]), "entra": fmt.Sprint(entra["set"]), "exchange": fmt.Sprint(exchange["set"]),
			}))
		})
	}
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// orNull writes an empty list as the bench has it.
func orNull(list any) any {
	if rows, is := list.([]any); is && len(rows) == 0 {
		return nil
	}
	return list
}
