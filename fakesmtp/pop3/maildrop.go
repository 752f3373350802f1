package pop3

import (
	"bytes"
	"maps"
	"strconv"
	"strings"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/wire"
)

// letter is a message of a maildrop as one session sees it: numbered from 1, with its deletion undone by RSET.
type letter struct {
	message mail.Message
	number  int // in the mailbox, from 0
	size    int // octets of the text
	deleted bool
}

// text is the message as it is sent, which ends with a line end.
func (l *letter) text() []byte {
	text := l.message.Delivered()
	if !endsLine(text) {
		text = append(text, lineEnd...)
	}
	return text
}

const lineEnd = "\r\n"

func endsLine(text []byte) bool { return bytes.HasSuffix(text, []byte(lineEnd)) }

// maildrop makes a session's view of a mailbox. The same message has the same unique id in every session.
func (s *Server) maildrop(address string) []letter {
	messages := s.config.Maildrops.Mailbox(address)
	gone := s.gone(address, messages)
	var letters []letter
	for i, m := range messages {
		number := place(m, i)
		if gone[number] {
			continue
		}
		size := m.DeliveredSize()
		if !m.EndsLine() {
			size += len(lineEnd)
		}
		letters = append(letters, letter{message: m, number: number, size: size})
	}
	return letters
}

// place is a message's number from 0, which it has even when those before it have fallen out; a mailbox of somebody
// else's program may not say it.
func place(m mail.Message, i int) int {
	if m.Number > 0 {
		return m.Number - 1
	}
	return i
}

// gone returns the messages of a mailbox that were deleted, and forgets those that have fallen out.
func (s *Server) gone(address string, messages []mail.Message) map[int]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := s.deleted[strings.ToLower(address)]
	if len(messages) > 0 {
		first := place(messages[0], 0)
		maps.DeleteFunc(gone, func(number int, _ bool) bool { return number < first })
	}
	return maps.Clone(gone)
}

// unique is a message's unique id (RFC 1939 §7, UIDL).
func (s *Server) unique(address string, l *letter) string {
	return chance.New(s.config.Seed, "pop3 "+strings.ToLower(address)+" "+strconv.Itoa(l.number)).Hex(16)
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
			s.deleted[key] = map[int]bool{}
		}
		s.deleted[key][l.number] = true
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
