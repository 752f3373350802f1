package fakesmtp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// bearerClient is XOAUTH2 for go-sasl, in one line or in two.
type bearerClient struct {
	user, token string
	twoLines    bool
}

func (b bearerClient) Start() (string, []byte, error) {
	if b.twoLines {
		return "XOAUTH2", nil, nil
	}
	return "XOAUTH2", b.response(), nil
}

func (b bearerClient) Next([]byte) ([]byte, error) { return b.response(), nil }

func (b bearerClient) response() []byte {
	return []byte("user=" + b.user + "\x01auth=Bearer " + b.token + "\x01\x01")
}

var _ sasl.Client = bearerClient{}

// goSMTP dials the server with emersion/go-smtp, unmodified.
func goSMTP(t *testing.T, s *Server) *smtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	client, err := smtp.NewClientStartTLS(conn, &tls.Config{
		RootCAs: s.Network().Authority().Pool(), ServerName: "smtp-mail.outlook.com", Time: s.shell.Clock.Now,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestGoSMTPSendsByXOAUTH2(t *testing.T) {
	for name, twoLines := range map[string]bool{"in one line": false, "in two lines": true} {
		t.Run(name, func(t *testing.T) {
			s := prompt(t, Config{})
			client := goSMTP(t, s)
			require.NoError(t, client.Auth(bearerClient{DefaultMailbox, s.Token(DefaultMailbox), twoLines}))
			require.NoError(t, client.SendMail(DefaultMailbox, []string{"bob@fabrikam.com"}, strings.NewReader(scan)))
			require.NoError(t, client.Quit())
			require.Equal(t, scan, string(s.Mailbox("bob@fabrikam.com")[0].Raw()))
		})
	}
}

func TestGoSMTPHearsTheRefusals(t *testing.T) {
	s := workplace(t)
	refused := func(err error, code int, enhanced smtp.EnhancedCode) {
		t.Helper()
		var reply *smtp.SMTPError
		require.True(t, errors.As(err, &reply), "%v", err)
		require.Equal(t, code, reply.Code)
		require.Equal(t, enhanced, reply.EnhancedCode)
	}
	refused(goSMTP(t, s).Auth(bearerClient{user: DefaultMailbox, token: "nonsense"}), 535, smtp.EnhancedCode{5, 7, 3})
	_, err := s.Cmdlet("Set-CASMailbox", []string{DefaultMailbox, "-SmtpClientAuthenticationDisabled", "$true"})
	require.NoError(t, err)
	refused(
		goSMTP(t, s).Auth(bearerClient{user: DefaultMailbox, token: s.Token(DefaultMailbox)}), 535,
		smtp.EnhancedCode{5, 7, 139},
	)
	refused(goSMTP(t, s).Mail(DefaultMailbox, nil), 530, smtp.EnhancedCode{5, 7, 57})
}

// authorityFile writes the certificate of the bench's authority where a program can read it.
func authorityFile(t *testing.T, s *Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, s.Network().Authority().PEM(), 0o600))
	return file
}

// program finds a program that the tests need. Set-up installs it; without it the test fails, because a skipped proof
// is none.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "%s is needed: the set-up of this repository installs it", name)
	return path
}

// curl sends a message with curl, unmodified, under the real host name.
func curl(t *testing.T, s *Server, token string, extra ...string) (output string, exit int) {
	t.Helper()
	arguments := append([]string{
		"--silent", "--show-error", "--verbose", "--ssl-reqd", "--cacert", authorityFile(t, s),
		"--connect-to", "smtp.office365.com:587:" + s.Addr(), "--url", "smtp://smtp.office365.com:587/printer.contoso.com",
		"--user", DefaultMailbox + ":", "--oauth2-bearer", token,
		"--mail-from", DefaultMailbox, "--mail-rcpt", "bob@fabrikam.com", "--upload-file", "-",
	}, extra...)
	command := exec.Command(program(t, "curl"), arguments...)
	command.Stdin = strings.NewReader(scan)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return out.String(), failed.ExitCode()
	}
	require.NoError(t, err)
	return out.String(), 0
}

func TestCurlSendsByXOAUTH2(t *testing.T) {
	for name, extra := range map[string][]string{"in two lines": nil, "in one line": {"--sasl-ir"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			output, exit := curl(t, s, s.Token(DefaultMailbox), extra...)
			require.Zero(t, exit, output)
			message, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
			require.NoError(t, err)
			require.Equal(t, "Scan à", message.Subject)
			require.Contains(t, transcript(s), "C: EHLO printer.contoso.com")
		})
	}
}

func TestCurlHearsTheRefusals(t *testing.T) {
	t.Parallel()
	s := prompt(t, Config{})
	output, exit := curl(t, s, "nonsense")
	require.Equal(t, 67, exit, output)
	require.Contains(t, output, "535 5.7.3 Authentication unsuccessful")
	output, exit = curl(t, s, s.Token(DefaultMailbox), "--mail-from", "carol@contoso.com")
	require.NotZero(t, exit, output)
	require.Contains(t, output, "554 5.2.252 SendAsDenied")
}
