package serve

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/lab"
)

var update = flag.Bool("update", false, "write docs/control.md")

const controlPage = "../../../docs/control.md"

func TestThePageOfTheControlAPIIsUpToDate(t *testing.T) {
	page := routes.Page(introduction, table(), foreign)
	if *update {
		require.NoError(t, os.WriteFile(controlPage, []byte(page), 0o644)) //nolint:gosec // a document
	}
	written, err := os.ReadFile(controlPage)
	require.NoError(t, err)
	require.True(t, page == string(written), "docs/control.md is older than the table: go generate ./cmd/mfpsim/serve")
}

// openAPIOf reads the OpenAPI document of a live bench.
func openAPIOf(t *testing.T, s *served) (text []byte, paths map[string]map[string]map[string]any) {
	t.Helper()
	status, body := s.get(s.Control + "/openapi.json")
	require.Equal(t, http.StatusOK, status)
	var read struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &read))
	require.Equal(t, "3.1.0", read.OpenAPI)
	return []byte(body), read.Paths
}

// conforms demands that JSON is as a part of an OpenAPI document says.
func conforms(t *testing.T, document []byte, text string, at ...string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("openapi.json", value))
	pointer := ""
	for _, word := range at {
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(word))
	}
	schema, err := compiler.Compile("openapi.json#" + pointer)
	require.NoError(t, err, pointer)
	answer, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err, text)
	require.NoError(t, schema.Validate(answer), text)
}

func TestAnAnswerThatIsNotAsTheDocumentSaysIsFound(t *testing.T) {
	document, err := openAPI()
	require.NoError(t, err)
	at := []string{"paths", "/turn", "get", "responses", "200", "content", "application/json", "schema"}
	conforms(t, document.Body, `{"held":false,"connections":[]}`, at...)
	for _, wrong := range []string{
		`{"held":false}`, `{"held":1,"connections":[]}`, `{"held":false,"connections":[],"more":1}`,
	} {
		compared := &testing.T{}
		done := make(chan struct{})
		go func() { // FailNow ends it
			defer close(done)
			conforms(compared, document.Body, wrong, at...)
		}()
		<-done
		require.True(t, compared.Failed(), wrong)
	}
}

// prepared is what an example needs that a new bench does not have.
var prepared = map[string]func(t *testing.T, s *served, l *lab.Lab){
	"POST /record/expect": func(t *testing.T, s *served, _ *lab.Lab) {
		status, answer := s.ask("POST", "/record/start", "")
		require.Equal(t, http.StatusOK, status, answer)
	},
	"POST /record/save": func(t *testing.T, s *served, _ *lab.Lab) {
		for _, asked := range []struct{ path, body string }{
			{"/record/start", ""}, {"/record/expect", `{"line":"! jobs shows Email 361"}`},
		} {
			status, answer := s.ask("POST", asked.path, asked.body)
			require.Equal(t, http.StatusOK, status, answer)
		}
	},
	"POST /entra/enter-code": waitingCode, "POST /entra/approve": waitingCode, "POST /entra/decline": waitingCode,
	"POST /entra/withdraw-consent": func(t *testing.T, s *served, l *lab.Lab) {
		waitingCode(t, s, l)
		status, answer := s.ask(http.MethodPost, "/entra/approve", `{"user":"admin@contoso.com"}`)
		require.Equal(t, http.StatusOK, status, answer)
	},
	"POST /printer/users/delete":        asks("/printer/users", `{"words":"bob email=bob@contoso.com"}`),
	"POST /printer/user-authentication": asks("/printer/license", `{"words":""}`),
	"POST /printer/users/log-in": asks(
		"/printer/license", `{"words":""}`, "/printer/user-authentication", `{"words":"on"}`,
		"/printer/users", `{"words":"alice email=alice@contoso.com"}`,
	),
	"POST /printer/panel/enter": func(t *testing.T, s *served, _ *lab.Lab) {
		status, answer := s.ask(http.MethodPost, "/printer/panel/press", `{"path":"Scan > Email"}`)
		require.Equal(t, http.StatusOK, status, answer)
	},
}

// asks makes requests: paths and bodies in turn.
func asks(pairs ...string) func(t *testing.T, s *served, l *lab.Lab) {
	return func(t *testing.T, s *served, _ *lab.Lab) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			status, answer := s.ask(http.MethodPost, pairs[i], pairs[i+1])
			require.Equal(t, http.StatusOK, status, answer)
		}
	}
}

func waitingCode(t *testing.T, s *served, _ *lab.Lab) {
	t.Helper()
	s.client.CloseIdleConnections() // a reset has cut those to the clouds
	status, text := s.form(
		s.Entra+"/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {s.ClientID}, "scope": {s.Scope}},
	)
	require.Equal(t, http.StatusOK, status, text)
}

// refused are the examples that a bench refuses that has nothing of what they name, with its answer.
var refused = map[string]string{
	"POST /turn/break": "no connection", "POST /case/skip": "no case", "POST /case/do": "no case", "POST /case/other": "no case",
}

func TestEachExampleOfThePageCanBeRunAsItIs(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{
		Prepared: true, Passwords: map[string]string{"printer": "the-admin-password"}, Lab: func(l *lab.Lab) { bench = l },
	})
	document, paths := openAPIOf(t, s)
	mail := "To: alice@contoso.com\r\nSubject: Scan\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n" +
		"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n"
	operations, fresh := 0, false
	for _, route := range routes.All(table()) {
		t.Run(route.Request, func(t *testing.T) {
			if !fresh {
				status, answer := s.ask(http.MethodPost, "/case", "{}") // as the command line wanted it
				require.Equal(t, http.StatusOK, status, answer)
				require.NoError(t, bench.SMTP.Deliver("alice@contoso.com", []byte(mail)))
			}
			fresh = route.Method() == http.MethodGet
			if prepare := prepared[route.Request]; prepare != nil {
				prepare(t, s, bench)
			}
			method := strings.ToLower(route.Method())
			operation := paths[route.Path()][method]
			require.NotNil(t, operation, "openapi.json has no such operation")
			if route.Example != "" {
				conforms(
					t, document, route.Example, "paths", route.Path(), method, "requestBody", "content",
					"application/json", "schema",
				)
			}
			line := strings.Replace(route.Curl("$CONTROL"), "curl", "curl -sS -w '\n%{http_code}'", 1)
			command := exec.Command("bash", "-c", line)
			command.Env = append(os.Environ(), "CONTROL="+s.Control)
			output, err := command.CombinedOutput()
			require.NoError(t, err, string(output))
			at := strings.LastIndex(string(output), "\n")
			text, code := string(output)[:at], string(output)[at+1:]
			if message := refused[route.Request]; message != "" {
				require.Equal(t, "400", code, text)
				require.Contains(t, text, message)
				return
			}
			require.Equal(t, "200", code, text)
			content := operation["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)
			if schema, is := content["application/json"].(map[string]any); is && schema["schema"] != nil {
				conforms(
					t, document, text, "paths", route.Path(), method, "responses", "200", "content", "application/json",
					"schema",
				)
			}
		})
		operations++
	}
	found := 0
	for _, path := range paths {
		found += len(path)
	}
	require.Equal(t, operations, found, "openapi.json has what the table has")
}
