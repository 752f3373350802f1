package fakeentra

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
)

// SetLocation adds a named location to a tenant, or replaces the one of the same name, and returns it with its id.
func (s *Server) SetLocation(tenantName string, l access.NamedLocation) (access.NamedLocation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return access.NamedLocation{}, err
	}
	return s.setLocation(t, l, "administrator")
}

// setLocation is SetLocation under s.mu.
func (s *Server) setLocation(t *tenant, l access.NamedLocation, actor string) (access.NamedLocation, error) {
	if err := l.Check(); err != nil {
		return access.NamedLocation{}, fmt.Errorf("fakeentra: %w", err)
	}
	for i, old := range t.locations {
		if old.ID == l.ID || l.ID == "" && strings.EqualFold(old.Name, l.Name) {
			l.ID, l.Created = old.ID, old.Created
			t.policies = slices.Clone(t.policies)
			for j := range t.policies { // policies go by names here
				p := &t.policies[j]
				p.Locations, p.ExcludeLocations = renamed(p.Locations, old.Name, l.Name), renamed(p.ExcludeLocations, old.Name, l.Name)
			}
			t.locations = slices.Clone(t.locations)
			t.locations[i] = l
			s.logAudit(t, "Update named location", actor, l.Name, "")
			return l, nil
		}
	}
	if l.ID == "" {
		l.ID = s.directory.identity("location "+t.ID, l.Name)
	}
	l.Created = s.now()
	t.locations = append(slices.Clone(t.locations), l)
	s.logAudit(t, "Add named location", actor, l.Name, "")
	return l, nil
}

// renamed is a list in which one name has become another.
func renamed(list []string, from, to string) []string {
	list = slices.Clone(list)
	for i, name := range list {
		if strings.EqualFold(name, from) {
			list[i] = to
		}
	}
	return list
}

// Locations returns the named locations of a tenant.
func (s *Server) Locations(tenantName string) []access.NamedLocation {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return nil
	}
	return slices.Clone(t.locations)
}

// SetDeviceSource says where the device that asks for tokens is.
func (s *Server) SetDeviceSource(source access.Source) error {
	if err := source.Check(); err != nil {
		return fmt.Errorf("fakeentra: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.device, s.address = source, source.Address
	return nil
}

// SetBrowserSource says where the person's browser is.
func (s *Server) SetBrowserSource(source access.Source) error {
	if err := source.Check(); err != nil {
		return fmt.Errorf("fakeentra: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browser = source
	return nil
}

// Sources returns where the device and the browser are.
func (s *Server) Sources() (device, browser access.Source) {
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
func (s *Server) AddManagedPolicies(tenantName string, excluded ...string) ([]access.Policy, error) {
	turnsOn := s.now().Add(ManagedGrace)
	var made []access.Policy
	for _, p := range []access.Policy{
		{Name: ManagedDeviceCode, Flows: []string{access.FlowDeviceCode}},
		{Name: ManagedLegacy, ClientApps: []string{"exchangeActiveSync", "other"}},
	} {
		p.State, p.Users, p.ExcludeUsers, p.Grant, p.Enforced = access.StateReportOnly, []string{"All"}, excluded, access.GrantBlock, turnsOn
		p.Template = s.directory.identity("template", p.Name)
		set, err := s.SetPolicy(tenantName, p)
		if err != nil {
			return nil, err
		}
		made = append(made, set)
	}
	return made, nil
}
