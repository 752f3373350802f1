package faultnet_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
)

func TestAPartyOfTwoNetworksIsReachedInEachUnderItsAddressThere(t *testing.T) {
	b := newBench(t, nil)
	shared, err := b.network.ServeShared("printers", nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, shared.Close()) }()
	shared.Add("one", page(b.network, "one", "I am one"), "192.0.2.10:443", "100.64.0.10:443")
	b.network.Place("office", "192.0.2.10")
	b.network.Place("additional", "100.64.0.10")
	b.network.Join("one", "office")
	dial := b.network.Dialer("browser").DialContext
	now := b.network.World().Now
	transport := faultnet.NewTransport(faultnet.TransportConfig{
		Dial: dial, DialTLS: faultnet.TLSDialer(dial, b.network.ClientTLS(now)), Now: now, IdleLimit: time.Minute,
	})
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	reached := func() (addresses []string) {
		for _, address := range []string{"192.0.2.10", "100.64.0.10"} {
			b.do("browser", func(ctx context.Context) {
				if _, err := get(ctx, client, "https://"+address+"/"); err == nil {
					addresses = append(addresses, address)
				}
			})
		}
		return addresses
	}
	require.Empty(t, reached(), "a computer without a network")
	b.network.Join("browser", "additional")
	require.Empty(t, reached(), "the printer is not there")
	b.network.Join("one", "additional")
	require.Equal(t, []string{"100.64.0.10"}, reached())
	b.network.Join("browser", "office")
	require.Equal(t, []string{"192.0.2.10", "100.64.0.10"}, reached())

	// A connection that was kept does not outlive the network that it was made in.
	b.network.Leave("browser", "office")
	b.network.Unplug("browser")
	require.Equal(t, []string{"100.64.0.10"}, reached())
}
