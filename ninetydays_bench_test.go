package mfpsim_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/oauth"
	"mfpsim/core/secret"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/lab"
	"mfpsim/rates"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

// A refresh with the printer's scopes causes two signatures: openid asks for an ID token beside the access token.
const (
	refreshesADecade = 10 * 24
	signatures       = 2
)

// BenchmarkNinetyDays refreshes a token every hour for 90 virtual days, by a client as the printer builds it, with the
// printer's scopes; a connection is opened for each refresh. In the same run, ten days of each in turn, are made: as
// many bare RS256 signatures as these refreshes cause (every token is really signed), and these signatures with a bare
// TLS handshake beside each pair of them.
func BenchmarkNinetyDays(b *testing.B) {
	sign := bareSignatures(b)
	shake := bareHandshake(b)
	var bench, bare, secured spent
	for b.Loop() {
		l := benchLab(b)
		client, endpoint, refresh := printersClient(b, l)
		clock := l.World.Clock("printer")
		for range 9 {
			bench.on(b, func() error {
				var failed error
				err := l.World.Do("ten days", 11*24*time.Hour, func(ctx context.Context) {
					for range refreshesADecade {
						token, outcome := client.Refresh(ctx, endpoint, refresh)
						if outcome != nil {
							failed = outcome
							return
						}
						refresh = token.Refresh
						if failed = clock.Sleep(ctx, time.Hour); failed != nil {
							return
						}
					}
				})
				if failed != nil {
					return failed
				}
				return err
			})
			bare.on(b, func() error { return times(refreshesADecade*signatures, sign) })
			secured.on(b, func() error {
				if err := times(refreshesADecade, shake); err != nil {
					return err
				}
				return times(refreshesADecade*signatures, sign)
			})
		}
		require.GreaterOrEqual(b, l.World.Elapsed(), 90*24*time.Hour)
		client.Close()
		require.NoError(b, l.Close())
	}
	b.ReportMetric(bench.wall.Seconds()/bare.wall.Seconds(), "x-signatures")
	b.ReportMetric(bench.processor.Seconds()/bare.processor.Seconds(), "cpu-x-signatures")
	b.ReportMetric(bench.processor.Seconds()/secured.processor.Seconds(), "cpu-x-signatures-and-handshakes")
	b.ReportMetric(float64(bench.processor.Microseconds())/float64(b.N*9*refreshesADecade), "cpu-µs/refresh")
}

// BenchmarkScanAnHour is the whole printer: ten virtual days of a scan every hour, each with a refresh and a mail,
// beside the bare signatures that its refreshes cause.
func BenchmarkScanAnHour(b *testing.B) {
	sign := bareSignatures(b)
	var bench, bare spent
	for b.Loop() {
		l := benchLab(b)
		d, err := l.Device("")
		require.NoError(b, err)
		require.NoError(b, l.World.Do("sign in", 0, func(ctx context.Context) { err = signIn(ctx, l, d) }))
		require.NoError(b, err)
		_, err = l.World.Advance(10 * time.Second)
		require.NoError(b, err)
		require.NoError(b, l.World.Do("OK", 0, func(ctx context.Context) {
			if _, err = d.WebConfig().Page(ctx); err == nil {
				_, err = d.WebConfig().Click(ctx, "OK")
			}
		}))
		require.NoError(b, err)
		bench.on(b, func() error {
			for range refreshesADecade {
				var failed error
				if err := l.World.Do("scan", 0, func(ctx context.Context) {
					_, failed = d.Scan(
						ctx, device.ScanRequest{Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"}},
					)
				}); err != nil {
					return err
				}
				if failed != nil {
					return failed
				}
				if _, err := l.World.Advance(time.Hour); err != nil {
					return err
				}
			}
			return nil
		})
		bare.on(b, func() error { return times(refreshesADecade*signatures, sign) })
		require.Len(b, l.SMTP.Mailbox("bob@fabrikam.com"), refreshesADecade)
		require.NoError(b, l.Close())
	}
	b.ReportMetric(bench.processor.Seconds()/bare.processor.Seconds(), "cpu-x-signatures")
	b.ReportMetric(float64(bench.processor.Microseconds())/float64(b.N*refreshesADecade), "cpu-µs/scan")
}

// spent is time by the machine's clock and of its processors.
type spent struct{ wall, processor time.Duration }

func (s *spent) on(b *testing.B, work func() error) {
	b.Helper()
	watch, before := vtime.StartStopwatch(), rates.Used()
	err := work()
	s.wall += watch.Elapsed()
	s.processor += rates.Used().Since(before).Total()
	require.NoError(b, err)
}

func times(n int, work func() error) error {
	for range n {
		if err := work(); err != nil {
			return err
		}
	}
	return nil
}

// bareSignatures makes RS256 signatures with the key of the fake.
func bareSignatures(b *testing.B) func() error {
	b.Helper()
	der, err := os.ReadFile("fakeentra/internal/signing/keys/insecure-test-key-1.der")
	require.NoError(b, err)
	key, err := x509.ParsePKCS1PrivateKey(der)
	require.NoError(b, err)
	digest := sha256.Sum256([]byte("a token"))
	return func() error {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		return err
	}
}

// bareHandshake opens and closes a TLS connection over loopback, with nothing of the bench but its kind of certificate.
func bareHandshake(b *testing.B) func() error {
	b.Helper()
	world := vtime.NewStepped(time.Time{})
	b.Cleanup(world.Close)
	network := faultnet.New(faultnet.Config{World: world, Seed: 7})
	listener, err := tls.Listen("tcp", "127.0.0.1:0", network.TLSConfig("bare", nil, "bare.example"))
	require.NoError(b, err)
	b.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.Close()
		}
	}()
	config := &tls.Config{
		RootCAs: network.Authority().Pool(), ServerName: "bare.example", Time: world.Now, MinVersion: tls.VersionTLS12,
	}
	return func() error {
		conn, err := tls.Dial("tcp", listener.Addr().String(), config)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}

// printersClient signs in with a client that is made as a printer makes its own.
func printersClient(b *testing.B, l *lab.Lab) (*oauth.Client, oauth.Endpoint, secret.Secret) {
	b.Helper()
	model, err := models.Get("")
	require.NoError(b, err)
	p := model.Providers[0]
	endpoint := oauth.Endpoint{Authority: p.Authority, Tenant: p.Tenant, ClientID: p.ClientID, Scopes: p.Scopes}
	require.Contains(b, p.Scopes, "openid", "two signatures a refresh")
	client := oauth.New(oauth.Config{
		Clock:  l.World.Clock("printer"),
		Dialer: l.Network.Dialer("bench"),
		Roots:  l.Network.Authority().Pool,
		Transport: func(
			dialTLS func(ctx context.Context, network, address string) (net.Conn, error), _ bool,
		) oauth.Transport {
			return faultnet.NewTransport(
				faultnet.TransportConfig{DialTLS: dialTLS, Now: l.World.Now, IdleLimit: 90 * time.Second},
			)
		},
	})
	var refresh secret.Secret
	require.NoError(b, l.World.Do("sign in", 0, func(ctx context.Context) {
		code, failure := client.Authorize(ctx, endpoint)
		err = failure
		if err != nil {
			return
		}
		if err = l.Entra.Approve(code.UserCode, benchUser); err != nil {
			return
		}
		token, failure := client.Poll(ctx, endpoint, code)
		if err = failure; err == nil {
			refresh = token.Refresh
		}
	}))
	require.NoError(b, err)
	return client, endpoint, refresh
}
