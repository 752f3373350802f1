package pop3

import (
	"bytes"
	"strconv"
	"strings"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/wire"
)

// letter is a message of a maildrop as one session sees it: numbered from 1, with its deletion undone by RSET.
type letter struct {
	id      string // unique id (RFC 1939 §7, UIDL)
	text    []byte
	deleted bool
}

// maildrop makes a session's view of a mailbox. The same message has the same unique id in every session.
func (s *Server) maildrop(address string) []letter {
	messages := s.config.Maildrops.Mailbox(address)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(address)
	var letters []letter
	for i, m := range messages {
		id := chance.New(s.config.Seed, "pop3 "+key+" "+strconv.Itoa(i)).Hex(16)
		if s.deleted[key][id] {
			continue
		}
		text := m.Delivered()
		if !bytes.HasSuffix(text, []byte("\r\n")) {
			text = append(text, "\r\n"...)
		}
		letters = append(letters, letter{id: id, text: text})
	}
	return letters
}

// remove deletes what a session has marked, at QUIT (RFC 1939 §6).
func (s *Server) remove(address string, letters []letter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(address)
	for _, l := range letters {
		if !l.deleted {
			continue
		}
		if s.deleted[key] == nil {
			s.deleted[key] = map[string]bool{}
		}
		s.deleted[key][l.id] = true
	}
}

// top is a message's header, the empty line, and so many lines of the body (RFC 1939 §7).
func top(text []byte, lines int) []byte {
	end, body := 0, false
	for end < len(text) {
		next := bytes.IndexByte(text[end:], '\n') + 1
		if next == 0 {
			next = len(text) - end
		}
		if body {
			if lines == 0 {
				break
			}
			lines--
		}
		body = body || len(bytes.TrimRight(text[end:end+next], "\r\n")) == 0
		end += next
	}
	return text[:end]
}

// block makes the text of a reply of several lines: stuffed, and ended by a dot.
func block(text []byte) []byte {
	stuffed := wire.Stuff(bytes.Clone(text))
	if len(stuffed) > 0 && !bytes.HasSuffix(stuffed, []byte("\r\n")) {
		stuffed = append(stuffed, "\r\n"...)
	}
	return append(stuffed, ".\r\n"...)
}
