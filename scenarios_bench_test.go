package mfpsim_test

import (
	"cmp"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/rates"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

// BenchmarkScenarios plays every scenario, one after the other, as `mfpsim run --parallel 1` does: what a case takes on
// average, and which one takes most of the processor.
func BenchmarkScenarios(b *testing.B) {
	all, err := scenarios.All()
	require.NoError(b, err)
	var wall, processor time.Duration
	played := 0
	most := make([]time.Duration, len(all))
	debug.SetGCPercent(400) // as the program does
	for b.Loop() {
		for i, scenario := range all {
			watch, before := vtime.StartStopwatch(), rates.Used()
			result, err := scenarios.RunScenario(b.Context(), scenario, scenarios.Options{Seed: 7})
			require.NoError(b, err)
			require.NotEqual(b, report.Failed, result.Verdict, result.Failure)
			used := rates.Used().Since(before).Total()
			wall += watch.Elapsed()
			processor += used
			most[i] = max(most[i], used)
			played++
		}
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(most[b], most[a]) })
	for _, i := range order[:min(10, len(order))] {
		b.Logf("%6.0f ms of processor: %s", milliseconds(most[i]), all[i].ID)
	}
	b.ReportMetric(milliseconds(wall)/float64(played), "wall-ms/case")
	b.ReportMetric(milliseconds(processor)/float64(played), "cpu-ms/case")
	b.ReportMetric(milliseconds(most[order[0]]), "cpu-ms-of-the-heaviest")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
