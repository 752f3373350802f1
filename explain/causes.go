package explain

import (
	"bytes"
	_ "embed" // for the causes
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/core/outcome"
	"mfpsim/guide"
	"mfpsim/languages"
	"mfpsim/scenarios"
)

//go:embed causes.yaml
var causeTable []byte

//go:embed causes_mail.yaml
var mailCauseTable []byte

//go:embed headings.yaml
var headingTable []byte

// causeRow is a row of causes.yaml, which explains its columns, and of causes_mail.yaml.
type causeRow struct {
	ID       string         `yaml:"id"`
	Often    int            `yaml:"often"`
	Mark     string         `yaml:"mark"`
	Kinds    []outcome.Kind `yaml:"kinds"`
	AADSTS   []int          `yaml:"aadsts"`
	Replies  []string       `yaml:"replies"`
	Codes    []string       `yaml:"codes"`
	Messages []string       `yaml:"messages"`
	Rules    []string       `yaml:"rules"`
	Chapter  string         `yaml:"chapter"`
	Scenario string         `yaml:"scenario"`
	At       []string       `yaml:"at"`
	Words    languages.Text `yaml:"words"`
	Phrases  languages.Text `yaml:"phrases"`
	Says     languages.Text `yaml:"says"`
	Tell     languages.Text `yaml:"tell"`
	Do       languages.Text `yaml:"do"`
}

// textRow is a text by its id.
type textRow struct {
	ID             string `yaml:"id"`
	languages.Text `yaml:",inline"`
}

// causes is the table. It is part of the program: one that cannot be read is a mistake in it, and panics.
var causes = sync.OnceValue(func() []causeRow {
	var signIn, mail []causeRow
	strictly("causes.yaml", causeTable, &signIn)
	strictly("causes_mail.yaml", mailCauseTable, &mail)
	return slices.Concat(signIn, mail)
})

func strictly(name string, text []byte, rows any) {
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(rows); err != nil {
		panic(fmt.Sprintf("explain: %s: %v", name, err))
	}
}

var headingRows = sync.OnceValue(func() map[string]languages.Text {
	var rows []textRow
	strictly("headings.yaml", headingTable, &rows)
	byID := map[string]languages.Text{}
	for _, r := range rows {
		byID[r.ID] = r.Text
	}
	return byID
})

//go:embed rules.yaml
var ruleTable []byte

// ruleRows are the rules of the guide in Hindi and in Greek, by their numbers.
var ruleRows = sync.OnceValue(func() map[string]languages.Text {
	var rows []textRow
	strictly("rules.yaml", ruleTable, &rows)
	byID := map[string]languages.Text{}
	for _, r := range rows {
		byID[r.ID] = r.Text
	}
	return byID
})

// heading is a word of headings.yaml; an id that is not there is a mistake of the program, and panics.
func heading(language, id string) string {
	row, known := headingRows()[id]
	if !known {
		panic("explain: no heading " + id)
	}
	return row.In(language)
}

// Cause is why a printer sends no email, in the language that was asked for.
type Cause struct {
	ID       string `json:"id"`
	Often    int    `json:"often"    doc:"1 often, 2 at times, 3 seldom"`
	Common   string `json:"common"   doc:"the same in words, and whose word it is"`
	Mark     string `json:"mark"     doc:"desk: one of the support desk's 15 calls; ours: our estimate"`
	Says     string `json:"says"     doc:"what is the matter"`
	Ask      string `json:"ask"      doc:"what to ask the customer: it tells the cause from the others without a look at any server"`
	Note     string `json:"note"     doc:"what in the text does not fit the cause; empty: nothing"`
	Tell     string `json:"tell"     doc:"how it is told from the other causes"`
	Do       string `json:"do"       doc:"the remedy, that of the guide where its chapter has one"`
	Number   string `json:"number"   doc:"of the guide's chapter, ours: 8b is the second part of chapter 8"`
	Chapter  string `json:"chapter"  doc:"its title"`
	Page     int    `json:"page"     doc:"of the guide"`
	Scenario string `json:"scenario" doc:"where it is to be seen"`
	Title    string `json:"title"    doc:"of the scenario, in the language of the answer where it has one in it"`
}

func (r causeRow) told(language string, played []scenarios.Scenario) Cause {
	often := []string{"often", "at-times", "seldom"}[r.Often-1]
	c := Cause{
		ID: r.ID, Often: r.Often, Mark: r.Mark, Common: heading(language, often) + ", " + heading(language, r.Mark),
		Says: r.Says.In(
			language,
		), Ask: asks()[r.ID].In(language), Tell: r.Tell.In(language), Do: r.Do.In(language), Scenario: r.Scenario,
		Number: r.Chapter,
	}
	for _, chapter := range guide.Chapters() {
		if chapter.Number == r.Chapter {
			c.Chapter, c.Page = chapter.In(language), chapter.Page
		}
	}
	if at := slices.IndexFunc(played, func(s scenarios.Scenario) bool { return s.ID == r.Scenario }); at >= 0 {
		c.Title, _ = played[at].TitleIn(language)
	}
	return c
}

// causesOf are the rows that fit, the most common first.
func causesOf(fits func(causeRow) bool) []string {
	var ids []string
	for often := 1; often <= 3; often++ {
		for _, row := range causes() {
			if row.Often == often && fits(row) {
				ids = append(ids, row.ID)
			}
		}
	}
	return ids
}

// causesOfKinds are those that end in one of the outcomes.
func causesOfKinds(kinds []outcome.Kind) []string {
	return causesOf(func(r causeRow) bool { return r.endsIn(kinds) })
}

func (r causeRow) endsIn(kinds []outcome.Kind) bool {
	return slices.ContainsFunc(r.Kinds, func(k outcome.Kind) bool { return slices.Contains(kinds, k) })
}

// AllCauses are the causes of the table in its order, in a language of the guide.
func AllCauses(language string) []Cause {
	played, err := scenarios.All()
	if err != nil {
		panic("explain: " + err.Error()) // of this program's own files
	}
	var all []Cause
	for _, row := range causes() {
		all = append(all, row.told(language, played))
	}
	return all
}

// RemedyOf is what helps in the case that a scenario is, in a language; empty: no cause of the table leads to it.
func RemedyOf(scenario, language string) string {
	for _, row := range causes() {
		if row.Scenario == scenario {
			return row.Do.In(language)
		}
	}
	return ""
}

// PlacesOf are the places of the bench's page that have what helps in the case that a scenario is: "webconfig" and a
// page of Web Config by the English labels of its menu, or a tab and the id or data-key of a control on it.
func PlacesOf(scenario string) []string {
	for _, row := range causes() {
		if row.Scenario == scenario {
			return row.At
		}
	}
	return nil
}

// chapterOf is the number of the chapter of a cause of the table.
func chapterOf(cause string) string {
	at := slices.IndexFunc(causes(), func(row causeRow) bool { return row.ID == cause })
	return causes()[at].Chapter
}

// remedyOf is what helps against a cause of the table, in a language.
func remedyOf(cause, language string) string {
	at := slices.IndexFunc(causes(), func(row causeRow) bool { return row.ID == cause })
	return causes()[at].Do.In(language)
}

// CausesOf are the ids of the causes that end in an outcome, the most common first.
func CausesOf(kind outcome.Kind) []string { return causesOfKinds([]outcome.Kind{kind}) }
