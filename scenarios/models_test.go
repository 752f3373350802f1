package scenarios_test

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
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

// TestAnotherModelAndAnotherLanguageAreFiles plays scenarios on a model that calls its keys otherwise, in English, in a
// language that the program does not have, and in one that its Web Config does not have. Nothing but files was added.
func TestAnotherModelAndAnotherLanguageAreFiles(t *testing.T) {
	tables, err := locale.Load(together(t, "../sim/locale/messages", "../sim/locale/testdata"))
	require.NoError(t, err)
	set, err := models.Load(together(t, "../sim/models/data", "../sim/models/testdata"), tables)
	require.NoError(t, err)
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
			for _, r := range results {
				require.True(t, r.Passed, r.Failure)
			}
			require.Contains(
				t, panel, map[string]string{"en": "<Send & Scan>", "de": "<Senden>", "hi": "<Send & Scan>"}[language],
			)
		})
	}
}
