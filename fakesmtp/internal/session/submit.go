package session

import (
	"context"
	"fmt"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
)

// submit judges a message that has come in whole, and delivers it.
func (c *session) submit(ctx context.Context, m mail.Message, size int64) {
	e, under := c.endpoint, c.mail
	defer c.submitted() // it is under way until the reply, the delay included
	c.mail = nil
	m.EnvelopeFrom, m.EnvelopeTo = under.from, under.to
	m.Connection = c.peer.Connection()
	if c.exchanger {
		c.receive(ctx, m, size, under)
		return
	}
	if event, v := c.judge(m, size); event != "" {
		switch event {
		case replies.SendAsDenied:
			e.Limits.Failed(c.user, limits.SendAs, e.now())
		case replies.MailboxFull:
			e.Limits.Failed(c.user, limits.Full, e.now())
		}
		c.refuse(ctx, event, "", v...)
		return
	}
	if delay := e.Limits.TakeRate(c.user, e.now()); delay > 0 {
		e.Shell.Note(m.Connection,
			fmt.Sprintf("above %d messages a minute: delayed by %v", e.Settings.MessagesPerMinute, delay))
		c.pause(ctx, delay)
	}
	m.ReceivedAt = e.now()
	m = e.Mailboxes.Rewritten(c.user, m.ReceivedAt, m)
	if m.Origin == mail.OriginMissing {
		m.From = m.EnvelopeFrom
	}
	way := c.way(m)
	if way.MessageID != "" {
		m.ID = way.MessageID
	}
	e.Mailboxes.Deliver(c.user, m, way)
	c.shown.Note(func(shown *history.Session) { shown.Messages++ })
	c.say(replies.Accepted, "id", m.ID)
}

// judge returns the refusal that a message earns, with what its text is filled in with; empty: none.
func (c *session) judge(m mail.Message, size int64) (replies.Event, replies.Values) {
	e, now := c.endpoint, c.endpoint.now()
	holds := e.Mailboxes.Submission(c.user, now)
	if e.Limits.TooMany(c.user, c.peer.Connection()) {
		return replies.TooManySubmissions, nil
	}
	if event := e.Limits.Throttled(c.user, now); event != "" {
		return event, nil
	}
	switch {
	case holds.Gone:
		return replies.AuthNoMailbox, nil
	case size > e.Settings.MaxSize:
		return replies.TooLarge, nil
	case m.HeaderSize() > e.Settings.MaxHeaderSize:
		return replies.HeaderTooLarge, nil
	case c.principal.Known() && !e.Mailboxes.HasFullAccess(c.user, now, c.principal):
		return replies.NoFullAccess, nil // a permission takes its time to reach the mailbox server
	case size > holds.MaxSendSize:
		return replies.MaxSendSize, nil
	}
	if event := compliant(m); event != "" {
		return event, nil
	}
	for _, sender := range append([]string{m.From, m.EnvelopeFrom}, m.CoAuthors...) {
		if sender != "" && !e.Mailboxes.MaySendAs(c.user, now, c.principal, sender) {
			return replies.SendAsDenied, replies.Values{"user", c.user, "from", wire.Printable(sender)}
		}
	}
	switch {
	case holds.Quota > 0 && holds.Held+size > holds.Quota:
		return replies.MailboxFull, nil
	case holds.Verdict != "":
		return replies.OutboundSpam, replies.Values{"verdict", holds.Verdict}
	case !e.Limits.TakeRecipients(c.user, now, len(m.EnvelopeTo)):
		return replies.RecipientQuota, nil
	}
	return "", nil
}

// compliant returns the refusal of a message whose author cannot be told (RFC 5322 §3.6.2); empty: none. A message
// without a From header is from the sender of its envelope.
func compliant(m mail.Message) replies.Event {
	switch {
	case m.Origin == mail.OriginBroken, m.Origin == mail.OriginMissing && m.EnvelopeFrom == "":
		return replies.FromBroken
	case len(m.CoAuthors) > 0 && !m.Attributed:
		return replies.FromMultiple
	}
	return ""
}

// submitting counts a submission as under way.
func (c *session) submitting() {
	if c.user != "" {
		c.endpoint.Limits.Begin(c.user, c.peer.Connection())
	}
}

// submitted counts it as ended.
func (c *session) submitted() {
	if c.user != "" {
		c.endpoint.Limits.End(c.user, c.peer.Connection())
	}
}
