package scenarios

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/languages"
)

//go:embed notes/*.yaml
var notesSource embed.FS

// notes are the # sentences of the scenarios of this program in other languages, by the English ones. The tables are
// part of the program: one that cannot be read is a mistake, and panics.
var notes = sync.OnceValue(func() map[string]languages.Text {
	files, err := notesSource.ReadDir("notes")
	if err != nil {
		panic(fmt.Sprintf("scenarios: notes: %v", err))
	}
	all := map[string]languages.Text{}
	for _, file := range files {
		var rows []languages.Text
		source, err := notesSource.ReadFile("notes/" + file.Name())
		if err == nil {
			err = yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&rows)
		}
		if err != nil {
			panic(fmt.Sprintf("scenarios: notes/%s: %v", file.Name(), err))
		}
		for _, row := range rows {
			all[row.English] = row
		}
	}
	return all
})

// NotesTold are the # sentences that are there in other languages, in English.
func NotesTold() []string { return slices.Sorted(maps.Keys(notes())) }

// NoteIn is a # sentence of a scenario in a language; false: it is English alone.
func NoteIn(note, language string) (string, bool) {
	text := notes()[note].In(language)
	return text, text != ""
}

// notesIn are the # sentences of a scenario in a language, by the English ones: those that it has in it.
func (s Scenario) notesIn(language string) map[string]string {
	said := map[string]string{}
	if s.folder != "" || language == english {
		return said
	}
	for _, note := range s.Notes() {
		if text, known := NoteIn(note, language); known {
			said[note] = text
		}
	}
	return said
}

// SaysIn are the # sentences of a part, and the language that they are in: English where one of them has no other, as
// those of a folder of one's own.
func (p CasePart) SaysIn(language string) (says, in string) {
	if language == english || p.folder != "" || p.Says == "" {
		return p.Says, english
	}
	said := make([]string, len(p.notes))
	for i, note := range p.notes {
		text, known := NoteIn(note, language)
		if !known {
			return p.Says, english
		}
		said[i] = text
	}
	return strings.Join(said, " "), language
}

// Notes are the # sentences of a scenario behind its header, paragraph by paragraph, in English.
func (s Scenario) Notes() (all []string) {
	header, inNote := true, false
	for text := range strings.Lines(string(s.archive().Comment)) {
		text = strings.TrimSpace(text)
		if header {
			header = text != ""
			continue
		}
		comment, is := strings.CutPrefix(text, "#")
		switch comment = strings.TrimSpace(comment); {
		case is && inNote:
			all[len(all)-1] += " " + comment
		case is:
			all = append(all, comment)
		}
		inNote = is
	}
	return all
}
