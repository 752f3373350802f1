package scenarios_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// together is the files of several folders.
func together(t *testing.T, folders ...string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	for _, folder := range folders {
		names, err := fs.Glob(os.DirFS(folder), "*.yaml")
		require.NoError(t, err)
		for _, name := range names {
			data, err := os.ReadFile(folder + "/" + name)
			require.NoError(t, err)
			all[name] = &fstest.MapFile{Data: data}
		}
	}
	return all
}

// whole puts «English» in the place of each text that a language lacks, so that it has all.
func whole(t *testing.T, files fs.FS, language string) fs.FS {
	t.Helper()
	read := func(name string) map[string]any {
		data, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		table := map[string]any{}
		require.NoError(t, yaml.Unmarshal(data, &table))
		return table
	}
	english, table := read("en.yaml"), read(language+".yaml")
	for id, text := range english {
		if row, is := text.(map[string]any); is {
			text = row["other"]
		}
		if _, known := table[id]; !known {
			table[id] = text
			if !strings.HasPrefix(id, "layout.") {
				table[id] = "«" + text.(string) + "»"
			}
		}
	}
	data, err := yaml.Marshal(table)
	require.NoError(t, err)
	all := fstest.MapFS{language + ".yaml": {Data: data}}
	names, err := fs.Glob(files, "*.yaml")
	require.NoError(t, err)
	for _, name := range names {
		if all[name] == nil {
			data, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			all[name] = &fstest.MapFile{Data: data}
		}
	}
	return all
}

// modelsIn are the models of the program and of the tests, with the texts of files.
func modelsIn(t *testing.T, texts fs.FS) *models.Set {
	t.Helper()
	tables, err := locale.Load(texts)
	require.NoError(t, err)
	set, err := models.Load(together(t, "../sim/models/data", "../sim/models/testdata"), tables)
	require.NoError(t, err)
	return set
}

// TestAFallBackToEnglishFailsTheScenario plays one in a language that lacks texts of each surface.
func TestAFallBackToEnglishFailsTheScenario(t *testing.T) {
	set := modelsIn(t, together(t, "../sim/locale/messages", "../sim/locale/testdata"))
	for surface, lacks := range map[string]struct{ scenario, text string }{
		"panel": {"trouble/sign-in-not-saved", "label.home (panel, de)"},
		"web":   {"status/forged-form", "label.ok (Web Config, de)"},
	} {
		t.Run(surface, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Seed: 7, Patterns: []string{lacks.scenario},
				Configure: func(c *lab.Config) { c.Models, c.Model, c.Language = set, "Office 9", "de" },
			})
			require.NoError(t, err)
			require.Len(t, results, 1)
			require.False(t, results[0].Passed)
			require.Contains(t, results[0].Failure, lacks.text)
			require.Contains(t, results[0].Failure, "language")
		})
	}
}

// TestAnotherModelAndAnotherLanguageAreFiles plays scenarios on a model that calls its keys otherwise, in English, in a
// language that the program does not have, and in one that its Web Config does not have. Nothing but files was added.
func TestAnotherModelAndAnotherLanguageAreFiles(t *testing.T) {
	set := modelsIn(t, whole(t, together(t, "../sim/locale/messages", "../sim/locale/testdata"), "de"))
	for _, language := range []string{"en", "de", "hi"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			panel := ""
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Seed: 7, Patterns: []string{"setup", "status", "trouble/sign-in-not-saved"},
				Configure: func(c *lab.Config) { c.Models, c.Model, c.Language = set, "Office 9", language },
				Inspect: func(r scenarios.Result, l *lab.Lab) {
					if r.Scenario.ID == "status/signed-in" {
						printer, err := l.Printer(lab.DefaultPrinter)
						require.NoError(t, err)
						screen, err := printer.Device().Panel().Home(t.Context())
						require.NoError(t, err)
						panel = screen.String()
					}
				},
			})
			require.NoError(t, err)
			require.Greater(t, len(results), 8)
			var failed []string
			for _, r := range results {
				if r.Verdict == report.Skipped { // what this model, or the second printer of a scenario, cannot do
					require.Regexp(t, `^needs (event|print-admin-serverless), |Team 500 has no language "de"`, r.Failure)
					continue
				}
				if !r.Passed {
					failed = append(failed, r.Failure)
				}
			}
			require.Empty(t, failed, strings.Join(failed, "\n"))
			require.Contains(
				t, panel, map[string]string{"en": "<Send & Scan>", "de": "<Senden>", "hi": "<स्कैन>"}[language],
			)
		})
	}
}
