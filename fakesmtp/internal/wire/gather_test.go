package wire

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines is a message of so many octets, in lines.
func lines(size int) []byte {
	var text []byte
	for i := 0; len(text) < size; i++ {
		text = append(text, strconv.Itoa(i)+" and then some more text to make a line of it all\r\n"...)
	}
	return append(text[:size-2], "\r\n"...)
}

func TestAMessageOfAnySizeComesOutAsItWasAndTakesNoMoreRoom(t *testing.T) {
	for _, size := range []int{
		2, 100, 10_000, 10_241, 30_000, smallPiece - 1, smallPiece, smallPiece + 1, manySmall * smallPiece, 3_000_001,
	} {
		message := lines(size)
		w := New(&pipe{Reader: bytes.NewReader(append(Stuff(message), ".\r\n"...))}, nil)
		pieces, got, err := w.Message(1 << 30)
		require.NoError(t, err)
		require.EqualValues(t, size, got)
		require.Equal(t, message, slices.Concat(pieces...))
		w = New(&pipe{Reader: bytes.NewReader(message)}, nil)
		pieces, err = w.Chunk(int64(size), 1<<30)
		require.NoError(t, err)
		require.Equal(t, message, slices.Concat(pieces...))
		pieces, err = All(bytes.NewReader(message))
		require.NoError(t, err)
		require.Equal(t, message, slices.Concat(pieces...))
		room := 0
		for _, piece := range pieces {
			room += cap(append([]byte(nil), piece...)) // as the runtime rounds it
		}
		require.LessOrEqual(t, room, size+1500)
	}
}

func TestWhatIsAboveTheLimitIsCountedAndNotKept(t *testing.T) {
	message := lines(100_000)
	w := New(&pipe{Reader: bytes.NewReader(append(Stuff(message), ".\r\nQUIT\r\n"...))}, nil)
	pieces, size, err := w.Message(70_000)
	require.NoError(t, err)
	require.EqualValues(t, len(message), size)
	kept := slices.Concat(pieces...)
	require.LessOrEqual(t, len(kept), 70_000)
	require.Equal(t, message[:len(kept)], kept)
	rest, err := w.Line(100)
	require.NoError(t, err)
	require.Equal(t, "QUIT", rest)
	_, err = New(&pipe{Reader: bytes.NewReader(message)}, nil).Chunk(int64(len(message))+1, 1<<30)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
