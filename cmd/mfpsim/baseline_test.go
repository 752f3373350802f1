package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// story writes a scenario of one's own into a folder and returns the folder.
func story(t *testing.T, level, steps string) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "own"), 0o755))
	text := "# id: own/story\n# title: A story\n# guide: Cannot Send Email\n# proves: R39\n# level: " + level + "\n\n" + steps
	require.NoError(t, os.WriteFile(filepath.Join(folder, "own", "story.txtar"), []byte(text), 0o600))
	return folder
}

func TestKnownFailuresDoNotFailTheRun(t *testing.T) {
	known := filepath.Join(t.TempDir(), "new", "known.yaml")
	red := story(t, "MUST", "panel shows Nonsense\n")
	code, out, errs := run("run", "--folder", red, "--write-baseline", known)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, out, "1 scenarios: 0 passed, 1 failed;")
	written, err := os.ReadFile(known)
	require.NoError(t, err)
	require.Contains(t, string(written), "own/story:\n  because: not explained yet\n  step: panel shows Nonsense\n")

	explained := strings.Replace(string(written), "not explained yet", "ticket 4711", 1)
	require.NoError(t, os.WriteFile(known, []byte(explained), 0o600))
	code, out, errs = run("run", "--folder", red, "--baseline", known, "--write-baseline", known)
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, "expected  MUST")
	require.Contains(t, out, "0 passed, 0 failed, 1 failed as expected;")
	require.Contains(t, out, "expected to fail: own/story: ticket 4711\n")
	written, err = os.ReadFile(known)
	require.NoError(t, err)
	require.Equal(t, explained, string(written))

	code, out, errs = run("run", "--folder", story(t, "MUST", "panel shows Scan\n"), "--baseline", known)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, out, "stale in the baseline: own/story is passed, and is expected to fail: ticket 4711\n")
}

func TestAWarningFailsAStrictRunOnly(t *testing.T) {
	folder := story(t, "SHOULD", "panel shows Nonsense\n")
	code, out, errs := run("run", "--folder", folder)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "WARN own/story.txtar:7: panel shows Nonsense\n")
	require.Contains(t, out, "0 passed, 0 failed, 1 warned;")
	code, _, _ = run("run", "--folder", folder, "--strict")
	require.Equal(t, exitFailed, code)
}

func TestTheRunEndsWithWhatTheDeviceCannotTake(t *testing.T) {
	code, out, errs := run("run", "--folder", story(t, "MUST", "lang fr\npanel shows Scan\n"))
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "This device can take 0 of these 1 scenarios. Not taken:\n"+
		"  1: needs the language fr, which this device does not have\n    own/story\n")
}

func TestAFailureIsShrunkToAFileThatCanBePlayed(t *testing.T) {
	red := story(t, "MUST", "panel home\nscan copy\npanel home\npanel shows Scan\npanel shows Nonsense\npanel shows Copy\n")
	shrunk := filepath.Join(t.TempDir(), "new")
	code, out, errs := run("run", "--folder", red, "--shrink", shrunk)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, out, "own/story: 1 of 6 steps are enough")
	text, err := os.ReadFile(filepath.Join(shrunk, "own", "story-shrunk.txtar"))
	require.NoError(t, err)
	require.Contains(t, string(text), "\n\npanel shows Nonsense\n")
	require.Contains(t, out, string(text))
	code, out, errs = run("run", "--folder", shrunk)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, out, "FAIL own/story-shrunk.txtar:7: panel shows Nonsense\n")

	code, _, errs = run("run", "--folder", red, "--shrink", filepath.Join(red, "own", "story.txtar"))
	require.NotEqual(t, exitOK, code)
	require.Contains(t, errs, "the folder cannot be made")
}
