package serve

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"mfpsim/device"
)

// sheets are the network status sheets that were printed, the newest first; none of a printer that prints none.
func (b *bench) sheets() ([]device.Sheet, error) {
	sheets, err := b.device.Sheets(context.Background())
	if errors.Is(err, device.ErrNotSupported) {
		err = nil
	}
	return list(sheets), err
}

// showSheet shows one printed sheet as the paper that it is; the browser's print makes a PDF of it.
func (b *bench) showSheet(w http.ResponseWriter, r *http.Request) {
	sheets, err := b.sheets()
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	wanted, _ := strconv.Atoi(r.PathValue("number"))
	for _, s := range sheets {
		if s.Number != wanted || s.Page == "" {
			continue
		}
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		_, _ = w.Write([]byte(s.Page)) // a browser that has gone needs no answer
		return
	}
	http.Error(w, "no such sheet was printed, or it is kept no longer", http.StatusNotFound)
}
