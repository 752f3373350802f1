package faultnet

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestStripperKeepsTheReplyValidHoweverItIsSplit(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"in the middle", "250-a\r\n250-STARTTLS\r\n250 b\r\n", "250-a\r\n250 b\r\n"},
		{"last", "250-a\r\n250-b\r\n250 STARTTLS\r\n", "250-a\r\n250 b\r\n"},
		{"last of two, lower case", "250-a\r\n250 starttls\r\n", "250 a\r\n"},
		{"twice", "250-a\r\n250-STARTTLS\r\n250-STARTTLS\r\n250 b\r\n", "250-a\r\n250 b\r\n"},
		{"absent", "220 hi\r\n250-a\r\n250 b\r\n", "220 hi\r\n250-a\r\n250 b\r\n"},
		{"another word", "250-a\r\n250 STARTTLSX\r\n", "250-a\r\n250 STARTTLSX\r\n"},
		{"a one-line reply is no EHLO reply", "250 STARTTLS\r\n", "250 STARTTLS\r\n"},
		{"another code", "220-a\r\n220 STARTTLS\r\n", "220-a\r\n220 STARTTLS\r\n"},
		{"in a dialogue", "220 x\r\n250-a\r\n250 STARTTLS\r\n250 ok\r\n221 bye\r\n", "220 x\r\n250 a\r\n250 ok\r\n221 bye\r\n"},
		{"TLS afterwards", "220 go\r\n\x16\x03\x03\x00\n250-STARTTLS\r\n", "220 go\r\n\x16\x03\x03\x00\n250-STARTTLS\r\n"},
		{"cut off", "250-a\r\n250-STAR", "250-a\r\n250-STAR"},
		{"no SMTP", "hello\n250-STARTTLS\r\n", "hello\n250-STARTTLS\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, split := range []func(io.Reader) io.Reader{
				iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader,
			} {
				source := split(newReader(test.in))
				met := 0
				s := &stripper{source: source.Read, met: func() { met++ }}
				got, err := io.ReadAll(iotest.HalfReader(s))
				require.NoError(t, err)
				require.Equal(t, test.want, string(got))
				require.Equal(t, test.in != test.want, met > 0)
			}
		})
	}
}

func newReader(s string) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, s)
		_ = w.Close()
	}()
	return r
}

func FuzzStripperNeverOffersSTARTTLSInAnEHLOReply(f *testing.F) {
	f.Add([]byte("220 x\r\n250-a\r\n250-STARTTLS\r\n250 b\r\n"))
	f.Add([]byte("250-a\n250 starttls x\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s := &stripper{source: iotest.OneByteReader(bytes.NewReader(in)).Read, met: func() {}}
		got, err := io.ReadAll(s)
		require.NoError(t, err)
		require.LessOrEqual(t, len(got), len(in))
		again := &stripper{source: bytes.NewReader(in).Read, met: func() {}}
		whole, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, string(got), string(whole), "it depends on how the bytes are split")
	})
}
