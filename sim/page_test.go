package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mfpsim/core/outcome"

	"github.com/stretchr/testify/require"

	"mfpsim/sim"
	"mfpsim/sim/models"
)

func TestEveryKindOfTheCoreHasARowInTheModel(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	known := map[string]bool{}
	for _, kind := range outcome.Kinds() {
		known[string(kind)] = true
		row := model.Outcome(string(kind))
		require.NotContains(t, row.Source, "no row of its own", kind)
		require.NotEmpty(t, row.SignIn+row.Panel, kind)
		require.NotEmpty(t, row.Test, kind)
	}
	for _, row := range model.Outcomes {
		require.True(t, known[row.Kind], "the core has no kind %s", row.Kind)
	}
}

// ask sends one request to Web Config, without a network.
func (b *bench) ask(method, target, kind, body string, cookies ...*http.Cookie) *http.Response {
	b.t.Helper()
	r := httptest.NewRequest(method, "https://192.0.2.10"+target, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.printer.WebConfig().ServeHTTP(w, r)
	return w.Result()
}

const formType = "application/x-www-form-urlencoded"

func TestBadRequestsAreAnsweredCleanly(t *testing.T) {
	b := newBench(t)
	login := b.ask("POST", "/login", formType, url.Values{"password": {b.printer.AdministratorPassword()}}.Encode())
	cookies := login.Cookies()
	require.Len(t, cookies, 1)
	require.True(t, cookies[0].HttpOnly && cookies[0].Secure)
	tests := []struct {
		name, method, target, kind, body string
		status                           int
	}{
		{"unknown page", "GET", "/no/such/page", "", "", 404},
		{"unknown method", "DELETE", basic, "", "", 404},
		{"parent folder", "GET", "/../../etc/passwd", "", "", 307},
		{"no anti-forgery token", "POST", basic, formType, "action=ok", 403},
		{"wrong anti-forgery token", "POST", basic, formType, "action=ok&token=00000000000000000000000000000000", 403},
		{"token in the address", "POST", basic + "?token=x", formType, "action=ok", 403},
		{"huge form", "POST", basic, formType, "sender=" + strings.Repeat("a", 1<<20), 413},
		{"no form", "POST", basic, "application/json", `{"action":"ok"}`, 400},
		{"broken form", "POST", basic, formType, "a=%zz", 400},
		{"draft that is no number", "GET", basic + "?draft=%27;drop", "", "", 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := b.ask(test.method, test.target, test.kind, test.body, cookies...)
			require.Equal(t, test.status, answer.StatusCode)
			if test.status >= 400 || test.status == 200 {
				require.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
				require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
				page, err := io.ReadAll(answer.Body)
				require.NoError(t, err)
				require.NotContains(t, string(page), "<script")
			}
		})
	}
	require.Equal(t, "Off", b.printer.Facts().Email.Method)
	for _, target := range []string{
		basic, "/network", "/status/jobs", "/network/email-server/code", "/network-security",
	} {
		to := target
		if target == "/network/email-server/code" {
			to = basic // there is no code any more
		}
		want := "/login?because=first&to=" + url.QueryEscape(to)
		require.Equal(t, want, b.ask("GET", target, "", "").Header.Get("Location"), target)
	}
	require.Equal(
		t, "/login?because=ended&to="+url.QueryEscape(basic),
		b.ask("GET", basic, "", "", &http.Cookie{Name: "SESSION", Value: "f00"}).Header.Get("Location"),
	)
	require.Equal(t, 200, b.ask("GET", "/style.css", "", "").StatusCode)
}

func TestWhatIsTypedIsShownAsTextNotAsHTML(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.open(b.browser, basic)
	b.set(b.browser, "Sender's Email Address", `"><script>alert(1)</script>`)
	b.click(b.browser, "OK")
	require.Contains(t, b.browser.Text(), `Sender's Email Address : "><script>alert(1)</script>`)
}

func TestTheSameSeedGivesTheSameRecordAndAnotherPrinterIsAnother(t *testing.T) {
	run := func() string {
		b := newBench(t)
		b.logIn(b.browser)
		b.signIn(b.browser, true)
		b.scan("bob@fabrikam.com")
		var all strings.Builder
		for _, e := range b.journal.Entries() {
			all.WriteString(e.At.String() + e.Party + e.Connection + e.Text.Reveal())
			if e.HTTP != nil {
				all.WriteString(e.HTTP.RequestBody.Reveal() + e.HTTP.ResponseBody.Reveal())
			}
		}
		return all.String()
	}
	require.Equal(t, run(), run())
	b := newBench(t)
	second, err := sim.New(sim.Config{Name: "second", World: b.world, Network: b.network, Address: "192.0.2.11"})
	require.NoError(t, err)
	require.NotEqual(t, b.printer.Serial(), second.Serial())
	require.NotEqual(t, b.printer.Facts().MAC, second.Facts().MAC)
	require.NotEqual(t, b.printer.Facts().HostName, second.Facts().HostName)
}

func TestAWrongConfigurationIsRefused(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]sim.Config{
		"no world":         {Network: b.network},
		"unknown model":    {World: b.world, Network: b.network, Model: "X"},
		"unknown firmware": {World: b.world, Network: b.network, Firmware: "0"},
		"unknown language": {World: b.world, Network: b.network, Language: "fr"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sim.New(c)
			require.Error(t, err)
		})
	}
}
