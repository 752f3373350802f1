package mail

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// note is a small message with a subject.
func note(subject string) Message { return Parse([]byte("Subject: " + subject + "\r\n\r\nx\r\n")) }

// subjects are those of messages, with their numbers.
func subjects(messages []Message) string {
	var words []string
	for _, m := range messages {
		words = append(words, fmt.Sprintf("%d:%s", m.Number, m.Subject))
	}
	return strings.Join(words, " ")
}

func TestTheOldestMessagesFallOutOfAllTheirBoxes(t *testing.T) {
	for name, keep := range map[string]Keep{
		"by count": {Messages: 3},
		"by size":  {Bytes: 3 * int64(note("a").Size())},
	} {
		t.Run(name, func(t *testing.T) {
			var boxes Boxes
			boxes.Bound(keep)
			boxes.Put(note("a"), "bob@b.com", "Bob@b.com", "carol@b.com")
			boxes.Put(note("b"), "carol@b.com")
			boxes.Put(note("c"), "bob@b.com")
			require.Equal(t, "1:a 2:c", subjects(boxes.Page("BOB@b.com", 1, -1)))
			boxes.Put(note("d"), "bob@b.com")
			boxes.Put(note("e"), "bob@b.com")
			require.Equal(t, "2:c 3:d 4:e", subjects(boxes.Page("bob@b.com", 1, -1)))
			require.Empty(t, boxes.Page("carol@b.com", 1, -1))
			require.Equal(t, 2, boxes.shelf.Fallen())
			count, dropped := boxes.Count("bob@b.com")
			require.Equal(t, []int{4, 1}, []int{count, dropped})
		})
	}
	var boxes Boxes
	boxes.Bound(Keep{Bytes: 1})
	boxes.Put(note("a"), "bob@b.com")
	require.Len(t, boxes.Page("bob@b.com", 1, -1), 1, "the newest stays, whatever its size")
}

func TestPagesOfAMailbox(t *testing.T) {
	var boxes Boxes
	boxes.Bound(Keep{Messages: 4})
	for _, subject := range []string{"a", "b", "c", "d", "e"} {
		boxes.Put(note(subject), "bob@b.com")
	}
	for asked, page := range map[[2]int]string{
		{1, -1}: "2:b 3:c 4:d 5:e", {1, 2}: "2:b 3:c", {3, 2}: "3:c 4:d", {5, 9}: "5:e", {6, 9}: "", {3, 0}: "", {-7, 1}: "2:b",
	} {
		require.Equal(t, page, subjects(boxes.Page("bob@b.com", asked[0], asked[1])), "%v", asked)
	}
	require.Empty(t, boxes.Page("nobody@b.com", 1, -1))
}

func TestNothingFallsOutWhileTheShelfIsHeld(t *testing.T) {
	shelf, box := Shelf{Keep: Keep{Messages: 1}}, &Box{}
	shelf.Hold()
	shelf.Hold()
	for range 3 {
		shelf.Put(note("a"), 0, box)
	}
	shelf.Release()
	require.Equal(t, 0, box.Dropped())
	shelf.Release()
	require.Equal(t, 2, box.Dropped())
}

func TestWhoAwaitsPassesOverWhatHasFallenOut(t *testing.T) {
	var boxes Boxes
	boxes.Bound(Keep{Messages: 2})
	boxes.Put(note("a"), "bob@b.com")
	m, found := take(&boxes, "bob@b.com")
	require.True(t, found)
	require.Equal(t, "a", m.Subject)
	for _, subject := range []string{"b", "c", "d"} {
		boxes.Put(note(subject), "bob@b.com")
	}
	for _, subject := range []string{"c", "d"} {
		m, _ = take(&boxes, "bob@b.com")
		require.Equal(t, subject, m.Subject)
	}
	require.False(t, has(&boxes, "bob@b.com"))
}

func TestAMessageIsReadFromItsPieces(t *testing.T) {
	raw := []byte("Subject: pieces\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText\r\n" +
		"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n")
	for size := 1; size <= len(raw); size++ {
		var pieces [][]byte
		for rest := raw; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			pieces = append(pieces, rest[:min(size, len(rest))])
		}
		for _, m := range []Message{Received(pieces), Received(pieces).shown(new(parts))} {
			require.Equal(t, "pieces", m.Subject)
			require.Equal(t, raw, m.Raw())
			require.Equal(t, raw, m.Delivered())
			require.Equal(t, len(raw), m.DeliveredSize())
			require.Equal(t, bytes.Index(raw, []byte("\r\n\r\n"))+2, m.HeaderSize(), "pieces of %d", size)
			require.Equal(t, "Text", m.Text())
			require.Equal(
				t, []Attachment{{Name: "a.pdf", Type: "application/pdf", Size: 4, Content: []byte("%PDF")}},
				m.Attachments(),
			)
			require.Empty(t, m.ParseError())
		}
	}
}
