// Package guide has what devices show according to the Device Authentication Guide for Microsoft Exchange Online:
// labels, messages and codes in each of its languages, and the titles of its chapters.
//
// Scenarios judge printers by it, so no printer may import it: otherwise a wrong word would be both expected and shown,
// and no scenario would fail. A word that the guide does not print is not here. Source: docs/reference/printer.md §1.0,
// §1.3 to §1.6.
package guide

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/choice"
)

//go:embed data/*.yaml
var data embed.FS

// Place is where a label is shown.
type Place string

// The places that the guide speaks of.
const (
	Panel      Place = "panel"
	WebConfig  Place = "web"
	Paper      Place = "paper"       // the network status sheet
	Microsoft  Place = "microsoft"   // Microsoft's pages and portals
	PrintAdmin Place = "print-admin" // Epson Print Admin Serverless
	Text       Place = "text"        // named in a sentence; a device shows it at a place of its own
	Picture    Place = "picture"     // the screen dump of Web Config, which is English in each edition
)

// Label is one row of the glossary. A language whose edition has no word is empty.
type Label struct {
	English string `yaml:"en"`
	Hindi   string `yaml:"hi"`
	Greek   string `yaml:"el"`
	At      Place  `yaml:"at"`
	Note    string `yaml:"note"`
}

// In returns the words of the label in a language; empty if the edition has none.
func (l Label) In(language string) string { return inLanguage(language, l.English, l.Hindi, l.Greek) }

// Code is what the guide says of a code of the job history: what happened, and what to do.
type Code struct {
	Status   string `yaml:"status"`
	Solution string `yaml:"solution"`
}

// Chapter is a chapter of the guide.
type Chapter struct {
	Number  string `yaml:"number"` // ours: "8b" is the second part of chapter 8
	Page    int    `yaml:"page"`
	English string `yaml:"en"`
	Hindi   string `yaml:"hi"`
	Greek   string `yaml:"el"`
}

// In returns the title of the chapter in a language of the guide.
func (c Chapter) In(language string) string {
	return inLanguage(language, c.English, c.Hindi, c.Greek)
}

type message struct {
	ID      string `yaml:"id"`
	English string `yaml:"en"`
	Hindi   string `yaml:"hi"`
	Greek   string `yaml:"el"`
}

type codeRow struct {
	Code    string `yaml:"code"`
	English Code   `yaml:"en"`
	Hindi   Code   `yaml:"hi"`
	Greek   Code   `yaml:"el"`
}

var (
	labels   = sync.OnceValue(func() []Label { return read[Label]("labels") })
	messages = sync.OnceValue(func() []message { return read[message]("messages") })
	codes    = sync.OnceValue(func() []codeRow { return read[codeRow]("codes") })
	chapters = sync.OnceValue(func() []Chapter { return read[Chapter]("chapters") })
)

// read gives the rows of a table. The tables are part of the program: one that cannot be read is a mistake in it, and
// panics.
func read[row any](name string) []row {
	text, err := data.ReadFile("data/" + name + ".yaml")
	if err != nil {
		panic(fmt.Sprintf("guide: %v", err))
	}
	var rows []row
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&rows); err != nil {
		panic(fmt.Sprintf("guide: %s.yaml: %v", name, err))
	}
	return rows
}

func inLanguage[text any](language string, english, hindi, greek text) text {
	switch language {
	case "en":
		return english
	case "hi":
		return hindi
	case "el":
		return greek
	}
	var none text
	return none
}

// Languages are those of the guide's editions.
func Languages() []string { return []string{"en", "hi", "el"} }

// Labels returns the glossary.
func Labels() []Label { return slices.Clone(labels()) }

// Words returns the words that a language has for English ones: those of a label, or of a message, a code's status or
// its solution as a whole. ok is false where the guide has none.
func Words(language, english string) (words string, ok bool) {
	found := dictionary()[choice.Normalize(english)]
	words = inLanguage(language, found[0], found[1], found[2])
	return words, words != ""
}

// OnPanel returns the words that panel, job history and status sheet show for English ones. A word that an edition has
// on Web Config alone, in English because its Web Config lacks the language, is none of them: it says nothing of them.
func OnPanel(language, english string) (words string, ok bool) {
	words, ok = Words(language, english)
	if !ok || WebConfigLanguage(language) == language {
		return words, ok
	}
	wanted := choice.Normalize(english)
	for _, l := range labels() {
		if choice.Normalize(l.English) == wanted && (l.At == WebConfig || l.At == Picture) {
			return "", false
		}
	}
	return words, ok
}

// dictionary gives English, Hindi and Greek words by the English ones in their form for comparison.
var dictionary = sync.OnceValue(func() map[string][3]string {
	found := map[string][3]string{}
	add := func(english, hindi, greek string) {
		key := choice.Normalize(english)
		if _, known := found[key]; !known {
			found[key] = [3]string{english, hindi, greek}
		}
	}
	for _, l := range labels() {
		add(l.English, l.Hindi, l.Greek)
	}
	for _, m := range messages() {
		add(m.English, m.Hindi, m.Greek)
	}
	for _, c := range codes() {
		add(c.English.Status, c.Hindi.Status, c.Greek.Status)
		add(c.English.Solution, c.Hindi.Solution, c.Greek.Solution)
	}
	return found
})

// Message returns a message by its name ("M1"), or a sentence of a code ("code.361.status", "code.361.solution"). ok is
// false where the guide gives no words.
func Message(language, name string) (text string, ok bool) {
	for _, c := range codes() {
		row := inLanguage(language, c.English, c.Hindi, c.Greek)
		switch name {
		case "code." + c.Code + ".status":
			return row.Status, row.Status != ""
		case "code." + c.Code + ".solution":
			return row.Solution, row.Solution != ""
		}
	}
	for _, m := range messages() {
		if m.ID == name {
			text = inLanguage(language, m.English, m.Hindi, m.Greek)
			return text, text != ""
		}
	}
	return "", false
}

// remedies are the guide's sentences that complete messages of which it gives no words as a whole, by language: the
// remedy of chapter 8c, and the last sentence of M1.
var remedies = map[string]struct{ expired, again string }{
	"en": {"The administrator must perform the sign-in operation again.", "Please contact your administrator."},
	"hi": {"व्यवस्थापक को साइन-इन ऑपरेशन फिर से करना चाहिए।", "कृपया अपने व्यवस्थापक से संपर्क करें।"},
	"el": {
		"Ο διαχειριστής πρέπει να εκτελέσει ξανά τη λειτουργία σύνδεσης.",
		"Επικοινωνήστε με τον διαχειριστή σας.",
	},
}

// Composed returns a message that is made of the guide's sentences: the expiration message (M4), the status of 361 and
// the remedy of chapter 8c; and that of 370, its status and the last sentence of M1. ok is false for any other name.
func Composed(language, name string) (text string, ok bool) {
	codes, remedy := Codes(language), remedies[language]
	switch name {
	case "M4":
		text = codes["361"].Status + " " + remedy.expired
	case "email-sign-in-again":
		text = codes["370"].Status + " " + remedy.again
	}
	return text, text != "" && len(codes) > 0
}

// Codes returns the guide's codes in a language, by their number; none for a language without an edition.
func Codes(language string) map[string]Code {
	rows := map[string]Code{}
	for _, r := range codes() {
		if c := inLanguage(language, r.English, r.Hindi, r.Greek); c != (Code{}) {
			rows[r.Code] = c
		}
	}
	return rows
}

// Chapters returns the chapters in their order.
func Chapters() []Chapter { return slices.Clone(chapters()) }

// WebConfigLanguage is the language that Web Config has while the panel has the given one: the Hindi edition prints
// every label of Web Config in English (docs/reference/printer.md §1.7).
func WebConfigLanguage(panel string) string {
	if panel == "hi" {
		return "en"
	}
	return panel
}

// Titles are the English titles of the chapters, which scenarios name.
func Titles() []string {
	var titles []string
	for _, c := range chapters() {
		titles = append(titles, c.English)
	}
	return titles
}

// passwords is the guide's word for a password in each language, in the cases in which it stands.
var passwords = []string{"password", "पासवर्ड", "κωδικός πρόσβασης", "κωδικό πρόσβασης"}

// Secret reports whether a field takes a password, by its name in any language.
func Secret(field string) bool {
	name := choice.Normalize(field)
	return slices.ContainsFunc(passwords, func(word string) bool { return strings.Contains(name, word) })
}
