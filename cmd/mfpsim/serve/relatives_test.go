package serve

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/lab"
)

// soon is well below the tarpit and what else would delay.
const soon = 4 * time.Second

// security is what a client trusts that knows a server by a name.
func (s *served) security(host string) *tls.Config {
	name, _, err := net.SplitHostPort(host)
	require.NoError(s.t, err)
	return &tls.Config{
		RootCAs: s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: name, MinVersion: tls.VersionTLS12,
	}
}

func TestRelativesAreServedWhereTheyAreAskedFor(t *testing.T) {
	s := live(t, Config{Relatives: []string{"legacy", "pop3", "generic", "fax"}, Limits: Limits{Tarpit: -1}})
	require.Len(t, s.Relatives, 4)
	for name, to := range map[string]string{
		"generic": "bob@example.com", "legacy": "bob@example.com", "fax": "0123456@fax.example.com",
	} {
		t.Run(name, func(t *testing.T) {
			at := s.Relatives[name]
			require.Contains(t, s.out.String(), "Relative "+name+" ")
			client, err := smtp.DialStartTLS(at.Address, s.security(at.Host))
			require.NoError(t, err)
			defer client.Close()
			require.NoError(t, client.Auth(sasl.NewPlainClient("", at.User, at.Password)))
			require.NoError(t, client.SendMail(at.User, []string{to}, strings.NewReader(
				"From: "+at.User+"\r\nTo: "+to+"\r\nSubject: Scan\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n",
			)))
			require.NoError(t, client.Quit())
		})
	}
	t.Run("pop3", func(t *testing.T) {
		at := s.Relatives["pop3"]
		require.Empty(t, at.User, "its accounts are the bench's")
		conn, err := tls.Dial("tcp", at.Address, s.security(at.Host))
		require.NoError(t, err)
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		for _, step := range [][2]string{
			{"", "+OK The Microsoft Exchange POP3 service is ready."},
			{"USER admin@contoso.com\r\n", "+OK"},
			{"PASS guess\r\n", "-ERR"},
		} {
			_, err := conn.Write([]byte(step[0]))
			require.NoError(t, err)
			require.True(t, lines.Scan())
			require.True(t, strings.HasPrefix(lines.Text(), step[1]), lines.Text())
		}
	})
}

func TestNoRelativeIsServedUnasked(t *testing.T) {
	s := live(t, Config{})
	require.Empty(t, s.Relatives)
	require.NotContains(t, s.out.String(), "Relative")
	for said, names := range map[string][]string{
		`mail server "imap"`: {"imap"}, "generic stands twice": {"generic", "generic"},
	} {
		err := Run(t.Context(), Config{Relatives: names})
		var misused *ConfigError
		require.ErrorAs(t, err, &misused)
		require.ErrorContains(t, err, said)
	}
}

func TestTheDelaysOfTheMailServiceCanBeSwitchedOff(t *testing.T) {
	s := live(t, Config{Limits: Limits{Tarpit: -1, MessagesPerMinute: -1}})
	client, err := smtp.DialStartTLS(s.SMTP, s.security("smtp.office365.com:587"))
	require.NoError(t, err)
	defer client.Close()
	client.CommandTimeout = soon
	require.ErrorContains(t, client.Auth(sasl.NewLoginClient("nobody@contoso.com", "guess")), "unsuccessful")
	require.Error(t, client.Auth(sasl.NewLoginClient("nobody@contoso.com", "guess")))
}

func TestMoreMessagesThanAMinuteHolds(t *testing.T) {
	s := live(t, Config{Limits: Limits{MessagesPerMinute: -1}, Configure: func(c *lab.Config) {
		limits := c.SMTP
		c.SMTP = func(c *fakesmtp.Config) {
			limits(c)
			c.Open = true
		}
	}})
	client, err := smtp.Dial(s.SMTP)
	require.NoError(t, err)
	defer client.Close()
	client.CommandTimeout, client.SubmissionTimeout = soon, soon
	for range 35 {
		message := strings.NewReader("Subject: x\r\n\r\n")
		require.NoError(t, client.SendMail("admin@contoso.com", []string{"bob@fabrikam.com"}, message))
	}
	status, answer := s.ask(http.MethodGet, "/mailbox/bob@fabrikam.com?limit=0", "")
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 35, answer["count"])
}
