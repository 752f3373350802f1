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

// openSSL builds the worked core in C++ with TLS and sockets of its own.
const openSSL = "-DWITH_OPENSSL"

// build compiles the worked core in C++; flags plant bugs in it.
func build(t *testing.T, flags ...string) []string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "core")
	arguments := slices.Concat(
		[]string{"-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"}, flags,
		[]string{"-o", program, "../adapters/cpp/core.cpp"},
	)
	if slices.Contains(flags, openSSL) {
		arguments = append(arguments, "-lssl", "-lcrypto")
	}
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

// known are the scenarios that a README lists under a heading.
func known(t *testing.T, readme, heading string) []string {
	t.Helper()
	if testing.Short() {
		return nil // none of them is played
	}
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	var ids []string
	for _, row := range regexp.MustCompile("(?m)^\\* `([a-z-]+/[a-z0-9-]+)`").FindAllStringSubmatch(section, -1) {
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
	require.ElementsMatch(t, known(t, "../adapters/python/README.md", "What it fails"), red)
	require.Empty(t, reasons, "it can do all")
}

func TestTheWorkedCoreInCppPassesEveryScenarioButThoseOfItsReadme(t *testing.T) {
	red, reasons := failed(t, build(t), 1, played()...)
	require.ElementsMatch(t, known(t, "../adapters/cpp/README.md", "What it fails"), red)
	if testing.Short() {
		require.Empty(t, reasons)
		return
	}
	require.Equal(t, []string{
		"needs authorization-code, which this core does not have", "needs pop-before-smtp, which this core does not have",
	}, reasons)
}

func TestTheWorkedCoreInCppConnectsAndMakesTLSItself(t *testing.T) {
	core := build(t, openSSL)
	for _, kind := range []string{"--tls=own", "--dial=own"} {
		t.Run(kind, func(t *testing.T) {
			red, reasons := failed(t, append(slices.Clone(core), kind), 1, played()...)
			if testing.Short() {
				require.Empty(t, red)
				return
			}
			require.ElementsMatch(t, known(t, "../adapters/cpp/README.md", "What it fails with "+kind), red)
			require.Contains(t, reasons, "needs pop-before-smtp, which this core does not have")
		})
	}
}

func TestTheWorkedCoreInPythonKeepsValuesByKey(t *testing.T) {
	patterns := []string{"setup", "trouble/power-*", "trouble/sign-out-*", "entra/one-token-an-hour", "users"}
	if testing.Short() {
		patterns = played()
	}
	red, reasons := failed(t, append(python(t), "--store=kv"), 1, patterns...)
	require.Empty(t, red)
	require.Empty(t, reasons)
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
	ssl := build(t, openSSL)
	for name, core := range map[string][]string{
		"Python": python(t), "C++": build(t), "C++ with TLS of its own": append(slices.Clone(ssl), "--tls=own"),
		"C++ with sockets of its own": append(slices.Clone(ssl), "--dial=own"),
	} {
		red, _ := failed(t, core, 3, patterns...)
		require.Empty(t, red, name)
	}
}

func TestABugThatIsPlantedInTheCoreInCppIsNamed(t *testing.T) {
	for flag, bug := range map[string]struct {
		scenario string
		asked    string // the law about what the core asks for
		recorded string // the one that is left for a core whose requests nobody sees
	}{
		"-DPLANT_POLLS_TOO_FAST":            {"setup/exchange-online", "asked-poll", "poll-interval"},
		"-DPLANT_IGNORES_STRIPPED_STARTTLS": {"exchange/no-starttls", "asked-login", "asked-login"},
		"-DPLANT_USES_AN_UNSTORED_TOKEN":    {"entra/one-token-an-hour", "asked-kept", "rotated-token"},
	} {
		core := build(t, openSSL, flag)
		for kind, law := range map[string]string{"": bug.asked, "--tls=own": bug.recorded, "--dial=own": bug.recorded} {
			t.Run(flag+kind, func(t *testing.T) {
				command := slices.Clone(core)
				if kind != "" {
					command = append(command, kind)
				}
				results, err := scenarios.Run(context.Background(), scenarios.Options{
					Patterns: []string{bug.scenario}, Seed: 7, Core: command,
				})
				require.NoError(t, err)
				require.Equal(t, report.Failed, results[0].Verdict)
				var named []string
				for _, b := range results[0].Broken {
					named = append(named, b.Law.ID)
				}
				require.Contains(t, named, law)
				require.Contains(t, results[0].Failure, law)
			})
		}
	}
}
