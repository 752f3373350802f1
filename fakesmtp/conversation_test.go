package fakesmtp

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/vtime"
)

// talker is a client that says what it is told to, over a real socket.
type talker struct {
	t      *testing.T
	server *Server
	conn   net.Conn
	reader *bufio.Reader
	words  *strings.Replacer // {token} and the like in what it says
}

func dial(t *testing.T, s *Server) *talker {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &talker{t: t, server: s, conn: conn, reader: bufio.NewReader(conn), words: strings.NewReplacer(
		"{token}", s.Token(DefaultMailbox),
		"{blob}", blob(DefaultMailbox, s.Token(DefaultMailbox)),
		"{bad}", blob(DefaultMailbox, "nonsense"),
		"{user}", encode(DefaultMailbox), "{password}", encode(DefaultPassword), "{wrong}", encode("wrong"),
	)}
}

func newReader(conn net.Conn) *bufio.Reader { return bufio.NewReader(conn) }

var noWords = strings.NewReplacer()

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func blob(user, token string) string {
	return encode("user=" + user + "\x01auth=Bearer " + token + "\x01\x01")
}

// line reads one line with its line end taken off; the line end must be CRLF.
func (c *talker) line() string {
	c.t.Helper()
	line, err := c.reader.ReadString('\n')
	require.NoError(c.t, err, "the server closed the connection after %q", line)
	require.True(c.t, strings.HasSuffix(line, "\r\n"), "line end of %q", line)
	return strings.TrimSuffix(line, "\r\n")
}

// reply reads a whole reply.
func (c *talker) reply() []string {
	c.t.Helper()
	var lines []string
	for {
		line := c.line()
		lines = append(lines, line)
		if len(line) < 4 || line[3] != '-' {
			return lines
		}
	}
}

// blobOf asks for another user's XOAUTH2 response.
var blobOf = regexp.MustCompile(`\{blob of ([^}]+)\}`)

func (c *talker) send(text string) {
	c.t.Helper()
	text = blobOf.ReplaceAllStringFunc(c.words.Replace(text), func(words string) string {
		user := blobOf.FindStringSubmatch(words)[1]
		return blob(user, c.server.Token(user))
	})
	_, err := io.WriteString(c.conn, text)
	require.NoError(c.t, err)
}

// say sends a line and returns the reply's last line.
func (c *talker) say(line string) string {
	c.t.Helper()
	c.send(line + "\r\n")
	lines := c.reply()
	return lines[len(lines)-1]
}

func (c *talker) startTLS() {
	c.t.Helper()
	require.Zero(c.t, c.reader.Buffered(), "the server spoke before TLS")
	secure := tls.Client(c.conn, &tls.Config{
		RootCAs: c.server.Network().Authority().Pool(), ServerName: "smtp.office365.com", Time: c.server.shell.Clock.Now,
	})
	require.NoError(c.t, secure.Handshake())
	c.conn, c.reader = secure, bufio.NewReader(secure)
}

// greeted brings a talker as far as EHLO over TLS.
func greeted(t *testing.T, s *Server) *talker {
	t.Helper()
	c := dial(t, s)
	c.reply()
	c.say("EHLO printer.contoso.com")
	require.Equal(t, "220 2.0.0 SMTP server ready", c.say("STARTTLS"))
	c.startTLS()
	c.say("EHLO printer.contoso.com")
	return c
}

// authenticated brings a talker as far as a successful AUTH.
func authenticated(t *testing.T, s *Server) *talker {
	t.Helper()
	c := greeted(t, s)
	require.Equal(t, "235 2.7.0 Authentication successful", c.say("AUTH XOAUTH2 {blob}"))
	return c
}

// names and times are the only looseness of the transcript tests.
var looseness = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`\b[A-Z0-9]{7}CA\d{4}\b`), "<FE>"},
	{regexp.MustCompile(`\b[A-Z0-9]{3}PEPF000[0-9A-F]{5}\b`), "<FE>"}, // at the MX door
	{regexp.MustCompile(`\b[A-Z0-9]{7}MB\d{4}[0-9A-F]{25}@`), "<ID>@"},
	{regexp.MustCompile(`\b[A-Z0-9]{7}MB\d{4}\.[A-Z0-9]+\.PROD\.OUTLOOK\.COM\b`), "<BE>"},
	{regexp.MustCompile(`<FE>\.[A-Z0-9]+\.PROD\.OUTLOOK\.COM\b`), "<FE>.<FOREST>"},
	{regexp.MustCompile(`\b08[DE][0-9A-F]{13}\b`), "<SESSION>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`), "<INSTANT>"},
	{regexp.MustCompile(`\b[A-Z][a-z]{2}, [1-9]\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000`), "<DATE>"},
	{regexp.MustCompile(`0\.35250:[0-9A-F]{8}(, \d+\.\d+:[0-9A-F]{8})*`), "<NUMBERS>"},
	{regexp.MustCompile(`duration: \d\d:\d\d:\d\d\.\d{7}`), "duration: <DURATION>"},
	{regexp.MustCompile(`\b[A-Z0-9]{7}MB\d{4}\b`), "<BE>"},
	{regexp.MustCompile(`2603:1096(:[0-9a-f]{1,3}){2}::[0-9a-f]{1,2}`), "<ADDRESS>"},
	{regexp.MustCompile(`fe80(:|::)[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}(%\d)?`), "<LINK>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "<UUID>"},
	{regexp.MustCompile(`(=\?us-ascii\?Q\?[\w+/=]{1,62}\?=(\r\n )?)+`), "<SEALED>"},
	{regexp.MustCompile(`[A-Za-z0-9+/]{40,}={0,2}`), "<BASE64>"},
	{regexp.MustCompile(`\[(127\.0\.0\.1|203\.0\.113\.9)\]`), "[<CLIENT>]"},
}

func loosely(line string) string {
	for _, l := range looseness {
		line = l.pattern.ReplaceAllString(line, l.replacement)
	}
	return line
}

// play holds a conversation: "S: " lines are compared byte for byte but for names and times, "C: " lines are sent,
// "TLS" is the handshake.
func (c *talker) play(script string) {
	c.t.Helper()
	for number, step := range strings.Split(strings.Trim(script, "\n"), "\n") {
		switch {
		case strings.HasPrefix(step, "S: "):
			require.Equal(
				c.t, loosely(strings.TrimPrefix(step, "S: ")), loosely(c.line()), "line %d of the conversation",
				number+1,
			)
		case strings.HasPrefix(step, "C: "):
			c.send(strings.TrimPrefix(step, "C: ") + "\r\n")
		case step == "TLS":
			c.startTLS()
		case step == "CLOSED":
			_, err := c.reader.ReadByte()
			require.ErrorIs(c.t, err, io.EOF)
		default:
			c.t.Fatalf("line %d: %q is no step", number+1, step)
		}
	}
}

// prompt is a server whose refusals are not late.
func prompt(t *testing.T, config Config) *Server {
	t.Helper()
	config.Tarpit = -1
	if config.World == nil && config.Start.IsZero() {
		config.Start = vtime.DefaultStart // before basic authentication is retired, whenever the test runs
	}
	return witness(t, RunT(t, config))
}

// transcript returns the lines of the conversation as the journal has them.
func transcript(s *Server) string {
	var lines []string
	for _, entry := range s.Journal().Entries() {
		if entry.Kind == journal.KindSMTP {
			lines = append(lines, entry.Text.String())
		}
	}
	return strings.Join(lines, "\n")
}
