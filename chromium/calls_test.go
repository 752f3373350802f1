package chromium

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

var writeCalls = flag.Bool("calls-write", false, "play what has a dash too, and write the clicks that were counted into docs/bench.md")

const callsFile = "../docs/bench.md"

// deskCall is a row of the table in docs/bench.md.
type deskCall struct {
	line        int // of the file
	name, cause string
	asked       map[string]string // words of a user, by language
	scenario    string
	clicks      map[string]int // as the table has them
}

var callRow = regexp.MustCompile("^\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| `([^`|]+)` \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|$")

// deskCalls reads the table.
func deskCalls(t *testing.T) (calls []deskCall, lines []string) {
	t.Helper()
	text, err := os.ReadFile(callsFile)
	require.NoError(t, err)
	lines = strings.Split(string(text), "\n")
	for i, line := range lines {
		m := callRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		c := deskCall{line: i, name: m[1], asked: map[string]string{}, scenario: m[5], clicks: map[string]int{}}
		for k, language := range guide.Languages() {
			c.asked[language] = m[2+k]
			c.clicks[language], _ = strconv.Atoi(strings.TrimSpace(m[6+k])) // a dash: not counted
		}
		calls = append(calls, c)
	}
	require.Len(t, calls, 15, "the desk's calls in %s", callsFile)
	return calls, lines
}

// A desk's call is found from the words of a user, loaded, seen and mended on the page.
func TestTheDesksCallsAreMendedOnThePage(t *testing.T) {
	calls, lines := deskCalls(t)
	for i, call := range calls {
		for _, language := range guide.Languages() {
			counted := call.clicks[language] > 0
			if !counted && !*writeCalls {
				continue
			}
			t.Run(language+"/"+strings.ReplaceAll(call.scenario, "/", "-")+"-"+strconv.Itoa(i+1), func(t *testing.T) {
				c := newClerk(t, language)
				c.script(fmt.Sprintf(`document.getElementById("find-text").value = %q; ""`, call.asked[language]))
				c.typed++
				c.click(".find button")
				c.sees("[data-key^='load-']")
				first := c.script(`document.querySelector("[data-key^='load-']").dataset.key`)
				require.Equal(t, "load-"+call.scenario, first, "the case that is offered first")
				c.click(key(first))
				c.sees(".step.now")
				c.playsUntilMended()
				t.Logf("%s in %s: %d clicks, %d texts typed", call.name, language, c.clicked, c.typed)
				if *writeCalls {
					cells := strings.Split(lines[call.line], "|")
					cells[6+slices.Index(guide.Languages(), language)] = fmt.Sprintf(" %d ", c.clicked)
					lines[call.line] = strings.Join(cells, "|")
					return
				}
				require.LessOrEqual(t, c.clicked, call.clicks[language], "more clicks than %s says", callsFile)
			})
		}
	}
	if *writeCalls {
		require.NoError(t, os.WriteFile(callsFile, []byte(strings.Join(lines, "\n")), 0o644))
	}
}

// clerk plays the lines of a case on the bench's page: the panel by its keys, Web Config and Microsoft's pages in their
// frames, the rest by the requests that the page's other tabs send.
type clerk struct {
	*newcomer
	account string // typed last
}

func newClerk(t *testing.T, language string) *clerk {
	t.Helper()
	n := arrives(t, serve(t, language))
	n.language = language
	n.script(fmt.Sprintf(
		`(() => { const l = document.getElementById("language"); l.value = %q; l.dispatchEvent(new Event("change")); return ""; })()`, language,
	))
	n.sees(fmt.Sprintf(`html[lang=%q]`, language))
	return &clerk{newcomer: n}
}

// caseStep is a line of the check list, as the control API tells it.
type caseStep struct {
	Text                           string
	Looks, Done, Skipped, Needless bool
	Line                           int
}

func (s caseStep) over() bool { return s.Done || s.Skipped || s.Needless }

type casePart struct {
	Kind  string
	Steps []caseStep
}

func (c *clerk) parts() []casePart {
	c.t.Helper()
	var now struct{ Parts []casePart }
	c.bench.asks("/case", &now)
	return now.Parts
}

func (c *clerk) step(line int) caseStep {
	c.t.Helper()
	for _, p := range c.parts() {
		for _, s := range p.Steps {
			if s.Line == line {
				return s
			}
		}
	}
	require.Fail(c.t, "no such line")
	return caseStep{}
}

// playsUntilMended plays the lines behind the handover until a mail of the remedy has come, or to the end.
func (c *clerk) playsUntilMended() {
	c.t.Helper()
	for _, p := range c.parts() {
		if p.Kind == "story" {
			continue
		}
		for _, s := range p.Steps {
			words := splitWords(s.Text)
			switch now := c.step(s.Line); {
			case now.over():
			case !s.Looks:
				c.plays(words)
			default:
				c.waitsFor(now, words)
			}
			if p.Kind == "remedy" && words[0] == "mailbox" && !strings.HasSuffix(s.Text, " is empty") {
				return
			}
		}
	}
}

// waitsFor lets time pass until a line has ticked, and looks at the page again that it is about.
func (c *clerk) waitsFor(s caseStep, words []string) {
	c.t.Helper()
	if words[0] == "!" {
		words = words[1:]
	}
	switch words[0] {
	case "webconfig":
		c.atWebConfig()
	case "browser":
		c.show("browser")
	}
	for range 40 {
		if c.step(s.Line).over() {
			return
		}
		c.asks("/clock/advance", map[string]any{"duration": "1s"})
		c.breathes()
	}
	if strings.HasPrefix(s.Text, "webconfig shows ") { // a draft of the story's own browser, which nobody else sees
		c.click(key(fmt.Sprintf("skip-%d", s.Line)))
		c.breathes()
		return
	}
	require.Fail(c.t, "it never came true", "%s; the page is kept as %s", s.Text, c.keep(c.t.Name()))
}

// breathes lets the page do what it does by itself.
func (c *clerk) breathes() {
	c.t.Helper()
	c.do("breathe", chromedp.Sleep(100*time.Millisecond))
}

// asks sends a request of the page's other tabs.
func (c *clerk) asks(path string, body map[string]any) {
	c.t.Helper()
	c.bench.post(path, body)
}

// show opens a tab of the middle column, unless it is open.
func (c *clerk) show(tab string) {
	c.t.Helper()
	if c.script(fmt.Sprintf(`String(document.getElementById("tab-%s").getAttribute("aria-selected"))`, tab)) != "true" {
		c.click("#tab-" + tab)
	}
}

// label is a label of Web Config in the language of the case.
func (c *clerk) label(english string) string {
	if words, known := guide.Words(guide.WebConfigLanguage(c.language), english); known {
		return words
	}
	return english
}

// atWebConfig is logged in there; who comes for the first time opens the page of the guide.
func (c *clerk) atWebConfig() {
	c.t.Helper()
	c.show("web-config")
	if c.evaluates(c.web, `document.readyState !== "complete" ? "" : document.querySelector("a[href^='/login']") ? "out" : "in"`) == "in" {
		return
	}
	c.clickIn(c.web, c.label("Log in"))
	c.typeIn(c.web, "input[type=password]", c.person.reads("#pane-web-config .beside b"))
	c.clickIn(c.web, c.label("OK"))
	c.opensPath("Network > Email Server > Basic")
}

func (c *clerk) opensPath(path string) {
	c.t.Helper()
	addresses := map[string][]string{
		"Network > Email Server > Basic":           {"/network", "/network/email-server/basic"},
		"Network > Email Server > Connection Test": {"/network", "/network/email-server/connection-test"},
	}[path]
	require.NotEmpty(c.t, addresses, path)
	c.evaluates(c.web, `document.readyState === "complete" && document.querySelector("nav a[href='/network']") ? "done" : ""`)
	for _, address := range addresses {
		c.link(c.web, address)
		c.evaluates(c.web, fmt.Sprintf(`document.readyState === "complete" && location.pathname.startsWith(%q) ? "done" : ""`, address))
	}
}

// plays does what a line says.
func (c *clerk) plays(words []string) {
	c.t.Helper()
	rest := words[2:]
	switch what := words[0] + " " + words[1]; {
	case what == "scan email":
		c.show("panel")
		c.click("#beside-panel form button")
	case what == "webconfig log-in":
		c.atWebConfig()
	case what == "webconfig open":
		c.atWebConfig()
		c.opensPath(rest[0])
	case what == "webconfig click":
		c.atWebConfig()
		if rest[0] == "Sign In" {
			c.choosesOAuth2()
		}
		c.clickIn(c.web, c.label(rest[0]))
	case what == "webconfig set":
		c.atWebConfig()
		c.sets(c.label(rest[0]), c.label(rest[1]))
	case what == "webconfig copy", what == "browser close":
	case what == "webconfig follow":
		c.show("browser")
	case what == "browser sign-in":
		c.signsInAs(rest[0], slices.Contains(rest, "consent=organization"))
	case words[0] == "browser":
		c.browses(words[1], rest)
	case what == "panel press":
		c.clicked += strings.Count(rest[0], " > ") + 1
		c.asks("/printer/panel/press", map[string]any{"path": rest[0]})
	case what == "clock printer":
		c.clicked++
		date, err := json.Marshal(strings.Replace(rest[0], " ", "T", 1) + ":00Z")
		require.NoError(c.t, err)
		c.asks("/clock/printer", map[string]any{"date": json.RawMessage(date)})
	case words[0] == "clock":
		c.clicked++
		c.asks("/clock/advance", map[string]any{"duration": strings.TrimPrefix(words[1], "+")})
	case words[0] == "exchange":
		c.clicked++
		c.asks("/exchange/cmdlet", map[string]any{"name": words[1], "arguments": rest})
	case words[0] == "entra":
		c.clicked++
		c.asks("/entra/"+words[1], map[string]any{"words": rest})
	default:
		require.Fail(c.t, "nobody knows how to do this on the page", "%v", words)
	}
}

// choosesOAuth2 makes the guide's steps 4 and 5 where the page has no Sign In yet.
func (c *clerk) choosesOAuth2() {
	c.t.Helper()
	there := c.evaluates(c.web, fmt.Sprintf(
		`document.readyState !== "complete" ? "" : String([...document.querySelectorAll("button")].some((b) => b.textContent.trim() === %q && b.offsetParent))`,
		c.label("Sign In"),
	))
	if there == "false" {
		c.sets(c.label("Authentication Method"), "OAuth2")
		c.sets(c.label("Email service"), "Microsoft Exchange Online")
	}
}

// sets types into a field of Web Config, or chooses, by its label.
func (c *clerk) sets(label, value string) {
	c.t.Helper()
	c.typed++
	c.evaluates(c.web, fmt.Sprintf(`(() => {
		const named = [...document.querySelectorAll("label")].find((l) => l.textContent.trim() === %q);
		const field = named && (named.control || document.getElementById(named.htmlFor));
		if (!field) return "";
		const option = [...(field.options || [])].find((o) => o.textContent.trim() === %q);
		field.value = option ? option.value : %q;
		for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
		return "done";
	})()`, label, value, value))
}

// browses acts on Microsoft's page.
func (c *clerk) browses(what string, rest []string) {
	c.t.Helper()
	c.show("browser")
	switch {
	case what == "enter" && rest[0] == "code":
		c.typeIn(c.pages, "input[name=otc]", c.person.reads("#code-waiting .mono"))
	case what == "enter" && rest[0] == "account":
		c.account = rest[1]
		c.typeIn(c.pages, "input[name=loginfmt]", rest[1])
	case what == "enter":
		c.typeIn(c.pages, "input[name=passwd]", c.bench.passwordNow(c.account))
	case what == "click":
		c.clickIn(c.pages, rest[0])
	default:
		require.Fail(c.t, "nobody knows how to do this on Microsoft's page", "%s %v", what, rest)
	}
}

// signsInAs goes all the way through Microsoft's pages.
func (c *clerk) signsInAs(user string, forAll bool) {
	c.t.Helper()
	c.show("browser")
	// A tab of one's own, anew.
	c.script(`document.querySelector("#pane-browser iframe").src = ` + strconv.Quote(c.pages+"/device") + `; ""`)
	for _, step := range [][]string{
		{"enter", "code"},
		{"click", "Next"},
		{"enter", "account", user},
		{"click", "Next"},
		{"enter", "password"},
		{"click", "Sign In"},
	} {
		c.browses(step[0], step[1:])
	}
	for range 4 {
		page := c.evaluates(c.pages, `document.readyState !== "complete" ? "" : (document.querySelector("main[data-page]") || { dataset: {} }).dataset.page || ""`)
		switch page {
		case "done":
			return
		case "confirm":
			c.clickIn(c.pages, "Continue")
			c.evaluates(c.pages, `(document.querySelector("main[data-page]") || { dataset: {} }).dataset.page !== "confirm" ? "done" : ""`)
		case "permissions":
			if forAll {
				c.clicked++
				c.evaluates(c.pages, `(() => { const b = document.querySelector("input[type=checkbox]"); if (!b) return ""; b.checked = true; return "done"; })()`)
			}
			c.clickIn(c.pages, "Accept")
			c.evaluates(c.pages, `(document.querySelector("main[data-page]") || { dataset: {} }).dataset.page !== "permissions" ? "done" : ""`)
		}
	}
}

// passwordNow is an account's, as the page lists it.
func (b *bench) passwordNow(user string) string {
	b.t.Helper()
	var accounts []struct{ User, Password string }
	b.asks("/accounts", &accounts)
	for _, a := range accounts {
		if a.User == user {
			return a.Password
		}
	}
	require.Fail(b.t, "no account", user)
	return ""
}

// splitWords reads a line of the language: words, some in quotation marks that double within.
func splitWords(line string) []string {
	var words []string
	word, quoted, open := "", false, false
	for i := 0; i < len(line); i++ {
		switch ch := line[i]; {
		case ch == '\'' && quoted && i+1 < len(line) && line[i+1] == '\'':
			word += "'"
			i++
		case ch == '\'':
			quoted, open = !quoted, true
		case ch == ' ' && !quoted:
			if open || word != "" {
				words = append(words, word)
			}
			word, open = "", false
		default:
			word += string(ch)
		}
	}
	return append(words, word)
}
