//go:build interop

package interop_test

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// worked starts the worked device in Python; plants are bugs.
func worked(t *testing.T, plants ...string) *remote.Client {
	t.Helper()
	arguments := []string{"../adapters/device/device.py"}
	for _, bug := range plants {
		arguments = append(arguments, "--plant", bug)
	}
	program := exec.Command(python(t)[0], arguments...)
	output, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	address, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	client, err := remote.Dial(t.Context(), remote.Config{URL: strings.TrimSpace(address)})
	require.NoError(t, err)
	return client
}

// playedOn plays scenarios on a device in another process.
func playedOn(t *testing.T, client *remote.Client, repeat int, patterns ...string) []scenarios.Result {
	t.Helper()
	results, err := scenarios.Run(context.Background(), scenarios.Options{
		Patterns: patterns, Seed: 7, Repeat: repeat,
		Configure: func(c *lab.Config) {
			c.Devices, c.ClientID = map[string]mount.Constructor{"": client.Mount()}, client.Hello().ClientID
		},
	})
	require.NoError(t, err)
	return results
}

func TestTheWorkedDeviceInPythonPassesEveryScenarioThatItCanTakeButThoseOfItsReadme(t *testing.T) {
	patterns, repeat := []string{"entra/one-token-an-hour", "exchange/no-starttls", "entra/first-address-dead"}, 2
	if !testing.Short() {
		patterns, repeat = nil, 1
	}
	counted := map[report.Verdict]int{}
	var red []string
	for _, r := range playedOn(t, worked(t), repeat, patterns...) {
		counted[r.Verdict]++
		switch r.Verdict {
		case report.Passed, report.Warned:
		case report.Skipped:
			require.Regexp(t, `^needs .*, which this device (does not have|is not)$`, r.Failure, r.Scenario.ID)
		default:
			red = append(red, r.Scenario.ID)
			t.Log(r.Failure)
		}
	}
	t.Log(counted)
	if testing.Short() {
		require.Equal(t, map[report.Verdict]int{report.Passed: len(patterns)}, counted)
		return
	}
	require.ElementsMatch(t, known(t, "../adapters/device/README.md", "What it fails"), red)
	require.Greater(t, counted[report.Passed], 100)
}

func TestTheWorkedDeviceInPythonGivesTheSameBytesTwice(t *testing.T) {
	patterns := []string{"entra/connection-falls-silent-after-an-answer", "exchange/just-in-time", "trouble/power-*"}
	if testing.Short() {
		patterns = patterns[:1]
	}
	for _, r := range playedOn(t, worked(t), 3, patterns...) {
		require.Contains(t, []report.Verdict{report.Passed, report.Skipped}, r.Verdict, r.Failure)
	}
}

func TestABugThatIsPlantedInTheWorkedDeviceIsNamed(t *testing.T) {
	for bug, named := range map[string]struct{ scenario, says string }{
		"polls-too-fast":            {"entra/one-token-an-hour", "polls after 2.5s; the interval is 5s"},
		"trusts-any-certificate":    {"exchange/untrusted-certificate", "jobs shows Email 313"},
		"ignores-stripped-starttls": {"exchange/no-starttls", "jobs shows Email 313"},
		"acts-after-its-turn":       {"entra/one-token-an-hour", "after it had said that it rests"},
	} {
		t.Run(bug, func(t *testing.T) {
			results := playedOn(t, worked(t, bug), 1, named.scenario)
			require.Equal(t, report.Failed, results[0].Verdict)
			require.Contains(t, results[0].Failure, named.says)
		})
	}
}
