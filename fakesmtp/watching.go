package fakesmtp

import "mfpsim/fakesmtp/internal/mailboxes"

// Delivery is a message that has arrived, once, however many mailboxes it lies in.
type Delivery = mailboxes.Delivery

// Deliveries returns the messages that have arrived and are kept, oldest first: those that came after the one with a
// serial number (0: all).
func (s *Server) Deliveries(after int) []Delivery { return s.mailboxes.Deliveries(after) }

// Arrived returns a channel that is closed when the next message comes. Who waits for one takes it before looking.
func (s *Server) Arrived() <-chan struct{} { return s.mailboxes.Arrival().Arrived() }

// HasMailbox reports whether an address is that of a mailbox, of an organization or of a personal account.
func (s *Server) HasMailbox(address string) bool {
	return s.mailboxes.Standing(address, s.now()).Mailbox != ""
}

// Sender names the account that a connection was authenticated as; empty: none, or it is forgotten.
func (s *Server) Sender(connection string) string { return s.history.User(connection) }
