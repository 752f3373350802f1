package panel

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"mfpsim/device"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("panel").Parse(pageSource))

// maxPost is how many bytes a form of the panel's page may have.
const maxPost = 16 << 10

// pageView is the panel drawn as a page.
type pageView struct {
	Language, Title, Model string
	Screen                 device.Screen
	Lines                  []pageLine
	On, Waiting, Padlock   bool
	Originals              int
	Trouble                string
	T                      func(string) string
}

// pageLine is a line of the screen; Value is what follows " : ".
type pageLine struct{ Label, Value string }

// Handler shows the panel as a web page, for a person at the bench. It needs no script. A page of another site cannot press its keys.
func (p *Panel) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { p.show(w, r.URL.Query().Get("trouble")) })
	mux.HandleFunc("POST /press", p.post(func(r *http.Request) error {
		for name, values := range r.PostForm {
			if field, ok := strings.CutPrefix(name, "field:"); ok && values[0] != "" {
				if _, err := p.Enter(r.Context(), field, values[0]); err != nil {
					return err
				}
			}
		}
		_, err := p.Press(r.Context(), r.PostForm.Get("key"))
		return err
	}))
	mux.HandleFunc("POST /log-in", p.post(func(r *http.Request) error {
		_, err := p.LogIn(r.Context(), r.PostForm.Get("user"), r.PostForm.Get("password"))
		return err
	}))
	mux.HandleFunc("POST /originals", p.post(func(r *http.Request) error {
		pages, err := strconv.Atoi(r.PostForm.Get("pages"))
		if err != nil || pages < 0 || pages > 999 {
			return &device.LabelError{What: "number of pages", Wanted: r.PostForm.Get("pages"), Present: []string{"0 to 999"}}
		}
		p.machine.LoadOriginals(pages)
		return nil
	}))
	return http.NewCrossOriginProtection().Handler(mux)
}

// post wraps an act: afterwards the browser is led to the screen, with what went wrong.
func (p *Panel) post(f func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxPost)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		err := error(device.ErrPoweredOff)
		if p.machine.On() {
			err = f(r)
		}
		to := "/"
		if err != nil {
			to += "?trouble=" + template.URLQueryEscaper(err.Error())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

func (p *Panel) show(w http.ResponseWriter, trouble string) {
	texts := p.machine.Texts()
	v := pageView{
		Language: texts.Language(), Title: texts.Text("panel-page"), Model: p.machine.Facts().Model.Name, On: p.machine.On(), Trouble: trouble, T: texts.Label,
	}
	if v.On {
		p.mu.Lock()
		v.Screen, v.Waiting, v.Originals = p.screen(), p.job != 0, p.machine.Originals()
		p.mu.Unlock()
		v.Padlock = v.Screen.Padlock
		for _, line := range v.Screen.Lines {
			label, value, _ := strings.Cut(line, " : ")
			v.Lines = append(v.Lines, pageLine{label, value})
		}
	} else {
		v.Lines = []pageLine{{Label: texts.Text("panel-off")}}
	}
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, v); err != nil {
		panic("panel: the embedded page is wrong: " + err.Error()) // ours, found by any test
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'")
	_, _ = w.Write(body.Bytes()) // a browser that has gone away needs no answer
}
