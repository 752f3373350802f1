package chromium

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// walker goes through a case on the bench's page by Go there alone.
type walker struct {
	*newcomer
	language string // of the panel
	marked   int    // controls that were marked
}

func walks(t *testing.T, language, scenario string) *walker {
	t.Helper()
	n := arrives(t, serve(t, language, "--scenario", scenario))
	n.do("a desk's window", chromedp.EmulateViewport(1400, 900))
	n.script(fmt.Sprintf(
		`(() => { const l = document.getElementById("language"); l.value = %q; l.dispatchEvent(new Event("change")); return ""; })()`, language,
	))
	n.sees(fmt.Sprintf(`html[lang=%q]`, language))
	n.sees(fmt.Sprintf(`#case h3.q[lang=%q]`, language)) // the column is drawn anew after it, and its lines move
	n.sees(".step.now")
	return &walker{newcomer: n, language: language}
}

// goes waits until a line is the next one, and follows its Go there.
func (w *walker) goes(line string) {
	w.t.Helper()
	number := 0
	for _, p := range w.parts() {
		for _, s := range p.Steps {
			if s.Text == line && p.Kind != "story" && (number == 0 || !s.over()) {
				number = s.Line
			}
		}
	}
	require.Positive(w.t, number, line)
	w.click(fmt.Sprintf(`.step.now [data-key="go-%d"]`, number))
}

func (w *walker) parts() []casePart {
	w.t.Helper()
	var now struct{ Parts []casePart }
	w.bench.asks("/case?language="+w.language, &now)
	return now.Parts
}

func (w *walker) ticked(line string) {
	w.t.Helper()
	for range 50 {
		for _, p := range w.parts() {
			for _, s := range p.Steps {
				if s.Text == line && s.Done && p.Kind != "story" {
					return
				}
			}
		}
		w.do("breathe", chromedp.Sleep(100*time.Millisecond))
	}
	require.Fail(w.t, "it is not ticked", "%s; the page is kept as %s", line, w.keep(w.t.Name()))
}

// marks waits until an element of a frame is marked, and looks whether it is in sight.
func (w *walker) marks(origin, pane, selector string) {
	w.t.Helper()
	at := w.evaluates(origin, fmt.Sprintf(`(() => {
		if (document.readyState !== "complete") return "";
		const marked = [...document.querySelectorAll("*")].find((n) => n.style.outlineWidth === "4px");
		const wanted = document.querySelector(%q);
		const is = marked && wanted && (marked === wanted || marked.control === wanted || marked.contains(wanted));
		if (!is) return "";
		const r = marked.getBoundingClientRect();
		return r.height ? Math.round(r.top) + " " + Math.round(r.bottom) : "";
	})()`, selector))
	m := regexp.MustCompile(`(-?\d+) (-?\d+)`).FindStringSubmatch(at)
	top, _ := strconv.Atoi(m[1])
	bottom, _ := strconv.Atoi(m[2])
	const inSight = `(() => {
		const f = document.querySelector("#pane-%s iframe").getBoundingClientRect();
		const s = document.getElementById("stage").getBoundingClientRect();
		const above = document.querySelector("#pane-%[1]s > .above").getBoundingClientRect();
		return String(f.top + %d >= Math.max(s.top, above.bottom) - 1 && f.top + %d <= s.bottom + 1);
	})()`
	for range 20 {
		if w.script(fmt.Sprintf(inSight, pane, top, bottom)) == "true" {
			if w.marked++; *keepAll {
				w.keep(fmt.Sprintf("go-%s-%02d", w.language, w.marked))
			}
			return
		}
		w.do("breathe", chromedp.Sleep(100*time.Millisecond))
	}
	require.Fail(w.t, "it is marked out of sight", "%s; the page is kept as %s", selector, w.keep(w.t.Name()))
}

// has clicks an element of a frame.
func (w *walker) has(origin, selector string) {
	w.t.Helper()
	w.clicked++
	w.evaluates(origin, fmt.Sprintf(
		`(() => { const b = document.readyState === "complete" && document.querySelector(%q); if (!b) return ""; b.click(); return "done"; })()`, selector,
	))
}

// The walk of an outsider who had a ticket in Greek: wherever a line leads, its page is open and its control is marked.
func TestGoThereLeadsThroughAConditionalAccessCase(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			w := walks(t, language, "trouble/conditional-access-block")
			online := func(selector string) { t.Helper(); w.marks(w.pages, "browser", selector) }
			web := func(selector string) { t.Helper(); w.marks(w.web, "web-config", selector) }
			const next, button = "#idSIButton9", "main button[value=%s]:not([hidden])"
			signsIn := func(line string) {
				w.goes(line)
				online("input[name=otc]")
				w.typeIn(w.pages, "input[name=otc]", w.codeNow())
			}
			signsIn("browser enter code")
			w.has(w.pages, next)
			w.ticked("browser enter code")
			w.goes("browser enter account admin@contoso.com")
			online("input[name=loginfmt]")
			w.has(w.pages, "button[name=testAccount][value='admin@contoso.com']")
			w.ticked("browser enter account admin@contoso.com")
			w.goes("browser enter password")
			online("input[name=passwd]")
			w.has(w.pages, "button[name=testPassword]")
			w.ticked("browser shows 'You cannot access this right now'")
			w.goes("browser click 'More details'")
			online("#moreDetails")
			w.has(w.pages, "#moreDetails")
			w.ticked("browser shows 'Error Code: 53003'")

			w.goes("! webconfig shows 'Current Status'")
			web("input[type=password]")
			w.typeIn(w.web, "input[type=password]", w.person.reads("#pane-web-config .beside b"))
			w.has(w.web, "main button")
			const basic = `location.pathname === "/network/email-server/basic" ? "there" : ""`
			w.evaluates(w.web, basic)
			web("main h1")
			w.click("#pass-15")
			w.ticked("clock +15m")
			w.goes("webconfig shows @sign-in-code-expired")
			web("main [role=alert]")
			w.ticked("webconfig shows @sign-in-code-expired")

			exempts := []string{"Block device code flow", "exclude=admin@contoso.com"}
			w.bench.post("/entra/policy", map[string]any{"words": exempts})
			w.ticked("entra policy 'Block device code flow' exclude=admin@contoso.com")
			w.goes("webconfig click 'Sign In'")
			web("#method")
			require.Contains(t, w.person.reads(".step.now .first"), "OAuth2")
			require.Contains(t, w.person.reads(".step.now .first"), "Microsoft Exchange Online")
			w.picksIn("#method", "OAuth2")
			w.goes("webconfig click 'Sign In'")
			web(fmt.Sprintf(button, "sign-in"))
			w.has(w.web, fmt.Sprintf(button, "sign-in"))
			w.ticked("webconfig click 'Sign In'")
			w.ticked("webconfig shows 'Sign In'")
			w.goes("webconfig click 'Sign in with Microsoft'")
			web("button[value=begin]")
			w.has(w.web, "button[value=begin]")
			w.ticked("webconfig click 'Sign in with Microsoft'")
			signsIn("browser sign-in admin@contoso.com consent=organization")
			for _, step := range []string{
				next, "button[name=testAccount][value='admin@contoso.com']", "button[name=testPassword]", "main[data-page=confirm] " + next,
				"main[data-page=permissions] " + next,
			} {
				w.has(w.pages, step)
			}
			w.ticked("browser sign-in admin@contoso.com consent=organization")
			w.bench.advance("10s")
			w.goes("webconfig shows 'Current Status' 'Signed in'")
			web("main dl.values dd")
			w.ticked("webconfig shows 'Current Status' 'Signed in'")
			w.goes("webconfig click OK")
			web("main p.buttons button[value=ok]")
			w.has(w.web, "main p.buttons button[value=ok]")
			w.ticked("webconfig click OK")
			w.goes("scan email bob@fabrikam.com")
			w.click("#beside-panel form button")
			w.sees(".done-all")
			t.Logf("%d clicks, %d texts typed", w.clicked, w.typed)
		})
	}
}

// picksIn chooses of a list of Web Config.
func (w *walker) picksIn(selector, value string) {
	w.t.Helper()
	w.typed++
	w.evaluates(w.web, fmt.Sprintf(
		`(() => { const f = document.querySelector(%q); if (!f) return ""; f.value = %q; f.dispatchEvent(new Event("change", { bubbles: true })); return "done"; })()`, selector, value,
	))
}

// Where Microsoft's page of a line is not open, the way there begins with the code, and the page says so.
func TestGoThereSaysThatTheCodeComesFirst(t *testing.T) {
	w := walks(t, "en", "trouble/conditional-access-block")
	for range 2 { // the code, and Next
		number := w.script(`document.querySelector('.step.now [data-key^="skip-"]').dataset.key`)
		w.click(key(number))
		w.gone(key(number))
	}
	w.goes("browser enter account admin@contoso.com")
	w.marks(w.pages, "browser", "input[name=otc]")
	w.sees("#code-first:not([hidden])")
	w.typeIn(w.pages, "input[name=otc]", w.codeNow())
	w.has(w.pages, "#idSIButton9")
	w.goes("browser enter account admin@contoso.com")
	w.marks(w.pages, "browser", "input[name=loginfmt]")
	w.gone("#code-first:not([hidden])")
}

// gone waits until nothing of the page is found by a selector.
func (w *walker) gone(selector string) {
	w.t.Helper()
	for range 50 {
		if w.script(fmt.Sprintf(`String(document.querySelector(%q) === null)`, selector)) == "true" {
			return
		}
		w.do("breathe", chromedp.Sleep(100*time.Millisecond))
	}
	require.Fail(w.t, "it stays", "%s; the page is kept as %s", selector, w.keep(w.t.Name()))
}

// The switch that a line means is marked, and not the one beside it.
func TestGoThereTellsOnFromOff(t *testing.T) {
	p := opensBench(t, "hi", "--scenario", "trouble/sign-in-lost-by-power-off")
	for _, state := range []string{"off", "on"} {
		p.script(fmt.Sprintf(
			`import("/bench/controls.js").then((m) => { document.body.dataset.first = m.controlsOf({ text: "power %s" })[0]; }); ""`, state,
		))
		p.sees(fmt.Sprintf(`body[data-first*="power-%s"]`, state))
	}
}

// Show beside a refusal on Microsoft's page leads to the row of the sign-in log, which names the policy.
// markCovers is how much the mark of an open row of the sign-in log covers of its first line of details.
const markCovers = `(() => {
	const row = document.querySelector(".log[open] > summary.meant");
	const outline = getComputedStyle(row);
	const around = parseFloat(outline.outlineOffset) + parseFloat(outline.outlineWidth);
	const end = row.getBoundingClientRect().bottom + around;
	const details = row.parentElement.querySelector("dl");
	return String(end <= details.getBoundingClientRect().top);
})()`

func TestShowOfARefusalByAPolicyOpensTheSignInLog(t *testing.T) {
	w := walks(t, "el", "trouble/conditional-access-block")
	w.goes("browser enter code")
	w.marks(w.pages, "browser", "input[name=otc]")
	w.typeIn(w.pages, "input[name=otc]", w.codeNow())
	w.has(w.pages, "#idSIButton9")
	w.has(w.pages, "button[name=testAccount][value='admin@contoso.com']")
	w.has(w.pages, "button[name=testPassword]")
	w.ticked("browser shows 'You cannot access this right now'")
	w.click("#just li:has(.bad) button")
	w.sees(`#pane-microsoft details[data-id^="sign-in-"][open]`)
	require.Contains(t, w.person.reads(`#pane-microsoft details[data-id^="sign-in-"][open]`), "Block device code flow")
	require.Equal(t, "true", w.script(markCovers), "the mark covers no detail")
}

// On a desk's window the whole panel and the field below it are in sight.
func TestThePanelAndItsFieldAreInSightAtOnce(t *testing.T) {
	p := opensBench(t, "el", "--scenario", "exchange/sender-is-not-the-account")
	p.do("a desk's window", chromedp.EmulateViewport(1400, 900))
	p.sees(".step.now")
	inSight := `String(document.querySelector("#beside-panel form button").getBoundingClientRect().bottom <= document.getElementById("stage").getBoundingClientRect().bottom)`
	require.Equal(t, "true", p.script(inSight))
}

// A frame out of sight is not as high as its page: what it marks is in sight all the same when its tab is chosen again.
func TestGoThereLeadsToAFieldBelowTheFoldFromAnotherTab(t *testing.T) {
	const sender, line = "[name=sender]", "webconfig set 'Sender''s Email Address' admin@contoso.com"
	w := walks(t, "en", "exchange/sender-is-not-the-account")
	w.do("a low window", chromedp.EmulateViewport(1280, 700))
	w.bench.post("/case/skip", map[string]any{"line": 30})
	w.sees(".step.now")
	w.goes(line)
	w.marks(w.web, "web-config", "input[type=password]")
	w.typeIn(w.web, "input[type=password]", w.person.reads("#pane-web-config .beside b"))
	w.has(w.web, "main button")
	w.marks(w.web, "web-config", sender)
	for range 2 {
		w.clicks("#tab-panel")
		w.sees("#glass")
		w.goes(line)
		w.marks(w.web, "web-config", sender)
	}
}
