package mail

import (
	"slices"
	"sort"
)

// Keep bounds the messages that a server keeps, in all its mailboxes together; the oldest fall out, the newest stays. A
// zero field is no bound.
type Keep struct {
	Messages int
	Bytes    int64 // of what clients submitted
}

// Shelf keeps messages, each once, however many boxes it lies in. It is not safe for concurrent use: its owner has the
// lock. The zero Shelf is empty and keeps everything.
type Shelf struct {
	Keep Keep
	// Dropped is told each message that has fallen out; nil: nobody asks.
	Dropped func(*Letter)

	letters queue[*Letter]
	bytes   int64
	count   int // messages so far
	dropped int
	held    int // whoever plays a case
}

// Letter is a message on the shelf. It is not changed any more.
type Letter struct {
	message Message
	number  int // on the shelf, from 1
	boxes   []*Box
	Rows    int // what its owner likes to note
}

// Recipients are those that the client named.
func (l *Letter) Recipients() []string { return l.message.EnvelopeTo }

// Serial is the message's place among all that came to the shelf, from 1.
func (l *Letter) Serial() int { return l.number }

// Boxes are those in which the message lies. They must not be changed.
func (l *Letter) Boxes() []*Box { return l.boxes }

// Shown returns the message, for somebody to look at.
func (l *Letter) Shown() Message { return l.message.shown(new(parts)) }

// After returns the messages that came to the shelf after the one with a serial number and are kept, oldest first.
func (s *Shelf) After(serial int) []*Letter {
	letters := s.letters.items()
	return slices.Clone(letters[sort.Search(len(letters), func(i int) bool { return letters[i].number > serial }):])
}

// Box is what lies in one mailbox, or in its Sent Items, oldest first. The zero Box is empty.
type Box struct {
	Seat Seat // set before anything lies there

	letters queue[*Letter]
	dropped int
}

// Put keeps a message in boxes, to each once.
func (s *Shelf) Put(m Message, rows int, boxes ...*Box) {
	m.content = nil // it belongs to who looks
	s.count++
	letter := &Letter{message: m, number: s.count, boxes: boxes, Rows: rows}
	for _, box := range boxes {
		box.letters.push(letter)
	}
	s.letters.push(letter)
	s.bytes += int64(m.Size())
	s.cut()
}

// Hold keeps everything until Release is called as often.
func (s *Shelf) Hold() { s.held++ }

// Release ends one Hold.
func (s *Shelf) Release() {
	s.held--
	s.cut()
}

// cut lets fall out what is not to be kept.
func (s *Shelf) cut() {
	for s.held == 0 && s.letters.len() > 1 &&
		(s.Keep.Messages > 0 && s.letters.len() > s.Keep.Messages || s.Keep.Bytes > 0 && s.bytes > s.Keep.Bytes) {
		oldest := s.letters.pop()
		s.bytes -= int64(oldest.message.Size())
		s.dropped++
		for _, box := range oldest.boxes {
			box.letters.pop() // the oldest of all is the oldest in each of its boxes
			box.dropped++
		}
		if s.Dropped != nil {
			s.Dropped(oldest)
		}
	}
}

// Fallen is how many messages have fallen out.
func (s *Shelf) Fallen() int { return s.dropped }

// Empty reports whether nothing lies in the box.
func (b *Box) Empty() bool { return b.letters.len() == 0 }

// Dropped is how many messages of the box have fallen out.
func (b *Box) Dropped() int { return b.dropped }

// Count is how many messages have come to the box, with those that have fallen out.
func (b *Box) Count() int { return b.dropped + b.letters.len() }

// Page returns at most so many messages, from the one with a number on; negative: all. To look at them, see Shown.
func (b *Box) Page(from, most int) Page {
	first := max(from-1-b.dropped, 0)
	n := max(b.letters.len()-first, 0)
	if most >= 0 {
		n = min(n, most)
	}
	page := Page{first: b.dropped + first + 1, seat: &b.Seat}
	if n > 0 {
		page.letters = append(page.letters, b.letters.items()[first:first+n]...)
	}
	return page
}

// After returns the first message that came to the shelf after the one with a number, and its own.
func (b *Box) After(number int) (m Message, next int, found bool) {
	letters := b.letters.items()
	i := sort.Search(len(letters), func(i int) bool { return letters[i].number > number })
	if i == len(letters) {
		return Message{}, 0, false
	}
	return letters[i].shown(b.dropped+i+1, &b.Seat, new(parts)), letters[i].number, true
}

// Page is some of what lies in a box. It can be read without its owner's lock.
type Page struct {
	letters []*Letter
	first   int // number of the first one
	seat    *Seat
}

// Shown returns the messages, for somebody to look at.
func (p Page) Shown() []Message {
	if len(p.letters) == 0 {
		return nil
	}
	messages := make([]Message, len(p.letters))
	var contents []parts // of some messages at a time: who keeps one message keeps the parts of few
	for i, letter := range p.letters {
		if len(contents) == 0 {
			contents = make([]parts, min(8, len(p.letters)-i))
		}
		messages[i] = letter.shown(p.first+i, p.seat, &contents[0])
		contents = contents[1:]
	}
	return messages
}

func (l *Letter) shown(number int, seat *Seat, content *parts) Message {
	m := l.message.shown(content)
	m.Number, m.seat = number, seat
	return m
}

// queue is first in, first out. What has gone is let go.
type queue[E any] struct{ list []E }

func (q *queue[E]) len() int   { return len(q.list) }
func (q *queue[E]) items() []E { return q.list }
func (q *queue[E]) push(e E)   { q.list = append(q.list, e) }

func (q *queue[E]) pop() E {
	first := q.list[0]
	var none E
	q.list[0] = none
	q.list = q.list[1:]
	return first
}
