package faultnet

import (
	"bytes"
)

// stripper takes the STARTTLS line out of a multi-line reply of an SMTP server (RFC 3207 section 6: a man in the middle
// can). What follows the first bytes that are no SMTP reply is passed through untouched.
type stripper struct {
	source func([]byte) (int, error)
	met    func()

	incoming []byte // received, not yet a whole line
	held     []byte // a line "NNN-…" that becomes the last one if STARTTLS is
	ready    []byte // may be read
	err      error
	opaque   bool
}

// Read reads from the source, without STARTTLS.
func (s *stripper) Read(p []byte) (int, error) {
	buffer := make([]byte, 4096)
	for len(s.ready) == 0 {
		if s.err != nil {
			err := s.err
			s.err = nil
			return 0, err
		}
		n, err := s.source(buffer)
		s.incoming = append(s.incoming, buffer[:n]...)
		s.err = err
		s.sort()
		if err != nil {
			s.flush()
		}
	}
	n := copy(p, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}

// pass returns what is left of what a server writes; the beginning of a line, or a line that may become the last one,
// waits for the next call.
func (s *stripper) pass(p []byte) []byte {
	s.incoming = append(s.incoming, p...)
	s.sort()
	if s.opaque {
		s.flush()
	}
	ready := s.ready
	s.ready = nil
	return ready
}

// flush gives up what is held.
func (s *stripper) flush() {
	s.ready = append(append(s.ready, s.held...), s.incoming...)
	s.held, s.incoming = nil, nil
}

// sort moves whole lines from incoming to ready.
func (s *stripper) sort() {
	for !s.opaque {
		end := bytes.IndexByte(s.incoming, '\n')
		if !plausible(s.incoming) {
			s.opaque = true
			break
		}
		if end < 0 {
			return
		}
		line := append([]byte(nil), s.incoming[:end+1]...)
		s.incoming = s.incoming[end+1:]
		last := len(line) < 4 || line[3] != '-'
		switch {
		case offersSTARTTLS(line) && (s.held != nil || !last):
			s.met()
			if last {
				s.held[3] = ' '
				s.ready = append(s.ready, s.held...)
				s.held = nil
			}
		case last:
			s.ready = append(append(s.ready, s.held...), line...)
			s.held = nil
		default:
			s.ready = append(s.ready, s.held...)
			s.held = line
		}
	}
	s.flush()
}

// plausible reports whether bytes can be the beginning of an SMTP reply line (RFC 5321 section 4.2).
func plausible(b []byte) bool {
	for i := 0; i < len(b) && i < 3; i++ {
		if b[i] < '0' || b[i] > '9' {
			return false
		}
	}
	return len(b) < 4 || b[3] == ' ' || b[3] == '-' || b[3] == '\r' || b[3] == '\n'
}

// offersSTARTTLS reports whether a line of an EHLO reply names the extension (RFC 3207 section 4).
func offersSTARTTLS(line []byte) bool {
	if len(line) < 4 || string(line[:3]) != "250" {
		return false
	}
	word, _, _ := bytes.Cut(bytes.TrimRight(line[4:], "\r\n"), []byte(" "))
	return bytes.EqualFold(word, []byte("STARTTLS"))
}
