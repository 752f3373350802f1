package mailboxes

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/transit"
)

// This file is the way of a message from its submission to the mailboxes: transport rules, groups, restrictions.

// transfer is a message on that way. Under Store.mu.
type transfer struct {
	store  *Store
	m      mail.Message
	way    *transit.Way
	sender *mailbox      // who submitted it; nil: it came in by the MX door
	of     *organization // whose outgoing mail it is; nil: nobody's here
	// outside says that the organization's recipients outside do not fit into the limit of the day.
	outside replies.Restriction

	boxes    []*mail.Box
	rows     []TraceEntry
	failures []transit.Failure // that the sender is told of
}

// failure is why a recipient does not get the message.
type failure struct{ status, diagnostic string }

func restricted(r replies.Restriction, user string, recipients ...string) *failure {
	return &failure{string(r), r.Diagnostic(user, recipients...)}
}

// author is who the message is from, for restrictions and rules.
func (t *transfer) author() string {
	if t.sender != nil {
		return t.sender.address
	}
	if t.m.From != "" {
		return t.m.From
	}
	return t.m.EnvelopeFrom
}

// to takes the message to one recipient, who may be a group.
func (t *transfer) to(recipient string) {
	if t.sender != nil {
		if r := t.sender.restrictionOf(); r != "" {
			t.fail(recipient, restricted(r, t.sender.address, recipient))
			return
		}
	}
	if next, why, stop := t.rules(recipient); stop {
		t.fail(recipient, why)
		return
	} else if next != nil {
		t.note(recipient, Resolved, "redirected by a transport rule to "+strings.Join(next, ", "))
		for _, other := range next {
			t.onward(other, map[*Group]bool{})
		}
		return
	}
	t.onward(recipient, map[*Group]bool{})
}

// onward takes it into a mailbox, or to the members of a group that has not been seen.
func (t *transfer) onward(recipient string, seen map[*Group]bool) {
	if group := t.store.group(recipient); group != nil {
		t.expand(recipient, group, seen)
	} else {
		t.deliver(recipient)
	}
}

// expand takes the message to the members of a group.
func (t *transfer) expand(recipient string, group *Group, seen map[*Group]bool) {
	if seen[group] {
		return
	}
	seen[group] = true
	if why := t.admitted(group.Acceptance, replies.AnonymousToGroup, replies.NotAllowedToGroup); why != nil {
		t.fail(recipient, why)
		return
	}
	t.note(recipient, Expanded, "")
	for _, member := range group.Members {
		t.onward(member, seen)
	}
}

// admitted judges whether a recipient takes mail of this sender.
func (t *transfer) admitted(d Acceptance, anonymous, foreign replies.Restriction) *failure {
	switch {
	case d.AuthenticatedOnly && t.sender == nil:
		return restricted(anonymous, t.author())
	case len(d.Senders) > 0 && !t.store.senderAmong(t.author(), d.Senders):
		return restricted(foreign, t.author())
	}
	return nil
}

// senderAmong reports whether a sender is in a list, by any address or as a member of a group in it.
func (s *Store) senderAmong(sender string, list []string) bool {
	return s.among(sender, list, map[*Group]bool{})
}

func (s *Store) among(sender string, list []string, seen map[*Group]bool) bool {
	m := s.mailbox(sender)
	return slices.ContainsFunc(list, func(name string) bool {
		if strings.EqualFold(name, sender) || m != nil && m.owns(name) {
			return true
		}
		group := s.group(name)
		if group == nil || seen[group] {
			return false
		}
		seen[group] = true
		return s.among(sender, group.Members, seen)
	})
}

// deliver puts the message into one mailbox, or reports why it cannot.
func (t *transfer) deliver(recipient string) {
	var why *failure
	s := t.store
	target := s.recipient(recipient)
	external := target == nil && s.organization(address.Domain(recipient)) == nil ||
		target != nil && target.organization == nil
	switch {
	case external && t.outside != "":
		why = restricted(t.outside, t.author())
	case external && target == nil:
		target = onTheInternet(recipient)
		s.add(target)
	case external:
	case target == nil:
		why = restricted(replies.RecipientNotFound, t.author())
	case target.restriction.Receives():
		why = restricted(target.restriction, target.address)
	default:
		why = t.admitted(target.acceptance, replies.AnonymousToMailbox, replies.NotAllowedToMailbox)
	}
	if why != nil {
		t.fail(recipient, why)
		return
	}
	if !slices.Contains(t.boxes, &target.inbox) {
		t.boxes = append(t.boxes, &target.inbox)
		target.held += int64(t.m.Size())
	}
	t.note(recipient, Delivered, "")
}

// note writes a row of the message trace.
func (t *transfer) note(recipient string, status Status, detail string) {
	t.rows = append(t.rows, TraceEntry{
		At: t.m.ReceivedAt, Connection: t.m.Connection, Sender: t.m.EnvelopeFrom, Recipient: recipient,
		Subject: t.m.Subject, MessageID: t.m.ID, Size: t.m.Size(), Status: status, Detail: detail,
	})
}

// fail notes that a recipient does not get the message, and reports it to the sender. Without a reason nobody is told.
func (t *transfer) fail(recipient string, why *failure) {
	if why == nil {
		t.note(recipient, Failed, "dropped by a transport rule")
		return
	}
	t.note(recipient, Failed, why.diagnostic)
	t.failures = append(t.failures, transit.Failure{
		Recipient: recipient, Status: why.status, Diagnostic: why.diagnostic,
	})
}

// reader is the mailbox that is told: the one that the envelope's sender has here, else the submitter's, else that of
// an address of the Internet.
func (t *transfer) reader() *mailbox {
	s, from := t.store, t.m.EnvelopeFrom
	if t.sender == nil && from == "" {
		return nil // RFC 5321 §4.5.5: nobody is told
	}
	if m := s.recipient(from); m != nil && (m.organization != nil || t.sender == nil) {
		return m
	}
	if t.sender != nil {
		return t.sender
	}
	if s.organization(address.Domain(from)) != nil {
		return nil // of an accepted domain, and nobody's
	}
	outside := onTheInternet(from)
	s.add(outside)
	return outside
}

// reporter is the organization that reports: the reader's, else the first that a recipient is of.
func (t *transfer) reporter(reader *mailbox) *organization {
	if reader.organization != nil {
		return reader.organization
	}
	for _, recipient := range t.m.EnvelopeTo {
		if o := t.store.organization(address.Domain(recipient)); o != nil {
			return o
		}
	}
	return t.of
}

// route takes a message to all its recipients, and puts it on the shelf. Under s.mu.
func (s *Store) route(t *transfer) {
	t.store = s
	t.outside = s.takeExternal(t.of, t.m)
	for _, recipient := range t.m.EnvelopeTo {
		t.to(recipient)
	}
	s.trace = append(s.trace, t.rows...)
	s.shelf.Put(t.m, len(t.rows), t.boxes...)
	if len(t.failures) == 0 {
		return
	}
	if reader := t.reader(); reader != nil {
		if t.way.Sender == nil {
			t.way.Sender = t.reporter(reader).letterhead
		}
		s.report(reader, t)
	}
}

// recipient finds the mailbox that mail to an address goes to: its own, or with plus addressing the one without what
// follows the plus sign. Under s.mu.
func (s *Store) recipient(name string) *mailbox {
	if m := s.mailbox(name); m != nil {
		return m
	}
	if base, tagged := s.untagged(name); tagged {
		return s.mailbox(base)
	}
	return nil
}

// untagged is an address without what follows the plus sign, where plus addressing is on. Under s.mu.
func (s *Store) untagged(name string) (base string, tagged bool) {
	local, domain, _ := strings.Cut(name, "@")
	local, _, tagged = strings.Cut(local, "+")
	if !tagged || local == "" {
		return "", false
	}
	o := s.organization(domain)
	return local + "@" + domain, o != nil && !o.noPlusAddressing
}

// restrictionOf is what keeps a mailbox from sending: its own restriction or its organization's.
func (m *mailbox) restrictionOf() replies.Restriction {
	if m.restriction != "" && !m.restriction.Receives() {
		return m.restriction
	}
	if m.organization != nil {
		return m.organization.restriction
	}
	return ""
}

// Anonymous puts a message that came in by the MX door into the mailboxes of its recipients. organization is whose mail
// it is by a connector; empty: anybody's.
func (s *Store) Anonymous(m mail.Message, organization string, way *transit.Way) {
	s.mu.Lock()
	s.route(&transfer{m: m, way: way, of: s.organization(organization)})
	s.mu.Unlock()
	s.arrival.Announce()
}

// Accepts reports whether an address is of an accepted domain, and whether that domain has such a recipient.
func (s *Store) Accepts(name string) (inside, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	inside = s.organization(address.Domain(name)) != nil
	return inside, inside && (s.recipient(name) != nil || s.group(name) != nil)
}

// errName is of a group, a rule or a connector that has none, or one that is taken.
var errName = fmt.Errorf("it needs a name of its own: %w", ErrExists)
