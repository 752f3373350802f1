package mailboxes

import (
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/replies"
)

// This file is what the front ends ask: what holds for an account at a moment.

// Tenant is what holds for an organization. The zero Tenant is none.
type Tenant struct {
	ID               string
	Personal         bool
	Created          time.Time
	SMTPAuth         bool
	SecurityDefaults bool
	LegacyTLS        bool // TLS 1.0 and 1.1 are let in at the legacy endpoint
}

// Known reports whether there is such an organization.
func (t Tenant) Known() bool { return t.ID != "" }

// Profile is the set of replies that its accounts hear.
func (t Tenant) Profile() replies.Profile {
	if t.Personal {
		return replies.ProfileOutlook
	}
	return replies.ProfileExchange
}

func (o *organization) at(now time.Time) Tenant {
	if o == nil {
		return Tenant{}
	}
	return Tenant{
		ID: o.id, Personal: o.personal, Created: o.created, SMTPAuth: o.smtpAuth.at(now),
		SecurityDefaults: o.securityDefaults.at(now), LegacyTLS: o.legacyTLS.at(now),
	}
}

// Tenant returns what holds for an organization, by its id or a domain.
func (s *Store) Tenant(name string, now time.Time) Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.organization(name).at(now)
}

// Standing is what holds for an account.
type Standing struct {
	Tenant   Tenant // its mailbox's, or its domain's
	Mailbox  string // primary address of the mailbox in an organization; empty: there is none
	SMTPAuth *bool  // the mailbox's own switch; nil: as the tenant's
	Licensed bool
	// Basic is what an authentication policy says of basic authentication; nil: none concerns the account.
	Basic *bool
	// BasicAuth is whether the organization was made with basic authentication.
	BasicAuth bool
}

// Standing returns what holds for an account.
func (s *Store) Standing(user string, now time.Time) Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organizationOf(user)
	standing := Standing{Tenant: o.at(now)}
	if o == nil {
		return standing
	}
	standing.BasicAuth = o.basicAuth
	name := o.defaultPolicy.at(now)
	if m := s.mailbox(user); m != nil && m.organization != nil {
		standing.Mailbox, standing.SMTPAuth, standing.Licensed = m.address, m.smtpAuth.at(now), m.licensed.at(now)
		if own := m.policy.at(now); own != "" {
			name = own
		}
	}
	if name != "" {
		held := o.policyOf(name)
		allowed := held != nil && held.allowSMTP.at(now)
		standing.Basic = &allowed
	}
	return standing
}

// MayOpen reports whether an account may open a mailbox, so that its token holds for user= that mailbox (MSOAUTH).
func (s *Store) MayOpen(name string, now time.Time, account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	return m != nil && (m.owns(account) || address.Among(m.fullAccess.at(now), account))
}

// HasFullAccess reports whether an application has the permission to open a mailbox.
func (s *Store) HasFullAccess(name string, now time.Time, p Principal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	return m != nil && p.among(m.fullAccess.at(now))
}

// MaySendAs reports whether a mailbox, or the application that acts for it, may use a sender.
func (s *Store) MaySendAs(name string, now time.Time, p Principal, sender string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	switch {
	case m == nil:
		return false
	case m.owns(sender):
		return true
	}
	other := s.mailbox(sender)
	if other == nil || other.organization != m.organization {
		return false
	}
	trustees := other.sendAs.at(now)
	return address.Among(trustees, m.address) || p.among(trustees)
}

// Submission is what holds for a mailbox that submits.
type Submission struct {
	MaxSendSize   int64
	MaxRecipients int
	Quota, Held   int64 // octets; a Quota of zero is none
	Verdict       string
	Gone          bool // the mailbox was removed after the client had authenticated
}

// Submission returns what holds for a mailbox that submits.
func (s *Store) Submission(name string, now time.Time) Submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	if m == nil {
		return Submission{
			MaxSendSize: s.defaults.MaxSendSize, MaxRecipients: s.defaults.MaxRecipients, Gone: true,
		}
	}
	holds := Submission{
		MaxSendSize: m.maxSendSize.at(now), MaxRecipients: m.recipientLimit.at(now), Quota: m.quota, Held: m.held,
		Verdict: m.verdict,
	}
	if holds.MaxSendSize == 0 {
		holds.MaxSendSize = s.defaults.MaxSendSize
	}
	if holds.MaxRecipients == 0 {
		holds.MaxRecipients = s.defaults.MaxRecipients
	}
	return holds
}

// Submitter returns the mailbox that submits where nobody need authenticate: the one with an address, or the first that
// an organization has; empty: there is none.
func (s *Store) Submitter(sender string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailbox(sender); m != nil && m.organization != nil {
		return m.address
	}
	for _, m := range s.order {
		if !m.removed {
			return m.address
		}
	}
	return ""
}

// Account answers as the identity provider of a server that runs alone: accounts are its mailboxes.
func (s *Store) Account(user string) (identity.Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(user)
	if m == nil || m.organization == nil {
		return identity.Account{}, false
	}
	return identity.Account{Address: m.address, Password: m.password, RevokedBefore: m.revokedBefore}, true
}
