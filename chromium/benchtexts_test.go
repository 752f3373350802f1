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
