package mailboxes

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/replies"
)

// Acceptance is whose mail a mailbox or a group takes.
type Acceptance struct {
	// AuthenticatedOnly: mail from outside is reported back with 5.7.133 or 5.7.134
	// (RequireSenderAuthenticationEnabled).
	AuthenticatedOnly bool
	// Senders are those that it takes mail of, groups for their members; empty: of anybody
	// (AcceptMessagesOnlyFromSendersOrMembers).
	Senders []string
}

// Group is a distribution group.
type Group struct {
	Name       string
	Address    string
	Members    []string // addresses, of other groups too
	Acceptance Acceptance
}

// group finds a distribution group by its address. Under s.mu.
func (s *Store) group(name string) *Group {
	for _, o := range s.organizations {
		for _, g := range o.groups {
			if strings.EqualFold(g.Address, name) {
				return g
			}
		}
	}
	return nil
}

// AddGroup makes a distribution group in the organization of its address's domain.
func (s *Store) AddGroup(g Group) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !address.Valid(g.Address) {
		return fmt.Errorf("group %q: %w", g.Address, ErrAddress)
	}
	o := s.organization(address.Domain(g.Address))
	switch {
	case o == nil:
		return fmt.Errorf("group %s: %w", g.Address, ErrNoOrganization)
	case s.mailbox(g.Address) != nil || s.group(g.Address) != nil:
		return fmt.Errorf("group %s: %w", g.Address, ErrExists)
	}
	if g.Name == "" {
		g.Name, _, _ = strings.Cut(g.Address, "@")
	}
	o.groups = append(o.groups, &g)
	return nil
}

// Groups returns the distribution groups of an organization, in the order of their making.
func (s *Store) Groups(organization string) []Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Group
	if o := s.organization(organization); o != nil {
		for _, g := range o.groups {
			shown := *g
			shown.Members, shown.Acceptance.Senders = slices.Clone(g.Members), slices.Clone(g.Acceptance.Senders)
			all = append(all, shown)
		}
	}
	return all
}

// ChangeGroup lets change alter a group, by its address; the address stays.
func (s *Store) ChangeGroup(name string, change func(*Group)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.group(name)
	if g == nil {
		return fmt.Errorf("%q: there is no such group", name)
	}
	kept := g.Address
	change(g)
	g.Address = kept
	return nil
}

// Rule is a transport rule. Conditions that are given must all hold; a list holds if one of it does. Rules are looked
// at in the order of their making; the first that fits decides.
type Rule struct {
	Name     string
	Disabled bool

	From             []string // senders
	SenderDomains    []string
	OutsideSender    bool // who has not authenticated
	SentTo           []string
	RecipientDomains []string
	OutsideRecipient bool     // not of the organization
	Subject          []string // a word that the subject contains
	LargerThan       int64    // octets
	ExceptFrom       []string
	ExceptTo         []string

	// What is done, one of these: the message is reported back with a text and a status of 5.7.1 or 5.7.900 to 5.7.999,
	// dropped without a word, or goes to others instead.
	RejectText   string
	RejectStatus string
	Drop         bool
	RedirectTo   []string
}

// rules applies the transport rules to one recipient: of the organization that sends, else of the one that receives.
// next: it goes to these instead; stop: it goes nowhere, and why says what is reported, nil: nothing.
func (t *transfer) rules(recipient string) (next []string, why *failure, stop bool) {
	receives := t.store.organization(address.Domain(recipient))
	for i, o := range []*organization{t.of, receives} {
		if o == nil || i > 0 && o == t.of {
			continue
		}
		for _, r := range o.rules {
			if !t.fits(r, o, recipient) {
				continue
			}
			switch {
			case len(r.RedirectTo) > 0:
				return r.RedirectTo, nil, false
			case r.Drop:
				return nil, nil, true
			default:
				return nil, r.failure(), true
			}
		}
	}
	return nil, nil, false
}

func (r *Rule) failure() *failure {
	status := r.RejectStatus
	if status == "" {
		status = string(replies.RejectedByRule)
	}
	_, text, _ := strings.Cut(replies.RejectedByRule.Diagnostic(""), " "+string(replies.RejectedByRule)+" ")
	if r.RejectText != "" {
		text = "TRANSPORT.RULES.RejectMessage; " + r.RejectText
	}
	return &failure{status, "550 " + status + " " + text}
}

func (t *transfer) fits(r *Rule, o *organization, recipient string) bool {
	author := t.author()
	subject := strings.ToLower(t.m.Subject)
	hasWord := func(word string) bool { return strings.Contains(subject, strings.ToLower(word)) }
	inside := t.store.organization(address.Domain(recipient)) == o
	switch {
	case r.Disabled,
		len(r.From) > 0 && !t.store.senderAmong(author, r.From),
		len(r.SenderDomains) > 0 && !address.Among(r.SenderDomains, address.Domain(author)),
		r.OutsideSender && t.sender != nil,
		len(r.SentTo) > 0 && !address.Among(r.SentTo, recipient),
		len(r.RecipientDomains) > 0 && !address.Among(r.RecipientDomains, address.Domain(recipient)),
		r.OutsideRecipient && inside,
		len(r.Subject) > 0 && !slices.ContainsFunc(r.Subject, hasWord),
		r.LargerThan > 0 && int64(t.m.Size()) <= r.LargerThan,
		t.store.senderAmong(author, r.ExceptFrom),
		address.Among(r.ExceptTo, recipient):
		return false
	}
	return true
}

// AddRule makes a transport rule of an organization, behind those that are there.
func (s *Store) AddRule(organization string, r Rule) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization(organization)
	if o == nil {
		return fmt.Errorf("%s: %w", organization, ErrNoOrganization)
	}
	if r.Name == "" || slices.ContainsFunc(
		o.rules, func(have *Rule) bool { return strings.EqualFold(have.Name, r.Name) },
	) {
		return fmt.Errorf("transport rule %q: %w", r.Name, errName)
	}
	o.rules = append(o.rules, &r)
	return nil
}

// Rules returns the transport rules of an organization, in their order.
func (s *Store) Rules(organization string) []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Rule
	if o := s.organization(organization); o != nil {
		for _, r := range o.rules {
			all = append(all, *r)
		}
	}
	return all
}

// ChangeRule lets change alter a transport rule; nil takes it away.
func (s *Store) ChangeRule(organization, name string, change func(*Rule)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.organization(organization); o != nil {
		for i, r := range o.rules {
			if !strings.EqualFold(r.Name, name) {
				continue
			}
			if change == nil {
				o.rules = slices.Delete(o.rules, i, i+1)
			} else {
				change(r)
			}
			return nil
		}
	}
	return fmt.Errorf("%q: there is no such transport rule", name)
}
