package chromium

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryPageOfWebConfigCanBeReadByEverybody(t *testing.T) {
	for _, language := range []string{"en", "el"} { // Web Config has no Hindi
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/bench.txt")
			p := newInspector(t, language)
			p.opens(b.WebConfig)
			p.inspects("the start without log-in")
			p.clicks("//header" + named("a", onWebConfig(t, language, "Log in")))
			p.sees("#password")
			p.inspects("the log-in")
			p.types("#password", "wrong")
			p.clicks("//main" + named("button", "OK"))
			p.sees("main .problem")
			p.inspects("a refused log-in")
			logsIn(p.person, b)
			for _, address := range menu(p.person, b) {
				p.opens(b.WebConfig + address)
				p.inspects(address)
			}
			require.Greater(t, p.seen, 20)
			mistakes(p, b)
			waits(p, b)
		})
	}
}

// menu returns the addresses of all pages that Web Config's menu has.
func menu(p *person, b *bench) []string {
	p.t.Helper()
	const links = `[...document.querySelectorAll(%q)].map(e => e.getAttribute("href")).join("\n")`
	of := func(selector string) []string {
		return strings.Fields(p.script(strings.Replace(links, "%q", `"`+selector+`"`, 1)))
	}
	known, all := map[string]bool{}, []string{}
	add := func(addresses []string) {
		for _, address := range addresses {
			if !known[address] {
				known[address] = true
				all = append(all, address)
			}
		}
	}
	for _, tab := range of("nav.tabs a") {
		p.opens(b.WebConfig + tab)
		add([]string{tab})
		add(of("nav.side a"))
	}
	return all
}

// mistakes fills in forms wrongly: each message stands at its field.
func mistakes(p *inspector, b *bench) {
	p.t.Helper()
	for _, address := range []string{
		"/network/email-server/basic", "/network/basic", "/scan/contacts/entry?new=contact", "/device/date-and-time",
		"/product-security/administrator-password", "/device/import",
		"/network-security/ca-certificate",
	} {
		p.opens(b.WebConfig + address)
		fields := p.script(`[...document.querySelectorAll("main input[type=text], main input[type=password]")]` +
			`.filter(e => getComputedStyle(e.parentElement).pointerEvents !== "none").map(e => "#" + e.id).join(" ")`)
		for _, field := range strings.Fields(fields) {
			p.types(field, "? 99999 ?")
		}
		p.clicks(`//main//p[@class="buttons"]/button[1]`)
		p.sees(`main .problem, main .wrong`)
		p.inspects("mistakes at " + address)
	}
	p.opens(b.WebConfig + "/network/email-server/connection-test")
	p.clicks(`main p.buttons button`)
	p.sees(`main .done, main .problem, main .notice`)
	p.inspects("what the connection test says")
	p.opens(b.WebConfig + "/no/such/page")
	p.inspects("a page that is not there")
}

// waits signs out, and looks at the pages of a sign-in.
func waits(p *inspector, b *bench) {
	p.t.Helper()
	p.opens(b.WebConfig + "/network/email-server/basic")
	p.clicks(`button[value="sign-out"]`)
	p.sees(`button[value="sign-in"]`)
	p.inspects("signed out")
	p.clicks(`button[value="sign-in"]`)
	p.sees(`button[value="begin"]`)
	p.inspects("Sign in with Microsoft")
	p.clicks(`button[value="begin"]`)
	p.sees("#code")
	p.inspects("the code")
	p.opens(b.WebConfig + "/network/email-server/basic")
	p.inspects("Basic while the code waits")
}
