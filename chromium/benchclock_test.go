package chromium

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// The clock lists what ends by itself, and goes to just after it by a button.
func TestTheClockOfTheBenchListsWhatEndsByItself(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language, "--scenario", "trouble/eighty-nine-days")
			p.clicks("#tab-clock")
			row := `#deadlines [data-kind="refresh-token"]`
			p.sees(row)
			at := p.script(`document.querySelector('` + row + ` b').textContent`)
			require.Regexp(t, `^\d+ \S+ \d{4} \d\d:\d\d:\d\d$`, at)
			p.clicks(row + ` button[data-key^="just-after-"]`)
			p.sees(`//*[@id="pane-clock" and not(.//*[@data-kind="refresh-token"])]`)
			for _, other := range []string{"Nothing is due.", "mm/dd"} {
				require.NotContains(t, p.script(`document.querySelector("#pane-clock").textContent`), other)
			}
			require.Equal(t, "0", p.script(`String(document.querySelectorAll("input[type^=date]").length)`),
				"a browser shows its own fields of dates in the form of its own country")
			p.looksAt("clock", "behind")
		})
	}
}

// In place of the panel and of Web Config stands that the printer is off, with the button that switches it on.
func TestAPrinterThatIsOffSaysSoInItsFrames(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language)
			p.clicks(key("power"))
			p.sees("#panel-off:not([hidden])")
			require.Equal(t, "true", p.script(`String(document.getElementById("panel").nextElementSibling.id === "panel-off")`),
				"it stands below the panel, which keeps its place")
			p.clicks("#tab-web-config")
			p.sees("#web-config-off:not([hidden])")
			require.Contains(t, p.script(`document.querySelector("#web-config-off").textContent`), map[string]string{
				"en": "The printer is off.", "hi": "प्रिंटर बंद है।", "el": "Ο εκτυπωτής είναι απενεργοποιημένος.",
			}[language])
			require.Equal(t, "true", p.script(`String(document.querySelector("#pane-web-config iframe").hidden)`))
			p.clicks(key("web-config-off-on"))
			p.sees("#pane-web-config iframe:not([hidden])")
			require.Equal(t, "true", p.script(`String(document.querySelector("#panel-off").hidden)`))
		})
	}
}

// A printer that asks in vain is one line of the traffic, with all its questions behind it.
func TestPollsInVainAreOneLineOfTheTraffic(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := opensBench(t, language, "--scenario", "trouble/conditional-access-block")
			for range 3 {
				p.bench.post("/clock/advance", map[string]string{"duration": "16s"})
				p.bench.post("/printer/sheet", map[string]string{}) // something comes between, which is no traffic
			}
			p.bench.post("/printer/power", map[string]string{"state": "off"}) // it asks no more while somebody aims
			p.sees("#panel-off:not([hidden])")
			p.clicks("#tab-wire")
			says := map[string]string{
				"en": "it waits for the person", "hi": "प्रतीक्षा कर रहा है", "el": "περιμένει τον χρήστη",
			}[language]
			row := `//*[@id="wire-lines"]/details[contains(summary, "` + says + `")]`
			p.sees(row)
			lines := `[...document.querySelectorAll("#wire-lines > details > summary")].map((n) => n.textContent)`
			vain := map[string]string{"en": "not yet", "hi": "अभी नहीं", "el": "όχι ακόμη"}[language]
			require.Equal(t, "0", p.script(`String(`+lines+`.filter((n) => n.includes("`+vain+`")).length)`))
			asked := lines + `.filter((n) => n.includes("` + says + `"))`
			require.Equal(t, "1", p.script(`String(`+asked+`.length)`))
			p.clicks(row + "/summary")
			p.sees(row + "//ol/li[9]") // 16 seconds, three times: a question every five
		})
	}
}
