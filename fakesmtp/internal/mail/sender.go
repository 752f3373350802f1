package mail

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"strings"

	fields "github.com/emersion/go-message/mail"
)

// Origin says whether the From header can be read as RFC 5322 §3.6.2 has it.
type Origin uint8

// The origins.
const (
	OriginMissing Origin = iota // there is no From header
	OriginRead
	OriginBroken // more than one From header, or one that is no list of addresses
)

// addresses reads an address whatever its display name is written in: only the address is wanted.
var addresses = netmail.AddressParser{WordDecoder: &mime.WordDecoder{
	CharsetReader: func(_ string, input io.Reader) (io.Reader, error) { return input, nil },
}}

// readOrigin reads who a message is from.
func (m *Message) readOrigin(header fields.Header) {
	from := header.Values("From")
	switch len(from) {
	case 0:
		m.Origin = OriginMissing
	case 1:
		m.Origin = OriginBroken
		list, err := addresses.ParseList(strings.ToValidUTF8(from[0], "?"))
		if err != nil || len(list) == 0 {
			return
		}
		m.Origin = OriginRead
		m.From = list[0].Address
		for _, author := range list[1:] {
			m.CoAuthors = append(m.CoAuthors, author.Address)
		}
	default:
		m.Origin = OriginBroken
	}
	if len(m.CoAuthors) > 0 {
		_, err := addresses.Parse(strings.ToValidUTF8(header.Get("Sender"), "?"))
		m.Attributed = err == nil
	}
}

// brokenOrigin looks for a From header in a header that cannot be read: an author who cannot be read must not pass for
// none.
func (m *Message) brokenOrigin() {
	head := m.octets.joined()
	if end := bytes.Index(head, []byte("\r\n\r\n")); end >= 0 {
		head = head[:end]
	}
	for line := range bytes.Lines(head) {
		name, _, found := bytes.Cut(line, []byte(":"))
		if found && strings.EqualFold(strings.TrimSpace(string(name)), "from") {
			m.Origin = OriginBroken
			return
		}
	}
}
