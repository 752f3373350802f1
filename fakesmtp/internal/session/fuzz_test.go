package session

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/wire"
)

// pipe is a connection whose client has said all that it will say.
type pipe struct {
	io.Reader
	bytes.Buffer
}

func (p *pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

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
	for _, arguments := range []string{
		"FROM:<a@b.c> SIZE=1", "from: <>", "FROM:a@b", "FROM:<\"a b\"@[127.0.0.1]>", "FROM:<@x@y>",
	} {
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
