package fakesmtp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/vtime"
)

// pipe is a connection whose client has said all that it will say.
type pipe struct {
	io.Reader
	bytes.Buffer
}

func (p *pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

// FuzzCommandReader: no line is longer than the limit, none has a line end in it, and lines and rejects make up what was sent.
func FuzzCommandReader(f *testing.F) {
	f.Add([]byte("EHLO a\r\nNOOP\nQUIT\r\n"), 16)
	f.Add([]byte("a\rb\r\n\r\n\n"), 1)
	f.Add(bytes.Repeat([]byte("x"), 300), 100)
	f.Fuzz(func(t *testing.T, sent []byte, limit int) {
		limit = limit&0xffff + 1
		w := wire.New(&pipe{Reader: bytes.NewReader(sent)}, func() {})
		count := 0
		for {
			line, err := w.Line(limit)
			if errors.Is(err, wire.ErrLineTooLong) {
				count++
				continue
			}
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			count++
			require.LessOrEqual(t, len(line), limit)
			require.NotContains(t, line, "\n")
			text := wire.CommandText(line, wire.KnownVerb, nil)
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
		w := wire.New(&pipe{Reader: bytes.NewReader(sent)}, func() {})
		got, size, err := w.Message(1 << 20)
		require.NoError(t, err)
		require.Equal(t, message, got)
		require.EqualValues(t, len(message), size)
		rest, err := io.ReadAll(w.Reader)
		require.NoError(t, err)
		require.Equal(t, string(after), string(rest))
	})
}

// FuzzAuthDecoder: whatever comes, it is refused or it is a user and a token that encode to it again.
func FuzzAuthDecoder(f *testing.F) {
	f.Add(blob("alice@contoso.com", "token"))
	f.Add("=")
	f.Add("")
	f.Add(encode("user=a\x01auth=Bearer b\x01"))
	f.Fuzz(func(t *testing.T, line string) {
		user, token, ok := wire.XOAUTH2(line)
		if !ok {
			return
		}
		require.NotEmpty(t, user)
		require.NotEmpty(t, token)
		again, same, ok := wire.XOAUTH2(blob(user, token))
		require.True(t, ok)
		require.Equal(t, user, again)
		require.Equal(t, token, same)
	})
}

// FuzzChunks: sizes are taken as they are said, no more is read than that, and no more is kept than there is room for.
func FuzzChunks(f *testing.F) {
	f.Add("5 LAST", []byte("helloQUIT\r\n"), int64(100))
	f.Add("-1", []byte("x"), int64(0))
	f.Add("99999999999999999999", []byte("x"), int64(0))
	f.Fuzz(func(t *testing.T, arguments string, sent []byte, room int64) {
		size, _, ok := parseChunk(arguments)
		if !ok {
			return
		}
		require.GreaterOrEqual(t, size, int64(0))
		w := wire.New(&pipe{Reader: bytes.NewReader(sent)}, func() {})
		body, err := w.Chunk(size, room)
		if size > int64(len(sent)) {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.LessOrEqual(t, int64(len(body)), max(room, 0))
		rest, err := io.ReadAll(w.Reader)
		require.NoError(t, err)
		require.Equal(t, string(sent[size:]), string(rest))
	})
}

// FuzzPaths: what is taken for an address has a local part and a domain, and no control characters.
func FuzzPaths(f *testing.F) {
	for _, arguments := range []string{"FROM:<a@b.c> SIZE=1", "from: <>", "FROM:a@b", "FROM:<\"a b\"@[127.0.0.1]>", "FROM:<@x@y>"} {
		f.Add(arguments)
	}
	f.Fuzz(func(t *testing.T, arguments string) {
		path, _, ok := parsePath(arguments, "FROM:")
		if !ok || !address.Valid(path) {
			return
		}
		require.Contains(t, path, "@")
		require.False(t, strings.ContainsFunc(path, wire.IsControl))
		require.NotEmpty(t, address.Domain(path))
	})
}

// FuzzMessages: no message makes the reader of mails fail.
func FuzzMessages(f *testing.F) {
	f.Add([]byte(scan))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := mail.Parse(raw)
		require.Equal(t, raw, m.Raw)
		_ = m.Delivered()
	})
}

// FuzzConversation: whatever a client sends after AUTH, every line that the server says is a reply of the table's form, and it lives on.
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
		require.True(t, s.shell.Take(far, s.connection))
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
