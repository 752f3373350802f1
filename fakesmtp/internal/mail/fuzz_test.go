package mail

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzMessages: no message makes the reader of mails fail.
func FuzzMessages(f *testing.F) {
	f.Add([]byte("From: a@b.c\r\nSubject: =?utf-8?q?=C3=A0?=\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9\r\n"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		require.Equal(t, raw, m.Raw())
		_ = m.Delivered()
	})
}
