package legacy

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/vtime"
)

// FuzzConversation: whatever a client sends, the library survives it, the turnstile stays in step with it, and the
// connection ends when the client has hung up.
func FuzzConversation(f *testing.F) {
	for _, lines := range []string{
		"EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n",
		"EHLO %d%s\r\nAUTH PLAIN AAA=\r\nAUTH LOGIN\r\n*\r\nAUTH CRAM-MD5\r\nAA==\r\nAUTH CRAM-MD5\r\n*\r\n",
		"BDAT 3 LAST\r\nabcBDAT x\r\nBDAT -1\r\nXCLIENT ADDR=1.2.3.4\r\nMAIL FROM:<> SIZE=x\r\nRCPT TO:<>\r\nDATA\r\nSTARTTLS\r\nnoise",
		"MAIL FROM:<a> SIZE=99999999999999999999\r\nRCPT TO:x\r\n\x00\n\n\r\nhelp\nvrfy a\nexpn\nnoop\nrset\n",
	} {
		f.Add([]byte(lines))
	}
	world := vtime.NewStepped(time.Time{})
	f.Cleanup(world.Close)
	f.Fuzz(func(t *testing.T, sent []byte) {
		s := RunT(t, Config{Bench: shell.Bench{World: world}, Security: OptionalTLS, Open: true, MaxSize: 1000})
		conn, err := net.Dial("tcp", s.Addr())
		require.NoError(t, err)
		defer conn.Close()
		_, err = conn.Write(sent)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		said, _ := io.ReadAll(conn) // a connection that the server has closed before all was read may be reset
		if len(said) > 0 {
			require.True(t, strings.HasPrefix(string(said), "220 relay.example.com "))
		}
		require.NoError(t, s.Close())
	})
}
