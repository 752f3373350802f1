package mail

import (
	"io"
	"strings"
	"sync"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// maxText bounds what is read of one decoded text part.
const maxText = 1 << 20

// parts are what is made of a message when somebody looks at it. Copies of a Message share them.
type parts struct {
	joining sync.Once
	raw     []byte

	decoding    sync.Once
	text        string
	attachments []Attachment
	problem     string
}

// decode reads the parts of a message.
func (c *parts) decode(m Message) {
	if m.broken {
		c.problem = ErrNotMIME.Error()
		return
	}
	reader := m.octets.reader(int64(m.Size()))
	defer free(reader)
	header, err := textproto.ReadHeader(reader)
	if err != nil { // Received has read it before
		c.problem = ErrNotMIME.Error()
		return
	}
	entity, _ := message.New(message.Header{Header: header}, reader) // what is unknown is left as it is
	foundText := false
	err = entity.Walk(func(_ []int, part *message.Entity, err error) error {
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
			text, err := io.ReadAll(io.LimitReader(part.Body, maxText))
			c.text, foundText = string(text), true
			return err
		}
		content, err := io.ReadAll(part.Body)
		c.attachments = append(
			c.attachments, Attachment{Name: name, Type: mediaType, Size: len(content), Content: content},
		)
		return err
	})
	if err != nil {
		c.problem = "a part of the message could not be decoded"
	}
}
