package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// benchPage is somebody at the bench's page.
type benchPage struct {
	*inspector
	bench *bench
}

func opensBench(t *testing.T, language string, flags ...string) *benchPage {
	t.Helper()
	b := serve(t, language, flags...)
	p := &benchPage{newInspector(t, language), b}
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
	p.opens(b.Control + "/bench/")
	p.sees("#glass .lcd")
	return p
}

// asks reads JSON of the control API.
func (b *bench) asks(path string, into any) {
	b.t.Helper()
	answer, err := http.Get(b.Control + path)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	require.Equal(b.t, http.StatusOK, answer.StatusCode, path)
	require.NoError(b.t, json.NewDecoder(answer.Body).Decode(into))
}

// key is the selector of what the page names by a key of its own.
func key(name string) string { return fmt.Sprintf("[data-key=%q]", name) }

// looksAt inspects the page as it stands, in each width: on a telephone one column after the other.
func (p *benchPage) looksAt(what string, view string) {
	p.t.Helper()
	p.script(`document.querySelector('#views [data-view="` + view + `"]').click(); ""`)
	p.script(`document.fonts.ready.then(() => ""); ""`)
	p.inspects(what)
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
}

func TestTheBenchsPage(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--ready")
			p.everywhere = true
			p.sees(".chap[open]")
			p.looksAt("bench-list", "case")
			p.types("#find-text", "scan to email fails with code 361 since Monday")
			p.do("Enter", chromedp.KeyEvent("\r"))
			p.sees(key("load-trouble/expired-by-disuse"))
			p.looksAt("bench-found", "case")
			p.clicks(key("load-trouble/expired-by-disuse"))
			p.sees(".step.now")
			p.clicks("#beside-panel form button")
			p.sees("#just .bad")
			p.sees(".step.done .mark")
			p.looksAt("bench-case", "case")
			p.looksAt("bench-panel", "see")
			p.clicks("#more-of-printer > summary")
			p.sees(key("fit"))
			p.script(`document.getElementById("more-of-printer").scrollIntoView(); ""`)
			p.looksAt("bench-printer", "see")
			p.clicks("#tab-web-config")
			p.sees("#pane-web-config iframe")
			p.looksAt("bench-web-config", "see")
			p.clicks("#tab-browser")
			p.sees("#pane-browser iframe")
			p.looksAt("bench-browser", "see")
			for _, tab := range []string{"microsoft", "mail", "jobs", "wire", "clock", "faults"} {
				p.clicks("#tab-" + tab)
				p.sees("#pane-" + tab + " > *")
				if tab == "mail" {
					p.clicks("#mail-list .mailrow")
					p.sees("#mail-open .msg")
				}
				if tab == "wire" {
					p.clicks("#wire-lines summary")
					p.sees("#wire-lines pre")
				}
				p.looksAt("bench-"+tab, "behind")
			}
		})
	}
}

// inFrames evaluates scripts in the frames of a tab, by the origins of what they show.
type inFrames struct {
	*person
	mu       sync.Mutex
	contexts map[string]runtime.ExecutionContextID
}

func newInFrames(p *person) *inFrames {
	f := &inFrames{person: p, contexts: map[string]runtime.ExecutionContextID{}}
	require.NoError(p.t, chromedp.Listen(p.ctx, func(event any) {
		if made, is := event.(*runtime.EventExecutionContextCreated); is {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.contexts[made.Context.Origin] = made.Context.ID
		}
	}))
	return f
}

// enablesContexts lets the browser tell of its frames anew.
func enablesContexts(f *inFrames) {
	f.t.Helper()
	_, err := chromedp.Call(f.ctx, runtime.Disable, cdp.Empty{})
	require.NoError(f.t, err)
	_, err = chromedp.Call(f.ctx, runtime.Enable, cdp.Empty{})
	require.NoError(f.t, err)
}

// evaluates waits until an expression is worth something in the frame of an origin.
func (f *inFrames) evaluates(origin, expression string) string {
	f.t.Helper()
	yes := true
	within, cancel := context.WithTimeout(f.ctx, patience)
	defer cancel()
	for {
		f.mu.Lock()
		id := f.contexts[origin]
		f.mu.Unlock()
		var said string
		if id != 0 {
			answer, err := chromedp.Call(
				within,
				runtime.Evaluate,
				runtime.EvaluateParams{Expression: expression, ContextID: id, ReturnByValue: &yes},
			)
			if err == nil && answer.Result != nil {
				_ = json.Unmarshal(answer.Result.Value, &said)
			}
		}
		if said != "" {
			return said
		}
		if within.Err() != nil {
			require.Fail(
				f.t,
				"the frame does not say it",
				"%s in %s; the page is kept as %s",
				expression,
				origin,
				f.keep(f.t.Name()),
			)
		}
		_, err := chromedp.Call(
			f.ctx,
			runtime.Evaluate,
			runtime.EvaluateParams{Expression: "new Promise(d => setTimeout(d, 50))", AwaitPromise: &yes},
		)
		require.NoError(f.t, err)
	}
}

// clicksIn clicks a button or link of a frame by its words.
func (f *inFrames) clicksIn(origin, words string) {
	f.t.Helper()
	f.evaluates(
		origin,
		fmt.Sprintf(
			`(() => { const b = [...document.querySelectorAll("button, a, input[type=submit]")].find((b) => (b.textContent || b.value).trim() === %q && !b.disabled); if (!b) return ""; b.click(); return "done"; })()`,
			words,
		),
	)
}

// entersIn types into the field of a frame that a selector names.
func (f *inFrames) entersIn(origin, selector, text string) {
	f.t.Helper()
	f.evaluates(
		origin,
		fmt.Sprintf(
			`(() => { const b = document.querySelector(%q); if (!b) return ""; b.focus(); b.value = %q; b.dispatchEvent(new Event("input", {bubbles: true})); b.dispatchEvent(new Event("change", {bubbles: true})); return "done"; })()`,
			selector,
			text,
		),
	)
}

// A browser that has never heard of the bench's authority opens all panes, and signs the printer in through them.
func TestAFreshBrowserSignsInThroughTheFrames(t *testing.T) {
	b := serve(t, "en", "--ready")
	p := strangerTo(t)
	f := newInFrames(p)
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
	enablesContexts(f)
	p.opens(b.Control + "/bench/")
	p.sees("#glass .lcd")
	p.clicks("#tab-web-config")
	var now struct {
		Panes struct{ WebConfig, Browser string }
	}
	b.asks("/bench/now", &now)
	web, pages := now.Panes.WebConfig, now.Panes.Browser
	f.clicksIn(web, "Log in")
	f.entersIn(web, "input[type=password]", b.WebConfigPassword)
	f.clicksIn(web, "OK")
	f.clicksIn(web, "Network")
	f.clicksIn(web, "Email Server")
	f.evaluates(
		web,
		`(() => { const a = document.querySelector("a[href='/network/email-server/basic']"); if (!a) return ""; a.click(); return "done"; })()`,
	)
	f.entersIn(web, "select[name=method]", "OAuth2")
	f.entersIn(web, "select[name=service]", "Microsoft Exchange Online")
	f.clicksIn(web, "Sign In")
	f.clicksIn(web, "Sign in with Microsoft")
	code := f.evaluates(web, `(document.body.innerText.match(/\b[A-Z0-9]{9}\b/) || [""])[0]`)
	f.evaluates(
		web,
		fmt.Sprintf(`(() => {
			if (document.readyState !== "complete") return "";
			const a = [...document.querySelectorAll("a")].find((a) => a.origin === %q);
			if (!a) return "";
			a.click();
			return "done";
		})()`, pages),
	)
	p.sees("#pane-browser iframe") // the page has led there
	f.entersIn(pages, "input[name=otc]", code)
	f.clicksIn(pages, "Next")
	f.entersIn(pages, "input[name=loginfmt]", "admin@contoso.com")
	f.clicksIn(pages, "Next")
	f.entersIn(pages, "input[name=passwd]", b.password("admin@contoso.com"))
	f.clicksIn(pages, "Sign In")
	f.clicksIn(pages, "Continue")
	f.evaluates(
		pages,
		`(() => { const b = document.querySelector("input[type=checkbox]"); if (!b) return ""; b.checked = true; return "done"; })()`,
	)
	f.clicksIn(pages, "Accept")
	f.evaluates(pages, `document.body.innerText.includes("You have signed in") ? "done" : ""`)
	p.clicks("#tab-web-config")
	f.evaluates(web, `document.body.innerText.includes("Signed in") ? "done" : ""`)
	f.clicksIn(web, "OK")
	f.evaluates(web, `location.search.includes("saved") ? "done" : ""`)
	p.clicks("#tab-panel")
	p.clicks("#beside-panel form button")
	p.clicks("#tab-mail")
	p.sees("#mail-list .mailrow")
	require.Contains(t, p.reads("#mail-list"), "bob@fabrikam.com")
	for _, cookie := range strings.Fields(p.script("document.cookie")) {
		require.Fail(t, "a cookie of a frame can be read by the page", cookie)
	}
}

// hostileMail is what somebody outside may send: it wants to run scripts in the page of whoever reads it.
const hostileMail = "From: \"<img src=x onerror=window.hurt=1>\" <evil@example.com>\r\nTo: bob@fabrikam.com\r\n" +
	"Subject: <script>window.hurt=2</script><img src=x onerror=window.hurt=3>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p id=seen>Hello</p><script>parent.window.hurt=4;top.location='http://example.com/'</script><img src=x onerror=\"parent.hurt=5\">" +
	"<form action=/reset method=post><button>Win</button></form><meta http-equiv=refresh content='0;url=http://example.com/'>\r\n" +
	"--b\r\nContent-Type: text/html; name=\"<b>x.html\"\r\nContent-Disposition: attachment; filename=\"<img src=x onerror=hurt=6>.html\"\r\n\r\n<script>hurt=7</script>\r\n" +
	"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n<html><script>parent.hurt=8</script>\r\n--b--\r\n"

func TestAHostileMailRunsNothingInTheBenchsPage(t *testing.T) {
	p := opensBench(t, "en", "--ready")
	p.bench.submits(hostileMail)
	p.clicks("#tab-mail")
	p.clicks("#mail-list .mailrow")
	p.sees("#mail-open iframe")
	require.Contains(t, p.reads("#mail-open h3"), "<script>")
	for _, way := range []string{"text", "headers", "raw", "html"} {
		p.clicks(key("way-" + way))
		p.sees(key("way-"+way) + `[aria-pressed="true"]`)
	}
	p.clicks(
		"#mail-open " + key(
			"see-"+p.script(`document.querySelector('#mail-open [data-key^="see-"]').dataset.key.slice(4)`),
		),
	)
	p.sees(`#mail-open .content iframe[title="a.pdf"]`)
	p.clicks("#tab-wire")
	p.sees("#wire-lines")
	require.Equal(t, "undefined", p.script("String(window.hurt)"))
	require.Contains(t, p.script("location.href"), p.bench.Control)
}

// submits brings a mail to the bench over its MX door, as anybody may.
func (b *bench) submits(mail string) {
	b.t.Helper()
	var at struct{ Bench struct{ MX string } }
	b.asks("/", &at)
	connection, err := net.Dial("tcp", at.Bench.MX)
	require.NoError(b.t, err)
	defer connection.Close()
	talk := textproto.NewConn(connection)
	expects := func(code int) {
		b.t.Helper()
		_, said, err := talk.ReadResponse(code)
		require.NoError(b.t, err, said)
	}
	expects(220)
	for _, line := range []string{
		"EHLO outside.example", "MAIL FROM:<evil@example.com>", "RCPT TO:<alice@contoso.com>",
	} {
		require.NoError(b.t, talk.PrintfLine("%s", line))
		expects(250)
	}
	require.NoError(b.t, talk.PrintfLine("DATA"))
	expects(354)
	body := talk.DotWriter()
	_, err = body.Write([]byte(mail))
	require.NoError(b.t, err)
	require.NoError(b.t, body.Close())
	expects(250)
}

func TestAScannedPDFIsShownBesideItsMail(t *testing.T) {
	p := opensBench(t, "en", "--scenario", "trouble/expired-by-disuse")
	p.clicks("#tab-mail")
	p.clicks("#mail-list .mailrow")
	p.clicks(`#mail-open [data-key^="see-"]`)
	p.sees(`#mail-open .content iframe[title$=".pdf"]`)
	require.Contains(t, p.reads("#mail-open"), "application/pdf")
}
