package fakesmtp

import (
	"fmt"
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/refusal"
)

// deliver puts a message into the mailboxes of its recipients and a copy into Sent Items. What cannot be delivered is reported to the
// sender, who has long heard 250.
func (s *Server) deliver(user *mailbox, m mail.Message) {
	defer s.arrival.Announce()
	s.mu.Lock()
	defer s.mu.Unlock()
	user.sent = append(user.sent, m)
	user.held += int64(len(m.Raw))
	outside := s.takeExternal(user.organization, m)
	done := map[*mailbox]bool{}
	for _, recipient := range m.EnvelopeTo {
		row := TraceEntry{
			At: m.ReceivedAt, Connection: m.Connection, Sender: m.EnvelopeFrom, Recipient: recipient, Subject: m.Subject,
			MessageID: m.ID, Size: len(m.Raw), Status: Delivered,
		}
		target, restriction := s.mailboxOf(recipient), user.restriction
		external := target == nil && s.organizationOf(address.Domain(recipient)) == nil || target != nil && target.organization == nil
		switch {
		case restriction != "":
		case external && outside != "":
			restriction = outside
		case external && target == nil:
			target = &mailbox{address: recipient}
			s.addMailbox(target)
		case target == nil:
			restriction = replies.RecipientNotFound
		}
		if restriction != "" {
			row.Status, row.Detail = Failed, restriction.Diagnostic(user.address)
			s.report(user, m, recipient, row.Detail)
		} else if !done[target] {
			done[target] = true
			target.inbox = append(target.inbox, m)
			target.held += int64(len(m.Raw))
		}
		s.trace = append(s.trace, row)
	}
}

// takeExternal counts a message's recipients outside against the organization's limit of the day; the restriction says that they do not
// fit. Under s.mu.
func (s *Server) takeExternal(o *organization, m mail.Message) replies.Restriction {
	if o == nil || o.externalPerDay <= 0 {
		return ""
	}
	o.external = slices.DeleteFunc(o.external, func(s spent) bool { return !m.ReceivedAt.Before(s.at.Add(dayWindow)) })
	count := 0
	for _, recipient := range m.EnvelopeTo {
		if s.organizationOf(address.Domain(recipient)) != o {
			count++
		}
	}
	used := count
	for _, s := range o.external {
		used += s.count
	}
	if used > o.externalPerDay {
		return replies.TenantExternalLimit
	}
	o.external = append(o.external, spent{m.ReceivedAt, count})
	return ""
}

// Restrict keeps what a mailbox sends from now on from being delivered: it is accepted, and a non-delivery report says why. An empty
// restriction lifts it.
func (s *Server) Restrict(address string, r replies.Restriction) error {
	return s.change(address, func(m *mailbox) { m.restriction = r })
}

// SetVerdict lets outlook.com's abuse control find something against a personal mailbox, so that its mail is refused at the end of DATA;
// seen were "HipNotify", "RefuseQuota" and "Suspend, ShowTierUpgrade". An empty verdict lifts it.
func (s *Server) SetVerdict(address, verdict string) error {
	return s.change(address, func(m *mailbox) { m.verdict = verdict })
}

// SetLicensed gives a mailbox its licence or takes it away.
func (s *Server) SetLicensed(address string, licensed bool) error {
	return s.change(address, func(m *mailbox) { m.unlicensed.set(!licensed, s.shell.Clock.Now().Add(s.config.Propagation)) })
}

// change changes a mailbox of an organization.
func (s *Server) change(address string, change func(*mailbox)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	if m == nil || m.organization == nil {
		return fmt.Errorf("fakesmtp: %q: %s", address, refusal.NoMailbox)
	}
	change(m)
	return nil
}

// report puts a non-delivery report into the sender's mailbox (docs/reference/exchange-smtp.md §2.5: client submission
// takes any address and tells later). Under s.mu.
func (s *Server) report(user *mailbox, m mail.Message, recipient, detail string) {
	o := user.organization
	o.reports++
	postmaster := "postmaster@" + o.domains[0]
	raw := fmt.Sprintf("From: Microsoft Outlook <%s>\r\nTo: <%s>\r\nSubject: Undeliverable: %s\r\nMessage-ID: <report-%d@%s>\r\n"+
		"In-Reply-To: %s\r\nDate: %s\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Your message to %s couldn't be delivered.\r\n\r\n%s\r\n",
		postmaster, user.address, oneLine(m.Subject), o.reports, o.domains[0], oneLine(m.ID), m.ReceivedAt.UTC().Format(time.RFC1123Z),
		recipient, detail)
	ndr := mail.Parse([]byte(raw))
	ndr.EnvelopeTo, ndr.ReceivedAt = []string{user.address}, m.ReceivedAt
	user.inbox = append(user.inbox, ndr)
	user.held += int64(len(raw))
}
