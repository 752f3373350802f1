package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"mfpsim/choice"
	"mfpsim/sim/internal/yamlfile"
)

//go:embed messages/*.yaml
var embedded embed.FS

// Tables are all texts of all languages. They do not change.
type Tables struct {
	languages []string // English first
	texts     map[string]*Texts
	ids       []string          // sorted
	sources   map[string]string // description of a message id
	found     map[string]string // normalized English words -> id; labels come first, then the first by id
	standard  *Tables           // those that a model's words were put over; nil: there are none
}

// Embedded returns the tables of this program.
func Embedded() (*Tables, error) { return load() }

var load = sync.OnceValues(func() (*Tables, error) {
	files, err := fs.Sub(embedded, "messages")
	if err != nil {
		return nil, err
	}
	return Load(files)
})

// Load reads message files, one for each language: en.yaml, hi.yaml and so on. English must be there. A message that
// English lacks is an error with file and line.
func Load(files fs.FS) (*Tables, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	var sources []*source
	var english *source
	for _, name := range names {
		s, err := read(bundle, files, name)
		if err != nil {
			return nil, err
		}
		if s.tag == English {
			english = s
		}
		sources = append(sources, s)
	}
	if english == nil {
		return nil, fmt.Errorf("there is no %s.yaml: English is what the other languages fall back to", English)
	}
	t := &Tables{texts: map[string]*Texts{}, sources: map[string]string{}}
	words := map[string]string{}
	for id, m := range english.messages {
		words[id], t.sources[id] = m.Other, m.Description
	}
	for _, s := range sources {
		if err := s.check(words); err != nil {
			return nil, err
		}
		plain, lacks := s.plain(words)
		t.texts[s.tag] = newTexts(s.tag, t, plain, lacks, i18n.NewLocalizer(bundle, s.tag, English))
	}
	t.index(slices.Sorted(maps.Keys(words)))
	return t, nil
}

// source is one file of messages.
type source struct {
	name, tag string
	data      []byte
	messages  map[string]*i18n.Message
}

func read(bundle *i18n.Bundle, files fs.FS, name string) (*source, error) {
	s := &source{name: name, tag: strings.TrimSuffix(path.Base(name), ".yaml"), messages: map[string]*i18n.Message{}}
	if _, err := language.Parse(s.tag); err != nil {
		return nil, fmt.Errorf("%s: the name is no language: en.yaml, pt-BR.yaml", name)
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read the messages of %q: %w", s.tag, err)
	}
	s.data = data
	parsed, err := bundle.ParseMessageFileBytes(data, name)
	if err != nil {
		return nil, s.mistake(err)
	}
	for _, m := range parsed.Messages {
		s.messages[m.ID] = m
	}
	return s, nil
}

// check holds the messages against the English ones.
func (s *source) check(english map[string]string) error {
	for _, id := range slices.Sorted(maps.Keys(s.messages)) {
		words, known := english[id]
		switch {
		case !known:
			return s.errorAt(id, "the message %q, which English lacks", id)
		case hasPlaceholder(s.messages[id].Other) && !hasPlaceholder(words):
			return s.errorAt(id, "the message %q has placeholders, and its English words have none", id)
		case !hasPlaceholder(s.messages[id].Other) && hasPlaceholder(words):
			return s.errorAt(id, "the message %q has no placeholders, and its English words have some", id)
		}
	}
	return nil
}

// plain are the texts without placeholders, English where the language has none; lacks are the ids of which it has
// none.
func (s *source) plain(english map[string]string) (texts map[string]string, lacks map[string]bool) {
	texts, lacks = map[string]string{}, map[string]bool{}
	for id, words := range english {
		if own := s.messages[id]; own != nil {
			words = own.Other
		} else {
			lacks[id] = true
		}
		if !hasPlaceholder(words) {
			texts[id] = words
		}
	}
	return texts, lacks
}

// mistake finds the line of what is wrong with the YAML of a file that could not be read.
func (s *source) mistake(why error) error {
	file, err := yamlfile.Parse(s.name, s.data)
	if err != nil {
		return err
	}
	var content map[string]any
	if err := file.Decode(&content); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", s.name, why)
}

func (s *source) errorAt(id, format string, values ...any) error {
	file, err := yamlfile.Parse(s.name, s.data)
	if err != nil {
		return err
	}
	return file.Errorf([]string{id}, format, values...)
}

func hasPlaceholder(words string) bool { return strings.Contains(words, "{{") }

// index fills in what is looked up by English words. The ids are sorted.
func (t *Tables) index(ids []string) {
	t.ids = ids
	t.found = make(map[string]string, len(t.ids))
	for _, id := range t.ids {
		words := t.texts[English].normal[id]
		if isLayout(id) {
			continue
		}
		if known, taken := t.found[words]; words != "" && (!taken || isLabel(id) && !isLabel(known)) {
			t.found[words] = id
		}
	}
	t.languages = []string{English}
	for _, tag := range slices.Sorted(maps.Keys(t.texts)) {
		if tag != English {
			t.languages = append(t.languages, tag)
		}
	}
}

// With returns tables in which a model's own words, by language and message id, stand in place of these (guide rules
// R32, R35). What is named by the words of these tables is still found. A message that these tables lack needs English
// words.
func (t *Tables) With(words map[string]map[string]string) *Tables {
	if len(words) == 0 {
		return t
	}
	own := &Tables{texts: map[string]*Texts{}, sources: maps.Clone(t.sources), standard: t}
	for tag, texts := range t.texts {
		plain, lacks := maps.Clone(texts.plain), maps.Clone(texts.lacks)
		for id, said := range words[English] {
			if _, known := plain[id]; !known || texts.lacks[id] || tag == English {
				plain[id], lacks[id] = said, tag != English
			}
			own.sources[id] = "the model"
		}
		for id, said := range words[tag] {
			plain[id], lacks[id] = said, false
		}
		own.texts[tag] = newTexts(tag, own, plain, lacks, texts.localizer)
	}
	ids := slices.Concat(t.ids, slices.Collect(maps.Keys(own.texts[English].plain)))
	slices.Sort(ids)
	own.index(slices.Compact(ids))
	return own
}

// In returns the texts of a language; of English for a language that there are none for.
func (t *Tables) In(language string) *Texts {
	if texts := t.texts[language]; texts != nil {
		return texts
	}
	return t.texts[English]
}

// Languages are those that there are texts for, English first.
func (t *Tables) Languages() []string { return slices.Clone(t.languages) }

// IDs returns all message ids, sorted. Those that a scenario can name with @ are the ones that are no labels and no
// codes.
func (t *Tables) IDs() []string { return slices.Clone(t.ids) }

// idsOf are the message ids of labels, or those of the others.
func (t *Tables) idsOf(labels bool) []string {
	return slices.DeleteFunc(t.IDs(), func(id string) bool { return strings.HasPrefix(id, labelPrefix) != labels })
}

// Source tells where a message's English words are from: "guide", "recalled", "ours…"; empty where the message files'
// sections say it.
func (t *Tables) Source(id string) string { return t.sources[id] }

// Has reports whether there is a message of that id that has no placeholders, so that [Texts.Text] gives it.
func (t *Tables) Has(id string) bool {
	_, found := t.texts[English].plain[id]
	return found
}

// Find returns the message id of English words, without regard to case and to the kind of apostrophe; labels come
// first.
func (t *Tables) Find(english string) (id string, ok bool) {
	wanted := choice.Normalize(english)
	for tables := t; tables != nil; tables = tables.standard {
		if id, ok := tables.found[wanted]; ok {
			return id, true
		}
	}
	return "", false
}
