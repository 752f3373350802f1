package fakesmtp

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/fakesmtp/refusal"
)

// deliver puts a message into the mailboxes of its recipients and a copy into Sent Items. What cannot be delivered is reported to the
// sender, who has long heard 250.
func (s *Server) deliver(user *mailbox, m Message) {
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
		external := target == nil && s.organizationOf(domainOf(recipient)) == nil || target != nil && target.organization == nil
		switch {
		case restriction != "":
		case external && outside != "":
			restriction = outside
		case external && target == nil:
			target = &mailbox{address: recipient}
			s.addMailbox(target)
		case target == nil:
			restriction = RecipientNotFound
		}
		if restriction != "" {
			row.Status, row.Detail = Failed, restriction.text(user.address)
			s.report(user, m, recipient, row.Detail)
		} else if !done[target] {
			done[target] = true
			target.inbox = append(target.inbox, m)
			target.held += int64(len(m.Raw))
		}
		s.trace = append(s.trace, row)
	}
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// takeExternal counts a message's recipients outside against the organization's limit of the day; the restriction says that they do not
// fit. Under s.mu.
func (s *Server) takeExternal(o *organization, m Message) Restriction {
	if o == nil || o.externalPerDay <= 0 {
		return ""
	}
	o.external = slices.DeleteFunc(o.external, func(s spent) bool { return !m.ReceivedAt.Before(s.at.Add(dayWindow)) })
	count := 0
	for _, recipient := range m.EnvelopeTo {
		if s.organizationOf(domainOf(recipient)) != o {
			count++
		}
	}
	used := count
	for _, s := range o.external {
		used += s.count
	}
	if used > o.externalPerDay {
		return TenantExternalLimit
	}
	o.external = append(o.external, spent{m.ReceivedAt, count})
	return ""
}

// Restriction is why mail of a mailbox is not delivered although it was accepted: the report comes later
// (docs/reference/exchange-smtp.md §2.5).
type Restriction string

// The restrictions, by their enhanced status codes.
const (
	DailyRecipientLimit Restriction = "5.1.90"
	BadOutboundSender   Restriction = "5.1.8"
	SpamAbuse           Restriction = "5.7.501"
	BannedSender        Restriction = "5.7.502"
	BannedSenderAgain   Restriction = "5.7.503"
	BannedAddress       Restriction = "5.7.511"
	TenantThreshold     Restriction = "5.7.705"
	BadAddressSpace     Restriction = "5.7.708"
	SubmissionQuota     Restriction = "5.2.2"
	RecipientNotFound   Restriction = "5.1.10"
	BadMailbox          Restriction = "5.1.1"
	TenantExternalLimit Restriction = "5.7.233"
)

// Report is what a non-delivery report says for a restriction, and how that is known.
type Report struct {
	Restriction Restriction
	Text        string // after "550 " and the enhanced status code
	Mark        Mark
	Source      string
}

var reportTable = []Report{
	{DailyRecipientLimit, "Your message can't be sent because you've reached your daily limit for message recipients", Documented, "OfficeDocs-Exchange #2729; the words are recalled"},
	{BadOutboundSender, "Access denied, bad outbound sender", Documented, "MSPRN, MSNDR"},
	{SpamAbuse, "Access denied, spam abuse detected", Documented, "MSNDR"},
	{BannedSender, "Access denied, banned sender", Documented, "MSNDR"},
	{BannedSenderAgain, "Access denied, banned sender", Documented, "MSNDR"},
	{BannedAddress, "Access denied, banned sender[{user}]", Documented, "MSNDR"},
	{TenantThreshold, "Access denied, tenant has exceeded threshold", Documented, "MSNDR"},
	{BadAddressSpace, "Access denied, traffic not accepted from this IP", Documented, "MSNDR"},
	{SubmissionQuota, "Submission quota exceeded", Documented, "MSNDR"},
	{RecipientNotFound, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Documented, "MSNDR"},
	{BadMailbox, "Bad destination mailbox address", Documented, "MSNDR"},
	{TenantExternalLimit, "Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients", Inferred, "the limit is documented (outbound-spam page), code and words are recalled"},
}

// Reports returns the table of non-delivery reports.
func Reports() []Report { return append([]Report(nil), reportTable...) }

// text is the diagnostic of a restriction.
func (r Restriction) text(user string) string {
	for _, row := range reportTable {
		if row.Restriction == r {
			return "550 " + string(r) + " " + strings.ReplaceAll(row.Text, "{user}", user)
		}
	}
	return "550 " + string(r)
}

// Restrict keeps what a mailbox sends from now on from being delivered: it is accepted, and a non-delivery report says why. An empty
// restriction lifts it.
func (s *Server) Restrict(address string, r Restriction) error {
	return s.change(address, func(m *mailbox) { m.restriction = r })
}

// SetVerdict lets outlook.com's abuse control find something against a personal mailbox, so that its mail is refused at the end of DATA;
// seen were "HipNotify", "RefuseQuota" and "Suspend, ShowTierUpgrade". An empty verdict lifts it.
func (s *Server) SetVerdict(address, verdict string) error {
	return s.change(address, func(m *mailbox) { m.verdict = verdict })
}

// SetLicensed gives a mailbox its licence or takes it away.
func (s *Server) SetLicensed(address string, licensed bool) error {
	return s.change(address, func(m *mailbox) { m.unlicensed.set(!licensed, s.clock.Now().Add(s.config.Propagation)) })
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
	user.held += int64(len(raw))
}
