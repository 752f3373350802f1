package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// script is an SMTP server that says what a test tells it to.
type script struct {
	greeting string // "" is a normal one
	noTLS    bool   // STARTTLS is not offered
	implicit bool   // TLS from the first byte
	auth     string // what AUTH offers; "" is "LOGIN XOAUTH2"
	size     int    // SIZE; 0 is none
	// replies by verb ("AUTH", "token" for the response, "DATA.", "QUIT" …); "" closes, "silence" says nothing
	say map[string]string
	act func(verb string)

	mu      sync.Mutex
	lines   []string // what the client said
	clear   []string // what it said without TLS
	message string
}

func (s *script) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lines...)
}

// rig is a submitter and the server that it reaches as mail.example.com:587.
type rig struct {
	*script
	clock     *bench.Clock
	dialer    *bench.Dialer
	submitter *Submitter
	roots     *x509.CertPool
	config    Config
}

func newRig(t *testing.T, s *script) *rig {
	t.Helper()
	certificate, roots := bench.Certificate()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wait sync.WaitGroup
	var conns sync.Map
	wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, true)
			wait.Go(func() { s.serve(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		conns.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
		wait.Wait()
	})
	r := &rig{script: s, clock: bench.NewClock(), dialer: &bench.Dialer{}, roots: roots}
	r.dialer.Route("mail.example.com:587", l.Addr())
	r.config = Config{
		Clock: r.clock, Dialer: r.dialer, Random: bench.Random(7), Roots: func() *x509.CertPool { return r.roots },
		HostName: "printer.example.com",
	}
	r.submitter = NewSubmitter(r.config)
	return r
}

var verbReplies = map[string]string{
	"MAIL": "250 2.1.0 Sender OK", "RCPT": "250 2.1.5 Recipient OK", "DATA": "354 Start mail input; end with <CRLF>.<CRLF>",
	"DATA.": "250 2.0.0 OK <x@example.com> [Hostname=BACK.example.com]", "QUIT": "221 2.0.0 Service closing transmission channel",
	"STARTTLS": "220 2.0.0 SMTP server ready", "AUTH": "334 ", "token": "235 2.7.0 Authentication successful",
	"*": "500 5.3.3 Unrecognized command", "after": "535 5.7.3 Authentication unsuccessful",
}

// mail is the message that has come, empty without one.
func (s *script) mail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.message
}

func (s *script) serve(raw net.Conn, config *tls.Config) {
	defer func() { _ = raw.Close() }()
	conn, secure := raw, false
	if s.implicit {
		conn, secure = tls.Server(raw, config), true
	}
	in := bufio.NewReader(conn)
	greeting := "220 FRONT.example.com Microsoft ESMTP MAIL Service ready"
	if s.greeting != "" {
		greeting = s.greeting
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", greeting); err != nil || s.greeting == "close" {
		return
	}
	expect := "" // what the next line is, if not a command
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.lines = append(s.lines, line)
		if !secure {
			s.clear = append(s.clear, line)
		}
		s.mu.Unlock()
		verb, _, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if expect != "" {
			verb, expect = expect, ""
		}
		if s.act != nil {
			s.act(verb)
		}
		answer, scripted := s.say[line]
		if !scripted {
			answer, scripted = s.say[verb]
		}
		if !scripted {
			answer = verbReplies[verb]
		}
		if verb == "EHLO" && !scripted {
			answer = s.ehlo(secure)
		}
		switch answer {
		case "":
			return
		case "silence":
			continue
		}
		if _, err := fmt.Fprintf(conn, "%s\r\n", answer); err != nil {
			return
		}
		switch {
		case strings.HasPrefix(answer, "334"):
			expect = map[string]string{"AUTH": "token", "token": "after", "after": "after"}[verb]
		case verb == "STARTTLS" && strings.HasPrefix(answer, "220"):
			conn, secure = tls.Server(raw, config), true
			in = bufio.NewReader(conn)
		case verb == "DATA" && strings.HasPrefix(answer, "354"):
			var message strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				message.WriteString(strings.TrimPrefix(line, "."))
			}
			s.mu.Lock()
			s.message = message.String()
			s.mu.Unlock()
			end, scripted := s.say["DATA."]
			if !scripted {
				end = verbReplies["DATA."]
			}
			if s.act != nil {
				s.act("DATA.")
			}
			if end == "" {
				return
			}
			_, _ = fmt.Fprintf(conn, "%s\r\n", end)
		case verb == "QUIT":
			return
		}
	}
}

func (s *script) ehlo(secure bool) string {
	lines := []string{"FRONT.example.com Hello [127.0.0.1]", "PIPELINING", "ENHANCEDSTATUSCODES"}
	if s.size > 0 {
		lines = append(lines, fmt.Sprintf("SIZE %d", s.size))
	}
	switch {
	case !secure && !s.noTLS:
		lines = append(lines, "STARTTLS")
	default:
		auth := s.auth
		if auth == "" {
			auth = "LOGIN XOAUTH2"
		}
		lines = append(lines, "AUTH "+auth)
	}
	lines = append(lines, "8BITMIME")
	return "250-" + strings.Join(lines[:len(lines)-1], "\r\n250-") + "\r\n250 " + lines[len(lines)-1]
}

// settings are OAuth2 with STARTTLS at the rig's server.
func settings() Settings {
	return Settings{
		Method: MethodOAuth2, Service: ServiceExchangeOnline, Account: "scanner@example.com", Sender: "scanner@example.com",
		Server: "mail.example.com", Port: 587, Security: SecuritySTARTTLS, ValidateCertificate: true,
	}
}

func letter() Message {
	return Message{
		To: []string{"clerk@example.net"}, Subject: "Scan", Text: "A scan.\n.\nEnd",
		Attachments: []Attachment{{Name: "scan.pdf", ContentType: "application/pdf", Data: []byte("%PDF-1.7 a page")}},
	}
}

var who = Credential{Account: "scanner@example.com", Token: secret.New("bearer-secret")}

// submit sends and returns the outcome, which must hold no secret and no text of a library or of a server.
func (r *rig) submit(t *testing.T, ctx context.Context, s Settings, m Message) (Receipt, *outcome.Outcome) {
	t.Helper()
	receipt, err := r.submitter.Submit(ctx, s, who, m)
	if err == nil {
		return receipt, nil
	}
	var o *outcome.Outcome
	require.ErrorAs(t, err, &o)
	for _, leak := range []string{"secret", "127.0.0.1", "Authentication unsuccessful", "smtp:"} {
		require.NotContains(t, fmt.Sprintf("%+v %s", *o, o.Error()), leak)
	}
	require.Equal(t, Receipt{}, receipt)
	return receipt, o
}
