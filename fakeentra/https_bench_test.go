package fakeentra_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// spent is what a number of requests took: time that passed, and processor time of client and server together, which
// other programs on the machine do not lengthen.
type spent struct {
	requests       int
	elapsed, burnt time.Duration
}

func (s *spent) add(other spent) {
	s.requests, s.elapsed, s.burnt = s.requests+other.requests, s.elapsed+other.elapsed, s.burnt+other.burnt
}

// rate is requests a second.
func (s *spent) rate() float64 { return float64(s.requests) / s.elapsed.Seconds() }

// cost is processor time for one request, in microseconds.
func (s *spent) cost() float64 { return float64(s.burnt.Microseconds()) / float64(s.requests) }

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// workers runs work n times in all, by so many at once.
func workers(b *testing.B, n, at int, work func() error) spent {
	b.Helper()
	before, burnt := b.Elapsed(), processorTime(b)
	jobs := make(chan struct{}, n)
	for range n {
		jobs <- struct{}{}
	}
	close(jobs)
	var group sync.WaitGroup
	failed := make(chan error, at)
	for range at {
		group.Go(func() {
			for range jobs {
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
	return spent{requests: n, elapsed: b.Elapsed() - before, burnt: processorTime(b) - burnt}
}

// keepOpen is a client of a fake that keeps so many connections open.
func keepOpen(b *testing.B, s *fakeentra.Server, connections int) *http.Client {
	b.Helper()
	c := s.Client()
	transport := c.Transport.(interface{ Unwrap() *http.Transport }).Unwrap()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = connections, connections
	return c
}

func send(c *http.Client, target, form, want string) error {
	response, err := c.Post(target, formType, strings.NewReader(form))
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(body, []byte(want)) {
		return fmt.Errorf("%s", body)
	}
	return nil
}

// served is a fake on loopback with a sign-in without openid, so that one refresh is one signature.
func served(b *testing.B) (s *fakeentra.Server, refresh string) {
	b.Helper()
	s, refresh = benchSignIn(b)
	listener, err := s.Listen()
	require.NoError(b, err)
	require.NoError(b, s.Serve(listener))
	return s, refresh
}

var authorizationForm = url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}}.Encode()

// BenchmarkHTTPSDeviceAuthorization is the first request of a sign-in, over HTTPS.
func BenchmarkHTTPSDeviceAuthorization(b *testing.B) {
	for _, connections := range []int{1, 20} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			s, _ := served(b)
			c := keepOpen(b, s, connections)
			address := authority + "/organizations" + devicecode
			require.NoError(b, send(c, address, authorizationForm, `{"user_code"`))
			b.ReportAllocs()
			b.ResetTimer()
			done := workers(b, b.N, connections, func() error { return send(c, address, authorizationForm, `{"user_code"`) })
			b.ReportMetric(done.rate(), "req/s")
			b.ReportMetric(done.cost(), "cpu-us/req")
		})
	}
}

// BenchmarkHTTPSRefresh compares in one run, with the same workers: bare signatures with the fake's own key; the
// transport alone (same client, same TLS, an answer of the same size that costs nothing); and refreshes. share/bare is
// what refreshes reach of the bare signatures; server/bare is the same with the transport's time, which client and TLS
// take, told apart; the cpu- metrics say the same by processor time. The three take turns, so that they meet the same
// load of the machine.
func BenchmarkHTTPSRefresh(b *testing.B) {
	for _, connections := range []int{1, 20} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			s, form := served(b)
			c := keepOpen(b, s, connections)
			address := authority + "/organizations" + token
			require.NoError(b, send(c, address, form, `{"token_type"`))
			plain := transportAlone(b, connections, len(benchPost(s, token, form)))
			key := benchKey(b)
			digest := sha256.Sum256([]byte("x"))
			b.ReportAllocs()
			b.ResetTimer()
			var refreshes, bare, transport spent
			for left := b.N; left > 0; left -= block {
				n := min(left, block)
				refreshes.add(workers(b, n, connections, func() error { return send(c, address, form, `{"token_type"`) }))
				bare.add(workers(b, n, connections, func() error {
					_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
					return err
				}))
				transport.add(workers(b, n, connections, func() error { return plain(form) }))
			}
			b.StopTimer()
			b.ReportMetric(refreshes.rate(), "req/s")
			b.ReportMetric(bare.rate(), "bare/s")
			b.ReportMetric(refreshes.rate()/bare.rate(), "share/bare")
			b.ReportMetric(1/(1/refreshes.rate()-1/transport.rate())/bare.rate(), "server/bare")
			b.ReportMetric(bare.cost()/refreshes.cost(), "cpu-share/bare")
			b.ReportMetric(bare.cost()/(refreshes.cost()-transport.cost()), "cpu-server/bare")
		})
	}
}

// block is how many requests one of the three makes before the next has its turn.
const block = 60

func benchKey(b *testing.B) *rsa.PrivateKey {
	b.Helper()
	der, err := os.ReadFile("internal/signing/keys/insecure-test-key-1.der")
	require.NoError(b, err)
	key, err := x509.ParsePKCS1PrivateKey(der)
	require.NoError(b, err)
	return key
}

// transportAlone serves an answer of a size that costs nothing, over the bench's network and TLS but without a turn.
func transportAlone(b *testing.B, connections, size int) func(form string) error {
	b.Helper()
	world := vtime.NewFlowing(time.Time{})
	b.Cleanup(world.Close)
	network := faultnet.New(faultnet.Config{World: world, Journal: journal.New(world.Now), Seed: 7})
	listener, err := network.Listen("plain", "plain.example:443")
	require.NoError(b, err)
	body := []byte(`{"token_type"` + strings.Repeat(" ", max(size-14, 0)) + "}")
	server, err := network.ServeHTTP(listener, network.TLSConfig("plain", nil, "plain.example"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(body)
	}))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, server.Close()) })
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: network.Authority().Pool(), Time: world.Now, MinVersion: tls.VersionTLS12},
		MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections,
	}
	b.Cleanup(transport.CloseIdleConnections)
	c := &http.Client{Transport: transport}
	address := "https://" + listener.Addr().String()
	return func(form string) error { return send(c, address, form, `{"token_type"`) }
}

// BenchmarkThousandUsers is what users cost in memory.
func BenchmarkThousandUsers(b *testing.B) {
	for b.Loop() {
		s, err := fakeentra.New(fakeentra.Config{Start: start})
		require.NoError(b, err)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range 1000 {
			_, err := s.AddUser(fakeentra.User{Principal: fmt.Sprintf("user%d@contoso.com", i)})
			require.NoError(b, err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1024, "KiB/1000users")
		require.NoError(b, s.Close())
	}
}
