package serve

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/lab"
)

// withoutTarpit lets refusals come at once.
func withoutTarpit(c *lab.Config) { c.SMTP = func(m *fakesmtp.Config) { m.Tarpit = -1 } }

// sender is a mail program, line by line.
type sender struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

// says posts words to the control API.
func (s *served) says(path, words string) (status int, answer map[string]any) {
	body, err := json.Marshal(map[string]string{"words": words})
	require.NoError(s.t, err)
	return s.ask(http.MethodPost, path, string(body))
}

func (s *served) connects(address string) *sender {
	conn, err := net.Dial("tcp", address)
	require.NoError(s.t, err)
	t, is := s.t.(*testing.T)
	require.True(s.t, is)
	t.Cleanup(func() { _ = conn.Close() })
	return &sender{t: t, conn: conn, reader: bufio.NewReader(conn)}
}

// hears returns the last line of a reply, "" at the end of the connection.
func (c *sender) hears() string {
	for {
		line, err := c.reader.ReadString('\n')
		if err != nil {
			return ""
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimRight(line, "\r\n")
		}
	}
}

func (c *sender) says(text string) {
	_, _ = fmt.Fprintf(c.conn, "%s\r\n", text) // whoever has gone is found out when he is listened to
}

func (c *sender) secures(trusted *x509.CertPool) {
	secure := tls.Client(c.conn, &tls.Config{RootCAs: trusted, ServerName: "smtp.office365.com"})
	require.NoError(c.t, secure.Handshake())
	c.conn, c.reader = secure, bufio.NewReader(secure)
}

// step is what the program says at a moment, and how the server answers by its nature.
type step struct{ moment, says, by string }

func steps(user, password, to string) []step {
	login := base64.StdEncoding.EncodeToString
	return []step{
		{"connect", "", "220 "},
		{"hello", "EHLO printer.contoso.com", "250 SMTPUTF8"},
		{"starttls", "STARTTLS", "220 2.0.0"},
		{"", "EHLO printer.contoso.com", "250 SMTPUTF8"},
		{"", "AUTH LOGIN", "334 "},
		{"", login([]byte(user)), "334 "},
		{"auth", login([]byte(password)), "235 "},
		{"mail", "MAIL FROM:<" + user + ">", "250 2.1.0"},
		{"rcpt", "RCPT TO:<" + to + ">", "250 2.1.5"},
		{"data", "DATA", "354 "},
		{"end-of-data", "From: " + user + "\r\nSubject: x\r\n\r\nHello\r\n.", "250 2.0.0 OK"},
		{"quit", "QUIT", "221 "},
	}
}

// plays holds the conversation up to a moment, all of it if there is none, and returns the reply at its end.
func (c *sender) plays(all []step, until string, trusted *x509.CertPool) (heard string) {
	for _, s := range all {
		if s.says != "" {
			c.says(s.says)
		}
		heard = c.hears()
		if s.moment == until && until != "" || !strings.HasPrefix(heard, s.by[:1]) {
			return heard
		}
		if s.says == "STARTTLS" {
			c.secures(trusted)
		}
	}
	return heard
}

func TestEveryMomentTakesEveryKindOfAnswerOverHTTP(t *testing.T) {
	s := live(t, Config{Configure: withoutTarpit})
	_, _ = s.says("/tenant", "woodgrove.com smtp-auth=enabled security-defaults=off basic-auth=enabled")
	_, made := s.says("/user", "scan@woodgrove.com mailbox")
	password, _ := made["password"].(string)
	require.NotEmpty(t, password)
	authority, err := os.ReadFile(s.CA)
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(authority))
	count := func(to string) any {
		_, box := s.ask(http.MethodGet, "/mailbox/"+to, "")
		return box["count"]
	}
	n := 0
	for _, moment := range steps("", "", "") {
		if moment.moment == "" {
			continue
		}
		for _, kind := range []struct {
			name, words string
			check       func(c *sender, all []step, to string)
		}{
			{"a text", "'451 4.7.0 Not now'", func(c *sender, all []step, to string) {
				require.Equal(t, "451 4.7.0 Not now", c.plays(all, moment.moment, trusted))
				if moment.moment != "quit" {
					require.EqualValues(t, 0, count(to))
				}
			}},
			{"an event with its tail, which closes", "service-not-active", func(c *sender, all []step, _ string) {
				require.Regexp(t, `^421 4\.3\.2 Service not active \[.*\]$`, c.plays(all, moment.moment, trusted))
				require.Empty(t, c.hears())
			}},
			{"an event whose text is filled in", "send-as-denied", func(c *sender, all []step, _ string) {
				reply := c.plays(all, moment.moment, trusted)
				require.Regexp(t, `^554 5\.2\.252 SendAsDenied; .*\[Hostname=.*\]$`, reply)
				require.NotContains(t, reply, "{")
			}},
			{"silence, and the next command is answered", "silent", func(c *sender, all []step, _ string) {
				if moment.moment == "connect" || moment.moment == "quit" {
					c.heldBack(all, moment.moment, trusted)
					c.says("NOOP")
					require.Equal(t, "250 2.0.0 OK", c.hears())
					return
				}
				c.heldBack(all, moment.moment, trusted)
				c.says("RSET")
				require.Equal(t, "250 2.0.0 Resetting", c.hears())
			}},
			{"its own answer, then the end", "then=close", func(c *sender, all []step, _ string) {
				require.True(t, strings.HasPrefix(c.plays(all, moment.moment, trusted), moment.by))
				require.Empty(t, c.hears())
			}},
			{"a text, then silence", "'250 2.9.9 Hm' then=silent", func(c *sender, all []step, _ string) {
				require.Equal(t, "250 2.9.9 Hm", c.plays(all, moment.moment, trusted))
				c.says("NOOP")
				c.hangsUp()
				require.Empty(t, c.hears())
			}},
			{"a text, and it is carried out", carriedOut(moment), func(c *sender, all []step, to string) {
				require.Regexp(t, "^221 2", c.plays(all, "", trusted))
				require.EqualValues(t, 1, count(to))
			}},
		} {
			t.Run(moment.moment+": "+kind.name, func(t *testing.T) {
				n++
				to := fmt.Sprintf("bob%d@fabrikam.com", n)
				words := moment.moment + " " + kind.words + " times=1"
				if moment.moment == "rcpt" || moment.moment == "data" || moment.moment == "end-of-data" {
					words += " to=" + to
				}
				status, answer := s.says("/exchange/answer", words)
				require.Equal(t, http.StatusOK, status, answer)
				require.Len(t, answer["unmet"], 1)
				kind.check(s.connects(s.SMTP), steps("scan@woodgrove.com", password, to), to)
				_, answer = s.ask(http.MethodGet, "/exchange/answer", "")
				require.Empty(t, answer["unmet"], "it was met")
				_, _ = s.says("/exchange/answer", "ok")
			})
		}
	}
}

// carriedOut are words that replace the reply at a moment by another one of the same code.
func carriedOut(at step) string { return "'" + at.by[:3] + " 2.9.9 So be it' carried-out" }

// heldBack plays up to a moment at which the server says nothing.
func (c *sender) heldBack(all []step, moment string, trusted *x509.CertPool) {
	for i, s := range all {
		if s.moment == moment {
			if i > 0 {
				c.plays(all[:i], "", trusted)
				c.says(s.says)
			}
			return
		}
	}
}

// hangsUp ends what the program says; it still listens.
func (c *sender) hangsUp() {
	switch conn := c.conn.(type) {
	case *tls.Conn:
		_ = conn.CloseWrite()
	case *net.TCPConn:
		_ = conn.CloseWrite()
	}
}

func TestAnAnswerForOneRecipientIsCountedOverHTTP(t *testing.T) {
	s := live(t, Config{Configure: withoutTarpit})
	for words, want := range map[string]string{
		"mail '451 Later' to=bob@fabrikam.com": "no recipient is named yet",
		"mial '451 Later'":                     "the nearest is MAIL",
		"mail":                                 "what is to happen at MAIL?",
		"mail mailbox-ful":                     "the nearest is mailbox-full",
		"mail then=shut":                       "no end of a connection",
		"mail '451 Later' mailbox-full":        "an answer says one thing",
	} {
		status, answer := s.says("/exchange/answer", words)
		require.Equal(t, http.StatusBadRequest, status, words)
		require.Contains(t, answer["error"], want)
	}
	status, answer := s.says("/exchange/answer", "rcpt '550 5.1.1 No' to=bob@fabrikam.com after=1 times=2")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{`RCPT: "550 5.1.1 No" to bob@fabrikam.com after 1 2 times`}, answer["unmet"])
}

func TestTheActsOfTheMailServiceOverHTTP(t *testing.T) {
	s := live(t, Config{Configure: withoutTarpit})
	for path, words := range map[string]string{
		"/exchange/restrict": "admin@contoso.com 5.7.705", "/exchange/licence": "admin@contoso.com off",
		"/exchange/quota": "admin@contoso.com 50MB", "/exchange/verdict": "bob@outlook.com 'Suspend, ShowTierUpgrade'",
		"/exchange/external-limit": "contoso.com 5 trial", "/exchange/front-end": "hello=strict command-limit=512",
	} {
		status, answer := s.says(path, words)
		require.Equal(t, http.StatusOK, status, "%s: %v", path, answer)
	}
	for path, c := range map[string]struct{ words, want string }{
		"/exchange/restrict":       {"admin@contoso.com 9.9.9", "no report has the code"},
		"/exchange/licence":        {"admin@contoso.com maybe", "ADDRESS on|off"},
		"/exchange/quota":          {"admin@contoso.com much", "write 50MB"},
		"/exchange/verdict":        {"nobody@contoso.com x", "has no mailbox"},
		"/exchange/external-limit": {"contoso.com x", "is no number"},
		"/exchange/front-end":      {"hello=rude", "no value of hello"},
	} {
		status, answer := s.says(path, c.words)
		require.NotEqual(t, http.StatusOK, status)
		require.Contains(t, answer["error"], c.want)
	}
	hello := s.connects(s.SMTP)
	hello.hears()
	hello.says("EHLO printer")
	require.Regexp(t, "^501 5.5.4 Invalid domain name", hello.hears())
}

func TestTheMXDoorTakesConnectorsByHTTP(t *testing.T) {
	s := live(t, Config{Configure: withoutTarpit})
	relays := func() string {
		c := s.connects(s.MX)
		require.Regexp(
			t, `^220 [A-Z0-9]+\.mail\.protection\.outlook\.com Microsoft ESMTP MAIL Service ready`, c.hears(),
		)
		c.says("EHLO printer.contoso.com")
		c.hears()
		c.says("MAIL FROM:<printer@contoso.com>")
		c.hears()
		c.says("RCPT TO:<bob@fabrikam.com>")
		return c.hears()
	}
	require.Regexp(t, `^550 5\.7\.64 TenantAttribution; Relay Access Denied \[`, relays())
	status, answer := s.ask(
		http.MethodPost, "/exchange/cmdlet", `{"name":"New-InboundConnector","arguments":["Office","-ConnectorType","OnPremises","-SenderDomains","*","-SenderIPAddresses","127.0.0.1"]}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, "250 2.1.5 Recipient OK", relays())
}
