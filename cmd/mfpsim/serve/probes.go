package serve

import (
	"net/http"

	"mfpsim/cmd/mfpsim/serve/routes"
)

// probes are asked by whoever runs containers, under the names that Mailpit and Kubernetes have for them. They tell
// nothing but their status, so they take no token, and any name of the host.
var probes = []string{"/livez", "/readyz"}

func probeRoutes() []route {
	return []route{
		{
			Request: "GET /livez", About: "Says with status 200 that the program is alive. Takes no token.",
			Act: shows(func(*bench) (routes.Raw, error) { return routes.Raw{Type: "text/plain"}, nil }),
		},
		{
			Request: "GET /readyz", About: "Says with status 200 that the bench goes on, with 503 that it is held: `GET /turn` says by whom. Takes no token.",
			Act: shows(func(b *bench) (routes.Raw, error) {
				if b.held().Held {
					return routes.Raw{}, errHeld
				}
				return routes.Raw{Type: "text/plain"}, nil
			}),
		},
	}
}

// isProbe reports whether a request is for one of them.
func isProbe(r *http.Request) bool {
	for _, path := range probes {
		if r.URL.Path == path && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			return true
		}
	}
	return false
}
