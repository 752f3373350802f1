package fakesmtp

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// FuzzConversation: whatever a client sends after AUTH, every line that the server says is a reply of the table's form,
// and it lives on.
func FuzzConversation(f *testing.F) {
	f.Add([]byte("MAIL FROM:<alice@contoso.com>\r\nRCPT TO:<b@c.d>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n"))
	f.Add([]byte("MAIL FROM:<>\r\nBDAT 3 LAST\r\nabcRSET\r\nAUTH XOAUTH2\r\n*\r\n"))
	f.Add([]byte("EHLO a..b\r\nSTARTTLS x\r\nRCPT TO:<data-451@fault.test>\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		if bytes.Contains(bytes.ToUpper(said), []byte("STARTTLS")) || bytes.Contains(said, []byte("delay-")) {
			return // the handshake that follows, or the delay, is another subject
		}
		s, err := New(Config{Tarpit: -1, Open: true, Start: vtime.DefaultStart, Report: t.Errorf})
		require.NoError(t, err)
		near, far := net.Pipe()
		go func() { _ = s.Serve(&single{Conn: far}) }()
		go func() { _, _ = near.Write(said); _, _ = near.Write([]byte("\r\n.\r\nQUIT\r\n")); _ = s.Close() }()
		replies, _ := io.ReadAll(near)
		for _, line := range strings.SplitAfter(string(replies), "\r\n") {
			if strings.HasSuffix(line, "\r\n") { // the last one may be cut off by the end
				require.Regexp(t, `^[2-5]\d\d[ -][^\r\n]*\r\n$`, line)
			}
		}
		require.NoError(t, s.Close())
	})
}

// single is a listener that one client comes to.
type single struct {
	net.Conn
	accepted atomic.Bool
}

func (s *single) Accept() (net.Conn, error) {
	if s.accepted.Swap(true) {
		return nil, net.ErrClosed
	}
	return s.Conn, nil
}

func (s *single) Addr() net.Addr { return s.LocalAddr() }

// Close leaves the client to the server.
func (s *single) Close() error { return nil }
