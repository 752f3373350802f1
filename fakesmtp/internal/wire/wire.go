// Package wire reads what a client of a line-based mail protocol sends, and says what the journal shows of it.
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
)

// A scan of one page in colour is larger, most other mails are not.
const readBuffer, writeBuffer = 16 << 10, 4 << 10

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
}

// Readers and writers of connections that have ended, for others.
var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuffer) }}
	writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, writeBuffer) }}
)

// New makes a wire over a connection; heard is called when octets have come, and may be nil.
func New(connection io.ReadWriter, heard func()) *Wire {
	w := &Wire{Writer: writers.Get().(*bufio.Writer), Reader: readers.Get().(*bufio.Reader)}
	w.Writer.Reset(connection)
	w.Reader.Reset(flushing{connection, w.Writer, heard})
	return w
}

// Free ends the use of the wire, whose connection has ended or goes on over another one.
func (w *Wire) Free() {
	w.Reader.Reset(nil)
	readers.Put(w.Reader)
	w.Writer.Reset(nil)
	writers.Put(w.Writer)
	w.Reader, w.Writer = nil, nil
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
	var line []byte // the pieces before the last one
	tooLong := false
	for {
		piece, err := w.Reader.ReadSlice('\n')
		if len(line)+len(piece) > limit+2 {
			tooLong, line = true, nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if !tooLong {
				line = append(line, piece...)
			}
			continue
		case err != nil:
			return "", err // half a line is no command
		case tooLong:
			return "", ErrLineTooLong
		case line != nil:
			piece = append(line, piece...)
		}
		piece = bytes.TrimSuffix(piece[:len(piece)-1], []byte("\r"))
		if len(piece) > limit {
			return "", ErrLineTooLong
		}
		return string(piece), nil
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

// ErrEndless: a message goes on far beyond the limit. What follows is not read.
var ErrEndless = errors.New("the message does not end")

// Beyond returns up to where more octets of a message are read than are taken, so that its sender hears the refusal at
// its end: as many again. Ours.
func Beyond(limit int64) int64 { return limit + max(limit, 1<<20) }

// Message reads the lines after DATA up to a line of a single dot, ended and begun by CRLF and nothing else (RFC 5321
// §4.1.1.4), and takes the stuffed dots out. What exceeds limit is read and counted, not kept.
func (w *Wire) Message(limit int64) (pieces [][]byte, size int64, err error) {
	lineStart, afterCR := true, false
	message := gathering{limit: limit}
	for {
		piece, err := w.Reader.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			message.letGo()
			return nil, 0, err
		}
		if lineStart && piece[0] == '.' {
			if string(piece) == ".\r\n" {
				return message.end(), message.size, nil
			}
			piece = piece[1:]
		}
		message.add(piece)
		if message.size > Beyond(limit) {
			message.letGo()
			return nil, message.size, ErrEndless
		}
		n := len(piece)
		lineStart = piece[n-1] == '\n' && (n >= 2 && piece[n-2] == '\r' || n == 1 && afterCR)
		afterCR = piece[n-1] == '\r'
	}
}

// Chunk reads so many octets. What exceeds room is read and thrown away.
func (w *Wire) Chunk(size, room int64) ([][]byte, error) {
	chunk := gathering{limit: room}
	if err := chunk.take(w.Reader, size); err != nil {
		chunk.letGo()
		return nil, err
	}
	return chunk.end(), nil
}
