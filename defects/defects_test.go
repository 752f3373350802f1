package defects_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/defects"
	"mfpsim/scenarios"
)

func TestEachDefectStillHasItsPlaceInTheSource(t *testing.T) {
	all, err := defects.All()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, d := range all {
		source, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(d.File)))
		require.NoError(t, err, d.ID)
		_, err = d.Plant(string(source))
		require.NoError(t, err)
	}
}

func TestWhatADefectIsMeantForIsThere(t *testing.T) {
	all, err := defects.All()
	require.NoError(t, err)
	played, err := scenarios.All()
	require.NoError(t, err)
	known, rules := map[string]bool{}, map[string]bool{}
	for _, s := range played {
		known[s.ID] = true
	}
	guide, err := scenarios.Rules()
	require.NoError(t, err)
	for _, r := range guide {
		rules[r.ID] = true
	}
	for _, d := range all {
		for _, id := range d.Caught {
			require.True(t, known[id], "%s: no scenario %s", d.ID, id)
		}
		for _, r := range d.Breaks {
			require.True(t, rules[r], "%s: no rule %s", d.ID, r)
		}
	}
}

// TestThePageIsWhatTheVerdictsSay keeps docs/defects.md from being written by hand.
func TestThePageIsWhatTheVerdictsSay(t *testing.T) {
	all, err := defects.All()
	require.NoError(t, err)
	verdicts, err := defects.Verdicts()
	require.NoError(t, err)
	named, err := defects.AllNamed()
	require.NoError(t, err)
	played, err := scenarios.All()
	require.NoError(t, err)
	var ids []string
	for _, s := range played {
		ids = append(ids, s.ID)
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "defects.md"))
	require.NoError(t, err)
	require.Equal(
		t, defects.Page(all, verdicts, named, ids), string(page), "write it anew with: go run ./defects/plant --stale",
	)
}

func TestADefectThatCannotBePlantedIsRefused(t *testing.T) {
	const whole = "id: a\n  area: core\n  says: It is wrong.\n  file: core/send.go\n  caught: [trouble/sign-out]\n"
	for name, c := range map[string]struct{ text, want string }{
		"without its old text": {"- " + whole, `defects/x.yaml: defect "a" has no old`}, "that changes nothing": {"- " + whole + "  old: x\n  new: x\n", "defects/x.yaml: defect a changes nothing"}, "outside of the module": {"- id: a\n  area: core\n  says: s\n  file: ../x.go\n  old: x\n  caught: [y]\n", `defects/x.yaml: defect a: "../x.go" is no path from the module's root`}, "that nothing is to catch": {"- id: a\n  area: core\n  says: s\n  file: x.go\n  old: x\n", "defects/x.yaml: defect a names nothing that is meant to catch it"}, "whose id stands twice": {"- " + whole + "  old: x\n- " + whole + "  old: x\n", "defects/x.yaml: a stands in defects/x.yaml already"},
		"with a word that is no key": {"- " + whole + "  old: x\n  colour: red\n", "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := defects.Load(fstest.MapFS{"x.yaml": {Data: []byte(c.text)}})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestAnOldTextStandsExactlyOnce(t *testing.T) {
	d := defects.Defect{ID: "a", File: "x.go", Old: "one", New: "two"}
	changed, err := d.Plant("one and three")
	require.NoError(t, err)
	require.Equal(t, "two and three", changed)
	_, err = d.Plant("three")
	require.EqualError(t, err, "defect a: its old text has gone from x.go; say it anew")
	_, err = d.Plant("one and one")
	require.EqualError(t, err, "defect a: its old text stands 2 times in x.go; make it longer")
}
