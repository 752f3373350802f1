//go:build interop

package interop_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// build compiles the worked core in C++; flags plant bugs in it.
func build(t *testing.T, flags ...string) []string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "core")
	arguments := slices.Concat(
		[]string{"-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"}, flags,
		[]string{"-o", program, "../adapters/cpp/core.cpp"},
	)
	output, err := exec.Command("g++", arguments...).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return []string{program}
}

// python is the worked core in Python, started by the interpreter itself: a wrapper of a version manager takes longer
// to start than a scenario.
func python(t *testing.T) []string {
	t.Helper()
	output, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	require.NoError(t, err)
	return []string{strings.TrimSpace(string(output)), "../adapters/python/core.py"}
}

// failed plays scenarios on a core and returns the ids of those that fail, and the capabilities for which others were
// skipped.
func failed(t *testing.T, core []string, repeat int, patterns ...string) (red, reasons []string) {
	t.Helper()
	results, err := scenarios.Run(context.Background(), scenarios.Options{
		Patterns: patterns, Seed: 7, Core: core, Repeat: repeat,
	})
	require.NoError(t, err)
	skipped := map[string]bool{}
	for _, r := range results {
		switch r.Verdict {
		case report.Passed:
		case report.Skipped:
			skipped[r.Failure] = true
		default:
			red = append(red, r.Scenario.ID)
			t.Log(r.Failure)
		}
	}
	return red, slices.Sorted(maps.Keys(skipped))
}

// known are the scenarios that a README lists under "What it fails".
func known(t *testing.T, readme string) []string {
	t.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	var ids []string
	for _, row := range regexp.MustCompile("(?m)^\\* `([a-z-]+/[a-z0-9-]+)`").FindAllStringSubmatch(string(text), -1) {
		ids = append(ids, row[1])
	}
	return ids
}

// played are the scenarios that each worked core plays: all, or with -short, as before every change, a part.
func played() []string {
	if testing.Short() {
		return []string{"setup/exchange-online", "exchange/no-starttls", "entra/one-token-an-hour"}
	}
	return nil
}

func TestTheWorkedCoreInPythonPassesEveryScenarioButThoseOfItsReadme(t *testing.T) {
	red, reasons := failed(t, python(t), 1, played()...)
	require.ElementsMatch(t, known(t, "../adapters/python/README.md"), red)
	require.Empty(t, reasons, "it can do all")
}

func TestTheWorkedCoreInCppPassesEveryScenarioButThoseOfItsReadme(t *testing.T) {
	red, reasons := failed(t, build(t), 1, played()...)
	require.ElementsMatch(t, known(t, "../adapters/cpp/README.md"), red)
	if testing.Short() {
		require.Empty(t, reasons)
		return
	}
	require.Equal(t, []string{
		"needs authorization-code, which this core does not have", "needs pop-before-smtp, which this core does not have",
	}, reasons)
}

func TestOurOwnCorePassesEveryScenarioThroughTheContract(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mfpsim")
	output, err := exec.Command("go", "build", "-o", program, "../cmd/mfpsim").CombinedOutput()
	require.NoError(t, err, "%s", output)
	red, reasons := failed(t, []string{program, "core"}, 1, played()...)
	require.Empty(t, red)
	require.Empty(t, reasons)
}

func TestTheWorkedCoresGiveTheSameBytesTwice(t *testing.T) {
	patterns := []string{"setup", "fax", "entra/one-token-an-hour", "trouble/expired-by-disuse"}
	if testing.Short() {
		patterns = patterns[2:3]
	}
	for name, core := range map[string][]string{"Python": python(t), "C++": build(t)} {
		red, _ := failed(t, core, 3, patterns...)
		require.Empty(t, red, name)
	}
}

func TestABugThatIsPlantedInTheCoreInCppIsNamed(t *testing.T) {
	for flag, bug := range map[string]struct{ scenario, law string }{
		"-DPLANT_POLLS_TOO_FAST":            {"setup/exchange-online", "asked-poll"},
		"-DPLANT_IGNORES_STRIPPED_STARTTLS": {"exchange/no-starttls", "asked-login"},
		"-DPLANT_USES_AN_UNSTORED_TOKEN":    {"entra/one-token-an-hour", "asked-kept"},
	} {
		results, err := scenarios.Run(context.Background(), scenarios.Options{
			Patterns: []string{bug.scenario}, Seed: 7, Core: build(t, flag),
		})
		require.NoError(t, err)
		require.Equal(t, report.Failed, results[0].Verdict, flag)
		var named []string
		for _, b := range results[0].Broken {
			named = append(named, b.Law.ID)
		}
		require.Contains(t, named, bug.law, flag)
		require.Contains(t, results[0].Failure, bug.law+": the core ", flag)
	}
}
