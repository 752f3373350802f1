// Package wire reads what a client of a line-based mail protocol sends, and says what the journal shows of it.
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const readBuffer = 8 << 10

// TLSError: the client speaks TLS where a line was due (a record of a handshake, RFC 8446 §5.1). Nothing that it sends
// is a line.
type TLSError struct{ Octets int } // of the first record, as its header says

func (e *TLSError) Error() string { return "a TLS handshake in place of a command" }

// InClear is what the journal shows of it.
const InClear = "(a TLS handshake, in clear)"

// ErrLineTooLong: a line was longer than allowed; its rest was read and thrown away, so that the next line can be read.
var ErrLineTooLong = errors.New("command line too long")

// Wire reads what a client sends and holds back what the server says until the client is waited for, so that the
// answers to pipelined commands go out together (RFC 2920 §3.2).
type Wire struct {
	Reader *bufio.Reader
	Writer *bufio.Writer // an error stays and comes back with the next read
	buffer []byte        // for the message that is being read; kept for the next one, unless it has grown large
}

// keptBuffer is the largest buffer that a connection keeps between messages.
const keptBuffer = 64 << 10

// New makes a wire over a connection; heard is called when octets have come, and may be nil.
func New(connection io.ReadWriter, heard func()) *Wire {
	w := &Wire{Writer: bufio.NewWriterSize(connection, 4<<10)}
	w.Reader = bufio.NewReaderSize(flushing{connection, w.Writer, heard}, readBuffer)
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
	if n > 0 && f.heard != nil {
		f.heard()
	}
	return n, err
}

// Say keeps what is to be said until the client is waited for.
func (w *Wire) Say(text []byte) { _, _ = w.Writer.Write(text) }

// Line reads one line without its line end. A bare line feed ends a line too: commands, in which people type, are read
// leniently.
func (w *Wire) Line(limit int) (string, error) {
	if err := w.refuseTLS(); err != nil {
		return "", err
	}
	var line []byte
	tooLong := false
	for {
		piece, err := w.Reader.ReadSlice('\n')
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

// recordHeader is how many octets a TLS record begins with: type, version, length.
const recordHeader = 5

// refuseTLS looks whether a handshake comes; an error of reading is left to who reads.
func (w *Wire) refuseTLS() error {
	const handshake, major = 0x16, 0x03
	if first, _ := w.Reader.Peek(1); len(first) == 0 || first[0] != handshake {
		return nil
	}
	if head, _ := w.Reader.Peek(recordHeader); len(head) == recordHeader && head[1] == major {
		return &TLSError{Octets: recordHeader + int(head[3])<<8 + int(head[4])}
	}
	return nil
}

// Drain reads until the client has gone, and throws away what comes.
func (w *Wire) Drain() {
	if w.Writer.Flush() == nil {
		_, _ = io.Copy(io.Discard, w.Reader)
	}
}

// Message reads the lines after DATA up to a line of a single dot, ended and begun by CRLF and nothing else (RFC 5321
// §4.1.1.4), and takes the stuffed dots out. What exceeds limit is read and counted, not kept.
func (w *Wire) Message(limit int64) (body []byte, size int64, err error) {
	lineStart, afterCR := true, false
	body = w.buffer[:0]
	w.buffer = nil
	for {
		piece, err := w.Reader.ReadSlice('\n')
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

// Chunk reads so many octets. What exceeds room is read and thrown away.
func (w *Wire) Chunk(size, room int64) ([]byte, error) {
	kept := min(size, max(room, 0))
	body, err := io.ReadAll(io.LimitReader(w.Reader, kept))
	if err == nil && int64(len(body)) < kept {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, w.Reader, size-kept); err != nil {
		return nil, err
	}
	return body, nil
}
