package fakesmtp

import (
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/replies"
)

// usage is what a mailbox has used of its limits; guarded by Server.mu.
type usage struct {
	submitting []*session  // submissions under way, in the order in which they began
	sentAt     []time.Time // when the last messages were let through, or will be
	recipients []spent     // of the last day
	failures   map[throttle][]time.Time
	blocked    map[throttle]time.Time // until when
}

type spent struct {
	at    time.Time
	count int
}

const (
	rateWindow      = time.Minute
	dayWindow       = 24 * time.Hour
	throttleWindow  = time.Hour // not established: Microsoft says "for a while"
	throttleBlocked = time.Hour
)

// throttle is a kind of failure that blocks a mailbox when it goes on and on (docs/reference/exchange-smtp.md §2.3,
// MSTHR).
type throttle replies.Event

const (
	throttledFull       = throttle(replies.ThrottledFull)
	throttledSendAs     = throttle(replies.ThrottledSendAs)
	throttledLicence    = throttle(replies.ThrottledLicence)
	throttledRecipients = throttle(replies.ThrottledRecipients)
	throttledInvalid    = throttle(replies.ThrottledInvalid)
)

var throttles = []throttle{throttledFull, throttledSendAs, throttledLicence, throttledRecipients, throttledInvalid}

// submitting counts a submission as under way.
func (s *Server) submitting(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.user != nil && !slices.Contains(c.user.usage.submitting, c) {
		c.user.usage.submitting = append(c.user.usage.submitting, c)
	}
}

// submitted counts it as ended.
func (s *Server) submitted(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.user != nil {
		c.user.usage.submitting = slices.DeleteFunc(c.user.usage.submitting, func(other *session) bool { return other == c })
	}
}

// tooMany reports whether as many submissions as are allowed began before this one and are still under way. Under s.mu.
func (s *Server) tooMany(c *session) bool {
	limit := s.config.MaxConcurrent
	return limit > 0 && slices.Index(c.user.usage.submitting, c) >= limit
}

// aboveRate reports whether a mailbox has used up its messages of the last minute.
func (s *Server) aboveRate(m *mailbox) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rateDelay(m, s.shell.Clock.Now()) > 0
}

// rateDelay is how long a message has to wait until there are fewer than allowed in the minute before it. Under s.mu.
func (s *Server) rateDelay(m *mailbox, now time.Time) time.Duration {
	limit, sent := s.config.MessagesPerMinute, m.usage.sentAt
	if limit <= 0 || len(sent) < limit {
		return 0
	}
	return max(sent[len(sent)-limit].Add(rateWindow).Sub(now), 0)
}

// takeRate lets a message through at the next moment at which it fits, and returns how long that is. Under s.mu.
func (s *Server) takeRate(m *mailbox, now time.Time) time.Duration {
	if s.config.MessagesPerMinute <= 0 {
		return 0
	}
	delay := s.rateDelay(m, now)
	sent := append(m.usage.sentAt, now.Add(delay))
	m.usage.sentAt = sent[max(len(sent)-s.config.MessagesPerMinute, 0):]
	return delay
}

// takeRecipients counts recipients against the day's limit; false: they do not fit. Under s.mu.
func (s *Server) takeRecipients(m *mailbox, now time.Time, count int) bool {
	limit := s.config.RecipientsPerDay
	if limit <= 0 {
		return true
	}
	m.usage.recipients = slices.DeleteFunc(m.usage.recipients, func(s spent) bool { return !now.Before(s.at.Add(dayWindow)) })
	used := count
	for _, s := range m.usage.recipients {
		used += s.count
	}
	if used > limit {
		return false
	}
	m.usage.recipients = append(m.usage.recipients, spent{now, count})
	return true
}

// failedAgain counts a failure of a kind, and blocks the mailbox if it goes on and on.
func (s *Server) failedAgain(m *mailbox, kind throttle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, now := s.config.MaxContinuousErrors, s.shell.Clock.Now()
	if limit <= 0 || m == nil {
		return
	}
	if m.usage.failures == nil {
		m.usage.failures, m.usage.blocked = map[throttle][]time.Time{}, map[throttle]time.Time{}
	}
	failures := slices.DeleteFunc(m.usage.failures[kind], func(at time.Time) bool { return !now.Before(at.Add(throttleWindow)) })
	m.usage.failures[kind] = append(failures, now)
	if len(m.usage.failures[kind]) >= limit {
		m.usage.failures[kind] = nil
		m.usage.blocked[kind] = now.Add(throttleBlocked)
	}
}

// throttled returns the reply of a block that holds; empty: none does. Under s.mu.
func (s *Server) throttled(m *mailbox, now time.Time) replies.Event {
	for _, kind := range throttles {
		if until, blocked := m.usage.blocked[kind]; blocked && now.Before(until) {
			return replies.Event(kind)
		}
	}
	return ""
}

// maxRecipients is the number of recipients that one message of a mailbox may have.
func (s *Server) maxRecipients(m *mailbox) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := m.recipientLimit.at(s.shell.Clock.Now()); own > 0 {
		return own
	}
	return s.config.MaxRecipients
}
