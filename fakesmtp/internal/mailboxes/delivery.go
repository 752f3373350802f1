package mailboxes

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/transit"
)

// TraceEntry is a row of the message trace: one message to one recipient.
type TraceEntry struct {
	At         time.Time
	Connection string // "printer#3"
	Sender     string // MAIL FROM
	Recipient  string
	Subject    string
	MessageID  string
	Size       int
	Status     Status
	Detail     string // why it failed
}

// Status is what became of a message.
type Status string

// The statuses, as Get-MessageTrace names them.
const (
	Delivered Status = "Delivered"
	Failed    Status = "Failed"
	Expanded  Status = "Expanded" // a group, to its members
	Resolved  Status = "Resolved" // redirected
)

// Rewritten returns a message with the mailbox's primary address in place of an alias, unless the organization lets
// people send from aliases (docs/reference/exchange-smtp.md §10).
func (s *Store) Rewritten(name string, now time.Time, m mail.Message) mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.mailbox(name)
	if user == nil || user.organization == nil || user.organization.sendFromAliases.at(now) {
		return m
	}
	if m.From != "" && !strings.EqualFold(m.From, user.address) && user.owns(m.From) {
		m.Alias, m.From = m.From, user.address
	}
	if !strings.EqualFold(m.EnvelopeFrom, user.address) && user.owns(m.EnvelopeFrom) {
		m.EnvelopeFrom = user.address
	}
	return m
}

// Deliver puts a message into the mailboxes of its recipients and a copy into Sent Items. What cannot be delivered is
// reported to the sender, who has long heard 250. The way is how the message came; its sender's organization is filled
// in.
func (s *Store) Deliver(name string, m mail.Message, way *transit.Way) {
	s.deliver(name, m, way)
	s.arrival.Announce()
}

func (s *Store) deliver(name string, m mail.Message, way *transit.Way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.readable(name) // one that was removed meanwhile had submitted it before
	way.Sender = user.organization.letterhead
	m.CarryBy(way)
	user.held += int64(m.Size())
	s.route(&transfer{
		m: m, way: way, sender: user, of: user.organization,
		boxes: append(make([]*mail.Box, 0, 1+len(m.EnvelopeTo)), &user.sent),
	})
}

// dropped forgets what a message that has fallen out leaves: its rows of the trace, and mailboxes on the Internet that
// have nothing else. What a mailbox holds by its quota it goes on to hold. Under s.mu.
func (s *Store) dropped(letter *mail.Letter) {
	clear(s.trace[:letter.Rows])
	s.trace = s.trace[letter.Rows:]
	for _, recipient := range letter.Recipients() {
		if m := s.mailbox(recipient); m != nil && m.organization == nil && m.inbox.Empty() {
			delete(s.mailboxes, strings.ToLower(recipient))
		}
	}
}

// takeExternal counts a message's recipients outside against the organization's limit of the day; the restriction says
// that they do not fit. Under s.mu.
func (s *Store) takeExternal(o *organization, m mail.Message) replies.Restriction {
	if o == nil || o.externalPerDay <= 0 {
		return ""
	}
	count := 0
	for _, recipient := range m.EnvelopeTo {
		if s.organization(address.Domain(recipient)) != o {
			count++
		}
	}
	if !o.externalOfLastDay.Take(m.ReceivedAt, limits.Day, count, o.externalPerDay) {
		if o.trial {
			return replies.TrialExternalLimit
		}
		return replies.TenantExternalLimit
	}
	return ""
}

// report puts a non-delivery report into a mailbox (docs/reference/exchange-smtp.md §2.5: client submission takes any
// address and tells later). Under s.mu.
func (s *Store) report(to *mailbox, t *transfer) {
	reader := transit.Reader{Address: to.address, Outside: to.organization == nil}
	ndr := mail.Parse(t.way.Report(t.m, reader, t.failures))
	ndr.EnvelopeTo, ndr.ReceivedAt = []string{to.address}, t.m.ReceivedAt
	ndr.NonDelivery = true
	s.shelf.Put(ndr, 0, &to.inbox)
	to.held += int64(ndr.Size())
}

// Put puts a mail from the Internet into a mailbox, byte for byte as it is given.
func (s *Store) Put(name string, raw []byte, now time.Time) error {
	if err := s.put(name, raw, now); err != nil {
		return err
	}
	s.arrival.Announce()
	return nil
}

func (s *Store) put(name string, raw []byte, now time.Time) error {
	message := mail.Parse(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	if m == nil {
		return fmt.Errorf("deliver to %q: %w", name, ErrNoMailbox)
	}
	message.EnvelopeTo, message.ReceivedAt = []string{m.address}, now
	s.shelf.Put(message, 0, &m.inbox)
	return nil
}

// Inbox returns at most so many of the messages that arrived at an address, from the one with a number on, oldest
// first; negative: all.
func (s *Store) Inbox(address string, from, most int) []mail.Message {
	return s.page(address, from, most, func(m *mailbox) *mail.Box { return &m.inbox })
}

// Sent returns the copies of what was sent from a mailbox, as Inbox does.
func (s *Store) Sent(address string, from, most int) []mail.Message {
	return s.page(address, from, most, func(m *mailbox) *mail.Box { return &m.sent })
}

func (s *Store) page(address string, from, most int, of func(*mailbox) *mail.Box) []mail.Message {
	s.mu.Lock()
	var page mail.Page
	if m := s.readable(address); m != nil {
		page = of(m).Page(from, most)
	}
	s.mu.Unlock()
	return page.Shown()
}

// Addresses are those of the mailboxes of organizations that can be read, in the order of their making: removed ones
// too.
func (s *Store) Addresses() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	addresses := make([]string, 0, len(s.order))
	for _, m := range s.order {
		if s.readable(m.address) == m {
			addresses = append(addresses, m.address)
		}
	}
	return addresses
}

// Count is how many messages have arrived at an address, and how many of them have fallen out.
func (s *Store) Count(address string) (count, dropped int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.readable(address); m != nil {
		return m.inbox.Count(), m.inbox.Dropped()
	}
	return 0, 0
}

// Dropped is how many messages have fallen out, of all mailboxes.
func (s *Store) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shelf.Fallen()
}

// Hold keeps everything until release is called.
func (s *Store) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shelf.Hold()
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.shelf.Release()
	})
}

// Trace returns the message trace of the messages that are kept, oldest first.
func (s *Store) Trace() []TraceEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.trace)
}

// readable finds the mailbox whose mail an address shows: the one that mail to it goes to, else the one that was
// removed last. Under s.mu.
func (s *Store) readable(name string) *mailbox {
	if m := s.recipient(name); m != nil {
		return m
	}
	if m := s.removed[strings.ToLower(name)]; m != nil {
		return m
	}
	if base, tagged := s.untagged(name); tagged {
		return s.removed[strings.ToLower(base)]
	}
	return nil
}

// Key is the one name of the mailbox that an address leads to, the address itself if there is none, in lower case.
func (s *Store) Key(address string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.readable(address); m != nil {
		return strings.ToLower(m.address)
	}
	return strings.ToLower(address)
}

// After returns the first message to an address that came after the one with a number, and its own.
func (s *Store) After(address string, number int) (found mail.Message, own int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.readable(address); m != nil {
		return m.inbox.After(number)
	}
	return mail.Message{}, 0, false
}

// Arrival is how those who wait hear of what comes.
func (s *Store) Arrival() *mail.Arrival { return &s.arrival }
