package directory

import (
	"maps"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/words"
)

// Consents returns the delegated permission grants of a tenant.
func (d *Directory) Consents(key TenantKey) []Consent {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	var all []Consent
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		for _, c := range t.principals[id].consents {
			all = append(all, *c)
		}
	}
	return all
}

// Consent notes a delegated permission grant by a user, or (0) for a whole organization, and makes the service
// principal if the tenant has none yet; actor is named by the audit log, "" is an administrator.
// roles are application permissions, which an administrator's consent for the organization gives as well.
func (d *Directory) Consent(key TenantKey, application, actor string, by UserKey, scopes, roles []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if actor == "" {
		actor = administrator
	}
	t, a := d.book.tenant(key), d.book.applications[application]
	if len(scopes) > 0 {
		d.book.consent(actor, t, a, d.book.user(by), scopes)
	}
	d.book.grantRoles(t, a, actor, roles)
}

func (d *book) consent(actor string, home *tenant, a Application, by *user, scopes []string) {
	sp := d.principal(home, a.ID, actor)
	c := &Consent{Tenant: home.ID, Application: a.ID, Scopes: slices.Sorted(slices.Values(scopes)), At: d.now()}
	kind := "AllPrincipals"
	if by != nil {
		c.User, kind = by.Principal, "Principal"
	}
	var kept []*Consent
	for _, old := range sp.consents {
		if old.User == c.User {
			for _, scope := range old.Scopes {
				if !words.Contain(c.Scopes, scope) {
					c.Scopes = append(c.Scopes, scope)
				}
			}
			continue
		}
		kept = append(kept, old)
	}
	sp.consents = append(kept, c)
	d.log(home, "Consent to application", actor, a.Name, kind+" "+strings.Join(c.Scopes, " "))
}

// WithdrawConsent removes every grant that a tenant gave an application (by id or name; empty: every application); the
// next refresh meets AADSTS65001. It returns whether there was an application to take it from.
func (d *Directory) WithdrawConsent(key TenantKey, application string) (found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		a, known := d.book.applications[id]
		if !known {
			continue // an API: it has been given nothing
		}
		if application != "" && !strings.EqualFold(id, application) && !strings.EqualFold(a.Name, application) {
			continue
		}
		found = true
		t.principals[id].consents = nil
		d.book.log(t, "Remove delegated permission grant", administrator, a.Name, "")
	}
	return found
}

// WithdrawScopes removes scopes from one grant: those that a user, or "" the organization, gave an application.
func (d *Directory) WithdrawScopes(key TenantKey, application, user, detail string, withdrawn func(scope string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	if sp := t.principals[application]; sp != nil {
		for _, c := range sp.consents {
			if c.User == user {
				c.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes), withdrawn)
			}
		}
	}
	d.book.log(t, "Remove delegated permission grant", administrator, d.book.nameOf(application), detail)
}

// Standing is how a person, an application and an API stand to one another in the person's tenant.
type Standing struct {
	Account
	Application Application
	State       State    // of the application in the tenant
	API         State    // of the API likewise
	Required    bool     // only who is assigned may use the application
	Assigned    bool     // the person may use it: nobody need be assigned, or he or a group of his is
	Consented   []string // what the tenant and the person himself have consented to
}

// Standing finds how they stand.
func (d *Directory) Standing(key UserKey, application, api string) Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	s := Standing{Account: u.account(), Application: d.book.applications[application], Assigned: true}
	if p := u.tenant.principals[api]; p != nil {
		s.API = p.state
	}
	sp := u.tenant.principals[application]
	if sp == nil {
		return s
	}
	s.State, s.Required, s.Assigned = sp.state, sp.required, sp.assignedTo(u)
	for _, c := range sp.consents {
		if c.User == "" || c.User == u.Principal {
			s.Consented = append(s.Consented, c.Scopes...)
		}
	}
	return s
}

// assignedTo reports whether the user may use the application: nobody need be assigned, or he or a group of his is.
func (sp *servicePrincipal) assignedTo(u *user) bool {
	if !sp.required || u.Personal || sp.assigned[u.Principal] {
		return true
	}
	return slices.ContainsFunc(u.Groups, func(group string) bool { return sp.assigned[strings.ToLower(group)] })
}
