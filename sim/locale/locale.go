// Package locale has every text that the simulated printer shows. A language is one file of messages and nothing else.
//
// A text is looked up by its message id. English is complete; the other languages have the words that the guide prints
// and fall back to English for the rest. Labels ("label.…") can be found by their English words, because people and
// scenarios name them in English in any language.
package locale

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"mfpsim/choice"
	"mfpsim/device"
)

// English is the language that is complete and that the others fall back to.
const English = "en"

// labelPrefix marks the message ids of labels: keys, fields, buttons, pages and values.
const labelPrefix = "label."

// LabelID is the message id of a label's name.
func LabelID(name string) string { return labelPrefix + name }

func isLabel(id string) bool { return strings.HasPrefix(id, labelPrefix) }

// NameOf is a language in its own words, as language lists show it: "Ελληνικά".
func NameOf(tag string) string {
	if name := display.Self.Name(language.Make(tag)); name != "" {
		return name
	}
	return tag
}

// Texts are the texts of one language.
type Texts struct {
	language  string
	tables    *Tables
	plain     map[string]string // texts without placeholders, ready
	normal    map[string]string // the same, normalized
	localizer *i18n.Localizer
	collect   sync.Once
	collected device.Words
}

func newTexts(language string, tables *Tables, plain map[string]string, localizer *i18n.Localizer) *Texts {
	t := &Texts{
		language: language, tables: tables, plain: plain, normal: make(map[string]string, len(plain)),
		localizer: localizer,
	}
	for id, words := range plain {
		t.normal[id] = choice.Normalize(words)
	}
	return t
}

// Language returns the language of the texts.
func (t *Texts) Language() string { return t.language }

// Text returns the text of a message id. An id that is not there is a programming error and panics: ids of data are
// checked with [Tables.Has] first.
func (t *Texts) Text(id string) string {
	text, ok := t.plain[id]
	if !ok {
		panic(fmt.Sprintf("locale: no message %q without placeholders", id))
	}
	return text
}

// Label returns the text of a label by its name.
func (t *Texts) Label(name string) string { return t.Text(LabelID(name)) }

// Format returns the text of a message id with its placeholders filled in.
func (t *Texts) Format(id string, values map[string]any) string {
	if text, ok := t.plain[id]; ok {
		return text
	}
	text, err := t.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: values})
	var fellBack *i18n.MessageNotFoundErr // comes with the English text
	if err != nil && (text == "" || !errors.As(err, &fellBack)) {
		panic(fmt.Sprintf("locale: message %q: %v", id, err))
	}
	return text
}

// Translate returns the words of this language for English words: the words of a label, or of any other message, as a
// whole. ok is false when no message has these words; they are then to be taken as they are.
func (t *Texts) Translate(english string) (words string, ok bool) {
	id, ok := t.tables.Find(english)
	if !ok {
		return english, false
	}
	return t.Text(id), true
}

// Message returns a message by the name that people write after @: its id, if it is no label. ok is false if there is
// none.
func (t *Texts) Message(name string) (text string, ok bool) {
	if isLabel(name) {
		return "", false
	}
	text, ok = t.plain[name]
	return text, ok
}

// Messages lists the names that [Texts.Message] knows, but those of codes.
func (t *Texts) Messages() []string {
	var names []string
	for _, id := range t.tables.ids {
		_, plain := t.plain[id]
		if plain && !isLabel(id) && !strings.HasPrefix(id, "code.") {
			names = append(names, id)
		}
	}
	return names
}

// Words returns the texts as a device gives them: what [Texts.Message] and [Texts.Translate] know, as data.
func (t *Texts) Words() device.Words {
	t.collect.Do(func() {
		w := device.Words{Language: t.language, Messages: map[string]string{}, Labels: map[string]string{}}
		for id, text := range t.plain {
			if !strings.HasPrefix(id, labelPrefix) {
				w.Messages[id] = text
			}
		}
		for tables := t.tables; tables != nil; tables = tables.standard {
			// In the order of Find: the model's own words before the standard ones, labels before messages.
			for _, id := range slices.Concat(tables.idsOf(true), tables.idsOf(false)) {
				words := choice.Normalize(tables.texts[English].plain[id])
				if _, known := w.Labels[words]; !known && words != "" {
					w.Labels[words] = t.Text(id)
				}
				if words != "" && t.isOwn(id) {
					w.Own = append(w.Own, words)
				}
			}
		}
		for name := range w.Messages {
			if t.isOwn(name) {
				w.Own = append(w.Own, name)
			}
		}
		slices.Sort(w.Own)
		w.Own = slices.Compact(w.Own)
		t.collected = w
	})
	return t.collected
}

// isOwn reports whether a model has put words of its own in place of the standard ones.
func (t *Texts) isOwn(id string) bool {
	if t.tables.standard == nil {
		return false
	}
	standard, known := t.tables.standard.In(t.language).plain[id]
	return known && standard != t.plain[id]
}

// Is reports whether words name the label: the words of this language, or its English words, the model's or the
// standard ones.
func (t *Texts) Is(words, id string) bool {
	wanted := choice.Normalize(words)
	if _, known := t.normal[id]; !known {
		panic(fmt.Sprintf("locale: no message %q without placeholders", id))
	}
	if wanted == t.normal[id] {
		return true
	}
	for tables := t.tables; tables != nil; tables = tables.standard {
		if english, ok := tables.In(English).normal[id]; ok && wanted == english {
			return true
		}
	}
	return false
}
