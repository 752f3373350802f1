// Package resources holds the APIs that tokens are made for, with their permissions; it reads the scopes by which
// programs ask for them, and decides what a token holds and what the answer says of it.
package resources

import (
	"fmt"
	"slices"
	"strings"
)

// Permission is one permission of an API.
type Permission struct {
	Name  string `json:"name"`            // "SMTP.Send"
	ID    string `json:"id,omitempty"`    // GUID of it in registrations (requiredResourceAccess); empty: made up
	Text  string `json:"text,omitempty"`  // what the consent page says of it; empty: its name
	Admin bool   `json:"admin,omitempty"` // only an administrator may consent to it
}

// API is a resource that tokens are made for.
type API struct {
	Name     string       `json:"name"`     // display name of its service principal
	ID       string       `json:"id"`       // application id, a GUID
	Roots    []string     `json:"roots"`    // what scopes begin with; the first is the canonical one
	Audience string       `json:"audience"` // aud of its tokens, unless a scope names a root; empty: the first root
	Scopes   []Permission `json:"scopes"`   // delegated permissions
	Roles    []Permission `json:"roles"`    // application permissions

	partial bool // Microsoft has more permissions than the table: an unknown name is no error of the client's
}

// Table is the list of APIs of one bench. It does not change: [Table.With] makes another.
type Table struct{ apis []*API }

// Builtin is the table of a bench that has been given no other APIs.
func Builtin() *Table { return builtin }

var builtin = &Table{apis: []*API{Exchange, Graph}}

// All returns the APIs in their order.
func (t *Table) All() []*API { return slices.Clone(t.apis) }

// With returns the table with one more API. One that is there already, by name or by id, gets the permissions and
// roots that it lacks.
func (t *Table) With(a API) (*Table, error) {
	at := slices.IndexFunc(t.apis, func(r *API) bool {
		return strings.EqualFold(r.ID, a.ID) || a.ID == "" && a.Name != "" && r.Is(a.Name)
	})
	if at >= 0 {
		a = t.apis[at].with(a)
	}
	if err := a.check(t.apis, at); err != nil {
		return nil, err
	}
	if a.Audience == "" {
		a.Audience = a.Roots[0]
	}
	apis := slices.Clone(t.apis)
	if at >= 0 {
		apis[at] = &a
	} else {
		apis = append(apis, &a)
	}
	return &Table{apis: apis}, nil
}

// with adds what another description of the same API has more.
func (r *API) with(more API) API {
	a := *r
	more.Name, more.ID = a.Name, a.ID
	a.Scopes, a.Roles = added(a.Scopes, more.Scopes), added(a.Roles, more.Roles)
	a.Roots = slices.Clone(a.Roots)
	for _, root := range more.Roots {
		if !a.Is(root) {
			a.Roots = append(a.Roots, strings.TrimSuffix(root, "/"))
		}
	}
	return a
}

// added lists permissions; one that is described anew is replaced.
func added(old, more []Permission) []Permission {
	list := slices.Clone(old)
	for _, p := range more {
		if i := indexOf(list, p.Name); i >= 0 {
			if p.ID == "" {
				p.ID = list[i].ID
			}
			list[i] = p
			continue
		}
		list = append(list, p)
	}
	return list
}

// check refuses an API that no scope could name, or that another one of the table, but for the one at that place, is.
func (r *API) check(others []*API, at int) error {
	switch {
	case r.Name == "":
		return fmt.Errorf("resource %s: a name is needed", r.ID)
	case !guid(r.ID):
		return fmt.Errorf("resource %q: the id %q is not a GUID", r.Name, r.ID)
	case len(r.Roots) == 0:
		return fmt.Errorf("resource %q: an identifier URI is needed, such as api://%s", r.Name, r.ID)
	}
	r.ID = strings.ToLower(r.ID)
	r.Roots = slices.Clone(r.Roots)
	for i, root := range r.Roots {
		r.Roots[i] = strings.TrimSuffix(root, "/")
		scheme, rest, ok := strings.Cut(r.Roots[i], "://")
		if !ok || scheme == "" || rest == "" || strings.ContainsAny(root, " \t\"'") {
			return fmt.Errorf("resource %q: %q is no identifier URI, such as api://%s", r.Name, root, r.ID)
		}
	}
	for i, other := range others {
		for _, name := range append([]string{r.Name, r.ID}, r.Roots...) {
			if i != at && other.Is(name) {
				return fmt.Errorf("resource %q: %q means %s already", r.Name, name, other.Name)
			}
		}
	}
	for _, list := range [][]Permission{r.Scopes, r.Roles} {
		for i, p := range list {
			if p.Name == "" || strings.ContainsAny(p.Name, " \t/\"'") || indexOf(list, p.Name) != i {
				return fmt.Errorf("resource %q: %q is no name of a permission, or stands twice", r.Name, p.Name)
			}
			if p.ID != "" && !guid(p.ID) {
				return fmt.Errorf("resource %q: the id %q of %s is not a GUID", r.Name, p.ID, p.Name)
			}
		}
	}
	return nil
}

// Named finds a resource by its name, its id or one of its roots; nil: there is none.
func (t *Table) Named(name string) *API {
	for _, r := range t.apis {
		if r.Is(name) {
			return r
		}
	}
	return nil
}

// Named finds one of the resources that every bench has.
func Named(name string) *API { return builtin.Named(name) }

// Is reports whether a name, an id or a root means this resource. "Office 365" is the name that policies use for all of
// it.
func (r *API) Is(name string) bool {
	if strings.EqualFold(r.Name, name) || strings.EqualFold(r.ID, name) ||
		r.Same(Exchange) && strings.EqualFold(name, "Office 365") {
		return true
	}
	for _, root := range r.Roots {
		if strings.EqualFold(root, strings.TrimSuffix(name, "/")) {
			return true
		}
	}
	return false
}

// Same reports whether two tables' descriptions are of one API.
func (r *API) Same(other *API) bool { return r == other || r.ID == other.ID }

// Scope finds a delegated permission by its short name, as the resource writes it; "": it has none of that name.
func (r *API) Scope(name string) string {
	if i := indexOf(r.Scopes, name); i >= 0 {
		return r.Scopes[i].Name
	}
	return ""
}

// indexOf finds a permission by its name; -1: there is none.
func indexOf(list []Permission, name string) int {
	return slices.IndexFunc(list, func(p Permission) bool { return strings.EqualFold(p.Name, name) })
}

// Canonical is a delegated permission as consents and registrations keep it: with the first root of its resource, or
// one of OpenID's words alone. A name without a resource is one of Microsoft Graph's
// (docs/reference/entra.md §3.1). The error lists what there is.
func (t *Table) Canonical(scope string) (string, error) {
	if word := openIDWord(scope); word != "" {
		return word, nil
	}
	r, name, err := t.find(scope)
	if err != nil {
		return "", err
	}
	known := r.Scope(name)
	if known == "" {
		return "", fmt.Errorf("%s has no delegated permission %q in the bench's table; it has: %s", r.Name, name,
			names(r.Scopes))
	}
	if r.Same(Graph) && openIDWord(known) != "" {
		return known, nil
	}
	return r.Roots[0] + "/" + known, nil
}

// CanonicalRole is likewise for an application permission.
func (t *Table) CanonicalRole(role string) (string, error) {
	r, name, err := t.find(role)
	if err != nil {
		return "", err
	}
	i := indexOf(r.Roles, name)
	if i < 0 {
		return "", fmt.Errorf("no resource has the application permission %q; %s has: %s", role, r.Name,
			names(r.Roles))
	}
	return r.Roots[0] + "/" + r.Roles[i].Name, nil
}

// find parts a permission into its resource and its name.
func (t *Table) find(permission string) (*API, string, error) {
	r, root, name, ok := t.Split(permission)
	switch {
	case !ok:
		return nil, "", fmt.Errorf("%q is no permission, such as https://outlook.office.com/SMTP.Send", permission)
	case r == nil:
		return nil, "", fmt.Errorf("there is no resource %q", root)
	}
	return r, name, nil
}

func names(list []Permission) string {
	all := make([]string, len(list))
	for i, p := range list {
		all[i] = p.Name
	}
	return strings.Join(all, ", ")
}

// RoleOf finds the name of an application permission if it is one of this resource.
func (r *API) RoleOf(role string) (name string, ok bool) {
	i := strings.LastIndexByte(role, '/')
	if i < 0 {
		return "", false
	}
	return role[i+1:], r.Is(role[:i])
}

// text is what the consent page says of a canonical permission, delegated or not.
func (t *Table) text(permission string, roles bool) string {
	r, _, name, _ := t.Split(permission)
	if r == nil {
		return permission
	}
	list := r.Scopes
	if roles {
		list = r.Roles
	}
	if i := indexOf(list, name); i >= 0 && list[i].Text != "" {
		return list[i].Text
	}
	return name
}

// administrators reports whether only an administrator may consent to one of some canonical permissions.
func (t *Table) administrators(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool {
		r, _, name, _ := t.Split(scope)
		if r == nil {
			return false
		}
		i := indexOf(r.Scopes, name)
		return i >= 0 && r.Scopes[i].Admin
	})
}

// guid reports whether a text has the form of a GUID.
func guid(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F'):
			return false
		}
	}
	return true
}
