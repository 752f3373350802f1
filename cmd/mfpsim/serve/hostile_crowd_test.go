package serve

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachPortHasABoundOfConnectionsAtOnce(t *testing.T) {
	s := live(t, Config{Relatives: Relatives(), Limits: Limits{Tarpit: -1}})
	ports := map[string]string{
		"Web Config": strings.TrimPrefix(
			s.WebConfig,
			"https://",
		),
		"Entra": strings.TrimPrefix(s.Entra, "https://"),
		"SMTP":  s.SMTP,
		"MX":    s.MX,
	}
	for name, relative := range s.Relatives {
		ports[name] = relative.Address
	}
	most := clientsAt(len(doors) + len(s.Relatives))
	for name, address := range ports {
		t.Run(name, func(t *testing.T) {
			var crowd []net.Conn
			defer func() {
				for _, conn := range crowd {
					_ = conn.Close()
				}
			}()
			for range most {
				conn, err := net.Dial("tcp", address)
				require.NoError(t, err)
				crowd = append(crowd, conn)
			}
			last, err := net.Dial("tcp", address) // they are accepted in the order in which they came
			if err == nil {
				crowd = append(crowd, last)
				_, err = io.Copy(io.Discard, last)
			}
			require.ErrorIs(t, err, syscall.ECONNRESET)
			require.NoError(t, crowd[0].Close())
			tries := 0
			for !s.welcomes(address, name == "Entra" || name == "Web Config" || name == "pop3") {
				tries++ // the server has not heard yet that somebody went
				require.Less(t, tries, 10_000)
			}
		})
	}
}

// welcomes reports whether a port begins to talk with a client.
func (s *served) welcomes(address string, secure bool) bool {
	s.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if secure {
		config := s.client.Transport.(*http.Transport).TLSClientConfig.Clone()
		config.InsecureSkipVerify = true //nolint:gosec // whether there is a handshake is the question
		return tls.Client(conn, config).Handshake() == nil
	}
	_, err = bufio.NewReader(conn).ReadString('\n')
	return err == nil
}

func TestWhoIsNotLetInHoldsNoConnectionOfTheOwnersPages(t *testing.T) {
	s := container(t, Config{})
	for _, request := range []string{
		"POST /tenant HTTP/1.1\r\nHost: mfpsim\r\nContent-Length: 1000\r\n\r\nabc",
		"POST /tenant HTTP/1.1\r\nHost: elsewhere.example\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
		"POST /press HTTP/1.1\r\nHost: mfpsim\r\nOrigin: http://elsewhere.example\r\nContent-Length: 1000\r\n\r\nabc",
	} {
		for _, page := range []string{s.Control, s.Panel} {
			_, port, err := net.SplitHostPort(strings.TrimPrefix(page, "http://"))
			require.NoError(t, err)
			conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
			require.NoError(t, err)
			_, err = io.WriteString(conn, request)
			require.NoError(t, err)
			text, _ := io.ReadAll(conn) // the body never comes, and the server does not wait for it
			require.Regexp(t, "^HTTP/1.1 40[13] ", string(text))
			require.NoError(t, conn.Close())
		}
	}
}

func TestTheOwnersPagesAreForNobodyElse(t *testing.T) {
	s := live(t, Config{})
	pages := []string{
		s.Control + "/accounts", s.Graph + "/users", s.Panel + "/", s.Panel + "/now", s.Control + "/nothing",
	}
	said := func(page, site, mode, destination string) (*http.Response, string) {
		return s.with(http.MethodGet, page, "",
			"Sec-Fetch-Site", site, "Sec-Fetch-Mode", mode, "Sec-Fetch-Dest", destination)
	}
	for _, page := range pages {
		for _, from := range []string{"cross-site", "same-site"} {
			for what, fetch := range map[string][]string{
				"a picture": {"no-cors", "image"}, "a script": {"no-cors", "script"}, "a frame": {"navigate", "iframe"},
				"fetch": {"cors", "empty"},
			} {
				response, text := said(page, from, fetch[0], fetch[1])
				require.Equal(t, http.StatusForbidden, response.StatusCode, "%s: %s", page, what)
				require.Contains(t, text, "requests from pages of other sites are refused")
			}
		}
		for _, fetch := range [][]string{
			{"cross-site", "navigate", "document"}, {"none", "navigate", "document"}, {"same-origin", "cors", "empty"},
		} {
			response, _ := said(page, fetch[0], fetch[1], fetch[2])
			require.NotEqual(t, http.StatusForbidden, response.StatusCode, page)
			for name, value := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
				"Referrer-Policy": "no-referrer",
			} {
				require.Equal(t, value, response.Header.Get(name), "%s: %s", page, name)
			}
			kept := response.Header.Get("Cache-Control")
			require.Contains(t, []string{"no-store", "no-cache"}, kept, page) // Graph has Microsoft's
			require.Contains(t, response.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", page)
		}
	}
}
