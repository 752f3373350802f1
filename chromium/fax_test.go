package chromium

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// faxAccount is at the fax provider.
const faxAccount = "office@fax.example.com"

// TestTheFaxServersSignInByHand sets the fax server up and signs it in at a fax provider (guide rules R28, R29), then
// dials on the panel.
func TestTheFaxServersSignInByHand(t *testing.T) {
	for _, language := range guide.Languages() { // Web Config is in English beside a panel in Hindi
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--model", "Team 500")
			b.post("/provider", map[string]string{"words": "add fax.example.com accounts=" + faxAccount})
			p := newInspector(t, language)
			logsIn(p.person, b)
			setsTheFaxServer(p, b)
			signsTheFaxServerIn(p, b)
			dials(p, b)
		})
	}
}

// setsTheFaxServer fills Fax Server Settings in, first wrongly.
func setsTheFaxServer(p *inspector, b *bench) {
	p.t.Helper()
	web := func(english string) string { return onWebConfig(p.t, p.language, english) }
	p.clicks(`//nav[@class="tabs"]` + named("a", web("Fax")))
	p.clicks(`//nav[@class="side"]` + named("a", web("Fax Server")))
	p.inspects("Fax Server")
	p.opens(b.WebConfig + "/fax/fax-server/settings")
	p.clicks(`//input[@name="fax-server"][@value="use"]`)
	p.types("#fax-domain", "fax.example.com")
	p.types("#device-authorization-endpoint", "https://login.fax.example.com/oauth/device_authorization")
	p.types("#token-endpoint", "http://login.fax.example.com/oauth/token")
	p.types("#client-id", "mfp-fax")
	p.types("#scopes", "fax.send openid email offline_access")
	p.clicks(`button[value="ok"]:not(.default)`)
	p.sees("main .problem")
	p.inspects("a mistake at Fax Server Settings")
	p.types("#token-endpoint", "https://login.fax.example.com/oauth/token")
	p.clicks(`button[value="ok"]:not(.default)`)
	p.sees("main .done")
	p.inspects("Fax Server Settings")
}

// signsTheFaxServerIn is the sign-in at Email Server Settings, with the provider's pages.
func signsTheFaxServerIn(p *inspector, b *bench) {
	p.t.Helper()
	web := func(english string) string { return onWebConfig(p.t, p.language, english) }
	p.clicks(`//nav[@class="side"]` + named("a", web("Email Server Settings")))
	p.chooses("#method", "OAuth2")
	// By its value: a list is chosen from by the first letters, which are other ones in Greek.
	require.Equal(p.t, "Other", p.script(`document.querySelector("#service").value = "Other"`))
	p.inspects("Email Server Settings")
	p.clicks(named("button", web("Sign In")))
	p.sees(`button[value="begin"]`)
	p.inspects("sign in with the provider")
	p.clicks(`button[value="begin"]`)
	code := p.reads("#code")
	p.inspects("the provider's code")
	there, closes := p.follows("dl.code a")
	there.types(`input[name="user_code"]`, code)
	there.clicks(named("button", "Next"))
	there.types(`input[name="account"]`, faxAccount)
	there.types(`input[name="password"]`, b.faxPassword())
	there.clicks(named("button", "Sign in"))
	there.clicks(named("button", "Allow"))
	there.sees(named("h1", "Your device is connected"))
	closes()
	b.advance("5s")
	p.sees(`//div[dt[normalize-space(.)="` + web("Current Status") + `"]]` + named("dd", web("Signed in")))
	require.Equal(p.t, faxAccount, p.script(`document.querySelector("#account").value`))
	p.types("#server", "smtp.fax.example.com")
	p.clicks(`//p[@class="buttons"]` + named("button", web("OK")))
	p.sees("main p.done")
	p.inspects("signed in at the provider")
}

// dials sends a fax by the keypad of the panel.
func dials(p *inspector, b *bench) {
	p.t.Helper()
	b.post("/printer/originals", map[string]int{"pages": 2})
	p.opens(b.Panel)
	p.clicks(`#glass .tile:has(use[href="#i-fax"])`)
	p.inspects("Fax")
	p.clicks(`//div[@id="glass"]//button[starts-with(@data-k, "way:")][1]`)
	for _, digit := range []string{"0", "3", "0", "1"} {
		p.clicks(`//div[@id="glass"]` + named("button", digit))
	}
	p.inspects("the keypad")
	p.clicks(`//div[@id="glass"]` + named("button", "OK"))
	p.inspects("a number is dialled")
	b.post("/printer/panel/press", map[string]string{"path": "Start"})
	b.advance("5s")
	require.Contains(p.t, b.get("/provider/faxes"), `"number":"0301"`)
}

// get looks at something of the bench over the control API.
func (b *bench) get(path string) string {
	b.t.Helper()
	answer, err := http.Get(b.Control + path)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	require.Equal(b.t, http.StatusOK, answer.StatusCode)
	var content json.RawMessage
	require.NoError(b.t, json.NewDecoder(answer.Body).Decode(&content))
	return string(content)
}

// faxPassword is that of the account at the provider.
func (b *bench) faxPassword() string {
	b.t.Helper()
	var providers []struct {
		Accounts []struct{ User, Password string }
	}
	require.NoError(b.t, json.Unmarshal([]byte(b.get("/provider")), &providers))
	return providers[0].Accounts[0].Password
}
