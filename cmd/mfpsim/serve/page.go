package serve

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"

	"mfpsim/screen/glass"
)

// The page of the bench: columns for why one is here, what it looks like and what is the truth. It is modules without a
// build step, and does all that it does by requests of the control API.

//go:embed page
var pageFiles embed.FS

// pagePath is where the page is, at the control API's port.
const pagePath = "/bench/"

// pageTypes are the media types of its files.
var pageTypes = map[string]string{
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
}

// pageFile is what answers a request for a file of the page; nil: it is for something else.
func (s *server) pageFile(r *http.Request, plane string) http.Handler {
	name, ours := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(pagePath, "/"))
	if !ours || plane != inControl || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	switch name {
	case "":
		return http.RedirectHandler(pagePath, http.StatusSeeOther)
	case "/":
		return http.HandlerFunc(s.writePage)
	case "/glass.css":
		return file(".css", glass.Style)
	case "/glass.js":
		return file(".js", glass.Script)
	}
	name = strings.TrimPrefix(name, "/")
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil || pageTypes[path.Ext(name)] == "" {
		return nil
	}
	return file(path.Ext(name), text)
}

func file(ending string, text []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", pageTypes[ending])
		_, _ = w.Write(text) // a browser that has gone needs no answer
	})
}

// writePage writes the frame of the page. No script of its own stands in it: its policy takes none.
func (s *server) writePage(w http.ResponseWriter, _ *http.Request) {
	source, _ := pageFiles.ReadFile("page/index.html") // it is embedded
	var frames []string
	for flag := range paneOf {
		if address := s.paneURL(flag); address != "" {
			frames = append(frames, address)
		}
	}
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; " +
		"frame-src 'self' blob: " + strings.Join(
		frames,
		" ",
	) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var page bytes.Buffer
	err := template.Must(template.New("page").Parse(string(source))).
		Execute(&page, struct{ Sprite template.HTML }{glass.Sprite()})
	if err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(page.Bytes()) // a browser that has gone needs no answer
}

// Style is the style sheet of the bench's page, for other pages of the program.
func Style() []byte {
	text, _ := pageFiles.ReadFile("page/bench.css") // it is embedded
	return text
}
