package fakeentra

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// revoked reports whether an event ended the grant (entra.md §4.2). An event ends all grants of a user, or only those of public
// clients that were made with the password.
func (g *grant) revoked() bool {
	u, confidential := g.user, g.proof == proofSecret || g.proof == proofAssertion
	return g.epoch < u.allFrom || g.epoch < u.pwdFrom && !u.Passwordless && !confidential
}

// revoke ends every grant of a user, or only those that were made with the password; under s.mu.
func (s *Server) revoke(u *user, passwordOnly bool) {
	u.epoch++
	u.pwdFrom = u.epoch
	if !passwordOnly {
		u.allFrom = u.epoch
	}
	u.validFrom = s.now()
}

// Revoke does what an administrator's "Revoke sessions" does (revokeSignInSessions): refresh tokens given out so far are
// refused with AADSTS50173; access tokens live on until they expire (entra.md §4.2).
func (s *Server) Revoke(principal string) error {
	return s.onPerson(principal, func(u *user) { s.revokeAll(u) })
}

// revokeAll is Revoke under s.mu.
func (s *Server) revokeAll(u *user) {
	s.revoke(u, false)
	s.logAudit(u.tenant, "Revoke sign in sessions", "administrator", u.Principal, "")
}

// SignOut is a person's single sign-out: browsers forget him, refresh tokens live on (entra.md §4.2).
func (s *Server) SignOut(principal string) error {
	return s.onPerson(principal, func(u *user) {
		for key, v := range s.visits {
			if v.user == u {
				delete(s.visits, key)
			}
		}
		for _, b := range s.sessions {
			b.accounts = slices.DeleteFunc(b.accounts, func(c *sessionAccount) bool { return c.user == u })
		}
		for _, b := range s.sessions {
			b.forget(u)
		}
	})
}

// onPerson runs an act on a user.
func (s *Server) onPerson(principal string, act func(u *user)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(principal)
	if err == nil {
		act(u)
	}
	return err
}

// ResetBy says who gives a user a new password, and where: which refresh tokens it ends depends on it (entra.md §4.2).
type ResetBy string

// Ways to a new password.
const (
	ResetByUser        ResetBy = "user"         // the user changes it: password-based tokens end
	ResetBySelfService ResetBy = "self-service" // self-service password reset: likewise
	ResetInPortal      ResetBy = "portal"       // an administrator in the Azure portal: likewise
	ResetInAdminCenter ResetBy = "admin-center" // an administrator in the Entra admin center: all tokens end
)

// resets are the audit log's words, and who acted: [D] reference-audit-activities.md.
var resets = map[ResetBy]struct {
	activity string
	byUser   bool
	all      bool
}{
	ResetByUser:        {"Change password (self-service)", true, false},
	ResetBySelfService: {"Reset password (self-service)", true, false},
	ResetInPortal:      {"Reset user password", false, false},
	ResetInAdminCenter: {"Reset user password", false, true},
}

// ChangePassword gives a user a new password, which it returns, as the user himself does. What was signed in with the old one
// is revoked.
func (s *Server) ChangePassword(principal string) (Password, error) {
	return s.NewPassword(principal, ResetByUser, "")
}

// NewPassword gives a user a new password by one of the ways; empty: one is drawn. It returns the password.
func (s *Server) NewPassword(principal string, by ResetBy, password Password) (Password, error) {
	if _, ok := resets[by]; !ok {
		return "", fmt.Errorf("fakeentra: there is no way %q to a new password", by)
	}
	var fresh Password
	err := s.onPerson(principal, func(u *user) {
		s.setPassword(u, by, password)
		fresh = u.Password
	})
	if err == nil {
		s.tell(Change{Kind: ChangePassword, User: strings.ToLower(principal)})
	}
	return fresh, err
}

// setPassword is NewPassword under s.mu.
func (s *Server) setPassword(u *user, by ResetBy, password Password) {
	way := resets[by]
	s.revoke(u, !way.all)
	if password == "" {
		password = s.directory.password(u.Principal, u.epoch)
	}
	u.Password, u.PasswordExpired, u.NoPassword = password, false, false
	s.secrets.Add(password.Reveal())
	actor := "administrator"
	if way.byUser {
		actor = u.Principal
	}
	s.logAudit(u.tenant, way.activity, actor, u.Principal, string(by))
}

// ChangeUser lets change alter a user: groups, roles, risk, second factor, the states of the password. Name of the account,
// password, id and tenant stay; see [Server.NewPassword].
func (s *Server) ChangeUser(principal string, change func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(principal)
	if err != nil {
		return err
	}
	return s.changeUser(u, change)
}

// changeUser is ChangeUser under s.mu.
func (s *Server) changeUser(u *user, change func(*User)) error {
	c := u.copy()
	change(&c)
	if err := c.check(); err != nil {
		return fmt.Errorf("fakeentra: %w", err)
	}
	for i, name := range c.Roles {
		role, err := roleNamed(name)
		if err != nil {
			return fmt.Errorf("fakeentra: user %q: %w", u.Principal, err)
		}
		c.Roles[i] = role.Name
	}
	if u.Personal && len(c.Roles) > 0 {
		return fmt.Errorf("fakeentra: user %q: a personal account has no directory role", u.Principal)
	}
	for _, name := range c.Roles {
		if !words.Contain(u.Roles, name) {
			s.logAudit(u.tenant, "Add member to role", "administrator", u.Principal, name)
		}
	}
	for _, name := range u.Roles {
		if !words.Contain(c.Roles, name) {
			s.logAudit(u.tenant, "Remove member from role", "administrator", u.Principal, name)
		}
	}
	switch {
	case c.Disabled != u.Disabled && c.Disabled:
		s.logAudit(u.tenant, "Disable account", "administrator", u.Principal, "")
	case c.Disabled != u.Disabled:
		s.logAudit(u.tenant, "Enable account", "administrator", u.Principal, "")
	default:
		s.logAudit(u.tenant, "Update user", "administrator", u.Principal, "")
	}
	c.Principal, c.Password, c.ID, c.Tenant, c.Personal = u.Principal, u.Password, u.ID, u.Tenant, u.Personal
	u.User = c
	switch c.SecondFactor {
	case SecondFactorRegistered:
		u.enrolled = true
	case SecondFactorToEnrol:
		u.enrolled = false
	}
	return nil
}

// DeleteTenant removes an organization with all that is in it: AADSTS90002.
func (s *Server) DeleteTenant(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(name)
	if err != nil {
		return err
	}
	t.deleted = true
	for _, u := range s.directory.userOrder {
		u.deleted = u.deleted || u.tenant == t
	}
	for domain, owner := range s.directory.byDomain {
		if owner == t {
			delete(s.directory.byDomain, domain)
		}
	}
	delete(s.directory.byID, t.ID)
	kept := s.directory.tenants[:0:0]
	for _, other := range s.directory.tenants {
		if other != t {
			kept = append(kept, other)
		}
	}
	s.directory.tenants = kept
	return nil
}

// ServicePrincipal is an application, or an API, as one tenant knows it: an "enterprise application".
type ServicePrincipal struct {
	ID                 string
	Tenant             string // tenant id
	Application        string // application id
	Name               string
	Disabled           bool     // "Enabled for users to sign in: No": 7000112, and 500014 for an API
	AssignmentRequired bool     // who is not assigned meets 50105
	Assigned           []string // principals and names of groups
}

// ServicePrincipals returns those of a tenant, in the order of their application ids.
func (s *Server) ServicePrincipals(tenantName string) []ServicePrincipal {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return nil
	}
	var all []ServicePrincipal
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		all = append(all, s.describePrincipal(t, id))
	}
	return all
}

func (s *Server) describePrincipal(t *tenant, id string) ServicePrincipal {
	sp := t.principals[id]
	return ServicePrincipal{
		ID: sp.id, Tenant: t.ID, Application: id, Name: s.nameOf(id), Disabled: sp.disabled, AssignmentRequired: sp.required,
		Assigned: slices.Sorted(maps.Keys(sp.assigned)),
	}
}

// nameOf is the display name of an application or a resource.
func (s *Server) nameOf(id string) string {
	if a := s.directory.applications[id]; a != nil {
		return a.Name
	}
	if r := resources.Named(id); r != nil {
		return r.Name
	}
	return id
}

// ChangeServicePrincipal lets change alter an application, or an API, as a tenant knows it, by id or name; it is made if the
// tenant has none yet.
func (s *Server) ChangeServicePrincipal(tenantName, application string, change func(*ServicePrincipal)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return err
	}
	id := ""
	for _, key := range slices.Sorted(maps.Keys(s.directory.applications)) {
		if strings.EqualFold(key, application) || strings.EqualFold(s.directory.applications[key].Name, application) {
			id = key
		}
	}
	if r := resources.Named(application); id == "" && r != nil {
		id = r.ID
	}
	if id == "" {
		return fmt.Errorf("fakeentra: there is no application %q", application)
	}
	s.principal(t, id, "administrator")
	d := s.describePrincipal(t, id)
	change(&d)
	return s.changePrincipal(t, id, d)
}

// changePrincipal writes a described service principal back; under s.mu.
func (s *Server) changePrincipal(t *tenant, id string, d ServicePrincipal) error {
	sp, assigned := t.principals[id], map[string]bool{}
	for _, name := range d.Assigned {
		principal, ok := s.directory.userIn(t)(name)
		if !ok {
			principal, ok = s.directory.groupIn(t)(name)
		}
		if !ok {
			return fmt.Errorf("fakeentra: %s has no user or group %q", t.Name, name)
		}
		assigned[strings.ToLower(principal)] = true
	}
	for name := range assigned {
		if !sp.assigned[name] {
			s.logAudit(t, "Add app role assignment grant to user", "administrator", s.nameOf(id), name)
		}
	}
	sp.disabled, sp.required, sp.assigned = d.Disabled, d.AssignmentRequired, assigned
	s.logAudit(t, "Update service principal", "administrator", s.nameOf(id), "")
	return nil
}

// principal returns a tenant's service principal, which it makes if need be; under s.mu.
func (s *Server) principal(t *tenant, id, actor string) *servicePrincipal {
	sp := t.principals[id]
	if sp == nil {
		sp = &servicePrincipal{id: s.directory.identity("service principal "+t.ID, id), created: s.now()}
		t.principals[id] = sp
		s.logAudit(t, "Add service principal", actor, s.nameOf(id), sp.id)
	}
	return sp
}

// Kinds of changes that a watcher hears of.
const (
	ChangeDefaults = "security defaults" // of a tenant
	ChangePassword = "password"          // of a user
	ChangeUserNew  = "new user"
)

// Change is something in the directory that another service of the bench has to know.
type Change struct {
	Kind   string
	Tenant string // id
	User   string // principal
}

// Watch has f called after every change; it is called by whoever made it, in that turn, and may look at the Server.
func (s *Server) Watch(f func(Change)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, f)
}

// tell calls the watchers; not under s.mu.
func (s *Server) tell(c Change) {
	s.mu.Lock()
	watchers := s.watchers
	s.mu.Unlock()
	for _, f := range watchers {
		f(c)
	}
}
