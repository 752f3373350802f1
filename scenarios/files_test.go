package scenarios_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

func TestAScenarioReachesNoFileButItsOwn(t *testing.T) {
	const cmp = "panel home\ncmp stdout screen.txt\n-- screen.txt --\nx\n"
	for name, c := range map[string]struct{ text, want string }{
		"a file at the root":           {cmp + "-- /tmp/elsewhere/x --\ny\n", `chapter/name.txtar:11: "/tmp/elsewhere/x" leads out of the scenario`},
		"a file above":                 {cmp + "-- ../../x --\ny\n", `chapter/name.txtar:11: "../../x" leads out of the scenario`},
		"a file above by a detour":     {cmp + "-- a/../../x --\n", `chapter/name.txtar:11: "a/../../x" leads out of the scenario`},
		"a file on a drive":            {cmp + "-- C:/x --\n", `chapter/name.txtar:11: "C:/x" leads out of the scenario`},
		"a file on another machine":    {cmp + `-- \\host\share --` + "\n", `chapter/name.txtar:11: "\\\\host\\share" leads out of the scenario`},
		"the same file twice":          {cmp + "-- screen.txt --\ny\n", `chapter/name.txtar:11: a file "screen.txt" is there already`},
		"the folder itself":            {cmp + "-- . --\ny\n", `chapter/name.txtar:11: "." is no name of a file`},
		"a folder":                     {cmp + "-- x/ --\ny\n", `chapter/name.txtar:11: "x/" is no name of a file; write it without detours, as screen.txt or folder/screen.txt`},
		"a folder without a name":      {cmp + "-- a//b --\ny\n", `chapter/name.txtar:11: "a//b" is no name of a file`},
		"a detour":                     {cmp + "-- a/../b --\ny\n", `chapter/name.txtar:11: "a/../b" is no name of a file`},
		"a name for terminals":         {cmp + "-- a\x1b[2J --\ny\n", `chapter/name.txtar:11: "a\x1b[2J" is no name of a file`},
		"a file that is a folder too":  {cmp + "-- screen.txt/x --\ny\n", `chapter/name.txtar:11: "screen.txt/x" cannot be a file and a folder`},
		"a comparison by a detour":     {"panel home\ncmp stdout ./screen.txt\n-- screen.txt --\n", `chapter/name.txtar:8: "./screen.txt" is no name of a file`},
		"a comparison with the root":   {"panel home\ncmp stdout /etc/passwd\n", `chapter/name.txtar:8: "/etc/passwd" leads out of the scenario; a file is named by a path below it, such as screen.txt`},
		"a comparison of a file above": {"panel home\ncmp ../../secret screen.txt\n-- screen.txt --\n", `chapter/name.txtar:8: "../../secret" leads out of the scenario`},
		"a comparison by a variable":   {"env F=/etc/passwd\npanel home\ncmp stdout $F\n", `chapter/name.txtar:9: "/etc/passwd" leads out of the scenario`},
		"under a condition":            {"panel shows Scan\n[needs:panel] cmp stdout /etc/passwd\n", `chapter/name.txtar:8: "/etc/passwd" leads out of the scenario`},
		"a policy above":               {"panel shows Scan\nentra policy Block ../policy.json\n", `chapter/name.txtar:8: "../policy.json" leads out of the scenario`},
		"a file that is not there":     {"panel home\ncmp stdout scren.txt\n-- screen.txt --\n", `chapter/name.txtar:8: no file "scren.txt" here; there are: screen.txt`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.Run(t.Context(), scenarios.Options{Folder: folder(t, header+c.text)})
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestAPlayLeavesNothingOnTheDisk holds it for a process that is killed as well: what was never written need not be
// cleaned up.
func TestAPlayLeavesNothingOnTheDisk(t *testing.T) {
	root := folder(t, header+"panel home\ncmp stdout a/screen.txt\n-- a/screen.txt --\nx\n")
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "there is none"))
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root})
	require.NoError(t, err)
	require.Equal(t, report.Failed, results[0].Verdict)
	require.Contains(t, results[0].Failure, "stdout and a/screen.txt differ")
}

func TestAScenarioKnowsNothingOfTheMachine(t *testing.T) {
	t.Setenv("SECRET", "of the machine")
	for _, name := range []string{"$SECRET", "$PATH", "$WORK", "${HOME}"} {
		failure := playText(t, "panel shows Scan\npanel press "+name+"\n").Failure
		require.Contains(t, failure, "argument 2 is empty: "+name+" is not set")
	}
}

func TestAGoldenIsWrittenWhereALinkLeads(t *testing.T) {
	root, elsewhere := folder(t, ""), filepath.Join(t.TempDir(), "kept.txtar")
	link := filepath.Join(root, "chapter", "name.txtar")
	text := []byte(header + "panel home\ncmp stdout screen.txt\n-- screen.txt --\nx\n")
	require.NoError(t, os.WriteFile(elsewhere, text, 0o600))
	require.NoError(t, os.Remove(link))
	require.NoError(t, os.Symlink(elsewhere, link))
	_, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Update: true})
	require.NoError(t, err)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "the link was replaced by a file")
	text, err = os.ReadFile(elsewhere)
	require.NoError(t, err)
	require.NotContains(t, string(text), "\nx\n")
}

func TestARunThatIsBrokenOffReturnsWhatWasPlayed(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	broken := errors.New("broken off")
	results, err := scenarios.Run(ctx, scenarios.Options{
		Patterns: []string{"setup"}, Parallel: 1, Progress: func(scenarios.Result) { stop(broken) },
	})
	require.ErrorIs(t, err, broken)
	require.Len(t, results, 1)
	require.Equal(t, report.Passed, results[0].Verdict)
}
