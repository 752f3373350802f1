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
