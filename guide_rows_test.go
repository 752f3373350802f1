package mfpsim_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// guideRow is one of the 51 rows by which the guide is held against the bench.
type guideRow struct {
	Row    int      `yaml:"row"`
	Says   string   `yaml:"says"`
	At     string   `yaml:"at"`
	Proved []string `yaml:"proved"`
	ByHand string   `yaml:"by-hand"` // a test of the room chromium
	Waits  string   `yaml:"waits"`
	Where  string   `yaml:"where"`
}

func guideRows(t *testing.T) []guideRow {
	t.Helper()
	text, err := os.ReadFile("scenarios/guide-rows.yaml")
	require.NoError(t, err)
	var rows []guideRow
	require.NoError(t, yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&rows))
	return rows
}

// in says how far a row is there in a language.
func (r guideRow) in(language string) string {
	switch {
	case len(r.Proved) == 0 && r.Waits != "":
		return "waits"
	case r.Waits != "":
		return "in part"
	case r.At == "document" && language != "en":
		return "in English"
	case r.At == "web" && guide.WebConfigLanguage(language) != language:
		return "yes (Web Config is in English)"
	}
	return "yes"
}

// guideTables are the parts of docs/guide.md that are made from tables.
func guideTables(rows []guideRow) string {
	var b strings.Builder
	b.WriteString("| Chapter | Hindi edition | Greek edition |\n|---|---|---|\n")
	for _, c := range guide.Chapters() {
		fmt.Fprintf(&b, "| %s %s | %s | %s |\n", c.Number, c.English, c.Hindi, c.Greek)
	}
	b.WriteString(
		"\n## The guide, row by row\n\nEach scenario is played in English, Hindi and Greek, and must show the words of the language on every surface that has it. " +
			"What is proved *by hand* is also clicked through in Chromium, in each language (`make browser`).\n\n",
	)
	b.WriteString(
		"| Row | What a reader meets | en | hi | el | Proved by | Waits for |\n|---|---|---|---|---|---|---|\n",
	)
	for _, r := range rows {
		proof := "`" + strings.Join(r.Proved, "`, `") + "`"
		if len(r.Proved) == 0 {
			proof = r.Where
		}
		if r.ByHand != "" {
			proof += "; by hand"
		}
		fmt.Fprintf(
			&b, "| %d | %s | %s | %s | %s | %s | %s |\n",
			r.Row, r.Says, r.in("en"), r.in("hi"), r.in("el"), proof, r.Waits,
		)
	}
	return b.String()
}

const (
	tablesBegin = "<!-- made by: go test . -run TestTheGuidesPage -update -->\n"
	tablesEnd   = "<!-- end -->\n"
)

func TestTheGuidesPageIsMadeFromItsTables(t *testing.T) {
	page, err := os.ReadFile("docs/guide.md")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(page), tablesBegin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, tablesEnd)
	require.True(t, found)
	want := before + tablesBegin + guideTables(guideRows(t)) + causeTable(t) + tablesEnd + after
	if *update {
		require.NoError(t, os.WriteFile("docs/guide.md", []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page), "docs/guide.md is older than its tables")
}

func TestEachRowOfTheGuideIsProvedOrSaysWhatItWaitsFor(t *testing.T) {
	rows := guideRows(t)
	require.Len(t, rows, 51)
	var browserTests strings.Builder
	files, err := filepath.Glob("chromium/*_test.go")
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		browserTests.Write(text)
	}
	for i, r := range rows {
		require.Equal(t, i+1, r.Row)
		require.NotEmpty(t, r.Says)
		require.Contains(
			t, []string{"panel", "sheet", "jobs", "web", "microsoft", "wire", "document"}, r.At, "row %d", r.Row,
		)
		require.True(
			t,
			len(r.Proved) > 0 || r.Waits != "" || r.Where != "",
			"row %d has nothing that shows it",
			r.Row,
		)
		if r.ByHand != "" {
			require.Contains(t, browserTests.String(), "func "+r.ByHand+"(", "row %d", r.Row)
		}
		if r.Where != "" {
			require.FileExists(t, r.Where, "row %d", r.Row)
		}
	}
}

// TestEachScenarioOfTheGuidesRowsIsThereInEachLanguage plays them in Hindi and in Greek.
func TestEachScenarioOfTheGuidesRowsIsThereInEachLanguage(t *testing.T) {
	var patterns []string
	for _, r := range guideRows(t) {
		patterns = append(patterns, r.Proved...)
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	for _, language := range []string{"hi", "el"} {
		t.Run(language, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Seed: conformanceSeed, Patterns: patterns, Configure: func(c *lab.Config) { c.Language = language },
			})
			require.NoError(t, err)
			require.Len(t, results, len(patterns), "each names one scenario")
			for _, r := range results {
				require.Equal(t, report.Passed, r.Verdict, "%s in %q: %s", r.Scenario.ID, language, r.Failure)
			}
		})
	}
}
