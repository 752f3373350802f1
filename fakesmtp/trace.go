package fakesmtp

import (
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/refusal"
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

// Refusal is something that the server has refused, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	Profile    replies.Profile
	User       string // who the client said it was, as far as it had
	Event      replies.Event
	Reason     refusal.Reason // of a refused AUTH; else empty
	Reply      string         // the first line of what the client was told, without its tail
}

// Trace returns the message trace, oldest first.
func (s *Server) Trace() []TraceEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.trace)
}

// Refusals returns what was refused, oldest first: the failed sessions, which a mailbox does not show.
func (s *Server) Refusals() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}
