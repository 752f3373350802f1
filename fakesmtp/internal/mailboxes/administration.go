package mailboxes

import (
	"fmt"
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/replies"
)

// This file is what an administrator reads and changes. What was set last is shown at once, and takes effect at its
// time.

// OrganizationSettings are an organization's switches, as they were set last.
type OrganizationSettings struct {
	ID              string
	Domains         []string
	Personal        bool
	SMTPAuth        bool
	LegacyTLS       bool
	SendFromAliases bool
	DefaultPolicy   string // authentication policy; empty: none
	// PlusAddressing: mail to user+tag goes to user. RejectDirectSend: the MX door takes no mail from an accepted
	// domain that no connector vouches for.
	PlusAddressing, RejectDirectSend bool
}

// Organizations returns all organizations, in the order of their making.
func (s *Store) Organizations() []OrganizationSettings {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []OrganizationSettings
	for _, o := range s.organizations {
		all = append(all, o.settings())
	}
	return all
}

// Organization finds an organization by its id or a domain.
func (s *Store) Organization(name string) (OrganizationSettings, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.organization(name); o != nil {
		return o.settings(), true
	}
	return OrganizationSettings{}, false
}

// OrganizationOf finds the organization that a mailbox is in.
func (s *Store) OrganizationOf(name string) (OrganizationSettings, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailbox(name); m != nil && m.organization != nil {
		return m.organization.settings(), true
	}
	return OrganizationSettings{}, false
}

func (o *organization) settings() OrganizationSettings {
	return OrganizationSettings{
		ID: o.id, Domains: slices.Clone(o.domains), Personal: o.personal, SMTPAuth: o.smtpAuth.written(),
		LegacyTLS: o.legacyTLS.written(), SendFromAliases: o.sendFromAliases.written(),
		DefaultPolicy: o.defaultPolicy.written(), PlusAddressing: !o.noPlusAddressing,
		RejectDirectSend: o.rejectDirectSend,
	}
}

// OrganizationChange is what is changed of an organization; nil: stays as it is.
type OrganizationChange struct {
	SMTPAuth, LegacyTLS, SendFromAliases, SecurityDefaults *bool
	DefaultPolicy                                          *string
	// These take effect at once.
	PlusAddressing, RejectDirectSend *bool
	ExternalRecipientsPerDay         *int
	Trial                            *bool
}

// ChangeOrganization changes an organization's switches from a time on.
func (s *Store) ChangeOrganization(name string, from time.Time, c OrganizationChange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization(name)
	if o == nil {
		return fmt.Errorf("%s: %w", name, ErrNoOrganization)
	}
	o.smtpAuth.change(c.SMTPAuth, from)
	o.legacyTLS.change(c.LegacyTLS, from)
	o.sendFromAliases.change(c.SendFromAliases, from)
	o.securityDefaults.change(c.SecurityDefaults, from)
	o.defaultPolicy.change(c.DefaultPolicy, from)
	if c.PlusAddressing != nil {
		o.noPlusAddressing = !*c.PlusAddressing
	}
	assign(&o.rejectDirectSend, c.RejectDirectSend)
	assign(&o.externalPerDay, c.ExternalRecipientsPerDay)
	assign(&o.trial, c.Trial)
	return nil
}

// assign changes a value that takes effect at once; nil: it stays.
func assign[V any](field, value *V) {
	if value != nil {
		*field = *value
	}
}

// MailboxSettings are a mailbox's switches and limits, as they were set last.
type MailboxSettings struct {
	Address            string
	Aliases            []string
	SMTPAuth           *bool
	MaxSendSize        int64
	RecipientLimit     int
	SendAs, FullAccess []string
	Quota              int64
	Acceptance         Acceptance
}

// MailboxesOf returns the mailboxes of an organization, in the order of their making.
func (s *Store) MailboxesOf(organization string) []MailboxSettings {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization(organization)
	var all []MailboxSettings
	for _, m := range s.order {
		if o != nil && m.organization == o && !m.removed {
			all = append(all, s.settings(m))
		}
	}
	return all
}

// settings returns those of a mailbox. Under s.mu.
func (s *Store) settings(m *mailbox) MailboxSettings {
	shown := MailboxSettings{
		Address: m.address, Aliases: slices.Clone(m.aliases), SMTPAuth: m.smtpAuth.written(),
		MaxSendSize: m.maxSendSize.written(), RecipientLimit: m.recipientLimit.written(),
		SendAs: slices.Clone(m.sendAs.written()), FullAccess: slices.Clone(m.fullAccess.written()),
		Quota: m.quota, Acceptance: Acceptance{m.acceptance.AuthenticatedOnly, slices.Clone(m.acceptance.Senders)},
	}
	if shown.MaxSendSize == 0 {
		shown.MaxSendSize = s.defaults.MaxSendSize
	}
	if shown.RecipientLimit == 0 {
		shown.RecipientLimit = s.defaults.MaxRecipients
	}
	return shown
}

// MailboxChange is what is changed of a mailbox; nil: stays as it is.
type MailboxChange struct {
	SMTPAuth           **bool // a pointer to nil: as the tenant's
	MaxSendSize        *int64
	RecipientLimit     *int
	SendAs, FullAccess *[]string
	Policy             *string // authentication policy; empty: none of its own
	Licensed           *bool
	// These take effect at once.
	Quota      *int64
	Acceptance *Acceptance
}

// ChangeMailbox changes a mailbox's switches and limits from a time on. It fails if no organization has it.
func (s *Store) ChangeMailbox(name string, from time.Time, c MailboxChange) error {
	return s.change(name, func(m *mailbox) {
		m.smtpAuth.change(c.SMTPAuth, from)
		m.maxSendSize.change(c.MaxSendSize, from)
		m.recipientLimit.change(c.RecipientLimit, from)
		m.sendAs.change(c.SendAs, from)
		m.fullAccess.change(c.FullAccess, from)
		m.policy.change(c.Policy, from)
		m.licensed.change(c.Licensed, from)
		assign(&m.quota, c.Quota)
		assign(&m.acceptance, c.Acceptance)
	})
}

// Restrict keeps what a mailbox sends from now on from being delivered, or what all mailboxes of an organization
// send, by one of its domains; a restriction that is said of who receives keeps mail from the mailbox. Empty lifts
// it.
func (s *Store) Restrict(name string, r replies.Restriction) error {
	s.mu.Lock()
	if o := s.organization(name); o != nil {
		defer s.mu.Unlock()
		if r.Receives() {
			return fmt.Errorf("%s is said of a mailbox that receives, not of an organization", r)
		}
		o.restriction = r
		return nil
	}
	s.mu.Unlock()
	return s.change(name, func(m *mailbox) { m.restriction = r })
}

// SetVerdict lets the abuse control find something against a mailbox; an empty verdict lifts it.
func (s *Store) SetVerdict(name, verdict string) error {
	return s.change(name, func(m *mailbox) { m.verdict = verdict })
}

// Revoke makes the tokens of an account worthless that were issued before now.
func (s *Store) Revoke(user string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(user)
	if m == nil {
		return fmt.Errorf("revoke the tokens of %q: %w", user, ErrNoAccount)
	}
	m.revokedBefore = now
	return nil
}

// change changes a mailbox of an organization.
func (s *Store) change(name string, change func(*mailbox)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	if m == nil || m.organization == nil {
		return fmt.Errorf("%q: %w", name, ErrNoMailbox)
	}
	change(m)
	return nil
}

// Policy is an authentication policy, as it was set last.
type Policy struct {
	Name      string
	AllowSMTP bool // AllowBasicAuthSmtp
}

// Policies returns the authentication policies of an organization, in the order of their making.
func (s *Store) Policies(organization string) []Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Policy
	if o := s.organization(organization); o != nil {
		for _, p := range o.policies {
			all = append(all, Policy{p.name, p.allowSMTP.written()})
		}
	}
	return all
}

// SetPolicy changes an authentication policy from a time on, or makes it.
func (s *Store) SetPolicy(organization string, from time.Time, p Policy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization(organization)
	if o == nil {
		return
	}
	if held := o.policyOf(p.Name); held != nil {
		held.allowSMTP.set(p.AllowSMTP, from)
		return
	}
	o.policies = append(o.policies, &policy{name: p.Name, allowSMTP: newSetting(p.AllowSMTP)})
}

// Principal is a service principal: an application that Exchange knows. The zero Principal is none.
type Principal struct {
	Application string // AppId: the application's client id
	Object      string // ObjectId: of the enterprise application, which many take from the wrong page
	Name        string
}

// Names are what a permission may call it.
func (p Principal) Names() []string { return []string{p.Object, p.Application, p.Name} }

// Known reports whether it is one.
func (p Principal) Known() bool { return p != Principal{} }

// Called reports whether it has a name.
func (p Principal) Called(name string) bool { return name != "" && address.Among(p.Names(), name) }

// among reports whether a list of trustees names it.
func (p Principal) among(trustees []string) bool { return slices.ContainsFunc(trustees, p.Called) }

// Principals returns the service principals of an organization, in the order of their making.
func (s *Store) Principals(organization string) []Principal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.organization(organization); o != nil {
		return slices.Clone(o.principals)
	}
	return nil
}

// Principal finds a service principal by any of its names.
func (s *Store) Principal(organization, name string) (Principal, bool) {
	principals := s.Principals(organization)
	i := slices.IndexFunc(principals, func(p Principal) bool { return p.Called(name) })
	if i < 0 {
		return Principal{}, false
	}
	return principals[i], true
}

// AddPrincipal makes a service principal known.
func (s *Store) AddPrincipal(organization string, p Principal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.organization(organization); o != nil {
		o.principals = append(o.principals, p)
	}
}

// onTheInternet is the mailbox of an address without an organization.
func onTheInternet(address string) *mailbox {
	return &mailbox{
		address: address, smtpAuth: newSetting[*bool](nil), sendAs: newSetting[[]string](nil),
		fullAccess: newSetting[[]string](nil), policy: newSetting(""), maxSendSize: newSetting[int64](0),
		recipientLimit: newSetting(0), licensed: newSetting(true),
	}
}
