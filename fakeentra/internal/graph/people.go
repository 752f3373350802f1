package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/words"
)

// person draws Graph's user. Members that Graph does not have stand under "mfpsim".
func (g *api) person(u directory.Account) *ordered.Object {
	given, family, _ := strings.Cut(u.Name, " ")
	o := ordered.New(700)
	o.Text("id", u.ID).Text("displayName", u.Name).Text("givenName", given)
	if family != "" {
		o.Text("surname", family)
	} else {
		o.Null("surname")
	}
	o.Text(
		"userPrincipalName", u.Principal,
	).Text(
		"mail", u.Principal,
	).Boolean(
		"accountEnabled", u.State == directory.Enabled,
	)
	kind := "Member"
	if u.Guest() {
		kind = "Guest"
	}
	o.Text("userType", kind)
	state := ordered.New(60).Boolean("secondFactorAtEverySignIn", u.MFA).
		Boolean("secondFactorRegistered", u.Enrolled || u.MFA)
	state.Boolean("passwordExpired", u.PasswordExpired).Boolean("locked", g.Now().Before(u.LockedTill))
	if !u.ValidFrom.IsZero() {
		o.Time("signInSessionsValidFromDateTime", u.ValidFrom)
	}
	return o.Nested("mfpsim", state)
}

// find looks a user of the tenant up by id or principal.
func (g *api) find(a *ask) (directory.Account, error) {
	u, known := g.Directory.AccountIn(a.home.Key, a.id())
	if !known {
		return u, notFound("user", a.id())
	}
	return u, nil
}

func (g *api) listUsers(a *ask) (*result, error) {
	var all []*ordered.Object
	for _, u := range g.Directory.AccountsIn(a.home.Key) {
		all = append(all, g.person(u))
	}
	return many("users", all)
}

func (g *api) getUser(a *ask) (*result, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	return one("users", 0, g.person(u))
}

// userBody is what a request may say of a user.
type userBody struct {
	directory.User
	password   string
	enabled    bool
	forceReset bool
}

// fields are Graph's members; create allows the name of the account.
func (b *userBody) fields(create bool) map[string]bodyField {
	fields := map[string]bodyField{
		"accountEnabled": readBool(&b.enabled), "displayName": readText(&b.Name),
		"passwordProfile": nestedObject(map[string]bodyField{
			"password": readText(&b.password), "forceChangePasswordNextSignIn": readBool(&b.forceReset),
			"forceChangePasswordNextSignInWithMfa": unsimulated,
		}),
		"mfpsim": nestedObject(map[string]bodyField{
			"secondFactorAtEverySignIn": readBool(&b.MFA),
			"secondFactor":              readWord(&b.SecondFactor, directory.SecondFactorRegistered, directory.SecondFactorToEnrol),
			"passwordExpired":           readBool(&b.PasswordExpired), "onPremises": readBool(&b.OnPremises), "noPassword": readBool(&b.PasswordMissing),
			"passwordless": readBool(&b.Passwordless), "invited": readBool(&b.Invited), "groups": readList(&b.Groups),
			"risk": readWord(&b.Risk, "low", "medium", "high"), "secondFactorRegistered": passed, "locked": passed,
		}),
		"id": passed, "userType": passed, "signInSessionsValidFromDateTime": passed,
	}
	for _, name := range []string{
		"mailNickname", "givenName", "surname", "mail", "jobTitle", "department", "officeLocation", "usageLocation",
		"preferredLanguage", "mobilePhone", "businessPhones",
	} {
		fields[name] = passed // what an address book holds and no sign-in looks at
	}
	if create {
		fields["userPrincipalName"] = readText(&b.Principal)
	} else {
		fields["userPrincipalName"] = func(name string, raw json.RawMessage) error {
			var text string
			if err := readText(&text)(name, raw); err != nil || strings.EqualFold(text, b.Principal) {
				return err
			}
			return badRequest("The property '%s' cannot be changed here.", name)
		}
	}
	return fields
}

func (g *api) addUser(a *ask) (*result, error) {
	b := userBody{enabled: true}
	if err := readObject("", a.body, b.fields(true)); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"userPrincipalName": b.Principal, "displayName": b.Name,
		"passwordProfile.password": b.password,
	} {
		if value == "" {
			return nil, badRequest("A value is required for property '%s' of resource 'User'.", name)
		}
	}
	_, domain, _ := strings.Cut(b.Principal, "@")
	if !words.Contain(a.home.Domains, domain) {
		return nil, badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization: %s.",
			strings.Join(a.home.Domains, ", "))
	}
	if _, taken := g.Directory.Account(b.Principal); taken {
		return nil, badRequest("Another object with the same value for property userPrincipalName already exists.")
	}
	b.Password, b.State = directory.Password(b.password), stateOf(b.enabled)
	b.PasswordExpired = b.PasswordExpired || b.forceReset
	u, err := g.Directory.AddUser(b.User)
	if err != nil {
		return nil, err
	}
	g.Directory.Log(a.home.Key, "Add user", u.Principal, "")
	a.changes = append(a.changes, directory.Change{Kind: directory.ChangeUserNew, Tenant: a.home.ID, User: u.Principal})
	made, _ := g.Directory.Account(u.Principal)
	return one("users", http.StatusCreated, g.person(made))
}

func (g *api) changeUser(a *ask) (*result, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	b := userBody{User: u.User, enabled: u.State == directory.Enabled}
	if err := readObject("", a.body, b.fields(false)); err != nil {
		return nil, err
	}
	b.State = stateOf(b.enabled)
	if b.password != "" {
		if _, err := g.Directory.NewPassword(u.Key, directory.ResetInAdminCenter,
			directory.Password(b.password)); err != nil {
			return nil, err
		}
		a.changes = append(
			a.changes, directory.Change{Kind: directory.ChangePassword, Tenant: a.home.ID, User: u.Principal},
		)
		b.PasswordExpired, b.PasswordMissing = b.forceReset, false
	}
	b.PasswordExpired = b.PasswordExpired || b.forceReset
	if err := g.Directory.ChangeUser(u.Key, func(c *directory.User) { *c = b.User }); err != nil {
		return nil, err
	}
	return nothing()
}

func (g *api) deleteUser(a *ask) (*result, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	g.Directory.Delete(u.Key)
	return nothing()
}

func (g *api) revokeSessions(a *ask) (*result, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	g.Directory.Revoke(u.Key)
	return &result{
			status: http.StatusOK, context: "Edm.Boolean", entity: ordered.New(20).Boolean("value", true).Bytes(),
		},
		nil
}

func (g *api) group(home directory.Home, name string) *ordered.Object {
	return ordered.New(200).Text("@odata.type", "#microsoft.graph.group").Text("id", g.Directory.GroupID(home, name)).
		Text("displayName", name).Boolean("securityEnabled", true)
}

func (g *api) memberOf(a *ask) (*result, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	var all []*ordered.Object
	for _, name := range u.Roles {
		r, _ := directory.RoleNamed(name) // checked when it was given
		all = append(all, g.role(a.home, r))
	}
	for _, name := range u.Groups {
		all = append(all, g.group(a.home, name))
	}
	return many("directoryObjects", all)
}

func (g *api) listGroups(a *ask) (*result, error) {
	names := map[string]string{}
	for _, u := range g.Directory.AccountsIn(a.home.Key) {
		for _, name := range u.Groups {
			names[strings.ToLower(name)] = name
		}
	}
	var all []*ordered.Object
	for _, key := range slices.Sorted(maps.Keys(names)) {
		all = append(all, g.group(a.home, names[key]))
	}
	return many("groups", all)
}

func (g *api) role(home directory.Home, r directory.Role) *ordered.Object {
	return ordered.New(240).Text("@odata.type", "#microsoft.graph.directoryRole").
		Text("id", g.Directory.Identity("role "+home.ID, r.ID)).
		Text("displayName", r.Name).Text("roleTemplateId", r.ID)
}

func (g *api) listRoles(a *ask) (*result, error) {
	var all []*ordered.Object
	for _, r := range directory.Roles() {
		all = append(all, g.role(a.home, r))
	}
	return many("directoryRoles", all)
}

func (g *api) listRoleDefinitions(*ask) (*result, error) {
	var all []*ordered.Object
	for _, r := range directory.Roles() {
		all = append(all, ordered.New(200).Text("id", r.ID).Text("displayName", r.Name).Boolean("isBuiltIn", true).
			Boolean("isEnabled", true).Text("templateId", r.ID))
	}
	return many("roleManagement/directory/roleDefinitions", all)
}

// assignment is one role of one user.
type assignment struct {
	user directory.Account
	role directory.Role
}

func (g *api) assignments(home directory.TenantKey) []assignment {
	var all []assignment
	for _, u := range g.Directory.AccountsIn(home) {
		for _, name := range u.Roles {
			if r, err := directory.RoleNamed(name); err == nil {
				all = append(all, assignment{u, r})
			}
		}
	}
	return all
}

func (x assignment) id() string {
	return encode64(directory.Pairwise(x.user.ID, x.role.ID)[:24])
}

func (x assignment) object() *ordered.Object {
	return ordered.New(240).Text("id", x.id()).Text("principalId", x.user.ID).Text("roleDefinitionId", x.role.ID).
		Text("directoryScopeId", "/")
}

func (g *api) listAssignments(a *ask) (*result, error) {
	var all []*ordered.Object
	for _, x := range g.assignments(a.home.Key) {
		all = append(all, x.object())
	}
	return many("roleManagement/directory/roleAssignments", all)
}

func (g *api) addAssignment(a *ask) (*result, error) {
	var principal, role, scope string
	err := readObject("", a.body, map[string]bodyField{
		"id": passed, "principalId": readText(&principal), "roleDefinitionId": readText(&role),
		"directoryScopeId": readText(&scope),
	})
	if err != nil {
		return nil, err
	}
	u, known := g.Directory.AccountIn(a.home.Key, principal)
	if !known {
		return nil, notFound("principalId", principal)
	}
	r, err := directory.RoleNamed(role)
	if err != nil {
		return nil, notFound("roleDefinitionId", role)
	}
	if scope != "" && scope != "/" {
		return nil, badRequest("The value '%s' of 'directoryScopeId' is not simulated; what is known is '/'.", scope)
	}
	if words.Contain(u.Roles, r.Name) {
		return nil, badRequest("A conflicting object with one or more of the specified property values is present in " +
			"the directory.")
	}
	if err := g.Directory.ChangeUser(u.Key, func(c *directory.User) { c.Roles = append(c.Roles, r.Name) }); err != nil {
		return nil, err
	}
	return one("roleManagement/directory/roleAssignments", http.StatusCreated, assignment{u, r}.object())
}

func (g *api) deleteAssignment(a *ask) (*result, error) {
	for _, x := range g.assignments(a.home.Key) {
		if x.id() != a.id() {
			continue
		}
		err := g.Directory.ChangeUser(x.user.Key, func(c *directory.User) {
			var kept []string
			for _, name := range c.Roles {
				if name != x.role.Name {
					kept = append(kept, name)
				}
			}
			c.Roles = kept
		})
		if err != nil {
			return nil, err
		}
		return nothing()
	}
	return nil, notFound("roleAssignment", a.id())
}
