package remote_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/lab"
)

// counted is a device that tells when it is closed.
type counted struct {
	device.Unsupported
	open *atomic.Int64
}

func (c *counted) Describe(context.Context) (device.Description, error) {
	return device.Description{Model: "Counted", Languages: []string{"en"}}, nil
}

func (c *counted) Close() error {
	c.open.Add(-1)
	return nil
}

func TestDevicesOfBenchesThatHaveGoneAreEnded(t *testing.T) {
	var open, ended atomic.Int64
	handler := remote.NewHandler(remote.HandlerConfig{Mount: func(context.Context, mount.Point) (device.Device, error) {
		open.Add(1)
		return &counted{open: &open}, nil
	}})
	forgetful := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != remote.PathHello && r.URL.Path[max(0, len(r.URL.Path)-4):] == "/end" && forgetful {
			ended.Add(1) // the bench was killed before it could say so
			_, _ = w.Write([]byte("{}"))
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	client := dial(t, remote.Config{URL: server.URL})
	bench := func() {
		l, err := lab.New(lab.Config{Devices: devices(client)})
		require.NoError(t, err)
		require.NoError(t, l.Close())
	}
	for range 64 {
		bench()
	}
	require.Equal(t, int64(64), open.Load())
	forgetful = false
	bench()
	require.Less(t, open.Load(), int64(8), "a new bench may have got the port of one that has gone")
	require.Equal(t, int64(64), ended.Load())
	handler.Close()
}
