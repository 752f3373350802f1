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
			submitted[readLetter(m).ID] = "mails/submitted/" + fileOf(m)
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

func readLetter(m Mail) letter {
	l := letter{Mail: m}
	r, err := mail.CreateReader(bytes.NewReader(m.Raw))
	if err != nil && !message.IsUnknownCharset(err) {
		l.Problem = err.Error()
		return l
	}
	text := func(name string) string {
		value, err := r.Header.Text(name)
		if err != nil {
			return r.Header.Get(name)
		}
		return value
	}
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
		content, err := io.ReadAll(part.Body)
		if err != nil {
			l.Problem = err.Error()
		}
		switch header := part.Header.(type) {
		case *mail.AttachmentHeader:
			name, _ := header.Filename() // what cannot be read has no name
			l.Attachments = append(l.Attachments, attachment{name, len(content)})
		case *mail.InlineHeader:
			kind, parameters, _ := header.ContentType() // none: plain text
			switch {
			case kind == "text/plain" || kind == "":
				l.Text += shorten(string(content), longestText)
			case kind == "text/html":
				if l.Text == "" {
					l.Text = shorten(textOf(string(content)), longestText)
				}
			default:
				name := strings.TrimSpace(kind + " " + parameters["name"])
				l.Attachments = append(l.Attachments, attachment{name, len(content)})
			}
		}
	}
}

// shorten cuts a text and says so.
func shorten(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "\n…\n"
}
