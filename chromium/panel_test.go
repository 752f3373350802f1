package chromium

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// panelWalk is a person who looks at every screen of a panel.
type panelWalk struct {
	*inspector
	bench *bench
	known map[string]bool // screens that were looked at
}

func TestEveryScreenOfThePanelCanBeReadByEverybody(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/bench.txt")
			w := &panelWalk{newInspector(t, language), b, map[string]bool{}}
			w.opens(b.Panel)
			w.inspects("home")
			w.inspector.place = "#panel"
			w.walks(item)
			require.Greater(t, w.seen, 30, "the whole menu")
			w.scans()
			w.types()
			w.locks()
			w.sleeps()
			w.inspector.place = ""
			w.opens(b.Panel + "?mailbox=bob@fabrikam.com")
			w.inspects("a mailbox")
			w.opens(b.Panel + "/sheet/1")
			w.inspects("the sheet")
			require.Contains(t, w.reads("body"), "OAuth2")
		})
	}
}

// The keys of a screen by their role; not those under a dialog.
const (
	item   = `#glass .view button[data-k^="item:"]:not(.tab, [inert] *)`
	way    = `#glass .view button[data-k^="way:"]:not([inert] *)`
	mainly = `#glass .view button[data-k^="main:"]:not([inert] *)`
	cancel = `#glass .view button[data-k^="cancel:"]:not([inert] *)`
	tab    = `#glass .view button.tab:not([inert] *)`
)

// count is how many elements a selector has.
func (p *person) count(selector string) int {
	p.t.Helper()
	n, err := strconv.Atoi(p.script(fmt.Sprintf("String(document.querySelectorAll(%q).length)", selector)))
	require.NoError(p.t, err)
	return n
}

// place names the screen.
func (w *panelWalk) place() string {
	return w.script(`document.querySelector("#glass .lcd").dataset.place`)
}

// drawn is the script that gives what the glass shows, but for the time and the place in a list.
const drawn = `(glass => {
  glass.querySelectorAll(".bar, .pager").forEach(e => e.remove());
  return glass.outerHTML + document.querySelector("#casing").innerHTML;
})(document.querySelector("#glass .lcd").cloneNode(true))`

// presses presses the nth element of a selector and waits until the glass shows something else.
func (w *panelWalk) presses(selector string, n int) {
	w.t.Helper()
	require.NotEmpty(w.t, w.script("window.before = "+drawn))
	at := w.script(fmt.Sprintf(middle, fmt.Sprintf("document.querySelectorAll(%q)[%d]", selector, n)))
	require.NotEmpty(w.t, at, "no key %s at %s", selector, w.place())
	var x, y float64
	_, err := fmt.Sscan(at, &x, &y)
	require.NoError(w.t, err)
	w.do("press "+selector, chromedp.MouseClickXY(x, y))
	w.changes("press " + selector)
}

// changes waits until the glass shows something else than before.
func (w *panelWalk) changes(what string) {
	w.t.Helper()
	w.do(what, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, err = chromedp.Poll[bool](drawn+" !== window.before")(ctx, tab)
		return v, err
	})
}

// look inspects a screen that was not seen yet.
func (w *panelWalk) look() bool {
	w.t.Helper()
	place := w.place()
	if w.known[place] {
		return false
	}
	w.known[place] = true
	w.inspects(place)
	w.looks(place, 700, false) // it scales as a whole there
	return true
}

// walks goes to every screen that keys of the screen lead to, and comes back.
func (w *panelWalk) walks(keys string) {
	w.t.Helper()
	if w.count(`#glass [aria-current="true"]`) == 0 { // what is chosen from here, stays as it is
		for n := range w.count(keys) {
			here := w.place()
			w.presses(keys, n)
			if w.look() {
				w.walks(item)
				for n := range w.count(tab) {
					if w.count(fmt.Sprintf(`#glass .tab:nth-child(%d)[aria-pressed="true"]`, n+1)) == 0 {
						w.presses(tab, n)
						w.look()
						w.walks(item)
					}
				}
			}
			for w.place() != here {
				w.backs()
			}
		}
	}
}

// backs leaves a screen.
func (w *panelWalk) backs() {
	w.t.Helper()
	if key := "#casing .hk.back:enabled"; w.count(key) > 0 {
		w.presses(key, 0)
		return
	}
	w.presses(cancel, 0)
}

// home goes there.
func (w *panelWalk) home() {
	w.t.Helper()
	w.opens(w.bench.Panel)
	if w.count("#glass .tiles") == 0 {
		w.presses("#casing .hk.home:enabled", 0)
	}
}

// scansToEmail opens the screen of a scan.
func (w *panelWalk) scansToEmail() {
	w.t.Helper()
	w.home()
	w.presses(item, 1)
	w.presses(item, 0)
}

// scans looks at Scan > Email from its recipients to its end.
func (w *panelWalk) scans() {
	w.t.Helper()
	w.scansToEmail()
	w.presses(mainly, 0)
	w.inspects("Start without a recipient")
	w.presses(mainly, 0)
	for n := range w.count(way) {
		w.presses(way, n)
		w.look()
		w.backs()
	}
	w.presses(way, 2) // the history, with all of them
	for n := range w.count(item) {
		w.presses(item, n)
	}
	w.inspects("the history, chosen from")
	w.presses(mainly, 0)
	w.inspects("recipients")
	w.presses(mainly, 0)
	w.inspects("Start without originals")
	w.presses(mainly, 0)
	w.bench.post("/printer/originals", map[string]any{"pages": 3})
	w.bench.post("/network/fault", map[string]any{"words": "smtp silent times=1"})
	w.presses(mainly, 0)
	w.inspects("sending")
	w.presses(cancel, 0)
	w.sees("#glass [role=alertdialog]")
	w.inspects("canceled")
	w.presses(mainly, 0)
}

// types looks at the keyboard in each alphabet.
func (w *panelWalk) types() {
	w.t.Helper()
	w.scansToEmail()
	w.presses(tab, 1)
	w.presses(item, 0) // the subject
	for range 3 {
		alphabet := w.script(`document.querySelector("#glass .kb").lang`)
		w.inspects("the keyboard, " + alphabet)
		for _, role := range []string{"shift", "signs"} {
			key := fmt.Sprintf(`#glass .kb button[data-k^="%s:"]`, role)
			if w.count(key) > 0 {
				w.presses(key, 0)
				w.inspects("the keyboard, " + alphabet + ", " + role)
				w.presses(key, 0)
			}
		}
		for n := range 12 {
			w.presses(`#glass .kb button[data-k^="letter:"]`, n)
		}
		w.presses(`#glass .kb button[data-k^="alphabet:"]`, 0)
	}
	w.inspects("a subject in three alphabets")
	w.presses(mainly, 0)
	w.inspects("scan settings with a long subject")
}

// locks looks at what is kept for the administrator, and at the log-in.
func (w *panelWalk) locks() {
	w.t.Helper()
	w.bench.post("/printer/panel/home", nil)
	w.home()
	for _, n := range []int{2, 0, 2, 0, 0, 0} { // Settings > General Settings > … > Lock Setting
		w.presses(item, n)
	}
	w.inspects("Lock Setting")
	w.presses(item, 0)
	w.home()
	w.presses(item, 2)
	w.inspects("settings with a padlock")
	w.presses(item, 0)
	w.inspects("the log-in")
	w.presses(`#glass .kb button[data-k^="letter:"]`, 0)
	w.presses(mainly, 0)
	w.inspects("a wrong password")
	w.presses(mainly, 0)
	w.bench.post("/printer/panel/log-in", map[string]any{"password": w.bench.WebConfigPassword})
	w.opens(w.bench.Panel)
	w.inspects("an administrator at the panel")
}

// sleeps looks at a panel that nobody has touched for long, and at a printer that is off.
func (w *panelWalk) sleeps() {
	w.t.Helper()
	w.bench.advance("1h")
	w.opens(w.bench.Panel)
	require.Equal(w.t, 1, w.count("#glass .lcd.off"), "it sleeps")
	w.inspects("asleep")
	w.presses("#glass .wake", 0)
	w.inspects("awake")
}
