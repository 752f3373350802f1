package scenarios_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

func TestTheJournalIsNotCutWhileACaseIsPlayed(t *testing.T) {
	bench := lab.RunT(t, lab.Config{Seed: 7, Keep: journal.Keep{Entries: 1}})
	before, written := bench.Journal.Dropped(), 0
	bench.Journal.Observe(func(journal.Entry) {
		written++
		require.Equal(t, before, bench.Journal.Dropped(), "entry %d of the case", written)
	})
	require.NoError(t, scenarios.Play(t.Context(), bench, "trouble/code-not-entered"))
	require.Greater(t, written, 10)
	require.Len(t, bench.Journal.Entries(), 1)
}

func TestEvidenceIsRenderedOnlyWhenSomebodyWantsIt(t *testing.T) {
	for name, c := range map[string]struct {
		options scenarios.Options
		wanted  bool
	}{
		"nobody":                 {scenarios.Options{}, false},
		"who keeps the files":    {scenarios.Options{KeepFiles: true}, true},
		"who wants a folder":     {scenarios.Options{Evidence: t.TempDir()}, true},
		"who compares two plays": {scenarios.Options{Repeat: 2}, true},
	} {
		t.Run(name, func(t *testing.T) {
			plays := 0
			c.options.Patterns = []string{"status/padlock"}
			c.options.Inspect = func(r scenarios.Result, _ *lab.Lab) {
				plays++
				require.Equal(t, c.wanted, r.Files != nil)
			}
			_, err := scenarios.Run(t.Context(), c.options)
			require.NoError(t, err)
			require.Equal(t, max(1, c.options.Repeat), plays)
		})
	}
}

func TestAScenarioThatIsNotThereCannotBePlayed(t *testing.T) {
	bench := lab.RunT(t, lab.Config{Seed: 7})
	require.EqualError(
		t, scenarios.Play(t.Context(), bench, "trouble/nothing"),
		"no scenario fits \"trouble/nothing\"; `mfpsim list` shows them",
	)
	require.ErrorContains(t, scenarios.Play(t.Context(), bench, "trouble"), "name one")
}

func TestAPanicOfAPartyIsAnErrorOfOneScenario(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(*lab.Lab)
		party string
	}{
		{"a server", func(l *lab.Lab) {
			l.Network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Panic, Write: 3, Times: 1})
		}, "smtp for printer#"},
		{"an actor that nobody waits for", func(l *lab.Lab) { l.World.Go("printer: a job", func(context.Context) { panic("planted") }) }, "printer: a job"},
	} {
		t.Run(test.name, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Patterns: []string{"setup/exchange-online", "status/signed-in"}, Seed: 7, KeepFiles: true,
				Configure: func(c *lab.Config) {
					c.Defect.Lab = func(l *lab.Lab) {
						if struck.CompareAndSwap(false, true) {
							test.plant(l)
						}
					}
				},
			})
			struck.Store(false)
			require.NoError(t, err)
			require.Len(t, results, 2, "the run goes on")
			var verdicts []report.Verdict
			for _, r := range results {
				verdicts = append(verdicts, r.Verdict)
				if r.Verdict == report.Errored {
					require.Contains(t, r.Failure, test.party)
					require.Contains(t, r.Failure, "planted")
					require.Contains(t, string(r.Files["panics.txt"]), ".go:")
				}
			}
			require.ElementsMatch(t, []report.Verdict{report.Errored, report.Passed}, verdicts)
			require.Contains(t, report.Table(scenarios.Cases(results)), "1 passed, 0 failed, 1 without a verdict")
		})
	}
}

// struck: one bench of the run has the defect.
var struck atomic.Bool
