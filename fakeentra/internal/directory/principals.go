package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ServicePrincipal is an application, or an API, as one tenant knows it: an "enterprise application".
type ServicePrincipal struct {
	ID                 string
	Tenant             string // tenant id
	Application        string // application id
	Name               string
	State              State    // disabled is "Enabled for users to sign in: No": 7000112, and 500014 for an API
	AssignmentRequired bool     // who is not assigned meets 50105
	Assigned           []string // principals and names of groups
	Roles              []string // application permissions that it was given, with the resource; see GrantRoles
	Created            time.Time
}

// ServicePrincipals returns those of a tenant, in the order of their application ids.
func (d *Directory) ServicePrincipals(key TenantKey) []ServicePrincipal {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	var all []ServicePrincipal
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		all = append(all, d.book.describePrincipal(t, id))
	}
	return all
}

// ServicePrincipal finds that of an application or an API.
func (d *Directory) ServicePrincipal(key TenantKey, id string) (ServicePrincipal, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	if t.principals[id] == nil {
		return ServicePrincipal{}, false
	}
	return d.book.describePrincipal(t, id), true
}

func (d *book) describePrincipal(t *tenant, id string) ServicePrincipal {
	sp := t.principals[id]
	return ServicePrincipal{
		ID: sp.id, Tenant: t.ID, Application: id, Name: d.nameOf(id), State: sp.state, AssignmentRequired: sp.required,
		Assigned: slices.Sorted(maps.Keys(sp.assigned)), Roles: slices.Clone(sp.roles), Created: sp.created,
	}
}

// NameOf is the display name of an application or a resource, by its id.
func (d *Directory) NameOf(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.nameOf(id)
}

func (d *book) nameOf(id string) string {
	if a, ok := d.applications[id]; ok {
		return a.Name
	}
	if r := d.apis.Named(id); r != nil {
		return r.Name
	}
	return id
}

// ChangeServicePrincipal lets change alter an application, or an API, as a tenant knows it, by id or name; it is made
// if the tenant has none yet.
func (d *Directory) ChangeServicePrincipal(
	key TenantKey, application string, change func(*ServicePrincipal) error,
) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, id := d.book.tenant(key), ""
	for _, key := range slices.Sorted(maps.Keys(d.book.applications)) {
		if strings.EqualFold(key, application) || strings.EqualFold(d.book.applications[key].Name, application) {
			id = key
		}
	}
	if r := d.book.apis.Named(application); id == "" && r != nil {
		id = r.ID
	}
	if id == "" {
		return fmt.Errorf("there is no application %q", application)
	}
	d.book.principal(t, id, administrator)
	described := d.book.describePrincipal(t, id)
	if err := change(&described); err != nil {
		return err
	}
	return d.book.changePrincipal(t, id, described)
}

// changePrincipal writes a described service principal back.
func (d *book) changePrincipal(t *tenant, id string, described ServicePrincipal) error {
	sp, assigned := t.principals[id], map[string]bool{}
	for _, name := range described.Assigned {
		principal, ok := d.userIn(t)(name)
		if !ok {
			principal, ok = d.groupIn(t)(name)
		}
		if !ok {
			return fmt.Errorf("%s has no user or group %q", t.Name, name)
		}
		assigned[strings.ToLower(principal)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(assigned)) {
		if !sp.assigned[name] {
			d.log(t, "Add app role assignment grant to user", administrator, d.nameOf(id), name)
		}
	}
	sp.state, sp.required, sp.assigned = described.State, described.AssignmentRequired, assigned
	d.log(t, "Update service principal", administrator, d.nameOf(id), "")
	return nil
}

// MakeServicePrincipal makes an application known to a tenant.
func (d *Directory) MakeServicePrincipal(key TenantKey, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book.principal(d.book.tenant(key), id, administrator)
}

// principal returns a tenant's service principal, which it makes if need be.
func (d *book) principal(t *tenant, id, actor string) *servicePrincipal {
	sp := t.principals[id]
	if sp == nil {
		sp = &servicePrincipal{id: d.identity("service principal "+t.ID, id), created: d.now()}
		t.principals[id] = sp
		d.log(t, "Add service principal", actor, d.nameOf(id), sp.id)
	}
	return sp
}

// MakeAPIs makes the service principals of the resources, which every tenant has; they are as old as the bench.
func (d *Directory) MakeAPIs(key TenantKey, created time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	for _, r := range d.book.apis.All() {
		if _, own := d.book.applications[r.ID]; !own && t.principals[r.ID] == nil {
			t.principals[r.ID] = &servicePrincipal{
				id: d.book.identity("service principal "+t.ID, r.ID), created: created,
			}
		}
	}
}

// DeleteServicePrincipal removes what a tenant knows of an application, consents included.
func (d *Directory) DeleteServicePrincipal(key TenantKey, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	delete(t.principals, id)
	d.book.log(t, "Remove service principal", administrator, d.book.nameOf(id), "")
}

// GrantRoles is an administrator's consent to application permissions, such as
// "https://outlook.office365.com/SMTP.SendAsApp": from then on the application's own tokens carry them. Without roles
// it only makes the application known to the tenant.
func (d *Directory) GrantRoles(key TenantKey, application string, roles ...string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	a, known := d.book.applications[strings.ToLower(application)]
	if !known {
		return fmt.Errorf("there is no application %q", application)
	}
	for _, role := range roles {
		if _, err := d.book.apis.CanonicalRole(role); err != nil {
			return err
		}
	}
	d.book.grantRoles(t, a, administrator, roles)
	return nil
}

func (d *book) grantRoles(t *tenant, a Application, actor string, roles []string) {
	sp := d.principal(t, a.ID, actor)
	for _, role := range roles {
		has := func(old string) bool {
			was, err := d.apis.CanonicalRole(old)
			is, wrong := d.apis.CanonicalRole(role)
			return err == nil && wrong == nil && was == is
		}
		if !slices.ContainsFunc(sp.roles, has) {
			sp.roles = append(sp.roles, role)
			d.log(t, "Add app role assignment to service principal", actor, a.Name, role)
		}
	}
}
