package mailboxes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
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
// reported to the sender, who has long heard 250.
func (s *Store) Deliver(name string, m mail.Message) {
	s.deliver(name, m)
	s.arrival.Announce()
}

func (s *Store) deliver(name string, m mail.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.mailbox(name)
	user.sent = append(user.sent, m)
	user.held += int64(len(m.Raw))
	outside := s.takeExternal(user.organization, m)
	done := map[*mailbox]bool{}
	for _, recipient := range m.EnvelopeTo {
		row := TraceEntry{
			At: m.ReceivedAt, Connection: m.Connection, Sender: m.EnvelopeFrom, Recipient: recipient, Subject: m.Subject,
			MessageID: m.ID, Size: len(m.Raw), Status: Delivered,
		}
		target, restriction := s.mailbox(recipient), user.restriction
		external := target == nil && s.organization(address.Domain(recipient)) == nil ||
			target != nil && target.organization == nil
		switch {
		case restriction != "":
		case external && outside != "":
			restriction = outside
		case external && target == nil:
			target = onTheInternet(recipient)
			s.add(target)
		case target == nil:
			restriction = replies.RecipientNotFound
		}
		if restriction != "" {
			row.Status, row.Detail = Failed, restriction.Diagnostic(user.address)
			report(user, m, recipient, row.Detail)
		} else if !done[target] {
			done[target] = true
			target.inbox = append(target.inbox, m)
			target.held += int64(len(m.Raw))
		}
		s.trace = append(s.trace, row)
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
		return replies.TenantExternalLimit
	}
	return ""
}

// report puts a non-delivery report into the sender's mailbox (docs/reference/exchange-smtp.md §2.5: client submission
// takes any address and tells later). Under s.mu.
func report(user *mailbox, m mail.Message, recipient, detail string) {
	o := user.organization
	o.reports++
	postmaster := "postmaster@" + o.domains[0]
	raw := fmt.Sprintf("From: Microsoft Outlook <%s>\r\nTo: <%s>\r\nSubject: Undeliverable: %s\r\n"+
		"Message-ID: <report-%d@%s>\r\nIn-Reply-To: %s\r\nDate: %s\r\nAuto-Submitted: auto-replied\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Your message to %s couldn't be delivered.\r\n\r\n%s\r\n",
		postmaster, user.address, oneLine(m.Subject), o.reports, o.domains[0], oneLine(m.ID),
		m.ReceivedAt.UTC().Format(time.RFC1123Z),
		recipient, detail)
	ndr := mail.Parse([]byte(raw))
	ndr.EnvelopeTo, ndr.ReceivedAt = []string{user.address}, m.ReceivedAt
	user.inbox = append(user.inbox, ndr)
	user.held += int64(len(raw))
}

// oneLine keeps what a client wrote from adding header fields of its own.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// Put puts a mail from the Internet into a mailbox, byte for byte as it is given.
func (s *Store) Put(name string, raw []byte, now time.Time) error {
	if err := s.put(name, raw, now); err != nil {
		return err
	}
	s.arrival.Announce()
	return nil
}

func (s *Store) put(name string, raw []byte, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	if m == nil {
		return fmt.Errorf("deliver to %q: %w", name, ErrNoMailbox)
	}
	message := mail.Parse(raw)
	message.EnvelopeTo, message.ReceivedAt = []string{m.address}, now
	m.inbox = append(m.inbox, message)
	return nil
}

// Inbox returns what arrived at an address, oldest first.
func (s *Store) Inbox(address string) []mail.Message {
	return s.messages(address, func(m *mailbox) []mail.Message { return m.inbox })
}

// Sent returns the copies of what was sent from a mailbox, oldest first.
func (s *Store) Sent(address string) []mail.Message {
	return s.messages(address, func(m *mailbox) []mail.Message { return m.sent })
}

func (s *Store) messages(address string, of func(*mailbox) []mail.Message) []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailbox(address); m != nil {
		return mail.Opened(slices.Clone(of(m)))
	}
	return nil
}

// Trace returns the message trace, oldest first.
func (s *Store) Trace() []TraceEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.trace)
}

// Key is the one name of the mailbox that an address leads to.
func (s *Store) Key(address string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailbox(address); m != nil {
		return strings.ToLower(m.address)
	}
	return strings.ToLower(address)
}

// Nth returns the nth message that came to an address, from 0.
func (s *Store) Nth(address string, n int) (mail.Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(address)
	if m == nil || n >= len(m.inbox) {
		return mail.Message{}, false
	}
	return m.inbox[n].Opened(), true
}

// Arrival is how those who wait hear of what comes.
func (s *Store) Arrival() *mail.Arrival { return &s.arrival }
