package wire

import (
	"errors"
	"io"
	"slices"
	"sync"
)

// Sizes of the pieces that a message is kept in. A piece is of the size of its octets, so that nothing is kept beside
// them.
const (
	smallPiece = 64 << 10
	manySmall  = 16 // pieces, from which on each is a quarter of what has come
	// pageSize and unevenTo are the runtime's: what is longer than unevenTo is rounded up by a page, or nearly so.
	pageSize = 8 << 10
	unevenTo = 10 << 10
)

// buffers are for the piece that is coming. A connection has one only while a message comes.
var buffers = sync.Pool{New: func() any { return new([smallPiece]byte) }}

// gathering is a message on its way: octets come, and what is above the limit is counted and not kept.
type gathering struct {
	limit  int64
	size   int64
	kept   int64 // of finished pieces
	pieces [][]byte
	buffer *[smallPiece]byte // nil: nothing has come, or the pieces are large
	coming []byte            // in the buffer, or a large piece
}

// All reads to the end, and keeps what is read in pieces.
func All(reader io.Reader) ([][]byte, error) {
	all := gathering{}
	for {
		room := all.room()
		n, err := reader.Read(room)
		all.coming = all.coming[:len(all.coming)+n]
		switch {
		case errors.Is(err, io.EOF):
			return all.end(), nil
		case err != nil:
			all.letGo()
			return nil, err
		}
	}
}

// add takes octets.
func (g *gathering) add(octets []byte) {
	g.size += int64(len(octets))
	if g.size > g.limit {
		return
	}
	for len(octets) > 0 {
		room := g.room()
		n := copy(room, octets)
		g.coming = g.coming[:len(g.coming)+n]
		octets = octets[n:]
	}
}

// room is where the next octets are to go.
func (g *gathering) room() []byte {
	if len(g.coming) == cap(g.coming) {
		g.finish()
		if len(g.pieces) < manySmall {
			if g.buffer == nil {
				g.buffer = buffers.Get().(*[smallPiece]byte)
			}
			g.coming = g.buffer[:0]
		} else {
			g.letGo()
			g.coming = make([]byte, 0, int(g.kept/4)/pageSize*pageSize)
		}
	}
	return g.coming[len(g.coming):cap(g.coming)]
}

// finish puts the piece that was coming to the others.
func (g *gathering) finish() {
	rest := g.coming
	g.kept += int64(len(rest))
	if g.buffer == nil && len(rest) == cap(rest) && len(rest) > 0 {
		g.pieces = append(g.pieces, rest) // a large one that is full
		rest = nil
	}
	if len(rest) > unevenTo && len(rest)%pageSize != 0 {
		whole := len(rest) / pageSize * pageSize
		g.pieces = append(g.pieces, exactly(rest[:whole]))
		rest = rest[whole:]
	}
	if len(rest) > 0 {
		g.pieces = append(g.pieces, exactly(rest))
	}
	g.coming = nil
}

func exactly(octets []byte) []byte {
	piece := make([]byte, len(octets))
	copy(piece, octets)
	return piece
}

// letGo gives the buffer back.
func (g *gathering) letGo() {
	if g.buffer != nil {
		buffers.Put(g.buffer)
		g.buffer = nil
	}
}

// end returns what was kept.
func (g *gathering) end() [][]byte {
	g.finish()
	g.letGo()
	return slices.Concat(g.pieces) // without room for more
}

// take reads so many octets.
func (g *gathering) take(reader io.Reader, size int64) error {
	kept := min(size, max(g.limit, 0))
	for g.size < kept {
		room := g.room()
		n, err := reader.Read(room[:min(int64(len(room)), kept-g.size)])
		g.coming, g.size = g.coming[:len(g.coming)+n], g.size+int64(n)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && g.size < kept {
			return err
		}
	}
	dropped, err := io.CopyN(io.Discard, reader, size-kept)
	g.size += dropped
	return err
}
