package mailboxes

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mfpsim/fakesmtp/internal/address"
)

// Connector is an inbound connector: it says that mail which comes to the MX door from certain addresses, or with a
// certain certificate, is the organization's own.
type Connector struct {
	Name     string
	Disabled bool
	// Partner connectors only restrict what comes; those of type OnPremises let the organization's own servers and
	// devices relay.
	Partner bool
	// Addresses are IP addresses and networks (SenderIPAddresses). Certificate is a name in the client's certificate,
	// "*.contoso.com" for all of a domain (TlsSenderCertificateName).
	Addresses   []string
	Certificate string
	// SenderDomains are the domains of senders whose mail it concerns; empty, or "*": all.
	SenderDomains []string
	// RequireTLS: it is not the connector of a caller who speaks in clear.
	RequireTLS bool
}

// Caller is who speaks at the MX door.
type Caller struct {
	Address string   // IP address
	Names   []string // in the certificate that the client has shown and that could be verified
	Secure  bool
}

// AddConnector makes an inbound connector of an organization.
func (s *Store) AddConnector(organization string, c Connector) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organization(organization)
	if o == nil {
		return fmt.Errorf("%s: %w", organization, ErrNoOrganization)
	}
	same := func(have *Connector) bool { return strings.EqualFold(have.Name, c.Name) }
	if c.Name == "" || slices.ContainsFunc(o.connectors, same) {
		return fmt.Errorf("connector %q: %w", c.Name, errName)
	}
	if err := c.check(); err != nil {
		return err
	}
	o.connectors = append(o.connectors, &c)
	return nil
}

func (c Connector) check() error {
	if len(c.Addresses) == 0 && c.Certificate == "" {
		return fmt.Errorf("connector %s: it needs addresses or the name of a certificate", c.Name)
	}
	for _, written := range c.Addresses {
		if _, err := prefixOf(written); err != nil {
			return fmt.Errorf("connector %s: %q is no IP address and no network", c.Name, written)
		}
	}
	return nil
}

func prefixOf(written string) (netip.Prefix, error) {
	if single, err := netip.ParseAddr(written); err == nil {
		return netip.PrefixFrom(single, single.BitLen()), nil
	}
	return netip.ParsePrefix(written)
}

// Connectors returns the inbound connectors of an organization, in the order of their making.
func (s *Store) Connectors(organization string) []Connector {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Connector
	if o := s.organization(organization); o != nil {
		for _, c := range o.connectors {
			all = append(all, *c)
		}
	}
	return all
}

// ChangeConnector lets change alter a connector; nil takes it away.
func (s *Store) ChangeConnector(organization, name string, change func(*Connector)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.organization(organization); o != nil {
		for i, c := range o.connectors {
			if !strings.EqualFold(c.Name, name) {
				continue
			}
			if change == nil {
				o.connectors = slices.Delete(o.connectors, i, i+1)
				return nil
			}
			changed := *c
			change(&changed)
			if err := changed.check(); err != nil {
				return err
			}
			*c = changed
			return nil
		}
	}
	return fmt.Errorf("%q: there is no such connector", name)
}

// fits reports whether a connector is a caller's, by what it was found.
func (c *Connector) fits(caller Caller) bool {
	if c.Disabled || c.RequireTLS && !caller.Secure {
		return false
	}
	if c.Certificate != "" {
		return slices.ContainsFunc(caller.Names, func(name string) bool { return certificateFits(c.Certificate, name) })
	}
	from, err := netip.ParseAddr(caller.Address)
	return err == nil && slices.ContainsFunc(c.Addresses, func(written string) bool {
		network, err := prefixOf(written)
		return err == nil && network.Contains(from.Unmap())
	})
}

// concerns reports whether a connector concerns senders of a domain.
func (c *Connector) concerns(domain string) bool {
	return len(c.SenderDomains) == 0 || address.Among(c.SenderDomains, "*") || address.Among(c.SenderDomains, domain)
}

// certificateFits compares the name of a connector with one of a certificate. Either can begin with "*.".
func certificateFits(wanted, shown string) bool {
	if strings.EqualFold(wanted, shown) {
		return true
	}
	domain, wild := strings.CutPrefix(strings.ToLower(wanted), "*.")
	return wild && strings.HasSuffix(strings.ToLower(shown), "."+domain)
}

// Attribution is what the MX door makes of a caller and a sender.
type Attribution struct {
	Organization string // whose mail it is; empty: anybody's
	Relays       bool   // recipients outside are taken
	DirectSend   bool   // it is from an accepted domain, and no connector says that it may be
	Rejected     bool   // such mail is refused (RejectDirectSend)
}

// Attribute says whose mail it is that a caller sends. A connector of type OnPremises attributes it; for the way out
// the sender's domain, or the certificate's, must be one of the organization's accepted domains.
func (s *Store) Attribute(caller Caller, sender string) Attribution {
	s.mu.Lock()
	defer s.mu.Unlock()
	domain := address.Domain(sender)
	for _, o := range s.organizations {
		for _, c := range o.connectors {
			if c.Partner || !c.fits(caller) || !c.concerns(domain) {
				continue
			}
			accepted := address.Among(o.domains, domain) || c.Certificate != "" && slices.ContainsFunc(o.domains,
				func(d string) bool {
					return strings.EqualFold(strings.TrimPrefix(c.Certificate, "*."), d) ||
						strings.HasSuffix(strings.ToLower(c.Certificate), "."+strings.ToLower(d))
				})
			if accepted {
				return Attribution{Organization: o.id, Relays: true}
			}
		}
	}
	if o := s.organization(domain); o != nil && !o.personal {
		return Attribution{DirectSend: true, Rejected: o.rejectDirectSend}
	}
	return Attribution{}
}

// Exchangers returns the names of the MX doors: one for each accepted domain of organizations that are not personal.
func (s *Store) Exchangers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, o := range s.organizations {
		for _, domain := range o.domains {
			if !o.personal {
				names = append(names, Exchanger(domain))
			}
		}
	}
	return names
}

// Exchanger is the name of the MX door of a domain: contoso-com.mail.protection.outlook.com.
func Exchanger(domain string) string {
	return strings.ReplaceAll(strings.ToLower(domain), ".", "-") + ".mail.protection.outlook.com"
}
