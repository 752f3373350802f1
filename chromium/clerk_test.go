package chromium

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/guide"
)

// clerk plays the lines of a case on the bench's page, by its controls alone: the panel by its keys, Web Config and
// Microsoft's pages in their frames, the admin centers and the clock in their tabs. What is asked of the control API is
// read only.
type clerk struct {
	*newcomer
	account string   // typed last
	skipped []string // lines that nobody but the story's own browser can see
}

func newClerk(t *testing.T, language string, flags ...string) *clerk {
	t.Helper()
	n := arrivesAs(newPerson(t, language), serve(t, language, flags...))
	n.script(fmt.Sprintf(
		`(() => { const l = document.getElementById("language"); l.value = %q; l.dispatchEvent(new Event("change")); return ""; })()`, language,
	))
	n.sees(fmt.Sprintf(`html[lang=%q]`, language))
	return &clerk{newcomer: n}
}

// loads finds a case from a user's words and loads it.
func (c *clerk) loads(asked, scenario string) {
	c.t.Helper()
	c.script(fmt.Sprintf(`document.getElementById("find-text").value = %q; ""`, asked))
	c.click(".find button")
	c.sees("[data-key^='load-']")
	c.click(key("load-" + scenario))
	c.sees(".step.now")
}

// mends goes from a user's words to the mail that arrives.
func (c *clerk) mends(call deskCall) {
	c.t.Helper()
	c.script(fmt.Sprintf(`document.getElementById("find-text").value = %q; ""`, call.asked[c.language]))
	c.typed++
	c.click(".find button")
	c.sees("[data-key^='load-']")
	first := c.script(`document.querySelector("[data-key^='load-']").dataset.key`)
	require.Equal(c.t, "load-"+call.scenario, first, "the case that is offered first")
	c.click(key(first))
	c.sees(".step.now")
	c.playsUntilMended()
}

// caseStep is a line of the check list, as the control API tells it.
type caseStep struct {
	Text, Says                     string
	Looks, Done, Skipped, Needless bool
	Unseen                         bool
	Line                           int
}

func (s caseStep) over() bool { return s.Done || s.Skipped || s.Needless || s.Unseen }

type casePart struct {
	Kind  string
	Steps []caseStep
}

func (c *clerk) parts() []casePart {
	c.t.Helper()
	var now struct{ Parts []casePart }
	c.bench.asks("/case?language="+c.language, &now)
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
			switch now := c.step(s.Line); {
			case now.over():
			case !s.Looks:
				c.plays(now)
			default:
				c.waitsFor(now)
			}
			if p.Kind == "remedy" && strings.HasPrefix(s.Text, "mailbox ") && !strings.HasSuffix(s.Text, " is empty") {
				require.True(c.t, c.step(s.Line).Done, "%s; the page is kept as %s", s.Text, c.keep(c.t.Name()))
				return
			}
		}
	}
}

// waitsFor lets time pass until a line has ticked, and looks at the page again that it is about.
func (c *clerk) waitsFor(s caseStep) {
	c.t.Helper()
	switch strings.Fields(strings.TrimPrefix(s.Text, "! "))[0] {
	case "webconfig":
		c.atWebConfig()
	case "browser":
		c.show("browser")
	}
	goThere := key(fmt.Sprintf("go-%d", s.Line))
	for turn := range 40 {
		if c.step(s.Line).over() {
			return
		}
		there := c.script(fmt.Sprintf(`String(document.querySelector(%q) !== null)`, ".step.now "+goThere))
		looks := strings.Contains(s.Text, "webconfig shows ") && !c.buttonToCome(s)
		if turn == 15 && there == "true" && looks { // as the page is now
			c.click(goThere)
		}
		if turn == 10 && c.buttonToCome(s) {
			return
		}
		// The bench follows the machine's clock, which is too slow for a test.
		c.bench.post("/clock/advance", map[string]any{"duration": "1s"})
		c.breathes()
	}
	if strings.HasPrefix(s.Text, "webconfig shows ") { // a draft of the story's own browser, which nobody else sees
		c.skips(s)
		return
	}
	require.Fail(c.t, "it never came true", "%s; the page is kept as %s", s.Text, c.keep(c.t.Name()))
}

// buttonToCome reports whether a line wants to see a button that comes by a choice: who clicks it has seen it.
func (c *clerk) buttonToCome(s caseStep) bool { return s.Text == "webconfig shows 'Sign In'" }

func (c *clerk) skips(s caseStep) {
	c.t.Helper()
	c.click(key(fmt.Sprintf("skip-%d", s.Line)))
	c.skipped = append(c.skipped, s.Text)
	c.breathes()
}

// breathes lets the page do what it does by itself.
func (c *clerk) breathes() {
	c.t.Helper()
	c.do("breathe", chromedp.Sleep(100*time.Millisecond))
}

// show opens a tab of the middle or the right column, unless it is open.
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

// online are words of Microsoft's pages in the language of the person's browser.
func (c *clerk) online(english string) string {
	if words, known := fakeentra.Words(c.language, english); known {
		return words
	}
	return english
}

// plays does what a line says.
func (c *clerk) plays(s caseStep) {
	c.t.Helper()
	words := splitWords(s.Text)
	rest := words[2:]
	switch what := words[0] + " " + words[1]; {
	case what == "scan email":
		c.show("panel")
		c.click("#beside-panel form button")
	case what == "scan originals":
		c.show("panel")
		c.click(key("lay"))
	case words[0] == "webconfig":
		c.atWebConfig()
		c.configures(s, words[1], rest)
	case what == "browser close":
	case what == "browser sign-in":
		c.signsInAs(rest[0], slices.Contains(rest, "consent=organization"))
	case words[0] == "browser":
		c.browses(words[1], rest)
	case words[0] == "panel":
		c.show("panel")
		c.operates(s, words[1], rest)
	case what == "printer sign-in":
		c.signsThePrinterIn(rest[0])
	case what == "printer set":
		c.show("panel")
		c.opensMoreOfThePrinter()
		c.picks("firmware", rest[1])
		c.click(key("fit"))
	case words[0] == "clock", words[0] == "exchange", words[0] == "entra":
		c.administers(words)
	default:
		require.Fail(c.t, "nobody knows how to do this on the page", "%v", words)
	}
	c.breathes()
}

// picks chooses of a list of the page, or types into a field of it.
func (c *clerk) picks(name, value string) {
	c.t.Helper()
	c.typed++
	c.sees(key(name))
	require.Equal(c.t, value, c.script(fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.focus();
		field.value = %q;
		for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
		return field.value;
	})()`, key(name), value)), "what %s offers", name)
}

// administers does what the tabs of the right column are for.
func (c *clerk) administers(words []string) {
	c.t.Helper()
	what := words[1]
	if words[0] == "clock" {
		c.show("clock")
		if what == "printer" {
			c.picks("clock-own", strings.Replace(words[2], "T", " ", 1))
			c.click(key("set-clock-own"))
			return
		}
		c.passes(strings.TrimPrefix(what, "+"))
		return
	}
	c.show("microsoft")
	value := words[len(words)-1]
	switch what {
	case "Set-TransportConfig":
		c.click(key("smtp-contoso.com"))
	case "Set-CASMailbox":
		mailbox := strings.NewReplacer("@", "-", ".", "-").Replace(words[2])
		c.picks("mb-"+mailbox, map[string]string{"$false": "on", "$true": "off"}[value])
	case "policy":
		c.picks("exclude-"+words[2], strings.TrimPrefix(value, "exclude="))
		c.click(key("exclude-from-" + words[2]))
	default:
		require.Fail(c.t, "nobody knows how to do this on the page", "%v", words)
	}
}

// passes lets time pass by the buttons of the clock.
func (c *clerk) passes(duration string) {
	c.t.Helper()
	left := map[string]time.Duration{"91d": 91 * 24 * time.Hour}[duration]
	if left == 0 {
		var err error
		left, err = time.ParseDuration(duration)
		require.NoError(c.t, err)
	}
	for _, button := range []struct {
		name string
		of   time.Duration
	}{{"91d", 91 * 24 * time.Hour}, {"1d", 24 * time.Hour}, {"1h", time.Hour}, {"15m", 15 * time.Minute}} {
		for ; left >= button.of; left -= button.of {
			c.click(key("pass-" + button.name))
		}
	}
	require.Zero(c.t, left, "the clock has no buttons for %s", duration)
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
