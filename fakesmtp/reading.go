package fakesmtp

import (
	"context"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/journal"
)

// Mailbox returns what arrived at an address, oldest first. An address without an organization is on the Internet and
// takes all mail; an address that nobody has written to is empty. The parts of a message are decoded when they are
// looked at.
func (s *Server) Mailbox(address string) []Message { return s.mailboxes.Inbox(address, 1, -1) }

// MailboxPage returns at most so many of these messages, from the one with a number on. The first that came has number
// 1 ([Message].Number), whether it has fallen out ([Config].Keep) or not.
func (s *Server) MailboxPage(address string, from, most int) []Message {
	return s.mailboxes.Inbox(address, from, max(most, 0))
}

// MailCount is how many messages have arrived at an address; dropped of them have fallen out ([Config].Keep).
func (s *Server) MailCount(address string) (count, dropped int) { return s.mailboxes.Count(address) }

// SentItems returns the copies that the service has kept of what was sent from a mailbox, oldest first.
func (s *Server) SentItems(address string) []Message { return s.mailboxes.Sent(address, 1, -1) }

// MailboxOf returns the one name, in lower case, of the mailbox that an address leads to: its primary address, whether
// it is asked for by another address of it or by one with a plus tag. An address without a mailbox is its own name.
func (s *Server) MailboxOf(address string) string { return s.mailboxes.Key(address) }

// Mailboxes returns the addresses of the mailboxes of organizations, in the order of their making. One that was removed
// stays among them, for it can still be read.
func (s *Server) Mailboxes() []string { return s.mailboxes.Addresses() }

// DroppedMails is how many messages have fallen out, of all mailboxes.
func (s *Server) DroppedMails() int { return s.mailboxes.Dropped() }

// HoldMails keeps all messages until release is called, for who reads mailboxes from their beginning.
func (s *Server) HoldMails() (release func()) { return s.mailboxes.Hold() }

// AwaitMessage returns the next message for an address: each call one that no call has returned before, oldest first.
// In a flowing World it waits until there is one or ctx ends. In a stepped World it lets time go on while anything is
// due, and fails with [ErrNoMessage] when nothing is.
func (s *Server) AwaitMessage(ctx context.Context, address string) (Message, error) {
	return mail.Await(ctx, s.shell.World, s.mailboxes, address)
}

// Trace returns the message trace of the messages that are kept, oldest first.
func (s *Server) Trace() []TraceEntry { return s.mailboxes.Trace() }

// Refusals returns what was refused, oldest first: the failed sessions, which a mailbox does not show;
// of very many the last 10,000 at most.
func (s *Server) Refusals() []Refusal { return s.history.Refusals() }

// Sessions returns the connections, the failed ones too, oldest first; of very many the last 10,000.
func (s *Server) Sessions() []Session {
	lines := map[string][]string{}
	for _, entry := range s.shell.Journal.Entries() {
		if entry.Party == Party && (entry.Kind == journal.KindSMTP || entry.Kind == journal.KindFault) {
			lines[entry.Connection] = append(lines[entry.Connection], entry.Text.String())
			if reason := entry.Detail["reason"]; reason != "" {
				lines[entry.Connection] = append(
					lines[entry.Connection], "(reason, which the client is not told: "+reason+")",
				)
			}
		}
	}
	sessions := s.history.Sessions()
	for i := range sessions {
		sessions[i].Lines = lines[sessions[i].Connection]
	}
	return sessions
}

// Secrets returns every token and password that the server has issued or been sent, for a test that looks for leaks.
func (s *Server) Secrets() []string { return s.front.Secrets() }
