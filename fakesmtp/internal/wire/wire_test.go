package wire

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
)

type pipe struct {
	io.Reader
	bytes.Buffer
}

func (p *pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func over(sent string) (*Wire, *pipe) {
	p := &pipe{Reader: strings.NewReader(sent)}
	return New(p, nil), p
}

func TestRepliesWaitUntilTheClientIsWaitedFor(t *testing.T) {
	w, p := over("a\r\nb\n")
	line, err := w.Line(10)
	require.NoError(t, err)
	require.Equal(t, "a", line)
	w.Say([]byte("to a\r\n"))
	line, err = w.Line(10) // was read together with the first
	require.NoError(t, err)
	require.Equal(t, "b", line)
	require.Empty(t, p.String())
	_, err = w.Line(10)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "to a\r\n", p.String())
}

func TestALineThatIsTooLongIsThrownAway(t *testing.T) {
	w, _ := over(strings.Repeat("x", 20000) + "\r\nnext\r\nhalf")
	_, err := w.Line(100)
	require.ErrorIs(t, err, ErrLineTooLong)
	line, err := w.Line(100)
	require.NoError(t, err)
	require.Equal(t, "next", line)
	_, err = w.Line(100)
	require.ErrorIs(t, err, io.EOF)
}

func TestChunks(t *testing.T) {
	w, _ := over("abcdefgh")
	body, err := w.Chunk(3, 10)
	require.NoError(t, err)
	require.Equal(t, "abc", string(slices.Concat(body...)))
	body, err = w.Chunk(4, 3)
	require.NoError(t, err)
	require.Equal(t, "def", string(slices.Concat(body...)))
	_, err = w.Chunk(2, 3)
	require.Error(t, err)
}

func TestWhatTheJournalShows(t *testing.T) {
	known := func(verb string) bool { return verb == "MAIL" || verb == "PASS" }
	secret := func(verb string) bool { return verb == "PASS" }
	for line, shown := range map[string]string{
		"MAIL FROM:<a@b.c>":               "MAIL FROM:<a@b.c>",
		"mail \x00":                       `mail \x00`,
		"pass word":                       "PASS [redacted]",
		"PASS":                            "PASS",
		"AUTH PLAIN":                      "AUTH PLAIN",
		"auth plain AAA=":                 "auth plain [redacted]",
		"AUTH " + strings.Repeat("x", 30): "AUTH [redacted]",
		"NOISE":                           "NOISE",
		"NOISE secret":                    "NOISE [redacted]",
		strings.Repeat("x", 30):           "[redacted]",
	} {
		require.Equal(t, shown, CommandText(line, known, secret).String(), line)
	}
	require.Equal(t, "*", AnswerText("*").String())
	require.Equal(t, journal.Redacted, AnswerText("dA==").String())
	require.NotNil(t, AnswerText(""), "an empty line is a line")
	require.Equal(t, "(a message of 7 octets)", Summary(7, ""))
	require.Equal(t, `(a message of 7 octets, Subject: a\x0ab)`, Summary(7, "a\nb"))
	require.Equal(t, `\xff`, Printable("\xff"))
}

// FuzzMessage: what is stuffed and ended by a dot comes out as it was, and what follows the end is not touched.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(".\r\n..\r\na"), []byte("QUIT\r\n"))
	f.Add([]byte("\n.\n\r\r\n"), []byte("."))
	f.Fuzz(func(t *testing.T, message, after []byte) {
		message = append(bytes.TrimSuffix(message, []byte("\r\n")), "\r\n"...)
		sent := append(append(Stuff(bytes.Clone(message)), ".\r\n"...), after...)
		w := New(&pipe{Reader: bytes.NewReader(sent)}, nil)
		got, size, err := w.Message(1 << 20)
		require.NoError(t, err)
		require.Equal(t, message, slices.Concat(got...))
		require.EqualValues(t, len(message), size)
		rest, err := io.ReadAll(w.Reader)
		require.NoError(t, err)
		require.Equal(t, string(after), string(rest))
	})
}
