package fakesmtp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Limits of what one connection makes the server hold.
const readBuffer = 8 << 10

// errLineTooLong: a line was longer than allowed; its rest was read and thrown away, so that the next line can be read.
var errLineTooLong = errors.New("command line too long")

// wire reads what a client sends and holds back what the server says until the client is waited for, so that the answers to
// pipelined commands go out together (RFC 2920 §3.2).
type wire struct {
	reader *bufio.Reader
	writer *bufio.Writer
	buffer []byte // for the message that is being read; kept for the next one, unless it has grown large
}

// keptBuffer is the largest buffer that a connection keeps between messages.
const keptBuffer = 64 << 10

// newWire reads and writes a connection; heard is called when octets have come.
func newWire(connection io.ReadWriter, heard func()) *wire {
	w := &wire{writer: bufio.NewWriterSize(connection, 4<<10)}
	w.reader = bufio.NewReaderSize(flushing{connection, w.writer, heard}, readBuffer)
	return w
}

// flushing writes what was held back before it waits for the client.
type flushing struct {
	io.Reader
	writer *bufio.Writer
	heard  func()
}

func (f flushing) Read(p []byte) (int, error) {
	if err := f.writer.Flush(); err != nil {
		return 0, err
	}
	n, err := f.Reader.Read(p)
	if n > 0 {
		f.heard()
	}
	return n, err
}

// line reads one command line without its line end. A bare line feed ends a line too (RFC 5321 asks for CRLF; commands in which
// people type are read leniently, messages are not).
func (w *wire) line(limit int) (string, error) {
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
			return "", errLineTooLong
		}
		line = line[:len(line)-1]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if len(line) > limit {
			return "", errLineTooLong
		}
		return string(line), nil
	}
}

// message reads the lines after DATA up to a line of a single dot, ended and begun by CRLF and nothing else (RFC 5321 §4.1.1.4:
// a bare line feed must not end a message), and takes the stuffed dots out. What exceeds limit is read and counted, not kept.
func (w *wire) message(limit int64) (body []byte, size int64, err error) {
	lineStart, afterCR := true, false
	body = w.buffer[:0]
	w.buffer = nil
	for {
		piece, err := w.reader.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, size, err
		}
		if lineStart && piece[0] == '.' {
			if string(piece) == ".\r\n" {
				if cap(body) <= keptBuffer {
					w.buffer = body
					body = bytes.Clone(body)
				}
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

// chunk reads the octets after BDAT. What exceeds room is read and thrown away.
func (w *wire) chunk(size, room int64) ([]byte, error) {
	kept := min(size, max(room, 0))
	body, err := io.ReadAll(io.LimitReader(w.reader, kept))
	if err == nil && int64(len(body)) < kept {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, w.reader, size-kept); err != nil {
		return nil, err
	}
	return body, nil
}
