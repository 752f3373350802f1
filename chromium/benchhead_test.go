package chromium

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// headInSight tells whether the line above a frame is in sight, with the frame's height made long as a page of it is.
const headInSight = `(() => {
	const r = document.querySelector(SELECTOR).getBoundingClientRect();
	const s = document.querySelector(".stage").getBoundingClientRect();
	return String(r.height > 0 && r.top >= s.top - 1 && r.bottom <= s.bottom + 1);
})()`

// What somebody types into a frame stands above it: the password, the code that waits.
func TestGoThereLeavesTheLineAboveAFrameInSight(t *testing.T) {
	for _, row := range []struct{ tab, scenario, head string }{
		{"web-config", "trouble/expired-by-disuse", "#pane-web-config .beside b"},
		{"browser", "trouble/conditional-access-block", "#code-waiting b"},
	} {
		t.Run(row.tab, func(t *testing.T) {
			p := opensBench(t, "hi", "--scenario", row.scenario)
			p.do("a desk's window", chromedp.EmulateViewport(1400, 900))
			p.sees(".step.now")
			if row.tab == "web-config" { // its part is the next but one
				p.clicks("#beside-panel form button")
				p.sees("//li[contains(@class, 'now')]//*[contains(., 'Web Config')]")
			}
			sight := strings.Replace(headInSight, "SELECTOR", "'"+row.head+"'", 1)
			for _, height := range []string{"620px", "2400px"} {
				p.clicks("#tab-panel")
				p.script(`document.querySelector("#pane-` + row.tab + ` iframe").style.height = "` + height + `"; ""`)
				p.clicks(`.step.now [data-key^="go-"]`)
				p.sees("#pane-" + row.tab + " .meant")
				require.Equal(t, "true", p.script(sight), height)
				p.script(`document.querySelector(".stage").scrollTop = 400; ""`)
				require.Equal(t, "true", p.script(sight), "a page that is scrolled")
			}
		})
	}
}
