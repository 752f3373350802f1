package mailpit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mfpsim/fakesmtp"
)

// Service is the mail service whose mails are shown.
type Service interface {
	// Deliveries returns the messages that have arrived after the one with a serial number and are kept, oldest first.
	Deliveries(after int) []fakesmtp.Delivery
	// Sender names the account that a connection was authenticated as; empty: none.
	Sender(connection string) string
}

// Box is one list of all mails of a service, newest first. Create it with [New]. It is safe for concurrent use.
type Box struct {
	service Service

	mu      sync.Mutex
	letters map[int]*letter // that were read once, by serial number
	seen    map[int]bool
	deleted map[int]bool
	before  int // all up to this one are deleted
}

// New returns the box of a service.
func New(service Service) *Box {
	return &Box{service: service, letters: map[int]*letter{}, seen: map[int]bool{}, deleted: map[int]bool{}}
}

// List is an answer with messages.
type List struct {
	Total          int       `json:"total" doc:"messages in all"`
	Unread         int       `json:"unread" doc:"of them, those that nobody has looked at"`
	Count          int       `json:"count" doc:"messages in this answer"`
	MessagesCount  int       `json:"messages_count" doc:"messages that fit the search"`
	MessagesUnread int       `json:"messages_unread" doc:"of them, those that nobody has looked at"`
	Start          int       `json:"start" doc:"how many of those that fit were passed over"`
	Tags           []string  `json:"tags" doc:"all tags that there are"`
	Messages       []Summary `json:"messages" doc:"newest first"`
}

// ErrNone: there is no message, or no part, of that name.
var ErrNone = errors.New("there is no such message")

// standard is how many messages a list has if nobody says otherwise.
const standard = 50

// row is a message as it is listed.
type row struct {
	delivery fakesmtp.Delivery
	letter   *letter
	summary  Summary
}

// rows are the messages that are not deleted, newest first. Under b.mu.
func (b *Box) rows() []row {
	all := b.service.Deliveries(b.before)
	kept := map[int]bool{}
	var rows []row
	for _, d := range slices.Backward(all) {
		kept[d.Serial] = true
		if b.deleted[d.Serial] {
			continue
		}
		l := b.letters[d.Serial]
		if l == nil {
			l = read(d, b.service.Sender(d.Connection)).light()
			b.letters[d.Serial] = l
		}
		rows = append(rows, row{d, l, l.summary(d, b.seen[d.Serial])})
	}
	for serial := range b.letters { // what the service has let go is forgotten
		if !kept[serial] {
			delete(b.letters, serial)
			delete(b.seen, serial)
			delete(b.deleted, serial)
		}
	}
	return rows
}

// Query says which messages are meant. The zero Query means all.
type Query struct {
	Search string // in Mailpit's words
	Zone   string // time zone of dates in it; empty: UTC
	To     string // a mailbox that they arrived in; empty: any
}

// filters are what a message has to fit. A mistake in the search is an [ErrSearch].
func (q Query) filters() ([]filter, error) {
	filters, err := parse(q.Search, q.Zone)
	if q.To != "" {
		filters = append(filters, func(_ Summary, l *letter) bool {
			return slices.ContainsFunc(l.message.Envelope.Mailboxes, func(address string) bool {
				return strings.EqualFold(address, q.To)
			})
		})
	}
	return filters, err
}

// Find lists messages, newest first: most of them at most, after start that are passed over.
func (b *Box) Find(q Query, start, most int) (List, error) {
	filters, err := q.filters()
	if err != nil {
		return List{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	list := List{Start: start, Tags: []string{}, Messages: []Summary{}}
	for _, r := range b.rows() {
		list.Total++
		for _, tag := range r.summary.Tags {
			if !slices.Contains(list.Tags, tag) {
				list.Tags = append(list.Tags, tag)
			}
		}
		if !r.summary.Read {
			list.Unread++
		}
		if !r.fits(filters) {
			continue
		}
		if !r.summary.Read {
			list.MessagesUnread++
		}
		if list.MessagesCount >= start && len(list.Messages) < most {
			list.Messages = append(list.Messages, r.summary)
		}
		list.MessagesCount++
	}
	list.Count = len(list.Messages)
	return list, nil
}

func (r row) fits(filters []filter) bool {
	return !slices.ContainsFunc(filters, func(f filter) bool { return !f(r.summary, r.letter) })
}

// find looks for a message by its ID, or for the latest one. Under b.mu.
func (b *Box) find(id string) (row, error) {
	rows := b.rows()
	for _, r := range rows {
		if id == "latest" || r.summary.ID == id {
			return r, nil
		}
	}
	return row{}, fmt.Errorf("%w: %s", ErrNone, id)
}

// Message returns a message, by its ID or as latest, and marks it as read.
func (b *Box) Message(id string) (Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	if err != nil {
		return Message{}, err
	}
	b.seen[r.letter.serial] = true
	return r.letter.message, nil
}

// Raw returns a message as it lies in the mailbox.
func (b *Box) Raw(id string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	if err != nil {
		return nil, err
	}
	return r.delivery.Delivered(), nil
}

// Headers returns the header fields of a message, by their names.
func (b *Box) Headers(id string) (map[string][]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	if err != nil {
		return nil, err
	}
	return read(r.delivery, "").headers()
}

// Part returns a part of a message that is not its text, with its content.
func (b *Box) Part(id, part string) (Part, []byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.find(id)
	if err != nil {
		return Part{}, nil, err
	}
	for _, p := range r.letter.parts {
		if p.PartID == part {
			return p, read(r.delivery, "").content[part], nil
		}
	}
	return Part{}, nil, fmt.Errorf("%w: %s has no part %s", ErrNone, r.summary.ID, part)
}

// Mark marks messages as read or as unread: those of some IDs, those that fit a search, or all.
func (b *Box) Mark(ids []string, search, zone string, read bool) error {
	return b.each(ids, search, zone, func(serial int) { b.seen[serial] = read })
}

// Delete deletes messages: those of some IDs, those that fit a search, or all.
func (b *Box) Delete(ids []string, search, zone string) error {
	if len(ids) == 0 && strings.TrimSpace(search) == "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, d := range b.service.Deliveries(b.before) {
			b.before = d.Serial
		}
		clear(b.letters)
		clear(b.seen)
		clear(b.deleted)
		return nil
	}
	return b.each(ids, search, zone, func(serial int) { b.deleted[serial] = true })
}

// each does something with messages. An ID that is not there is none of them, as in Mailpit.
func (b *Box) each(ids []string, search, zone string, do func(serial int)) error {
	if len(ids) > 0 && strings.TrimSpace(search) != "" {
		return ErrSearch{errors.New("name IDs or a search, not both")}
	}
	filters, err := parse(search, zone)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.rows() {
		if len(ids) == 0 && r.fits(filters) || slices.Contains(ids, r.summary.ID) {
			do(r.letter.serial)
		}
	}
	return nil
}

// Window reads where a list begins and how long it is at most, as Mailpit does: what is no number is not there.
func Window(start, limit string) (from, most int) {
	most = standard
	if n, err := strconv.Atoi(start); err == nil && n > 0 {
		from = n
	}
	if n, err := strconv.Atoi(limit); err == nil && n >= 0 {
		most = n
	}
	return from, most
}
