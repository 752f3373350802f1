package remote_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device/remote"
	"mfpsim/sim"
)

func TestADeviceOnAnotherMachineReachesTheBenchWithItsToken(t *testing.T) {
	handler := remote.NewHandler(remote.HandlerConfig{Mount: sim.Mounted(nil, nil), Token: "geheim"})
	t.Cleanup(handler.Close)
	var proxy string
	var strangers []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == remote.PathBenches {
			var boot remote.Boot
			text, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(text, &boot)
			proxy = boot.Proxy
			for _, header := range []string{"", "Proxy-Authorization: Bearer falsch\r\n"} {
				strangers = append(strangers, connect(proxy, header))
			}
			r.Body = io.NopCloser(bytes.NewReader(text))
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	client := dial(t, remote.Config{URL: server.URL, Token: "geheim", OutletHost: "127.0.0.2"})
	result := playOn(t, client, signInAndScan)
	require.True(t, result.Passed, result.Failure)
	require.True(t, strings.HasPrefix(proxy, "127.0.0.2:"), proxy)
	require.Equal(t, []int{http.StatusProxyAuthRequired, http.StatusProxyAuthRequired}, strangers)

	_, err := remote.Dial(t.Context(), remote.Config{URL: server.URL, OutletHost: "127.0.0.2"})
	require.ErrorContains(t, err, "that takes a token")
}

// connect asks a proxy for a connection, and returns the status; 0: it does not answer.
func connect(proxy, header string) int {
	conn, err := net.Dial("tcp", proxy)
	if err != nil {
		return 0
	}
	defer conn.Close()
	const to = "smtp.office365.com:587"
	_, _ = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", to, to, header)
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return 0
	}
	return response.StatusCode
}
