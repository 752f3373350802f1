// Package mailboxes holds the organizations, their mailboxes and switches, what the mailboxes hold, and the message
// trace. It owns its lock and gives out values. A mailbox is known by any of its addresses, an organization by its id
// or a domain, without regard to case.
package mailboxes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/transit"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
)

// Organization is a tenant as Exchange Online knows it.
type Organization struct {
	ID      string   // tenant id; empty: made from the seed and the first domain, or the one of personal accounts
	Domains []string // accepted domains, the first is the default one
	// SMTPAuth is the tenant's switch: SMTP AUTH is enabled (Set-TransportConfig -SmtpClientAuthenticationDisabled
	// $false). Without it nobody can submit mail unless a mailbox has it on, as in a new organization.
	SMTPAuth bool
	// SecurityDefaults are on. They are a setting of Entra ID.
	SecurityDefaults bool
	// BasicAuth: the organization lets clients submit with a password, as far as the calendar allows. Without it an
	// authentication policy blocks that.
	BasicAuth bool
	// Created is when the tenant was made; zero: before all that concerns new ones in the retirement of basic
	// authentication.
	Created time.Time
	// ExternalRecipientsPerDay is the limit of all its mailboxes together in any 24 h, 5,000 for a trial; zero: none.
	ExternalRecipientsPerDay int
	// Trial: the organization has no paid licence; the report at that limit says so.
	Trial bool
	// Personal: mailboxes of consumers, outlook.com and its sisters. Nobody administers them: SMTP AUTH is on, basic
	// authentication goes by the calendar.
	Personal bool
}

// Mailbox is a mailbox that is to be.
type Mailbox struct {
	Address string // primary address
	Aliases []string
	// Organization is the id or a domain of the mailbox's organization; empty: the one of the address's domain.
	Organization string
	// SMTPAuth is the mailbox's own switch (Set-CASMailbox -SmtpClientAuthenticationDisabled, turned round); nil: as
	// the tenant's.
	SMTPAuth *bool
	// SendAs are the accounts that may send as this mailbox.
	SendAs []string
	// FullAccess are the accounts that may open this mailbox, so that their tokens hold for user= this mailbox.
	FullAccess []string
	// MaxSendSize is the largest message that the mailbox may send, in octets; zero: the server's.
	MaxSendSize int64
	// Quota is how many octets the mailbox may hold, Sent Items included; zero: any number.
	Quota int64
	// Password is for AUTH LOGIN where the server runs alone; with a Directory it is ignored.
	Password journal.Secret
}

// Errors of adding what is there already or belongs nowhere, and of changing what is not there.
var (
	ErrExists         = errors.New("it exists already")
	ErrNoOrganization = errors.New("no organization has this domain")
	ErrAddress        = errors.New("not an e-mail address")
	ErrNoMailbox      = errors.New(string(refusal.NoMailbox))
	ErrNoAccount      = errors.New(string(refusal.UserUnknown))
)

// Defaults are what holds for mailboxes that have nothing of their own.
type Defaults struct {
	MaxSendSize   int64
	MaxRecipients int
}

// Store holds them all. All methods are safe for concurrent use.
type Store struct {
	seed     uint64
	defaults Defaults

	mu            sync.Mutex
	organizations []*organization
	mailboxes     map[string]*mailbox // by address in lower case, aliases too
	removed       map[string]*mailbox // those that were removed, by address: they can only be read
	order         []*mailbox          // those of organizations, as they were made, removed ones too
	shelf         mail.Shelf
	trace         []TraceEntry // of the messages on the shelf
	arrival       mail.Arrival
}

// organization is a tenant's state.
type organization struct {
	id                string
	domains           []string
	personal          bool
	created           time.Time
	basicAuth         bool // as the organization was made
	smtpAuth          setting[bool]
	securityDefaults  setting[bool]
	legacyTLS         setting[bool] // AllowLegacyTLSClients
	sendFromAliases   setting[bool] // SendFromAliasEnabled
	policies          []*policy     // authentication policies, in the order of their making
	defaultPolicy     setting[string]
	principals        []Principal
	letterhead        *transit.Organization // as headers tell it
	externalPerDay    int
	externalOfLastDay limits.Window
	trial             bool
	restriction       replies.Restriction // of all its mailboxes; empty: none
	noPlusAddressing  bool                // DisablePlusAddressInRecipients
	rejectDirectSend  bool                // RejectDirectSend
	groups            []*Group
	rules             []*Rule
	connectors        []*Connector
}

// policy is an authentication policy, as far as it concerns client submission.
type policy struct {
	name      string
	allowSMTP setting[bool] // AllowBasicAuthSmtp
}

// mailbox is a mailbox's state.
type mailbox struct {
	address        string // as it was written
	aliases        []string
	organization   *organization // nil: on the Internet
	removed        bool
	smtpAuth       setting[*bool]
	sendAs         setting[[]string]
	fullAccess     setting[[]string]
	policy         setting[string]
	maxSendSize    setting[int64]
	recipientLimit setting[int] // 0: the server's
	licensed       setting[bool]
	quota          int64
	held           int64 // octets
	revokedBefore  time.Time
	verdict        string              // of the abuse control; empty: none
	restriction    replies.Restriction // empty: none
	acceptance     Acceptance
	password       journal.Secret
	inbox          mail.Box
	sent           mail.Box
}

// New makes a store without organizations. The seed decides their ids.
func New(seed uint64, defaults Defaults, keep mail.Keep) *Store {
	s := &Store{seed: seed, defaults: defaults, mailboxes: map[string]*mailbox{}, removed: map[string]*mailbox{}}
	s.shelf.Keep, s.shelf.Dropped = keep, s.dropped
	return s
}

// AddOrganization makes a tenant. Its first domain is required.
func (s *Store) AddOrganization(o Organization) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkOrganization(o); err != nil {
		return err
	}
	if o.ID == "" {
		if o.ID = identity.PersonalTenant; !o.Personal {
			o.ID = chance.New(s.seed, "organization "+o.Domains[0]).UUID()
		}
	}
	s.organizations = append(s.organizations, &organization{
		letterhead: &transit.Organization{
			ID: o.ID, Domain: o.Domains[0], Initial: transit.Initial(o.Domains), Personal: o.Personal,
		},
		id: o.ID, domains: slices.Clone(o.Domains), personal: o.Personal, created: o.Created,
		basicAuth: o.BasicAuth || o.Personal, smtpAuth: newSetting(o.SMTPAuth || o.Personal),
		securityDefaults: newSetting(o.SecurityDefaults), legacyTLS: newSetting(false), sendFromAliases: newSetting(false),
		defaultPolicy: newSetting(""), externalPerDay: o.ExternalRecipientsPerDay,
		trial: o.Trial,
	})
	return nil
}

// CheckOrganization says why an organization could not be added.
func (s *Store) CheckOrganization(o Organization) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checkOrganization(o)
}

func (s *Store) checkOrganization(o Organization) error {
	if len(o.Domains) == 0 {
		return fmt.Errorf("an organization needs a domain: %w", ErrNoOrganization)
	}
	for _, domain := range o.Domains {
		if s.organization(domain) != nil {
			return fmt.Errorf("the domain %s: %w", domain, ErrExists)
		}
	}
	return nil
}

// CheckMailbox says why a mailbox could not be added.
func (s *Store) CheckMailbox(m Mailbox) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.checkMailbox(m)
	return err
}

// checkMailbox returns the organization of a mailbox that can be added.
func (s *Store) checkMailbox(m Mailbox) (*organization, error) {
	if !address.Valid(m.Address) {
		return nil, fmt.Errorf("mailbox %q: %w", m.Address, ErrAddress)
	}
	where := m.Organization
	if where == "" {
		where = address.Domain(m.Address)
	}
	o := s.organization(where)
	if o == nil {
		return nil, fmt.Errorf("mailbox %s: %w", m.Address, ErrNoOrganization)
	}
	for _, name := range append([]string{m.Address}, m.Aliases...) {
		if s.mailbox(name) != nil {
			return nil, fmt.Errorf("mailbox %s: %w", name, ErrExists)
		}
	}
	return o, nil
}

// AddMailbox makes a mailbox in an organization that is there.
func (s *Store) AddMailbox(m Mailbox) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, err := s.checkMailbox(m)
	if err != nil {
		return err
	}
	s.add(&mailbox{
		address: m.Address, aliases: slices.Clone(m.Aliases), organization: o, smtpAuth: newSetting(m.SMTPAuth),
		sendAs: newSetting(slices.Clone(m.SendAs)), fullAccess: newSetting(slices.Clone(m.FullAccess)),
		policy: newSetting(""), maxSendSize: newSetting(m.MaxSendSize), recipientLimit: newSetting(0),
		licensed: newSetting(true), quota: m.Quota, password: m.Password,
	})
	return nil
}

// RemoveMailbox takes a mailbox away, by any of its addresses: mail for it is reported back, and nobody submits as it.
// What has arrived can still be read. The addresses are free for a new mailbox.
func (s *Store) RemoveMailbox(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(name)
	if m == nil || m.organization == nil {
		return fmt.Errorf("%q: %w", name, ErrNoMailbox)
	}
	m.removed = true
	for _, own := range m.names() {
		delete(s.mailboxes, strings.ToLower(own))
		s.removed[strings.ToLower(own)] = m
	}
	return nil
}

func (s *Store) add(m *mailbox) {
	m.sent.Seat.Sent = true
	if m.organization != nil {
		m.inbox.Seat.Organization, m.sent.Seat.Organization = m.organization.id, m.organization.id
	}
	for _, name := range m.names() {
		s.mailboxes[strings.ToLower(name)] = m
	}
	if m.organization != nil {
		s.order = append(s.order, m)
	}
}

// organization finds an organization by its id or by a domain; nil: there is none. Under s.mu.
func (s *Store) organization(name string) *organization {
	for _, o := range s.organizations {
		if strings.EqualFold(o.id, name) || address.Among(o.domains, name) {
			return o
		}
	}
	return nil
}

// organizationOf finds the organization of an account: its mailbox's, or its domain's. Under s.mu.
func (s *Store) organizationOf(user string) *organization {
	if m := s.mailbox(user); m != nil && m.organization != nil {
		return m.organization
	}
	return s.organization(address.Domain(user))
}

// mailbox finds a mailbox by an address; nil: there is none. Under s.mu.
func (s *Store) mailbox(address string) *mailbox { return s.mailboxes[strings.ToLower(address)] }

// names are all its addresses.
func (m *mailbox) names() []string { return append([]string{m.address}, m.aliases...) }

// owns reports whether an address is the mailbox's own.
func (m *mailbox) owns(name string) bool {
	return strings.EqualFold(m.address, name) || address.Among(m.aliases, name)
}

// policyOf finds an authentication policy; nil: there is none.
func (o *organization) policyOf(name string) *policy {
	for _, p := range o.policies {
		if strings.EqualFold(p.name, name) {
			return p
		}
	}
	return nil
}
