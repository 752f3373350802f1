// Package wire reads what a client of a line-based mail protocol sends, and says what the journal shows of it.
package wire

import (
	"bufio"
	"errors"
	"io"
)

const readBuffer = 8 << 10

// ErrLineTooLong: a line was longer than allowed; its rest was read and thrown away, so that the next line can be read.
var ErrLineTooLong = errors.New("command line too long")

// Wire reads what a client sends and holds back what the server says until the client is waited for, so that the answers to
// pipelined commands go out together (RFC 2920 §3.2).
type Wire struct {
	reader *bufio.Reader
	writer *bufio.Writer
}

// New makes a wire over a connection.
func New(connection io.ReadWriter) *Wire {
	w := &Wire{writer: bufio.NewWriterSize(connection, 4<<10)}
	w.reader = bufio.NewReaderSize(flushing{connection, w.writer}, readBuffer)
	return w
}

// flushing writes what was held back before it waits for the client.
type flushing struct {
	io.Reader
	writer *bufio.Writer
}

func (f flushing) Read(p []byte) (int, error) {
	if err := f.writer.Flush(); err != nil {
		return 0, err
	}
	return f.Reader.Read(p)
}

// Write keeps what is to be said until the client is waited for. An error stays and comes back with the next read.
func (w *Wire) Write(text []byte) { _, _ = w.writer.Write(text) }

// Flush writes what was held back.
func (w *Wire) Flush() error { return w.writer.Flush() }

// Line reads one line without its line end. A bare line feed ends a line too: commands, in which people type, are read leniently.
func (w *Wire) Line(limit int) (string, error) {
	var line []byte
	tooLong := false
	for {
		piece, err := w.reader.ReadSlice('\n')
		if !tooLong {
			line = append(line, piece...)
		}
		if len(line) > limit+2 {
			tooLong, line = true, nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return "", err // half a line is no command
		case tooLong:
			return "", ErrLineTooLong
		}
		line = line[:len(line)-1]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) > limit {
			return "", ErrLineTooLong
		}
		return string(line), nil
	}
}

// Message reads the lines after DATA up to a line of a single dot, ended and begun by CRLF and nothing else (RFC 5321 §4.1.1.4),
// and takes the stuffed dots out. What exceeds limit is read and counted, not kept.
func (w *Wire) Message(limit int64) (body []byte, size int64, err error) {
	lineStart, afterCR := true, false
	for {
		piece, err := w.reader.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, size, err
		}
		if lineStart && piece[0] == '.' {
			if string(piece) == ".\r\n" {
				return body, size, nil
			}
			piece = piece[1:]
		}
		size += int64(len(piece))
		if size <= limit {
			body = append(body, piece...)
		}
		n := len(piece)
		lineStart = piece[n-1] == '\n' && (n >= 2 && piece[n-2] == '\r' || n == 1 && afterCR)
		afterCR = piece[n-1] == '\r'
	}
}

// Chunk reads so many octets. If they are more than room, they are read and thrown away, and the chunk is nil.
func (w *Wire) Chunk(size, room int64) ([]byte, error) {
	if size > room {
		_, err := io.CopyN(io.Discard, w.reader, size)
		return nil, err
	}
	body := make([]byte, 0, min(size, readBuffer))
	for int64(len(body)) < size {
		piece := make([]byte, min(size-int64(len(body)), 64<<10))
		n, err := io.ReadFull(w.reader, piece)
		if body = append(body, piece[:n]...); err != nil {
			return nil, err
		}
	}
	return body, nil
}
