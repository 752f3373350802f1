package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/mhale/smtpd"
	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// Two servers that others wrote, unmodified: what this client says, other implementations understand.

func listen(t *testing.T, r *rig, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	r.dialer.Route(address, l.Addr())
	return l
}

func TestALegacyRelayThatKnowsPasswordsOnly(t *testing.T) {
	certificate, _ := bench.Certificate()
	for _, mechanism := range []string{"LOGIN", "PLAIN"} {
		for _, security := range []Security{SecuritySTARTTLS, SecurityTLS} {
			t.Run(mechanism+" over "+string(security), func(t *testing.T) {
				r := newRig(t, &script{})
				var from string
				var to []string
				var data []byte
				server := &smtpd.Server{
					Appname:           "relay",
					Hostname:          "relay.example.com",
					DisableReverseDNS: true,
					TLSRequired:       true,
					AuthRequired:      true,
					TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
					TLSListener:       security == SecurityTLS,
					AuthMechs:         map[string]bool{"LOGIN": mechanism == "LOGIN", "PLAIN": mechanism == "PLAIN", "CRAM-MD5": false},
					AuthHandler: func(_ net.Addr, _ string, user, password, _ []byte) (bool, error) {
						return string(user) == "scanner@example.com" && string(password) == "pass-secret", nil
					},
					Handler: func(_ net.Addr, f string, recipients []string, d []byte) error {
						from, to, data = f, recipients, d
						return nil
					},
				}
				l := listen(t, r, "relay.example.com:587")
				if security == SecurityTLS {
					l = tls.NewListener(l, server.TLSConfig)
				}
				go func() { _ = server.Serve(l) }()
				defer func() { _ = server.Close() }()

				s := settings()
				s.Method, s.Server, s.Password, s.Security = MethodSMTPAuth, "relay.example.com", secret.New(
					"pass-secret",
				), security
				_, failed := r.submit(t, context.Background(), s, letter())
				require.Nil(t, failed)
				require.Equal(t, "scanner@example.com", from)
				require.Equal(t, []string{"clerk@example.net"}, to)
				require.Contains(t, string(data), "Subject: Scan")

				s.Password = secret.New("wrong-secret")
				_, failed = r.submit(t, context.Background(), s, letter())
				require.Equal(t, outcome.AuthenticationRefused, failed.Kind)
			})
		}
	}
}

// modern is a go-smtp server that knows XOAUTH2.
type modern struct {
	mu   sync.Mutex
	mail string
}

func (m *modern) NewSession(*smtp.Conn) (smtp.Session, error) { return &modernSession{m}, nil }

type modernSession struct{ m *modern }

func (s *modernSession) AuthMechanisms() []string                  { return []string{"XOAUTH2"} }
func (s *modernSession) Auth(string) (sasl.Server, error)          { return &xoauth2Server{}, nil }
func (s *modernSession) Reset()                                    {}
func (s *modernSession) Logout() error                             { return nil }
func (s *modernSession) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *modernSession) Rcpt(to string, _ *smtp.RcptOptions) error { return nil }
func (s *modernSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.mail = string(b)
	return err
}

// xoauth2Server answers a wrong token as Google does: a challenge with the reason, then 535.
type xoauth2Server struct{ refused bool }

func (x *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case x.refused:
		return nil, false, &smtp.SMTPError{
			Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Username and Password not accepted",
		}
	case response == nil:
		return []byte{}, false, nil
	case string(response) == "user=scanner@example.com\x01auth=Bearer bearer-secret\x01\x01":
		return nil, true, nil
	default:
		x.refused = true
		return []byte(`{"status":"401"}`), false, nil
	}
}

func TestAModernServerWithXOAUTH2(t *testing.T) {
	certificate, _ := bench.Certificate()
	r := newRig(t, &script{})
	backend := &modern{}
	server := smtp.NewServer(backend)
	server.Domain, server.TLSConfig = "modern.example.com", &tls.Config{Certificates: []tls.Certificate{certificate}}
	l := listen(t, r, "modern.example.com:587")
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()

	s := settings()
	s.Server = "modern.example.com"
	receipt, failed := r.submit(t, context.Background(), s, letter())
	require.Nil(t, failed)
	require.Contains(t, backend.mail, receipt.MessageID)

	who = Credential{Account: "scanner@example.com", Token: secret.New("expired-secret")}
	defer func() { who = Credential{Account: "scanner@example.com", Token: secret.New("bearer-secret")} }()
	_, failed = r.submit(t, context.Background(), s, letter())
	require.Equal(t, outcome.AuthenticationRefused, failed.Kind)
	require.Equal(t, "5.7.8", failed.Enhanced)
}

func TestPOPBeforeSMTP(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers []string // greeting, USER, PASS, QUIT
		kind    outcome.Kind
	}{
		{"let in", []string{"+OK ready", "+OK", "+OK 0 messages", "+OK bye"}, ""},
		{"let in, and hung up on at the farewell", []string{"+OK ready", "+OK", "+OK"}, ""},
		{"wrong password", []string{"+OK ready", "+OK", "-ERR no"}, outcome.AuthenticationRefused},
		{"busy", []string{"-ERR too many"}, outcome.ServerBusy},
		{"not POP3", []string{"220 mail.example.com ESMTP"}, outcome.ServerMalformed},
		{"hangs up", []string{"+OK ready"}, outcome.ConnectionLost},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, &script{noTLS: true})
			l := listen(t, r, "pop.example.com:110")
			var said []string
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer func() { _ = conn.Close() }()
				in := bufio.NewScanner(conn)
				for i, answer := range test.answers {
					if i > 0 && in.Scan() {
						said = append(said, in.Text())
					}
					_, _ = fmt.Fprintf(conn, "%s\r\n", answer)
				}
				if test.kind == outcome.ConnectionLost { // a clean end, not a reset over unread bytes
					in.Scan()
				}
			}()
			s := settings()
			s.Method, s.Security, s.Password = MethodPOPBeforeSMTP, SecurityNone, secret.New("pass-secret")
			s.POP3Server, s.POP3Port = "pop.example.com", 110
			_, failed := r.submit(t, context.Background(), s, letter())
			<-done
			if test.kind == "" {
				require.Nil(t, failed)
				require.Equal(t, []string{"USER scanner@example.com", "PASS pass-secret"}, said[:2])
				require.NotContains(t, strings.Join(r.said(), "\n"), "AUTH")
				return
			}
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, outcome.StagePOP3, failed.Stage)
			require.Empty(t, r.said(), "no mail without it")
		})
	}
}
