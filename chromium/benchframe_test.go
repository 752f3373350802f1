package chromium

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// senderTicket is what a customer wrote who wants his mails to come from another address.
const senderTicket = "Καλημέρα σας, συνδέσαμε τον εκτυπωτή με τον λογαριασμό admin της εταιρείας, όμως έχουμε αφήσει ως διεύθυνση αποστολέα την info της εταιρείας, " +
	"γιατί θέλουμε οι πελάτες να απαντούν εκεί. Η σύνδεση φαίνεται εντάξει, η δοκιμή σύνδεσης περνάει, αλλά καμία σάρωση δεν φτάνει και το ιστορικό γράφει σφάλμα. Τι κάνουμε λάθος;"

// frame says where the parts of the page are that never move: the header, the tabs, the heads of the columns.
const frame = `(() => {
	const at = (s) => {
		const r = document.querySelector(s).getBoundingClientRect();
		return s + " " + [r.left, r.top, r.width, r.height].map(Math.round).join(" ");
	};
	const heads = [
		".top", "#now", "#save", "#language", "#why-head", "#see-head", "#behind-head", "#stage-tabs", "#behind-tabs",
		"#just-head",
	];
	return heads.map(at).join("; ") + "; scrolled " + scrollX + " " + scrollY;
})()`

// loadsTheSendersCase goes from the ticket to a mail that was refused.
func loadsTheSendersCase(t *testing.T, language string) *benchPage {
	t.Helper()
	p := opensBench(t, language, "--ready")
	p.sees(".chap[open]")
	p.script(`document.getElementById("find-text").focus(); document.getElementById("find-text").value = ` + "`" + senderTicket + "`" + `; ""`)
	p.clicks("#find button")
	p.clicks(key("load-exchange/sender-is-not-the-account"))
	p.sees(".step.now")
	p.clicks("#beside-panel form button")
	p.sees("#just .bad")
	p.sees(".cause")
	return p
}

// endInSight tells whether the page shows that a case is over.
const endInSight = `(() => {
	const r = document.querySelector(".done-all").getBoundingClientRect();
	const c = document.querySelector("#case").getBoundingClientRect();
	return String(r.top >= c.top - 1 && r.bottom <= c.bottom + 1);
})()`

const marked = `String((() => { const m = document.querySelector(".meant") || document.activeElement; const r = m.getBoundingClientRect(); const c = m.closest("#behind, .stage, .cols").getBoundingClientRect(); return r.top >= c.top - 1 && Math.min(r.bottom, r.top + 40) <= c.bottom + 1; })())`

func TestNothingMovesTheFrameOfTheBenchsPage(t *testing.T) {
	for _, width := range []int64{1280, 1400} {
		p := loadsTheSendersCase(t, "el")
		p.do("a desk's window", chromedp.EmulateViewport(width, 900))
		p.script(`document.fonts.ready.then(() => ""); ""`)
		p.script(`document.getElementById("find-text").value = ""; ""`)
		was := p.script(frame)
		stands := func(after string) {
			t.Helper()
			require.Equal(t, was, p.script(frame), "%d px, after %s", width, after)
		}
		p.script(`{
			const field = document.getElementById("find-text");
			field.value = ` + strconv.Quote(senderTicket) + `;
			field.focus();
		} ""`)
		stands("a ticket was pasted")
		for n := range 2 {
			p.script(`document.querySelectorAll('#just [data-key^="show-"]')[` + string(rune('0'+n)) + `].click(); ""`)
			p.sees("#behind :focus")
			stands("Show")
			require.Equal(t, "true", p.script(marked))
		}
		p.clicks(`.step.now [data-key^="go-"]`)
		p.sees(".meant")
		stands("Go there")
		for _, tab := range strings.Fields("jobs mail wire clock faults microsoft web-config browser panel") {
			p.clicks("#tab-" + tab)
			p.sees("#pane-" + tab + " > *")
			p.script(`for (const n of document.querySelectorAll(
				"#pane-` + tab + ` :is(a, button, input, select, summary, p, li)")) {
				n.scrollIntoView({block: "start"});
			} ""`)
			stands(tab + ": everything was brought to its top")
			p.script(`for (const n of document.querySelectorAll(
				"#pane-` + tab + ` :is(a, button, input, select, summary)")) {
				n.focus();
			} ""`)
			stands(tab + ": everything had the focus")
		}
		p.script(`for (const n of document.querySelectorAll(".say, #case *")) n.scrollIntoView({block: "start"}); scrollTo(0, 500); document.body.scrollTop = 500; ""`)
		stands("the case was brought to its top")
	}
}

func TestEachLinkLeadsToWhatAPersonReads(t *testing.T) {
	p := loadsTheSendersCase(t, "en")
	p.script(`[...document.querySelectorAll("#just li")].find((n) => n.textContent.includes("ended with code 313")).querySelector("button").click(); ""`)
	p.sees("#job-list .job.meant")
	require.Contains(t, p.reads("#job-list .job.meant"), "313")
	require.Equal(t, "true", p.script(marked))
	p.script(`[...document.querySelectorAll("#just li")].find((n) => n.textContent.includes("Exchange refused a mail")).querySelector("button").click(); ""`)
	p.sees("#wire-lines details[open] pre")
	p.sees("#wire-lines summary:focus")
	require.Contains(t, p.reads("#wire-lines summary:focus"), "SendAsDenied")
	wire := p.script(`document.getElementById("pane-wire").innerText`)
	require.NotRegexp(t, `\d+\.\d+:[0-9A-F]{8}`, wire, "the numbers are folded")
	require.Equal(t, "true", p.script(marked))
	p.clicks("#wire-lines .numbers summary")
	require.Regexp(t, `\d+\.\d+:[0-9A-F]{8}`, p.script(`document.getElementById("pane-wire").innerText`))

	p.clicks("#tab-microsoft")
	p.sees("#at-send-as")
	p.clicks(key("send-as-reception@contoso.com"))
	p.sees(key("send-as-away-reception@contoso.comadmin@contoso.com"))
	p.clicks("#tab-panel")
	p.clicks("#beside-panel form button")
	p.sees("#just li:has(button):not(:has(.bad))")
	p.script(`[...document.querySelectorAll("#just li")].find((n) => n.textContent.includes("Exchange accepted a mail")).querySelector("button").click(); ""`)
	p.sees("#mail-open .msg")
	require.Contains(t, p.reads("#mail-open .msg"), "reception@contoso.com", "it came from the other address")
	p.sees(".done-all")
	require.Contains(t, p.reads(".done-all"), "Solved at")
	require.Equal(t, "true", p.script(endInSight), "the list follows")
	position := p.script(`getComputedStyle(document.querySelector(".done-all")).position`)
	require.Equal(t, "static", position, "it covers nothing")
	p.sees(".cause.past")
	require.Contains(t, p.reads(".cause.past h3"), "it has gone well since")
	ticked := p.script(`String([...document.querySelectorAll("#case .step.done")]
		.filter((n) => n.offsetParent && n.textContent.includes("Send As")).length)`)
	require.Equal(t, "1", ticked, "the second remedy stands in the open, and is ticked")
	left := p.script(`String(document.querySelectorAll("#case .step.now").length)`)
	require.Equal(t, "0", left, "nothing is left to do")
}

func TestGoThereRingsTheControlItself(t *testing.T) {
	p := opensBench(t, "en", "--scenario", "trouble/smtp-auth-disabled")
	p.sees(".step.now")
	p.clicks("#beside-panel form button")
	p.sees("#just .bad")
	p.clicks(`.step.now [data-key="go-20"]`) // Web Config's page, which is for who has logged in
	p.sees("#log-in-first:not([hidden])")
	p.clicks(`.step.now [data-key="skip-20"]`)
	p.clicks(`.step.now [data-key="skip-21"]`)
	p.clicks(`.step.now [data-key="skip-22"]`)
	p.sees(`.step.now [data-key="go-25"]`)
	for range 2 { // also where the tab is open already
		p.clicks(`.step.now [data-key^="go-"]`)
		p.sees(`.sw.meant [data-key="smtp-contoso.com"]:focus`)
		require.Equal(t, "true", p.script(marked))
	}
	p.clicks(`[data-key="smtp-contoso.com"]`)
	p.sees(`[data-key="smtp-contoso.com"][aria-checked="true"]`)
}

func TestASearchLeadsBackToTheCaseAndTheCaseSaysItsOwnRemedyFirst(t *testing.T) {
	p := loadsTheSendersCase(t, "el")
	own := p.reads("#case .rem > p:first-of-type")
	require.Contains(t, own, "Send As")
	for _, search := range []string{"Send As", "qqqq zzzz"} {
		p.script(`document.getElementById("find-text").value = ` + strconv.Quote(search) + `;
			document.getElementById("find").requestSubmit(); ""`)
		p.sees("#case " + key("back"))
		p.clicks("#case " + key("back"))
		p.sees("#case .rem")
	}
	p.clicks("#case " + key("all"))
	p.clicks("#case " + key("back"))
	require.Equal(t, own, p.reads("#case .rem > p:first-of-type"))
}

func TestWhatIsDoneOutOfOrderTicksOnTheBenchsPage(t *testing.T) {
	b := serve(t, "en", "--scenario", "exchange/sender-is-not-the-account")
	p := strangerTo(t)
	f := newInFrames(p)
	enablesContexts(f)
	p.do("a desk's window", chromedp.EmulateViewport(1400, 900))
	p.opens(b.Control + "/bench/")
	p.clicks("#beside-panel form button")
	p.sees(".cause")
	p.clicks("#tab-web-config")
	var now struct{ Panes struct{ WebConfig string } }
	b.asks("/bench/now", &now)
	web := now.Panes.WebConfig
	f.clicksIn(web, "Log in")
	f.entersIn(web, "input[type=password]", b.WebConfigPassword)
	f.clicksIn(web, "OK")
	f.clicksIn(web, "Network")
	f.clicksIn(web, "Email Server")
	f.evaluates(web, `(() => { const a = document.querySelector("a[href='/network/email-server/basic']"); if (!a) return ""; a.click(); return "done"; })()`)
	f.evaluates(web, `document.querySelector("input[value='reception@contoso.com']") ? "there" : ""`)
	scrolled := f.evaluates(web, `(() => { scrollTo(0, 9999); return String(scrollY); })()`)
	require.Equal(t, "0", scrolled, "the page does not scroll inside its column")
	f.entersIn(web, "input[value='reception@contoso.com']", "admin@contoso.com")
	f.clicksIn(web, "OK")
	f.evaluates(web, `location.search.includes("saved") ? "done" : ""`)
	p.clicks("#tab-panel")
	p.clicks("#beside-panel form button")
	p.sees("//li[contains(@class, 'done')]//*[contains(., 'admin@contoso.com')][contains(., 'bob@fabrikam.com')]")
	require.Contains(t, p.reads("#case"), "not needed: already so")
}

// A person passes over the connection test: the arrow goes on from the last thing that was done, another tab begins at
// its top, and what was done is told so.
func TestTheArrowGoesOnFromWhatWasDoneOutOfOrder(t *testing.T) {
	p := opensBench(t, "en", "--scenario", "trouble/smtp-auth-disabled")
	p.sees(".step.now")
	require.Contains(t, p.reads("#case .rem > p:first-of-type"), "for the organization")
	p.clicks("#beside-panel form button")
	p.sees("#just .bad")
	p.sees(`.step.now [data-key="go-20"]`)
	p.script(`document.getElementById("behind").scrollTop = 9999; ""`)
	p.clicks("#tab-wire")
	p.script(`document.getElementById("behind").scrollTop = 9999; ""`)
	p.clicks("#tab-microsoft")
	require.Equal(t, "0", p.script(`String(document.getElementById("behind").scrollTop)`))
	p.clicks(`[data-key="smtp-contoso.com"]`)
	p.sees(`[data-key="smtp-contoso.com"][aria-checked="true"]`)
	p.sees(`.step.now [data-key="skip-26"]`)
	p.clicks(`.step.now [data-key="skip-26"]`)
	p.clicks(`.step.now [data-key="skip-27"]`)
	p.sees(`.step.now [data-key="skip-28"]`)
	p.clicks("#beside-panel form button")
	p.sees(".done-all")
	require.Contains(t, p.reads(`//li[contains(., 'enable SMTP AUTH for the organization')]`), "done ")
	require.NotContains(t, p.reads("#case"), "the case was solved without it")
}
