// Package locale has every text that the simulated printer shows. A language is one file of messages and nothing else.
//
// A text is looked up by its message id. English is complete; where another language lacks a text, the English one
// stands in, and a surface that is drawn in that language notes it ([Texts.On]). Labels ("label.…") can be found by
// their English words, because people and scenarios name them in English in any language.
package locale

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"mfpsim/choice"
	"mfpsim/device"
)

// English is the language that is complete and that the others fall back to.
const English = "en"

// labelPrefix marks the message ids of labels: keys, fields, buttons, pages and values.
const labelPrefix = "label."

// LabelID is the message id of a label's name.
func LabelID(name string) string { return labelPrefix + name }

// EventID is the message id of the label of something that can happen to a printer.
func EventID(name string) string { return LabelID("event-" + name) }

// numbered reports whether a label stands several times on a page, with a number behind each.
func numbered(id string) bool {
	return strings.HasPrefix(id, EventID("")) || id == LabelID("email-address")
}

// Numbered is a label with its number.
func Numbered(text string, number int) string { return fmt.Sprintf("%s %d", text, number) }

// numbersKnown is how many of a numbered label a person can name.
const numbersKnown = 9

func isLabel(id string) bool { return strings.HasPrefix(id, labelPrefix) }

// The layouts of dates, in the form of package time: what is not to be translated word by word.
const (
	layoutPrefix = "layout."
	StampID      = layoutPrefix + "stamp"
	ClockID      = layoutPrefix + "clock"
)

func isLayout(id string) bool { return strings.HasPrefix(id, layoutPrefix) }

// NameOf is a language in its own words, as language lists show it: "Ελληνικά".
func NameOf(tag string) string {
	if name := display.Self.Name(language.Make(tag)); name != "" {
		return name
	}
	return tag
}

// Texts are the texts of one language, as a surface shows them.
type Texts struct {
	*words
	fellBack func(id string) // nil: nobody asks
}

// words are the texts of one language. They do not change.
type words struct {
	language  string
	tables    *Tables
	plain     map[string]string // texts without placeholders, ready
	normal    map[string]string // the same, normalized
	lacks     map[string]bool   // message ids for which English stands in
	localizer *i18n.Localizer
	numbers   *message.Printer
	collect   sync.Once
	collected device.Words
}

func newTexts(
	tag string, tables *Tables, plain map[string]string, lacks map[string]bool, localizer *i18n.Localizer,
) *Texts {
	w := &words{
		language: tag, tables: tables, plain: plain, normal: make(map[string]string, len(plain)), lacks: lacks,
		localizer: localizer, numbers: message.NewPrinter(language.Make(tag)),
	}
	for id, text := range plain {
		w.normal[id] = choice.Normalize(text)
	}
	return &Texts{words: w}
}

// On returns the texts for a surface: fellBack is called with the message id whenever the surface asks for a text in
// place of which it gets the English one.
func (t *Texts) On(fellBack func(id string)) *Texts {
	return &Texts{words: t.words, fellBack: fellBack}
}

// Lacks reports whether the language has no text of its own for a message id.
func (t *Texts) Lacks(id string) bool { return t.lacks[id] }

// Language returns the language of the texts.
func (t *Texts) Language() string { return t.language }

// Text returns the text of a message id. An id that is not there is a programming error and panics: ids of data are
// checked with [Tables.Has] first.
func (t *Texts) Text(id string) string {
	text, ok := t.plain[id]
	if !ok {
		panic(fmt.Sprintf("locale: no message %q without placeholders", id))
	}
	t.used(id)
	return text
}

// used tells of a message that is shown if it is not in the language.
func (t *Texts) used(id string) {
	if t.fellBack != nil && t.lacks[id] {
		t.fellBack(id)
	}
}

// Label returns the text of a label by its name.
func (t *Texts) Label(name string) string { return t.Text(LabelID(name)) }

// Format returns the text of a message id with its placeholders filled in.
func (t *Texts) Format(id string, values map[string]any) string {
	return t.localized(id, &i18n.LocalizeConfig{MessageID: id, TemplateData: values})
}

// Count returns the text of a message id for so many things, in the form that the language has for the number (CLDR:
// one, two, few, many, other). The text has the number in the place of {{.Count}}, written as the language does.
func (t *Texts) Count(id string, n int) string {
	return t.localized(id, &i18n.LocalizeConfig{
		MessageID: id, PluralCount: n, TemplateData: map[string]any{"Count": t.Number(n)},
	})
}

// Number writes a whole number as the language does: 12,345 in English, 12.345 in Greek.
func (t *Texts) Number(n int) string { return t.numbers.Sprint(number.Decimal(n)) }

// Stamp writes a time to the minute, as lists do: the time of the place that it carries.
func (t *Texts) Stamp(at time.Time) string { return at.Format(t.Text(StampID)) }

// Clock writes a date, a time and its distance from UTC, as pages do.
func (t *Texts) Clock(at time.Time) string { return at.Format(t.Text(ClockID)) }

func (t *Texts) localized(id string, config *i18n.LocalizeConfig) string {
	t.used(id)
	if text, ok := t.plain[id]; ok {
		return text
	}
	text, err := t.localizer.Localize(config)
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

// Message returns a message by the name that people write after @: its id, if it is no label and no layout of a date.
// ok is false if there is none.
func (t *Texts) Message(name string) (text string, ok bool) {
	if isLabel(name) || isLayout(name) {
		return "", false
	}
	if text, ok = t.plain[name]; ok {
		t.used(name)
	}
	return text, ok
}

// Messages lists the names that [Texts.Message] knows, but those of codes.
func (t *Texts) Messages() []string {
	var names []string
	for _, id := range t.tables.ids {
		_, plain := t.plain[id]
		if plain && !isLabel(id) && !isLayout(id) && !strings.HasPrefix(id, "code.") {
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
			if !isLabel(id) && !isLayout(id) {
				w.Messages[id] = text
			}
		}
		for tables := t.tables; tables != nil; tables = tables.standard {
			// In the order of Find: the model's own words before the standard ones, labels before messages.
			for _, id := range slices.Concat(tables.idsOf(true), tables.idsOf(false)) {
				words := choice.Normalize(tables.texts[English].plain[id])
				if _, known := w.Labels[words]; !known && words != "" {
					w.Labels[words] = t.plain[id]
				}
				for n := 1; numbered(id) && n <= numbersKnown; n++ {
					w.Labels[Numbered(words, n)] = Numbered(t.plain[id], n)
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
