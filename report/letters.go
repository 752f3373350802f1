package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

// letter is a mail as the page shows it.
type letter struct {
	Mail
	From, To, Subject, Date, ID string
	Text                        string
	Attachments                 []attachment
	Delivered, Submitted        string // names of files
	Problem                     string // why it could not be read to its end
}

type attachment struct {
	Name string
	Size int
}

// longestText is how much of a mail's text the page shows, in octets.
const longestText = 8 << 10

// letters reads the mails in the mailboxes, with the names of their files.
func (e Evidence) letters() []letter {
	submitted := map[string]string{}
	for _, m := range e.Sent {
		if m.Submitted != nil {
			submitted[identified(m)] = "mails/submitted/" + fileOf(m)
		}
	}
	var all []letter
	for _, m := range e.Mails {
		l := readLetter(m)
		if !e.alone {
			l.Delivered, l.Submitted = "mails/"+fileOf(m), submitted[l.ID]
		}
		all = append(all, l)
	}
	return all
}

func fileOf(m Mail) string { return fmt.Sprintf("%s-%03d.eml", EscapeName(m.Mailbox), m.Number) }

// identified is the Message-ID of a mail; empty: it has none that can be read.
func identified(m Mail) string {
	r, err := mail.CreateReader(bytes.NewReader(m.Raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return ""
	}
	return textIn(r.Header, "Message-Id")
}

// textIn is a field of a header, decoded where it can be.
func textIn(header mail.Header, name string) string {
	value, err := header.Text(name)
	if err != nil {
		return header.Get(name)
	}
	return value
}

func readLetter(m Mail) letter {
	l := letter{Mail: m}
	r, err := mail.CreateReader(bytes.NewReader(m.Raw))
	if err != nil && !message.IsUnknownCharset(err) {
		l.Problem = err.Error()
		return l
	}
	text := func(name string) string { return textIn(r.Header, name) }
	l.From, l.To, l.Subject, l.Date, l.ID = text("From"), text("To"), text("Subject"), text("Date"), text("Message-Id")
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil && !message.IsUnknownCharset(err) {
			l.Problem = err.Error()
			return l
		}
		if err := l.take(part); err != nil {
			l.Problem = err.Error()
		}
	}
}

// take reads a part of the mail: text, or the name and the size of something else.
func (l *letter) take(part *mail.Part) error {
	inline, is := part.Header.(*mail.InlineHeader)
	kind, parameters := "", map[string]string{}
	if is {
		kind, parameters, _ = inline.ContentType() // none: plain text
	}
	if is && (kind == "" || kind == "text/plain" || kind == "text/html") {
		content, err := io.ReadAll(part.Body)
		switch {
		case kind != "text/html":
			l.Text += shorten(string(content), longestText)
		case l.Text == "":
			l.Text = shorten(textOf(string(content)), longestText)
		}
		return err
	}
	size, err := io.Copy(io.Discard, part.Body)
	name := strings.TrimSpace(kind + " " + parameters["name"])
	if header, attached := part.Header.(*mail.AttachmentHeader); attached {
		name, _ = header.Filename() // what cannot be read has no name
	}
	l.Attachments = append(l.Attachments, attachment{name, int(size)})
	return err
}

// shorten cuts a text and says so.
func shorten(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "\n…\n"
}
