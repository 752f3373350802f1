package mail

import (
	"bytes"
	"slices"
)

// Carrier is a service that a message goes through. What it writes into the header it writes when somebody looks, so
// that a message that is kept costs its own octets only.
type Carrier interface {
	// Carry returns the header as a mailbox holds it, with all that the service changes and adds. blank: only its
	// length is wanted, so that signatures may be of any octets.
	Carry(carried Carried, blank bool) Header
}

// Carried is a message on its way, as it was submitted but for the primary address in the place of an alias.
type Carried struct {
	Message *Message
	Header  Header // without MIME-Version
	Body    [][]byte
	Seat    Seat
}

// Seat is whose a box is, which decides what the header of a message in it tells. The zero Seat is a mailbox on the
// Internet.
type Seat struct {
	Organization string // id of the mailbox's organization; empty: on the Internet
	Sent         bool   // Sent Items
}

// CarryBy lets a service write the header of the message.
func (m *Message) CarryBy(c Carrier) { m.carrier = c }

// Delivered returns the message as the recipient's mailbox holds it: with the header fields that the services on its
// way have added, changed and moved. What the client submitted is Raw.
func (m Message) Delivered() []byte {
	if m.carrier == nil {
		return slices.Concat(append([][]byte{m.Stamped}, m.octets...)...)
	}
	header, body := m.carried(false)
	return slices.Concat(append([][]byte{header, []byte("\r\n")}, body...)...)
}

// DeliveredSize is the length of that, in octets.
func (m Message) DeliveredSize() int {
	if m.carrier == nil {
		return len(m.Stamped) + m.Size()
	}
	header, body := m.carried(true)
	return len(header) + len("\r\n") + body.size()
}

// DeliveredHeader is the message as the recipient's mailbox holds it, for who looks at its header only: signatures may
// be of any octets, and the body may be left out.
func (m Message) DeliveredHeader() []byte {
	if m.carrier == nil {
		return m.Delivered()
	}
	header, _ := m.carried(true)
	return append(header, "\r\n"...)
}

// SentHeader is the header of the message as Sent Items have it.
func (m Message) SentHeader() []byte {
	m.seat = &Seat{Sent: true}
	header, _ := m.carried(true)
	return header
}

// EndsLine reports whether the delivered message ends with a line end.
func (m Message) EndsLine() bool {
	end := m.octets
	if m.carrier != nil {
		if _, end = m.parted(); end.size() == 0 {
			return true // the empty line after the header
		}
	}
	if end.size() == 0 {
		return bytes.HasSuffix(m.Stamped, []byte("\r\n"))
	}
	return string(end.tail(len("\r\n"))) == "\r\n"
}

// carried returns header and body as a mailbox holds them.
func (m Message) carried(blank bool) (header []byte, body octets) {
	fields, body := m.parted()
	kept := fields[:0:0]
	for _, field := range fields {
		switch {
		case field.Is("MIME-Version"):
			continue
		case m.Alias != "" && field.Is("From"):
			field = field.withAddress(m.Alias, m.From)
		}
		kept = append(kept, field)
	}
	var seat Seat
	if m.seat != nil {
		seat = *m.seat
	}
	return m.carrier.Carry(Carried{Message: &m, Header: kept, Body: body, Seat: seat}, blank).Bytes(), body
}

// parted returns the header fields and the body. A message without a readable header is all body.
func (m Message) parted() (Header, octets) {
	if m.broken {
		return nil, m.octets
	}
	block, body := m.octets.parted()
	return fieldsOf(block), body
}

// parted returns the header block, and the body behind the empty line.
func (o octets) parted() (block []byte, body octets) {
	for _, piece := range o {
		from := max(0, len(block)-len("\n\r\n"))
		block = append(block, piece...)
		if end, begin := headerEnd(block, from); end >= 0 {
			return block[:end:end], o.from(begin)
		}
	}
	return block, nil
}

// headerEnd finds where a header block ends and where the body begins, looking from a place on; -1: not yet.
func headerEnd(text []byte, from int) (end, begin int) {
	if from == 0 {
		for _, empty := range []string{"\r\n", "\n"} {
			if bytes.HasPrefix(text, []byte(empty)) {
				return 0, len(empty)
			}
		}
	}
	end, begin = -1, -1
	for _, empty := range []string{"\n\r\n", "\n\n"} {
		if at := bytes.Index(text[from:], []byte(empty)); at >= 0 && (end < 0 || from+at+1 < end) {
			end, begin = from+at+1, from+at+len(empty)
		}
	}
	return end, begin
}
