package fakeentra

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/words"
)

// person draws Graph's user. Members that Graph does not have stand under "mfpsim".
func (g *graphAPI) person(u *user) *ordered.Object {
	given, family, _ := strings.Cut(u.Name, " ")
	o := ordered.New(700)
	o.Text("id", u.ID).Text("displayName", u.Name).Text("givenName", given)
	if family != "" {
		o.Text("surname", family)
	} else {
		o.Null("surname")
	}
	o.Text("userPrincipalName", u.Principal).Text("mail", u.Principal).Boolean("accountEnabled", !u.Disabled)
	kind := "Member"
	if u.guest() {
		kind = "Guest"
	}
	o.Text("userType", kind)
	state := ordered.New(60).Boolean("secondFactorAtEverySignIn", u.MFA).Boolean("secondFactorRegistered", u.enrolled || u.MFA)
	state.Boolean("passwordExpired", u.PasswordExpired).Boolean("locked", g.server.now().Before(u.lockedTill))
	if !u.validFrom.IsZero() {
		o.Time("signInSessionsValidFromDateTime", u.validFrom)
	}
	return o.Nested("mfpsim", state)
}

// find looks a user of the tenant up by id or principal.
func (g *graphAPI) find(a *graphAsk) (*user, error) {
	if u := g.userOf(a.tenant, a.id()); u != nil {
		return u, nil
	}
	return nil, notFound("user", a.id())
}

func (g *graphAPI) userOf(t *tenant, text string) *user {
	if name, ok := g.server.directory.userIn(t)(text); ok {
		return g.server.directory.userOf(name)
	}
	return nil
}

func (g *graphAPI) listUsers(a *graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, u := range g.server.directory.userOrder {
		if u.tenant == a.tenant && !u.deleted {
			all = append(all, g.person(u))
		}
	}
	return many("users", all)
}

func (g *graphAPI) getUser(a *graphAsk) (*graphAnswer, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	return one("users", 0, g.person(u))
}

// userBody is what a request may say of a user.
type userBody struct {
	User
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
			"secondFactorAtEverySignIn": readBool(&b.MFA), "secondFactor": readWord(&b.SecondFactor, SecondFactorRegistered, SecondFactorToEnrol),
			"passwordExpired": readBool(&b.PasswordExpired), "onPremises": readBool(&b.OnPremises), "noPassword": readBool(&b.NoPassword),
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

func (g *graphAPI) addUser(a *graphAsk) (*graphAnswer, error) {
	b := userBody{enabled: true}
	if err := readObject("", a.body, b.fields(true)); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"userPrincipalName": b.Principal, "displayName": b.Name, "passwordProfile.password": b.password} {
		if value == "" {
			return nil, badRequest("A value is required for property '%s' of resource 'User'.", name)
		}
	}
	_, domain, _ := strings.Cut(b.Principal, "@")
	if !words.Contain(a.tenant.Domains, domain) {
		return nil, badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization: %s.",
			strings.Join(a.tenant.Domains, ", "))
	}
	if g.server.directory.userOf(b.Principal) != nil {
		return nil, badRequest("Another object with the same value for property userPrincipalName already exists.")
	}
	b.Password, b.Disabled = Password(b.password), !b.enabled
	b.PasswordExpired = b.PasswordExpired || b.forceReset
	u, err := g.server.directory.addUser(b.User)
	if err != nil {
		return nil, err
	}
	g.server.secrets.Add(b.password)
	g.server.logAudit(a.tenant, "Add user", "administrator", u.Principal, "")
	a.changes = append(a.changes, Change{Kind: ChangeUserNew, Tenant: a.tenant.ID, User: u.Principal})
	return one("users", http.StatusCreated, g.person(u))
}

func (g *graphAPI) changeUser(a *graphAsk) (*graphAnswer, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	b := userBody{User: u.copy(), enabled: !u.Disabled}
	if err := readObject("", a.body, b.fields(false)); err != nil {
		return nil, err
	}
	b.Disabled = !b.enabled
	if b.password != "" {
		g.server.setPassword(u, ResetInAdminCenter, Password(b.password))
		a.changes = append(a.changes, Change{Kind: ChangePassword, Tenant: a.tenant.ID, User: u.Principal})
		b.PasswordExpired, b.NoPassword = b.forceReset, false
	}
	b.PasswordExpired = b.PasswordExpired || b.forceReset
	if err := g.server.changeUser(u, func(c *User) { *c = b.User }); err != nil {
		return nil, err
	}
	return nothing()
}

func (g *graphAPI) deleteUser(a *graphAsk) (*graphAnswer, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	u.deleted = true
	g.server.logAudit(a.tenant, "Delete user", "administrator", u.Principal, "")
	return nothing()
}

func (g *graphAPI) revokeSessions(a *graphAsk) (*graphAnswer, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	g.server.revokeAll(u)
	return &graphAnswer{status: http.StatusOK, context: "Edm.Boolean", entity: ordered.New(20).Boolean("value", true).Bytes()}, nil
}

func (g *graphAPI) group(t *tenant, name string) *ordered.Object {
	return ordered.New(200).Text("@odata.type", "#microsoft.graph.group").Text("id", g.server.directory.groupID(t, name)).
		Text("displayName", name).Boolean("securityEnabled", true)
}

func (g *graphAPI) memberOf(a *graphAsk) (*graphAnswer, error) {
	u, err := g.find(a)
	if err != nil {
		return nil, err
	}
	var all []*ordered.Object
	for _, name := range u.Roles {
		r, _ := roleNamed(name) // checked when it was given
		all = append(all, g.role(a.tenant, r))
	}
	for _, name := range u.Groups {
		all = append(all, g.group(a.tenant, name))
	}
	return many("directoryObjects", all)
}

func (g *graphAPI) listGroups(a *graphAsk) (*graphAnswer, error) {
	names := map[string]string{}
	for _, u := range g.server.directory.userOrder {
		for _, name := range u.Groups {
			if u.tenant == a.tenant && !u.deleted {
				names[strings.ToLower(name)] = name
			}
		}
	}
	var all []*ordered.Object
	for _, key := range slices.Sorted(maps.Keys(names)) {
		all = append(all, g.group(a.tenant, names[key]))
	}
	return many("groups", all)
}

func (g *graphAPI) role(t *tenant, r Role) *ordered.Object {
	return ordered.New(240).Text("@odata.type", "#microsoft.graph.directoryRole").Text("id", g.server.directory.identity("role "+t.ID, r.ID)).
		Text("displayName", r.Name).Text("roleTemplateId", r.ID)
}

func (g *graphAPI) listRoles(a *graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, r := range roleTable {
		all = append(all, g.role(a.tenant, r))
	}
	return many("directoryRoles", all)
}

func (g *graphAPI) listRoleDefinitions(*graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, r := range roleTable {
		all = append(all, ordered.New(200).Text("id", r.ID).Text("displayName", r.Name).Boolean("isBuiltIn", true).Boolean("isEnabled", true).Text("templateId", r.ID))
	}
	return many("roleManagement/directory/roleDefinitions", all)
}

// assignment is one role of one user.
type assignment struct {
	user *user
	role Role
}

func (g *graphAPI) assignments(t *tenant) []assignment {
	var all []assignment
	for _, u := range g.server.directory.userOrder {
		for _, name := range u.Roles {
			if r, err := roleNamed(name); err == nil && u.tenant == t && !u.deleted {
				all = append(all, assignment{u, r})
			}
		}
	}
	return all
}

func (x assignment) id() string {
	return base64.RawURLEncoding.EncodeToString(pairwise(x.user.ID, x.role.ID)[:24])
}

func (x assignment) object() *ordered.Object {
	return ordered.New(240).Text("id", x.id()).Text("principalId", x.user.ID).Text("roleDefinitionId", x.role.ID).Text("directoryScopeId", "/")
}

func (g *graphAPI) listAssignments(a *graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, x := range g.assignments(a.tenant) {
		all = append(all, x.object())
	}
	return many("roleManagement/directory/roleAssignments", all)
}

func (g *graphAPI) addAssignment(a *graphAsk) (*graphAnswer, error) {
	var principal, role, scope string
	err := readObject("", a.body, map[string]bodyField{
		"id": passed, "principalId": readText(&principal), "roleDefinitionId": readText(&role), "directoryScopeId": readText(&scope),
	})
	if err != nil {
		return nil, err
	}
	u := g.userOf(a.tenant, principal)
	if u == nil {
		return nil, notFound("principalId", principal)
	}
	r, err := roleNamed(role)
	if err != nil {
		return nil, notFound("roleDefinitionId", role)
	}
	if scope != "" && scope != "/" {
		return nil, badRequest("The value '%s' of 'directoryScopeId' is not simulated; what is known is '/'.", scope)
	}
	if words.Contain(u.Roles, r.Name) {
		return nil, badRequest("A conflicting object with one or more of the specified property values is present in the directory.")
	}
	if err := g.server.changeUser(u, func(c *User) { c.Roles = append(c.Roles, r.Name) }); err != nil {
		return nil, err
	}
	return one("roleManagement/directory/roleAssignments", http.StatusCreated, assignment{u, r}.object())
}

func (g *graphAPI) deleteAssignment(a *graphAsk) (*graphAnswer, error) {
	for _, x := range g.assignments(a.tenant) {
		if x.id() != a.id() {
			continue
		}
		err := g.server.changeUser(x.user, func(c *User) {
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
