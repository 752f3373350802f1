package models

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"mfpsim/choice"
	"mfpsim/sim/internal/yamlfile"
	"mfpsim/sim/locale"
)

//go:embed data/*.yaml
var embedded embed.FS

// Set is the models that there are. It does not change.
type Set struct {
	models []*Model // by name
	first  *Model   // the default one
}

// Embedded returns the models of this program.
func Embedded() (*Set, error) { return load() }

var load = sync.OnceValues(func() (*Set, error) {
	tables, err := locale.Embedded()
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Load(files, tables)
})

// Load reads models, a file each, with the texts that they have in common. One of several has to say that it is the
// default one.
func Load(files fs.FS, tables *locale.Tables) (*Set, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	s := &Set{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the model: %w", err)
		}
		m, file, err := parse(name, data, tables)
		if err != nil {
			return nil, err
		}
		for _, other := range s.models {
			if strings.EqualFold(other.Name, m.Name) {
				return nil, file.Errorf([]string{"name"}, "there is a model %s already", m.Name)
			}
		}
		if m.Default && s.first != nil {
			return nil, file.Errorf([]string{"default"}, "%s is the default model already", s.first.Name)
		}
		if m.Default {
			s.first = m
		}
		s.models = append(s.models, m)
	}
	if len(s.models) == 1 {
		s.first = s.models[0]
	}
	if s.first == nil {
		return nil, fmt.Errorf("none of %d models is the default one", len(s.models))
	}
	slices.SortFunc(s.models, func(a, b *Model) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// Names returns the names of the models, sorted.
func (s *Set) Names() []string {
	names := make([]string, len(s.models))
	for i, m := range s.models {
		names[i] = m.Name
	}
	return names
}

// Languages are those of the panels of all models, in the order of the models.
func (s *Set) Languages() []string {
	var languages []string
	for _, m := range s.models {
		for _, language := range m.Panel.Languages {
			if !slices.Contains(languages, language) {
				languages = append(languages, language)
			}
		}
	}
	return languages
}

// Get returns a model by its name, without regard to case, or the default one for "". The model is shared and must not
// be changed.
func (s *Set) Get(name string) (*Model, error) {
	if name == "" {
		return s.first, nil
	}
	for _, m := range s.models {
		if strings.EqualFold(m.Name, name) {
			return m, nil
		}
	}
	return nil, &choice.Error{What: "model", Wanted: name, Present: s.Names()}
}

// Get returns one of the models of this program; see [Set.Get].
func Get(name string) (*Model, error) {
	s, err := Embedded()
	if err != nil {
		return nil, err
	}
	return s.Get(name)
}

// Parse reads a model from YAML and checks it; name is how errors call the file.
func Parse(name string, data []byte, tables *locale.Tables) (*Model, error) {
	m, _, err := parse(name, data, tables)
	return m, err
}

func parse(name string, data []byte, tables *locale.Tables) (*Model, *yamlfile.File, error) {
	file, err := yamlfile.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if err := matchSchema(file); err != nil {
		return nil, nil, err
	}
	m := &Model{tables: tables}
	if err := file.Decode(m); err != nil {
		return nil, nil, err
	}
	if err := m.check(file); err != nil {
		return nil, nil, err
	}
	return m, file, nil
}
