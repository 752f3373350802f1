package serve

import (
	"net"
	"net/http"
	"net/url"

	"mfpsim/cmd/mfpsim/serve/routes"
)

// guard keeps pages of other sites out: a browser tells where a request comes from, and under which name it was sent.
// Beyond loopback it keeps out who has no token. Where it is probed, probes are let in.
func (s *server) guard(h http.Handler, probed bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if probed && isProbe(r) {
			h.ServeHTTP(w, r)
			return
		}
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !s.config.belongs(host) {
			routes.WriteError(w, http.StatusForbidden, "this name does not belong to the bench; serve --name makes it one of the bench's")
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
				routes.WriteError(w, http.StatusForbidden, "requests from pages of other sites are refused")
				return
			}
		}
		if s.admitted(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}
