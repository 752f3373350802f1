package fakesmtp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMessageIsMadeOfItsOctets(t *testing.T) {
	m := ReadMessage([]byte("From: a@contoso.com\r\nSubject: Scan\r\n\r\nhello\r\n"))
	require.Equal(t, "hello\r\n", m.Text())
	require.Empty(t, m.Attachments())
	m = ReadMessage([]byte("no header at all"))
	require.Equal(t, "no header at all", string(m.Raw()))
}
