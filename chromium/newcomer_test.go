package chromium

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// newcomer has the address of the bench's page and a ticket, and nothing else. Clicks and what is typed are counted.
type newcomer struct {
	*inFrames
	bench      *bench
	web, pages string // origins of the frames
	clicked    int
	typed      int
}

func arrives(t *testing.T, b *bench) *newcomer { t.Helper(); return arrivesAs(strangerTo(t), b) }

func arrivesAs(p *person, b *bench) *newcomer {
	p.t.Helper()
	n := &newcomer{inFrames: newInFrames(p), bench: b}
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
	for _, command := range []func() error{
		func() error { _, err := chromedp.Call(p.ctx, runtime.Disable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(p.ctx, runtime.Enable, cdp.Empty{}); return err },
	} {
		require.NoError(p.t, command())
	}
	p.opens(b.Control + "/bench/")
	p.sees("#glass .lcd")
	var now struct {
		Panes struct{ WebConfig, Browser string }
	}
	b.asks("/bench/now", &now)
	n.web, n.pages = now.Panes.WebConfig, now.Panes.Browser
	return n
}

func (n *newcomer) click(path string) { n.t.Helper(); n.clicked++; n.clicks(path) }
func (n *newcomer) types(field, text string) {
	n.t.Helper()
	n.typed++
	n.person.types(field, text)
}

func (n *newcomer) clickIn(origin, words string) {
	n.t.Helper()
	n.clicked++
	n.clicksIn(origin, words)
}

func (n *newcomer) typeIn(origin, selector, text string) {
	n.t.Helper()
	n.typed++
	n.entersIn(origin, selector, text)
}

// codeNow is the code that stands above Microsoft's pages, as soon as it is the one that the bench has given out last.
func (n *newcomer) codeNow() string {
	n.t.Helper()
	var now struct{ Code, Copied string }
	n.bench.asks("/bench/now", &now)
	if now.Code == "" {
		now.Code = now.Copied
	}
	n.sees(fmt.Sprintf("//*[@id='code-waiting']//*[contains(@class, 'mono')][text()='%s']", now.Code))
	return now.Code
}

// link clicks a link of a frame by its address.
func (n *newcomer) link(origin, of string) {
	n.t.Helper()
	n.clicked++
	n.evaluates(origin, fmt.Sprintf(`(() => {
		if (document.readyState !== "complete") return "";
		const a = [...document.querySelectorAll("a")].find((a) => a.origin === %q || a.pathname === %q);
		if (!a) return "";
		a.click();
		return "done";
	})()`, of, of))
}

// opensBasic logs in to Web Config with the password that stands beside it, and opens Network > Email Server > Basic.
func (n *newcomer) opensBasic() {
	n.t.Helper()
	n.clickIn(n.web, "Log in")
	n.typeIn(n.web, "input[type=password]", n.person.reads("#pane-web-config .beside b"))
	n.clickIn(n.web, "OK")
	n.link(n.web, "/network")
	n.link(n.web, "/network/email-server/basic")
}

// signsIn does what the guide's steps 6 to 12 say, in the frames, and clicks OK.
func (n *newcomer) signsIn(user, password string) {
	n.t.Helper()
	n.clickIn(n.web, "Sign In")
	n.clickIn(n.web, "Sign in with Microsoft")
	code := n.evaluates(n.web, `(document.body.innerText.match(/\b[A-Z0-9]{9}\b/) || [""])[0]`)
	// The frame has the page for the code already, and the link opens it anew: what is typed before is lost.
	n.evaluates(n.pages, `window.before = "done"`)
	n.link(n.web, n.pages)
	n.sees("#pane-browser iframe")
	n.evaluates(n.pages, `!window.before && document.readyState === "complete" ? "done" : ""`)
	n.typeIn(n.pages, "input[name=otc]", code)
	n.clickIn(n.pages, "Next")
	n.typeIn(n.pages, "input[name=loginfmt]", user)
	n.clickIn(n.pages, "Next")
	n.typeIn(n.pages, "input[name=passwd]", password)
	n.clickIn(n.pages, "Sign In")
	n.clickIn(n.pages, "Continue")
	n.evaluates(n.pages, `document.body.innerText.includes("You have signed in") ? "done" : ""`)
	n.click("#tab-web-config")
	n.evaluates(n.web, `document.body.innerText.includes("Signed in") ? "done" : ""`)
	n.clickIn(n.web, "OK")
	n.evaluates(n.web, `location.search.includes("saved") ? "done" : ""`)
}

// From a ticket to the mended case on the page alone: find it, load it, see the symptom and its cause, mend it.
func TestATicketIsMendedOnThePageAlone(t *testing.T) {
	n := arrives(t, serve(t, "en"))
	n.types("#find-text", "scan to email fails with code 370 since Monday")
	n.click(".find button")
	n.click(key("load-entra/password-changed"))
	n.sees(".step.now")
	n.click(`.step.now [data-key^="go-"]`)
	n.click("#beside-panel form button")
	n.sees("//*[@id='just']//*[contains(., 'AADSTS50173, the password was changed')]")
	n.sees("//li[contains(@class, 'done')]//*[contains(., 'Email, error code 370')]")
	n.click(`.step.now [data-key^="go-"]`)
	n.sees("#pane-web-config iframe")
	n.opensBasic()
	n.sees("//li[contains(@class, 'done')]//*[contains(., 'open Network > Email Server > Basic')]")
	n.click("#tab-browser")
	n.click("#pane-browser summary")
	password := n.reads("#pane-accounts .mono")
	n.click("#tab-web-config")
	n.signsIn("admin@contoso.com", password)
	n.click("#tab-panel")
	n.click("#beside-panel form button")
	n.sees("//li[contains(@class, 'done')]//*[contains(., 'A mail arrives for bob@fabrikam.com')]")
	t.Logf("from the ticket to the mended case: %d clicks, %d texts typed", n.clicked, n.typed)
	require.LessOrEqual(t, n.clicked, 30)
}
