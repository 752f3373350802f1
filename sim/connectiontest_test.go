package sim_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim/settings"
)

// mailServer is a scripted server: what it answers to the first word of a line, "" being the greeting. A line that it
// has no answer for gets "250 OK".
type mailServer struct {
	first   bool // TLS from the first byte
	damaged bool // its certificate is damaged
	says    map[string]string
}

func (b *bench) serveScript(address string, s mailServer) {
	listener, err := b.network.Listen(strings.Split(address, ".")[0], address)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = listener.Close() })
	faultnet.Expect(listener)
	host, _, _ := net.SplitHostPort(address)
	config := b.network.TLSConfig("smtp", b.world.Clock("smtp"), host)
	if s.damaged {
		config = &tls.Config{Certificates: []tls.Certificate{damagedCertificate(b)}, Time: b.world.Now}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.session(conn, config)
		}
	}()
}

// damagedCertificate is a certificate whose bytes are none.
func damagedCertificate(b *bench) tls.Certificate {
	good, err := b.network.Authority().Certificate("mail.office.example")
	require.NoError(b.t, err)
	damaged := *good
	damaged.Leaf = nil
	damaged.Certificate = [][]byte{good.Certificate[0][:60]}
	return damaged
}

func (s mailServer) session(conn net.Conn, config *tls.Config) {
	defer func() { _ = conn.Close() }()
	if s.first || s.damaged {
		secure := tls.Server(conn, config)
		if secure.Handshake() != nil {
			return
		}
		conn = secure
	}
	say := func(word, otherwise string) bool {
		answer, scripted := s.says[word]
		if !scripted {
			answer = otherwise
		}
		if answer == "hang up" {
			return false
		}
		_, err := conn.Write([]byte(answer + "\r\n"))
		return err == nil
	}
	if !say("", "220 scripted") {
		return
	}
	for reader := bufio.NewReader(conn); ; {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		if !say(word, "250 OK") || word == "QUIT" {
			return
		}
		if word == "STARTTLS" {
			secure := tls.Server(conn, config)
			if secure.Handshake() != nil {
				return
			}
			conn, reader = secure, bufio.NewReader(secure)
		}
	}
}

// offers is an answer to EHLO.
func offers(lines ...string) string {
	return "250-scripted\r\n250-" + strings.Join(lines, "\r\n250-") + "\r\n250 HELP"
}

// popBut is a POP3 server that answers well but for one word.
func popBut(word, answer string) map[string]string {
	says := map[string]string{"": "+OK", "USER": "+OK", "PASS": "+OK", "QUIT": "+OK"}
	maps.Copy(says, map[string]string{word: answer})
	return says
}

// testCase is a cause of a message of the connection test.
type testCase struct {
	name    string
	typed   []map[string]string // into Basic, beside address and sender
	server  mailServer          // at port 2525
	pop     map[string]string   // what the POP3 server says; nil: there is none
	prepare func(b *bench)
	want    string
}

var (
	typedPassword = map[string]string{
		"Authentication Method": "SMTP AUTH", "Authenticated Account": "printer", "Authenticated Password": "secret",
	}
	typedPOP = map[string]string{
		"Authentication Method": "POP before SMTP", "Authenticated Account": "printer", "Authenticated Password": "secret",
		"POP3 Server Address": "pop.office.example",
	}
)

func typedSecurity(kind string) map[string]string {
	return map[string]string{"Secure Connection": kind}
}

const (
	smtpCommunication = "SMTP server communication error. Check the following. - Network Settings"
	popCommunication  = "POP3 server communication error. Check the following. - Network Settings"
	smtpName          = "An error occurred while connecting to SMTP server. Check the followings. - SMTP Server Address - DNS Server"
	changeToNone      = "Connection to SMTP server failed. Change Secure Connection to None."
	changeToTLS       = "Connection to SMTP server failed. Change Secure Connection to SSL/TLS."
	changeToSTARTTLS  = "Connection to SMTP server failed. Change Secure Connection to STARTTLS."
)

// testCases are the rows of docs/reference/printer.md §2.3, by their numbers there.
var testCases = []testCase{
	{name: "1 the connection is successful", want: "Connection test was successful."},
	{
		name:  "2 the SMTP server is down",
		typed: []map[string]string{{"SMTP Server Port Number": "2526"}},
		want:  smtpCommunication,
	},
	{
		name:   "2 the connection is lost",
		server: mailServer{says: map[string]string{"EHLO": "hang up"}},
		want:   smtpCommunication,
	},
	{
		name:    "2 the printer is not connected to a network",
		prepare: func(b *bench) { b.network.Arm(faultnet.Fault{To: "mail", Kind: faultnet.Isolated}) },
		want:    smtpCommunication,
	},
	{
		name:  "3 the POP3 server is down",
		typed: []map[string]string{typedPOP, {"POP3 Server Port Number": "111"}},
		pop:   popBut("", "+OK"),
		want:  popCommunication,
	},
	{
		name:  "3 the POP3 server hangs up",
		typed: []map[string]string{typedPOP},
		pop:   popBut("USER", "hang up"),
		want:  popCommunication,
	},
	{
		name:  "4 the name of the SMTP server does not resolve",
		typed: []map[string]string{{"SMTP Server Address": "nobody.example"}},
		want:  smtpName,
	},
	{name: "4 the DNS server that is set does not answer", prepare: func(b *bench) {
		require.NoError(b.t, b.printer.Change(func(s *settings.Settings) {
			s.Network = settings.Network{ManualDNS: true, PrimaryDNS: "192.0.2.99"}
		}))
	}, want: smtpName},
	{
		name:  "5 the name of the POP3 server does not resolve",
		typed: []map[string]string{typedPOP, {"POP3 Server Address": "nobody.example"}},
		want:  "An error occurred while connecting to POP3 server. Check the followings. - POP3 Server Address - DNS Server",
	},
	{
		name:   "6 the SMTP server refuses the authentication",
		typed:  []map[string]string{typedPassword},
		server: mailServer{says: map[string]string{"EHLO": offers("AUTH PLAIN"), "AUTH": "535 5.7.8 no"}},
		want:   "SMTP server authentication error. Check the followings. - Authentication Method - Authenticated Account - Authenticated Password",
	},
	{
		name:  "7 the POP3 server refuses the authentication",
		typed: []map[string]string{typedPOP},
		pop:   popBut("PASS", "-ERR no"),
		want:  "POP3 server authentication error. Check the followings. - Authentication Method - Authenticated Account - Authenticated Password",
	},
	{
		name:   "8 the server speaks another protocol",
		server: mailServer{says: map[string]string{"": "SSH" + "-2.0-scripted"}},
		want:   "Unsupported communication method. Check the followings. - SMTP Server Address - SMTP Server Port Number",
	},
	{
		name:  "9 STARTTLS is set and not offered",
		typed: []map[string]string{typedSecurity("STARTTLS")},
		want:  changeToNone,
	},
	{
		name:  "9 SSL/TLS is set and the server speaks in clear only",
		typed: []map[string]string{typedSecurity("SSL/TLS")},
		want:  changeToNone,
	},
	{name: "10 the server speaks TLS from the first byte", server: mailServer{first: true}, want: changeToTLS},
	{
		name:   "10 the same with STARTTLS",
		typed:  []map[string]string{typedSecurity("STARTTLS")},
		server: mailServer{first: true},
		want:   changeToTLS,
	},
	{
		name:   "11 SSL/TLS is set and the server has STARTTLS",
		typed:  []map[string]string{typedSecurity("SSL/TLS")},
		server: mailServer{says: map[string]string{"EHLO": offers("STARTTLS")}},
		want:   changeToSTARTTLS,
	},
	{
		name:   "11 the server demands STARTTLS",
		server: mailServer{says: map[string]string{"MAIL": "451 5.7.3 STARTTLS is required to send mail"}},
		want:   changeToSTARTTLS,
	},
	{
		name:   "12 the printer's date is wrong",
		typed:  []map[string]string{typedSecurity("SSL/TLS")},
		server: mailServer{first: true},
		prepare: func(b *bench) {
			b.do("date", func(ctx context.Context) error {
				return b.device.SetDate(ctx, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
			})
		},
		want: "The connection is untrusted. Check the following. - Date and Time",
	},
	{
		name:    "13 there is no root certificate for the server",
		typed:   []map[string]string{typedSecurity("SSL/TLS")},
		server:  mailServer{first: true},
		prepare: func(b *bench) { b.network.Arm(faultnet.Fault{To: "mail", Kind: faultnet.Untrusted}) },
		want:    "The connection is untrusted. Check the following. - CA Certificate",
	},
	{
		name:   "14 the certificate is damaged",
		typed:  []map[string]string{typedSecurity("SSL/TLS")},
		server: mailServer{damaged: true},
		want:   "The connection is not secured.",
	},
	{
		name: "15 the server demands SMTP AUTH",
		server: mailServer{
			says: map[string]string{"EHLO": offers("AUTH PLAIN"), "MAIL": "530 5.7.0 Authentication required"},
		},
		want: "SMTP server authentication failed. Change Authentication Method to SMTP-AUTH.",
	},
	{
		name:  "16 the server has no SMTP AUTH",
		typed: []map[string]string{typedPassword},
		want:  "SMTP server authentication failed. Change Authentication Method to POP before SMTP.",
	},
	{
		name:   "17 the server refuses the sender's address",
		server: mailServer{says: map[string]string{"MAIL": "550 5.1.8 not this one"}},
		want:   "Sender's Email Address is incorrect. Change to the email address for your email service.",
	},
}

func TestEachMessageOfTheConnectionTestHasACause(t *testing.T) {
	for _, c := range testCases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.serveScript("mail.office.example:2525", c.server)
			if c.pop != nil {
				b.serveScript("pop.office.example:110", mailServer{says: c.pop})
			}
			b.logIn(b.browser)
			b.open(b.browser, basic)
			b.set(b.browser, "SMTP Server Address", "mail.office.example")
			b.set(b.browser, "SMTP Server Port Number", "2525")
			b.set(b.browser, "Sender's Email Address", "printer@office.example")
			for _, fields := range c.typed {
				for field, value := range fields {
					b.set(b.browser, field, value)
				}
			}
			b.click(b.browser, "OK")
			require.Contains(t, b.browser.Text(), "Setup complete")
			if c.prepare != nil {
				c.prepare(b)
			}
			b.open(b.browser, "/network/email-server/connection-test")
			b.click(b.browser, "Start")
			require.Contains(t, strings.Split(b.browser.Text(), "\n"), c.want)
		})
	}
	t.Run("18 the printer is busy", func(t *testing.T) {
		b := newBench(t)
		b.logIn(b.browser)
		b.signIn(b.browser, true)
		b.network.Arm(faultnet.Fault{To: "smtp", From: "printer", Kind: faultnet.Silent})
		b.do("scan", func(ctx context.Context) error {
			_, err := b.device.Scan(
				ctx,
				device.ScanRequest{Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"}},
			)
			return err
		})
		b.advance(time.Second)
		require.True(t, b.printer.Busy(), "the job is under way")
		b.open(b.browser, "/network/email-server/connection-test")
		b.click(b.browser, "Start")
		require.Contains(t, b.browser.Text(), "Cannot access the product until processing is complete.")
	})
}
