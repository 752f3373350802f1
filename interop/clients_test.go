//go:build interop

package interop_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/refusal"
)

const (
	stranger = "carol@contoso.com"
	bob      = "bob@fabrikam.com"
)

// attempt is one message that a client is to send: as whom, with which token, from which address, where.
type attempt struct {
	address, host, user, token, from string
	authority                        []byte
}

// result is what the client made of it: its own words, and whether it says that the message is sent.
type result struct {
	sent   bool
	words  string
	detail map[string]any
}

// client is a program that others wrote, as it is.
type client struct {
	name string
	send func(t *testing.T, a attempt) result
	// refused is how the client names a refused AUTH, message the refusal of a message.
	refused, message string
	// cut is what the client says to Exchange's reply line of 2 kB if it gives up before it has read the code.
	cut string
}

var clients = []client{
	{name: "curl", send: curl(), refused: "exit 67", message: "exit 8"},
	{name: "curl in one line", send: curl("--sasl-ir"), refused: "exit 67", message: "exit 8"},
	{name: "nodemailer", send: nodemailer(""), refused: "EAUTH", message: "EMESSAGE"},
	{name: "smtplib", send: smtplib("one"), refused: "SMTPAuthenticationError", message: "SMTPDataError"},
	{name: "smtplib in two lines", send: smtplib("two"), refused: "SMTPAuthenticationError", message: "SMTPDataError"},
	{name: "go-smtp", send: goSMTP, refused: "go-smtp", message: "go-smtp", cut: "smtp: too long a line in input stream"},
}

// program finds a program that `make interop` has installed.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "%s is needed: make interop installs it", name)
	return path
}

// run runs a program with a message as its input.
func run(t *testing.T, input string, name string, arguments ...string) (output string, exit int) {
	t.Helper()
	command := exec.Command(program(t, name), arguments...)
	command.Stdin = strings.NewReader(input)
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

const text = "A scan.\r\n.\r\nEnd\r\n"

func letter(from string) string {
	return "From: " + from + "\r\nTo: " + bob + "\r\nSubject: Scan\r\n\r\n" + text
}

// file writes the authority where a program can read it.
func file(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(name, content, 0o600))
	return name
}

func curl(extra ...string) func(*testing.T, attempt) result {
	return func(t *testing.T, a attempt) result {
		output, exit := run(t, letter(a.from), "curl", append([]string{
			"--silent", "--show-error", "--verbose", "--ssl-reqd", "--cacert", file(t, a.authority),
			"--connect-to", a.host + ":587:" + a.address, "--url", "smtp://" + a.host + ":587/printer.contoso.com",
			"--user", a.user + ":", "--oauth2-bearer", a.token, "--login-options", "AUTH=XOAUTH2",
			"--mail-from", a.from, "--mail-rcpt", bob, "--upload-file", "-",
		}, extra...)...)
		return result{sent: exit == 0, words: "exit " + strconv.Itoa(exit) + "\n" + output}
	}
}

func nodemailer(renewed string) func(*testing.T, attempt) result {
	return func(t *testing.T, a attempt) result {
		host, port, err := net.SplitHostPort(a.address)
		require.NoError(t, err)
		output, exit := run(
			t, text, "node", filepath.Join("nodemailer", "send.mjs"), host, port, a.host, file(t, a.authority), a.user,
			a.token, a.from, renewed,
		)
		require.Zero(t, exit, output)
		r := result{words: output}
		require.NoError(t, json.Unmarshal([]byte(output), &r.detail), output)
		r.sent, _ = r.detail["ok"].(bool)
		return r
	}
}

func smtplib(lines string) func(*testing.T, attempt) result {
	return func(t *testing.T, a attempt) result {
		_, port, err := net.SplitHostPort(a.address)
		require.NoError(t, err)
		output, exit := run(
			t, letter(a.from), "python3", "send.py", "localhost", port, file(t, a.authority), a.user, a.token, a.from,
			lines,
		)
		return result{sent: exit == 0, words: output}
	}
}

// pool trusts an authority.
func pool(t *testing.T, authority []byte) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(authority))
	return pool
}

// xoauth2 is that mechanism for go-sasl, which lacks it.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

func goSMTP(t *testing.T, a attempt) result {
	conn, err := net.Dial("tcp", a.address)
	require.NoError(t, err)
	c, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: pool(t, a.authority), ServerName: a.host})
	require.NoError(t, err)
	defer c.Close()
	if err = c.Auth(xoauth2{a.user, a.token}); err == nil {
		err = c.SendMail(a.from, []string{bob}, strings.NewReader(letter(a.from)))
	}
	if err == nil {
		return result{sent: true}
	}
	var reply *smtp.SMTPError
	if errors.As(err, &reply) {
		code := reply.EnhancedCode
		return result{
			words: fmt.Sprintf("go-smtp %d %d.%d.%d %s", reply.Code, code[0], code[1], code[2], reply.Message),
		}
	}
	return result{words: "go-smtp " + err.Error()}
}

// each runs a test for every client, at a server of its own.
func each(t *testing.T, config fakesmtp.Config, test func(t *testing.T, s *fakesmtp.Server, c client, a attempt)) {
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := config
			config.Tarpit = -1
			s := fakesmtp.RunT(t, config)
			test(t, s, c, attempt{
				address: s.Addr(), host: "smtp.office365.com", user: alice, token: s.Token(alice), from: alice,
				authority: s.Network().Authority().PEM(),
			})
		})
	}
}

func TestClientsSend(t *testing.T) {
	t.Parallel()
	each(t, fakesmtp.Config{}, func(t *testing.T, s *fakesmtp.Server, c client, a attempt) {
		r := c.send(t, a)
		require.True(t, r.sent, r.words)
		messages := s.Mailbox(bob)
		require.Len(t, messages, 1)
		require.Equal(t, "Scan", messages[0].Subject)
		require.Equal(t, strings.TrimSpace(text), strings.TrimSpace(messages[0].Text()))
	})
}

func TestClientsHearThatTheIdentityIsWrong(t *testing.T) {
	t.Parallel()
	each(t, fakesmtp.Config{}, func(t *testing.T, s *fakesmtp.Server, c client, a attempt) {
		a.token = "nonsense"
		r := c.send(t, a)
		require.False(t, r.sent, r.words)
		require.Contains(t, r.words, "5.7.3 Authentication unsuccessful")
		require.Contains(t, r.words, c.refused)
		var reasons []refusal.Reason
		for _, refusal := range s.Refusals() {
			if refusal.Reason != "" { // go-smtp's client says a star after the refusal, which is no command
				reasons = append(reasons, refusal.Reason)
			}
		}
		require.Equal(
			t, []refusal.Reason{refusal.TokenUnreadable}, reasons,
			"Exchange's refusal comes at once: nobody tries again",
		)
	})
}

func TestClientsHearThatSMTPAuthIsDisabled(t *testing.T) {
	t.Parallel()
	each(t, fakesmtp.Config{}, func(t *testing.T, s *fakesmtp.Server, c client, a attempt) {
		_, err := s.Cmdlet("Set-TransportConfig", []string{"-SmtpClientAuthenticationDisabled", "$true"})
		require.NoError(t, err)
		r := c.send(t, a)
		require.False(t, r.sent, r.words)
		require.Contains(t, r.words, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.")
		require.Contains(t, r.words, c.refused)
	})
}

func TestClientsHearThatTheSenderIsNotTheirs(t *testing.T) {
	t.Parallel()
	each(t, fakesmtp.Config{}, func(t *testing.T, s *fakesmtp.Server, c client, a attempt) {
		a.from = stranger
		r := c.send(t, a)
		require.False(t, r.sent, r.words)
		require.Contains(t, s.Refusals()[0].Reply, "554 5.2.252 SendAsDenied; ")
		if c.cut != "" {
			require.Contains(t, r.words, c.cut)
			return
		}
		require.Contains(t, r.words, "5.2.252 SendAsDenied; alice@contoso.com not allowed to send as carol@contoso.com")
		require.Contains(t, r.words, c.message)
	})
}

func TestClientsHearThatTooManySubmissionsAreUnderWay(t *testing.T) {
	t.Parallel()
	each(t, fakesmtp.Config{}, func(t *testing.T, s *fakesmtp.Server, c client, a attempt) {
		for range 3 { // three submissions that have begun and do not end
			conn, err := net.Dial("tcp", a.address)
			require.NoError(t, err)
			other, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: pool(t, a.authority), ServerName: a.host})
			require.NoError(t, err)
			t.Cleanup(func() { _ = other.Close() })
			require.NoError(t, other.Auth(xoauth2{alice, a.token}))
			require.NoError(t, other.Mail(alice, nil))
			require.NoError(t, other.Rcpt(bob, nil))
			_, err = other.Data()
			require.NoError(t, err)
		}
		r := c.send(t, a)
		require.False(t, r.sent, r.words)
		require.Contains(t, r.words, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.")
		require.Contains(t, r.words, "432")
		require.Contains(t, r.words, c.message)
		require.Empty(t, s.Mailbox(bob))
	})
}

// provider is a generic provider, and an attempt there with a bad token.
func provider(t *testing.T, config generic.Config) (*generic.Server, attempt) {
	t.Helper()
	s := generic.RunT(t, config)
	return s, attempt{
		address: s.Addr(), host: "smtp.example.com", user: generic.DefaultAccount, token: "nonsense", from: generic.DefaultAccount,
		authority: s.Network().Authority().PEM(),
	}
}

// A server that answers as Google does makes clients do what they never do at Exchange Online
// (docs/reference/exchange-smtp.md §12).
func TestGooglesChallengeMakesClientsActOtherwise(t *testing.T) {
	t.Parallel()
	t.Run("nodemailer fetches another token and tries again", func(t *testing.T) {
		t.Parallel()
		s, a := provider(t, generic.Config{Challenge: true, Mechanisms: []string{generic.XOAUTH2}})
		r := nodemailer(s.Token(generic.DefaultAccount))(t, a)
		require.True(t, r.sent, r.words)
		require.Len(t, s.Refusals(), 1)

		direct, a := provider(t, generic.Config{Mechanisms: []string{generic.XOAUTH2}})
		r = nodemailer(direct.Token(generic.DefaultAccount))(t, a)
		require.False(t, r.sent, r.words)
		require.Contains(t, r.words, "EAUTH")
	})
	for _, c := range clients {
		t.Run(c.name+" ends with a refusal in both shapes", func(t *testing.T) {
			t.Parallel()
			for _, challenge := range []bool{false, true} {
				s, a := provider(t, generic.Config{Challenge: challenge, Mechanisms: []string{generic.XOAUTH2}})
				r := c.send(t, a)
				require.False(t, r.sent, r.words)
				require.Contains(t, r.words, c.refused)
				require.NotEmpty(t, s.Refusals())
				require.Empty(t, s.Mailbox(bob))
				a.token = s.Token(generic.DefaultAccount)
				r = c.send(t, a)
				require.True(t, r.sent, r.words)
			}
		})
	}
}
