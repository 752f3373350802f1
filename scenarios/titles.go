package scenarios

import (
	"bytes"
	_ "embed" // for the titles
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed titles.yaml
var titlesSource []byte

// titleRow is the title of a scenario in the other languages of the guide.
type titleRow struct {
	Hindi string `yaml:"hi"`
	Greek string `yaml:"el"`
}

// titles are those of the scenarios of this program, by id. The table is part of the program: one that cannot be read
// is a mistake, and panics.
var titles = sync.OnceValue(func() map[string]titleRow {
	var rows map[string]titleRow
	if err := yaml.NewDecoder(bytes.NewReader(titlesSource), yaml.Strict()).Decode(&rows); err != nil {
		panic(fmt.Sprintf("scenarios: titles.yaml: %v", err))
	}
	return rows
})

// TitleIn is the title in a language of the guide, and the language that it is in: English where it has none in the
// other, as a scenario of a folder of one's own.
func (s Scenario) TitleIn(language string) (title, in string) {
	row := titles()[s.ID]
	if s.folder != "" {
		row = titleRow{}
	}
	switch {
	case language == "hi" && row.Hindi != "":
		return row.Hindi, "hi"
	case language == "el" && row.Greek != "":
		return row.Greek, "el"
	}
	return s.Title, english
}
