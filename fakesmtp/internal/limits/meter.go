package limits

import (
	"slices"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/replies"
)

// Limits are those of each mailbox; zero or less is no limit.
type Limits struct {
	Concurrent       int // submissions at once
	PerMinute        int // messages in any minute
	RecipientsPerDay int // recipients in any 24 h
	ContinuousErrors int // failures of one kind in an hour that block the mailbox
}

// Meter counts what mailboxes have used. A mailbox is known by its primary address. All methods are safe for concurrent
// use.
type Meter struct {
	limits Limits

	mu    sync.Mutex
	usage map[string]*usage
}

type usage struct {
	submitting []string    // connections with a submission under way, in the order in which they began
	sentAt     []time.Time // when the last messages were let through, or will be
	recipients Window      // of the last day
	failures   map[Failure][]time.Time
	blocked    map[Failure]time.Time // until when
}

// New makes a meter that has counted nothing.
func New(limits Limits) *Meter { return &Meter{limits: limits, usage: map[string]*usage{}} }

// of returns the usage of a mailbox. Under m.mu.
func (m *Meter) of(mailbox string) *usage {
	u := m.usage[mailbox]
	if u == nil {
		u = &usage{}
		m.usage[mailbox] = u
	}
	return u
}

// Begin counts a submission of a connection as under way.
func (m *Meter) Begin(mailbox, connection string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if u := m.of(mailbox); !slices.Contains(u.submitting, connection) {
		u.submitting = append(u.submitting, connection)
	}
}

// End counts it as ended.
func (m *Meter) End(mailbox, connection string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(mailbox)
	if i := slices.Index(u.submitting, connection); i >= 0 {
		u.submitting = slices.Delete(u.submitting, i, i+1)
	}
}

// TooMany reports whether as many submissions as are allowed began before a connection's and are still under way.
func (m *Meter) TooMany(mailbox, connection string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	limit := m.limits.Concurrent
	return limit > 0 && slices.Index(m.of(mailbox).submitting, connection) >= limit
}

const rateWindow = time.Minute

// AboveRate reports whether a mailbox has used up its messages of the last minute.
func (m *Meter) AboveRate(mailbox string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.delay(m.of(mailbox), now) > 0
}

// delay is how long a message has to wait until there are fewer than allowed in the minute before it. Under m.mu.
func (m *Meter) delay(u *usage, now time.Time) time.Duration {
	limit, sent := m.limits.PerMinute, u.sentAt
	if limit <= 0 || len(sent) < limit {
		return 0
	}
	return max(sent[len(sent)-limit].Add(rateWindow).Sub(now), 0)
}

// TakeRate lets a message through at the next moment at which it fits, and returns how long that is.
func (m *Meter) TakeRate(mailbox string, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limits.PerMinute <= 0 {
		return 0
	}
	u := m.of(mailbox)
	delay := m.delay(u, now)
	sent := append(u.sentAt, now.Add(delay))
	u.sentAt = sent[max(len(sent)-m.limits.PerMinute, 0):]
	return delay
}

// TakeRecipients counts recipients against the day's limit; false: they do not fit.
func (m *Meter) TakeRecipients(mailbox string, now time.Time, count int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.of(mailbox).recipients.Take(now, Day, count, m.limits.RecipientsPerDay)
}

// Failure is a kind of failure that blocks a mailbox when it goes on and on (docs/reference/exchange-smtp.md §2.3,
// MSTHR). It is the event of the reply that the mailbox hears then.
type Failure replies.Event

// The kinds of failures.
const (
	Full       = Failure(replies.ThrottledFull)
	SendAs     = Failure(replies.ThrottledSendAs)
	Licence    = Failure(replies.ThrottledLicence)
	Recipients = Failure(replies.ThrottledRecipients)
	Invalid    = Failure(replies.ThrottledInvalid)
)

var kinds = []Failure{Full, SendAs, Licence, Recipients, Invalid}

const failureWindow = time.Hour // not established: Microsoft says "for a while"

// Blocked is how long a mailbox is blocked. Not established.
const Blocked = time.Hour

// Failed counts a failure of a kind, and blocks the mailbox if it goes on and on.
func (m *Meter) Failed(mailbox string, kind Failure, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limits.ContinuousErrors <= 0 {
		return
	}
	u := m.of(mailbox)
	if u.failures == nil {
		u.failures, u.blocked = map[Failure][]time.Time{}, map[Failure]time.Time{}
	}
	failures := slices.DeleteFunc(
		u.failures[kind], func(at time.Time) bool { return !now.Before(at.Add(failureWindow)) },
	)
	u.failures[kind] = append(failures, now)
	if len(u.failures[kind]) >= m.limits.ContinuousErrors {
		u.failures[kind] = nil
		u.blocked[kind] = now.Add(Blocked)
	}
}

// Throttled returns the event of a block that holds; empty: none does.
func (m *Meter) Throttled(mailbox string, now time.Time) replies.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(mailbox)
	for _, kind := range kinds {
		if until, blocked := u.blocked[kind]; blocked && now.Before(until) {
			return replies.Event(kind)
		}
	}
	return ""
}
