package serve

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// handshakes are clients from outside, by what they can agree on.
var handshakes = []struct {
	name    string
	version uint16
	curves  []tls.CurveID
	agreed  tls.CurveID
}{
	{"TLS 1.3 as Go has it, post-quantum keys first", tls.VersionTLS13, nil, tls.X25519},
	{"TLS 1.3 with X25519", tls.VersionTLS13, []tls.CurveID{tls.X25519}, tls.X25519},
	{"TLS 1.3 with P-256", tls.VersionTLS13, []tls.CurveID{tls.CurveP256}, tls.CurveP256},
	{"TLS 1.3 with P-384", tls.VersionTLS13, []tls.CurveID{tls.CurveP384}, tls.CurveP384},
	{"TLS 1.2 as Go has it", tls.VersionTLS12, nil, tls.X25519},
	{"TLS 1.2 with X25519", tls.VersionTLS12, []tls.CurveID{tls.X25519}, tls.X25519},
	{"TLS 1.2 with P-256", tls.VersionTLS12, []tls.CurveID{tls.CurveP256}, tls.CurveP256},
	{"TLS 1.2 with P-384", tls.VersionTLS12, []tls.CurveID{tls.CurveP384}, tls.CurveP384},
}

func TestEveryServerServesClientsOfAnyCurveAndVersion(t *testing.T) {
	s := live(t, Config{})
	roots := s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs
	host := func(address string) string {
		u, err := url.Parse(address)
		require.NoError(t, err)
		return u.Host
	}
	secure := func(address string, config *tls.Config) (tls.ConnectionState, error) {
		conn, err := tls.Dial("tcp", host(address), config)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		return conn.ConnectionState(), conn.Close()
	}
	servers := map[string]func(*tls.Config) (tls.ConnectionState, error){
		"Web Config": func(config *tls.Config) (tls.ConnectionState, error) { return secure(s.WebConfig, config) },
		"Entra":      func(config *tls.Config) (tls.ConnectionState, error) { return secure(s.Entra, config) },
		"SMTP": func(config *tls.Config) (tls.ConnectionState, error) {
			client, err := smtp.DialStartTLS(s.SMTP, config)
			if err != nil {
				return tls.ConnectionState{}, err
			}
			if err := client.Noop(); err != nil { // the handshake is made before the first command
				return tls.ConnectionState{}, err
			}
			state, _ := client.TLSConnectionState()
			return state, client.Quit()
		},
	}
	for server, connect := range servers {
		for _, h := range handshakes {
			t.Run(server+", "+h.name, func(t *testing.T) {
				name, _, err := net.SplitHostPort(s.SMTP)
				require.NoError(t, err)
				state, err := connect(&tls.Config{
					RootCAs: roots, ServerName: name, MinVersion: h.version, MaxVersion: h.version, CurvePreferences: h.curves,
				})
				require.NoError(t, err)
				require.Equal(t, h.version, state.Version)
				require.Equal(t, h.agreed, state.CurveID)
			})
		}
	}
}

// TestWhoSpeaksHTTPToWebConfigIsLedToHTTPS: an address that was typed without https:// leads where it was to lead.
func TestWhoSpeaksHTTPToWebConfigIsLedToHTTPS(t *testing.T) {
	s := live(t, Config{})
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	plain := "http://" + strings.TrimPrefix(s.WebConfig, "https://")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		request, err := http.NewRequestWithContext(
			t.Context(), method, plain+"/network/basic?a=b%20c", strings.NewReader("password=x"),
		)
		require.NoError(t, err)
		answer, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, "a form that was sent in clear is not sent again")
		require.Equal(t, s.WebConfig+"/network/basic?a=b%20c", answer.Header.Get("Location"))
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(plain, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	said, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(said), "400 Bad Request", "nobody knows where to, without a host")
	require.Contains(t, string(said), "This port speaks HTTPS")
}
