package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestANewScenarioIsCheckedListedPlayedAndCovered(t *testing.T) {
	root := t.TempDir()
	code, out, errs := run("new", "power-fails-twice", "--folder", root)
	require.Equal(t, exitOK, code, errs)
	file := filepath.Join(root, "own", "power-fails-twice.txtar")
	require.Contains(t, out, "mfpsim check "+file)
	require.Contains(t, out, "mfpsim serve --folder "+root+" --scenario own/power-fails-twice")
	code, out, _ = run("check", file)
	require.Equal(t, exitOK, code)
	require.Equal(t, file+": no mistakes; needs web-config, scan, job-history\n", out)
	code, out, errs = run("list", "--folder", root)
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "own/power-fails-twice")
	require.Contains(t, errs, "mfpsim serve --folder "+root+" --scenario ID")
	code, out, _ = run("run", "--folder", root)
	require.Equal(t, exitOK, code, out)
	code, out, errs = run("coverage", "--folder", root)
	require.Equal(t, exitOK, code)
	require.Empty(t, errs)
	require.Contains(t, out, "1 only claimed")
	code, _, errs = run("new", "power-fails-twice", "--folder", root)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "is there already")

	require.NoError(t, os.WriteFile(file, []byte("# id: own/power-fails-twice\n\npanle\n"), 0o600))
	code, out, _ = run("check", root)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, file+`:3: unknown verb "panle"`)
	require.Contains(t, out, file+`:1: header key "title" is missing`)
}

func TestCheckAndFoldersThatAreNotThere(t *testing.T) {
	empty := t.TempDir()
	for _, test := range []struct {
		args    []string
		message string
	}{
		{[]string{"check", filepath.Join(empty, "none")}, "check takes files, as own/story.txtar, or a folder of them"},
		{[]string{"check", filepath.Join(empty, "none.txtar")}, "none.txtar cannot be read"},
		{[]string{"check", empty}, "no scenario in " + empty},
		{[]string{"list", "--folder", empty}, "no scenario in " + empty},
		{[]string{"coverage", "--folder", filepath.Join(empty, "none")}, "no source folder"},
		{[]string{"serve", "--folder", empty}, "no scenario in " + empty},
		{[]string{"list", "--tag", "hadover"}, "the nearest is handover"},
		{[]string{"run", "--rule", "R99"}, `no rule "R99" here`},
	} {
		code, _, errs := run(test.args...)
		require.Equal(t, exitUsage, code, test.args)
		require.Contains(t, errs, test.message)
	}
}

func TestListSaysHowAScenarioIsPlayed(t *testing.T) {
	code, out, errs := run("list", "--tags", "--rule", "R40", "--tag", "8b")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "trouble/sign-in-not-saved")
	require.Contains(t, out, "[8b handover ")
	require.Contains(t, errs, "mfpsim serve --scenario ID")
	_, out, _ = run("list", "--guide")
	require.Contains(t, out, "mfpsim serve --scenario trouble/sign-in-not-saved")
}
