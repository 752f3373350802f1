package wire

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/talk"
)

// FuzzCommandReader: no line is longer than the limit, none has a line end in it, and lines and rejects make up what
// was sent.
func FuzzCommandReader(f *testing.F) {
	f.Add([]byte("EHLO a\r\nNOOP\nQUIT\r\n"), 16)
	f.Add([]byte("a\rb\r\n\r\n\n"), 1)
	f.Add(bytes.Repeat([]byte("x"), 300), 100)
	f.Fuzz(func(t *testing.T, sent []byte, limit int) {
		limit = limit&0xffff + 1
		w := New(&pipe{Reader: bytes.NewReader(sent)}, func() {})
		count := 0
		for {
			line, err := w.Line(limit)
			if errors.Is(err, ErrLineTooLong) {
				count++
				continue
			}
			var hello *TLSError
			if errors.As(err, &hello) { // no line comes after it
				require.GreaterOrEqual(t, hello.Octets, recordHeader)
				return
			}
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			count++
			require.LessOrEqual(t, len(line), limit)
			require.NotContains(t, line, "\n")
			text := CommandText(line, KnownVerb, nil)
			require.NotContains(t, text.String(), "\r")
		}
		require.Equal(t, bytes.Count(sent, []byte("\n")), count)
	})
}

// FuzzMessageReader: what a client stuffs comes out as it was, and what follows the end is not touched.
func FuzzMessageReader(f *testing.F) {
	f.Add([]byte("Subject: x\r\n\r\n.\r\n..\r\n"), []byte("QUIT\r\n"))
	f.Add([]byte("\n.\n\r\n"), []byte(""))
	f.Add(bytes.Repeat([]byte("0123456789abcdef"), 600), []byte("."))
	f.Fuzz(func(t *testing.T, message, after []byte) {
		if !bytes.HasSuffix(message, []byte("\r\n")) {
			message = append(message, "\r\n"...)
		}
		stuffed := bytes.ReplaceAll(append([]byte("\r\n"), message...), []byte("\r\n."), []byte("\r\n.."))[2:]
		sent := append(append(stuffed, ".\r\n"...), after...)
		w := New(&pipe{Reader: bytes.NewReader(sent)}, func() {})
		got, size, err := w.Message(1 << 20)
		require.NoError(t, err)
		require.Equal(t, message, slices.Concat(got...))
		require.EqualValues(t, len(message), size)
		rest, err := io.ReadAll(w.Reader)
		require.NoError(t, err)
		require.Equal(t, string(after), string(rest))
	})
}

// FuzzAuthDecoder: whatever comes, it is refused or it is a user and a token that encode to it again.
func FuzzAuthDecoder(f *testing.F) {
	f.Add(talk.XOAUTH2("alice@contoso.com", "token"))
	f.Add("=")
	f.Add("")
	f.Add(talk.Encode("user=a\x01auth=Bearer b\x01"))
	f.Fuzz(func(t *testing.T, line string) {
		user, token, ok := XOAUTH2(line)
		if !ok {
			return
		}
		require.NotEmpty(t, user)
		require.NotEmpty(t, token)
		again, same, ok := XOAUTH2(talk.XOAUTH2(user, token))
		require.True(t, ok)
		require.Equal(t, user, again)
		require.Equal(t, token, same)
	})
}
