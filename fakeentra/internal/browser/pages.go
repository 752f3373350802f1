package browser

import (
	"net/http"
	"net/url"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signin"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// Entrance leads from the short addresses that devices show to the code page (docs/reference/entra.md §2.1).
func (e *Endpoint) Entrance(w http.ResponseWriter, a *wire.Request) {
	e.Front.SetCommon(w.Header(), a)
	target, kept := pages.PathCode, url.Values{}
	// the code and the language that the address was opened with
	for _, name := range []string{"otc", "mkt", "ui_locales"} {
		if value := a.Query[name]; value != "" {
			kept.Set(name, value)
		}
	}
	if len(kept) > 0 {
		target += "?" + kept.Encode()
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusFound)
}

// Style answers the style sheet of the pages.
func (e *Endpoint) Style(w http.ResponseWriter, _ *wire.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=86400")
	wire.Write(w, http.StatusOK, pages.Style())
}

// CodeEntry is the page on which a person types the code, and its form.
func (e *Endpoint) CodeEntry(w http.ResponseWriter, a *wire.Request) {
	if a.HTTP.Method != http.MethodPost {
		e.Front.Show(w, a, http.StatusOK, signin.CodePage(a.Query["otc"], ""))
		return
	}
	e.enterCode(w, a)
}

// enterCode takes the code page's form.
func (e *Endpoint) enterCode(w http.ResponseWriter, a *wire.Request) {
	typed := a.Form["otc"]
	stand, err := e.Desk.Enter(a, typed)
	if err != nil {
		e.WrongCode(w, a)
		return
	}
	e.reply(w, a, stand)
}

// WrongCode says on the page that the code is none that waits.
func (e *Endpoint) WrongCode(w http.ResponseWriter, a *wire.Request) {
	e.Front.Show(w, a, http.StatusOK, signin.CodePage(a.Form["otc"], texts.Say(texts.CodeWrong)))
}

// Step takes the form of the page on which a sign-in stands, whichever it is, and shows the next.
func (e *Endpoint) Step(w http.ResponseWriter, a *wire.Request) {
	stand, known := e.Desk.Step(a, a.HTTP.Method == http.MethodPost)
	if !known {
		e.Front.Show(w, a, http.StatusOK, signin.CodePage("", ""))
		return
	}
	e.reply(w, a, stand)
}

// Logout ends the browser's session, not its tokens (docs/reference/entra.md §4.2, §8.1), and goes back to a registered
// address.
func (e *Endpoint) Logout(w http.ResponseWriter, a *wire.Request) {
	target, state := "", a.Param("state")
	setCookies(w, e.Desk.Logout(a, a.Param("logout_hint")))
	if asked := a.Param("post_logout_redirect_uri"); asked != "" {
		for _, application := range e.Directory.Applications() {
			if uri, kind := application.RedirectOf(asked); kind != directory.PlatformNone {
				target = uri
			}
		}
	}
	if target != "" {
		e.Front.SetCommon(w.Header(), a)
		if state != "" {
			target += "?" + parameters{{"state", state}}.encode()
		}
		w.Header()["Location"] = []string{target}
		w.WriteHeader(http.StatusFound)
		return
	}
	e.Front.Show(w, a, http.StatusOK, pages.Page{
		Name: pages.SignedOut, Title: texts.Say(texts.SignedOutTitle), Heading: texts.Say(texts.SignedOutTitle),
		Lines: []string{texts.Say(texts.SignedOutHelp)},
	})
}
