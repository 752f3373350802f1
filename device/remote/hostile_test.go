package remote_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/remote"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// crooked is a device of a few lines, in which an act of a person can go wrong.
type crooked struct {
	hello        string
	capabilities []device.Capability
	press        func(c *crooked, w http.ResponseWriter, r *http.Request, call string, now time.Time) bool
	wake         func(c *crooked, call string, now time.Time) string

	proxy    string
	sequence atomic.Int64
	greeted  atomic.Int64 // how often a server has greeted it
}

func (c *crooked) report(rest string) string {
	return fmt.Sprintf(`{"sequence":%d%s}`, c.sequence.Add(1), rest)
}

func (c *crooked) result(call, value string) string {
	return c.report(fmt.Sprintf(`,"results":{%q:{"value":%s}}`, call, value))
}

// ServeHTTP answers as docs/devices.md has it, but for what goes wrong.
func (c *crooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Call, Method, Proxy string
		Now                 time.Time
	}
	_ = json.NewDecoder(r.Body).Decode(&m)
	_, act, _ := strings.Cut(r.URL.Path, "/v1/benches/1/")
	if c.capabilities == nil {
		c.capabilities = []device.Capability{device.CapabilityPanel, device.CapabilityClock}
	}
	description, _ := json.Marshal(device.Description{
		Name: "printer", Model: "Crooked 1", Language: "en", Languages: []string{"en"}, Capabilities: c.capabilities,
	})
	const screen = `{"path":"Home","lines":["Ready"]}`
	var text string
	switch {
	case r.URL.Path == remote.PathHello:
		text = c.hello
		if text == "" {
			text = `{"protocol":"mfpsim-device/1.4","clock":"bench","maker":"Crooked","model":"Crooked 1","novelty":1}`
		}
	case r.URL.Path == remote.PathBenches:
		c.proxy = m.Proxy
		text = fmt.Sprintf(`{"id":"1","description":%s,"report":%s}`, description, c.report(""))
	case act == "wake" && c.wake != nil:
		text = c.wake(c, m.Call, m.Now)
	case act == "act" && m.Method == "panel.press":
		if c.press(c, w, r, m.Call, m.Now) {
			return
		}
		text = c.result(m.Call, screen)
	case act == "act" && m.Method == "describe":
		text = c.result(m.Call, string(description))
	case act == "act" && m.Method == "panel.screen":
		text = c.result(m.Call, screen)
	case act == "act" && m.Method == "now":
		text = c.result(m.Call, `"`+m.Now.Format(time.RFC3339)+`"`)
	case act == "act" && m.Method == "words":
		text = c.result(m.Call, `{"language":"en","messages":{},"labels":{}}`)
	case act == "act":
		text = c.report(fmt.Sprintf(`,"results":{%q:{"error":{"kind":"not-supported"}}}`, m.Call))
	case act == "stalled":
		text = `{"moved":true}`
	case act == "waits":
		text = `{"waits":true}`
	default:
		text = c.report("")
	}
	_, _ = io.WriteString(w, text)
}

// greeting connects to the mail server through the outlet, reads its greeting and leaves.
func (c *crooked) greeting(name int) {
	conn, err := net.Dial("tcp", c.proxy)
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(conn, "CONNECT smtp.office365.com:587 HTTP/1.1\r\nConnection-Name: %d\r\n\r\n", name)
	reader := bufio.NewReader(conn)
	if response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect}); err != nil ||
		response.StatusCode != http.StatusOK {
		return
	}
	if line, _ := reader.ReadString('\n'); strings.HasPrefix(line, "220 ") {
		c.greeted.Add(1)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, reader)
}

type fault = func(c *crooked, w http.ResponseWriter, r *http.Request, call string, now time.Time) bool

// write answers with a text.
func write(text string) fault {
	return func(_ *crooked, w http.ResponseWriter, _ *http.Request, _ string, _ time.Time) bool {
		_, _ = io.WriteString(w, text)
		return true
	}
}

func TestADeviceThatGoesWrongGetsAClearVerdict(t *testing.T) {
	for _, test := range []struct {
		name     string
		device   *crooked
		script   string
		patience time.Duration
		verdict  report.Verdict
		says     string
	}{
		{
			name: "nothing goes wrong", device: &crooked{press: func(*crooked, http.ResponseWriter, *http.Request, string, time.Time) bool { return false }},
			verdict: report.Passed,
		},
		{
			name: "it hangs", patience: 300 * time.Millisecond,
			device: &crooked{
				press: func(_ *crooked, _ http.ResponseWriter, r *http.Request, _ string, _ time.Time) bool {
					<-r.Context().Done()
					return true
				},
			},
			verdict: report.Failed, says: `was lost: it did not answer "act panel.press" within 300ms`,
		},
		{
			name: "it dies in the middle of an act", device: &crooked{press: func(*crooked, http.ResponseWriter, *http.Request, string, time.Time) bool {
				panic(http.ErrAbortHandler)
			}},
			verdict: report.Failed, says: `was lost: "act panel.press": it closed the connection without an answer; its program may have ended`,
		},
		{
			name: "it answers a page", device: &crooked{press: write("<html>Oops</html>")},
			verdict: report.Failed, says: `its answer is not what was agreed on (invalid character '<' looking for beginning of value): "<html>Oops</html>"`,
		},
		{
			name: "it answers with another status", device: &crooked{press: func(_ *crooked, w http.ResponseWriter, _ *http.Request, _ string, _ time.Time) bool {
				http.Error(w, "out of memory", http.StatusInternalServerError)
				return true
			}},
			verdict: report.Failed, says: `it answered with status 500: "out of memory"`,
		},
		{
			name: "it forgets the result", device: &crooked{press: write(`{"sequence":900}`)},
			verdict: report.Failed, says: `it said that the act has ended, and not how`,
		},
		{
			name: "its result is something else", device: &crooked{press: func(c *crooked, w http.ResponseWriter, _ *http.Request, call string, _ time.Time) bool {
				_, _ = io.WriteString(w, c.result(call, "17"))
				return true
			}},
			verdict: report.Failed, says: `"panel.press": the result is not what was agreed on`,
		},
		{
			name: "it says that it is broken", device: &crooked{press: write(`{"error":{"kind":"broken","text":"watchdog"}}`)},
			verdict: report.Failed, says: `was lost: "act panel.press": watchdog`,
		},
		{
			name:   "it lies about its capabilities",
			device: &crooked{capabilities: []device.Capability{device.CapabilityPanel, device.CapabilityWebConfig}, press: write("")},
			script: "webconfig log-in\nwebconfig shows Status\n", verdict: report.Failed, says: "this device cannot do that",
		},
		{
			name: "it never ends", device: &crooked{press: func(c *crooked, w http.ResponseWriter, _ *http.Request, _ string, _ time.Time) bool {
				_, _ = io.WriteString(w, c.report(`,"pending":true`))
				return true
			}},
			verdict: report.Errored, says: "nothing is due",
		},
		{
			name: "it wants to be woken at once, again and again", device: &crooked{
				press: func(c *crooked, w http.ResponseWriter, _ *http.Request, _ string, now time.Time) bool {
					at := now.Format(time.RFC3339Nano)
					_, _ = io.WriteString(w, c.report(fmt.Sprintf(`,"pending":true,"wakeAt":%q`, at)))
					return true
				},
				wake: func(c *crooked, _ string, now time.Time) string {
					return c.report(fmt.Sprintf(`,"wakeAt":%q`, now.Format(time.RFC3339Nano)))
				},
			},
			verdict: report.Errored, says: "printer: wake",
		},
		{
			name: "it answers nothing when it is woken", device: &crooked{
				press: func(c *crooked, w http.ResponseWriter, _ *http.Request, _ string, now time.Time) bool {
					at := now.Add(time.Second).Format(time.RFC3339)
					_, _ = io.WriteString(w, c.report(fmt.Sprintf(`,"pending":true,"timers":[{"id":"1","at":%q}]`, at)))
					return true
				},
				wake: func(*crooked, string, time.Time) string { return "" },
			},
			verdict: report.Failed, says: `was lost: "wake": its answer is not what was agreed on`,
		},
		{
			name: "it tries again without delay", patience: time.Second, device: &crooked{
				press: func(c *crooked, _ http.ResponseWriter, r *http.Request, _ string, _ time.Time) bool {
					for name := 0; r.Context().Err() == nil; name++ {
						c.greeting(name)
					}
					return true
				},
			},
			verdict: report.Failed, says: "it tries again without delay",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.device)
			defer server.Close()
			script := test.script
			if script == "" {
				script = "panel press Copy\npanel shows Ready\n"
			}
			client := dial(t, remote.Config{URL: server.URL, Patience: test.patience})
			result := playOn(t, client, script)
			require.Equal(t, test.verdict, result.Verdict, result.Failure)
			require.Contains(t, result.Failure, test.says)
			again := playOn(t, client, "panel shows Ready\n")
			require.Equal(t, report.Passed, again.Verdict, "the next case begins with a new device: %s", again.Failure)
		})
	}
}

func TestADeviceThatCallsTheCloudsWithoutATurnFailsItsCase(t *testing.T) {
	device := &crooked{}
	server := httptest.NewServer(device)
	defer server.Close()
	client := dial(t, remote.Config{URL: server.URL})
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, "panel shows Ready\n"), Configure: func(c *lab.Config) {
			c.Devices = devices(client)
			c.Defect.Lab = func(*lab.Lab) { device.greeting(1) } // the bench stands, and nobody has a turn
		},
	})
	require.NoError(t, err)
	require.Equal(t, int64(1), device.greeted.Load(), "it is answered all the same")
	require.Equal(t, report.Failed, results[0].Verdict)
	require.Contains(t, results[0].Failure, "its lines hold, and its device does not keep to the rules")
	require.Contains(t, results[0].Failure, `the device "printer" sent a request (printer#1 to smtp.office365.com:587)`)
}

func TestADeviceThatDoesNotStartFailsItsCase(t *testing.T) {
	hangs := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != remote.PathBenches {
			(&crooked{}).ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	server := httptest.NewServer(hangs)
	defer server.Close()
	client := dial(t, remote.Config{URL: server.URL, Patience: 200 * time.Millisecond})
	result := playOn(t, client, "panel shows Ready\n")
	require.Equal(t, report.Failed, result.Verdict)
	require.Contains(t, result.Failure, `was lost: it did not answer "boot" within 200ms`)
}

func TestAScenarioOfAModelThatADeviceIsNotIsSkipped(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		if r.URL.Path == remote.PathBenches && strings.Contains(string(text), `"model":"Team 500"`) {
			_, _ = io.WriteString(w, `{"error":{"kind":"choice","what":"model","wanted":"Team 500","present":["Crooked 1"]}}`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		(&crooked{}).ServeHTTP(w, r)
	}))
	defer server.Close()
	hosts := dial(t, remote.Config{URL: server.URL})
	result := playOn(t, hosts, "printer use team model='Team 500'\npanel shows Ready\n")
	require.Equal(t, report.Skipped, result.Verdict, result.Failure)
	require.Equal(t, `needs the model "Team 500", which this device is not`, result.Failure)
}

func TestADeviceWhoseProgramHasEndedFailsEachCaseWithOneSentence(t *testing.T) {
	address, kill := process(t)
	client := dial(t, remote.Config{URL: address})
	require.True(t, playOn(t, client, "panel shows Copy\n").Passed)
	kill()
	for range 2 {
		result := playOn(t, client, "panel shows Copy\n")
		require.Equal(t, report.Failed, result.Verdict)
		require.Contains(t, result.Failure, "its program may have ended")
	}
}

func TestADeviceIsRefusedBeforeTheFirstCase(t *testing.T) {
	for _, test := range []struct{ name, hello, says string }{
		{"another protocol", `{"protocol":"ipp/2"}`, `it speaks "ipp/2", which is no protocol of devices`},
		{"another major version", `{"protocol":"mfpsim-device/2","clock":"bench"}`, "it speaks mfpsim-device/2, and this bench mfpsim-device/1"},
		{"a clock that nobody knows", `{"protocol":"mfpsim-device/1","clock":"lunar"}`, `its clock is "lunar"; there are "bench"`},
		{"no JSON", "hello", "its answer is not what was agreed on"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(&crooked{hello: test.hello})
			defer server.Close()
			_, err := remote.Dial(t.Context(), remote.Config{URL: server.URL})
			require.ErrorContains(t, err, test.says)
		})
	}
	for _, test := range []struct{ name, url, says string }{
		{"no address", "printer", "is no address of a device"},
		{"nobody there", "http://127.0.0.1:1", "nobody listens there"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := remote.Dial(t.Context(), remote.Config{URL: test.url})
			require.ErrorContains(t, err, test.says)
		})
	}
	t.Run("one that says nothing", func(t *testing.T) {
		silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		server := httptest.NewServer(http.HandlerFunc(silent))
		defer server.Close()
		_, err := remote.Dial(t.Context(), remote.Config{URL: server.URL, Patience: 100 * time.Millisecond})
		require.ErrorContains(t, err, "it did not answer within 100ms")
	})
	t.Run("one that wants a token", func(t *testing.T) {
		server := httptest.NewServer(remote.NewHandler(remote.HandlerConfig{Token: "geheim"}))
		defer server.Close()
		_, err := remote.Dial(t.Context(), remote.Config{URL: server.URL, Token: "falsch"})
		require.ErrorContains(t, err, "it wants a token")
		_, err = remote.Dial(t.Context(), remote.Config{URL: server.URL, Token: "geheim"})
		require.NoError(t, err)
	})
}
