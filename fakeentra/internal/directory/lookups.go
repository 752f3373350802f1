package directory

import (
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/access"
)

// complete fills in a policy of a tenant, and refuses what the tenant does not know.
func (d *book) complete(home *tenant, p *access.Policy) error {
	err := p.Complete(access.Lookups{
		Home: home.Name, User: d.userIn(home), Group: d.groupIn(home), Application: d.applicationNamed,
		Location: func(text string) (string, bool) { return access.LocationOrRange(home.locations, text) },
		Role: func(text string) (string, error) {
			role, err := RoleNamed(text)
			return role.Name, err
		},
	})
	if err == nil && p.ID == "" {
		p.ID = d.identity("policy "+home.ID, p.Name)
	}
	return err
}

// Person is an account as policies see it.
func (a Account) Person() access.Person {
	return access.Person{
		Principal: a.Principal, Groups: a.Groups, Roles: a.Roles, Guest: a.Guest(), Risk: a.Risk,
		Enrolled: a.Enrolled,
	}
}

// Guest reports whether the account is of another organization.
func (u User) Guest() bool {
	return u.Invited || strings.Contains(strings.ToLower(u.Principal), "#ext#")
}

// userIn finds the principal of a user of a tenant by principal or object id.
func (d *book) userIn(home *tenant) func(string) (string, bool) {
	return func(text string) (string, bool) {
		for _, u := range d.userOrder {
			if u.tenant == home && !u.deleted &&
				(strings.EqualFold(u.Principal, text) || strings.EqualFold(u.ID, text)) {
				return u.Principal, true
			}
		}
		return "", false
	}
}

// groupIn finds the name of a group of a tenant by name or id; a group is there once a user is in it.
func (d *book) groupIn(home *tenant) func(string) (string, bool) {
	return func(text string) (string, bool) {
		for _, u := range d.userOrder {
			for _, g := range u.Groups {
				if u.tenant == home && !u.deleted && (strings.EqualFold(g, text) ||
					strings.EqualFold(d.groupID(home.ID, g), text)) {
					return g, true
				}
			}
		}
		return "", false
	}
}

// groupID is the object id of a group of a tenant.
func (d *book) groupID(tenantID, name string) string {
	return d.identity("group "+tenantID, strings.ToLower(name))
}

// applicationNamed finds the name of an application or a resource by name or id.
func (d *book) applicationNamed(text string) (string, bool) {
	for _, id := range slices.Sorted(maps.Keys(d.applications)) {
		if a := d.applications[id]; strings.EqualFold(a.ID, text) || strings.EqualFold(a.Name, text) {
			return text, true
		}
	}
	if r := d.apis.Named(text); r != nil {
		return text, true
	}
	return "", false
}

// Pairwise is an identifier that only one party knows a person by.
func Pairwise(one, other string) []byte {
	sum := sha256.Sum256([]byte(one + "|" + other))
	return sum[:]
}
