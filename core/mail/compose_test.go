package mail

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/outcome"
)

func TestTheSameSeedComposesTheSameBytes(t *testing.T) {
	m := letter()
	m.From = "scanner@example.com"
	one, failed := compose(m, bench.Start, bench.Random(1), "printer.example.com")
	require.Nil(t, failed)
	two, _ := compose(m, bench.Start, bench.Random(1), "printer.example.com")
	require.Equal(t, string(one.bytes), string(two.bytes))
	other, _ := compose(m, bench.Start, bench.Random(2), "printer.example.com")
	require.NotEqual(t, one.id, other.id)
}

func TestTheMessageReadsBackAsItWasWritten(t *testing.T) {
	page := []byte(strings.Repeat("\x00\xffpage", 1000))
	m := Message{
		From: "scanner@example.com", To: []string{"a@example.net", "b@example.net"},
		Subject: "Σάρωση\r\nBcc: victim@example.org", Text: "Line one\nline two: ελληνικά",
		Attachments: []Attachment{{Name: "σάρωση.pdf", ContentType: "application/pdf", Data: page}, {Name: "a\"b\r\n.bin", Data: []byte{1}}},
	}
	c, failed := compose(m, bench.Start, bench.Random(1), "printer.example.com")
	require.Nil(t, failed)
	for _, line := range strings.Split(string(c.bytes), "\r\n") {
		require.LessOrEqual(t, len(line), 998)
		require.NotContains(t, line, "\n")
		require.False(t, strings.HasPrefix(line, "Bcc:"), "no header field is injected")
	}
	e, err := message.Read(strings.NewReader(string(c.bytes)))
	require.NoError(t, err)
	require.Equal(t, "Mon, 02 Mar 2026 09:00:00 +0000", e.Header.Get("Date"))
	require.Equal(t, "<"+c.id+">", e.Header.Get("Message-Id"))
	require.True(t, strings.HasSuffix(c.id, "@printer.example.com"))
	require.Equal(t, "<a@example.net>, <b@example.net>", e.Header.Get("To"))
	subject, err := e.Header.Text("Subject")
	require.NoError(t, err)
	require.Equal(t, "Σάρωση  Bcc: victim@example.org", subject)

	parts := e.MultipartReader()
	var bodies, names []string
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		body, err := io.ReadAll(part.Body)
		require.NoError(t, err)
		_, params, _ := part.Header.ContentDisposition()
		bodies, names = append(bodies, string(body)), append(names, params["filename"])
	}
	require.Equal(t, []string{"Line one\r\nline two: ελληνικά", string(page), "\x01"}, bodies)
	require.Equal(t, "σάρωση.pdf", names[1])
}

func TestWithoutRandomnessNothingIsComposed(t *testing.T) {
	_, failed := compose(letter(), bench.Start, strings.NewReader("short"), "x")
	require.Equal(t, outcome.StorageFailed, failed.Kind)
}
