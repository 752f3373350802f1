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
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/rates"
)

// keepOpen is a client of a fake that keeps so many connections open.
func keepOpen(b *testing.B, s *fakeentra.Server, connections int) *http.Client {
	b.Helper()
	c := s.Client()
	transport := c.Transport.(interface{ Unwrap() *http.Transport }).Unwrap()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = connections, connections
	return c
}

// ask sends a form, or asks without one.
func ask(c *http.Client, target, form string) (*http.Response, error) {
	if form == "" {
		return c.Get(target)
	}
	return c.Post(target, formType, strings.NewReader(form))
}

func send(c *http.Client, target, form, want string) error {
	response, err := ask(c, target, form)
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

// served is such a fake on loopback.
func served(b *testing.B, scope string) (s *fakeentra.Server, refresh string) {
	b.Helper()
	s, refresh = benchSignIn(b, scope)
	listener, err := s.Listen()
	require.NoError(b, err)
	require.NoError(b, s.Serve(listener))
	return s, refresh
}

var authorizationForm = url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}}.Encode()

// compared lets the sides work and reports how the first did beside the others.
func compared(b *testing.B, plan rates.Plan, sides ...rates.Side) {
	b.Helper()
	plan.Rounds = 5
	plan.Requests = max(plan.Requests, b.N/plan.Rounds)
	plan.Block = max(plan.Block, 10*plan.At)
	for _, side := range sides {
		require.NoError(b, side.Work(), side.Name)
	}
	b.ReportAllocs()
	b.ResetTimer()
	done, err := rates.Compare(plan, sides...)
	b.StopTimer()
	require.NoError(b, err)
	rates.Report(b, sides, done)
}

// BenchmarkHTTPSDeviceAuthorization is the first request of a sign-in, over HTTPS, beside a bare net/http handler that
// writes the same bytes over the same TLS. Its peers are compared in interop/rfc8628.
func BenchmarkHTTPSDeviceAuthorization(b *testing.B) {
	for _, connections := range []int{1, 20} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			s, _ := served(b, oneSignature)
			c := keepOpen(b, s, connections)
			address := authority + "/organizations" + devicecode
			compared(
				b,
				rates.Plan{Requests: 1000, At: connections},
				rates.Side{
					Name: "fakeentra",
					Work: func() error { return send(c, address, authorizationForm, `{"user_code"`) },
				},
				bareHTTP(b, s, connections, c, address, authorizationForm),
				floor(b, s, connections, c, address, authorizationForm),
			)
		})
	}
}

// BenchmarkHTTPSRefresh is a refresh over HTTPS, beside the signatures that it causes, made with the same key by as
// many workers, and beside a bare net/http handler that writes the same bytes over the same TLS and signs nothing. The
// printer's own scope has openid: it causes two signatures.
func BenchmarkHTTPSRefresh(b *testing.B) {
	for _, asked := range []struct {
		name, scope string
		signatures  int
	}{{"", oneSignature, 1}, {"printer/", fakeentra.Scope, 2}} {
		for _, connections := range []int{1, 20, 100} {
			b.Run(fmt.Sprintf("%sconnections=%d", asked.name, connections), func(b *testing.B) {
				s, form := served(b, asked.scope)
				c := keepOpen(b, s, connections)
				address := authority + "/organizations" + token
				key, digest := benchKey(b), sha256.Sum256([]byte("x"))
				compared(
					b,
					rates.Plan{Requests: 5 * connections, Block: 200, At: connections},
					rates.Side{
						Name: "fakeentra", Work: func() error { return send(c, address, form, `{"token_type"`) },
					},
					rates.Side{Name: "signatures", Work: func() (err error) {
						for range asked.signatures {
							_, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
						}
						return err
					}},
					bareHTTP(b, s, connections, c, address, form),
				)
			})
		}
	}
}

// BenchmarkRefreshKept is what one refresh leaves in memory on a World that flows, the journal bounded and full.
func BenchmarkRefreshKept(b *testing.B) {
	for _, tenant := range []string{"organizations", "consumers"} {
		b.Run(tenant, func(b *testing.B) {
			s, form := benchSignIn(b, oneSignature)
			address := tenant + token
			if tenant == "consumers" {
				form = signInAs(b, s, "consumers", "bob@outlook.com", oneSignature)
			}
			const bound, refreshes = 100, 3000
			s.Journal().Keep(journal.Keep{Entries: bound})
			refresh := func(times int) uint64 {
				for range times {
					if a := benchPost(s, address, form); !strings.HasPrefix(a, `{"token_type"`) {
						b.Fatal(a)
					}
				}
				return heapInUse()
			}
			before := refresh(bound)
			for b.Loop() {
				after := refresh(refreshes)
				b.ReportMetric(float64(max(after, before)-before)/refreshes, "B/refresh")
				before = after
			}
			runtime.KeepAlive(s)
		})
	}
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what had a finalizer goes at the second
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkHTTPSDiscovery is what a program asks before its first sign-in: the document and the keys.
func BenchmarkHTTPSDiscovery(b *testing.B) {
	for _, asked := range []string{"/v2.0/.well-known/openid-configuration", "/discovery/v2.0/keys"} {
		for _, connections := range []int{1, 20} {
			b.Run(fmt.Sprintf("%s/connections=%d", path.Base(asked), connections), func(b *testing.B) {
				s, _ := served(b, oneSignature)
				c := keepOpen(b, s, connections)
				address := authority + "/organizations" + asked
				compared(
					b, rates.Plan{Requests: 1000, At: connections},
					rates.Side{Name: "fakeentra", Work: func() error { return send(c, address, "", "{") }},
					bareHTTP(b, s, connections, c, address, ""),
					floor(b, s, connections, c, address, ""),
				)
			})
		}
	}
}

func benchKey(b *testing.B) *rsa.PrivateKey {
	b.Helper()
	der, err := os.ReadFile("internal/signing/keys/insecure-test-key-1.der")
	require.NoError(b, err)
	key, err := x509.ParsePKCS1PrivateKey(der)
	require.NoError(b, err)
	return key
}

// bareHTTP is a bare net/http handler that answers with the bytes with which the fake has answered once, header and
// body, over TLS with a certificate of the same kind. It is asked by a client of its own with as many connections.
func bareHTTP(b *testing.B, s *fakeentra.Server, connections int, asked *http.Client, target, form string) rates.Side {
	b.Helper()
	return bare(b, "bare-http", false, s, connections, asked, target, form)
}

// floor is a bare net/http handler that does what no fake on a bench can leave out: it reads the request in full,
// answers one request at a time, and keeps each with its answer, the newest 10,000. What the fake needs more than
// this, it needs for Entra ID; what this needs more than bare-http is the price of one order and one record.
func floor(b *testing.B, s *fakeentra.Server, connections int, asked *http.Client, target, form string) rates.Side {
	b.Helper()
	return bare(b, "floor", true, s, connections, asked, target, form)
}

func bare(
	b *testing.B, name string, recorded bool,
	s *fakeentra.Server, connections int, asked *http.Client, target, form string,
) rates.Side {
	b.Helper()
	response, err := ask(asked, target, form)
	require.NoError(b, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(b, err)
	require.NoError(b, response.Body.Close())
	header := response.Header
	network := faultnet.New(faultnet.Config{World: s.World(), Seed: 7})
	secured := network.TLSConfig("bare", nil, "bare.example", "127.0.0.1").Clone()
	secured.NextProtos = []string{"http/1.1"}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	answers := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		maps.Copy(w.Header(), header)
		_, _ = w.Write(body)
	}
	if recorded {
		answers = inOrder(header, body)
	}
	server := &http.Server{Handler: http.HandlerFunc(answers)}
	go func() { _ = server.Serve(tls.NewListener(listener, secured)) }()
	b.Cleanup(func() { require.NoError(b, server.Close()) })
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: network.Authority().Pool(), Time: s.World().Now, MinVersion: tls.VersionTLS12},
		MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections,
	}
	b.Cleanup(transport.CloseIdleConnections)
	c := &http.Client{Transport: transport}
	address, err := url.Parse(target)
	require.NoError(b, err)
	address.Host = listener.Addr().String()
	target = address.String()
	return rates.Side{Name: name, Work: func() error { return send(c, target, form, string(body[:12])) }}
}

// inOrder answers with the same bytes as bareHTTP, one request at a time, and keeps what was asked and answered.
func inOrder(header http.Header, body []byte) http.HandlerFunc {
	type exchange struct {
		request       *http.Request
		asked, answer []byte
		header        http.Header
	}
	var turn sync.Mutex
	var record []exchange
	return func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		turn.Lock()
		made := http.Header{}
		for name, values := range header {
			made[name] = slices.Clone(values)
		}
		record = append(record, exchange{r.Clone(r.Context()), asked, bytes.Clone(body), made})
		if len(record) > 10_000 {
			record = slices.Delete(record, 0, 1_000)
		}
		turn.Unlock()
		maps.Copy(w.Header(), made)
		_, _ = w.Write(body)
	}
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
