package sim_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// silent is a core that is ready for nothing, and counts how often it was closed.
type silent struct {
	sim.Core
	closed *int
}

func (silent) For(nvram.Owner) sim.Mailer                   { return unready{} }
func (silent) SignedIn() []nvram.Owner                      { return nil }
func (silent) Forget(context.Context, ...nvram.Owner) error { return nil }
func (silent) Recovered() error                             { return nil }
func (s silent) Close()                                     { *s.closed++ }

type unready struct{ sim.Mailer }

func (unready) Ready() *outcome.Outcome { return &outcome.Outcome{Kind: outcome.NotConfigured} }

func TestAPrinterRunsOnTheCoreThatItIsGiven(t *testing.T) {
	opened, closed := 0, 0
	b := newBench(t, func(c *sim.Config) {
		c.Open = func(_ context.Context, host sim.Host) (sim.Core, error) {
			require.Equal(t, "printer", host.Printer)
			require.Zero(t, host.Elapsed())
			opened++
			return silent{closed: &closed}, nil
		}
	})
	started, _ := b.scan("carol@contoso.com")
	require.Contains(t, started.String(), "email server is not set", "the core says what is missing")
	for _, state := range []string{"off", "on"} {
		require.NoError(t, b.printer.Power(context.Background(), device.PowerAct{State: state}))
	}
	require.Equal(t, []int{2, 1}, []int{opened, closed}, "power on starts it, power off ends it")
}

func TestAPrinterWhoseCoreDoesNotStartDoesNotStartEither(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	_, err := sim.New(sim.Config{
		World: world, Network: faultnet.New(faultnet.Config{World: world}),
		Open: func(context.Context, sim.Host) (sim.Core, error) { return nil, errors.New("no core today") },
	})
	require.EqualError(t, err, "start the printer's mail core: no core today")
}
