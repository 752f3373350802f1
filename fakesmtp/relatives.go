package fakesmtp

import (
	"fmt"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/refusal"
)

// This file is what the service's other protocols and the relatives of this package need: mail is read and judged in one way.

// Deliver puts a mail from the Internet into a mailbox, byte for byte as it is given, and wakes who awaits it.
func (s *Server) Deliver(address string, raw []byte) error {
	defer s.arrival.Announce()
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	if m == nil {
		return fmt.Errorf("fakesmtp: deliver to %q: %s", address, refusal.NoMailbox)
	}
	message := mail.Parse(raw)
	message.EnvelopeTo, message.ReceivedAt = []string{m.address}, s.shell.Clock.Now()
	m.inbox = append(m.inbox, message)
	return nil
}

// LogOn judges a user name and a password for the service's other protocols: who it is, and nothing else. Whether a protocol still
// takes passwords is for its server. An empty Reason is a success.
func (s *Server) LogOn(user, password string) refusal.Reason {
	s.shell.Secrets.Add(password)
	account, known := s.directory.Account(user)
	switch {
	case !known:
		return refusal.UserUnknown
	case account.Disabled:
		return refusal.Disabled
	case account.Password.Empty() || account.Password.Reveal() != password:
		return refusal.Password
	case account.MultiFactor:
		return refusal.MultiFactor
	case account.LegacyBlocked:
		return refusal.LegacyBlocked
	case !s.hasMailbox(user):
		return refusal.NoMailbox
	}
	return ""
}

// LogOnToken judges a token for another protocol of the service, by the checks and in the order of client submission. The scope is
// that protocol's, for example "POP.AccessAsUser.All". An empty Reason is a success.
func (s *Server) LogOnToken(user, token, scope string) refusal.Reason {
	s.shell.Secrets.Add(token)
	claims, reason := identity.Check(token, s.directory, scope, s.shell.Clock.Now())
	if reason != "" {
		return reason
	}
	account, known := s.directory.Account(claims.User)
	switch {
	case !known:
		return refusal.UserUnknown
	case account.Disabled:
		return refusal.Disabled
	}
	s.mu.Lock()
	organization := s.organizationFor(claims.User)
	same := strings.EqualFold(user, claims.User) || s.mayOpen(claims.User, user)
	s.mu.Unlock()
	switch {
	case organization == nil || !strings.EqualFold(organization.id, claims.Tenant):
		return refusal.Tenant
	case !same:
		return refusal.UserMismatch
	case !s.hasMailbox(user):
		return refusal.NoMailbox
	}
	return ""
}

func (s *Server) hasMailbox(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	return m != nil && m.organization != nil
}

// IsPersonal reports whether an address belongs to a personal account.
func (s *Server) IsPersonal(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organizationFor(address)
	return o != nil && o.personal
}

// ClaimsOf is what a good token of a user says, for a scope and a time, to be changed and issued by [Server.IssueToken].
func (s *Server) ClaimsOf(user, scope string, from, until time.Time) Claims {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant := ""
	if o := s.organizationOf(address.Domain(user)); o != nil {
		tenant = o.id
	}
	return identity.Good(user, tenant, scope, from, until)
}
