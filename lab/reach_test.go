package lab_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// TestWebConfigIsReachedFromThePrintersOwnNetworkOnly is guide rule R13.
func TestWebConfigIsReachedFromThePrintersOwnNetworkOnly(t *testing.T) {
	l := lab.RunT(t, lab.Config{})
	dial := func(party string) (failed error) {
		require.NoError(t, l.World.Do(party, 0, func(ctx context.Context) {
			conn, err := l.Network.Dialer(party).DialContext(ctx, "tcp", "192.0.2.10:443")
			if failed = err; err == nil {
				_ = conn.Close()
			}
		}))
		return failed
	}
	require.ErrorIs(t, dial("a computer at home"), syscall.ENETUNREACH)
	require.NoError(t, dial(lab.PartyBrowser))
}
