package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/screen"
	"mfpsim/screen/glass"
)

// panelNow is what changes on the panel's page.
type panelNow struct {
	Glass    template.HTML `json:"glass"`
	Casing   template.HTML `json:"casing"`
	Beside   template.HTML `json:"beside"`
	Held     template.HTML `json:"held"`
	Say      string        `json:"say"` // for screen readers, when it changes
	Language string        `json:"language"`
	Problem  string        `json:"problem,omitempty"`
}

// panelNow draws it.
func (b *bench) panelNow(problem string) (panelNow, error) {
	now := panelNow{Problem: problem, Language: "en"}
	if description, err := b.device.Describe(context.Background()); err == nil {
		now.Language = description.Language
	}
	shown, on := b.screen()
	data := shown.Data
	switch {
	case !on:
		data = &screen.Screen{Language: now.Language, Asleep: true, Words: english}
	case data == nil:
		data = textOnly(shown, now.Language)
	}
	now.Say = glass.Announcement(data)
	jobs, _ := b.jobs() // a printer that is off shows none
	sheets, _ := b.sheets()
	beside := struct {
		On       bool
		At       time.Time
		Jobs     []device.Job
		Sheets   []device.Sheet // printed, the newest first
		Language string
	}{on, b.world.Now(), jobs, sheets, now.Language}
	var err error
	part := func(to *template.HTML, f func() (template.HTML, error)) {
		if err == nil {
			*to, err = f()
		}
	}
	part(&now.Glass, func() (template.HTML, error) { return glass.HTML(data) })
	part(&now.Casing, func() (template.HTML, error) { return glass.Casing(data) })
	part(&now.Beside, func() (template.HTML, error) { return partOfPage("beside", beside) })
	part(&now.Held, func() (template.HTML, error) { return partOfPage("held", b.held()) })
	return now, err
}

func partOfPage(name string, data any) (template.HTML, error) {
	var text bytes.Buffer
	err := panelPage.ExecuteTemplate(&text, name, data)
	return template.HTML(text.String()), err //nolint:gosec // made by the template
}

// english are the words around a screen that has none of its own.
var english = screen.Words{
	Screen: "Screen of the printer", Casing: "Keys of the printer", Home: "Home", Back: "Back", Stop: "Stop",
	PageUp: "Previous page", PageDown: "Next page", Keyboard: "Keyboard", Locked: "Locked",
}

// textOnly makes a screen of the text of a device that gives nothing else.
func textOnly(shown device.Screen, language string) *screen.Screen {
	s := &screen.Screen{
		Kind: screen.List, Language: language, Path: []string{shown.Path}, Title: shown.Path, Words: english,
	}
	for _, line := range shown.Lines {
		s.Rows = append(s.Rows, screen.ListRow{Label: line})
	}
	for _, label := range shown.Keys {
		s.Keys = append(s.Keys, screen.Key{Label: label, Role: screen.Item})
	}
	return s
}

// writeNow answers the page's script.
func (b *bench) writeNow(w http.ResponseWriter, status int, problem string) {
	now, err := b.panelNow(problem)
	if err != nil {
		http.Error(w, "the panel cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(now) // a browser that has gone needs no answer
}

// events tells the page's script what it shows now, each time that it shows something else, as server-sent events.
func (b *bench) events(w http.ResponseWriter, r *http.Request) {
	told, leave := b.viewers.enter()
	defer leave()
	answer := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	var last []byte
	for {
		now, err := b.panelNow("")
		if err != nil {
			return
		}
		text, err := json.Marshal(now)
		if err != nil {
			return
		}
		if !bytes.Equal(text, last) {
			last = text
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil || answer.Flush() != nil {
				return
			}
		}
		select {
		case <-told:
		case <-b.closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// viewers are the pages that follow the panel. The zero value is ready.
type viewers struct {
	mu   sync.Mutex
	here map[chan struct{}]bool
}

// enter returns what is told of changes, however many there were meanwhile.
func (v *viewers) enter() (told <-chan struct{}, leave func()) {
	one := make(chan struct{}, 1)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.here == nil {
		v.here = map[chan struct{}]bool{}
	}
	v.here[one] = true
	return one, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.here, one)
	}
}

// observe is told each entry of the journal.
func (v *viewers) observe(e journal.Entry) {
	switch e.Kind {
	case journal.KindScreen, journal.KindSheet, journal.KindClock, journal.KindOutcome, journal.KindNote:
	default:
		return
	}
	v.tell(e)
}

// tell tells them all of an entry.
func (v *viewers) tell(journal.Entry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for one := range v.here {
		select {
		case one <- struct{}{}:
		default: // it has not looked yet at what it was told before
		}
	}
}
