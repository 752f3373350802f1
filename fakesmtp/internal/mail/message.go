// Package mail reads messages as a mailbox shows them, and keeps them.
package mail

import (
	"errors"
	"strings"
	"time"

	"github.com/emersion/go-message"
	fields "github.com/emersion/go-message/mail"
	"github.com/emersion/go-message/textproto"

	// Character sets other than UTF-8 in what clients send.
	_ "github.com/emersion/go-message/charset"
)

// Message is a mail that a mailbox holds. Its header is read when it comes in, its parts when somebody looks at them
// for the first time; they live as long as the Message that was looked at, and its copies.
type Message struct {
	ID           string   // Message-ID as the recipient sees it, with its angle brackets
	EnvelopeFrom string   // MAIL FROM
	EnvelopeTo   []string // RCPT TO, in the order given
	From         string   // address of the From header, as the recipient sees it
	// Alias is what the From header had before the service put the mailbox's primary address there; empty: it had that,
	// or may have it.
	Alias string
	// Origin says whether the From header can be read. CoAuthors are its further addresses; Attributed: a Sender header
	// says which of several has sent it.
	Origin     Origin
	Attributed bool
	// NonDelivery: the service tells a sender that a message was not delivered.
	NonDelivery bool
	broken      bool // there is no readable header
	CoAuthors   []string
	To          []string // addresses of the To header
	Subject     string
	// Stamped are the header fields that a relay or the MX door put before the message, each with its line end. What
	// Exchange Online writes into a submission stands in Delivered.
	Stamped    []byte
	Connection string // "printer#3"; empty for what the service wrote itself
	ReceivedAt time.Time
	// Number is the message's place in its mailbox, from 1: those that have fallen out count too. 0: it is in none.
	Number int

	octets  octets
	carrier Carrier // nil: none writes into the header when somebody looks
	seat    *Seat   // of the box that it was taken from; nil: on the Internet
	content *parts  // nil: nobody has it to look at yet
}

// Attachment is a part of a message that has a file name or asks to be treated as a file.
type Attachment struct {
	Name    string
	Type    string // media type, for example application/pdf
	Size    int    // octets after decoding
	Content []byte
}

// ErrNotMIME is the reason of a [Message.ParseError] where the text is no mail at all.
var ErrNotMIME = errors.New("the message has no readable header")

// maxHeader bounds what is read of one header.
const maxHeader = 1 << 20

// Parse reads what a mailbox shows of a message. It never fails: what cannot be read stays empty and ParseError says
// so. The octets are the message's from now on.
func Parse(raw []byte) Message { return Received([][]byte{raw}).shown(new(parts)) }

// Received reads the header of a message that came in pieces, which is all that the service itself looks at.
func Received(pieces [][]byte) Message {
	m := Message{octets: pieces}
	reader := m.octets.reader(maxHeader)
	defer free(reader)
	read, err := textproto.ReadHeader(reader)
	if err != nil {
		m.broken = true
		m.brokenOrigin()
		return m
	}
	header := fields.Header{Header: message.Header{Header: read}}
	if subject, err := header.Subject(); err == nil {
		m.Subject = subject
	} else {
		m.Subject = header.Get("Subject")
	}
	m.ID = strings.TrimSpace(header.Get("Message-Id"))
	m.readOrigin(header)
	if to, err := header.AddressList("To"); err == nil {
		for _, address := range to {
			m.To = append(m.To, address.Address)
		}
	}
	return m
}

// shown returns the message for somebody to look at.
func (m Message) shown(content *parts) Message {
	m.content = content
	return m
}

// Size is the length of what the client submitted, in octets.
func (m Message) Size() int { return m.octets.size() }

// HeaderSize is the length of the message's header block, in octets.
func (m Message) HeaderSize() int { return m.octets.headerSize() }

// Raw is what the client submitted, byte for byte, after dot-unstuffing or joining the chunks. It must not be changed.
func (m Message) Raw() []byte {
	if len(m.octets) < 2 || m.content == nil {
		return m.octets.joined()
	}
	m.content.joining.Do(func() { m.content.raw = m.octets.joined() })
	return m.content.raw
}

// Text is the first text part, decoded, of at most 1 MiB.
func (m Message) Text() string { return m.decoded().text }

// Attachments are the other parts, decoded.
func (m Message) Attachments() []Attachment { return m.decoded().attachments }

// ParseError says why the message could not be read as MIME; what could be read is there. Empty: it could.
func (m Message) ParseError() string { return m.decoded().problem }

// decoded returns the parts.
func (m Message) decoded() *parts {
	content := m.content
	if content == nil {
		content = &parts{}
	}
	content.decoding.Do(func() { content.decode(m) })
	return content
}
