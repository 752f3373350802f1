package faultnet_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
)

// page answers with a text, as a party.
func page(n *faultnet.Network, party, text string) http.Handler {
	return n.Handler(
		party, nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }),
		exchange,
	)
}

func TestAtASharedServerWhoeverWasDialledAnswers(t *testing.T) {
	b := newBench(t, nil)
	shared, err := b.network.ServeShared("printers", nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, shared.Close()) }()
	for party, address := range map[string]string{"one": "192.0.2.10", "two": "198.18.0.1", "three": "three.example"} {
		shared.Add(party, page(b.network, party, "I am "+party), address+":443")
	}
	for _, party := range []string{"one", "two"} {
		b.network.Join(party, "office")
	}
	b.network.Join("browser", "office")
	client := b.client("browser")
	for party, address := range map[string]string{"one": "192.0.2.10", "two": "198.18.0.1", "three": "three.example"} {
		b.do("browser", func(ctx context.Context) {
			text, err := get(ctx, client, "https://"+address+"/")
			require.NoError(t, err)
			require.Equal(t, "I am "+party, text)
		})
	}
	b.do("elsewhere", func(ctx context.Context) {
		for _, address := range []string{"192.0.2.10", "198.18.0.1"} {
			_, err := get(ctx, b.client("elsewhere"), "https://"+address+"/")
			require.Error(t, err, "from another network")
		}
		text, err := get(ctx, b.client("elsewhere"), "https://three.example/")
		require.NoError(t, err)
		require.Equal(t, "I am three", text)
	})
}

func TestAFaultAtASharedServerMeetsThePartyThatItIsFor(t *testing.T) {
	b := newBench(t, nil)
	shared, err := b.network.ServeShared("printers", nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, shared.Close()) }()
	shared.Add("one", page(b.network, "one", "1"), "one.example:443")
	shared.Add("two", page(b.network, "two", "2"), "two.example:443")
	for _, kind := range []faultnet.FaultKind{faultnet.Untrusted, faultnet.Unreachable} {
		b.network.Arm(faultnet.Fault{To: "two", Kind: kind, Times: 1})
		b.do("browser", func(ctx context.Context) {
			_, err := get(ctx, b.client("browser"), "https://one.example/")
			require.NoError(t, err)
			_, err = get(ctx, b.client("browser"), "https://two.example/")
			require.Error(t, err)
			_, err = get(ctx, b.client("browser"), "https://two.example/")
			require.NoError(t, err)
		})
	}
}

func TestAClientFromOutsideIsToldThatItDialledNobody(t *testing.T) {
	b := newBench(t, nil)
	shared, err := b.network.ServeShared("printers", nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, shared.Close()) }()
	shared.Add("one", page(b.network, "one", "1"), "one.example:443")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: b.network.Authority().Pool(), Time: b.world.Now}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get("https://" + shared.Addr().String() + "/")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusMisdirectedRequest, response.StatusCode)
}
