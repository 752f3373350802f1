package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// taken is a person who has taken over a case.
func taken(t *testing.T, id string) *person {
	t.Helper()
	var bench *lab.Lab
	s := live(t, Config{Scenario: id, Lab: func(l *lab.Lab) { bench = l }})
	return newPerson(s, bench)
}

// A page of Web Config that stands open from before the printer was restarted shows what the printer was.
func TestAPageFromBeforeARestartIsNotOpen(t *testing.T) {
	for name, restart := range map[string]func(p *person){
		"another firmware by the bench": func(p *person) { p.asks("/printer/firmware", map[string]any{"version": "2.10.GN26"}) },
		"Firmware Update in Web Config": func(p *person) {
			for _, act := range [][]string{{"open", "Device Management > Firmware Update"}, {"click", "Update"}} {
				p.does(append([]string{"webconfig"}, act...))
			}
			p.asks("/clock/advance", map[string]any{"duration": "2m"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := taken(t, "trouble/firmware-too-old")
			opens := []string{"webconfig", "open", "Network > Email Server > Basic"}
			_, err := p.web.LogIn(context.Background(), "", false)
			require.NoError(t, err)
			p.does(opens)
			open := func(text string, nth int) bool { return p.steps(text)[nth].Done }
			require.True(t, open("! webconfig choices 'Authentication Method' shows OAuth2", 0))
			restart(p)
			var printer printerAnswer
			_, text := p.get(p.Control + "/printer")
			require.NoError(t, json.Unmarshal([]byte(text), &printer))
			require.Equal(t, []string{"1.04.GN22", "2.10.GN26"}, printer.Firmwares)
			require.Equal(t, "2.10.GN26", printer.Firmware)
			require.True(t, open("printer set firmware 2.10.GN26", 0))
			require.False(t, p.steps("webconfig log-in")[1].Needless)
			require.False(t, open("webconfig open 'Network > Email Server > Basic'", 1))
			_, err = p.web.LogIn(context.Background(), "", false)
			require.NoError(t, err)
			p.does(opens)
			require.True(t, open("webconfig log-in", 1))
			require.True(t, open("webconfig choices 'Authentication Method' shows OAuth2", 0))
		})
	}
}

// The code that the story has copied is told, and typing it is what the case asks for, though it has died meanwhile.
// How often a code was asked for, reached half-way, makes nothing needless.
func TestTheStorysCodeIsKnownThoughItHasDied(t *testing.T) {
	p := taken(t, "trouble/code-not-entered")
	var now nowAnswer
	_, text := p.get(p.Control + "/bench/now")
	require.NoError(t, json.Unmarshal([]byte(text), &now))
	require.Empty(t, now.Code)
	require.Len(t, now.Copied, 9)
	p.skipsTo("browser enter code", 0)
	require.NoError(t, p.window.Open(context.Background(), p.Entra+"/device"))
	enters := func(code string) {
		p.code = code
		p.does([]string{"browser", "enter", "code"})
		p.does([]string{"browser", "click", "Next"})
	}
	enters("XXXXXXXXX")
	require.False(t, p.steps("browser enter code")[0].Done, "it was another code")
	enters(now.Copied)
	require.True(t, p.steps("browser enter code")[0].Done)
	require.True(t, p.steps("browser shows 'That code didn''t work.'")[0].Done)

	_, err := p.web.LogIn(context.Background(), "", false)
	require.NoError(t, err)
	p.asksForACode()
	require.True(t, p.steps("webconfig click 'Sign in with Microsoft'")[0].Done)
	require.False(t, p.steps("scan email bob@fabrikam.com")[0].Needless)
	require.False(t, p.steps("wire count entra '/oauth2/v2.0/devicecode' 2")[0].Done)
}

// After a sign-in that went well no code waits, and the page says that it is done and not that it is to be begun.
func TestACodeThatBroughtTheTokensIsSpent(t *testing.T) {
	p := taken(t, "trouble/sign-in-lost-by-power-off")
	told := func() (now nowAnswer) {
		_, text := p.get(p.Control + "/bench/now")
		require.NoError(t, json.Unmarshal([]byte(text), &now))
		return now
	}
	page := "Network > Email Server > Basic"
	for _, act := range [][]string{
		{"log-in"}, {"open", page}, {"click", "Sign In"}, {"click", "Sign in with Microsoft"},
	} {
		p.does(append([]string{"webconfig"}, act...))
	}
	require.False(t, told().SignedIn)
	p.does([]string{"browser", "sign-in", "admin@contoso.com"})
	p.asks("/clock/advance", map[string]any{"duration": "10s"})
	require.True(t, told().SignedIn)
	require.Empty(t, told().Code)
}

func TestTheControlAPIFitsNoUnknownFirmware(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodPost, "/printer/firmware", `{"version":"9"}`)
	require.Equal(t, http.StatusNotFound, status, answer)
	require.Contains(t, answer["error"], "1.04.GN22")
}
