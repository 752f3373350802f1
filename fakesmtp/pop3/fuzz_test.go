package pop3

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/vtime"
)

// said is a connection whose client has said all that it will say.
type said struct {
	io.Reader
	io.Writer
}

// FuzzSession: whatever a client sends, every line gets one reply, of one line or with an end; nobody logs on without
// the password; and no line shows it.
func FuzzSession(f *testing.F) {
	for _, lines := range []string{
		"CAPA\r\nQUIT\r\n",
		"USER " + alice + "\r\nPASS " + fakesmtp.DefaultPassword + "\r\nSTAT\r\nLIST\r\nRETR 1\r\nTOP 1 1\r\nUIDL 1\r\nDELE 1\r\nRSET\r\nQUIT\r\n",
		"AUTH PLAIN\r\n*\r\nAUTH XOAUTH2\r\n=\r\nauth plain AAA=\r\n",
		"RETR -1\nRETR 99999999999999999999\nTOP 1 -1\n\x00\r\n \r\n",
	} {
		f.Add([]byte(lines), true)
		f.Add([]byte(lines), false)
	}
	world := vtime.NewStepped(time.Time{})
	f.Cleanup(world.Close)
	f.Fuzz(func(t *testing.T, sent []byte, exchange bool) {
		profile := ProfilePlain
		if exchange {
			profile = ProfileExchange
		}
		s, err := New(Config{Bench: shell.Bench{World: world}, Profile: profile, Passwords: true})
		require.NoError(t, err)
		defer s.Close()
		require.NoError(t, s.Exchange().Deliver(alice, []byte(letterOne)))
		c := &session{
			server: s, client: &shell.Client{Connection: "fuzz#1", Who: "fuzz", Random: chance.New(1, "fuzz")},
		}
		w := wire.New(said{bytes.NewReader(sent), io.Discard}, nil)
		knows := bytes.Contains(sent, []byte(fakesmtp.DefaultPassword)) ||
			bytes.Contains(bytes.ToUpper(sent), []byte("AUTH"))
		for {
			line, err := w.Line(maxLine)
			if err != nil {
				require.True(t, errors.Is(err, io.EOF) || errors.Is(err, wire.ErrLineTooLong))
				return
			}
			require.NotContains(t, wire.CommandText(line, known, secret).String(), fakesmtp.DefaultPassword+"\n")
			r := c.answer(line)
			first := r.shown(profile, "front")
			require.NotContains(t, first, "\n")
			require.NotContains(t, first, "{")
			if r.text != nil {
				require.True(t, bytes.HasSuffix(r.text, []byte("\r\n.\r\n")) || string(r.text) == ".\r\n")
				require.NotContains(
					t, strings.TrimSuffix("\r\n"+string(r.text), "\r\n.\r\n"), "\r\n.\r\n", "an end within",
				)
			}
			require.True(t, c.user == "" || knows)
			if r.closes {
				return
			}
			if r.upgrade {
				c.secure = true
			}
		}
	})
}
