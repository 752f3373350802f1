package serve

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/guide"
	"mfpsim/lab"
)

// inLanguage has a case on a bench in a language.
func inLanguage(t *testing.T, id, language string) *person {
	t.Helper()
	var bench *lab.Lab
	s := live(t, Config{Scenario: id, Language: language, Lab: func(l *lab.Lab) { bench = l }})
	return newPerson(s, bench)
}

// presses clicks on Microsoft's page what it calls an English label in its language.
func (p *person) presses(labels ...string) {
	p.t.Helper()
	for _, label := range labels {
		if in, known := fakeentra.Words(p.bench.Language(), label); known {
			label = in
		}
		require.NoError(p.t, p.window.Click(context.Background(), label), p.window.Text())
	}
}

// entersTheCode opens Microsoft's page with the code of the story.
func (p *person) entersTheCode() {
	p.t.Helper()
	code, waits := p.bench.Entra.PendingCode()
	require.True(p.t, waits)
	require.NoError(p.t, p.window.Open(context.Background(), p.Entra+"/device"))
	p.code = code
	p.does([]string{"browser", "enter", "code"})
	p.presses("Next")
}

// The bench's own buttons on Microsoft's pages count as what they do, in every language, and the evidence agrees.
func TestTheBenchsOwnButtonsTickWhatTheyDo(t *testing.T) {
	const fills = "Type this test account's password and sign in for me"
	for _, language := range guide.Languages() {
		for name, signsIn := range map[string]func(p *person){
			"the account by its row, the password by its button": func(p *person) { p.presses("admin@contoso.com", fills) },
			"the account typed, the password by its button": func(p *person) {
				p.does([]string{"browser", "enter", "account", "admin@contoso.com"})
				p.presses("Next", fills)
			},
			"the account by its row, the password typed": func(p *person) {
				p.presses("admin@contoso.com")
				p.account = "admin@contoso.com"
				p.does([]string{"browser", "enter", "password"})
				p.presses("Sign In")
			},
		} {
			t.Run(language+": "+name, func(t *testing.T) {
				p := inLanguage(t, "trouble/conditional-access-block", language)
				p.entersTheCode()
				signsIn(p)
				p.presses("More details")
				for _, text := range []string{
					"browser enter code", "browser enter account admin@contoso.com", "browser enter password",
					"browser click 'Sign In'", "browser shows 'You cannot access this right now'",
					"browser click 'More details'", "browser shows 'Error Code: 53003'",
				} {
					require.True(t, p.steps(text)[0].Done, text)
				}
				status, told := p.ask("POST", "/evidence", `{"language":"en"}`)
				require.Equal(t, http.StatusOK, status, told)
				require.NotContains(t, string(p.fetched("/evidence/page")), "”, not seen")
			})
		}
	}
}

// twice has a sign-in that goes well, and one more in the same browser.
const twice = `# id: own/twice
# title: The second sign-in is refused
# guide: Cannot Sign in or Users Cannot Sign in
# proves: R38
# level: MUST

# The organization.
tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
webconfig log-in
webconfig open 'Network > Email Server > Basic'
webconfig set 'Authentication Method' OAuth2
webconfig set 'Email service' 'Microsoft Exchange Online'
webconfig click 'Sign In'
webconfig click 'Sign in with Microsoft'
webconfig copy code
webconfig follow url
handover
browser sign-in admin@contoso.com consent=organization

# A policy comes.
entra policy 'Block device code flow' flow='Device code flow' users=All grant=Block state=On

# The second time.
webconfig open 'Network > Email Server > Basic'
webconfig click 'Sign Out'
webconfig click 'Sign In'
webconfig click 'Sign in with Microsoft'
webconfig copy code
webconfig follow url
browser enter code
browser click Next
browser enter account admin@contoso.com
browser click Next
browser enter password
browser click 'Sign In'
browser shows 'You cannot access this right now'
`

// A browser that remembers an account needs no password: what is then on its page has come all the same.
func TestAnAccountThatTheBrowserRemembersIsPicked(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(folder, "own"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "own", "twice.txtar"), []byte(twice), 0o600))
			var bench *lab.Lab
			s := live(t, Config{
				Scenario: "own/twice", Folder: folder, Language: language, Lab: func(l *lab.Lab) { bench = l },
			})
			p := newPerson(s, bench)
			p.entersTheCode()
			p.presses("admin@contoso.com", "Type this test account's password and sign in for me", "Continue", "Accept")
			require.True(t, p.steps("browser sign-in admin@contoso.com consent=organization")[0].Done)
			p.asks("/clock/advance", map[string]any{"duration": "10s"})
			p.does([]string{
				"entra", "policy", "Block device code flow", "flow=Device code flow", "users=All", "grant=Block", "state=On",
			})
			p.does([]string{"webconfig", "open", "Network > Email Server > Basic"})
			for _, button := range []string{"Sign Out", "Sign In", "Sign in with Microsoft"} {
				p.does([]string{"webconfig", "click", button})
			}
			p.entersTheCode()
			p.presses("admin@contoso.com")
			require.True(t, p.steps("browser enter account admin@contoso.com")[0].Done)
			password := p.steps("browser enter password")[0]
			require.True(t, password.Done || password.Needless)
			require.True(t, p.steps("browser shows 'You cannot access this right now'")[0].Done)
		})
	}
}

// A page that happens to have the word of a line is not the one that the line is about.
func TestALineIsTickedByItsOwnPageAlone(t *testing.T) {
	ctx := context.Background()
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := inLanguage(t, "trouble/conditional-access-block", language)
			shows := func() bool { return p.steps("webconfig shows 'Sign In'")[0].Done }
			expired := func() bool { return p.steps("webconfig shows @sign-in-code-expired")[0].Done }
			p.skipsTo("browser close", 0)
			denied := func() bool { return p.steps("! webconfig shows 'Current Status'")[0].Done }
			require.False(t, denied(), "nobody has looked")
			p.asks("/clock/advance", map[string]any{"duration": "15m"})
			for _, path := range []string{"/", "/login", "/status/network"} {
				p.opensWeb(path)
				require.False(t, shows(), path)
			}
			_, err := p.web.LogIn(ctx, "", false)
			require.NoError(t, err)
			require.False(t, shows(), "Product Status")
			for _, path := range []string{"Network", "Network > Basic", "Network > Email Server"} {
				p.does([]string{"webconfig", "open", path})
				require.False(t, shows() || expired() || denied(), path)
			}
			p.does([]string{"webconfig", "open", "Network > Email Server > Basic"})
			require.True(t, denied() && expired())
			require.False(t, shows(), "the method is Off")
			p.does([]string{"webconfig", "set", "Authentication Method", "OAuth2"})
			p.does([]string{"webconfig", "set", "Email service", "Microsoft Exchange Online"})
			p.does([]string{"webconfig", "click", "Sign In"})
			p.does([]string{"webconfig", "click", "Cancel"})
			require.True(t, shows())
		})
	}
}

// The panel has keys with the words of Microsoft's page, as the log-in of the administrator in Greek.
func TestALineAboutMicrosoftsPageOnThePanelIsTickedThereAlone(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := inLanguage(t, "users/to-my-email-two-at-once", language)
			const line = "panel shows 'Sign in'"
			p.skipsTo(line, 0)
			require.False(t, p.steps(line)[0].Done, "the home screen")
			p.does([]string{"panel", "log-in", "carol"})
			require.False(t, p.steps(line)[0].Done, "the home screen of the user")
			p.does([]string{"panel", "press", "To My Email"})
			p.panelLoaded()
			require.True(t, p.steps(line)[0].Done)
		})
	}
}

// opensWeb opens an address of Web Config in a browser where nobody is logged in.
func (p *person) opensWeb(path string) {
	p.t.Helper()
	response, err := p.client.Get(strings.TrimSuffix(p.WebConfig, "/") + path)
	require.NoError(p.t, err)
	require.NoError(p.t, response.Body.Close())
}

// What is told of a click names the label as the page shows it, in every language.
func TestALabelIsToldAsItIsShown(t *testing.T) {
	for language, wanted := range map[string][]string{
		"en": {"Sign In was clicked in Web Config.", "Sign in with Microsoft was clicked in Web Config.", "Log in."},
		"hi": {"Sign In पर क्लिक", "Sign in with Microsoft पर क्लिक", "Log in"},
		"el": {"έγινε κλικ στην επιλογή Σύνδεση.", "έγινε κλικ στην επιλογή Sign in with Microsoft.", "MFP-4100 - Σύνδεση"},
	} {
		t.Run(language, func(t *testing.T) {
			p := inLanguage(t, "trouble/code-not-entered", language)
			p.opensWeb("/login")
			p.asksForACode()
			var lines []struct{ Text string }
			p.object("/wire?language="+language, &lines)
			var told strings.Builder
			for _, l := range lines {
				told.WriteString(l.Text + "\n")
			}
			for _, words := range wanted {
				require.Contains(t, told.String(), words)
			}
		})
	}
}

// The code that no longer waits is the one that the printer was given last, not the story's.
func TestTheCodeFromBeforeIsTheLastOne(t *testing.T) {
	p := taken(t, "trouble/code-not-entered")
	copied := func() string {
		var now nowAnswer
		p.object("/bench/now", &now)
		return now.Copied
	}
	before := copied()
	p.asksForACode()
	code, waits := p.bench.Entra.PendingCode()
	require.True(t, waits)
	require.NotEqual(t, before, code)
	p.asks("/clock/advance", map[string]any{"duration": "16m"})
	require.Equal(t, code, copied())
}

// A frame begins anew, as a private window does, at an address of its own site alone.
func TestAFrameBeginsAnew(t *testing.T) {
	s := live(t, Config{Prepared: true})
	var now nowAnswer
	s.object("/bench/now", &now)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for to, status := range map[string]int{
		"/device": http.StatusSeeOther, "/common/adminconsent?client_id=1": http.StatusSeeOther, "": http.StatusBadRequest,
		"//elsewhere.example/": http.StatusBadRequest, "https://elsewhere.example/": http.StatusBadRequest,
		"device": http.StatusBadRequest,
	} {
		address := now.Panes.Browser + freshPath + "?to=" + url.QueryEscape(to)
		request, err := http.NewRequest(http.MethodGet, address, http.NoBody)
		require.NoError(t, err)
		request.AddCookie(&http.Cookie{Name: "mfpsim-browser-pane-ESTSAUTH", Value: "x"})
		request.AddCookie(&http.Cookie{Name: "other", Value: "x"})
		answer, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, to)
		if status != http.StatusSeeOther {
			continue
		}
		require.Equal(t, to, answer.Header.Get("Location"))
		require.Len(t, answer.Cookies(), 1)
		require.Equal(t, "mfpsim-browser-pane-ESTSAUTH", answer.Cookies()[0].Name)
		require.Negative(t, answer.Cookies()[0].MaxAge)
	}
}

// shortcuts has a line for each thing that the bench's page does by a button of its own.
const shortcuts = `# id: own/shortcuts
# title: What the page does by its own buttons
# guide: Cannot Send Email
# proves: R39
# level: MUST

# The organization.
tenant contoso.com smtp-auth=disabled security-defaults=on
user admin@contoso.com role='Cloud Application Administrator' mailbox
user eve@contoso.com
entra policy 'Block device code flow' flow='Device code flow' users=All grant=Block state=On
handover
panel press 'Scan > Email'
panel enter To bob@fabrikam.com
panel press Start
panel shows 'The email server is not set.'
scan originals pages=1
sheet print
clock +15m
lang el
power off
power on
panel log-in
printer set firmware 1.04.GN22
exchange Set-TransportConfig -SmtpClientAuthenticationDisabled $false
exchange Set-CASMailbox admin@contoso.com -SmtpClientAuthenticationDisabled $false
entra policy 'Block device code flow' exclude=admin@contoso.com
entra policy 'Block device code flow' state=off
entra set 'Security defaults' off
entra revoke admin@contoso.com
entra disable admin@contoso.com
network smtp unreachable
network smtp ok
memory refuses writes
memory ok
`

// Each button of the page ticks the line that says what it does, and no other.
func TestTheShortcutsOfThePageTickWhatTheyDo(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "own"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "own", "shortcuts.txtar"), []byte(shortcuts), 0o600))
	var bench *lab.Lab
	s := live(t, Config{
		Scenario: "own/shortcuts", Folder: folder, Lab: func(l *lab.Lab) { bench = l },
	})
	p := newPerson(s, bench)
	type request = map[string]any
	words := func(words ...string) request { return request{"words": words} }
	for _, act := range []struct {
		path  string
		body  request
		lines []string
	}{
		{
			"/printer/scan",
			request{"to": []string{"bob@fabrikam.com"}},
			[]string{
				"panel press 'Scan > Email'", "panel enter To bob@fabrikam.com", "panel press Start",
				"panel shows 'The email server is not set.'",
			},
		},
		{"/printer/originals", request{"pages": 1}, []string{"scan originals pages=1"}},
		{"/printer/sheet", request{}, []string{"sheet print"}},
		{"/clock/advance", request{"duration": "15m"}, []string{"clock +15m"}},
		{"/printer/language", request{"language": "el"}, []string{"lang el"}},
		{"/printer/power", request{"state": "off"}, []string{"power off"}},
		{"/printer/power", request{"state": "on"}, []string{"power on"}},
		{"/printer/panel/log-in", request{"password": p.WebConfigPassword}, []string{"panel log-in"}},
		{"/printer/firmware", request{"version": "1.04.GN22"}, []string{"printer set firmware 1.04.GN22"}},
		{
			"/exchange/cmdlet",
			request{"name": "Set-TransportConfig", "arguments": []string{"-SmtpClientAuthenticationDisabled", "$false"}},
			[]string{"exchange Set-TransportConfig -SmtpClientAuthenticationDisabled $false"},
		},
		{
			"/exchange/cmdlet",
			request{"name": "Set-CASMailbox", "arguments": []string{"admin@contoso.com", "-SmtpClientAuthenticationDisabled", "$false"}},
			[]string{"exchange Set-CASMailbox admin@contoso.com -SmtpClientAuthenticationDisabled $false"},
		},
		{
			"/entra/policy", words("Block device code flow", "exclude=eve@contoso.com,admin@contoso.com"),
			[]string{"entra policy 'Block device code flow' exclude=admin@contoso.com"},
		},
		{"/entra/policy", words("Block device code flow", "state=off"), []string{"entra policy 'Block device code flow' state=off"}},
		{
			"/entra/set",
			request{"tenant": "contoso.com", "setting": "Security defaults", "value": "Disabled"},
			[]string{"entra set 'Security defaults' off"},
		},
		{"/entra/revoke", request{"user": "admin@contoso.com"}, []string{"entra revoke admin@contoso.com"}},
		{"/entra/disable", request{"user": "admin@contoso.com"}, []string{"entra disable admin@contoso.com"}},
		{"/network/fault", words("smtp", "unreachable", "from=printer"), []string{"network smtp unreachable"}},
		{"/network/clear", request{"to": "smtp"}, []string{"network smtp ok"}},
		{"/printer/memory", request{"words": "refuses writes"}, []string{"memory refuses writes"}},
		{"/printer/memory", request{"words": "ok"}, []string{"memory ok"}},
	} {
		for _, line := range act.lines {
			require.False(t, p.steps(line)[0].Done, "before: %s", line)
		}
		p.asks(act.path, act.body)
		for _, line := range act.lines {
			require.True(t, p.steps(line)[0].Done, line)
		}
	}
}
