package report

import (
	"bytes"
	_ "embed" // for the pages
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"mfpsim/journal"
)

var (
	//go:embed page.html
	pageSource string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

// PageName is the page of a case in its folder, and of a run in the folder of all.
const PageName = "index.html"

// largest is how large a page may be, in octets: what can be sent on.
const largest = 1 << 20

var pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"with_page": func(of any, page *casePage, when string) map[string]any {
		return map[string]any{"Event": of, "Page": page, "When": when}
	},
}).Parse(pageSource))

// frame is what every page has. A page loads nothing: styles and script stand in it and are named by their hashes, so
// that no foreign text runs, whatever it holds.
type frame struct {
	speaker
	Title, Version string
	Style          template.CSS
	Script         template.JS
	Policy         string
}

func newFrame(language, title, version string, sheets []string) frame {
	styles := append([]string{hashOf(pageStyle)}, sheets...)
	return frame{
		speaker: spoken(language), Title: title, Version: version,
		Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // files of this package
		Policy: "default-src 'none'; script-src " + hashOf(pageScript) + "; style-src " + strings.Join(styles, " ") +
			"; img-src data:; base-uri 'none'; form-action 'none'",
	}
}

// Lang is the language of the page.
func (f frame) Lang() string { return f.language }

// ISO is a moment for machines.
func (frame) ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// casePage is the page of one case.
type casePage struct {
	frame
	S                 Story
	Verdict           string // the word for it
	Tone, Sign, Up    string
	Replay, Failure   string
	FailedSays        string
	Before            *event // the exchange before the failure
	Sections          []*section
	Letters           []letter
	Facts, Memory     []remembered // what tells what became of the printer; all of it
	Ended             *ended       // nil: it was not played by hand
	Alone             bool         // no file lies beside the page
	Papers            []journal.Entry
	Refusals, Dropped int
	Files             []string
	Album             template.JS
	shots             *album
}

// Lanes are the names of the lanes.
func (casePage) Lanes() []string { return laneNames }

// NotesEnglish reports whether a page in another language has # sentences in English.
func (p casePage) NotesEnglish() bool {
	return p.language != "en" &&
		slices.ContainsFunc(p.Sections, func(s *section) bool { return s.Says != "" && s.In == "en" })
}

// RecordedFile is the file of the scenario of what was done by hand.
func (casePage) RecordedFile() string { return RecordedName + ".txtar" }

// Kind is that of a screen: panel or page.
func (p casePage) Kind(screen int) string { return p.shots.Screens[screen].Kind }

// look is how a verdict looks: its word, tone and sign.
func look(v Verdict) (word, tone, sign string) {
	switch v {
	case "":
		return "seen", "", "●"
	case Passed:
		return "passed", "good", "✓"
	case Failed, Errored, Undecided:
		return string(v), "bad", "✗"
	case Skipped:
		return "skipped", "", "–"
	case Warned, Expected:
		return string(v), "warn", "!"
	}
	return string(v), "", "·"
}

// wireLimits are how much of the wire each row shows, in octets: less where the page would be too large.
var wireLimits = []int{16 << 10, 4 << 10, 1 << 10, 200}

// page makes the page of the case. files are the names of what lies beside it. Of a record that is too long for a page
// the first entries are left out, and the page says how many.
func (e Evidence) page(entries []journal.Entry, files []string) ([]byte, error) {
	for _, most := range wireLimits {
		text, err := e.pageOf(entries, files, most)
		if err != nil || len(text) <= largest {
			return text, err
		}
	}
	least := wireLimits[len(wireLimits)-1]
	for len(entries) > 1 {
		entries = entries[(len(entries)+3)/4:]
		text, err := e.pageOf(entries, files, least)
		if err != nil || len(text) <= largest {
			return text, err
		}
	}
	return nil, fmt.Errorf("the page of %s would be larger than %d octets, even with one entry of the record", e.ID, largest)
}

func (e Evidence) pageOf(entries []journal.Entry, files []string, most int) ([]byte, error) {
	s := *e.Story
	t, err := newTimeline(entries, s, most)
	if err != nil {
		return nil, err
	}
	album, err := t.shots.data()
	if err != nil {
		return nil, err
	}
	p := &casePage{
		S: s, Replay: e.Replay, Failure: strings.TrimRight(e.Failure, "\n"), Sections: t.sections, Letters: e.letters(),
		Files: files, Album: template.JS(album), shots: t.shots, Alone: e.alone, //nolint:gosec // JSON
	}
	p.frame = newFrame(s.Language, "", s.Version, t.shots.hashes())
	old, now := flatten(recordIn(s.Before)), flatten(recordIn(s.After))
	p.Memory = p.rows(old, now, s.Labels)
	if p.Facts, err = p.decisive(old, now, s.Labels); err != nil {
		return nil, err
	}
	p.Verdict, p.Tone, p.Sign = look(s.Case.Verdict)
	if s.Case.Verdict == "" && s.Taken >= 0 {
		if p.Ended, err = p.endedByHand(t, entries); err != nil {
			return nil, err
		}
		p.Verdict, p.Tone, p.Sign = p.Ended.Word, p.Ended.Tone, p.Ended.Sign
	}
	switch {
	case s.Title != "":
	case s.Case.Title != "":
		p.S.Title, p.S.TitleLanguage = s.Case.Title, "en"
	default: // nobody has taken a case
		p.S.Title, p.S.TitleLanguage = e.Replay, "en"
	}
	if e.Up {
		p.Up = strings.Repeat("../", strings.Count(e.ID, "/")+1) + PageName
	}
	if len(entries) > 0 {
		p.Dropped = entries[0].Number - 1
	}
	var spoke *event
	for _, section := range t.sections {
		for _, row := range section.Events {
			if row.Refused && row.From != row.To { // that a job then ends is the same refusal
				p.Refusals++
			}
			if row.Failed {
				p.FailedSays, p.Before = row.Text, spoke
			}
			if !row.step && row.Wire != "" {
				spoke = row
			}
		}
	}
	for _, entry := range entries {
		if entry.Kind == journal.KindSheet {
			p.Papers = append(p.Papers, entry)
		}
	}
	title := s.Case.ID
	if word, err := p.T(p.Verdict); err == nil {
		title = strings.TrimSuffix(word+": "+title, ": ") // nobody has taken a case
	}
	p.Title = title
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, "case", p); err != nil {
		return nil, fmt.Errorf("the page of %s: %w", e.ID, err)
	}
	return b.Bytes(), nil
}

// Interrupted says of a sign-in that was interrupted what became of it: that is no failure.
func (p casePage) Interrupted(s SignIn) (string, error) {
	if at := p.S.wentOn(s); !at.IsZero() {
		return p.T("went-on", "at", p.Stamp(at))
	}
	return p.T("stopped-there")
}

// Quiet reports whether a row has nothing that paper needs: neither a new screen nor a refusal.
func (e *event) Quiet() bool { return !e.Refused && !e.Failed && len(e.After) == 0 }
