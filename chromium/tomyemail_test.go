package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// TestBothProceduresOfToMyEmailByHand is chapter 7 of the guide at the panel: the administrator's five steps, with the
// consent for the organization, and a user's first mail to herself (rules R30 to R37).
func TestBothProceduresOfToMyEmailByHand(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/tomyemail.txt")
			w := &toMyEmail{&panelWalk{newInspector(t, language), b, map[string]bool{}}}
			w.opens(b.Panel)
			w.administers()
			w.sendsToHerself()
		})
	}
}

// toMyEmail is a person at a panel that asks who wants to use the printer.
type toMyEmail struct{ *panelWalk }

// onGlass is a key of the glass that has these words on it.
func onGlass(words string) string {
	return fmt.Sprintf(`//div[@id="glass"]//button[@data-k and not(ancestor-or-self::*[@inert]) and not(@disabled) and `+
		`(normalize-space(.)=%[1]q or .//*[normalize-space(.)=%[1]q])]`, words)
}

// touches presses a key that has these words on it and waits until the glass shows something else.
func (w *toMyEmail) touches(words string) {
	w.t.Helper()
	require.NotEmpty(w.t, w.script("window.before = "+drawn))
	w.clicks(onGlass(words))
	w.changes("touch " + words)
}

// keys types on the keyboard that the glass shows, a key at a time, and confirms.
func (w *toMyEmail) keys(text string) {
	w.t.Helper()
	w.sees(`#glass .kb`)
	w.look()
	w.do("type on the glass's keyboard", chromedp.KeyEvent(text))
	// What was typed is on the glass before it is confirmed: bullets, if it is a secret.
	length := fmt.Sprintf(`[...document.querySelector("#glass [role=textbox]").textContent.trim()].length >= %d`, len(text))
	w.do("wait for what was typed", func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, err = chromedp.Poll[bool](length)(ctx, tab)
		return v, err
	})
	w.presses(mainly, 0)
}

// fills types into the nth field of the page that the glass shows.
func (w *toMyEmail) fills(n int, text string) {
	w.t.Helper()
	w.presses(item, n)
	w.keys(text)
}

// logsInAtThePanel is step 1 of the administrator, and how a user begins.
func (w *toMyEmail) logsInAtThePanel(id string) {
	w.t.Helper()
	w.fills(0, id)
	w.fills(1, w.bench.userPassword(id))
	w.presses(mainly, 0)
	w.sees("#glass .tiles")
	w.shows("to-my-email-home-" + id)
}

func (w *toMyEmail) says(english string) string { return onMicrosoft(w.t, w.language, english) }

// signsInAs goes through account and password.
func (w *toMyEmail) signsInAs(account string) {
	w.t.Helper()
	w.sees(onGlass(w.says("Next")))
	w.shows("to-my-email-account")
	w.fills(0, account)
	w.touches(w.says("Next"))
	w.sees(onGlass(w.says("Sign In")))
	w.shows("to-my-email-password")
	w.fills(0, w.bench.password(account))
	w.touches(w.says("Sign In"))
}

// administers are the administrator's five steps.
func (w *toMyEmail) administers() {
	w.t.Helper()
	w.logsInAtThePanel("chief")                        // 1
	w.touches(onPanel(w.t, w.language, "To My Email")) // 2
	w.signsInAs(administrator)                         // 3, 4
	w.sees(onGlass(w.says("Accept")))
	w.shows("to-my-email-permissions")
	// The page is Microsoft's, with the words of chapter 4; those of chapter 7 are other ones for the same box.
	w.presses("#glass button.box", 0)
	w.shows("to-my-email-ticked")
	w.touches(w.says("Accept")) // 5
	w.sees("#glass [role=alertdialog]")
	w.shows("to-my-email-M3")
	w.presses(mainly, 0)
	w.sees("#glass .tiles")
	w.bench.post("/printer/panel/log-out", nil)
}

// sendsToHerself is a user's first To My Email, and the second, which asks for nothing.
func (w *toMyEmail) sendsToHerself() {
	w.t.Helper()
	w.opens(w.bench.Panel)
	w.logsInAtThePanel("alice")
	w.touches(onPanel(w.t, w.language, "To My Email"))
	w.signsInAs("alice@contoso.com")
	w.sees(`//div[@id="glass"]//*[normalize-space(.)="alice@contoso.com"]`)
	w.shows("to-my-email-form")
	for count := 1; count <= 2; count++ {
		w.bench.post("/printer/originals", map[string]int{"pages": 2})
		w.presses(mainly, 0)
		w.bench.advance("10s")
		w.sees("#glass [role=alertdialog]")
		w.shows("to-my-email-sent")
		w.presses(mainly, 0)
		var found struct{ Total int }
		require.NoError(w.t, json.Unmarshal([]byte(w.bench.get("/api/v1/search?query=to:alice@contoso.com")), &found))
		require.Equal(w.t, count, found.Total)
		w.home()
		w.touches(onPanel(w.t, w.language, "To My Email"))
	}
}

// userPassword is that of a user of the printer.
func (b *bench) userPassword(id string) string {
	b.t.Helper()
	var register struct {
		Users []struct{ ID, Password string }
	}
	require.NoError(b.t, json.Unmarshal([]byte(b.get("/printer/users")), &register))
	for _, u := range register.Users {
		if u.ID == id {
			return u.Password
		}
	}
	b.t.Fatalf("no user %s", id)
	return ""
}
