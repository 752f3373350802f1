//go:build interop

package interop

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// BenchmarkDeviceAuthorizations compares device authorizations a second over HTTPS: the fake, and oidc-provider (npm), asked by the
// same client with as many connections, block by block in turn.
func BenchmarkDeviceAuthorizations(b *testing.B) {
	entra, err := fakeentra.New(fakeentra.Config{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, entra.Close()) })
	listener, err := entra.Listen()
	require.NoError(b, err)
	require.NoError(b, entra.Serve(listener))
	port, pool := oidcProvider(b)
	for _, connections := range []int{1, 20} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			ours := caller(b, entra.Client(), connections, "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode",
				url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}})
			plain := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
			theirs := caller(b, plain, connections, "https://localhost:"+port+"/device/auth", url.Values{"client_id": {"device"}, "scope": {"openid offline_access"}})
			require.NoError(b, ours())
			require.NoError(b, theirs())
			var fake, other time.Duration
			b.ResetTimer()
			const blocks = 4
			n := max(b.N/blocks, connections)
			for range blocks {
				fake += lasts(b, n, connections, ours)
				other += lasts(b, n, connections, theirs)
			}
			b.ReportMetric(float64(n*blocks)/fake.Seconds(), "fakeentra/s")
			b.ReportMetric(float64(n*blocks)/other.Seconds(), "oidc-provider/s")
			b.ReportMetric(other.Seconds()/fake.Seconds(), "times")
		})
	}
}

// lasts runs work n times, by so many at once, and returns how long it took.
func lasts(b *testing.B, n, at int, work func() error) time.Duration {
	b.Helper()
	before := b.Elapsed()
	var group sync.WaitGroup
	failed := make(chan error, at)
	for i := range at {
		group.Go(func() {
			for range (n + at - 1 - i) / at {
				if err := work(); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	group.Wait()
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	return b.Elapsed() - before
}

func caller(b *testing.B, c *http.Client, connections int, address string, form url.Values) func() error {
	b.Helper()
	transport := c.Transport.(interface{ Unwrap() *http.Transport }).Unwrap()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = connections, connections
	b.Cleanup(transport.CloseIdleConnections)
	text := form.Encode()
	return func() error {
		response, err := c.Post(address, "application/x-www-form-urlencoded", strings.NewReader(text))
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err == nil && !strings.Contains(string(body), `"user_code"`) {
			err = fmt.Errorf("%d %s", response.StatusCode, body)
		}
		return err
	}
}

// oidcProvider starts oidc-provider with a certificate of a bench's own authority.
func oidcProvider(b *testing.B) (port string, pool *x509.CertPool) {
	b.Helper()
	world := vtime.NewFlowing(time.Time{})
	b.Cleanup(world.Close)
	network := faultnet.New(faultnet.Config{World: world, Journal: journal.New(world.Now), Seed: 7})
	certificate, err := network.Authority().Certificate("localhost")
	require.NoError(b, err)
	folder := b.TempDir()
	var chain []byte
	for _, der := range certificate.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	key, err := x509.MarshalECPrivateKey(certificate.PrivateKey.(*ecdsa.PrivateKey))
	require.NoError(b, err)
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(b, os.WriteFile(certFile, chain, 0o600))
	require.NoError(b, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: key}), 0o600))
	command := exec.Command("node", "server.mjs")
	command.Dir, command.Env = "oidc-provider", append(os.Environ(), "TLS_CERT="+certFile, "TLS_KEY="+keyFile, "NODE_ENV=production")
	out, err := command.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, command.Start())
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(b, err)
	return strings.TrimSpace(line), network.Authority().Pool()
}
