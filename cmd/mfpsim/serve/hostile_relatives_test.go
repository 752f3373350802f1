package serve

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// relativesUnderAttack is a bench with all of them.
func relativesUnderAttack(t *testing.T) *served {
	return live(t, Config{Relatives: Relatives(), Keep: 100, Limits: Limits{Tarpit: -1}})
}

// to opens a connection to a relative, as far as its first words.
func (s *served) to(name string) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	at := s.Relatives[name]
	conn, err := net.Dial("tcp", at.Address)
	require.NoError(s.t, err)
	if strings.HasSuffix(at.Host, ":995") {
		conn = tls.Client(conn, s.security(at.Host))
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	r := bufio.NewReader(conn)
	_, err = r.ReadString('\n')
	require.NoError(s.t, err)
	return conn, r
}

// pass lets time pass, step by step, until something has ended; it returns how much.
func (s *served) pass(step string, ended <-chan string) (heard string, steps int) {
	s.t.Helper()
	for {
		select {
		case heard = <-ended:
			return heard, steps
		default:
			status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"`+step+`"}`)
			require.Equal(s.t, http.StatusOK, status, answer)
			steps++
		}
	}
}

func TestARelativeDoesNotWaitForEver(t *testing.T) {
	s := relativesUnderAttack(t)
	for name, farewell := range map[string]string{
		"generic": "421 4.4.2 Idle timeout, bye bye", "fax": "421 4.4.2 Idle timeout, bye bye",
		"legacy": "421 4.4.2 relay.example.com Relay ESMTP Service closing transmission channel after timeout exceeded", "pop3": "",
	} {
		for what, begin := range map[string]string{"nothing": "", "half a line": "NO"} {
			t.Run(name+" hears "+what, func(t *testing.T) {
				conn, r := s.to(name)
				_, err := io.WriteString(conn, begin)
				require.NoError(t, err)
				ended := make(chan string, 1)
				go func() {
					text, _ := io.ReadAll(r)
					ended <- strings.TrimSpace(string(text))
				}()
				// In steps far below the minute that a client has for the last words, or the clock outruns them.
				heard, _ := s.pass("1s", ended)
				require.Equal(t, farewell, heard)
			})
		}
		t.Run(name+" hears an octet now and then", func(t *testing.T) {
			conn, r := s.to(name)
			go func() { _, _ = io.Copy(io.Discard, r) }()
			sent := 0
			for ; sent < 200; sent++ {
				if _, err := io.WriteString(conn, "N"); err != nil {
					break
				}
				status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"1m"}`)
				require.Equal(t, http.StatusOK, status, answer)
			}
			require.Less(t, sent, 200)
		})
	}
}

func TestAClientThatTakesNoReplyIsLetGo(t *testing.T) {
	s := relativesUnderAttack(t)
	for name, command := range map[string]string{
		"generic": "EHLO x\r\n", "fax": "EHLO x\r\n", "legacy": "EHLO x\r\n", "pop3": "CAPA\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, _ := s.to(name)
			ended := make(chan string, 1)
			go func() {
				for { // nothing is read, so the server cannot write at some time
					if _, err := io.WriteString(conn, strings.Repeat(command, 1000)); err != nil {
						ended <- err.Error()
						return
					}
				}
			}()
			s.pass("10m", ended)
		})
	}
}

// logOn brings a client of a relative to where its message begins.
func (s *served) logOn(name string) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	at := s.Relatives[name]
	conn, r := s.to(name)
	say := func(line, want string) { s.say(conn, r, line, want) }
	say("EHLO x", "250")
	say("STARTTLS", "220")
	conn = tls.Client(conn, s.security(at.Host))
	r = bufio.NewReader(conn)
	say("EHLO x", "250")
	say("AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00"+at.User+"\x00"+at.Password)), "235")
	say("MAIL FROM:<"+at.User+">", "250")
	say("RCPT TO:<0123456@fax.example.com>", "250")
	return conn, r
}

func TestAMessageWithoutEndIsRefusedByARelative(t *testing.T) {
	s := relativesUnderAttack(t)
	attacks := map[string]func(conn net.Conn){
		"DATA without a dot": func(conn net.Conn) {
			_, _ = io.WriteString(conn, "DATA\r\n")
			for lines := strings.Repeat("and so on and so on\r\n", 4096); ; {
				if _, err := io.WriteString(conn, lines); err != nil {
					return
				}
			}
		},
		"BDAT of four gigabytes": func(conn net.Conn) {
			_, _ = io.WriteString(conn, fmt.Sprintf("BDAT %d\r\n", uint32(1<<32-1)))
			for lines := strings.Repeat("and so on and so on\r\n", 4096); ; {
				if _, err := io.WriteString(conn, lines); err != nil {
					return
				}
			}
		},
	}
	for _, name := range []string{"generic", "fax", "legacy"} {
		for what, attack := range attacks {
			t.Run(name+": "+what, func(t *testing.T) {
				before := heap()
				conn, r := s.logOn(name)
				go attack(conn)
				text, _ := io.ReadAll(r) // until the server closes
				if text := strings.TrimPrefix(string(text), "354 "); len(text) > 60 {
					require.Contains(t, text, "552 5.3.4")
				}
				_ = conn.Close()
				require.Less(t, int64(heap())-int64(before), int64(8<<20))
			})
		}
	}
}
