package faultnet_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/vtime"
)

func TestSameSeedGivesTheSameBytesAndAnotherSeedOtherKeys(t *testing.T) {
	make := func(seed uint64) (*faultnet.Authority, *tls.Certificate) {
		a := faultnet.NewAuthority("lab", seed, vtime.DefaultStart, vtime.DefaultStart.AddDate(1, 0, 0))
		c, err := a.Certificate("login.example", "192.0.2.10")
		require.NoError(t, err)
		return a, c
	}
	a, first := make(7)
	b, second := make(7)
	c, other := make(8)
	require.Equal(t, a.PEM(), b.PEM())
	require.Equal(t, first.Certificate, second.Certificate)
	require.NotEqual(t, a.PEM(), c.PEM())
	require.NotEqual(t, first.Leaf.PublicKey, other.Leaf.PublicKey)
	again, err := a.Certificate("LOGIN.example.", "192.0.2.10")
	require.NoError(t, err)
	require.Same(t, first, again)
	block, _ := pem.Decode(a.PEM())
	require.Equal(t, "CERTIFICATE", block.Type)
}

func TestCertificateHoldsForItsHostsAndTheLoopbackNames(t *testing.T) {
	a := faultnet.NewAuthority("lab", 1, vtime.DefaultStart, vtime.DefaultStart.AddDate(1, 0, 0))
	c, err := a.Certificate("login.example", "192.0.2.10")
	require.NoError(t, err)
	for _, host := range []string{"login.example", "192.0.2.10", "localhost", "127.0.0.1", "::1"} {
		_, err := c.Leaf.Verify(
			x509.VerifyOptions{DNSName: host, Roots: a.Pool(), CurrentTime: vtime.DefaultStart.Add(time.Hour)},
		)
		if host == "192.0.2.10" || host == "127.0.0.1" || host == "::1" {
			require.NoError(t, c.Leaf.VerifyHostname(host))
			continue
		}
		require.NoError(t, err, host)
	}
	require.Error(t, c.Leaf.VerifyHostname("other.example"))
	for _, bad := range []string{"", "a b", "host:443"} {
		_, err := a.Certificate(bad)
		require.ErrorContains(t, err, "not a host name", bad)
	}
	_, err = c.Leaf.Verify(
		x509.VerifyOptions{Roots: a.Pool(), CurrentTime: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)},
	)
	var invalid x509.CertificateInvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, x509.Expired, invalid.Reason)
	stranger := faultnet.NewAuthority("stranger", 1, vtime.DefaultStart, vtime.DefaultStart.AddDate(1, 0, 0))
	_, err = c.Leaf.Verify(x509.VerifyOptions{Roots: stranger.Pool(), CurrentTime: vtime.DefaultStart})
	var unknown x509.UnknownAuthorityError
	require.ErrorAs(t, err, &unknown)
}

func TestServerShowsTheCertificateOfTheHostThatIsAskedFor(t *testing.T) {
	b := newBench(t, nil)
	config := b.network.TLSConfig("smtp", nil, "smtp.example", "mail.example")
	l, err := b.network.Listen("smtp", "smtp.example:443", "mail.example:443", "third.example:443")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(l, config, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	ask := func(url string) (names []string, err error) {
		b.do("client", func(ctx context.Context) {
			request, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			response, doErr := b.client("client").Do(request)
			if err = doErr; err == nil {
				_ = response.Body.Close()
				require.Equal(t, http.StatusOK, response.StatusCode)
				names = response.TLS.PeerCertificates[0].DNSNames
			}
		})
		return names, err
	}
	names, err := ask("https://smtp.example/")
	require.NoError(t, err)
	require.Equal(t, []string{"smtp.example", "localhost"}, names)
	names, err = ask("https://" + l.Addr().String() + "/")
	require.NoError(t, err)
	require.Equal(t, []string{"smtp.example", "mail.example", "localhost"}, names)
	_, err = ask("https://third.example/")
	var wrong x509.HostnameError
	require.True(t, errors.As(err, &wrong))
	_, err = b.network.ServeHTTP(l, &tls.Config{}, nil) //nolint:gosec // it is refused before it is used
	require.ErrorContains(t, err, "no certificate")
}

func TestCertificatesOfAFlowingBenchHoldForAnyDateFrom2001On(t *testing.T) {
	world := vtime.NewFlowing(time.Time{})
	defer world.Close()
	network := faultnet.New(faultnet.Config{World: world})
	c, err := network.Authority().Certificate("a.example")
	require.NoError(t, err)
	require.Equal(t, 2001, c.Leaf.NotBefore.Year())
	require.Equal(t, 2099, c.Leaf.NotAfter.Year())
}

func TestBenchesOfTheSameSeedAndTimeShareTheirAuthority(t *testing.T) {
	one, two := newBench(t, nil), newBench(t, nil)
	require.Same(t, one.network.Authority(), two.network.Authority())
	require.Same(t, one.network.Stranger(), two.network.Stranger())
	other := newBench(t, func(c *faultnet.Config) { c.Seed++ })
	require.NotEqual(t, one.network.Authority().PEM(), other.network.Authority().PEM())
	later := vtime.NewStepped(vtime.DefaultStart.AddDate(1, 0, 0))
	defer later.Close()
	require.NotEqual(
		t, one.network.Authority().PEM(), faultnet.New(faultnet.Config{World: later, Seed: 7}).Authority().PEM(),
	)
}
