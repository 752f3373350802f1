package fakesmtp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"

	// Character sets other than UTF-8 in what clients send.
	_ "github.com/emersion/go-message/charset"
)

// Message is a mail that a mailbox holds.
type Message struct {
	ID           string   // Message-ID as the recipient sees it, with its angle brackets
	EnvelopeFrom string   // MAIL FROM
	EnvelopeTo   []string // RCPT TO, in the order given
	From         string   // address of the From header, as the recipient sees it
	// Alias is what the From header had before the service put the mailbox's primary address there; empty: it had that, or may have it.
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

// Delivered returns the message as the recipient's mailbox holds it. A Message-ID that was replaced stays in Raw.
func (m Message) Delivered() []byte {
	raw := m.Raw
	if bytes.Contains(m.Stamped, []byte("\nX-Microsoft-Original-Message-ID:")) {
		raw = dropField(raw, "message-id")
	}
	if m.Alias != "" {
		raw = replaceFrom(raw, m.Alias, m.From)
	}
	return append(bytes.Clone(m.Stamped), raw...)
}

// replaceFrom puts an address in place of another one in the From field of a message, which may be folded.
func replaceFrom(raw []byte, old, fresh string) []byte {
	rest := dropField(raw, "from")
	field := raw[:len(raw)-len(rest)] // right when From is the first field, else found below
	at := 0
	for i := 0; i < len(raw); {
		end := len(raw)
		if n := bytes.IndexByte(raw[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		if name, _, _ := bytes.Cut(raw[i:end], []byte(":")); strings.EqualFold(strings.TrimSpace(string(name)), "from") && raw[i] > ' ' {
			at, field = i, raw[i:i+len(raw)-len(rest)]
			break
		}
		if end-i <= 2 {
			return raw
		}
		i = end
	}
	changed := bytes.Clone(field)
	if i := strings.Index(strings.ToLower(string(field)), strings.ToLower(old)); i >= 0 {
		changed = append(append(append([]byte{}, field[:i]...), fresh...), field[i+len(old):]...)
	}
	return append(append(append([]byte{}, raw[:at]...), changed...), raw[at+len(field):]...)
}

// dropField removes a header field, with its folded lines, from a message.
func dropField(raw []byte, name string) []byte {
	var out []byte
	dropping := false
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line = raw[:i+1]
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break // the body begins
		}
		if line[0] != ' ' && line[0] != '\t' {
			field, _, _ := bytes.Cut(line, []byte(":"))
			dropping = strings.EqualFold(strings.TrimSpace(string(field)), name)
		}
		if !dropping {
			out = append(out, line...)
		}
		raw = raw[len(line):]
	}
	return append(out, raw...)
}

// ErrNotMIME is the reason of a [Message.ParseError] where the text is no mail at all.
var ErrNotMIME = errors.New("the message has no readable header")

// maxKept bounds what is kept of one decoded text part.
const maxKept = 1 << 20

// content is the parts of a message, decoded when somebody looks at them for the first time; copies of a message share it.
type content struct {
	once        sync.Once
	text        string
	attachments []Attachment
	problem     string
}

// parse reads what a mailbox shows of a message. It never fails: what cannot be read stays empty and ParseError says so.
func parse(raw []byte) Message { return parseHeader(raw).opened() }

// parseHeader reads the header only, which is all that the service itself looks at.
func parseHeader(raw []byte) Message {
	m := Message{Raw: raw}
	entity, err := message.Read(bytes.NewReader(raw))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		m.ParseError = ErrNotMIME.Error()
		return m
	}
	m.content = &content{}
	header := mail.Header{Header: entity.Header}
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

// opened returns the message with its parts.
func (m Message) opened() Message {
	if m.content == nil {
		return m
	}
	m.content.once.Do(func() { m.content.decode(m.Raw) })
	m.Text, m.Attachments, m.ParseError = m.content.text, m.content.attachments, m.content.problem
	return m
}

// opened returns messages with their parts.
func opened(messages []Message) []Message {
	for i := range messages {
		messages[i] = messages[i].opened()
	}
	return messages
}

// decode reads the parts of a message whose header could be read.
func (c *content) decode(raw []byte) {
	entity, _ := message.Read(bytes.NewReader(raw)) // parseHeader has read it before and found it good enough
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
