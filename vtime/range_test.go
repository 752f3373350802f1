package vtime_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func TestTimeStandsWhereAStepWouldLeadPastItsEnd(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	for name, start := range map[string]func() *vtime.World{
		"stepped": func() *vtime.World { return vtime.NewStepped(time.Time{}) },
		"flowing": func() *vtime.World { return vtime.NewFlowing(vtime.DefaultStart) },
	} {
		t.Run(name, func(t *testing.T) {
			world := start()
			defer world.Close()
			for range 2 {
				_, err := world.Advance(century)
				require.NoError(t, err)
			}
			before := world.Now()
			for _, step := range []time.Duration{century, math.MaxInt64} {
				_, err := world.Advance(step)
				var out *vtime.RangeError
				require.ErrorAs(t, err, &out)
				require.ErrorContains(t, err, "the time of this bench ends on 2276-01-01; start a new bench")
			}
			require.WithinDuration(t, before, world.Now(), time.Hour)
			_, err := world.Advance(40 * 365 * 24 * time.Hour)
			require.NoError(t, err)
		})
	}
}

func TestATimerThatIsLongerThanAllTimeIsNotDueAtOnce(t *testing.T) {
	world := stepped(t)
	_, err := world.Advance(time.Hour)
	require.NoError(t, err)
	clock, woken := world.Clock("a"), false
	world.Go("a", func(ctx context.Context) { woken = clock.Sleep(ctx, math.MaxInt64) == nil })
	for _, look := range []func() error{
		func() error { _, err := world.Advance(24 * time.Hour); return err },
		func() error { _, err := world.AdvanceToNext(math.MaxInt64); return err },
		func() error { return world.Settle(math.MaxInt64) },
	} {
		require.NoError(t, look())
		require.False(t, woken)
	}
}

func TestAClockShowsNoDateThatTheWireCannotCarry(t *testing.T) {
	world := stepped(t)
	clock := world.Clock("printer")
	for date, allowed := range map[string]bool{
		"0001-01-01": false, "1899-12-31": false, "1900-01-01": true, "2000-01-01": true, "9699-12-31": true, "9700-01-01": false, "9999-12-31": false,
	} {
		at, err := time.Parse(time.DateOnly, date)
		require.NoError(t, err)
		before := clock.Now()
		if err := clock.Set(at); allowed {
			require.NoError(t, err, date)
			require.Equal(t, at, clock.Now())
		} else {
			require.ErrorContains(t, err, "its dates are those from 1900-01-01 to before 9700-01-01", date)
			require.Equal(t, before, clock.Now(), "what is refused changes nothing")
		}
	}
	require.Error(t, clock.Set(time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, clock.Set(vtime.LatestDate.Add(-time.Second)))
	require.NoError(t, clock.Drift(vtime.MaxDrift))
	_, err := world.Advance(200 * 365 * 24 * time.Hour)
	require.NoError(t, err)
	_, err = json.Marshal(clock.Now())
	require.NoError(t, err, "the latest date, the largest drift and the longest wait together")
}

func TestADriftIsWhatAClockGainsADay(t *testing.T) {
	clock := stepped(t).Clock("printer")
	for _, drift := range []time.Duration{0, 2 * time.Second, -time.Minute, time.Hour, -time.Hour} {
		require.NoError(t, clock.Drift(drift))
	}
	for _, offset := range []time.Duration{time.Hour + 1, -48 * time.Hour, -8760 * time.Hour, math.MinInt64} {
		require.ErrorContains(t, clock.Drift(offset), "for a clock that is wrong by a fixed time, set its date")
	}
}
