package mailpit

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // Mailpit's checksums, which protect nothing
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/hex"
	"io"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"

	"mfpsim/fakesmtp"
)

// Address is a name with an e-mail address.
type Address struct {
	Name    string `json:"Name"`
	Address string `json:"Address"`
}

// Summary is a message in a list.
type Summary struct {
	ID          string    `json:"ID" doc:"of the message on this bench"`
	MessageID   string    `json:"MessageID" doc:"its Message-ID, without angle brackets"`
	Read        bool      `json:"Read" doc:"somebody has looked at it, or has marked it"`
	From        *Address  `json:"From"`
	To          []Address `json:"To"`
	Cc          []Address `json:"Cc"`
	Bcc         []Address `json:"Bcc" doc:"mailboxes that it arrived in and that no header names"`
	ReplyTo     []Address `json:"ReplyTo"`
	Subject     string    `json:"Subject"`
	Created     time.Time `json:"Created" doc:"when it arrived"`
	Username    string    `json:"Username" doc:"the account that has sent it; empty for what came from elsewhere"`
	Tags        []string  `json:"Tags" doc:"NDR for a non-delivery report"`
	Size        int       `json:"Size" doc:"octets, as it lies in the mailbox"`
	Attachments int       `json:"Attachments" doc:"how many there are"`
	Snippet     string    `json:"Snippet" doc:"how its text begins"`
}

// Message is a message with its text.
type Message struct {
	ID              string          `json:"ID" doc:"of the message on this bench"`
	MessageID       string          `json:"MessageID" doc:"its Message-ID, without angle brackets"`
	From            *Address        `json:"From"`
	To              []Address       `json:"To"`
	Cc              []Address       `json:"Cc"`
	Bcc             []Address       `json:"Bcc" doc:"mailboxes that it arrived in and that no header names"`
	ReplyTo         []Address       `json:"ReplyTo"`
	ReturnPath      string          `json:"ReturnPath" doc:"MAIL FROM"`
	Subject         string          `json:"Subject"`
	ListUnsubscribe ListUnsubscribe `json:"ListUnsubscribe"`
	Date            time.Time       `json:"Date" doc:"of its header; without one, when it arrived"`
	Tags            []string        `json:"Tags" doc:"NDR for a non-delivery report"`
	Username        string          `json:"Username" doc:"the account that has sent it; empty for what came from elsewhere"`
	Text            string          `json:"Text" doc:"its text/plain"`
	HTML            string          `json:"HTML" doc:"its text/html"`
	Size            int             `json:"Size" doc:"octets, as it lies in the mailbox"`
	Inline          []Part          `json:"Inline" doc:"parts that belong into the text"`
	Attachments     []Part          `json:"Attachments"`
	// Envelope is no member of Mailpit's.
	Envelope Envelope `json:"Envelope" doc:"of the submission; no member of Mailpit's"`
}

// Envelope is what the client said beside the message.
type Envelope struct {
	From      string   `json:"From" doc:"MAIL FROM"`
	To        []string `json:"To" doc:"RCPT TO, in their order"`
	Mailboxes []string `json:"Mailboxes" doc:"those that it arrived in"`
}

// ListUnsubscribe is what the header of that name says.
type ListUnsubscribe struct {
	Header     string   `json:"Header"`
	Links      []string `json:"Links" doc:"always empty here"`
	Errors     string   `json:"Errors" doc:"always empty here"`
	HeaderPost string   `json:"HeaderPost"`
}

// Part is an attachment.
type Part struct {
	PartID      string    `json:"PartID" doc:"for GET /api/v1/message/{id}/part/{part}"`
	FileName    string    `json:"FileName"`
	ContentType string    `json:"ContentType"`
	ContentID   string    `json:"ContentID"`
	Size        int       `json:"Size" doc:"octets, decoded"`
	Checksums   Checksums `json:"Checksums"`
}

// Checksums are those of the decoded content, in hexadecimal.
type Checksums struct {
	MD5    string `json:"MD5"`
	SHA1   string `json:"SHA1"`
	SHA256 string `json:"SHA256"`
}

// letter is a delivery, read.
type letter struct {
	serial  int
	raw     []byte
	header  mail.Header
	message Message
	parts   []Part            // all leaves that are no text of the message
	content map[string][]byte // of the parts, by their ids
}

// identifier is the ID of a message; its serial number is not used up again.
func identifier(serial int) string { return "mail-" + strconv.Itoa(serial) }

// read reads a delivery. What cannot be read stays empty.
func read(d fakesmtp.Delivery, username string) *letter {
	l := &letter{serial: d.Serial, raw: d.Delivered(), content: map[string][]byte{}}
	reader := bytes.NewReader(l.raw)
	entity, err := message.Read(reader)
	if entity != nil {
		l.header = mail.Header{Header: entity.Header}
	}
	l.message = Message{
		ID: identifier(d.Serial), MessageID: strings.Trim(d.ID, "<>"), ReturnPath: d.EnvelopeFrom, Subject: d.Subject,
		To: l.addresses("To"), Cc: l.addresses("Cc"), Bcc: l.addresses("Bcc"), ReplyTo: l.addresses("Reply-To"),
		Date: d.ReceivedAt, Tags: []string{}, Username: username, Size: len(l.raw), Inline: []Part{}, Attachments: []Part{},
		ListUnsubscribe: ListUnsubscribe{
			Header: l.header.Get("List-Unsubscribe"), HeaderPost: l.header.Get("List-Unsubscribe-Post"), Links: []string{},
		},
		Envelope: Envelope{From: d.EnvelopeFrom, To: append([]string{}, d.EnvelopeTo...), Mailboxes: append([]string{}, d.Mailboxes...)},
	}
	m := &l.message
	slices.Sort(m.Envelope.Mailboxes)
	if from := l.addresses("From"); len(from) > 0 {
		m.From = &from[0]
	} else if text := l.header.Get("From"); text != "" {
		m.From = &Address{Name: text}
	}
	if date, err := l.header.Date(); err == nil && !date.IsZero() {
		m.Date = date
	}
	if d.NonDelivery {
		m.Tags = []string{"NDR"}
	}
	for _, address := range m.Envelope.Mailboxes {
		if !named(address, m.To, m.Cc, m.Bcc) {
			m.Bcc = append(m.Bcc, Address{Address: address})
		}
	}
	if err == nil || message.IsUnknownCharset(err) || message.IsUnknownEncoding(err) {
		l.walk(entity)
	}
	return l
}

// light returns the letter without what the service keeps anyway.
func (l *letter) light() *letter {
	kept := *l
	kept.raw, kept.content = nil, nil
	return &kept
}

// addresses reads a field with addresses.
func (l *letter) addresses(field string) []Address {
	found := []Address{}
	list, err := l.header.AddressList(field)
	if err != nil {
		return found
	}
	for _, a := range list {
		found = append(found, Address{Name: a.Name, Address: a.Address})
	}
	return found
}

func named(address string, lists ...[]Address) bool {
	for _, list := range lists {
		for _, a := range list {
			if strings.EqualFold(a.Address, address) {
				return true
			}
		}
	}
	return false
}

// walk sorts the parts of a message as Mailpit does: the first text and HTML that are not attached are its text, the
// rest are attachments, or inline if they say so or do not say what they are.
func (l *letter) walk(entity *message.Entity) {
	_ = entity.Walk(func(path []int, part *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return err
		}
		kind, parameters, _ := part.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		disposition, names, _ := part.Header.ContentDisposition()
		content, _ := io.ReadAll(part.Body) // a part that is cut off is shown as far as it goes
		name := names["filename"]
		if name == "" {
			name = parameters["name"]
		}
		attached := disposition == "attachment" || kind == "application/octet-stream"
		switch {
		case !attached && name == "" && kind == "text/plain":
			l.message.Text = join(l.message.Text, string(content))
			return nil
		case !attached && name == "" && kind == "text/html":
			l.message.HTML += string(content)
			return nil
		}
		p := Part{
			PartID: partID(path), FileName: name, ContentType: kind, Size: len(content),
			ContentID: strings.Trim(part.Header.Get("Content-Id"), "<>"), Checksums: sums(content),
		}
		l.parts = append(l.parts, p)
		l.content[p.PartID] = content
		switch {
		case attached:
			l.message.Attachments = append(l.message.Attachments, p)
		default:
			l.message.Inline = append(l.message.Inline, p)
		}
		return nil
	})
}

// join puts texts of one message together as Mailpit does.
func join(first, second string) string {
	if first == "" {
		return second
	}
	return first + "\n--\n" + second
}

// partID counts parts from 1 at each level: "2.1". A message that is one part has "0".
func partID(path []int) string {
	if len(path) == 0 {
		return "0"
	}
	words := make([]string, len(path))
	for i, n := range path {
		words[i] = strconv.Itoa(n + 1)
	}
	return strings.Join(words, ".")
}

func sums(content []byte) Checksums {
	m, s, t := md5.Sum(content), sha1.Sum(content), sha256.Sum256(content) //nolint:gosec // see the import
	return Checksums{hex.EncodeToString(m[:]), hex.EncodeToString(s[:]), hex.EncodeToString(t[:])}
}

// headers are the header fields, by their names, as Mailpit gives them.
func (l *letter) headers() (map[string][]string, error) {
	read, err := netmail.ReadMessage(bytes.NewReader(l.raw))
	if err != nil {
		return nil, err
	}
	return map[string][]string(read.Header), nil
}

// summary is the message in a list.
func (l *letter) summary(d fakesmtp.Delivery, seen bool) Summary {
	m := l.message
	return Summary{
		ID: m.ID, MessageID: m.MessageID, Read: seen, From: m.From, To: m.To, Cc: m.Cc, Bcc: m.Bcc, ReplyTo: m.ReplyTo,
		Subject: m.Subject, Created: d.ReceivedAt, Username: m.Username, Tags: m.Tags, Size: m.Size,
		Attachments: len(m.Attachments), Snippet: snippet(m.Text, m.HTML),
	}
}

// snippetLength is how many octets of a text stand in a list.
const snippetLength = 200

// snippet is how a text begins; of a message that is HTML alone it is the HTML's text.
func snippet(text, html string) string {
	if strings.TrimSpace(text) == "" {
		text = plain(html)
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= snippetLength {
		return text
	}
	end := snippetLength
	for end > 0 && text[end]&0xc0 == 0x80 { // inside a rune
		end--
	}
	return text[:end] + "..."
}
