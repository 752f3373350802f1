package explain

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"mfpsim/choice"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// said is something that a device or the guide shows, in one language.
type said struct {
	// id is that of the message: "label.…", "code.…", "guide.label.…" of a word of the guide, "chapter.…" of a title.
	id       string
	language string
	text     string
	plain    string
	open     *regexp.Regexp // of a text with places to be filled in, in its plain form; nil: it has none
	source   string
	models   []string // that say it so; nil: all of them, or the guide

	letters, words int // of its plain form
}

func (s said) isLabel() bool {
	return strings.HasPrefix(s.id, "label.") || strings.HasPrefix(s.id, "guide.label.")
}

// code is the code that a text is the status or the solution of; empty: of none.
func (s said) code() string {
	rest, is := strings.CutPrefix(s.id, "code.")
	if !is {
		return ""
	}
	code, _, _ := strings.Cut(rest, ".")
	return code
}

// filled is what a place to be filled in looks like when nothing is put in.
const filled = "<no value>"

// vocabulary is all that the models and the guide show.
type vocabulary struct {
	all      []said
	standard *models.Model
	kinds    map[string][]outcome.Kind // by a code of any model
	usedBy   map[string][]string       // models, by code
}

var known = sync.OnceValues(func() (*vocabulary, error) {
	set, err := models.Embedded()
	if err != nil {
		return nil, err
	}
	v := &vocabulary{kinds: map[string][]outcome.Kind{}, usedBy: map[string][]string{}}
	if v.standard, err = set.Get(""); err != nil {
		return nil, err
	}
	names := set.Names()
	slices.SortStableFunc(
		names,
		func(a, b string) int { return first(b == v.standard.Name) - first(a == v.standard.Name) },
	)
	v.readGuide()
	place := map[string]int{} // in all, by id, language and text
	for _, name := range names {
		m, err := set.Get(name)
		if err != nil {
			return nil, err
		}
		v.readModel(m, place)
	}
	for i := range v.all {
		if len(v.all[i].models) == len(names) {
			v.all[i].models = nil
		}
	}
	return v, nil
})

func first(is bool) int {
	if is {
		return 1
	}
	return 0
}

// readModel adds what a model shows.
func (v *vocabulary) readModel(m *models.Model, place map[string]int) {
	for _, id := range m.Tables().IDs() {
		if strings.HasPrefix(id, "layout.") {
			continue // of dates: no words
		}
		for _, language := range m.Tables().Languages() {
			texts := m.Texts(language)
			if texts.Lacks(id) {
				continue
			}
			text := texts.Format(id, nil)
			if plain(strings.ReplaceAll(text, filled, "")) == "" {
				continue // nothing but places to be filled in
			}
			key := strings.Join([]string{id, language, text}, "\x00")
			at, there := place[key]
			if !there {
				at, place[key] = len(v.all), len(v.all)
				v.add(said{id: id, language: language, text: text, source: m.Tables().Source(id)})
			}
			v.all[at].models = append(v.all[at].models, m.Name)
		}
	}
	code := func(code string, kinds ...outcome.Kind) {
		if code == "" {
			return
		}
		for _, kind := range kinds {
			if !slices.Contains(v.kinds[code], kind) {
				v.kinds[code] = append(v.kinds[code], kind)
			}
		}
		if !slices.Contains(v.usedBy[code], m.Name) {
			v.usedBy[code] = append(v.usedBy[code], m.Name)
		}
	}
	for _, row := range m.Outcomes {
		for _, number := range []string{row.Code, row.CloudCode} {
			code(number, outcome.Kind(row.Kind))
			if m.FaxServer != nil && number != "" {
				code(m.FaxServer.Codes[number], outcome.Kind(row.Kind))
			}
		}
	}
	code(m.Mail.JobMemoryCode)
}

// readGuide adds what the guide prints: where it and a model have the same words, the model's row tells of both.
func (v *vocabulary) readGuide() {
	add := func(id, english, hindi, greek string) {
		for language, text := range map[string]string{"en": english, "hi": hindi, "el": greek} {
			if text != "" {
				v.add(said{id: id, language: language, text: text, source: "guide"})
			}
		}
	}
	for _, l := range guide.Labels() {
		add("guide.label."+plain(l.English), l.English, l.Hindi, l.Greek)
	}
	for _, c := range guide.Chapters() {
		add("chapter."+c.Number, c.English, c.Hindi, c.Greek)
	}
	slices.SortFunc(v.all, func(a, b said) int { return strings.Compare(a.id+a.language, b.id+b.language) })
}

func (v *vocabulary) add(s said) {
	s.plain = plain(s.text)
	if strings.Contains(s.text, filled) {
		var parts []string
		for _, part := range strings.Split(s.text, filled) {
			parts = append(parts, regexp.QuoteMeta(plain(part)))
		}
		s.plain = strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
		place := " ?.* ?"
		if letters(s.plain) < shortestPart {
			place = " ?[0-9]+ ?" // with so few words of its own anything would fit
		}
		s.open = regexp.MustCompile("^" + strings.Join(parts, place) + "$")
	}
	s.letters, s.words = letters(s.plain), len(strings.Fields(s.plain))
	v.all = append(v.all, s)
}

// of returns the text of an id in a language, that of the standard model before others.
func (v *vocabulary) of(id, language string) string {
	for _, s := range v.all {
		if s.id == id && s.language == language {
			return strings.ReplaceAll(s.text, filled, "…")
		}
	}
	return ""
}

// with adds what a device of somebody else's says.
func (v *vocabulary) with(words []device.Words) *vocabulary {
	if len(words) == 0 {
		return v
	}
	more := *v
	more.all = slices.Clone(v.all)
	for _, w := range words {
		for _, id := range slices.Sorted(maps.Keys(w.Messages)) {
			text := w.Messages[id]
			same := func(s said) bool { return s.id == id && s.language == w.Language && s.text == text }
			if !slices.ContainsFunc(v.all, same) {
				more.add(said{id: id, language: w.Language, text: text, source: "the device"})
			}
		}
	}
	return &more
}

// shortestPart is how long, in letters, a text must be to be found within another.
const shortestPart = 8

// reading says how well a text is what was pasted: 3 exactly, 2 within what was pasted, 1 what was pasted is a part
// of it,
// 0 not at all.
func (s said) reading(all []string) int {
	whole := all[0]
	for _, piece := range all {
		if piece == s.plain && s.plain != "" || s.open != nil && s.open.MatchString(piece) {
			return 3
		}
	}
	switch {
	case s.isLabel() || s.plain == "":
		return 0
	case s.letters >= shortestPart && s.words > 1 && within(whole, s.plain):
		return 2
	}
	for _, piece := range all {
		if len(piece) >= len(s.plain) {
			continue
		}
		long := letters(piece) >= shortestPart && strings.Count(piece, " ") > 1
		if long && within(s.plain, piece) || strings.Contains(piece, " ") && strings.HasPrefix(s.plain, piece+" ") {
			return 1
		}
	}
	return 0
}

// read finds what was pasted. Where something is there exactly, what is only like it is left out.
func (v *vocabulary) read(all []string) []said {
	found := map[int][]said{}
	for _, s := range v.all {
		if how := s.reading(all); how > 0 {
			found[how] = append(found[how], s)
		}
	}
	if whole := slices.Concat(found[3], found[2]); len(whole) > 0 {
		return slices.DeleteFunc(slices.Clone(whole), func(s said) bool {
			return slices.ContainsFunc(
				whole,
				func(other said) bool { return other.plain != s.plain && within(other.plain, s.plain) },
			)
		})
	}
	return found[1]
}

// near are the texts that are spelled most like what was pasted, in their own spelling.
func (v *vocabulary) near(text string, most int) []string {
	wanted := plain(text)
	spelled := map[string]string{}
	var present []string
	for _, s := range v.all {
		if s.open == nil && spelled[s.plain] == "" && s.letters >= 3 {
			spelled[s.plain] = s.text
			present = append(present, s.plain)
		}
	}
	for code := range v.usedBy {
		spelled[plain(code)] = code
		present = append(present, plain(code))
	}
	slices.Sort(present)
	var found []string
	for len(found) < most {
		word := (&choice.Error{Wanted: wanted, Present: present}).Nearest()
		if word == "" {
			break
		}
		found = append(found, spelled[word])
		present = slices.DeleteFunc(present, func(p string) bool { return p == word })
	}
	return found
}

// messages are the ids of an outcome's texts on a model.
func messages(row models.Outcome) []string {
	return []string{row.PanelID(), row.StatusID(), row.User, row.SignIn, row.Test, row.Cloud, row.OAuth2, row.POP3}
}

// kindsOf are the outcomes that show a message.
func (v *vocabulary) kindsOf(id string) []outcome.Kind {
	var kinds []outcome.Kind
	for _, row := range v.standard.Outcomes {
		if slices.Contains(messages(row), id) {
			kinds = append(kinds, outcome.Kind(row.Kind))
		}
	}
	return kinds
}

// english is the language that every text has.
const english = locale.English
