package serve

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/lab"
)

// dial opens a connection to Entra or to Web Config.
func (s *served) dial(address string) net.Conn {
	s.t.Helper()
	config := s.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), config)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// heap is what lives, in bytes.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestARequestWhoseHeaderDoesNotEndIsRefused(t *testing.T) {
	s := live(t, Config{})
	for name, address := range map[string]string{"Entra": s.Entra, "Web Config": s.WebConfig} {
		for _, c := range []struct {
			size   int
			status int
		}{{40 << 10, http.StatusOK}, {80 << 10, http.StatusRequestHeaderFieldsTooLarge}} {
			t.Run(fmt.Sprintf("%s, %d octets", name, c.size), func(t *testing.T) {
				path := map[string]string{
					"Entra": "/organizations/v2.0/.well-known/openid-configuration", "Web Config": "/status/product",
				}[name]
				response, _ := s.with(http.MethodGet, address+path, "", "X-Flood", strings.Repeat("x", c.size))
				require.Equal(t, c.status, response.StatusCode)
			})
		}
	}
	conn := s.dial(s.Entra)
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: entra\r\n")
	sent := 0
	for line := "X-Flood: " + strings.Repeat("x", 1000) + "\r\n"; sent < 64<<20; sent += len(line) {
		if _, err := io.WriteString(conn, line); err != nil {
			break
		}
	}
	require.Less(t, sent, 32<<20, "it is not read without end")
}

func TestARequestHasAMinuteOfTheBenchToCome(t *testing.T) {
	s := live(t, Config{})
	for name, c := range map[string]struct{ address, begin string }{
		"nothing but the connection":            {s.Entra, ""},
		"half a header at Entra":                {s.Entra, "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHo"},
		"half a body at Entra":                  {s.Entra, "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: e\r\nContent-Length: 99\r\n\r\nclient_id"},
		"half a body at Web Config":             {s.WebConfig, "POST /login HTTP/1.1\r\nHost: p\r\nContent-Length: 99\r\n\r\nuser"},
		"half a chunk of a body without an end": {s.Entra, "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := s.dial(c.address)
			_, err := io.WriteString(conn, c.begin)
			require.NoError(t, err)
			ended := make(chan struct{})
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				close(ended)
			}()
			for range 10_000 { // the connection may come later than the first of them
				select {
				case <-ended:
					return
				default:
					status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"61s"}`)
					require.Equal(t, http.StatusOK, status, answer)
				}
			}
			require.Fail(t, "the connection is still open")
		})
	}
	// Who waits between two requests is no attacker.
	status, _ := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
	require.Equal(t, http.StatusOK, status)
	status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"1d"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, _ = s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
	require.Equal(t, http.StatusOK, status)
}

func TestDeviceCodesOfAnApplicationHaveABound(t *testing.T) {
	s := live(t, Config{Prepared: true})
	form := url.Values{"client_id": {s.ClientID}, "scope": {s.Scope}}
	begin := func() (int, string) { return s.form(s.Entra+"/organizations/oauth2/v2.0/devicecode", form) }
	for range 2000 {
		status, text := begin()
		require.Equal(t, http.StatusOK, status, text)
	}
	status, text := begin()
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, text, "AADSTS50196")
	status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"15m"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, text = begin()
	require.Equal(t, http.StatusOK, status, text)
}

// say sends a line, unless it is empty, and wants a reply with that code.
func (s *served) say(w io.Writer, r *bufio.Reader, line, want string) {
	s.t.Helper()
	if line != "" {
		_, err := io.WriteString(w, line+"\r\n")
		require.NoError(s.t, err)
	}
	for {
		text, err := r.ReadString('\n')
		require.NoError(s.t, err)
		if text[3] == ' ' {
			require.Equal(s.t, want, text[:3], text)
			return
		}
	}
}

// submission is a conversation with SMTP up to the message, and a reader of what it says.
func (s *served) submission(l *lab.Lab) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.SMTP)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	r := bufio.NewReader(conn)
	say := func(line, want string) { s.say(conn, r, line, want) }
	say("", "220")
	say("EHLO client.example", "250")
	say("STARTTLS", "220")
	name, _, _ := net.SplitHostPort(s.SMTP)
	config := s.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.ServerName = name
	secure := tls.Client(conn, config)
	require.NoError(s.t, secure.Handshake())
	conn, r = secure, bufio.NewReader(secure)
	say("EHLO client.example", "250")
	password, err := l.Password("alice@contoso.com")
	require.NoError(s.t, err)
	say("AUTH LOGIN", "334")
	say(base64.StdEncoding.EncodeToString([]byte("alice@contoso.com")), "334")
	say(base64.StdEncoding.EncodeToString([]byte(password)), "235")
	say("MAIL FROM:<alice@contoso.com>", "250")
	say("RCPT TO:<bob@outlook.com>", "250")
	return conn, r
}

func TestAMessageWithoutEndIsRefusedAndItsMemoryIsFlat(t *testing.T) {
	var l *lab.Lab
	script := t.TempDir() + "/start"
	lines := "tenant contoso.com smtp-auth=enabled security-defaults=off basic-auth=enabled\nuser alice@contoso.com\n"
	require.NoError(t, os.WriteFile(script, []byte(lines), 0o600))
	s := live(t, Config{
		Script: script, Lab: func(made *lab.Lab) { l = made }, Keep: 100,
		Configure: func(c *lab.Config) { c.SMTP = func(c *fakesmtp.Config) { c.MaxSize, c.Tarpit = 4<<20, -1 } },
	})
	for name, attack := range map[string]func(conn net.Conn) error{
		"one BDAT of a gigabyte": func(conn net.Conn) error {
			_, err := io.WriteString(conn, "BDAT 999999999\r\n")
			return err
		},
		"BDAT after BDAT": func(conn net.Conn) error {
			chunk := fmt.Sprintf("BDAT %d\r\n%s", 64<<10, strings.Repeat("x", 64<<10))
			for range 4096 {
				if _, err := io.WriteString(conn, chunk); err != nil {
					return err
				}
			}
			return nil
		},
		"DATA without a dot": func(conn net.Conn) error {
			if _, err := io.WriteString(conn, "DATA\r\n"); err != nil {
				return err
			}
			lines := strings.Repeat("and so on and so on\r\n", 4096)
			for range 4096 {
				if _, err := io.WriteString(conn, lines); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn, r := s.submission(l)
			before := heap()
			heard := make(chan string, 1)
			go func() {
				text, _ := io.ReadAll(r)
				heard <- string(text)
			}()
			_ = attack(conn)
			text := <-heard // the server has closed
			if text != "" && !strings.HasPrefix(text, "354") && !strings.HasPrefix(text, "250") {
				require.Contains(t, text, "552 5.3.4")
			}
			require.Less(t, int64(heap())-int64(before), int64(8<<20))
		})
	}
	t.Run("chunks of one octet take the room of one chunk", func(t *testing.T) {
		conn, r := s.submission(l)
		before := heap()
		go func() { _, _ = io.WriteString(conn, strings.Repeat("BDAT 1\r\nx", 100_000)) }()
		for range 100_000 {
			text, err := r.ReadString('\n')
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(text, "250"), text)
		}
		require.Less(t, int64(heap())-int64(before), int64(4<<20))
	})
}
