package fakesmtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mfpsim/journal"
)

func itoa(n int) string { return strconv.Itoa(n) }

// note journals a line of the conversation that stands for octets.
func (c *session) note(text string) { c.record(journal.Plain("C: "+text), nil) }

// submit judges a message that has come in whole, and delivers it.
func (c *session) submit(ctx context.Context, m Message, size int64) {
	s, mail := c.server, c.mail
	c.mail = nil
	m.EnvelopeFrom, m.EnvelopeTo = mail.from, mail.to
	m.Connection, m.ReceivedAt = c.peer.Connection(), s.clock.Now()

	s.mu.Lock()
	limit := c.user.maxSendSize
	if limit == 0 {
		limit = s.config.MaxSendSize
	}
	denied := s.denied(c.user, m)
	s.mu.Unlock()
	switch {
	case size > s.config.MaxSize:
		c.refuse(ctx, eventTooLarge, "")
		return
	case size > limit:
		c.refuse(ctx, eventMaxSendSize, "", "diagnostics", c.diagnostics())
		return
	case denied != "":
		c.refuse(ctx, eventSendAsDenied, "", "user", c.user.address, "from", denied, "diagnostics", c.diagnostics())
		return
	}

	m.Stamped, m.ID = c.stamp(m)
	s.deliver(c.user, m)
	c.say(eventAccepted, "id", m.ID)
}

// denied returns the sender that a mailbox may not use, in the header or in the envelope; empty: all is well. Under s.mu.
func (s *Server) denied(user *mailbox, m Message) string {
	for _, sender := range []string{m.From, m.EnvelopeFrom} {
		if sender == "" || user.owns(sender) {
			continue
		}
		other := s.mailboxOf(sender)
		if other == nil || other.organization != user.organization || !containsFold(other.sendAs.at(s.clock.Now()), user.address) {
			return printable(sender)
		}
	}
	return ""
}

// stamp makes what the service puts before a message: how it came in, and the Message-ID where there was none or, on a personal
// account, in place of the one there was (§10). It returns the Message-ID that holds.
func (c *session) stamp(m Message) (header []byte, id string) {
	name, _, _ := strings.Cut(c.backend, ".")
	version := "version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	if c.tls != nil && c.tls.ConnectionState().Version == tls.VersionTLS13 {
		// The cipher that Exchange Online prefers; the one in use depends on the machine's processor.
		version = "version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Received: from %s (%s) by\r\n %s (2603:1096:c01::1) with Microsoft SMTP Server\r\n (%s) id 15.20.8678.29; %s\r\n",
		printable(c.helo), c.client(), c.backend, version, m.ReceivedAt.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "X-ClientProxiedBy: %s (2603:1096:c00::1)\r\n", strings.Replace(c.label, "."+c.server.config.Forest, ".outlook.office365.com", 1))
	id = m.ID
	if id == "" || c.profile == ProfileOutlook {
		fresh := "<" + name + strings.ToUpper(c.random.Hex(24)) + "@" + c.backend + ">"
		if id != "" {
			fmt.Fprintf(&b, "X-Microsoft-Original-Message-ID: %s\r\n", printable(id))
		}
		fmt.Fprintf(&b, "Message-ID: %s\r\n", fresh)
		id = fresh
	}
	return []byte(b.String()), id
}

// deliver puts a message into the mailboxes of its recipients and a copy into Sent Items.
func (s *Server) deliver(user *mailbox, m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user.sent = append(user.sent, m)
	done := map[*mailbox]bool{}
	for _, recipient := range m.EnvelopeTo {
		row := TraceEntry{
			At: m.ReceivedAt, Connection: m.Connection, Sender: m.EnvelopeFrom, Recipient: recipient, Subject: m.Subject,
			MessageID: m.ID, Size: len(m.Raw), Status: Delivered,
		}
		target := s.mailboxOf(recipient)
		switch {
		case target == nil && s.organizationOf(domainOf(recipient)) == nil: // the Internet
			target = &mailbox{address: recipient}
			s.addMailbox(target)
		case target == nil:
			row.Status = Failed
			row.Detail = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup" // D: MSNDR (5.1.10)
			s.report(user, m, recipient, row.Detail)
		}
		if target != nil && !done[target] {
			done[target] = true
			target.inbox = append(target.inbox, m)
		}
		s.trace = append(s.trace, row)
	}
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// report puts a non-delivery report into the sender's mailbox (§2.5: client submission takes any address and tells later). Under s.mu.
func (s *Server) report(user *mailbox, m Message, recipient, detail string) {
	o := user.organization
	o.reports++
	postmaster := "postmaster@" + o.domains[0]
	raw := fmt.Sprintf("From: Microsoft Outlook <%s>\r\nTo: <%s>\r\nSubject: Undeliverable: %s\r\nMessage-ID: <report-%d@%s>\r\n"+
		"In-Reply-To: %s\r\nDate: %s\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Your message to %s couldn't be delivered.\r\n\r\n%s\r\n",
		postmaster, user.address, oneLine(m.Subject), o.reports, o.domains[0], oneLine(m.ID), m.ReceivedAt.UTC().Format(time.RFC1123Z),
		recipient, detail)
	ndr := parse([]byte(raw))
	ndr.EnvelopeTo, ndr.ReceivedAt = []string{user.address}, m.ReceivedAt
	user.inbox = append(user.inbox, ndr)
}

// oneLine keeps what a client wrote from adding header fields of its own.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

const diagnosticPairs = 95

// diagnostics are the numbers in the middle of an exception's text: pairs of a place in the code and a value. The places are those of
// §2.3, the values come from the seed; Exchange's line is of about the same length.
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
