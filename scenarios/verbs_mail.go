package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
	"mfpsim/phrase"
)

func (p *play) verbMailbox(not bool, args []string) (string, error) {
	address, rest := phrase.First(args)
	what, rest := phrase.First(rest)
	if !strings.Contains(address, "@") {
		return "", usage("mailbox")
	}
	folder, place := p.lab.Mailbox, address
	if what == "sent" {
		folder, place = p.lab.SMTP.SentItems, address+", Sent Items"
		what, rest = phrase.First(rest)
	}
	mails := func() []fakesmtp.Message { return folder(address) }
	see := func(context.Context) (surface, error) {
		s := surface{name: "mailbox", place: place}
		var b strings.Builder
		for i, m := range mails() {
			row := mailRow(i+1, m)
			s.lines = append(s.lines, row)
			b.WriteString(row + "\n")
		}
		s.drawn = b.String()
		return s, nil
	}
	count := func() int { return len(mails()) }
	number := func(want int) (string, error) {
		got, err := p.exactly(want, count)
		s, lookErr := p.look(see)
		if err = errors.Join(err, lookErr); err != nil {
			return "", err
		}
		if got != want {
			at := p.printerTime().Format(time.DateTime)
			err = &surfaceError{cause: fmt.Errorf("%d mails, not %d (printer time %s)", got, want, at), surface: s}
		}
		return s.drawn, err
	}
	switch {
	case what == "shows":
		return p.mailShows(not, mails, rest, see)
	case what == "count" && len(rest) == 1:
		want, err := strconv.Atoi(rest[0])
		if err != nil || want < 0 {
			return "", fmt.Errorf("%q is no number", rest[0])
		}
		return number(want)
	case what == "is" && len(rest) == 1 && rest[0] == "empty":
		return number(0)
	case what == "screen" && len(rest) == 0:
		s, err := p.look(see)
		return s.drawn, err
	}
	return "", usage("mailbox")
}

// mailRow is one mail in one line.
func mailRow(number int, m fakesmtp.Message) string {
	names := make([]string, len(m.Attachments()))
	for i, a := range m.Attachments() {
		names[i] = fmt.Sprintf("%s (%s, %d bytes)", a.Name, a.Type, a.Size)
	}
	at := m.ReceivedAt.UTC().Format(time.DateTime)
	return fmt.Sprintf("%d | %s | from=%s | to=%s | subject=%s | attachments=%d: %s", number, at,
		m.From, strings.Join(m.To, ","), m.Subject, len(m.Attachments()), strings.Join(names, ", "))
}

// mailShows waits for the newest mail to be as said.
func (p *play) mailShows(not bool, mails func() []fakesmtp.Message, args []string, see look) (string, error) {
	limit, args, err := within(args)
	if err != nil {
		return "", err
	}
	plain, values, err := phrase.Settings(args, mailWords...)
	if err != nil {
		return "", err
	}
	if len(plain) > 0 || len(values) == 0 {
		return "", usage("mailbox")
	}
	for _, word := range []struct{ key, only string }{{"date", "now"}, {"id", "new"}} {
		if value, given := values[word.key]; given && value != word.only {
			return "", &choice.Error{What: "value of " + word.key, Wanted: value, Present: []string{word.only}}
		}
	}
	if value, given := values["tint"]; given && !tint.MatchString(value) {
		return "", fmt.Errorf("%q is no color such as c81e1e", value)
	}
	newest := func() bool {
		all := mails()
		if len(all) == 0 {
			return false
		}
		for key, want := range values {
			if !p.mailFits(all[len(all)-1], key, want) {
				return false
			}
		}
		return true
	}
	if not {
		if err := p.settle(); err != nil {
			return "", err
		}
		s, err := p.look(see)
		if err == nil && newest() {
			err = &showError{surface: s, words: args, not: true, at: p.printerTime()}
		}
		return s.drawn, err
	}
	s, met, err := p.await(limit, see, func(surface) bool { return newest() })
	if err == nil && !met {
		err = &showError{surface: s, words: args, limit: limit, at: p.printerTime()}
	}
	return s.drawn, err
}

// mailWords are what can be said of a mail.
var mailWords = []string{
	"from", "to", "subject", "attachments", "text", "file", "bytes", "pdf", "picture", "tint", "date", "id", "header", "part", "line",
	"arrived", "order",
}

// punctual is how far the Date of a mail may be from the time at which it came: scanning and sending take a while.
const punctual = 2 * time.Minute

// mailFits reports whether one thing that is said of a mail holds.
func (p *play) mailFits(m fakesmtp.Message, key, want string) bool {
	switch key {
	case "from":
		return strings.EqualFold(m.From, want)
	case "to":
		return strings.EqualFold(strings.Join(m.To, ","), want)
	case "subject":
		return plain(m.Subject) == plain(want)
	case "attachments":
		return strconv.Itoa(len(m.Attachments())) == want
	case "text":
		return slices.ContainsFunc(lines(m.Text()), func(l string) bool { return onLine(l, []string{want}) })
	case "file":
		return slices.ContainsFunc(m.Attachments(), func(a fakesmtp.Attachment) bool { return a.Name == want })
	case "bytes":
		return slices.ContainsFunc(
			m.Attachments(), func(a fakesmtp.Attachment) bool { return strconv.Itoa(a.Size) == want },
		)
	case "pdf":
		return slices.ContainsFunc(m.Attachments(), func(a fakesmtp.Attachment) bool {
			return a.Type == "application/pdf" && strconv.Itoa(pages(a.Content)) == want
		})
	case "picture":
		return pictureSize(m, want)
	case "tint":
		return pictureTint(m, want)
	case "date":
		date := submitted(m)["Date"]
		if len(date) != 1 {
			return false
		}
		at, err := mail.ParseDate(date[0])
		return err == nil && at.Sub(m.ReceivedAt).Abs() <= punctual
	case "id":
		return p.isNew(m)
	case "arrived":
		return slices.ContainsFunc(headerOf(m.Delivered()), func(l string) bool { return onWire(l, []string{want}) })
	case "order":
		names := strings.Fields(want)
		if want == "sent" {
			names = sentFields(m)
		}
		return inOrder(headerOf(m.Delivered()), names)
	case "header":
		return slices.ContainsFunc(headerLines(m), func(l string) bool { return onWire(l, []string{want}) })
	case "part":
		return slices.ContainsFunc(partHeaders(m)[1:], func(h string) bool {
			return slices.ContainsFunc(unfolded(h), func(l string) bool { return onWire(l, []string{want}) })
		})
	case "line":
		most, err := strconv.Atoi(want)
		return err == nil && !slices.ContainsFunc(partHeaders(m), func(h string) bool {
			return slices.ContainsFunc(strings.Split(h, "\r\n"), func(l string) bool { return len(l) > most })
		})
	}
	return false
}

// partHeaders are the headers of a mail and of its parts, as the device has sent them.
func partHeaders(m fakesmtp.Message) []string {
	var headers []string
	for _, part := range strings.Split(string(m.Raw()), "\r\n--") {
		header, _, _ := strings.Cut(part, "\r\n\r\n")
		headers = append(headers, header)
	}
	return headers
}

// submitted is the header that the device has sent, without what the service has added.
func submitted(m fakesmtp.Message) map[string][]string {
	fields := map[string][]string{}
	for _, l := range headerLines(m) {
		if key, value, is := strings.Cut(l, ":"); is {
			key = textproto.CanonicalMIMEHeaderKey(key)
			fields[key] = append(fields[key], strings.TrimSpace(value))
		}
	}
	return fields
}

// headerLines are the fields of the header that the device has sent, each on one line.
func headerLines(m fakesmtp.Message) []string { return headerOf(m.Raw()) }

// sentFields are the names of the fields that the device has sent, but for MIME-Version, which the service moves.
func sentFields(m fakesmtp.Message) (names []string) {
	for _, field := range headerLines(m) {
		if name, _, _ := strings.Cut(field, ":"); !strings.EqualFold(name, "MIME-Version") {
			names = append(names, name)
		}
	}
	return names
}

// inOrder reports whether the fields of a header include some names one after the other.
func inOrder(fields, names []string) bool {
	for start := range fields {
		follows := len(fields)-start >= len(names)
		for i := 0; follows && i < len(names); i++ {
			name, _, _ := strings.Cut(fields[start+i], ":")
			follows = strings.EqualFold(name, names[i])
		}
		if follows {
			return true
		}
	}
	return false
}

// headerOf are the fields of a header, each on one line.
func headerOf(octets []byte) []string {
	header, _, _ := bytes.Cut(octets, []byte("\r\n\r\n"))
	return unfolded(string(header))
}

var unfolding = strings.NewReplacer("\r\n ", " ", "\r\n\t", " ")

// unfolded are the fields of a header's text, each on one line.
func unfolded(header string) []string {
	return strings.Split(unfolding.Replace(header), "\r\n")
}

// isNew reports whether a mail came with a Message-ID (RFC 5322 section 3.6.4) that no other mail has.
func (p *play) isNew(m fakesmtp.Message) bool {
	id := submitted(m)["Message-Id"]
	if len(id) != 1 || !regexp.MustCompile(`^<[^<>@\s]+@[^<>@\s]+>$`).MatchString(id[0]) {
		return false
	}
	for _, other := range p.lab.Messages() {
		if other.Connection == "" {
			continue // the service wrote it, or it came from the Internet
		}
		if raw := other.Raw(); bytes.Contains(raw, []byte(id[0])) && !bytes.Equal(raw, m.Raw()) {
			return false
		}
	}
	return true
}

// page is a page of a PDF (PDF 1.4 §3.6.2), as one that is not compressed has it; table is where it says that its
// table of objects begins.
var (
	page  = regexp.MustCompile(`/Type\s*/Page[^s]`)
	table = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
)

// pages counts the pages of a PDF; -1: it is none, or not whole. Where an octet is lost or too many, the table of
// objects is not where the file says.
func pages(pdf []byte) int {
	place := table.FindSubmatch(pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || place == nil {
		return -1
	}
	at, err := strconv.Atoi(string(place[1]))
	if err != nil || at >= len(pdf) || !regexp.MustCompile(`^(xref|\d+ \d+ obj)\s`).Match(pdf[at:]) {
		return -1
	}
	return len(page.FindAll(pdf, -1))
}
