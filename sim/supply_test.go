package sim_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/sim"
)

// cutAt arms a power cut in the next write, after so many bytes of what changes; it changes the language and wakes
// the printer.
func cutAt(b *bench, bytes int) {
	b.do("cut", func(ctx context.Context) error {
		return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1, AtByte: &bytes})
	})
	b.do("language", func(ctx context.Context) error {
		require.ErrorIs(b.t, b.device.SetLanguage(ctx, "el"), device.ErrPoweredOff)
		return nil
	})
	require.False(b.t, b.printer.PoweredOn())
	b.power("on")
}

func TestATearFallsWithinWhatTheWriteChanges(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes int
		want  string // language after power on
	}{
		{"nothing has arrived", 0, "en"},
		{"a byte has arrived", 1, "en"},
		{"most has arrived", 100, "en"},
		{"all has arrived", 10000, "el"},
	} {
		t.Run(test.name, func(t *testing.T) {
			records := nvram.NewMemory(nil)
			b := newBench(t, func(c *sim.Config) { c.Records = records })
			require.NoError(t, b.printer.SetLanguage("hi"))
			require.NoError(t, b.printer.SetLanguage("en"))
			before := records.Image()
			cutAt(b, test.bytes)
			changed := 0
			for i, c := range records.Image() {
				if before[i] != c {
					changed++
				}
			}
			require.LessOrEqual(t, changed, test.bytes)
			require.Equal(t, test.bytes > 0, changed > 0, "bytes that stay the same do not count")
			require.Equal(t, test.want, b.printer.Texts().Language())
			require.NoError(t, b.printer.Recovered())
		})
	}
}

func TestTheFirstWriteOfAllTornLeavesANewPrinter(t *testing.T) {
	records := nvram.NewMemory(nil)
	b := newBench(t, func(c *sim.Config) { c.Records = records })
	cutAt(b, 150)
	require.NotEmpty(t, records.Image())
	require.Equal(t, "en", b.printer.Texts().Language())
	require.NoError(t, b.printer.Recovered(), "nothing was stored, so nothing is lost")
}

func TestASettingThatTheMemoryRefusesStaysAsItWas(t *testing.T) {
	b := newBench(t)
	b.do("break", func(ctx context.Context) error {
		return b.device.SetMemoryFault(ctx, &device.MemoryFault{Times: 2})
	})
	require.ErrorContains(t, b.printer.SetLanguage("el"), "write the printer's records")
	require.Equal(t, "en", b.printer.Texts().Language())
	b.press("Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting")
	require.Equal(t, []string{"The setting could not be stored."}, b.press("On").Lines)
	require.False(t, b.screen().Padlock)
	b.press("OK")
	require.True(t, b.press("On").Padlock, "the fault was for two writes")
	state, err := b.device.MemoryState(context.Background())
	require.NoError(t, err)
	require.Equal(t, device.MemoryState{Writes: 1, Refused: 2}, state)
}
