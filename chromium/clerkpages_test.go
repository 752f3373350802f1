package chromium

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// What a clerk does at the panel, in Web Config and on Microsoft's pages.

// atWebConfig is logged in there; who comes for the first time opens the page of the guide.
func (c *clerk) atWebConfig() {
	c.t.Helper()
	c.show("web-config")
	if c.evaluates(c.web, `document.readyState !== "complete" ? "" : document.querySelector("a[href^='/login']") ? "out" : "in"`) == "in" {
		return
	}
	c.clickIn(c.web, c.label("Log in"))
	c.logsIn()
	c.opensPath("Network > Email Server > Basic")
}

func (c *clerk) logsIn() {
	c.t.Helper()
	c.typeIn(c.web, "input[type=password]", c.person.reads("#pane-web-config .beside b"))
	c.clickIn(c.web, c.label("OK"))
	c.evaluates(c.web, `document.readyState === "complete" && !document.querySelector("input[type=password], a[href^='/login']") ? "done" : ""`)
}

func (c *clerk) opensPath(path string) {
	c.t.Helper()
	addresses := map[string][]string{
		"Network > Email Server > Basic":           {"/network", "/network/email-server/basic"},
		"Network > Email Server > Connection Test": {"/network", "/network/email-server/connection-test"},
	}[path]
	require.NotEmpty(c.t, addresses, path)
	c.evaluates(c.web, `document.readyState === "complete" && document.querySelector("nav a[href='/network']") ? "done" : ""`)
	for _, address := range addresses {
		c.link(c.web, address)
		c.evaluates(c.web, fmt.Sprintf(`document.readyState === "complete" && location.pathname.startsWith(%q) ? "done" : ""`, address))
	}
}

// configures does in Web Config what a line says.
func (c *clerk) configures(s caseStep, what string, rest []string) {
	c.t.Helper()
	switch what {
	case "log-in": // the printer has forgotten who was logged in, and the page does not know it yet
		if c.breathes(); c.step(s.Line).over() {
			return
		}
		c.link(c.web, "/network")
		if c.evaluates(c.web, `document.readyState !== "complete" || location.pathname === "/network/email-server/basic" ? "" : document.querySelector("input[type=password]") ? "out" : "in"`) == "out" {
			c.logsIn()
		}
	case "open":
		c.opensPath(rest[0])
	case "click":
		if rest[0] == "Sign In" {
			c.choosesOAuth2()
		}
		c.clickIn(c.web, c.named(s, "button", rest[0]))
	case "set":
		c.sets(c.named(s, "label", rest[0]), c.label(rest[1]))
	case "copy":
	case "follow":
		c.link(c.web, c.pages)
	default:
		require.Fail(c.t, "nobody knows how to do this in Web Config", "%s %v", what, rest)
	}
}

// named is what a button or a field of Web Config is called: the guide's word in the language, else the one whose words
// the line of the check list has.
func (c *clerk) named(s caseStep, kind, english string) string {
	c.t.Helper()
	if words, known := guide.Words(guide.WebConfigLanguage(c.language), english); known {
		return words
	}
	return c.evaluates(c.web, fmt.Sprintf(
		`[...document.querySelectorAll("main " + %q)].map((b) => b.textContent.trim()).filter((w) => w && %q.includes(w)).sort((a, b) => b.length - a.length)[0] || ""`,
		kind, s.Says,
	))
}

// choosesOAuth2 makes the guide's steps 4 and 5 where the page has no Sign In yet.
func (c *clerk) choosesOAuth2() {
	c.t.Helper()
	there := c.evaluates(c.web, fmt.Sprintf(
		`document.readyState !== "complete" ? "" : String([...document.querySelectorAll("button")].some((b) => b.textContent.trim() === %q && b.offsetParent))`,
		c.label("Sign In"),
	))
	if there == "false" {
		c.sets(c.label("Authentication Method"), "OAuth2")
		c.sets(c.label("Email service"), "Microsoft Exchange Online")
	}
}

// sets types into a field of Web Config, or chooses, by its label.
func (c *clerk) sets(label, value string) {
	c.t.Helper()
	c.typed++
	c.evaluates(c.web, fmt.Sprintf(`(() => {
		const named = [...document.querySelectorAll("label")].find((l) => l.textContent.trim() === %q);
		const field = named && (named.control || document.getElementById(named.htmlFor));
		if (!field) return "";
		const option = [...(field.options || [])].find((o) => o.textContent.trim() === %q);
		field.value = option ? option.value : %q;
		for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
		return "done";
	})()`, label, value, value))
}

// signsThePrinterIn does the guide's steps 3 to 12.
func (c *clerk) signsThePrinterIn(user string) {
	c.t.Helper()
	c.atWebConfig()
	c.opensPath("Network > Email Server > Basic")
	c.choosesOAuth2()
	c.clickIn(c.web, c.label("Sign In"))
	c.clickIn(c.web, c.label("Sign in with Microsoft"))
	c.signsInAs(user, true)
	c.show("web-config")
	c.evaluates(c.web, fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.includes(%q) ? "done" : ""`, c.label("Signed in")))
	c.clickIn(c.web, c.label("OK"))
	c.evaluates(c.web, `location.search.includes("saved") ? "done" : ""`)
}

// browses acts on Microsoft's page.
func (c *clerk) browses(what string, rest []string) {
	c.t.Helper()
	c.show("browser")
	switch {
	case what == "enter" && rest[0] == "code":
		c.typeIn(c.pages, "input[name=otc]", c.codeNow())
	case what == "enter" && rest[0] == "account":
		c.account = rest[1]
		c.typeIn(c.pages, "input[name=loginfmt]", rest[1])
	case what == "enter":
		c.typeIn(c.pages, "input[name=passwd]", c.bench.passwordNow(c.account))
	case what == "click":
		c.clickIn(c.pages, c.online(rest[0]))
	default:
		require.Fail(c.t, "nobody knows how to do this on Microsoft's page", "%s %v", what, rest)
	}
}

// signsInAs goes all the way through Microsoft's pages, from the code that Web Config shows.
func (c *clerk) signsInAs(user string, forAll bool) {
	c.t.Helper()
	c.show("web-config")
	c.link(c.web, c.pages)
	c.sees("#pane-browser iframe")
	for _, step := range [][]string{
		{"enter", "code"},
		{"click", "Next"},
		{"enter", "account", user},
		{"click", "Next"},
		{"enter", "password"},
		{"click", "Sign In"},
	} {
		c.browses(step[0], step[1:])
	}
	const page = `(document.querySelector("main[data-page]") || { dataset: {} }).dataset.page || ""`
	leaves := func(name string) {
		c.evaluates(c.pages, fmt.Sprintf(`document.readyState === "complete" && (%s) !== %q ? "done" : ""`, page, name))
	}
	leaves("password")
	for range 4 {
		switch now := c.evaluates(c.pages, `document.readyState !== "complete" ? "" : `+page); now {
		case "done":
			return
		case "confirm":
			c.clickIn(c.pages, c.online("Continue"))
			leaves(now)
		case "permissions":
			if forAll {
				c.clicked++
				c.evaluates(c.pages, `(() => { const b = document.querySelector("input[type=checkbox]"); if (!b) return ""; b.checked = true; return "done"; })()`)
			}
			c.clickIn(c.pages, c.online("Accept"))
			leaves(now)
		default:
			kept := c.keep(c.t.Name())
			require.Fail(c.t, "Microsoft's page is not one of a sign-in", "%s; the page is kept as %s", now, kept)
		}
	}
}

// opensMoreOfThePrinter opens the fold below the panel.
func (c *clerk) opensMoreOfThePrinter() {
	c.t.Helper()
	if c.script(`String(document.getElementById("more-of-printer").open)`) == "false" {
		c.click("#more-of-printer > summary")
	}
}

// fillsPassword is the bench's own key on Microsoft's page.
const fillsPassword = "Type this test account's password and sign in for me"

// operates does at the panel what a line says.
func (c *clerk) operates(s caseStep, what string, rest []string) {
	c.t.Helper()
	switch what {
	case "press":
		c.touchesPath(s, strings.Split(rest[0], " > "))
	case "log-in":
		c.opensMoreOfThePrinter()
		c.click(key("log-in-" + rest[0]))
	case "log-out":
		c.touches(`#glass button[data-k^="log-off:"]`)
	case "enter":
		if rest[0] == "account" {
			c.touches(onGlass(rest[1]))
			return
		}
		c.touches(onGlass(c.online(fillsPassword)))
	case "sign-in":
		c.touches(onGlass(rest[0]))
		c.touches(onGlass(c.online(fillsPassword)))
		if len(rest) > 1 {
			c.sees(onGlass(c.online("Accept")))
			if rest[1] == "consent=organization" {
				c.touches("#glass button.box")
			}
			c.touches(onGlass(c.online("Accept")))
		}
	default:
		require.Fail(c.t, "nobody knows how to do this at the panel", "%s %v", what, rest)
	}
}

// touchesPath presses the keys of a path, the first of which stands on the home screen unless it is on this one.
func (c *clerk) touchesPath(s caseStep, path []string) {
	c.t.Helper()
	const dialog = "#glass [role=alertdialog] .prim"
	if len(path) > 1 {
		if c.isThere(dialog) {
			c.touches(dialog)
		}
		c.touches("button.hk.home")
	}
	for _, label := range path {
		c.touches(c.onGlassBy(s, label))
	}
}

func (c *clerk) isThere(selector string) bool {
	c.t.Helper()
	return c.script(fmt.Sprintf(`String(!!document.querySelector(%q))`, selector)) == "true"
}

// onGlassBy is the key of the glass that a label means: the one that has its words, else the one whose words the line
// of the check list has.
func (c *clerk) onGlassBy(s caseStep, label string) string {
	c.t.Helper()
	if words, known := guide.OnPanel(c.language, label); known {
		return onGlass(words)
	}
	words := ""
	c.do("find the key "+label, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		for words == "" && err == nil && ctx.Err() == nil {
			words, err = chromedp.Evaluate[string](fmt.Sprintf(
				`[...document.querySelectorAll("#glass button[data-k]:enabled")].map((b) => b.innerText.trim()).filter((w) => w && %q.includes(w)).sort((a, b) => b.length - a.length)[0] || ""`,
				s.Says,
			))(ctx, tab)
		}
		return v, err
	})
	return onGlass(words)
}

// touches presses a key of the glass or its casing, and waits until the glass shows something else.
func (c *clerk) touches(path string) {
	c.t.Helper()
	c.sees(path)
	require.NotEmpty(c.t, c.script("window.before = "+drawn))
	c.click(path)
	c.do("touch "+path, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, err = chromedp.Poll[bool](drawn+" !== window.before")(ctx, tab)
		return v, err
	})
}
