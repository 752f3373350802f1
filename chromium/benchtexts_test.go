package chromium

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// cutOff are the choices of a switch that are wider than it, each beside its width and the one it would need.
const cutOff = `[...document.querySelectorAll(".sw select")].flatMap((select) => {
	const free = select.cloneNode(true);
	free.style.maxWidth = "none";
	free.removeAttribute("id");
	select.parentNode.append(free);
	const needs = free.offsetWidth;
	free.remove();
	return needs > select.offsetWidth ? [select.textContent + ": " + select.offsetWidth + " of " + needs] : [];
}).join("\n")`

// What is chosen of a switch can be read whole, in the columns of a notebook's window too.
func TestTheChoicesOfASwitchAreNotCutOff(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/smtp-auth-disabled")
			for _, width := range []int64{1440, 1280} {
				p.do("a window", chromedp.EmulateViewport(width, 900))
				p.clicks("#tab-microsoft")
				p.sees(".sw select")
				require.Empty(t, p.script(cutOff), "%d wide", width)
			}
		})
	}
}

// What was copied is said aloud by its name, once.
func TestWhatWasCopiedIsSaidByItsName(t *testing.T) {
	for language, said := range map[string]string{
		"en": "Copied: Administrator password", "hi": "कॉपी हुआ: व्यवस्थापक पासवर्ड", "el": "Αντιγράφηκε: Κωδικός πρόσβασης διαχειριστή",
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/smtp-auth-disabled")
			p.clicks("#tab-web-config")
			p.clicks("#pane-web-config .beside .copy")
			p.sees("#pane-web-config .beside .copy.done")
			require.Equal(t, said, p.script(`document.getElementById("announce").textContent`))
		})
	}
}

// The head of a case says which account stands for the customer's; that no mail has come says until when it held.
func TestACaseSaysWhoseAccountItHasAndWhatHeldUntilWhen(t *testing.T) {
	for language, said := range map[string][2]string{
		"en": {"admin@contoso.com stands for the customer's account.", "held until "},
		"hi": {"admin@contoso.com ग्राहक के खाते की जगह है।", " तक सही था"},
		"el": {"Το admin@contoso.com αντιστοιχεί στον λογαριασμό του πελάτη.", "ίσχυε έως "},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "exchange/sender-is-not-the-account")
			require.Equal(t, said[0], p.reads("#account-of-case"))
			scans := func() {
				p.clicks("#beside-panel form button")
				p.bench.advance("1m")
			}
			scans()
			p.sees(`//details[@data-id="besides"]//li[contains(@class, "done")][contains(., "bob@fabrikam.com")]`)
			p.bench.post("/exchange/cmdlet", map[string]any{
				"name":      "Add-RecipientPermission",
				"arguments": []string{"reception@contoso.com", "-Trustee", "admin@contoso.com", "-AccessRights", "SendAs"},
			})
			scans()
			p.clicks(`[data-key="fold-besides"]`)
			p.sees(`//details[@data-id="besides"]//li[contains(., "bob@fabrikam.com")]//small[contains(., "` + said[1] + `")]`)
		})
	}
}
