package faultnet_test

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnUnmodifiedClientFromOutsideIsServed(t *testing.T) {
	for name, config := range map[string]*tls.Config{
		"as Go makes it, with post-quantum keys": {},
		"with post-quantum keys first":           {CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.CurveP256}},
		"that knows only P-256":                  {CurvePreferences: []tls.CurveID{tls.CurveP256}},
		"that knows only P-384":                  {CurvePreferences: []tls.CurveID{tls.CurveP384}},
		"that knows only P-521":                  {CurvePreferences: []tls.CurveID{tls.CurveP521}},
		"of TLS 1.2":                             {MaxVersion: tls.VersionTLS12},
		"of TLS 1.2 that knows only P-256":       {MaxVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.CurveP256}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			l, err := b.network.Listen("entra", "login.example:443")
			require.NoError(t, err)
			answer := http.HandlerFunc(
				func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
			)
			server, err := b.network.ServeHTTP(l, b.network.TLSConfig("entra", nil, "login.example"), answer)
			require.NoError(t, err)
			defer func() { require.NoError(t, server.Close()) }()
			config.RootCAs, config.Time, config.ServerName = b.network.Authority().Pool(), b.world.Now, "login.example"
			transport := &http.Transport{TLSClientConfig: config}
			defer transport.CloseIdleConnections()
			response, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr().String() + "/")
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusNoContent, response.StatusCode)
		})
	}
}

func TestABenchMakesAndOffersNoPostQuantumKeys(t *testing.T) {
	b := newBench(t, nil)
	for name, config := range map[string]*tls.Config{
		"the server": b.network.TLSConfig("entra", nil, "login.example"), "the browser": b.network.ClientTLS(b.world.Now),
	} {
		require.Equal(t, tls.X25519, config.CurvePreferences[0], name)
		require.NotContains(t, config.CurvePreferences, tls.X25519MLKEM768, name)
	}
}
