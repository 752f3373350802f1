package fakeentra

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/words"
)

// NamedLocation is a place that policies name: address ranges, or countries.
type NamedLocation struct {
	ID        string   // GUID; empty: drawn from the seed
	Name      string   // display name
	Ranges    []string // CIDR; an ipNamedLocation
	Trusted   bool     // of address ranges
	Countries []string // two letters each; a countryNamedLocation
	Unknown   bool     // includes addresses of no known country
	Created   time.Time
}

// holds reports whether an address, or its country, is in the place.
func (l *NamedLocation) holds(ip netip.Addr, country string) bool {
	for _, text := range l.Ranges {
		if prefix, err := netip.ParsePrefix(text); err == nil && ip.IsValid() && prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return words.Contain(l.Countries, country) || l.Unknown && country == "unknown"
}

func (l *NamedLocation) check() error {
	if strings.TrimSpace(l.Name) == "" {
		return fmt.Errorf("a named location needs a name")
	}
	if len(l.Ranges) == 0 && len(l.Countries) == 0 || len(l.Ranges) > 0 && len(l.Countries) > 0 {
		return fmt.Errorf("named location %q: either address ranges or countries are needed", l.Name)
	}
	for _, text := range l.Ranges {
		if _, err := netip.ParsePrefix(text); err != nil {
			return fmt.Errorf("named location %q: %q is no address range such as 203.0.113.0/24", l.Name, text)
		}
	}
	for _, text := range l.Countries {
		if len(text) != 2 {
			return fmt.Errorf("named location %q: %q is no country of two letters", l.Name, text)
		}
	}
	return nil
}

// SetLocation adds a named location to a tenant, or replaces the one of the same name, and returns it with its id.
func (s *Server) SetLocation(tenantName string, l NamedLocation) (NamedLocation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return NamedLocation{}, err
	}
	return s.setLocation(t, l, "administrator")
}

// setLocation is SetLocation under s.mu.
func (s *Server) setLocation(t *tenant, l NamedLocation, actor string) (NamedLocation, error) {
	if err := l.check(); err != nil {
		return NamedLocation{}, fmt.Errorf("fakeentra: %w", err)
	}
	for i, old := range t.locations {
		if old.ID == l.ID || l.ID == "" && strings.EqualFold(old.Name, l.Name) {
			l.ID, l.Created = old.ID, old.Created
			for _, p := range t.policies { // policies go by names here
				renameIn(p.Locations, old.Name, l.Name)
				renameIn(p.ExcludeLocations, old.Name, l.Name)
			}
			t.locations[i] = &l
			s.logAudit(t, "Update named location", actor, l.Name, "")
			return l, nil
		}
	}
	if l.ID == "" {
		l.ID = s.directory.identity("location "+t.ID, l.Name)
	}
	l.Created = s.now()
	t.locations = append(t.locations, &l)
	s.logAudit(t, "Add named location", actor, l.Name, "")
	return l, nil
}

func renameIn(list []string, from, to string) {
	for i, name := range list {
		if strings.EqualFold(name, from) {
			list[i] = to
		}
	}
}

// Locations returns the named locations of a tenant.
func (s *Server) Locations(tenantName string) []NamedLocation {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return nil
	}
	var all []NamedLocation
	for _, l := range t.locations {
		all = append(all, *l)
	}
	return all
}

// SetDeviceSource says where the device that asks for tokens is.
func (s *Server) SetDeviceSource(source Source) error {
	if err := source.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.device, s.address = source, source.Address
	return nil
}

// SetBrowserSource says where the person's browser is.
func (s *Server) SetBrowserSource(source Source) error {
	if err := source.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browser = source
	return nil
}

func (source Source) check() error {
	if _, err := netip.ParseAddr(source.Address); err != nil {
		return fmt.Errorf("fakeentra: %q is no address such as 203.0.113.7", source.Address)
	}
	if source.Platform != "" && (!words.Contain(platformWords, source.Platform) || source.Platform == "all") {
		return fmt.Errorf("fakeentra: unknown platform %q; the platforms are: %s", source.Platform, strings.Join(platformWords[1:], ", "))
	}
	if !words.Contain([]string{"", "low", "medium", "high"}, source.Risk) {
		return fmt.Errorf("fakeentra: the risk is low, medium, high or empty, not %q", source.Risk)
	}
	return nil
}

// Sources returns where the device and the browser are.
func (s *Server) Sources() (device, browser Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	device = s.device
	device.Address = s.address
	return device, s.browser
}

// Microsoft-managed policies ([D] managed-policies.md, entra.md §5.3).
const (
	// ManagedDeviceCode is the name of the policy that Microsoft puts into tenants to block the device code flow.
	ManagedDeviceCode = "Block device code flow"
	// ManagedLegacy is the name of the one against legacy authentication.
	ManagedLegacy = "Block legacy authentication"
	// ManagedGrace is how long such a policy stands in report-only before it turns on: at least 45 days.
	ManagedGrace = 45 * 24 * time.Hour
)

// AddManagedPolicies puts the policies that Microsoft manages into a tenant, in report-only; they turn on by themselves after
// [ManagedGrace]. excluded are the principals that an administrator has already taken out.
func (s *Server) AddManagedPolicies(tenantName string, excluded ...string) ([]Policy, error) {
	turnsOn := s.now().Add(ManagedGrace)
	var made []Policy
	for _, p := range []Policy{
		{Name: ManagedDeviceCode, Flows: []string{FlowDeviceCode}},
		{Name: ManagedLegacy, ClientApps: []string{"exchangeActiveSync", "other"}},
	} {
		p.State, p.Users, p.ExcludeUsers, p.Grant, p.Enforced = PolicyReportOnly, []string{"All"}, excluded, GrantBlock, turnsOn
		p.Template = s.directory.identity("template", p.Name)
		set, err := s.SetPolicy(tenantName, p)
		if err != nil {
			return nil, err
		}
		made = append(made, set)
	}
	return made, nil
}
