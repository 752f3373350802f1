package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

// TestEveryHandoverIsReachedOnALiveBench plays each scenario as `serve --scenario` does: on a World that follows the machine's clock.
func TestEveryHandoverIsReachedOnALiveBench(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, s := range all {
		if strings.HasPrefix(s.ID, "trouble/") {
			require.NotZero(t, s.HandoverLine(), "%s has no handover", s.ID)
		}
		if s.HandoverLine() == 0 {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			world := vtime.NewFlowing(vtime.DefaultStart)
			defer world.Close()
			bench := lab.RunT(t, lab.Config{World: world, Seed: 7})
			require.NoError(t, scenarios.Play(t.Context(), bench, s.ID))
			require.False(t, world.Now().Before(vtime.DefaultStart))
			last := bench.Journal.Entries()
			require.NotEmpty(t, last)
		})
	}
}

func TestAScenarioThatIsNotThereCannotBePlayed(t *testing.T) {
	bench := lab.RunT(t, lab.Config{Seed: 7})
	require.EqualError(t, scenarios.Play(t.Context(), bench, "trouble/nothing"), "no scenario fits \"trouble/nothing\"; `mfpsim list` shows them")
	require.ErrorContains(t, scenarios.Play(t.Context(), bench, "trouble"), "name one")
}
