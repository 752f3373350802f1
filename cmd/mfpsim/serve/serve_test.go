package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"go.uber.org/goleak"
	"mfpsim/choice"
	"mfpsim/lab"
	"mfpsim/sim/models"
)

func TestMain(m *testing.M) {
	// Benches come and go: with Go's own setting a fifth of the time is spent on freeing a few megabytes.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

// served is a bench that is live for a test.
type served struct {
	Endpoints
	t      testing.TB
	client *http.Client
	out    *bytes.Buffer
	stop   func() error
}

// live serves a bench until the test ends or stop is called.
func live(t testing.TB, c Config) *served {
	t.Helper()
	s := &served{t: t, out: &bytes.Buffer{}}
	ready := make(chan Endpoints, 1)
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	c.Out, c.Ready = s.out, func(e Endpoints) { ready <- e }
	go func() { ended <- Run(ctx, c) }()
	stopped := false
	s.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		if s.client != nil {
			s.client.CloseIdleConnections()
		}
		cancel()
		return <-ended
	}
	select {
	case s.Endpoints = <-ready:
	case err := <-ended:
		stopped = true
		cancel()
		require.NoError(t, err)
		t.Fatal("the bench ended")
	}
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	pem, err := os.ReadFile(s.CA)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	s.client = &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

// ask sends JSON to the control API and returns status and answer.
func (s *served) ask(method, path, body string) (int, map[string]any) {
	s.t.Helper()
	request, err := http.NewRequest(method, s.Control+path, strings.NewReader(body))
	require.NoError(s.t, err)
	response, err := s.client.Do(request)
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	answer := map[string]any{}
	if bytes.HasPrefix(text, []byte("{")) {
		require.NoError(s.t, json.Unmarshal(text, &answer), string(text))
	} else {
		answer["text"] = string(text)
	}
	return response.StatusCode, answer
}

// scanned sends a scan by e-mail, which is answered when it has begun, and lets it get where it can in a minute.
func (s *served) scanned(to string) {
	s.t.Helper()
	status, answer := s.ask(http.MethodPost, "/printer/scan", `{"to":["`+to+`"]}`)
	require.Equal(s.t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/clock/advance", `{"duration":"1m"}`)
	require.Equal(s.t, http.StatusOK, status, answer)
}

func (s *served) form(address string, values url.Values) (int, string) {
	s.t.Helper()
	response, err := s.client.PostForm(address, values)
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(text)
}

func (s *served) get(address string) (int, string) {
	s.t.Helper()
	response, err := s.client.Get(address)
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(text)
}

func TestOneLineOfJSONSaysWhereTheBenchIs(t *testing.T) {
	s := live(t, Config{JSON: true})
	var line map[string]any
	require.Equal(t, 1, strings.Count(s.out.String(), "\n"))
	require.NoError(t, json.Unmarshal(s.out.Bytes(), &line))
	for _, field := range []string{
		"webConfig", "panel", "entra", "control", "graph", "smtp", "ca", "tenant", "clientId", "scope", "accounts",
	} {
		require.NotEmpty(t, line[field], field)
	}
	account := line["accounts"].([]any)[0].(map[string]any)
	require.Equal(t, "admin@contoso.com", account["user"])
	require.NotEmpty(t, account["password"])
	require.Equal(t, []any{"Cloud Application Administrator"}, account["roles"])
	require.Equal(t, true, account["mailbox"])
	for _, address := range []string{s.WebConfig + "/status/product", s.Panel + "/", s.Control + "/"} {
		status, text := s.get(address)
		require.Equal(t, http.StatusOK, status, address)
		require.NotContains(t, text, "https://login.microsoft")
	}
	_, err := os.Stat(s.CA)
	require.NoError(t, err)
	require.NoError(t, s.stop())
	_, err = os.Stat(s.CA)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestCertificatesHoldForLoopbackAndTheRealNames(t *testing.T) {
	s := live(t, Config{})
	for _, name := range []string{"localhost", "login.microsoftonline.com"} {
		config := s.client.Transport.(*http.Transport).TLSClientConfig.Clone()
		config.ServerName = name
		conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Entra, "https://"), config)
		require.NoError(t, err, name)
		require.NoError(t, conn.Close())
	}
	require.Contains(t, s.out.String(), "Ctrl-C ends the bench.")
}

func TestAClientOfAnOldVersionOfTLSIsToldSoByHTTPAtEntra(t *testing.T) {
	s := live(t, Config{})
	transport := s.client.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.MinVersion, transport.TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	old := http.Client{Transport: transport}
	t.Cleanup(old.CloseIdleConnections)
	answer, err := old.Get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Contains(t, string(text), `{"error":"invalid_request","error_description":"AADSTS1002016: `)
}

func TestDiscoveryCarriesTheURLUnderWhichItWasReachedAndAClientSignsIn(t *testing.T) {
	s := live(t, Config{})
	status, text := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, `"device_authorization_endpoint":"`+s.Entra+`/organizations/oauth2/v2.0/devicecode"`)
	status, text = s.form(
		s.Entra+"/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {s.ClientID}, "scope": {s.Scope}},
	)
	require.Equal(t, http.StatusOK, status, text)
	var code struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &code))
	status, answer := s.ask(http.MethodGet, "/entra/code", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, code.UserCode, answer["code"])
	status, answer = s.ask(http.MethodPost, "/entra/approve", `{"user":"admin@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, answer)
	token := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {s.ClientID}, "device_code": {code.DeviceCode},
	}
	status, text = s.form(s.Entra+"/organizations/oauth2/v2.0/token", token)
	require.Equal(t, http.StatusOK, status, text)
	require.Contains(t, text, "access_token")
	status, answer = s.ask(http.MethodPost, "/entra/revoke", `{"user":"admin@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodGet, "/journal?party=entra", "")
	require.Equal(t, http.StatusOK, status)
	entries := fmt.Sprint(answer["entries"])
	require.Contains(t, entries, "/token")
	require.NotContains(t, entries, code.DeviceCode)
}

func TestAJournalThatIsBoundedSaysWhatHasFallenOut(t *testing.T) {
	s := live(t, Config{Keep: 3})
	for range 5 {
		status, text := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
		require.Equal(t, http.StatusOK, status, text)
	}
	status, answer := s.ask(http.MethodGet, "/journal", "")
	require.Equal(t, http.StatusOK, status)
	entries := answer["entries"].([]any)
	require.Len(t, entries, 3)
	first := entries[0].(map[string]any)
	require.Contains(t, fmt.Sprint(first["http"]), "openid-configuration")
	require.Equal(t, first["number"].(float64)-1, answer["dropped"])
	require.GreaterOrEqual(t, answer["dropped"], float64(2))
}

func TestAMailboxThatIsBoundedIsCountedAndReadByPages(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Keep: 3, Lab: func(l *lab.Lab) { bench = l }})
	for i := range 5 {
		require.NoError(
			t, bench.SMTP.Deliver("alice@contoso.com", fmt.Appendf(nil, "Subject: mail %d\r\n\r\nText\r\n", i+1)),
		)
	}
	for query, numbers := range map[string]string{
		"": "3 4 5", "?from=4": "4 5", "?from=1&limit=2": "3 4", "?from=4&limit=1": "4", "?limit=0": "", "?from=6": "",
	} {
		status, answer := s.ask(http.MethodGet, "/mailbox/alice@contoso.com"+query, "")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, []any{float64(5), float64(2)}, []any{answer["count"], answer["dropped"]}, query)
		var found []string
		for _, m := range answer["messages"].([]any) {
			row := m.(map[string]any)
			require.Equal(t, fmt.Sprintf("mail %v", row["number"]), row["subject"])
			require.Equal(t, "Text\r\n", row["text"])
			found = append(found, fmt.Sprint(row["number"]))
		}
		require.Equal(t, numbers, strings.Join(found, " "), query)
	}
	status, answer := s.ask(http.MethodGet, "/mailbox/alice@contoso.com?limit=some", "")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "limit=some")
	status, text := s.get(s.Panel + "/?mailbox=alice@contoso.com")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "The newest of 5:")
	require.Contains(t, text, "mail 5")
}

func TestClockIsAdvancedWhileSomebodySendsHalfARequest(t *testing.T) {
	s := live(t, Config{})
	for _, address := range []string{s.Entra, s.WebConfig} {
		conn, err := tls.Dial(
			"tcp", strings.TrimPrefix(address, "https://"), s.client.Transport.(*http.Transport).TLSClientConfig,
		)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = io.WriteString(conn, "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\ngrant_")
		require.NoError(t, err)
	}
	_, before := s.ask(http.MethodGet, "/clock", "")
	status, after := s.ask(http.MethodPost, "/clock/advance", `{"duration":"2160h"}`)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, after, "events")
	require.NotEqual(t, before["now"].(string)[:10], after["now"].(string)[:10])
}

func TestControlAPIRefusesWhatItDoesNotKnow(t *testing.T) {
	s := live(t, Config{})
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		message                  string
	}{
		{"an unknown field", "POST", "/clock/advance", `{"duraton":"1h"}`, 400, `unknown field "duraton"; there are: duration`},
		{"a field where none is taken", "POST", "/printer/sheet", `{"pages":1}`, 400, `unknown field "pages"; the request takes no fields`},
		{"an unknown parameter", "GET", "/mailbox/alice@contoso.com?form=1", ``, 400, `unknown parameter "form"; there are: from, limit`},
		{"a parameter where none is taken", "GET", "/network/fault?now=1", ``, 400, `unknown parameter "now"; the request takes no parameters`},
		{"no field", "POST", "/clock/advance", ``, 400, `field "duration" is missing`},
		{"a field of the wrong kind", "POST", "/clock/advance", `{"duration":5}`, 400, `field "duration" must be a text, not a number`},
		{"no JSON", "POST", "/clock/advance", `hello`, 400, "the body is not JSON"},
		{"half a JSON", "POST", "/clock/advance", `{"duration":`, 400, "the body is not JSON"},
		{"a list", "POST", "/clock/advance", `[1]`, 400, "the body must be an object, not a list"},
		{"two values", "POST", "/clock/advance", `{"duration":"1h"} {}`, 400, "more than one JSON value"},
		{"no length of time", "POST", "/clock/advance", `{"duration":"soon"}`, 400, `"soon" is no length of time`},
		{"back in time", "POST", "/clock/advance", `{"duration":"-1h"}`, 400, "time does not go back"},
		{"two hundred years", "POST", "/clock/advance", `{"duration":"75000d"}`, 400, "more than a hundred years"},
		{"an unknown path", "GET", "/clok", ``, 404, "there is no /clok"},
		{"another method", "GET", "/clock/advance", ``, 405, "takes POST"},
		{"an unknown fault", "POST", "/network/fault", `{"words":"entra sluggish"}`, 400, `no fault "sluggish" here; there are: ok, unreachable,`},
		{"an unknown party", "POST", "/network/fault", `{"words":"fax silent"}`, 400, `no party "fax"`},
		{"a delay without slow", "POST", "/network/fault", `{"words":"smtp silent delay=5s"}`, 400, "belongs to the fault slow"},
		{"an unknown user", "POST", "/entra/revoke", `{"user":"nobody@contoso.com"}`, 422, "nobody@contoso.com"},
		{"no user", "POST", "/entra/revoke", `{}`, 400, `field "user" is missing`},
		{"no code waits", "POST", "/entra/approve", `{"user":"admin@contoso.com"}`, 422, "no code waits"},
		{"an unknown cmdlet", "POST", "/exchange/cmdlet", `{"name":"Set-Fire"}`, 422, "no such cmdlet"},
		{"an unknown key", "POST", "/printer/panel/press", `{"path":"Fax"}`, 404, `no key "Fax" here; there are: Copy`},
		{"no address", "GET", "/mailbox/alice", ``, 400, "no e-mail address"},
		{"a wrong number", "GET", "/journal?since=x", ``, 400, "not a number"},
		{"an unknown state", "POST", "/printer/power", `{"state":"half"}`, 404, `no power state "half" here`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := s.ask(test.method, test.path, test.body)
			require.Contains(t, answer["error"], test.message)
			require.Equal(t, test.status, status)
		})
	}
}

func TestPagesOfOtherSitesAreKeptOut(t *testing.T) {
	s := live(t, Config{})
	request, err := http.NewRequest(http.MethodPost, s.Control+"/clock/advance", strings.NewReader(`{"duration":"1h"}`))
	require.NoError(t, err)
	request.Header.Set("Origin", "https://elsewhere.example")
	response, err := s.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	request, err = http.NewRequest(http.MethodGet, s.Control+"/accounts", nil)
	require.NoError(t, err)
	request.Host = "rebound.example"
	response, err = s.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusForbidden, response.StatusCode)
}

func TestScenarioIsPlayedUpToItsHandoverAndGoesOnByHand(t *testing.T) {
	folder := t.TempDir()
	s := live(t, Config{Scenario: "trouble/sign-in-not-saved", Evidence: folder, Seed: 7})
	status, answer := s.ask(http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodGet, "/printer/jobs", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, answer["text"], `"code":"360"`)
	status, text := s.get(s.Panel + "/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "you need to sign in to your email service")
	require.Contains(t, s.out.String(), "has been played up to its handover")
	require.NoError(t, s.stop())
	record, err := os.ReadFile(filepath.Join(folder, "trouble", "sign-in-not-saved", "journal.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(record), "devicecode")
	replay, err := os.ReadFile(filepath.Join(folder, "trouble", "sign-in-not-saved", "replay.txt"))
	require.NoError(t, err)
	require.Equal(t, "mfpsim run --folder . recorded/by-hand --seed 7\n", string(replay))
}

func TestAPrintedSheetIsAPageOfItsOwn(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/sign-in-not-saved"})
	for range 2 {
		status, answer := s.ask("POST", "/printer/sheet", "")
		require.Equal(t, http.StatusOK, status, answer)
		s.ask("POST", "/clock", `{"advance":"1h"}`)
	}
	_, answer := s.ask("GET", "/printer/sheet", "")
	require.EqualValues(t, 2, answer["number"])
	require.Contains(t, answer["page"], "<h1>Network Status Sheet</h1>")
	_, panel := s.get(s.Panel + "/")
	require.Contains(t, panel, `href="/sheet/2"`)
	require.NotContains(t, panel, "Subnet Mask", "the sheet is not under the panel")
	for number, want := range map[string]int{"1": 200, "2": 200, "3": 404, "x": 404} {
		status, page := s.get(s.Panel + "/sheet/" + number)
		require.Equal(t, want, status, number)
		require.Equal(t, want == 200, strings.Contains(page, "<dt>Subnet Mask</dt>"), number)
	}
}

func TestPanelsPageActsOnThePanel(t *testing.T) {
	s := live(t, Config{})
	status, _ := s.form(s.Panel+"/press", url.Values{"key": {"Scan"}})
	require.Equal(t, http.StatusSeeOther, status)
	status, _ = s.form(s.Panel+"/press", url.Values{"key": {"Email"}})
	require.Equal(t, http.StatusSeeOther, status)
	status, text := s.get(s.Panel + "/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Scan &gt; Email")
	status, text = s.form(s.Panel+"/press", url.Values{"key": {"Telex"}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "no key &#34;Telex&#34; here")
	_, before := s.get(s.Panel + "/mark")
	status, _ = s.form(s.Panel+"/power", url.Values{"state": {"off"}})
	require.Equal(t, http.StatusSeeOther, status)
	_, after := s.get(s.Panel + "/mark")
	require.NotEqual(t, before, after)
	_, text = s.get(s.Panel + "/")
	require.Contains(t, text, "The printer is switched off.")
	status, _ = s.form(s.Panel+"/advance", url.Values{"duration": {"91d"}})
	require.Equal(t, http.StatusSeeOther, status)
	status, text = s.form(s.Panel+"/advance", url.Values{"duration": {"x"}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "no length of time")
}

func TestWhatCannotBeServedIsSaidAtOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	known, err := models.Embedded()
	require.NoError(t, err)
	noModel := (&choice.Error{What: "model", Wanted: "MFP-9999", Present: known.Names()}).Error()
	languages, err := lab.Languages("")
	require.NoError(t, err)
	for _, test := range []struct {
		name    string
		config  Config
		message string
	}{
		{"a port in use", Config{Ports: Ports{SMTP: port}}, fmt.Sprintf("--smtp-port: port %d is in use on 127.0.0.1", port)},
		{"no port", Config{Ports: Ports{Panel: 70000}}, "--panel-port 70000: a port is a number from 0 to 65535"},
		{"no address of this machine", Config{Host: "192.0.2.77"}, "cannot listen on 192.0.2.77"},
		{"an address with a port", Config{Host: "127.0.0.1:8080"}, "--listen 127.0.0.1:8080: an address without a port"},
		{"an unknown scenario", Config{Scenario: "trouble/none"}, `no scenario fits "trouble/none"`},
		{"several scenarios", Config{Scenario: "trouble"}, `"trouble" fits`},
		{"an unknown language", Config{Language: "xx"}, `unknown language "xx"; there are ` + strings.Join(languages, ", ")},
		{"an unknown model", Config{Model: "MFP-9999"}, noModel},
		{"an evidence folder that is a file", Config{Evidence: file}, "is a file, not a folder"},
		{"no folder for the CA", Config{CA: filepath.Join(file, "ca.pem")}, "cannot write the certificate authority"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Run(context.Background(), test.config)
			var misuse *ConfigError
			require.ErrorAs(t, err, &misuse)
			require.ErrorContains(t, err, test.message)
		})
	}
}
