package chromium

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// greekTicket is a paragraph as a customer writes it.
const greekTicket = "Καλημέρα σας. Από χθες προσπαθώ να στέλνω τις σαρώσεις με email. Μπήκα στη σελίδα του εκτυπωτή, έβαλα τον κωδικό στη Microsoft και μου έγραψε ότι συνδέθηκα. " +
	"Παρόλα αυτά το μηχάνημα λέει ότι πρέπει να συνδεθούμε στην υπηρεσία email. Τι κάνω λάθος;"

// Somebody who has a Greek ticket and nothing else: from the ticket to the case, and to the control that a line means.
func TestATicketLeadsToItsCaseAndALineToItsControl(t *testing.T) {
	p := opensBench(t, "el", "--ready")
	p.do("a desk's window", chromedp.EmulateViewport(1400, 900))
	p.sees(".chap[open]")
	require.Empty(t, p.script(`[...document.querySelectorAll(".case span[lang=en]")].map((n) => n.textContent).join("; ")`), "titles")
	p.script(`document.getElementById("find-text").value = ` + "`" + greekTicket + "`" + `; ""`)
	p.clicks("#find button")
	p.sees(key("load-trouble/sign-in-not-saved"))
	require.Equal(t, "0", p.script(
		`String([...document.querySelectorAll('[data-key^="load-"]')].slice(0, 2).findIndex((b) => b.dataset.key === "load-trouble/sign-in-not-saved"))`,
	))
	p.clicks(key("load-trouble/sign-in-not-saved"))
	p.sees(".step.now")
	require.Equal(t, "true", p.script(`String(document.activeElement.matches("#case .q"))`), "the head has the focus")
	const inSight = `(() => { const r = document.querySelector(%s).getBoundingClientRect(); return String(r.top >= 0 && r.bottom <= innerHeight); })()`
	require.Equal(t, "true", p.script(fmt.Sprintf(inSight, `"#case .q"`)), "the head is in sight")
	require.Contains(t, p.reads("#case .q"), "Τρέχουσα Κατάσταση")
	p.clicks(`.step.now [data-key^="go-"]`)
	p.sees("#beside-panel .meant")
	require.Equal(t, "true", p.script(fmt.Sprintf(inSight, `".meant"`)))
	require.Equal(t, "true", p.script(fmt.Sprintf(inSight, `".just"`)), "what has happened just now stays in sight")
	p.clicks("#beside-panel form button")
	p.sees("//li[contains(@class, 'now')]//*[contains(., 'Ρυθμίσεις')]")
	require.Contains(t, p.reads(".step.now"), "Ρυθμίσεις", "nobody has touched the panel's keys")
	p.clicks("#save")
	p.sees(".alert.saved a.p[download$='.zip']")
	p.clicks("#tab-mail")
	p.sees("#mail-list > *")
	p.sees(".alert.saved")
	p.script(`(() => { const l = document.getElementById("language"); l.value = "hi"; l.dispatchEvent(new Event("change")); return ""; })()`)
	p.sees(`#glass .lcd[lang="hi"]`)
	p.sees(`#case .q[lang="hi"]`)
}
