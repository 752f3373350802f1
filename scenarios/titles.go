package scenarios

import (
	"bytes"
	_ "embed" // for the titles
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/languages"
)

//go:embed titles.yaml
var titlesSource []byte

// titles are those of the scenarios of this program, by id. The table is part of the program: one that cannot be read
// is a mistake, and panics.
var titles = sync.OnceValue(func() map[string]languages.Text {
	var rows map[string]languages.Text
	if err := yaml.NewDecoder(bytes.NewReader(titlesSource), yaml.Strict()).Decode(&rows); err != nil {
		panic(fmt.Sprintf("scenarios: titles.yaml: %v", err))
	}
	return rows
})

// TitleIn is the title in a language of the guide, and the language that it is in: English where it has none in the
// other, as a scenario of a folder of one's own.
func (s Scenario) TitleIn(language string) (title, in string) {
	if translated := titles()[s.ID].In(language); translated != "" && s.folder == "" {
		return translated, language
	}
	return s.Title, english
}
