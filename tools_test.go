package mfpsim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCIWithNothingButGoSaysWhatIsMissing(t *testing.T) {
	bash, err := exec.LookPath("bash")
	require.NoError(t, err)
	goTool, err := exec.LookPath("go")
	require.NoError(t, err)
	only := t.TempDir()
	require.NoError(t, os.Symlink(goTool, filepath.Join(only, "go")))
	for path, want := range map[string]string{
		only:          "please install: make git grep ",
		"/none/there": "please install Go, as go.mod says",
	} {
		command := exec.CommandContext(t.Context(), bash, ".ci/run")
		command.Env = []string{"PATH=" + path}
		told, err := command.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(told), want)
		require.NotContains(t, string(told), "command not found")
	}
}

func TestFuzzingGoesOnAfterATargetThatFails(t *testing.T) {
	module := t.TempDir()
	script, err := os.ReadFile("tools/fuzz")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"tools/fuzz": string(script),
		"programs/go": "#!/bin/sh\n# Stands for Go, which would take a minute to build for fuzzing.\n" +
			"case \"$*\" in *FuzzA*) exit 1 ;; esac\n",
		"room/a_test.go": "package room\n\nfunc FuzzA(f *testing.F) {}\n\nfunc FuzzB(f *testing.F) {}\n",
	} {
		path := filepath.Join(module, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o700)) //nolint:gosec // two of them are programs
	}
	command := exec.CommandContext(t.Context(), "bash", filepath.Join(module, "tools", "fuzz"), "1x")
	command.Env = append(os.Environ(), "PATH="+filepath.Join(module, "programs")+":"+os.Getenv("PATH"))
	told, err := command.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(told), "== ./room FuzzB (1x)")
	require.Contains(t, string(told), "fuzzed 2 targets, 1x each, 1 failed\n  ./room FuzzA\n")
}
