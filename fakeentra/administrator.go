package fakeentra

import (
	"fmt"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/graph"
	"mfpsim/fakeentra/internal/wire"
)

// AddTenant adds an organization, or domains to the tenant of personal accounts, and returns it with its id.
func (s *Server) AddTenant(t Tenant) (Tenant, error) {
	made, err := s.directory.AddTenant(t)
	return made, ours(err)
}

// DeleteTenant removes an organization with all that is in it: AADSTS90002.
func (s *Server) DeleteTenant(name string) error {
	home, err := s.directory.Organization(name)
	if err == nil {
		s.directory.DeleteTenant(home.Key)
	}
	return ours(err)
}

// Set changes a switch of a tenant, for example Set("contoso.com", "Security defaults", "Disabled"), and returns the
// tenant. The error lists the switches, or the values.
func (s *Server) Set(tenant, setting, value string) (Tenant, error) {
	home, err := s.directory.Organization(tenant)
	if err != nil {
		return Tenant{}, ours(err)
	}
	changed, err := s.directory.Set(home.Key, setting, value)
	return changed, ours(err)
}

// AddUser adds an account to the tenant that has the domain of its address, and returns it with its id and password. An
// error about an account that is there is an [ErrExists].
func (s *Server) AddUser(u User) (User, error) {
	made, err := s.directory.AddUser(u)
	return made, ours(err)
}

// ChangeUser lets change alter a user: groups, roles, risk, second factor, the states of the password. Name of the
// account, password, id and tenant stay; see [Server.NewPassword].
func (s *Server) ChangeUser(principal string, change func(*User)) error {
	u, err := s.directory.Person(principal)
	if err == nil {
		err = s.directory.ChangeUser(u.Key, change)
	}
	return ours(err)
}

// onPerson runs an act on a user.
func (s *Server) onPerson(principal string, act func(directory.UserKey)) error {
	u, err := s.directory.Person(principal)
	if err == nil {
		act(u.Key)
	}
	return ours(err)
}

// Disable blocks the sign-in of a user: AADSTS50057.
func (s *Server) Disable(principal string) error {
	return s.onPerson(principal, func(u directory.UserKey) { s.directory.SetState(u, directory.Disabled) })
}

// Enable undoes Disable.
func (s *Server) Enable(principal string) error {
	return s.onPerson(principal, func(u directory.UserKey) { s.directory.SetState(u, directory.Enabled) })
}

// Delete removes a user: AADSTS50034.
func (s *Server) Delete(principal string) error { return s.onPerson(principal, s.directory.Delete) }

// SetMFA makes every sign-in of a user ask for a second factor, or no longer.
func (s *Server) SetMFA(principal string, on bool) error {
	return s.onPerson(principal, func(u directory.UserKey) { s.directory.SetMFA(u, on) })
}

// NewPassword gives a user a new password, which it returns; empty: one is drawn. by says who gives it and where, since
// which refresh tokens it ends depends on it (docs/reference/entra.md §4.2): "user" or "self-service" (he himself),
// "portal" or "admin-center" (an administrator).
func (s *Server) NewPassword(principal string, by string, password Password) (Password, error) {
	u, err := s.directory.Person(principal)
	if err != nil {
		return "", ours(err)
	}
	fresh, err := s.directory.NewPassword(u.Key, directory.ResetBy(by), password)
	if err == nil {
		s.directory.Tell(Change{Kind: ChangePassword, User: strings.ToLower(principal)})
	}
	return fresh, ours(err)
}

// Revoke does what an administrator's "Revoke sessions" does (revokeSignInSessions): refresh tokens given out so far
// are refused with AADSTS50173; access tokens live on until they expire (docs/reference/entra.md §4.2).
func (s *Server) Revoke(principal string) error { return s.onPerson(principal, s.directory.Revoke) }

// AddApplication registers an application. An error about one that is there is an [ErrExists].
func (s *Server) AddApplication(a Application) (Application, error) {
	made, err := s.directory.AddApplication(a)
	return made, ours(err)
}

// ChangeApplication lets change alter a registered application; its id stays.
func (s *Server) ChangeApplication(id string, change func(*Application)) error {
	return ours(s.directory.ChangeApplication(id, func(a *Application) error { change(a); return nil }))
}

// SetApplication lets change alter the application of that id or name, or a new one if there is none, and returns it.
// The id of a new one is drawn from the seed unless change gives one.
func (s *Server) SetApplication(name string, change func(*Application)) (Application, error) {
	a, err := s.directory.ApplicationNamed(name)
	if err != nil {
		a = Application{Name: name}
		if change(&a); a.ID == "" {
			a.ID = s.directory.Identity("application", strings.ToLower(name))
		}
		made, err := s.directory.AddApplication(a)
		return made, ours(err)
	}
	err = s.directory.ChangeApplication(a.ID, func(old *Application) error { change(old); a = *old; return nil })
	if err == nil {
		a, err = s.directory.ApplicationNamed(a.ID)
	}
	return a, ours(err)
}

// AddClientSecret gives an application, by id or name, a secret, which it returns with its key id; the value is drawn
// from the seed. The zero expires is never.
func (s *Server) AddClientSecret(application, name string, expires time.Time) (ClientSecret, error) {
	a, err := s.directory.ApplicationNamed(application)
	if err != nil {
		return ClientSecret{}, ours(err)
	}
	made, err := s.directory.AddSecret(a.ID, name, "", expires)
	return made, ours(err)
}

// RemoveClientSecret takes a secret away from an application again, by its key id.
func (s *Server) RemoveClientSecret(application, key string) error {
	a, err := s.directory.ApplicationNamed(application)
	if err == nil {
		err = s.directory.RemoveSecret(a.ID, key)
	}
	return ours(err)
}

// AddResource adds an API to those that tokens are made for, or permissions to one that is there, as Config.Resources
// does.
func (s *Server) AddResource(r Resource) error { return ours(s.directory.AddResource(r)) }

// ChangeServicePrincipal lets change alter an application, or an API, as a tenant knows it, by id or name; it is made
// if the tenant has none yet.
func (s *Server) ChangeServicePrincipal(tenant, application string, change func(*ServicePrincipal)) error {
	home, err := s.directory.Organization(tenant)
	if err == nil {
		err = s.directory.ChangeServicePrincipal(home.Key, application,
			func(sp *ServicePrincipal) error { change(sp); return nil })
	}
	return ours(err)
}

// GrantApplicationRoles is an administrator's consent to application permissions, such as
// "https://outlook.office365.com/SMTP.SendAsApp": from then on the application's own tokens carry them. Without roles
// it only makes the application known to the tenant.
func (s *Server) GrantApplicationRoles(tenant, application string, roles ...string) error {
	home, err := s.directory.Organization(tenant)
	if err == nil {
		err = s.directory.GrantRoles(home.Key, application, roles...)
	}
	return ours(err)
}

// GrantConsent gives an application, by id or name, consent for a whole organization without a sign-in, as an
// administrator can in the admin center. Scopes are named as in a scope parameter; without any it is consent to all
// that the registration requests. The error lists what there is.
func (s *Server) GrantConsent(tenant, application string, scopes ...string) error {
	home, err := s.directory.Organization(tenant)
	if err != nil {
		return ours(err)
	}
	a, err := s.directory.ApplicationNamed(application)
	if err != nil {
		return ours(err)
	}
	if len(scopes) == 0 {
		s.directory.Consent(home.Key, a.ID, "", 0, a.RequestedScopes, a.RequestedRoles)
		return nil
	}
	scopes, err = s.canonical(scopes)
	if err == nil {
		s.directory.Consent(home.Key, a.ID, "", 0, scopes, nil)
	}
	return ours(err)
}

// canonical brings scopes into the form in which consents keep them.
func (s *Server) canonical(scopes []string) ([]string, error) {
	list, known := make([]string, len(scopes)), s.directory.Resources()
	for i, scope := range scopes {
		var err error
		if list[i], err = known.Canonical(scope); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// WithdrawConsent removes every grant that a tenant gave an application (by id or name; empty: every application); the
// next refresh meets AADSTS65001.
func (s *Server) WithdrawConsent(tenant, application string) error {
	home, known := s.directory.Home(tenant)
	switch {
	case !known:
		return ours(fmt.Errorf("there is no tenant %q", tenant))
	case !s.directory.WithdrawConsent(home.Key, application):
		return ours(fmt.Errorf("%s has given no consent to %q", tenant, application))
	}
	return nil
}

// SetPolicy adds a Conditional Access policy to a tenant, or replaces the one of the same name, and returns it with its
// id.
func (s *Server) SetPolicy(tenant string, p Policy) (Policy, error) {
	home, err := s.directory.Organization(tenant)
	if err != nil {
		return Policy{}, ours(err)
	}
	set, err := s.directory.SetPolicy(home.Key, p)
	return set, ours(err)
}

// SetPolicyJSON adds a policy as it stands in Microsoft Graph or is exported from the portal, or replaces the one of
// the same name; name, if not empty, wins over displayName. It is taken whole: see [Policy.Unknown] and Policy.Rest.
func (s *Server) SetPolicyJSON(tenant, name string, text []byte) (Policy, error) {
	p, err := ReadPolicy(text)
	if err != nil {
		return Policy{}, err
	}
	if name != "" {
		p.Name = name
	}
	return s.SetPolicy(tenant, p)
}

// ReadPolicy reads a policy as it stands in Microsoft Graph, without a tenant: the names in it are not looked up.
func ReadPolicy(text []byte) (Policy, error) {
	p := Policy{Grant: access.GrantNone}
	err := graph.ReadPolicy(text, &p)
	return p, err
}

// ChangePolicy lets change alter the policy of that name, or a new one if the tenant has none.
func (s *Server) ChangePolicy(tenant, policy string, change func(*Policy)) (Policy, error) {
	p := Policy{Name: policy}
	for _, old := range s.Policies(tenant) {
		if strings.EqualFold(old.Name, policy) {
			p = old
		}
	}
	change(&p)
	return s.SetPolicy(tenant, p)
}

// AddManagedPolicies puts the policies that Microsoft manages into a tenant, in report-only; they turn on by themselves
// after 45 days. excluded are the principals that an administrator has already taken out.
func (s *Server) AddManagedPolicies(tenant string, excluded ...string) ([]Policy, error) {
	home, err := s.directory.Organization(tenant)
	if err != nil {
		return nil, ours(err)
	}
	made, err := s.directory.AddManagedPolicies(home.Key, excluded)
	return made, ours(err)
}

// DeletePolicy removes a policy, by name or id.
func (s *Server) DeletePolicy(tenant, policy string) error {
	home, err := s.directory.Organization(tenant)
	if err == nil && !s.directory.DeletePolicy(home.Key, policy) {
		err = fmt.Errorf("%s has no policy %q", tenant, policy)
	}
	return ours(err)
}

// SetLocation adds a named location to a tenant, or replaces the one of the same name, and returns it with its id.
func (s *Server) SetLocation(tenant string, l NamedLocation) (NamedLocation, error) {
	home, err := s.directory.Organization(tenant)
	if err != nil {
		return NamedLocation{}, ours(err)
	}
	set, err := s.directory.SetLocation(home.Key, l)
	return set, ours(err)
}

// SetStrictDoors changes [Config.StrictDoors].
func (s *Server) SetStrictDoors(on bool) { s.doors.SetStrict(on) }

// SetAsOf gives the answers of another day from now on; see [Config.AsOf].
func (s *Server) SetAsOf(at time.Time) (Day, error) {
	day, err := wire.DayAt(at)
	if err == nil {
		s.front.SetDay(day)
	}
	return day, ours(err)
}

// ExpireAccessTokens makes every access token given out so far count as expired, without moving a clock; see
// [Server.Expired].
func (s *Server) ExpireAccessTokens() { s.mint.ExpireAccess() }

// ExpireRefreshTokens makes every refresh token given out so far count as unused for too long: AADSTS700082.
func (s *Server) ExpireRefreshTokens() { s.mint.ExpireRefresh() }
