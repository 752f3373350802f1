package fakesmtp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/journal"
)

// setting is a switch whose change takes effect later than it is made, as an administrator's change in Exchange Online does.
type setting[V any] struct {
	steps []step[V] // in the order in which they take effect; the first holds from the beginning
}

type step[V any] struct {
	from  time.Time
	value V
}

func newSetting[V any](value V) setting[V] { return setting[V]{steps: []step[V]{{value: value}}} }

// set changes the value from a time on; changes that were to come later are overtaken.
func (s *setting[V]) set(value V, from time.Time) {
	for len(s.steps) > 1 && !s.steps[len(s.steps)-1].from.Before(from) {
		s.steps = s.steps[:len(s.steps)-1]
	}
	s.steps = append(s.steps, step[V]{from, value})
}

// at returns the value that the front ends act on at a time.
func (s *setting[V]) at(now time.Time) V {
	value := s.steps[0].value
	for _, step := range s.steps[1:] {
		if !step.from.After(now) {
			value = step.value
		}
	}
	return value
}

// written returns the value that was set last, which the cmdlets show at once.
func (s *setting[V]) written() V { return s.steps[len(s.steps)-1].value }

// organization is a tenant's state, guarded by Server.mu.
type organization struct {
	id               string
	domains          []string
	personal         bool
	smtpAuthDisabled setting[bool]
	securityDefaults setting[bool]
	basicDisabled    bool               // as the organization was made
	policies         map[string]*policy // authentication policies by name in lower case
	policyNames      []string           // in the order of their making
	defaultPolicy    setting[string]    // name of one of policies, or empty
	reports          int                // non-delivery reports written so far
	created          time.Time
	legacyTLS        setting[bool] // AllowLegacyTLSClients
	fromAliases      setting[bool] // SendFromAliasEnabled
	principals       []*servicePrincipal
	externalPerDay   int
	external         []spent // recipients outside, of the last day
}

// policy is an authentication policy, as far as it concerns client submission.
type policy struct {
	name      string
	allowSMTP setting[bool] // AllowBasicAuthSmtp
}

func (o *organization) profile() replies.Profile {
	if o.personal {
		return replies.ProfileOutlook
	}
	return replies.ProfileExchange
}

// mailbox is a mailbox's state, guarded by Server.mu.
type mailbox struct {
	address          string // as it was written
	aliases          []string
	organization     *organization // nil: on the Internet
	smtpAuthDisabled setting[*bool]
	sendAs           setting[[]string]
	fullAccess       setting[[]string]
	policy           setting[string]
	maxSendSize      setting[int64]
	recipientLimit   setting[int] // 0: Config.MaxRecipients
	quota            int64
	held             int64 // octets
	unlicensed       setting[bool]
	revokedBefore    time.Time
	verdict          string              // of the abuse control; empty: none
	restriction      replies.Restriction // empty: none
	usage            usage
	password         journal.Secret
	inbox            []mail.Message
	sent             []mail.Message
}

// owns reports whether an address is the mailbox's own.
func (m *mailbox) owns(name string) bool {
	return strings.EqualFold(m.address, name) || address.Among(m.aliases, name)
}

// Errors of adding what is there already or belongs nowhere.
var (
	ErrExists         = errors.New("it exists already")
	ErrNoOrganization = errors.New("no organization has this domain")
	ErrAddress        = errors.New("not an e-mail address")
)

// AddOrganization makes a tenant. Its first domain is required.
func (s *Server) AddOrganization(o Organization) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(o.Domains) == 0 {
		return fmt.Errorf("fakesmtp: an organization needs a domain: %w", ErrNoOrganization)
	}
	for _, domain := range o.Domains {
		if s.organizationOf(domain) != nil {
			return fmt.Errorf("fakesmtp: the domain %s: %w", domain, ErrExists)
		}
	}
	if o.ID == "" {
		if o.ID = PersonalTenant; !o.Personal {
			o.ID = chance.New(s.config.Seed, "organization "+o.Domains[0]).UUID()
		}
	}
	s.organizations = append(s.organizations, &organization{
		id: o.ID, domains: slices.Clone(o.Domains), personal: o.Personal,
		smtpAuthDisabled: newSetting(o.SMTPAuthDisabled), securityDefaults: newSetting(o.SecurityDefaults),
		created: o.Created, legacyTLS: newSetting(false), fromAliases: newSetting(false), externalPerDay: o.ExternalRecipientsPerDay,
		basicDisabled: o.BasicAuthDisabled, policies: map[string]*policy{}, defaultPolicy: newSetting(""),
	})
	return nil
}

// AddMailbox makes a mailbox in an organization that is there.
func (s *Server) AddMailbox(m Mailbox) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !address.Valid(m.Address) {
		return fmt.Errorf("fakesmtp: mailbox %q: %w", m.Address, ErrAddress)
	}
	where := m.Organization
	if where == "" {
		where = address.Domain(m.Address)
	}
	o := s.organizationOf(where)
	if o == nil {
		return fmt.Errorf("fakesmtp: mailbox %s: %w", m.Address, ErrNoOrganization)
	}
	for _, address := range append([]string{m.Address}, m.Aliases...) {
		if s.mailboxOf(address) != nil {
			return fmt.Errorf("fakesmtp: mailbox %s: %w", address, ErrExists)
		}
	}
	s.addMailbox(&mailbox{
		address: m.Address, aliases: slices.Clone(m.Aliases), organization: o,
		smtpAuthDisabled: newSetting(m.SMTPAuthDisabled), sendAs: newSetting(slices.Clone(m.SendAs)),
		fullAccess: newSetting(slices.Clone(m.FullAccess)), policy: newSetting(""),
		maxSendSize: newSetting(m.MaxSendSize), recipientLimit: newSetting(0), quota: m.Quota, unlicensed: newSetting(m.Unlicensed),
		password: m.Password,
	})
	if !m.Password.Empty() {
		s.shell.Secrets.Add(m.Password.Reveal())
	}
	return nil
}

func (s *Server) addMailbox(m *mailbox) {
	for _, address := range append([]string{m.address}, m.aliases...) {
		s.mailboxes[strings.ToLower(address)] = m
	}
	s.order = append(s.order, m)
}

// SetSecurityDefaults turns an organization's security defaults on or off from now on. They are a setting of Entra ID; a bench tells
// the mail service. The organization is named by its id or by one of its domains.
func (s *Server) SetSecurityDefaults(organization string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organizationOf(organization)
	if o == nil {
		return fmt.Errorf("fakesmtp: %s: %w", organization, ErrNoOrganization)
	}
	o.securityDefaults.set(on, s.shell.Clock.Now())
	return nil
}

// organizationOf finds an organization by its id or by a domain; nil: there is none. Under s.mu.
func (s *Server) organizationOf(name string) *organization {
	for _, o := range s.organizations {
		if strings.EqualFold(o.id, name) || address.Among(o.domains, name) {
			return o
		}
	}
	return nil
}

// mailboxOf finds a mailbox by an address; nil: there is none. Under s.mu.
func (s *Server) mailboxOf(address string) *mailbox { return s.mailboxes[strings.ToLower(address)] }

// Mailbox returns what arrived at an address, oldest first. An address without an organization is on the Internet and takes all
// mail; an address that nobody has written to is empty.
func (s *Server) Mailbox(address string) []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailboxOf(address); m != nil {
		return mail.Opened(slices.Clone(m.inbox))
	}
	return nil
}

// SentItems returns the copies that the service has kept of what was sent from a mailbox, oldest first.
func (s *Server) SentItems(address string) []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mailboxOf(address); m != nil {
		return mail.Opened(slices.Clone(m.sent))
	}
	return nil
}
