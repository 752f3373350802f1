package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/lab"
	"mfpsim/sim"
)

// reach puts a device onto a bench and lets it connect.
func reach(t *testing.T, handler http.Handler, hosts []remote.Host) (err error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	bench, failed := lab.New(lab.Config{Seed: 7, Devices: devices(dial(t, remote.Config{URL: server.URL}))})
	require.NoError(t, failed)
	defer func() { require.NoError(t, bench.Close()) }()
	d, failed := bench.Device("")
	require.NoError(t, failed)
	require.NoError(t, bench.World.Do("check", 0, func(ctx context.Context) { err = remote.Reach(ctx, d, hosts) }))
	return err
}

// withRoots is a device that takes other roots than it is told.
func withRoots(h http.Handler, change func([]remote.Root) []remote.Root) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == remote.PathBenches {
			var boot remote.Boot
			_ = json.NewDecoder(r.Body).Decode(&boot)
			boot.Roots = change(boot.Roots)
			text, _ := json.Marshal(boot)
			r.Body = io.NopCloser(bytes.NewReader(text))
		}
		h.ServeHTTP(w, r)
	})
}

func TestAWayThatDoesNotWorkIsToldWithWhatToDo(t *testing.T) {
	printers := func() http.Handler {
		return remote.NewHandler(remote.HandlerConfig{Mount: sim.Mounted(nil, nil)})
	}
	inTheYear2000 := func(ctx context.Context, at mount.Point) (device.Device, error) {
		d, err := sim.Mounted(nil, nil)(ctx, at)
		if err == nil {
			err = d.SetDate(ctx, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
		}
		return d, err
	}
	login := remote.Host{Name: "login.microsoftonline.com", Port: "443", TLS: true}
	for _, test := range []struct {
		name    string
		handler http.Handler
		host    remote.Host
		says    string
	}{
		{"the name", printers(), remote.Host{Name: "nowhere.example", Port: "443", TLS: true}, "nowhere.example:443: it fails at the name (no such host); let the device connect through the HTTP proxy"},
		{"the port", printers(), remote.Host{Name: login.Name, Port: "444", TLS: true}, "login.microsoftonline.com:444: it fails at the port"},
		{"the certificate", withRoots(printers(), func(roots []remote.Root) []remote.Root {
			roots[0].PEM = roots[1].PEM
			return roots
		}), login, "login.microsoftonline.com:443: it fails at the certificate"},
		{"the clock, by the certificate", remote.NewHandler(remote.HandlerConfig{Mount: inTheYear2000}), login, "it fails at the clock (the certificate has expired or is not yet valid); let the device's clock follow"},
		{"the clock alone", remote.NewHandler(remote.HandlerConfig{Mount: inTheYear2000}), remote.Host{Name: "smtp.office365.com", Port: "587"}, "the device's clock is wrong by"},
		{"nothing", printers(), login, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := reach(t, test.handler, []remote.Host{test.host})
			if test.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.says)
		})
	}
	t.Run("all servers of the clouds are reached", func(t *testing.T) {
		hosts := remote.HostsOf(append(fakeentra.Names(), fakesmtp.Addresses()...))
		require.NotEmpty(t, hosts)
		require.NoError(t, reach(t, printers(), hosts))
	})
	t.Run("a device that has no such act is not checked", func(t *testing.T) {
		require.ErrorIs(t, reach(t, &crooked{}, []remote.Host{login}), device.ErrNotSupported)
	})
}
