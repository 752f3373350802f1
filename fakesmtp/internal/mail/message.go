// Package mail reads messages as a mailbox shows them.
package mail

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-message"
	fields "github.com/emersion/go-message/mail"

	// Character sets other than UTF-8 in what clients send.
	_ "github.com/emersion/go-message/charset"
)

// Message is a mail that a mailbox holds.
type Message struct {
	ID           string   // Message-ID as the recipient sees it, with its angle brackets
	EnvelopeFrom string   // MAIL FROM
	EnvelopeTo   []string // RCPT TO, in the order given
	From         string   // address of the From header, as the recipient sees it
	// Alias is what the From header had before the service put the mailbox's primary address there; empty: it had that, or
	// may have it.
	Alias       string
	To          []string // addresses of the To header
	Subject     string
	Text        string // the first text part, decoded
	Attachments []Attachment
	// Raw is what the client submitted, byte for byte, after dot-unstuffing or joining the chunks.
	Raw []byte
	// Stamped are the header fields that the service put before it, each with its line end.
	Stamped    []byte
	Connection string // "printer#3"; empty for what the service wrote itself
	ReceivedAt time.Time
	// ParseError says why the message could not be read as MIME; the fields that could be read are filled.
	ParseError string

	content *content // nil: nothing more to decode
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

// maxKept bounds what is kept of one decoded text part.
const maxKept = 1 << 20

// content is the parts of a message, decoded when somebody looks at them for the first time; copies of a message share
// it.
type content struct {
	once        sync.Once
	text        string
	attachments []Attachment
	problem     string
}

// Parse reads what a mailbox shows of a message. It never fails: what cannot be read stays empty and ParseError says
// so.
func Parse(raw []byte) Message { return ParseHeader(raw).Opened() }

// ParseHeader reads the header only, which is all that the service itself looks at. The parts are read by Opened.
func ParseHeader(raw []byte) Message {
	m := Message{Raw: raw}
	entity, err := message.Read(bytes.NewReader(raw))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		m.ParseError = ErrNotMIME.Error()
		return m
	}
	m.content = &content{}
	header := fields.Header{Header: entity.Header}
	if subject, err := header.Subject(); err == nil {
		m.Subject = subject
	} else {
		m.Subject = header.Get("Subject")
	}
	m.ID = strings.TrimSpace(header.Get("Message-Id"))
	if from, err := header.AddressList("From"); err == nil && len(from) > 0 {
		m.From = from[0].Address
	}
	if to, err := header.AddressList("To"); err == nil {
		for _, address := range to {
			m.To = append(m.To, address.Address)
		}
	}
	return m
}

// Opened returns the message with its parts.
func (m Message) Opened() Message {
	if m.content == nil {
		return m
	}
	m.content.once.Do(func() { m.content.decode(m.Raw) })
	m.Text, m.Attachments, m.ParseError = m.content.text, m.content.attachments, m.content.problem
	return m
}

// Opened returns messages with their parts; the slice is the caller's and is changed.
func Opened(messages []Message) []Message {
	for i := range messages {
		messages[i] = messages[i].Opened()
	}
	return messages
}

// decode reads the parts of a message whose header could be read.
func (c *content) decode(raw []byte) {
	entity, _ := message.Read(bytes.NewReader(raw)) // ParseHeader has read it before and found it good enough
	if entity == nil {
		c.problem = ErrNotMIME.Error()
		return
	}
	foundText := false
	err := entity.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return err
		}
		mediaType, parameters, _ := part.Header.ContentType()
		if strings.HasPrefix(mediaType, "multipart/") {
			return nil
		}
		disposition, dispositionParameters, _ := part.Header.ContentDisposition()
		name := dispositionParameters["filename"]
		if name == "" {
			name = parameters["name"]
		}
		if disposition != "attachment" && name == "" && strings.HasPrefix(mediaType, "text/") {
			if foundText {
				return nil
			}
			text, err := io.ReadAll(io.LimitReader(part.Body, maxKept))
			c.text, foundText = string(text), true
			return err
		}
		octets, err := io.ReadAll(part.Body)
		c.attachments = append(c.attachments, Attachment{Name: name, Type: mediaType, Size: len(octets), Content: octets})
		return err
	})
	if err != nil {
		c.problem = "a part of the message could not be decoded"
	}
}

// HeaderSize returns the length of a message's header block.
func HeaderSize(raw []byte) int {
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		return i + 2
	}
	return len(raw)
}
