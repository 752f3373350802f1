package serve

import (
	"net"
	"net/http"
	"net/url"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
)

// ownersHeader stands in every answer of the owner's pages, which show passwords: nothing keeps them, guesses
// another
// type of content, or shows them within a page of somebody else. A page that needs more says so itself.
var ownersHeader = map[string]string{
	"Cache-Control":                "no-store",
	"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
}

const fromElsewhere = "requests from pages of other sites are refused"

// embedded reports whether a page of another site asks for something without saying so by Origin: as a picture, a
// script or a frame. A link that a person follows is none.
func embedded(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	followed := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return r.Method != http.MethodGet || !followed
}

// refuse answers who is not let in. Nothing more of the request is read: its body may never come.
func refuse(w http.ResponseWriter, status int, message string) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) // long past; an answer to no connection has none
	w.Header().Set("Connection", "close")
	routes.WriteError(w, status, message)
}

// guard keeps pages of other sites out: a browser tells where a request comes from, and under which name it was
// sent.
// Beyond loopback it keeps out who has no token. Where it is probed, probes are let in.
func (s *server) guard(h http.Handler, probed bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range ownersHeader {
			w.Header().Set(name, value)
		}
		if probed && isProbe(r) {
			h.ServeHTTP(w, r)
			return
		}
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !s.config.belongs(host) {
			refuse(
				w,
				http.StatusForbidden,
				"this name does not belong to the bench; serve --name makes it one of the bench's",
			)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
				refuse(w, http.StatusForbidden, fromElsewhere)
				return
			}
		} else if embedded(r) {
			refuse(w, http.StatusForbidden, fromElsewhere)
			return
		}
		if s.admitted(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}
