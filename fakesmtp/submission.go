package fakesmtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/journal"
)

func itoa(n int) string { return strconv.Itoa(n) }

// note journals a line of the conversation that stands for octets.
func (c *session) note(text string) { c.record(journal.Plain("C: "+text), nil) }

// submit judges a message that has come in whole, and delivers it.
func (c *session) submit(ctx context.Context, m mail.Message, size int64) {
	s, under := c.server, c.mail
	defer s.submitted(c) // it is under way until the reply, the delay included
	c.mail = nil
	m.EnvelopeFrom, m.EnvelopeTo = under.from, under.to
	m.Connection = c.peer.Connection()

	s.mu.Lock()
	event, v := s.judge(c, m, size)
	delay := time.Duration(0)
	if event == "" {
		delay = s.takeRate(c.user, s.shell.Clock.Now())
	}
	s.mu.Unlock()
	switch event {
	case "":
	case replies.SendAsDenied:
		s.failedAgain(c.user, throttledSendAs)
	case replies.MailboxFull:
		s.failedAgain(c.user, throttledFull)
	}
	if event != "" {
		c.refuse(ctx, event, "", v...)
		return
	}
	if delay > 0 {
		s.shell.Note(m.Connection, fmt.Sprintf("above %d messages a minute: delayed by %v", s.config.MessagesPerMinute, delay))
		c.pause(ctx, delay)
	}
	m.ReceivedAt = s.shell.Clock.Now()
	s.rewrite(c.user, &m)
	m.Stamped, m.ID = c.stamp(m)
	s.deliver(c.user, m)
	s.noted(c, func(shown *Session) { shown.Messages++ })
	c.say(replies.Accepted, "id", m.ID)
}

// judge returns the refusal that a message earns, with what its text is filled in with; empty: none. Under s.mu.
func (s *Server) judge(c *session, m mail.Message, size int64) (replies.Event, replies.Values) {
	now := s.shell.Clock.Now()
	limit := c.user.maxSendSize.at(now)
	if limit == 0 {
		limit = s.config.MaxSendSize
	}
	denied := s.denied(c.user, c.principal, m)
	switch {
	case s.tooMany(c):
		return replies.TooManySubmissions, nil
	case s.throttled(c.user, now) != "":
		return s.throttled(c.user, now), nil
	case size > s.config.MaxSize:
		return replies.TooLarge, nil
	case mail.HeaderSize(m.Raw) > s.config.MaxHeaderSize:
		return replies.HeaderTooLarge, nil
	case !s.holdsFullAccess(c):
		return replies.NoFullAccess, nil
	case size > limit:
		return replies.MaxSendSize, nil
	case denied != "":
		return replies.SendAsDenied, replies.Values{"user", c.user.address, "from", denied}
	case c.user.quota > 0 && c.user.held+size > c.user.quota:
		return replies.MailboxFull, nil
	case c.user.verdict != "":
		return replies.OutboundSpam, replies.Values{"verdict", c.user.verdict}
	case !s.takeRecipients(c.user, now, len(m.EnvelopeTo)):
		return replies.RecipientQuota, nil
	}
	return "", nil
}

// rewrite puts the mailbox's primary address in place of an alias, unless the organization lets people send from
// aliases (docs/reference/exchange-smtp.md §10).
func (s *Server) rewrite(user *mailbox, m *mail.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if user.organization.fromAliases.at(s.shell.Clock.Now()) {
		return
	}
	if m.From != "" && !strings.EqualFold(m.From, user.address) && user.owns(m.From) {
		m.Alias, m.From = m.From, user.address
	}
	if !strings.EqualFold(m.EnvelopeFrom, user.address) && user.owns(m.EnvelopeFrom) {
		m.EnvelopeFrom = user.address
	}
}

// denied returns the sender that a mailbox may not use, in the header or in the envelope; empty: all is well. Under s.mu.
func (s *Server) denied(user *mailbox, principal *servicePrincipal, m mail.Message) string {
	mayAs := func(list []string) bool {
		return address.Among(list, user.address) || principal != nil && slices.ContainsFunc(principal.names(), func(name string) bool {
			return name != "" && address.Among(list, name)
		})
	}
	for _, sender := range []string{m.From, m.EnvelopeFrom} {
		if sender == "" || user.owns(sender) {
			continue
		}
		other := s.mailboxOf(sender)
		if other == nil || other.organization != user.organization || !mayAs(other.sendAs.at(s.shell.Clock.Now())) {
			return wire.Printable(sender)
		}
	}
	return ""
}

// stamp makes what the service puts before a message: how it came in, and the Message-ID where there was none or, on a personal
// account, in place of the one there was (docs/reference/exchange-smtp.md §10). It returns the Message-ID that holds.
func (c *session) stamp(m mail.Message) (header []byte, id string) {
	name, _, _ := strings.Cut(c.backend, ".")
	version := "version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	if c.tls != nil && c.tls.ConnectionState().Version == tls.VersionTLS13 {
		// The cipher that Exchange Online prefers; the one in use depends on the machine's processor.
		version = "version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Received: from %s (%s) by\r\n %s (2603:1096:c01::1) with Microsoft SMTP Server\r\n (%s) id 15.20.8678.29; %s\r\n",
		wire.Printable(c.helo), c.client(), c.backend, version, m.ReceivedAt.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Received: from %s ([fe80::1:2:3:4]) by\r\n %s ([fe80::1:2:3:4%%5]) with mapi id 15.20.8678.029; %s\r\n",
		c.backend, c.backend, m.ReceivedAt.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "X-ClientProxiedBy: %s (2603:1096:c00::1)\r\n", strings.Replace(c.label, "."+c.server.config.Forest, ".outlook.office365.com", 1))
	id = m.ID
	if id == "" || c.profile == replies.ProfileOutlook {
		fresh := "<" + name + strings.ToUpper(c.random.Hex(24)) + "@" + c.backend + ">"
		if id != "" {
			fmt.Fprintf(&b, "X-Microsoft-Original-Message-ID: %s\r\n", wire.Printable(id))
		}
		fmt.Fprintf(&b, "Message-ID: %s\r\n", fresh)
		id = fresh
	}
	return []byte(b.String()), id
}

// oneLine keeps what a client wrote from adding header fields of its own.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

const diagnosticPairs = 95

// diagnostics are the numbers in the middle of an exception's text: pairs of a place in the code and a value. The places are those of
// docs/reference/exchange-smtp.md §2.3, the values come from the seed; Exchange's line is of about the same length.
//
// diagnosticPairs makes the whole line longer than 2,000 octets, which is where some clients' buffers end.
func (c *session) diagnostics() string {
	var b strings.Builder
	b.WriteString("0.35250:" + strings.ToUpper(c.random.Hex(8)) + ", 1.36674:0A000000, 1.61250:00000000")
	for i := range diagnosticPairs {
		fmt.Fprintf(&b, ", %d.%d:%s", []int{1, 4, 0, 255}[i%4], 10000+i*7919%55000, strings.ToUpper(c.random.Hex(8)))
	}
	b.WriteString(", 255.27962:" + strings.ToUpper(c.random.Hex(8)) + ", 0.38698:" + strings.ToUpper(c.random.Hex(8)))
	return b.String()
}
