package serve

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"strings"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/languages"
)

// Beside their real doors, Web Config and Microsoft's pages have a second one on loopback, in plain HTTP, for the
// frames of the bench's page: without an authority that the browser would have to know, with cookies of a name of
// their own, and in frames of the bench's page alone. The real doors stay as they are.

// paneOf are the second doors, by the flag of the real one.
var paneOf = map[string]string{webConfigPort: "web-config-pane", entraPort: "browser-pane"}

// openPanes opens the second doors. Beyond loopback there are none.
func (s *server) openPanes() error {
	if !isLoopback(s.config.Host) {
		return nil
	}
	for _, flag := range paneOf {
		opened, err := openDoor(flag, s.config.Host, 0)
		if err != nil {
			return err
		}
		s.doors[flag] = opened
	}
	return nil
}

// paneVisited reports whether a client has been at the second door of a port.
func (s *server) paneVisited(flag string) bool {
	door := s.doors[paneOf[flag]]
	return door != nil && door.visited()
}

// paneURL is the address of a second door; empty: there is none.
func (s *server) paneURL(flag string) string {
	if s.doors[paneOf[flag]] == nil {
		return ""
	}
	return "http://" + s.host(paneOf[flag])
}

// servePanes lets the frames of the bench's page in.
func (b *bench) servePanes() error {
	if b.server.paneURL(entraPort) == "" {
		return nil
	}
	page, err := b.printer.WebPage()
	switch {
	case errors.Is(err, device.ErrNotSupported):
	case err != nil:
		return err
	default:
		if err := b.servePane(b.printer.Name, webConfigPort, page); err != nil {
			return err
		}
	}
	return b.servePane(fakeentra.Party, entraPort, b.lab.Entra)
}

func (b *bench) servePane(party, flag string, page http.Handler) error {
	off := func() bool { return false }
	if flag == webConfigPort {
		off = func() bool {
			_, on := b.screen()
			return !on
		}
	}
	p := &pane{
		off:    off,
		server: b.server, page: page, language: b.panelLanguage, prefix: "mfpsim-" + paneOf[flag] + "-", bench: b.endpoints.Control,
		replaced: strings.NewReplacer(
			b.endpoints.Entra,
			b.server.paneURL(entraPort),
			"https://"+b.server.host(webConfigPort),
			b.server.paneURL(webConfigPort),
		),
	}
	server, err := b.lab.Network.ServeHTTP(b.adopt(party, paneOf[flag]), nil, p)
	if err == nil {
		b.servers = append(b.servers, server)
	}
	return err
}

// pane is a second door.
type pane struct {
	server   *server
	page     http.Handler
	language func() string // of the person at the printer
	off      func() bool   // nobody answers at the real door: the printer is switched off
	prefix   string        // of its cookies
	bench    string        // origin of the bench's page
	replaced *strings.Replacer
}

// isOff is what a frame says in place of a browser's own error.
var isOff = languages.Text{
	English: "The printer is off. Switch it on.",
	Hindi:   "प्रिंटर बंद है। उसे चालू करें।",
	Greek:   "Ο εκτυπωτής είναι απενεργοποιημένος. Ενεργοποιήστε τον.",
}

// paneScript is where the script of the frames is: it tells the bench's page what they show.
const paneScript = "/.mfpsim/pane.js"

// freshPath is where a frame begins anew at an address of its own, as a private window does: nobody is remembered.
const freshPath = "/.mfpsim/fresh"

func (p *pane) fresh(w http.ResponseWriter, r *http.Request) {
	to, err := url.Parse(r.URL.Query().Get("to"))
	if err != nil || to.Scheme != "" || to.Host != "" || !strings.HasPrefix(to.Path, "/") {
		refuse(w, http.StatusBadRequest, "to is no address of this site")
		return
	}
	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, p.prefix) {
			http.SetCookie(w, &http.Cookie{
				Name: cookie.Name, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode,
			})
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to.RequestURI())
	w.WriteHeader(http.StatusSeeOther)
}

// ServeHTTP answers a request as the real door would, for a frame.
func (p *pane) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch {
	case !p.server.config.belongs(host):
		refuse(w, http.StatusForbidden, "this name does not belong to the bench")
		return
	case r.URL.Path == paneScript:
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		script, _ := pageFiles.ReadFile("page/pane.js") // it is embedded
		_, _ = w.Write(script)
		return
	case framedElsewhere(r):
		refuse(w, http.StatusForbidden, fromElsewhere)
		return
	case r.URL.Path == freshPath:
		p.fresh(w, r)
		return
	}
	if p.off() {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors "+p.bench)
		w.WriteHeader(http.StatusServiceUnavailable)
		language := p.language()
		const offPage = "<!DOCTYPE html><html lang=%q><title>Web Config</title><p>%s</p></html>"
		_, _ = fmt.Fprintf(w, offPage, language, isOff.In(language))
		return
	}
	inner := r.Clone(r.Context())
	inner.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true} // it stands in for HTTPS
	inner.Header.Del("Cookie")
	for _, cookie := range r.Cookies() {
		if name, ours := strings.CutPrefix(cookie.Name, p.prefix); ours {
			inner.AddCookie(&http.Cookie{Name: name, Value: cookie.Value, Quoted: cookie.Quoted})
		}
	}
	if own := "http://" + r.Host; inner.Header.Get("Origin") == own {
		inner.Header.Set("Origin", "https://"+r.Host)
	}
	inner.Header.Set("Accept-Language", p.language()) // the frame is the person's browser, not the reader's
	answer := &framed{ResponseWriter: w, pane: p}
	p.page.ServeHTTP(answer, inner)
	answer.end()
}

// framedElsewhere reports whether another site asks for a page, as a frame, a picture or a form of its own would.
func framedElsewhere(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "null" {
		if u, err := url.Parse(origin); err == nil && u.Host != r.Host {
			return true
		}
	}
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// framed is an answer on its way into a frame.
type framed struct {
	http.ResponseWriter
	pane   *pane
	begun  bool
	status int
	page   *bytes.Buffer // of HTML, until its end; nil: the body goes on as it comes
}

// longestPage is how much of a page is kept to be changed; what is longer goes on as it is.
const longestPage = 4 << 20

// Unwrap gives [http.ResponseController] what it needs.
func (f *framed) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func (f *framed) WriteHeader(status int) {
	if f.begun {
		return
	}
	f.begun, f.status = true, status
	h := f.Header()
	cookies := h.Values("Set-Cookie")
	h.Del("Set-Cookie")
	for _, line := range cookies {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			continue
		}
		cookie.Name = f.pane.prefix + cookie.Name
		cookie.Secure, cookie.SameSite, cookie.HttpOnly = false, http.SameSiteStrictMode, true
		h.Add("Set-Cookie", cookie.String())
	}
	if to := h.Get("Location"); to != "" {
		h.Set("Location", f.pane.replaced.Replace(to))
	}
	h.Del("X-Frame-Options")
	h.Del("Strict-Transport-Security")
	policy := h.Get("Content-Security-Policy")
	for _, none := range []string{"; frame-ancestors 'none'", "frame-ancestors 'none'; ", "frame-ancestors 'none'"} {
		policy = strings.Replace(policy, none, "", 1)
	}
	if policy == "" {
		policy = "default-src 'none'"
	}
	if !strings.Contains(policy, "script-src") {
		policy += "; script-src 'self'"
	}
	h.Set("Content-Security-Policy", policy+"; frame-ancestors "+f.pane.bench)
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") && h.Get("Content-Encoding") == "" && status/100 != 3 {
		f.page = &bytes.Buffer{}
		h.Del("Content-Length")
		return
	}
	f.ResponseWriter.WriteHeader(status)
}

func (f *framed) Write(text []byte) (int, error) {
	if !f.begun {
		f.WriteHeader(http.StatusOK)
	}
	if f.page == nil {
		return f.ResponseWriter.Write(text)
	}
	if f.page.Len()+len(text) <= longestPage {
		return f.page.Write(text)
	}
	kept := f.page.Bytes()
	f.page = nil
	f.ResponseWriter.WriteHeader(f.status)
	if _, err := f.ResponseWriter.Write(kept); err != nil {
		return 0, err
	}
	return f.ResponseWriter.Write(text)
}

// FlushError sends what there is: nothing follows it.
func (f *framed) FlushError() error {
	f.end()
	return http.NewResponseController(f.ResponseWriter).Flush()
}

// end sends a page that was kept, with the script of the frames.
func (f *framed) end() {
	if f.page == nil {
		return
	}
	text := f.pane.replaced.Replace(f.page.String())
	text = strings.ReplaceAll(text, " autofocus", "") // a frame of another origin may not take the focus
	script := `<script src="` + paneScript + `" data-bench="` + html.EscapeString(f.pane.bench) + `"></script>`
	if at := strings.LastIndex(text, "</body>"); at >= 0 {
		text = text[:at] + script + text[at:]
	} else {
		text += script
	}
	f.ResponseWriter.WriteHeader(f.status)
	f.page = nil
	_, _ = f.ResponseWriter.Write([]byte(text)) // a browser that has gone needs no answer
}
