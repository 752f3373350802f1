package directory

import (
	"cmp"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Alias is the first part of a path: what kind of account a sign-in is for.
type Alias struct {
	Text   string
	Common bool      // common: work and personal
	Work   bool      // organizations
	Tenant TenantKey // consumers, an id or a domain; 0: none
	ID     string    // the tenant's
	Name   string    // likewise

	personal bool
}

// Consumers reports whether the alias is for personal accounts only.
func (a Alias) Consumers() bool { return a.personal }

// Organization reports whether the alias is one organization.
func (a Alias) Organization() bool { return a.Tenant != 0 && !a.personal }

// DirectoryName is what messages call the alias.
func (a Alias) DirectoryName() string {
	switch {
	case a.personal:
		return a.ID
	case a.Tenant != 0:
		return a.Name
	}
	return a.Text
}

// Resolve reads a tenant from a path (docs/reference/entra.md §1.1, §6.4).
func (d *Directory) Resolve(text string) (Alias, *catalogue.Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := strings.ToLower(text)
	var t *tenant
	switch key {
	case "common":
		return Alias{Text: text, Common: true}, nil
	case "organizations":
		return Alias{Text: text, Work: true}, nil
	case "consumers":
		t = d.book.personal
	default:
		if !ValidGUID(text) && !ValidDomain(text) {
			return Alias{Text: text}, catalogue.Fail(900023).With("tenant", text)
		}
		if t = d.book.byID[key]; t == nil {
			t = d.book.byDomain[key]
		}
	}
	if t == nil {
		return Alias{Text: text}, catalogue.Fail(90002).With("tenant", text)
	}
	return Alias{Text: text, Tenant: t.key, ID: t.ID, Name: t.Name, personal: t.Personal}, nil
}

// TenantName is what messages call the tenant that a token is for: that of the alias, else the home of the person whom
// a request names, else the only organization that there is, else the alias itself.
func (d *Directory) TenantName(alias Alias, principal string) string {
	if alias.Tenant != 0 {
		return alias.DirectoryName()
	}
	if u, known := d.Account(principal); known {
		return u.Home.Name
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	name := ""
	for _, t := range d.book.tenants {
		switch {
		case t.Personal:
		case name != "":
			return alias.Text
		default:
			name = t.Name
		}
	}
	return cmp.Or(name, alias.Text)
}

// Client finds the application that a program says it is. Whether it is let in is another question; so is its state.
func (d *Directory) Client(alias Alias, id string) (Application, *catalogue.Problem) {
	application, known := d.Application(id)
	if !known {
		return Application{}, catalogue.Fail(700016).With("id", id).With("tenant", alias.DirectoryName())
	}
	return application, nil
}

// InUse says that an application is disabled; nil: it is not.
func (a Application) InUse() *catalogue.Problem {
	if a.State == Disabled {
		return catalogue.Fail(7000112).With("id", a.ID).With("name", a.Name)
	}
	return nil
}

// Owns reports whether a tenant has a domain.
func (d *Directory) Owns(key TenantKey, domain string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.byDomain[domain]
	return t != nil && t.key == key
}
