// Package talk is a client for tests that says what it is told to, line by line, over a real socket.
package talk

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"strings"

	"github.com/stretchr/testify/require"
)

// T is what a talker needs of a test.
type T interface {
	require.TestingT
	Helper()
	Cleanup(func())
}

// Talker is one connection.
type Talker struct {
	t      T
	conn   net.Conn
	reader *bufio.Reader
}

// To talks over a connection, and closes it at the test's end.
func To(t T, conn net.Conn) *Talker {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	return &Talker{t: t, conn: conn, reader: bufio.NewReader(conn)}
}

// Dial connects from outside the bench.
func Dial(t T, address string) *Talker {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	return To(t, conn)
}

// TLS makes the connection a secure one.
func (c *Talker) TLS(config *tls.Config) {
	c.t.Helper()
	require.Zero(c.t, c.reader.Buffered(), "the server spoke before TLS")
	secure := tls.Client(c.conn, config)
	require.NoError(c.t, secure.Handshake())
	c.conn, c.reader = secure, bufio.NewReader(secure)
}

// Line reads one line with its line end taken off, which must be CRLF.
func (c *Talker) Line() string {
	c.t.Helper()
	line, err := c.reader.ReadString('\n')
	require.NoError(c.t, err, "the server closed the connection after %q", line)
	require.True(c.t, strings.HasSuffix(line, "\r\n"), "line end of %q", line)
	return strings.TrimSuffix(line, "\r\n")
}

// Reply reads a whole reply of an SMTP server.
func (c *Talker) Reply() []string {
	c.t.Helper()
	var lines []string
	for {
		line := c.Line()
		if lines = append(lines, line); len(line) < 4 || line[3] != '-' {
			return lines
		}
	}
}

// Send says something, line ends and all.
func (c *Talker) Send(text string) {
	c.t.Helper()
	_, err := io.WriteString(c.conn, text)
	require.NoError(c.t, err)
}

// Say says a line and returns the last line of the reply.
func (c *Talker) Say(line string) string {
	c.t.Helper()
	c.Send(line + "\r\n")
	lines := c.Reply()
	return lines[len(lines)-1]
}

// Ask says a line and returns one line.
func (c *Talker) Ask(line string) string {
	c.t.Helper()
	c.Send(line + "\r\n")
	return c.Line()
}

// Block reads the lines of a POP3 reply's text, up to the dot.
func (c *Talker) Block() []string {
	c.t.Helper()
	var lines []string
	for {
		line := c.Line()
		if line == "." {
			return lines
		}
		lines = append(lines, strings.TrimPrefix(line, "."))
	}
}

// Closed reads to the end, which must come.
func (c *Talker) Closed() {
	c.t.Helper()
	rest, err := io.ReadAll(c.reader)
	require.NoError(c.t, err)
	require.Empty(c.t, string(rest))
}

// Encode is base64.
func Encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// XOAUTH2 is the response of that mechanism.
func XOAUTH2(user, token string) string {
	return Encode("user=" + user + "\x01auth=Bearer " + token + "\x01\x01")
}

// Plain is the response of that mechanism.
func Plain(user, password string) string { return Encode("\x00" + user + "\x00" + password) }
