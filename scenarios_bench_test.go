package mfpsim_test

import (
	"runtime/debug"
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
	heaviest := 0
	for i := range most {
		if most[i] > most[heaviest] {
			heaviest = i
		}
	}
	b.Logf("most processor time: %s", all[heaviest].ID)
	b.ReportMetric(milliseconds(wall)/float64(played), "wall-ms/case")
	b.ReportMetric(milliseconds(processor)/float64(played), "cpu-ms/case")
	b.ReportMetric(milliseconds(most[heaviest]), "cpu-ms-of-the-heaviest")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
