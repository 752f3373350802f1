// Package locale holds every text that the simulated printer shows, in English, Hindi and Greek.
//
// A text is looked up by its message id. English is complete; Hindi and Greek have the words that the guide prints and fall
// back to English for the rest. Labels ("label.…") can be found by their English words, because people and scenarios name them in
// English in any language.
package locale

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages/*.yaml
var files embed.FS

// English is the language that is complete and that the others fall back to.
const English = "en"

// labelPrefix marks the message ids of labels: keys, fields, buttons, pages and values.
const labelPrefix = "label."

// Languages are the languages that there are texts for, English first.
var Languages = []string{English, "hi", "el"}

// Texts are the texts of one language.
type Texts struct {
	language  string
	plain     map[string]string // texts without placeholders, ready
	localizer *i18n.Localizer
}

// tables are the message files, read once.
type tables struct {
	texts    map[string]*Texts
	ids      []string            // sorted
	sources  map[string]string   // description of a message id
	labelIDs map[string][]string // normalized English words -> ids of labels
}

var load = sync.OnceValue(func() *tables {
	loaded, err := parse()
	if err != nil {
		panic("locale: the embedded message files are wrong: " + err.Error()) // ours, found by any test
	}
	return loaded
})

func parse() (*tables, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	t := &tables{texts: map[string]*Texts{}, sources: map[string]string{}, labelIDs: map[string][]string{}}
	present := map[string]map[string]*i18n.Message{}
	for _, l := range Languages {
		file, err := bundle.LoadMessageFileFS(files, "messages/"+l+".yaml")
		if err != nil {
			return nil, fmt.Errorf("read the messages of %q: %w", l, err)
		}
		present[l] = map[string]*i18n.Message{}
		for _, m := range file.Messages {
			present[l][m.ID] = m
		}
	}
	for id, m := range present[English] {
		t.ids = append(t.ids, id)
		t.sources[id] = m.Description
		if strings.HasPrefix(id, labelPrefix) {
			words := Normalize(m.Other)
			t.labelIDs[words] = append(t.labelIDs[words], id)
		}
	}
	sort.Strings(t.ids)
	for _, ids := range t.labelIDs {
		sort.Strings(ids)
	}
	for _, l := range Languages {
		texts := &Texts{language: l, plain: map[string]string{}, localizer: i18n.NewLocalizer(bundle, l, English)}
		for id := range present[l] {
			if present[English][id] == nil {
				return nil, fmt.Errorf("%q has the message %q, which English lacks", l, id)
			}
		}
		for id, m := range present[English] {
			own := m
			if translated := present[l][id]; translated != nil {
				own = translated
			}
			if !strings.Contains(own.Other, "{{") {
				texts.plain[id] = own.Other
			}
		}
		t.texts[l] = texts
	}
	return t, nil
}

// In returns the texts of a language; of English for a language that there are none for.
func In(language string) *Texts {
	if texts := load().texts[language]; texts != nil {
		return texts
	}
	return load().texts[English]
}

// Known reports whether there are texts in a language.
func Known(language string) bool { return slices.Contains(Languages, language) }

// IDs returns all message ids, sorted. Those that a scenario can name with @ are the ones that are no labels and no codes.
func IDs() []string { return slices.Clone(load().ids) }

// Source tells where a message's English words are from: "guide", "recalled", "ours…"; empty where the message files' sections say it.
func Source(id string) string { return load().sources[id] }

// Has reports whether there is a message of that id.
func Has(id string) bool {
	_, found := slices.BinarySearch(load().ids, id)
	return found
}

// Language returns the language of the texts.
func (t *Texts) Language() string { return t.language }

// Text returns the text of a message id. An id that is not there is a programming error and panics.
func (t *Texts) Text(id string) string {
	text, ok := t.plain[id]
	if !ok {
		panic(fmt.Sprintf("locale: no message %q without placeholders", id))
	}
	return text
}

// Label returns the text of a label by the part of its id after "label.".
func (t *Texts) Label(name string) string { return t.Text(labelPrefix + name) }

// Format returns the text of a message id with its placeholders filled in.
func (t *Texts) Format(id string, values map[string]any) string {
	text, err := t.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: values})
	var fellBack *i18n.MessageNotFoundErr // comes with the English text
	if err != nil && (text == "" || !errors.As(err, &fellBack)) {
		panic(fmt.Sprintf("locale: message %q: %v", id, err))
	}
	return text
}

// Translate returns the words of this language for English words: the words of a label, or of any other message, as a whole.
// ok is false when no message has these words; they are then to be taken as they are.
func (t *Texts) Translate(english string) (words string, ok bool) {
	id, ok := Find(english)
	if !ok {
		return english, false
	}
	return t.Text(id), true
}

// Find returns the message id of English words, without regard to case and to the kind of apostrophe; labels come first.
func Find(english string) (id string, ok bool) {
	tables := load()
	wanted := Normalize(english)
	if ids := tables.labelIDs[wanted]; len(ids) > 0 {
		return ids[0], true
	}
	for _, id := range tables.ids {
		if Normalize(tables.texts[English].plain[id]) == wanted && wanted != "" {
			return id, true
		}
	}
	return "", false
}

// Is reports whether words name the label: its English words or those of this language.
func (t *Texts) Is(words, id string) bool {
	wanted := Normalize(words)
	return wanted == Normalize(t.Text(id)) || wanted == Normalize(In(English).Text(id))
}

// Normalize brings words into the form in which they are compared: lower case, single spaces, ’ as '.
func Normalize(words string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(words, "’", "'")), " "))
}
