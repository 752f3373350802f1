package directory

import (
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
)

// SetPolicy adds a Conditional Access policy to a tenant, or replaces the one of the same name, and returns it with its
// id.
func (d *Directory) SetPolicy(key TenantKey, p access.Policy) (access.Policy, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.setPolicy(d.book.tenant(key), p)
}

func (d *book) setPolicy(t *tenant, p access.Policy) (access.Policy, error) {
	if err := d.complete(t, &p); err != nil {
		return access.Policy{}, err
	}
	at := slices.IndexFunc(t.policies, func(old access.Policy) bool { return strings.EqualFold(old.Name, p.Name) })
	return d.putPolicy(t, at, p), nil
}

// AddPolicy adds a policy, whatever others are called.
func (d *Directory) AddPolicy(key TenantKey, p access.Policy) (access.Policy, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	if err := d.book.complete(t, &p); err != nil {
		return access.Policy{}, err
	}
	return d.book.putPolicy(t, -1, p), nil
}

// ReplacePolicy replaces the policy that has its id.
func (d *Directory) ReplacePolicy(key TenantKey, p access.Policy) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	if err := d.book.complete(t, &p); err != nil {
		return err
	}
	d.book.putPolicy(t, slices.IndexFunc(t.policies, func(old access.Policy) bool { return old.ID == p.ID }), p)
	return nil
}

// putPolicy replaces a policy, or adds one if there is none at that place.
func (d *book) putPolicy(t *tenant, at int, p access.Policy) access.Policy {
	p.Created, p.Modified = d.now(), time.Time{}
	t.policies = slices.Clone(t.policies)
	if at < 0 {
		t.policies = append(t.policies, p)
		d.log(t, "Add conditional access policy", administrator, p.Name, p.State)
		return p
	}
	p.ID, p.Created, p.Modified = t.policies[at].ID, t.policies[at].Created, d.now()
	t.policies[at] = p
	d.log(t, "Update conditional access policy", administrator, p.Name, p.State)
	return p
}

// DeletePolicy removes a policy, by name or id; ok is false if there is none.
func (d *Directory) DeletePolicy(key TenantKey, policy string) (ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	i := slices.IndexFunc(t.policies, func(p access.Policy) bool {
		return strings.EqualFold(p.Name, policy) || strings.EqualFold(p.ID, policy)
	})
	if i < 0 {
		return false
	}
	name := t.policies[i].Name
	t.policies = slices.Delete(slices.Clone(t.policies), i, i+1)
	d.book.log(t, "Delete conditional access policy", administrator, name, "")
	return true
}

// SetLocation adds a named location to a tenant, or replaces the one of the same name or id, and returns it with its
// id.
func (d *Directory) SetLocation(key TenantKey, l access.NamedLocation) (access.NamedLocation, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.setLocation(d.book.tenant(key), l)
}

func (d *book) setLocation(t *tenant, l access.NamedLocation) (access.NamedLocation, error) {
	if err := l.Check(); err != nil {
		return access.NamedLocation{}, err
	}
	for i, old := range t.locations {
		if old.ID == l.ID || l.ID == "" && strings.EqualFold(old.Name, l.Name) {
			l.ID, l.Created = old.ID, old.Created
			t.policies = slices.Clone(t.policies)
			for j := range t.policies { // policies go by names here
				p := &t.policies[j]
				p.Locations, p.ExcludeLocations = renamed(p.Locations, old.Name, l.Name),
					renamed(p.ExcludeLocations, old.Name, l.Name)
			}
			t.locations = slices.Clone(t.locations)
			t.locations[i] = l
			d.log(t, "Update named location", administrator, l.Name, "")
			return l, nil
		}
	}
	if l.ID == "" {
		l.ID = d.identity("location "+t.ID, l.Name)
	}
	l.Created = d.now()
	t.locations = append(slices.Clone(t.locations), l)
	d.log(t, "Add named location", administrator, l.Name, "")
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

// DeleteLocation removes a named location, by its id.
func (d *Directory) DeleteLocation(key TenantKey, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	i := slices.IndexFunc(t.locations, func(l access.NamedLocation) bool { return l.ID == id })
	if i < 0 {
		return
	}
	name := t.locations[i].Name
	t.locations = slices.Delete(slices.Clone(t.locations), i, i+1)
	d.book.log(t, "Delete named location", administrator, name, "")
}

// Microsoft-managed policies ([D] managed-policies.md, docs/reference/entra.md §5.3).
const (
	// ManagedDeviceCode is the name of the policy that Microsoft puts into tenants to block the device code flow.
	ManagedDeviceCode = "Block device code flow"
	// ManagedLegacy is the name of the one against legacy authentication.
	ManagedLegacy = "Block legacy authentication"
	// ManagedGrace is how long such a policy stands in report-only before it turns on: at least 45 days.
	ManagedGrace = 45 * 24 * time.Hour
)

// AddManagedPolicies puts the policies that Microsoft manages into a tenant, in report-only; they turn on by themselves
// after [ManagedGrace]. excluded are the principals that an administrator has already taken out.
func (d *Directory) AddManagedPolicies(key TenantKey, excluded []string) ([]access.Policy, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, turnsOn := d.book.tenant(key), d.book.now().Add(ManagedGrace)
	var made []access.Policy
	for _, p := range []access.Policy{
		{Name: ManagedDeviceCode, Flows: []string{access.FlowDeviceCode}},
		{Name: ManagedLegacy, ClientApps: []string{"exchangeActiveSync", "other"}},
	} {
		p.State, p.Users, p.ExcludeUsers, p.Grant, p.Enforced = access.StateReportOnly, []string{"All"}, excluded,
			access.GrantBlock, turnsOn
		p.Template = d.book.identity("template", p.Name)
		set, err := d.book.setPolicy(t, p)
		if err != nil {
			return nil, err
		}
		made = append(made, set)
	}
	return made, nil
}
