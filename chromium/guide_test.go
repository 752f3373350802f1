package chromium

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// The account that signs the printer in.
const administrator = "admin@contoso.com"

// onPanel, onWebConfig are the guide's words for English ones, as the surface shows them in a language.
func onPanel(t *testing.T, language, english string) string {
	t.Helper()
	words, ok := guide.OnPanel(language, english)
	require.True(t, ok, "the guide has no words for %q on a panel in %s", english, language)
	return words
}

func onWebConfig(t *testing.T, language, english string) string {
	t.Helper()
	words, ok := guide.Words(guide.WebConfigLanguage(language), english)
	require.True(t, ok, "the guide has no words for %q on Web Config in %s", english, language)
	return words
}

func onMicrosoft(t *testing.T, language, english string) string {
	t.Helper()
	words, ok := guide.Words(language, english)
	require.True(t, ok, "the guide has no words for %q on Microsoft's page in %s", english, language)
	return words
}

func TestThe12StepsOfTheGuideByHand(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--ready")
			p := newPerson(t, language)
			signsIn(p, b)
			readsTheStatusOnThePanel(p, b)
			printsTheSheet(p, b)
		})
	}
}

// signsIn does the 12 steps.
func signsIn(p *person, b *bench) {
	p.t.Helper()
	web := func(english string) string { return onWebConfig(p.t, p.language, english) }
	// 1, 2: Web Config, log in.
	logsIn(p, b)
	// 3: Network > Email Server > Basic.
	p.clicks(`//nav[@class="tabs"]` + named("a", web("Network")))
	below := `//nav[@class="side"]//li[a[normalize-space(.)="` + web("Email Server") + `"]]/ul`
	p.clicks(below + named("a", web("Basic")))
	// 4, 5: OAuth2 at Microsoft Exchange Online.
	p.chooses("#method", "OAuth2")
	p.chooses("#service", "Microsoft Exchange Online")
	require.Empty(p.t, p.script(texts("dt")), "no Current Status yet")
	// 6: Sign In, Sign in with Microsoft.
	p.clicks(named("button", web("Sign In")))
	p.clicks(named("button", web("Sign in with Microsoft")))
	// 7: the code is copied; the URL leads to Microsoft's page in a tab of its own.
	code := p.reads("#code")
	p.clicks("button[data-copy]")
	p.sees("#told:not(:empty)")
	there, closes := p.follows("dl.code a")
	approves(there, b, code)
	closes()
	// The printer asks every 5 s of its time; the page looks by itself, and shows Basic again.
	b.advance("5s")
	p.sees(`//div[dt[normalize-space(.)="` + web("Current Status") + `"]]` + named("dd", web("Signed in")))
	require.Equal(p.t, administrator, p.script(`document.querySelector("#account").value`))
	require.Equal(p.t, "smtp-mail.outlook.com", p.script(`document.querySelector("#server").value`))
	require.Equal(p.t, "587", p.script(`document.querySelector("#port").value`))
	require.Empty(p.t, p.script(texts("main .done")))
	// 12: OK sends it to the printer.
	p.clicks(`//p[@class="buttons"]` + named("button", web("OK")))
	p.sees("main p.done")
}

// texts is the script that gives the texts of a selector's elements, one a line.
func texts(selector string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.textContent.trim()).join("\n")`, selector)
}

// logsIn opens Web Config and logs in as its administrator (steps 1 and 2).
func logsIn(p *person, b *bench) {
	p.t.Helper()
	p.opens(b.WebConfig)
	p.clicks("//header" + named("a", onWebConfig(p.t, p.language, "Log in")))
	p.types("#password", b.WebConfigPassword)
	p.clicks("//main" + named("button", onWebConfig(p.t, p.language, "OK")))
	p.sees("//header//form")
}

// approves goes through Microsoft's pages (steps 8 to 11).
func approves(p *person, b *bench, code string) {
	p.t.Helper()
	says := func(english string) string { return onMicrosoft(p.t, p.language, english) }
	field := func(page string) string { return `main[data-page="` + page + `"] .field input` }
	p.clicks(field("code"))
	p.pastes()
	require.Equal(p.t, code, p.script(`document.querySelector(".field input").value`), "what was copied is pasted")
	p.clicks(named("button", says("Next")))
	p.types(field("account"), administrator)
	p.clicks(named("button", says("Next")))
	p.types(field("password"), b.password(administrator))
	p.clicks(named("button", says("Sign In")))
	p.clicks(`main[data-page="confirm"] button.primary`)
	p.clicks(`main[data-page="permissions"] .box label`)
	// Microsoft's own page has "your" in English (docs/reference/entra.md §2.4); the guide leaves it out.
	box := strings.ReplaceAll(p.reads(`main[data-page="permissions"] .box`), "of your organization", "of organization")
	require.Equal(p.t, says("Consent on behalf of organization"), box)
	p.clicks(named("button", says("Accept")))
	p.sees(`main[data-page="done"]`)
	require.Equal(p.t, p.language, p.script("document.documentElement.lang"))
}

// panelPath presses keys of the panel one after the other.
func panelPath(p *person, english ...string) {
	p.t.Helper()
	for _, label := range english {
		words := onPanel(p.t, p.language, label)
		p.clicks(`//div[@id="glass"]//button[starts-with(@data-k, "item:")][.//*[normalize-space(.)="` + words + `"]]`)
	}
}

// readsTheStatusOnThePanel finds the settings on the control panel (rule R24, R26).
func readsTheStatusOnThePanel(p *person, b *bench) {
	p.t.Helper()
	p.opens(b.Panel)
	panelPath(p, "Settings", "General Settings", "Network Settings", "Network Status", "Email Server Status")
	p.sees(named(`div[@id="glass"]//h2`, onPanel(p.t, p.language, "Email Server Status")))
	facts := p.reads("#glass dl.facts")
	require.Contains(p.t, facts, "OAuth2")
	require.Contains(p.t, facts, "Microsoft Exchange Online")
	require.Contains(p.t, facts, administrator)
	p.clicks("button.hk.home")
	p.sees("#glass .tiles")
}

// printsTheSheet prints the network status sheet and takes it out of the tray (rule R27).
func printsTheSheet(p *person, b *bench) {
	p.t.Helper()
	panelPath(p, "Settings", "General Settings", "Network Settings", "Network Status", "Print Status Sheet")
	p.clicks("#glass [role=alertdialog] button.prim")
	sheet, closes := p.follows(`//div[@id="beside"]//a[@href="/sheet/1"]`)
	defer closes()
	require.Equal(p.t, p.language, sheet.script("document.documentElement.lang"))
	text := sheet.reads("body")
	require.Contains(p.t, text, "OAuth2")
	require.Contains(p.t, text, "Microsoft Exchange Online")
	require.Contains(p.t, text, administrator)
}
