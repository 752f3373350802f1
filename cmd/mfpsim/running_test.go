package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// ownStory writes a scenario into a source folder.
func ownStory(t *testing.T, root, name, line string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "own"), 0o700))
	text := "# id: own/" + name + "\n# title: A story\n# guide: Cannot Send Email\n# proves: R39\n# level: MUST\n\n" + line + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "own", name+".txtar"), []byte(text), 0o600))
}

func TestFailFastEndsAtTheFirstFailure(t *testing.T) {
	root := t.TempDir()
	ownStory(t, root, "a-passes", "jobs count 0")
	ownStory(t, root, "b-fails", "jobs count 1")
	ownStory(t, root, "c-passes", "jobs count 0")
	code, out, _ := run("run", "--folder", root, "--fail-fast", "--parallel", "1")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "2 scenarios: 1 passed, 1 failed")
	require.NotContains(t, out, "c-passes")
}

func TestUntilFailPrintsTheSeedAndItsCommand(t *testing.T) {
	root := t.TempDir()
	ownStory(t, root, "passes", "jobs count 0")
	code, out, errs := run("run", "--folder", root, "--until-fail", "--seeds", "3", "--seed", "7")
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, "3 seeds that passed: 7 to 9\n", out)
	require.Empty(t, errs, "no progress where there is no terminal")
	ownStory(t, root, "fails", "jobs count 1")
	code, out, _ = run("run", "--folder", root, "--until-fail", "--seed", "7")
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "again: mfpsim run own/fails --seed 7 --folder '"+root+"'")
	require.Contains(t, out, "fails with seed 7, after no seed that passed")
	for _, args := range [][]string{
		{"--seeds", "3"}, {"--until-fail", "--seeds=-1"}, {"--until-fail", "--evidence", root},
	} {
		code, _, errs = run(append([]string{"run", "--folder", root}, args...)...)
		require.Equal(t, exitUsage, code, args)
		require.Contains(t, errs, "--until-fail", args)
	}
}

func TestProgressIsALineThatIsOverwritten(t *testing.T) {
	var terminal bytes.Buffer
	p := &progress{to: &terminal, before: "seed 7: "}
	var o scenarios.Options
	p.watch(&o)
	o.Picked(2)
	o.Progress(scenarios.Result{Scenario: scenarios.Scenario{ID: "own/fails"}, Verdict: report.Failed})
	p.end()
	require.Equal(
		t,
		"\r\x1b[Kseed 7: 0 of 2, 0 failed  \r\x1b[Kseed 7: 1 of 2, 1 failed  own/fails\r\x1b[K",
		terminal.String(),
	)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	require.False(t, isTerminal(file))
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, isTerminal(null))
}
