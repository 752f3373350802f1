package mail

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"sync"
)

// octets are a message in the pieces in which it came. They are never changed.
type octets [][]byte

func (o octets) size() int {
	n := 0
	for _, piece := range o {
		n += len(piece)
	}
	return n
}

// joined returns the octets in one piece, which is not to be changed.
func (o octets) joined() []byte {
	switch len(o) {
	case 0:
		return nil
	case 1:
		return o[0]
	}
	return slices.Concat(o...)
}

// from returns the octets from a place on.
func (o octets) from(at int) octets {
	for i, piece := range o {
		if at < len(piece) {
			return append(octets{piece[at:]}, o[i+1:]...)
		}
		at -= len(piece)
	}
	return nil
}

// tail returns the last octets, so many at most.
func (o octets) tail(n int) []byte {
	var end []byte
	for i := len(o) - 1; i >= 0 && len(end) < n; i-- {
		piece := o[i]
		end = append(bytes.Clone(piece[max(0, len(piece)-n+len(end)):]), end...)
	}
	return end
}

// readers are for reading messages.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// reader reads the octets from the beginning, so many at most. It is to be freed.
func (o octets) reader(limit int64) *bufio.Reader {
	reader := readers.Get().(*bufio.Reader)
	reader.Reset(io.LimitReader(&following{rest: o}, limit))
	return reader
}

func free(reader *bufio.Reader) {
	reader.Reset(nil)
	readers.Put(reader)
}

// following reads pieces one after the other.
type following struct {
	rest octets
	at   int // in the first one
}

// Read reads on.
func (f *following) Read(p []byte) (int, error) {
	for len(f.rest) > 0 {
		if n := copy(p, f.rest[0][f.at:]); n > 0 || len(p) == 0 {
			f.at += n
			return n, nil
		}
		f.rest, f.at = f.rest[1:], 0
	}
	return 0, io.EOF
}

// headerSize is the length of the header block: up to the line end before the first empty line.
func (o octets) headerSize() int {
	end := []byte("\r\n\r\n")
	var seam []byte // the last octets of the pieces before, and the first of the next one
	before := 0
	for _, piece := range o {
		tail := len(seam)
		seam = append(seam, piece[:min(len(piece), len(end)-1)]...)
		if at := bytes.Index(seam, end); at >= 0 {
			return before - tail + at + 2
		}
		if at := bytes.Index(piece, end); at >= 0 {
			return before + at + 2
		}
		seam = append(seam, piece[max(min(len(piece), len(end)-1), len(piece)-len(end)+1):]...)
		seam = seam[max(0, len(seam)-len(end)+1):]
		before += len(piece)
	}
	return before
}
