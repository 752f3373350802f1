package rfc8628

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/rates"
	"mfpsim/vtime"
)

// peer is a server that the fake is measured beside.
type peer struct {
	name                        string
	elsewhere                   bool // in another process
	device, keys, configuration request
}

// request is what is asked for.
type request struct {
	target, form, user, password string
	again                        string // within an answer that asks for another try; empty: none does
}

// others are the peers beside zitadel/oidc: `make interop` adds those of other languages.
var others []func(b *testing.B, network *faultnet.Network) peer

// BenchmarkDeviceAuthorization compares the first request of a sign-in over HTTPS: the fake, zitadel/oidc and, under
// `make interop`, oidc-provider, each asked by a client of the same kind with as many connections.
func BenchmarkDeviceAuthorization(b *testing.B) {
	compare(b, "user_code", func(p peer) request { return p.device })
}

// BenchmarkKeys compares what a resource server asks for, BenchmarkConfiguration what a client asks first.
func BenchmarkKeys(b *testing.B) { compare(b, "keys", func(p peer) request { return p.keys }) }

// BenchmarkConfiguration is described at BenchmarkKeys.
func BenchmarkConfiguration(b *testing.B) {
	compare(b, "issuer", func(p peer) request { return p.configuration })
}

func compare(b *testing.B, member string, choose func(peer) request) {
	world := vtime.NewFlowing(time.Time{})
	b.Cleanup(world.Close)
	network := faultnet.New(faultnet.Config{World: world, Seed: 7})
	entra, err := fakeentra.New(fakeentra.Config{MaxDeviceCodes: -1})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, entra.Close()) })
	listener, err := entra.Listen()
	require.NoError(b, err)
	require.NoError(b, entra.Serve(listener))
	peers := []peer{zitadelTLS(b, network)}
	for _, start := range others {
		peers = append(peers, start(b, network))
	}
	base := "https://login.microsoftonline.com/organizations/"
	fake := peer{
		device: request{target: base + "oauth2/v2.0/devicecode", form: url.Values{
			"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope},
		}.Encode()},
		keys: request{target: base + "discovery/v2.0/keys"}, configuration: request{target: base + "v2.0/.well-known/openid-configuration"},
	}
	for _, connections := range []int{1, 20} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			ours := entra.Client()
			transport := ours.Transport.(interface{ Unwrap() *http.Transport }).Unwrap()
			transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = connections, connections
			sides := []rates.Side{{Name: "fakeentra", Work: choose(fake).by(ours, member)}}
			for _, p := range peers {
				theirs := &http.Transport{
					TLSClientConfig: &tls.Config{RootCAs: network.Authority().Pool(), MinVersion: tls.VersionTLS12},
					MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections,
				}
				b.Cleanup(theirs.CloseIdleConnections)
				sides = append(sides, rates.Side{
					Name: p.name, Elsewhere: p.elsewhere, Work: choose(p).by(&http.Client{Transport: theirs}, member),
				})
			}
			for _, side := range sides {
				require.NoError(b, side.Work(), side.Name)
			}
			b.ResetTimer()
			plan := rates.Plan{Rounds: 5, Requests: max(1000, b.N/5), At: connections, Block: 10 * connections}
			done, err := rates.Compare(plan, sides...)
			b.StopTimer()
			require.NoError(b, err)
			rates.Report(b, sides, done)
		})
	}
}

// zitadelTLS is the example server of zitadel/oidc over TLS with a certificate of the bench's kind.
func zitadelTLS(b *testing.B, network *faultnet.Network) peer {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	base := "https://" + listener.Addr().String() + "/"
	storage.RegisterClients(storage.DeviceClient("device", "secret"))
	kept := storage.NewStorage(storage.NewUserStore(base))
	secured := network.TLSConfig("zitadel", nil, "127.0.0.1").Clone()
	secured.NextProtos = []string{"http/1.1"}
	server := &http.Server{Handler: exampleop.SetupServer(base, kept, slog.New(slog.DiscardHandler), false)}
	go func() { _ = server.Serve(tls.NewListener(listener, secured)) }()
	b.Cleanup(func() { require.NoError(b, server.Close()) })
	return peer{
		name: "zitadel",
		device: request{
			target: base + "device_authorization", form: "client_id=device&scope=openid+profile", user: "device", password: "secret",
			again: "user code already exists", // it draws few enough to meet one of before
		},
		keys: request{target: base + "keys"}, configuration: request{target: base + ".well-known/openid-configuration"},
	}
}

// by asks with a client; an answer without the member is an error.
func (r request) by(c *http.Client, member string) func() error {
	return func() error {
		body, status, err := r.ask(c)
		for r.again != "" && strings.Contains(body, r.again) {
			body, status, err = r.ask(c)
		}
		if err == nil && !strings.Contains(body, `"`+member+`"`) {
			err = fmt.Errorf("%d %s", status, body)
		}
		return err
	}
}

// ask sends the request and reads the answer.
func (r request) ask(c *http.Client) (body string, status int, err error) {
	method := http.MethodGet
	if r.form != "" {
		method = http.MethodPost
	}
	asked, err := http.NewRequest(method, r.target, strings.NewReader(r.form))
	if err != nil {
		return "", 0, err
	}
	if r.form != "" {
		asked.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.user != "" {
		asked.SetBasicAuth(r.user, r.password)
	}
	response, err := c.Do(asked)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return string(read), response.StatusCode, err
}
