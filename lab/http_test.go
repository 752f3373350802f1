package lab_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

func TestHTTPLeadsToHTTPS(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	require.NoError(t, bench.World.Do("person", 0, func(ctx context.Context) {
		window := bench.NewBrowser()
		require.NoError(t, window.Open(ctx, "http://192.0.2.10/network/email-server/basic"))
		require.Equal(t, "https://192.0.2.10/login?because=first&to=%2Fnetwork%2Femail-server%2Fbasic", window.URL())
	}))
}
