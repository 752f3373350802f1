package wire

import (
	"net/http"

	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/texts"
)

// Render writes a page; headers are set by the caller.
func (f *Front) Render(w http.ResponseWriter, a *Request, status int, p pages.Page) {
	mkt := a.Param("mkt")
	tag := texts.Choose(mkt, a.Param("ui_locales"), a.HTTP.Header.Get("Accept-Language"), f.Language)
	text := p.Render(tag, mkt)
	h := w.Header()
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	h["Cache-Control"] = []string{"no-store, no-cache"}
	h["Pragma"] = []string{"no-cache"}
	h["Expires"] = []string{"-1"}
	h["X-Frame-Options"] = []string{"DENY"}
	h["Content-Security-Policy"] = []string{"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	Write(w, status, text)
}

// Show renders a page with the headers of Entra's pages.
func (f *Front) Show(w http.ResponseWriter, a *Request, status int, p pages.Page) {
	f.SetCommon(w.Header(), a)
	f.Render(w, a, status, p)
}
