package chromium

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// within tells whether the first of two elements lies in the second, as far as it can be seen.
const within = `((inner, outer) => {
	const [a, b] = [inner, outer].map((s) => document.querySelector(s).getBoundingClientRect());
	return String(a.top >= b.top && a.bottom <= b.bottom && a.left >= b.left && a.right <= b.right);
})`

// What a person aims at does not move, what stands beside it is not covered, and a line that comes again and again is
// one line.
func TestNothingMovesOrIsCoveredWhileSomebodyAims(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language, "--scenario", "trouble/conditional-access-block")
			p.do("the window of the walk", chromedp.EmulateViewport(1400, 900))
			p.clicks("#tab-browser")
			p.sees("#code-waiting .copy")
			line := `JSON.stringify(document.querySelector("#pane-browser .above").getBoundingClientRect())`
			p.script(`document.fonts.ready.then(() => ""); ""`)
			was := p.script(line)
			p.clicks("#code-waiting .copy")
			p.sees("#code-waiting .copy.done")
			require.Equal(t, was, p.script(line), "Copied is as large as Copy")

			label := `#pane-microsoft label[for^="exclude-"]`
			p.sees(label)
			require.Equal(t, "true", p.script(`(() => {
				const label = document.querySelector('`+label+`').getBoundingClientRect();
				const ring = 6; // of the focus: bench.css
				const select = document.querySelector('#pane-microsoft select[id^="exclude-"]').getBoundingClientRect();
				return String(label.bottom <= select.top - ring && label.height < 24);
			})()`), "the label is one line, above the ring of the focus")

			p.clicks("#tab-panel")
			for range 3 {
				p.bench.post("/clock/advance", map[string]string{"duration": "16s"})
				p.clicks("#beside-panel .acts button") // something comes between
			}
			words := map[string][2]string{
				"en": {"not yet", " times)"}, "hi": {"अभी नहीं", " बार)"}, "el": {"όχι ακόμη", " φορές)"},
			}[language]
			p.sees(fmt.Sprintf(`//ol[@id="just"]/li[contains(., %q) and contains(., %q)]`, words[0], words[1]))
			lines := `[...document.querySelectorAll("#just li")]`
			polls := lines + `.filter((n) => n.textContent.includes("` + words[0] + `")).length`
			require.Equal(t, "1", p.script("String("+polls+")"), "a poll in vain is no line of its own")

			badge := `document.querySelector("#tab-mail").append(
				Object.assign(document.createElement("em"), {textContent: "12"}),
			); `
			lies := within + `("#tab-mail em", "#tab-mail")`
			require.Equal(t, "true", p.script(badge+lies), "the badge lies in its tab")
			require.Equal(t, "true", p.script(badge+`(() => { // below it begins the word
				const word = document.createRange();
				word.selectNode(document.querySelector("#tab-mail").firstChild);
				const badge = document.querySelector("#tab-mail em").getBoundingClientRect();
				return String(badge.bottom <= word.getBoundingClientRect().top + 3);
			})()`), "and not over its word")
		})
	}
}

// The shortcuts of the bench on Microsoft's pages are in sight in the frame, in the longest of the languages too.
func TestTheShortcutsOnMicrosoftsPagesAreInSight(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language, "--scenario", "trouble/conditional-access-block")
			p.do("the window of the walk", chromedp.EmulateViewport(1400, 900))
			frames := newInFrames(p.person)
			enablesContexts(frames)
			p.clicks("#tab-browser")
			p.sees("#pane-browser iframe")
			origin := p.script(`new URL(document.querySelector("#pane-browser iframe").src).origin`)
			code := p.script(`document.querySelector("#code-waiting b").textContent`)
			frames.evaluates(origin, `document.readyState === "complete" ? "yes" : ""`)
			// how far below the top of the frame the page's own column ends
			room := `(() => {
				const [stage, frame] = ["#stage", "#pane-browser iframe"].map((s) => document.querySelector(s));
				return String(stage.getBoundingClientRect().bottom - frame.getBoundingClientRect().top);
			})()`
			sees := func(selector string) {
				t.Helper()
				least := p.script(room)
				require.Equal(t, "yes", frames.evaluates(origin, `(() => {
					const b = document.querySelector('`+selector+`');
					if (!b || document.readyState !== "complete") return "";
					const bottom = b.getBoundingClientRect().bottom + scrollY;
					return bottom <= `+least+` ? "yes" : "no: " + bottom + " of `+least+`";
				})()`), selector)
			}
			frames.entersIn(origin, "#otc", code)
			frames.evaluates(origin, `document.querySelector("#idSIButton9").click(), "done"`)
			sees(`button[name=testAccount]`)
			frames.evaluates(origin, `document.querySelector("button[name=testAccount]").click(), "done"`)
			sees(`.buttons button:nth-of-type(3)`)
		})
	}
}

// All that the fold below the panel may hold: versions, a license, users, the providers of faxes.
func TestMoreOfThePrinterCanBeReadByEverybody(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language, "--scenario", "users/to-my-email-first-time")
			p.everywhere = true
			for _, id := range []string{"users/to-my-email-first-time", "fax/another-provider"} {
				p.bench.post("/case", map[string]string{"id": id, "language": language})
				p.sees("#more-of-printer > summary")
				p.script(`document.getElementById("more-of-printer").open = true; ""`)
				p.sees(key("fit"))
				if id == "fax/another-provider" {
					p.sees(`#more-of-printer a[target="_blank"]`)
				} else {
					p.sees(`#more-of-printer [data-key^="log-in-"]`)
				}
				p.script(`document.getElementById("more-of-printer").scrollIntoView(); ""`)
				p.looksAt("bench-printer-"+id[:3], "see")
			}
		})
	}
}

// Who chooses another language of the page has all of it in that language, what stands beside the frames too.
func TestWhatStandsBesideTheFramesFollowsTheLanguageOfThePage(t *testing.T) {
	p := opensBench(t, "el", "--scenario", "trouble/conditional-access-block")
	texts := func() string {
		return p.script(`[...document.querySelectorAll("#pane-web-config, #pane-browser")].map((n) => n.innerText).join(" ")`)
	}
	for _, tab := range []string{"web-config", "browser"} {
		p.clicks("#tab-" + tab)
		p.sees("#pane-" + tab + " iframe")
		p.script(`document.querySelector("#pane-` + tab + `").hidden = false; ""`)
	}
	p.script(`document.querySelector("#pane-web-config").hidden = false; ""`)
	require.Contains(t, texts(), "Πραγματική σελίδα")
	p.chooses("#language", "English")
	p.sees(`//*[@id="code-waiting" and contains(., "Authentication code:")]`)
	p.script(`document.querySelector("#pane-web-config").hidden = false; ""`)
	require.NotRegexp(t, `[\x{0370}-\x{03ff}]`, texts())
}
