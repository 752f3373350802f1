package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/device/webdriver"
	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// person plays lines of the language at the doors of a served bench: Web Config and Microsoft's pages over HTTPS, the
// panel and the rest by control requests. What stands in the scenario as an assertion is expected of the recording.
type person struct {
	*served
	bench   *lab.Lab
	web     *webdriver.Driver
	window  *browser.Browser
	account string
	code    string
	address string
}

func newPerson(s *served, bench *lab.Lab) *person {
	language := ""
	if bench != nil {
		language = bench.Language()
	}
	fresh := func() *browser.Browser {
		return browser.New(browser.Config{Transport: s.client.Transport, Language: language})
	}
	u, err := url.Parse(s.WebConfig)
	require.NoError(s.t, err)
	return &person{served: s, bench: bench, window: fresh(), web: webdriver.New(webdriver.Config{
		Address: u.Host, Password: s.WebConfigPassword, Window: fresh, Words: spoken(bench),
	})}
}

// spoken are the words of a bench's printer in the languages that it has.
func spoken(bench *lab.Lab) func(context.Context) ([]device.Words, error) {
	if bench == nil {
		return nil
	}
	return func(ctx context.Context) (words []device.Words, err error) {
		for _, name := range bench.Printers() {
			d, err := bench.Device(name)
			if err != nil {
				return nil, err
			}
			for _, language := range guide.Languages() {
				if in, err := d.Words(ctx, language); err == nil {
					words = append(words, in)
				}
			}
		}
		return words, nil
	}
}

// asks sends a control request that must be carried out.
func (p *person) asks(path string, body any) map[string]any {
	p.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(p.t, err)
	status, answer := p.ask("POST", path, string(text))
	require.Equal(p.t, http.StatusOK, status, "%s %s: %v", path, text, answer)
	return answer
}

// asksForACode are the guide's steps in Web Config up to the code.
func (p *person) asksForACode() {
	p.t.Helper()
	for _, act := range [][]string{
		{"open", "Network > Email Server > Basic"},
		{"set", "Authentication Method", "OAuth2"},
		{"set", "Email service", "Microsoft Exchange Online"},
		{"click", "Sign In"},
		{"click", "Sign in with Microsoft"},
	} {
		p.does(append([]string{"webconfig"}, act...))
	}
}

// does plays an act.
func (p *person) does(words []string) {
	p.t.Helper()
	ctx, what, rest := context.Background(), words[0]+" "+words[1], words[2:]
	var err error
	switch {
	case words[0] == "scan":
		body := map[string]any{"function": map[string]string{"email": "Email", "copy": "Copy", "fax": "Fax"}[words[1]]}
		to, further := []string{}, []string{}
		for _, w := range rest {
			name, value, is := strings.Cut(w, "=")
			switch {
			case !is && (strings.Contains(w, "@") || words[1] == "fax"):
				to = append(to, w)
			case is && (name == "subject" || name == "file"):
				body[name] = value
			case is && name == "pages":
				body[name] = json.Number(value)
			default:
				further = append(further, w)
			}
		}
		body["to"], body["words"] = to, strings.Join(further, " ")
		p.asks("/printer/scan", body)
	case what == "panel press":
		p.asks("/printer/panel/press", map[string]any{"path": rest[0]})
	case what == "panel enter" && rest[0] == "account":
		p.account = rest[1]
		p.typesOnPanel(p.account)
	case what == "panel enter" && rest[0] == "password" && strings.Contains(p.account, "@"):
		password, known := p.bench.Password(p.account)
		require.NoError(p.t, known)
		p.typesOnPanel(password)
	case what == "panel enter":
		p.asks("/printer/panel/enter", map[string]any{"field": rest[0], "value": rest[1]})
	case what == "panel log-in" && slices.Equal(rest, []string{"wrong"}):
		p.asks("/printer/panel/log-in", map[string]any{"password": "wrong-Password-1"})
	case what == "panel log-in" && len(rest) == 1 && strings.HasPrefix(rest[0], "number="):
		p.asks("/printer/users/log-in", map[string]any{"number": strings.TrimPrefix(rest[0], "number=")})
	case what == "panel log-in" && len(rest) == 2:
		p.asks("/printer/users/log-in", map[string]any{"user": rest[0], "password": "wrong-Password-1"})
	case what == "panel log-in" && len(rest) == 1:
		p.asks("/printer/users/log-in", map[string]any{"user": rest[0]})
	case what == "panel sign-in":
		p.signsInOnPanel(rest)
	case what == "panel tick":
		p.asks("/printer/panel/press", map[string]any{"path": rest[0]})
	case what == "panel refuses":
		status, _ := p.ask("POST", "/printer/panel/press", string(must(jsonOf(map[string]any{"path": rest[0]}))))
		require.GreaterOrEqual(p.t, status, http.StatusBadRequest)
	case what == "panel log-in":
		p.asks("/printer/panel/log-in", map[string]any{"password": p.WebConfigPassword})
	case words[0] == "panel":
		p.asks("/printer/panel/"+words[1], map[string]any{})
	case what == "sheet print":
		p.asks("/printer/sheet", map[string]any{})
	case words[0] == "power":
		p.asks("/printer/power", map[string]any{"state": words[1]})
	case words[0] == "lang":
		p.asks("/printer/language", map[string]any{"language": words[1]})
	case words[0] == "clock":
		p.asks("/clock/advance", map[string]any{"duration": strings.TrimPrefix(words[1], "+")})
	case words[0] == "network" && words[1] == "browser":
		p.asks("/network/place", map[string]any{"words": words[1:]})
	case words[0] == "network":
		p.asks("/network/fault", map[string]any{"words": words[1:]})
	case what == "entra set":
		p.asks("/entra/set", map[string]any{"setting": rest[0], "value": rest[1]})
	case what == "entra revoke", what == "entra disable":
		p.asks("/entra/"+words[1], map[string]any{"user": rest[0]})
	case words[0] == "entra":
		p.asks("/entra/"+words[1], map[string]any{"words": rest})
	case words[0] == "exchange" && strings.Contains(words[1], "-"):
		p.asks("/exchange/cmdlet", map[string]any{"name": words[1], "arguments": rest})
	case words[0] == "exchange":
		p.asks("/exchange/"+words[1], map[string]any{"words": rest})
	case what == "webconfig log-in":
		_, err = p.web.LogIn(ctx, "", false)
	case what == "webconfig log-out":
		_, err = p.web.LogOut(ctx)
	case what == "webconfig open":
		if _, err = p.web.Page(ctx); err != nil { // the scenario's administrator has logged in before the handover
			_, err = p.web.LogIn(ctx, "", false)
			require.NoError(p.t, err)
		}
		_, err = p.web.Open(ctx, rest[0])
	case what == "webconfig click":
		_, err = p.web.Click(ctx, rest[0])
	case what == "webconfig set":
		_, err = p.web.Set(ctx, rest[0], rest[1])
	case what == "webconfig copy":
		p.code, p.address, err = p.web.UserCode(ctx)
	case what == "webconfig follow":
		_, p.address, err = p.web.UserCode(ctx)
		require.NoError(p.t, err)
		p.window.Forget()
		err = p.window.Open(ctx, p.atTheDoor(p.address))
	case what == "browser sign-in":
		p.signsIn(ctx, rest)
	default:
		p.browses(ctx, words[1], rest)
	}
	require.NoError(p.t, err, strings.Join(words, " "))
}

func jsonOf(v any) ([]byte, error) { return json.Marshal(v) }

// typesOnPanel types into the first field of the page that the panel shows.
func (p *person) typesOnPanel(value string) {
	p.t.Helper()
	fields, _ := p.panelLoaded()["fields"].([]any)
	require.NotEmpty(p.t, fields)
	p.asks("/printer/panel/enter", map[string]any{"field": fields[0], "value": value})
}

// panelLoaded is the screen of the panel when no page is being loaded any more.
func (p *person) panelLoaded() map[string]any {
	p.t.Helper()
	for range 30 {
		_, shown := p.ask("GET", "/printer/panel", "")
		if !strings.Contains(shown["text"].(string), "Loading...") {
			return shown
		}
		p.asks("/clock/advance", map[string]any{"duration": "1s"})
	}
	require.Fail(p.t, "the page is never there")
	return nil
}

// signsInOnPanel is the whole way through Microsoft's pages on the panel.
func (p *person) signsInOnPanel(rest []string) {
	p.t.Helper()
	for _, step := range [][]string{
		{"enter", "account", rest[0]}, {"press", "Next"}, {"enter", "password"}, {"press", "Sign In"},
	} {
		p.does(append([]string{"panel"}, step...))
	}
	p.finishesOnPanel(rest...)
}

// finishesOnPanel answers what the pages ask behind the password.
func (p *person) finishesOnPanel(rest ...string) {
	p.t.Helper()
	for range 6 {
		switch text := p.panelLoaded()["text"].(string); {
		case strings.Contains(text, "Permissions requested") && slices.Contains(rest, "consent=cancel"):
			p.does([]string{"panel", "press", "Cancel"})
		case strings.Contains(text, "Permissions requested"):
			if slices.Contains(rest, "consent=organization") {
				p.does([]string{"panel", "tick", "Consent on behalf of your organization"})
			}
			p.does([]string{"panel", "press", "Accept"})
		case strings.Contains(text, "Are you trying to sign in to"):
			p.does([]string{"panel", "press", "Continue"})
		default:
			return
		}
	}
}

// atTheDoor is where an address of Microsoft's is on the bench.
func (p *person) atTheDoor(address string) string {
	u, err := url.Parse(address)
	require.NoError(p.t, err)
	return p.Entra + u.Path
}

// browses acts on Microsoft's page.
func (p *person) browses(ctx context.Context, what string, rest []string) {
	p.t.Helper()
	field := func() string {
		require.NotEmpty(p.t, p.window.Page().Fields, "Microsoft's page has nothing to type into")
		return p.window.Page().Fields[0]
	}
	var err error
	switch {
	case what == "enter" && rest[0] == "code":
		code := p.code
		if len(rest) > 1 {
			code = "XXXXXXXXX"
		}
		err = p.window.Set(field(), code)
	case what == "enter" && rest[0] == "account":
		p.account = rest[1]
		err = p.window.Set(field(), p.account)
	case what == "enter" && rest[0] == "password":
		password, known := p.bench.Password(p.account)
		require.NoError(p.t, known)
		if len(rest) > 1 {
			password = "wrong-Password-1"
		}
		label, _ := p.window.PasswordField()
		err = p.window.Set(label, password)
	case what == "click":
		err = p.window.Click(ctx, rest[0])
	case what == "tick":
		err = p.window.Tick(rest[0], true)
	}
	require.NoError(p.t, err, "browser %s %v: %s", what, rest, p.window.Text())
}

// signsIn is the whole way through Microsoft's pages.
func (p *person) signsIn(ctx context.Context, rest []string) {
	p.t.Helper()
	p.does([]string{"webconfig", "copy", "code"})
	p.window.Forget()
	require.NoError(p.t, p.window.Open(ctx, p.atTheDoor(p.address)))
	for _, step := range [][]string{
		{"enter", "code"}, {"click", "Next"}, {"enter", "account", rest[0]}, {"click", "Next"}, {"enter", "password"}, {"click", "Sign In"},
	} {
		p.browses(ctx, step[0], step[1:])
	}
	for range 6 {
		switch text := p.window.Text(); {
		case strings.Contains(text, "You have signed in to the"):
			return
		case strings.Contains(text, "Permissions requested"):
			if slices.Contains(rest, "consent=organization") {
				p.browses(ctx, "tick", []string{"Consent on behalf of your organization"})
			}
			p.browses(ctx, "click", []string{"Accept"})
		case strings.Contains(text, "Are you trying to sign in to"):
			p.browses(ctx, "click", []string{"Continue"})
		default:
			return
		}
	}
}

// expects says what is to be seen, as soon as it is there: time passes on the bench's clock.
func (p *person) expects(line string) {
	p.t.Helper()
	for range 60 {
		if strings.HasPrefix(line, "webconfig ") || strings.HasPrefix(line, "! webconfig ") {
			_, _ = p.web.Page(context.Background()) // a person looks at the page as it is now
		}
		status, answer := p.ask("POST", "/record/expect", string(must(json.Marshal(map[string]string{"line": line}))))
		if status == http.StatusOK {
			return
		}
		if !strings.Contains(answer["error"].(string), "does not hold now") {
			require.Fail(p.t, "refused", "%s: %v", line, answer)
		}
		p.asks("/clock/advance", map[string]any{"duration": "1s"})
	}
	require.Fail(p.t, "never seen", line)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// recordedCases are recorded and played back.
var recordedCases = []string{
	"entra/application-disabled", "entra/busy-at-refresh", "entra/consent-withdrawn", "entra/password-changed", "entra/redirects-elsewhere",
	"entra/sessions-revoked", "entra/sign-in-frequency", "entra/untrusted-certificate", "exchange/busy", "exchange/mailbox-full",
	"exchange/no-starttls", "exchange/one-recipient-refused", "exchange/quota-used-up", "exchange/restricted-sender",
	"exchange/security-defaults-left-on", "exchange/sender-is-not-the-account", "exchange/smtp-auth-for-another-mailbox", "exchange/switch-takes-its-time", "exchange/untrusted-certificate", "exchange/wrong-certificate",
	"fax/sign-in-with-microsoft", "models/plain", "trouble/attachment-too-large", "trouble/clock-set-back", "trouble/copies-but-no-mail",
	"trouble/eighty-nine-days", "trouble/expired-by-disuse", "trouble/memory-takes-no-token", "trouble/password-method-until-ok",
	"trouble/sign-in-lost-by-power-off", "trouble/sign-in-not-saved", "trouble/smtp-auth-disabled",
}

// lineOfCase is a line behind the handover of a case.
type lineOfCase struct {
	text  string
	words []string
	looks bool
}

// linesBehind are the lines of a case behind its handover.
func linesBehind(t *testing.T, id string) []lineOfCase {
	t.Helper()
	all, err := scenarios.All()
	require.NoError(t, err)
	picked, err := scenarios.Select(all, []string{id})
	require.NoError(t, err)
	script, _, _ := strings.Cut(picked[0].Text, "\n-- ")
	var lines []lineOfCase
	for i, text := range strings.Split(script, "\n") {
		words, err := phrase.Split(text)
		require.NoError(t, err)
		if i+1 <= picked[0].HandoverLine() || len(words) == 0 {
			continue
		}
		bare := words
		if bare[0] == "!" {
			bare = bare[1:]
		}
		looks := slices.Contains(bare, "shows") || slices.Contains(bare, "count") || slices.Contains(bare, "empty")
		lines = append(lines, lineOfCase{text, words, looks})
	}
	return lines
}

// stepsLeft are those that have not come true.
func stepsLeft(c caseAnswer) (left []string) {
	for _, part := range c.Parts[c.InHand:] {
		for _, step := range part.Steps {
			if !step.Done && !step.Needless && !step.Unseen {
				left = append(left, step.Text)
			}
		}
	}
	return left
}

func TestRecordingsOfCasesPlayBackGreen(t *testing.T) {
	for _, id := range recordedCases {
		t.Run(id, func(t *testing.T) {
			var bench *lab.Lab
			s := live(t, Config{Scenario: id, Lab: func(l *lab.Lab) { bench = l }})
			p := newPerson(s, bench)
			p.asks("/record/start", map[string]any{})
			status, _ := p.ask("POST", "/record/save", `{"name":"played"}`)
			require.Equal(t, http.StatusUnprocessableEntity, status, "a recording without an assertion is not saved")
			var c caseAnswer
			for _, l := range linesBehind(t, id) {
				if l.looks {
					p.expects(l.text)
				} else {
					p.does(l.words)
				}
				s.object("/case", &c) // it is looked at the check list
			}
			way := slices.IndexFunc(c.Parts, func(p partRow) bool { return p.Kind == scenarios.PartFurther })
			if way < 0 {
				way = len(c.Parts)
			}
			require.GreaterOrEqual(t, c.InHand, way, "the check list is ticked to the proof: %v", stepsLeft(c))
			for _, language := range []string{"en", "hi", "el"} { // and what is told of it has no secret
				p.asks("/evidence", map[string]any{"language": language, "ticket": "It does not send."})
			}
			answer := p.asks("/record/save", map[string]any{"name": "played", "title": "As it was played by hand"})
			text := answer["text"].(string)
			require.NotContains(t, text, s.WebConfigPassword)
			playsBackGreen(t, "played", text, scenarios.Options{})
			if folder := os.Getenv("MFPSIM_KEEP_RECORDINGS"); folder != "" {
				name := strings.ReplaceAll(id, "/", "-")
				kept := strings.Replace(text, "recorded/played", "recorded/"+name, 1)
				require.NoError(t, os.WriteFile(filepath.Join(folder, name+".txtar"), []byte(kept), 0o600))
			}
		})
	}
}

// What is typed key by key on the panel's keyboard is recorded as one line for each field, and plays back green.
func TestARecordingOfWhatIsTypedKeyByKeyPlaysBackGreen(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Scenario: "trouble/eighty-nine-days", Lab: func(l *lab.Lab) { bench = l }})
	p := newPerson(s, bench)
	p.asks("/record/start", map[string]any{})
	key := func(labels ...string) {
		for _, label := range labels {
			p.asks("/printer/glass", map[string]any{"key": label})
		}
	}
	p.asks("/printer/originals", map[string]any{"pages": 1})
	p.asks("/printer/panel/press", map[string]any{"path": "Scan > Email"})
	key("Keyboard")
	key(strings.Split("bob@fabrikam.comm", "")...)
	key("Delete", "OK", "Scan Settings", "Subject", "Shift", "A", "b", "Space", "c")
	p.expects("panel shows Subject 'Ab c'")
	key("d", "OK")
	key("Subject", "x", "Cancel", "Start")
	p.expects("jobs shows Email Completed")
	p.expects("mailbox bob@fabrikam.com shows subject='Ab cd'")
	answer := p.asks("/record/save", map[string]any{"name": "typed"})
	text := answer["text"].(string)
	require.Contains(t, text, "\npanel enter To bob@fabrikam.com\n")
	require.Contains(t, text, "\npanel enter Subject 'Ab cd'\n")
	require.NotContains(t, text, "panel press m\n")
	playsBackGreen(t, "typed", text, scenarios.Options{})
}

func TestARecordingOfAFreeBenchPlaysBackGreen(t *testing.T) {
	for name, config := range map[string]Config{"as it is": {}, "prepared": {Prepared: true}} {
		t.Run(name, func(t *testing.T) {
			var bench *lab.Lab
			config.Lab = func(l *lab.Lab) { bench = l }
			s := live(t, config)
			p := newPerson(s, bench)
			p.asks("/record/start", map[string]any{})
			p.does([]string{"scan", "email", "bob@fabrikam.com"})
			p.expects("panel shows 'The email server is not set.'")
			p.asks("/entra/mfa", map[string]any{"user": "alice@contoso.com", "on": true})
			answer := p.asks("/record/save", map[string]any{"name": "free"})
			text := answer["text"].(string)
			require.Contains(t, text, "# (Not in the language, and not played: POST /entra/mfa)")
			playsBackGreen(t, "free", text, scenarios.Options{})
		})
	}
}

// playsBackGreen plays a recording of a name again, in a folder of its own.
func playsBackGreen(t *testing.T, name, text string, options scenarios.Options) {
	t.Helper()
	options.Folder = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(options.Folder, "recorded"), 0o755))
	file := filepath.Join(options.Folder, "recorded", name+".txtar")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	results, err := scenarios.Run(t.Context(), options)
	require.NoError(t, err, text)
	require.Equal(t, report.Passed, results[0].Verdict, "%s\n%s", results[0].Failure, text)
}
