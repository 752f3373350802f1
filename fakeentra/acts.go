package fakeentra

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/words"
)

// Refusal is why an act of a person was refused: what the page would have said.
type Refusal struct {
	AADSTS int    // 0: the page gives no number
	Page   string // the page's heading
	Text   string // its first sentence
}

// Error returns one sentence.
func (r *Refusal) Error() string {
	if r.AADSTS == 0 {
		return fmt.Sprintf("%s: %s", r.Page, r.Text)
	}
	return fmt.Sprintf("%s: AADSTS%d: %s", r.Page, r.AADSTS, r.Text)
}

// AddTenant adds an organization, or domains to the tenant of personal accounts, and returns it with its id.
func (s *Server) AddTenant(t Tenant) (Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, err := s.directory.addTenant(t)
	if err != nil {
		return Tenant{}, fmt.Errorf("fakeentra: %w", err)
	}
	return made.copy(), nil
}

// Tenant finds a tenant by one of its domains, its id or its name.
func (s *Server) Tenant(name string) (Tenant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(name)
	if t == nil {
		return Tenant{}, false
	}
	return t.copy(), true
}

// Tenants returns all tenants, the one of personal accounts first.
func (s *Server) Tenants() []Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Tenant
	for _, t := range s.directory.tenants {
		all = append(all, t.copy())
	}
	return all
}

func (t *tenant) copy() Tenant {
	c := t.Tenant
	c.Domains = append([]string(nil), c.Domains...)
	return c
}

// AddUser adds an account to the tenant that has the domain of its address, and returns it with its id and password.
func (s *Server) AddUser(u User) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.Roles = append([]string(nil), u.Roles...)
	made, err := s.directory.addUser(u)
	if err != nil {
		return User{}, fmt.Errorf("fakeentra: %w", err)
	}
	s.secrets.Add(made.Password.Reveal())
	return made.copy(), nil
}

func (u *user) copy() User {
	c := u.User
	c.Roles = append([]string(nil), c.Roles...)
	return c
}

// User finds an account by its principal name.
func (s *Server) User(principal string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.directory.userOf(principal)
	if u == nil {
		return User{}, false
	}
	return u.copy(), true
}

// Users returns all accounts in the order in which they were added.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []User
	for _, u := range s.directory.userOrder {
		if !u.deleted {
			all = append(all, u.copy())
		}
	}
	return all
}

// AddApplication registers an application.
func (s *Server) AddApplication(a Application) (Application, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, err := s.directory.addApplication(a)
	if err != nil {
		return Application{}, fmt.Errorf("fakeentra: %w", err)
	}
	return *made, nil
}

// ChangeApplication lets change alter a registered application; its id stays.
func (s *Server) ChangeApplication(id string, change func(*Application)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.directory.applications[strings.ToLower(id)]
	if a == nil {
		return fmt.Errorf("fakeentra: there is no application %q", id)
	}
	c := *a
	change(&c)
	c.ID = a.ID
	*a = c
	return nil
}

// settings are the switches of a tenant that Set knows, by the words of the guide and of the admin centers.
var settings = map[string]func(t *tenant, value string) error{
	"Security defaults": func(t *tenant, value string) error {
		switch strings.ToLower(value) {
		case "enabled", "on", "$true":
			t.SecurityDefaults = true
		case "disabled", "off", "$false":
			t.SecurityDefaults = false
		default:
			return fmt.Errorf("the values are Enabled and Disabled, not %q", value)
		}
		return nil
	},
	"User consent": func(t *tenant, value string) error {
		return words.OneOf(&t.UserConsent, "User consent", value, map[string]string{
			"all": UserConsentAll, "low": UserConsentLow, "none": UserConsentNone,
		})
	},
	"Security defaults mode": func(t *tenant, value string) error {
		return words.OneOf(&t.SecurityDefaultsMode, "Security defaults mode", value, map[string]string{
			"switch": access.DefaultsSwitch, "mfa": access.DefaultsMFA, "device-code": access.DefaultsDeviceCode,
		})
	},
	"Admin consent requests": func(t *tenant, value string) error {
		var word string
		err := words.OneOf(&word, "Admin consent requests", value, map[string]string{"enabled": "on", "on": "on", "disabled": "off", "off": "off"})
		if err == nil {
			t.AdminConsentWorkflow = word == "on"
		}
		return err
	},
	"Consent box": func(t *tenant, value string) error {
		value = strings.ToLower(value)
		if value != ConsentBoxGuide && value != ConsentBoxMicrosoft {
			return fmt.Errorf("the values are %s and %s, not %q", ConsentBoxGuide, ConsentBoxMicrosoft, value)
		}
		t.ConsentBox = value
		return nil
	},
}

// Settings returns the names of the switches that Set knows.
func Settings() []string {
	var names []string
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Set changes a switch of a tenant, for example Set("contoso.com", "Security defaults", "Disabled"), and returns the tenant.
func (s *Server) Set(tenantName, setting, value string) (Tenant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return Tenant{}, err
	}
	for name, set := range settings {
		if strings.EqualFold(name, setting) {
			if err := set(t, value); err != nil {
				return Tenant{}, fmt.Errorf("fakeentra: %s: %w", name, err)
			}
			s.logAudit(t, "Update policy", "administrator", name, value)
			return t.copy(), nil
		}
	}
	return Tenant{}, fmt.Errorf("fakeentra: unknown setting %q; the settings are: %s", setting, strings.Join(Settings(), ", "))
}

// organization finds a tenant that has administrators; under s.mu.
func (s *Server) organization(name string) (*tenant, error) {
	t := s.directory.tenantOf(name)
	if t == nil {
		return nil, fmt.Errorf("fakeentra: there is no tenant %q; the domains are: %s", name, s.directory.domains())
	}
	if t.Personal {
		return nil, fmt.Errorf("fakeentra: personal accounts have no administrator: %s cannot be changed", name)
	}
	return t, nil
}

// SetPolicy adds a Conditional Access policy to a tenant, or replaces the one of the same name, and returns it with its id.
func (s *Server) SetPolicy(tenantName string, p access.Policy) (access.Policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return access.Policy{}, err
	}
	if err := s.directory.complete(t, &p); err != nil {
		return access.Policy{}, fmt.Errorf("fakeentra: %w", err)
	}
	at := slices.IndexFunc(t.policies, func(old access.Policy) bool { return strings.EqualFold(old.Name, p.Name) })
	return s.putPolicy(t, at, p), nil
}

// putPolicy replaces a policy, or adds one if there is none at that place; under s.mu.
func (s *Server) putPolicy(t *tenant, at int, p access.Policy) access.Policy {
	p.Created, p.Modified = s.now(), time.Time{}
	t.policies = slices.Clone(t.policies)
	if at < 0 {
		t.policies = append(t.policies, p)
		s.logAudit(t, "Add conditional access policy", "administrator", p.Name, p.State)
		return p
	}
	p.ID, p.Created, p.Modified = t.policies[at].ID, t.policies[at].Created, s.now()
	t.policies[at] = p
	s.logAudit(t, "Update conditional access policy", "administrator", p.Name, p.State)
	return p
}

// DeletePolicy removes a policy, by name or id.
func (s *Server) DeletePolicy(tenantName, policy string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return err
	}
	for i, p := range t.policies {
		if strings.EqualFold(p.Name, policy) || strings.EqualFold(p.ID, policy) {
			t.policies = append(t.policies[:i:i], t.policies[i+1:]...)
			s.logAudit(t, "Delete conditional access policy", "administrator", p.Name, "")
			return nil
		}
	}
	return fmt.Errorf("fakeentra: %s has no policy %q", tenantName, policy)
}

// ChangePolicy changes a policy by words such as "state=on", "users=All", "exclude=admin@contoso.com", "from=2026-04-15",
// or makes it if the tenant has none of that name. Values are lists, parted by commas; the error lists the keys.
func (s *Server) ChangePolicy(tenantName, policyName string, words ...string) (access.Policy, error) {
	p := access.Policy{Name: policyName}
	for _, old := range s.Policies(tenantName) {
		if strings.EqualFold(old.Name, policyName) {
			p = old
		}
	}
	if err := p.Change(words...); err != nil {
		return access.Policy{}, fmt.Errorf("fakeentra: %w", err)
	}
	return s.SetPolicy(tenantName, p)
}

// Policies returns the policies of a tenant.
func (s *Server) Policies(tenantName string) []access.Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return nil
	}
	return slices.Clone(t.policies) // their lists are replaced as a whole, never changed in place
}

// Consents returns the delegated permission grants of a tenant.
func (s *Server) Consents(tenantName string) []Consent {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return nil
	}
	var all []Consent
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		for _, c := range t.principals[id].consents {
			all = append(all, *c)
		}
	}
	return all
}

// GrantConsent gives an application consent for a whole organization without a sign-in, as an administrator can in the admin center.
func (s *Server) GrantConsent(tenantName, applicationID string, scopes ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return err
	}
	a := s.directory.applications[strings.ToLower(applicationID)]
	if a == nil {
		return fmt.Errorf("fakeentra: there is no application %q", applicationID)
	}
	s.consent(t, a, nil, scopes)
	return nil
}

// WithdrawConsent removes every grant that a tenant gave an application (by id or name; empty: every application); the next
// refresh meets AADSTS65001.
func (s *Server) WithdrawConsent(tenantName, applicationID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.directory.tenantOf(tenantName)
	if t == nil {
		return fmt.Errorf("fakeentra: there is no tenant %q", tenantName)
	}
	found := false
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		a := s.directory.applications[id]
		if a == nil {
			continue // an API: it has been given nothing
		}
		if applicationID != "" && !strings.EqualFold(id, applicationID) && !strings.EqualFold(a.Name, applicationID) {
			continue
		}
		found = true
		t.principals[id].consents = nil
		s.logAudit(t, "Remove delegated permission grant", "administrator", a.Name, "")
	}
	if !found {
		return fmt.Errorf("fakeentra: %s has given no consent to %q", tenantName, applicationID)
	}
	return nil
}

// person finds a user for an act; under s.mu.
func (s *Server) person(principal string) (*user, error) {
	u := s.directory.userOf(principal)
	if u == nil {
		return nil, fmt.Errorf("fakeentra: there is no user %q", principal)
	}
	return u, nil
}

// Disable blocks the sign-in of a user: AADSTS50057.
func (s *Server) Disable(principal string) error { return s.setDisabled(principal, true) }

// Enable undoes Disable.
func (s *Server) Enable(principal string) error { return s.setDisabled(principal, false) }

func (s *Server) setDisabled(principal string, disabled bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(principal)
	if err != nil {
		return err
	}
	u.Disabled = disabled
	activity := "Enable account"
	if disabled {
		activity = "Disable account"
	}
	s.logAudit(u.tenant, activity, "administrator", u.Principal, "")
	return nil
}

// Delete removes a user: AADSTS50034.
func (s *Server) Delete(principal string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(principal)
	if err != nil {
		return err
	}
	u.deleted = true
	s.logAudit(u.tenant, "Delete user", "administrator", u.Principal, "")
	return nil
}

// SetMFA makes every sign-in of a user ask for a second factor, or no longer.
func (s *Server) SetMFA(principal string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(principal)
	if err != nil {
		return err
	}
	u.MFA = on
	s.logAudit(u.tenant, "Update user", "administrator", u.Principal, fmt.Sprintf("second factor at every sign-in: %t", on))
	return nil
}

// ExpireAccessTokens makes every access token given out so far count as expired, without moving a clock; see [Server.Expired].
func (s *Server) ExpireAccessTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accessMark = s.issued
}

// ExpireRefreshTokens makes every refresh token given out so far count as unused for too long: AADSTS700082.
func (s *Server) ExpireRefreshTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshMark = s.issued
}
