package lab_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/lab"
	"mfpsim/sim"
	"mfpsim/sim/settings"
)

// simulated returns the simulated printer of a bench.
func simulated(t *testing.T, bench *lab.Lab) *sim.Printer {
	t.Helper()
	p, err := bench.Printer(lab.DefaultPrinter)
	require.NoError(t, err)
	return sim.Of(p.Device())
}

func TestHTTPSGoesThroughTheProxyThatIsSet(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	printer := simulated(t, bench)
	require.NoError(t, printer.Change(func(s *settings.Settings) {
		s.Proxy = settings.Proxy{Use: true, Server: lab.ProxyServer, Port: lab.ProxyPort}
	}))
	require.NoError(t, bench.World.Do("person", 0, func(ctx context.Context) {
		status, err := printer.Mailer(nvram.Printer).BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.NoError(t, err)
		require.NotEmpty(t, status.UserCode)
	}))
	_, err := bench.World.Advance(time.Minute)
	require.NoError(t, err)
}
