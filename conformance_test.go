package mfpsim_test

import (
	"flag"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// conformanceSeed is the seed of `go test`; the failure names it.
const conformanceSeed = 7

var update = flag.Bool("update", false, "rewrite the goldens of scenarios whose cmp fails, in the folder scenarios")

// TestConformance plays every scenario against the simulated printer, each on a bench of its own. No secret of the
// bench is in what it leaves.
func TestConformance(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	var secrets, played atomic.Int64
	options := scenarios.Options{Seed: conformanceSeed, KeepFiles: true}
	if *update {
		options.Folder, options.Update = "scenarios", true
	}
	t.Cleanup(func() {
		require.GreaterOrEqual(t, secrets.Load(), 10*played.Load(), "a bench has passwords, codes, tokens and a key")
	})
	for _, s := range all {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			options := options
			options.Inspect = func(r scenarios.Result, l *lab.Lab) {
				known := l.Secrets()
				secrets.Add(int64(len(known)))
				played.Add(1)
				delete(r.Files, "wire.har") // the journal once more; TestNoSecretIsInAFolderOfEvidence looks into it
				for _, leak := range lab.FindLeaks(r.Files, known) {
					t.Errorf("a secret: %s", leak)
				}
			}
			result, err := scenarios.RunScenario(t.Context(), s, options)
			require.NoError(t, err)
			switch result.Verdict {
			case report.Passed:
			case report.Skipped:
				t.Skip(result.Failure)
			default:
				t.Errorf("\n%s", result.Failure)
			}
		})
	}
}

// TestEveryBehaviourRuleHasItsScenario holds that what the guide says is either shown by a scenario, carried by a text,
// or openly open.
func TestEveryBehaviourRuleHasItsScenario(t *testing.T) {
	played, err := scenarios.All()
	require.NoError(t, err)
	rules, err := scenarios.RulesWithProof(played)
	require.NoError(t, err)
	numbers := map[string]bool{} // a rule of which only a part is shown stands in two rows, R4 and R4b
	for _, r := range rules {
		numbers[strings.TrimSuffix(r.ID, "b")] = true
	}
	require.Len(t, numbers, 46)
	for _, r := range rules {
		if r.Kind != scenarios.RuleBehaviour {
			continue
		}
		if r.Open == "" {
			require.NotEmpty(t, r.ProvedBy, "%s has no scenario: %s", r.ID, r.Sentence)
			continue
		}
		require.Empty(t, r.ProvedBy, "%s is said to be open, and has scenarios", r.ID)
	}
}
