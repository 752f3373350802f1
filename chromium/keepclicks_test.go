package chromium

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// middleOf is where a person presses a key.
func (p *benchPage) middleOf(selector string) (x, y float64) {
	p.t.Helper()
	at := strings.Fields(p.script(`(() => {
		const r = document.querySelector(` + strconv.Quote(selector) + `).getBoundingClientRect();
		return (r.left + r.width / 2) + " " + (r.top + r.height / 2);
	})()`))
	var err error
	x, err = strconv.ParseFloat(at[0], 64)
	require.NoError(p.t, err)
	y, err = strconv.ParseFloat(at[1], 64)
	require.NoError(p.t, err)
	return x, y
}

// watched says when a key that is pressed is none of the page's any more and another one of its name lies under the
// mouse, or not, and counts the clicks on keys of its name.
const watched = `{
	const [selector, x, y, lies] = [%q, %f, %f, %t], pressed = document.querySelector(selector);
	delete document.body.dataset.anew;
	window.clicked = 0;
	document.addEventListener("click", (e) => { if (e.target.closest(selector)) window.clicked++; }, true);
	const look = () => {
		const under = document.elementFromPoint(x, y);
		if (!pressed.isConnected && !!(under && under.closest(selector)) === lies) document.body.dataset.anew = "";
		else requestAnimationFrame(look);
	};
	look();
} ""`

// presses presses the mouse over a key, lets something happen on the bench by which the page draws the key anew, and
// lets go when another one of its name lies there, or when none does. It returns how often a key of that name was
// clicked.
func (p *benchPage) presses(selector string, lies bool, meanwhile func()) string {
	p.t.Helper()
	p.script(`document.querySelector(` + strconv.Quote(selector) + `).scrollIntoView({ block: "center" }); ""`)
	x, y := p.middleOf(selector)
	p.script(fmt.Sprintf(watched, selector, x, y, lies))
	p.do("press", chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	meanwhile()
	p.sees("body[data-anew]")
	p.do("release", chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	return p.script(`String(window.clicked)`)
}

// A list may grow at any moment. A key that is drawn anew between press and release acts all the same, and one that has
// made room for another does nothing.
func TestAClickCountsAlthoughThePageIsDrawnAnewBeneathIt(t *testing.T) {
	p := opensBench(t, "en", "--scenario", "trouble/smtp-auth-disabled")
	scan := func() {
		p.bench.post("/printer/scan", map[string]any{"to": []string{"bob@fabrikam.com"}})
		p.bench.advance("1m")
	}
	p.sees(".step.now")
	scan()
	p.sees(".cause")
	p.sees(key("all"))

	// The cause is another refusal with the same words: what the column holds stands where it stood.
	require.Equal(t, "1", p.presses(key("all"), true, scan))
	p.sees(".chap[open]") // the list of all cases

	p.clicks(key("back"))
	p.sees(key("reset"))
	require.Equal(t, "0", p.presses(key("all"), false, func() {
		p.script(`document.querySelector("#case").style.paddingTop = "30rem"; ""`) // everything moves away
		scan()
	}))
}
