package chromium

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// tellsStored makes a frame remember, in its name, what it has ever stored.
const tellsStored = `(() => {
	const stores = Storage.prototype.setItem;
	Storage.prototype.setItem = function (key, value) {
		window.name += key + "=" + value + ";";
		stores.call(this, key, value);
	};
})()`

// playsByDo finds a case from a user's words, loads it, and presses Do the next steps until it is solved. stopped is
// called where it stops first; nil: nobody looks.
func playsByDo(t *testing.T, language, asked, scenario string, stopped func(c *clerk)) *clerk {
	t.Helper()
	c := newClerk(t, language)
	_, err := chromedp.Call(c.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: tellsStored,
	})
	require.NoError(t, err)
	c.loads(asked, scenario)
	for range 12 {
		if c.isThere(".done-all") {
			break
		}
		c.click(`[data-key="do-next"]`)
		c.restsAfterDo()
		c.saysWhyItStops(language)
		if c.clicked == 3 && stopped != nil {
			stopped(c)
		}
	}
	if !c.isThere(".done-all") {
		require.Fail(t, "it is not solved", "the page is kept as %s", c.keep(t.Name()))
	}
	c.click("#save")
	c.sees("#saved a")
	return c
}

// againWords say, in each language, that what follows is what another press does.
var againWords = map[string]string{
	"en": "Next, if you press again: ", "hi": "फिर से क्लिक करने पर अगला चरण: ", "el": "Επόμενο βήμα, αν κάνετε ξανά κλικ: ",
}

// saysWhyItStops looks, unless the case is solved, at why the page has stopped and what another press does; it is said
// aloud too.
func (c *clerk) saysWhyItStops(language string) {
	c.t.Helper()
	if c.isThere(".done-all") {
		return
	}
	said := c.script(`(document.querySelector(".halted") || {textContent: "nothing"}).textContent`)
	why, next, told := strings.Cut(said, againWords[language])
	require.True(c.t, told, "%s; the page is kept as %s", said, c.keep(c.t.Name()))
	require.NotEmpty(c.t, why)
	require.NotEmpty(c.t, next)
	require.True(c.t, strings.HasSuffix(c.script(`document.getElementById("announce").textContent`), said), said)
	require.Equal(c.t, "true", c.script(inWindow), "what is to be pressed again is in sight")
}

// inWindow tells whether the button that does the next steps, and why it has stopped, are in sight.
const inWindow = `String([".halted", "[data-key=do-next]"].every((s) => {
	const n = document.querySelector(s);
	const r = n.getBoundingClientRect();
	const at = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
	return r.top >= 0 && r.bottom <= innerHeight && n.contains(at);
}))`

// On a telephone the page goes to where something is to be seen, and what is to be pressed again goes with it.
func TestWhatIsPressedAgainIsInSightOnATelephone(t *testing.T) {
	for _, language := range guide.Languages() {
		c := newClerk(t, language, "--scenario", "trouble/conditional-access-block")
		c.do("a telephone", chromedp.EmulateViewport(390, 780))
		c.sees(`[data-key="do-next"]`)
		for range 2 {
			c.click(`[data-key="do-next"]`)
			c.restsAfterDo()
			c.saysWhyItStops(language)
		}
		require.Equal(t, "see", c.script(`document.body.dataset.view`))
	}
}

// restsAfterDo waits until the page has done what it was asked for, without anything that went wrong.
func (c *clerk) restsAfterDo() {
	c.t.Helper()
	for range 400 {
		c.breathes()
		if c.script(`String(document.querySelector('[data-key="do-next"][aria-disabled]') === null)`) == "true" {
			break
		}
	}
	wrong := c.script(`[...document.querySelectorAll(".step .unfit")].map((n) => n.textContent).join() || "none"`)
	if wrong != "none" {
		require.Fail(c.t, "it could not be done", "%s; the page is kept as %s", wrong, c.keep(c.t.Name()))
	}
}

// Four calls of the desk, from a user's words to the evidence, by Do the next steps and Save now alone.
func TestDoTheNextStepsLeadsToTheEvidence(t *testing.T) {
	calls, _ := deskCalls(t)
	for _, row := range []struct {
		language, scenario string
		done, open         string // the act before what is seen first, and the one behind it
		shows              string // on Microsoft's page in its frame; empty: it is not about one
	}{
		{
			"en", "trouble/sign-in-not-saved", "scan email bob@fabrikam.com",
			"panel press 'Settings > General Settings > Network Settings > Network Status > Email Server Status'", "",
		},
		{
			"el", "trouble/conditional-access-block", "browser click 'Sign In'", "browser click 'More details'",
			"You cannot access this right now",
		},
		{"en", "trouble/expired-by-disuse", "scan email bob@fabrikam.com", "webconfig log-in", ""},
		{"hi", "trouble/smtp-auth-disabled", "scan email bob@fabrikam.com", "webconfig open 'Network > Email Server > Connection Test'", ""},
	} {
		t.Run(row.scenario+" "+row.language, func(t *testing.T) {
			asked := ""
			for _, call := range calls {
				if call.scenario == row.scenario {
					asked = call.asked[row.language]
				}
			}
			c := playsByDo(t, row.language, asked, row.scenario, func(c *clerk) {
				require.True(t, c.firstOf(row.done).Done, row.done)
				require.False(t, c.firstOf(row.open).over(), row.open)
				if row.shows != "" {
					shows := c.online(row.shows)
					c.evaluates(c.pages, fmt.Sprintf(`document.body.innerText.includes(%q) ? "yes" : ""`, shows))
				}
			})
			t.Logf("%d clicks", c.clicked)
			require.LessOrEqual(t, c.clicked, 12)
			undone := []string{}
			for _, p := range c.parts() {
				for _, s := range p.Steps {
					if p.Kind != "story" && p.Kind != "further" && p.Kind != "other" && s.Skipped {
						undone = append(undone, s.Text)
					}
				}
			}
			require.Empty(t, undone, "nothing was skipped")
			password := c.script(`document.querySelector("#pane-web-config .beside b").textContent`)
			stored := c.evaluates(c.web, `window.name || "nothing"`)
			require.NotContains(t, stored, password, "a password is kept")
		})
	}
}

// What the page stops for in Web Config is marked and in sight, also where the page of the code has to go on to it.
func TestWhatThePageStopsForIsInSight(t *testing.T) {
	c := newClerk(t, "el")
	c.loads("AADSTS53003", "trouble/conditional-access-block")
	status := c.label("Current Status")
	for range 6 {
		c.click(`[data-key="do-next"]`)
		c.restsAfterDo()
		if strings.Contains(c.script(`document.querySelector(".halted").textContent`), status) {
			break
		}
	}
	top := c.evaluates(c.web, fmt.Sprintf(`(() => {
		const is = (n) => n.style.outline && n.textContent.includes(%q);
		const n = [...document.querySelectorAll("main *")].find(is);
		return n ? String(n.getBoundingClientRect().top) : "";
	})()`, status))
	require.Equal(t, "true", c.script(fmt.Sprintf(`(() => {
		const box = (q) => document.querySelector(q).getBoundingClientRect();
		const [f, s] = [box("#pane-web-config iframe"), box("#stage")];
		return String(f.top + %s > s.top && f.top + %[1]s + 20 < s.bottom);
	})()`, top)))
}

// firstOf is the first step of what is left that has a line.
func (c *clerk) firstOf(line string) caseStep {
	c.t.Helper()
	for _, p := range c.parts() {
		for _, s := range p.Steps {
			if p.Kind != "story" && s.Text == line {
				return s
			}
		}
	}
	require.Fail(c.t, "no such line", line)
	return caseStep{}
}

// A customer does not want the first remedy: the reader takes the other one, and nothing of the first is done.
func TestAReaderTakesTheOtherSolution(t *testing.T) {
	c := newClerk(t, "el")
	c.script(`document.getElementById("find-text").value = "αποστολέας η διεύθυνση reception@ και όχι του λογαριασμού"; ""`)
	c.click(".find button")
	c.sees("[data-key^='load-']")
	c.click(key("load-exchange/sender-is-not-the-account"))
	c.sees(".step.now")
	for range 12 {
		if c.isThere(".done-all") {
			break
		}
		if c.isThere(key("other-instead")) {
			require.Contains(t, c.script(`document.querySelector('[data-key="other-instead"]').textContent`), "Send As")
			c.click(key("other-instead"))
		}
		c.click(`[data-key="do-next"]`)
		c.restsAfterDo()
	}
	c.sees(".done-all")
	done := map[string][]string{}
	for _, p := range c.parts() {
		for _, s := range p.Steps {
			if s.Done {
				done[p.Kind] = append(done[p.Kind], s.Text)
			}
		}
	}
	require.NotContains(t, done["remedy"], "scan email bob@fabrikam.com")
	require.Len(t, done["other"], 3, "the sender is set already")
}

// What the page has done is told in the evidence as what somebody did by hand: the same acts, in the same words.
func TestWhatWasDoneForTheReaderIsToldAsByHand(t *testing.T) {
	calls, _ := deskCalls(t)
	for _, row := range []struct{ language, scenario string }{
		{"en", "trouble/sign-in-not-saved"}, {"hi", "trouble/smtp-auth-disabled"},
	} {
		t.Run(row.scenario, func(t *testing.T) {
			for _, call := range calls {
				if call.scenario != row.scenario {
					continue
				}
				byHand := newClerk(t, row.language)
				byHand.mends(call)
				byDo := playsByDo(t, row.language, call.asked[row.language], row.scenario, nil)
				require.Equal(t, byHand.acts(), byDo.acts())
			}
		})
	}
}

// acts are what was done since the handover, in the words of the language.
func (c *clerk) acts() (lines []string) {
	c.t.Helper()
	c.bench.post("/record/start", map[string]any{})
	var now struct {
		Lines, Unsaid []string
	}
	c.bench.asks("/record", &now)
	require.Empty(c.t, now.Unsaid)
	for _, line := range now.Lines {
		words := splitWords(line)
		switch isPress := words[0] == "panel" && words[1] == "press"; {
		case words[0] == "clock": // the clerk lets time pass where a reader waits
		case isPress && (words[2] == "OK" || words[2] == "Home"): // on the way to the first key of a path
		case isPress: // the clerk touches its keys one by one
			lines = append(lines, strings.Split(words[2], " > ")...)
		default:
			lines = append(lines, line)
		}
	}
	return lines
}

// Do it for me is reached by the keyboard, which stays where it is; what went wrong is said at the step, and aloud.
func TestDoItForMeByKeyboardAndWhatWentWrong(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			b := serve(t, language, "--scenario", "trouble/smtp-auth-disabled")
			p := newInspector(t, language)
			p.do("a desk's window", chromedp.EmulateViewport(1400, 900))
			p.opens(b.Control + "/bench/")
			p.sees(`[data-key="do-next"]`)
			p.inspects("a case with steps that can be done")
			enters := func(key string) {
				p.script(fmt.Sprintf(`document.querySelector('[data-key^=%q]').focus(); ""`, key))
				p.do("press Enter", chromedp.KeyEvent(kb.Enter))
			}
			b.post("/printer/power", map[string]any{"state": "off"})
			enters("do-next")
			p.sees(".step.now .unfit")
			said := p.script(`document.querySelector(".step.now .unfit").textContent`)
			require.Equal(t, said, p.script(`document.getElementById("announce").textContent`), "it is said aloud")
			require.Contains(t, said, map[string]string{
				"en": "This step is yours", "hi": "यह चरण आपका है", "el": "Αυτό το βήμα είναι δικό σας",
			}[language])
			require.Equal(t, "do-next", p.script(`document.activeElement.dataset.key || ""`))
			p.inspects("a step that could not be done")
			b.post("/printer/power", map[string]any{"state": "on"})
			b.advance("2m") // it starts
			line := p.script(`document.querySelector('.step.now [data-key^="do-"]').dataset.key`)
			enters(line)
			p.do("wait until it is done", func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
				gone := fmt.Sprintf(`document.querySelector('[data-key=%q]') === null`, line)
				_, err = chromedp.Poll[bool](gone)(ctx, tab)
				return v, err
			})
			require.Equal(t, "true", p.script(`String(document.querySelector(".step .unfit") === null)`))
		})
	}
}
