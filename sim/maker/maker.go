// Package maker is the maker's server on the Internet, from which printers get root certificates and firmware, and what
// it says on the wire. Makers do not document theirs: the protocol is ours, JSON over HTTPS.
package maker

import (
	"encoding/json"
	"net/http"

	"mfpsim/sim/models"
)

// Maximum is the longest answer, in bytes.
const Maximum = 64 << 10

// Roots are the newest root certificates.
type Roots struct {
	Version      string `json:"version"`
	Certificates string `json:"certificates"` // PEM
}

// Firmware is the newest firmware.
type Firmware struct {
	Version string `json:"version"`
}

// RootsPath is where the root certificates of a model are.
func RootsPath(model string) string { return "/v1/" + model + "/root-certificates" }

// FirmwarePath is where the firmware of a model is.
func FirmwarePath(model string) string { return "/v1/" + model + "/firmware" }

// Server answers for the models of a set. root returns an authority's certificate as PEM by its name, nil for one that
// is not known.
func Server(known *models.Set, root func(name string) []byte) http.Handler {
	mux := http.NewServeMux()
	answer := func(pattern string, say func(m *models.Model) any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			m, err := known.Get(r.PathValue("model"))
			if err != nil {
				http.Error(w, "no such model", http.StatusNotFound)
				return
			}
			text, err := json.Marshal(say(m))
			if err != nil {
				http.Error(w, "no answer", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(append(text, '\n')) // a printer that has gone away needs no answer
		})
	}
	answer("GET "+RootsPath("{model}"), func(m *models.Model) any {
		newest := m.NewestRoots()
		offered := Roots{Version: newest.Version}
		for _, name := range newest.Roots {
			offered.Certificates += string(root(name))
		}
		return offered
	})
	answer("GET "+FirmwarePath("{model}"), func(m *models.Model) any {
		offered := Firmware{}
		for _, f := range m.Firmwares {
			offered.Version = max(offered.Version, f.Version)
		}
		return offered
	})
	return mux
}
