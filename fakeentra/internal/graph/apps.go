package graph

import (
	"net/http"
	"strings"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
)

// application draws Graph's application.
func (g *api) application(a directory.Application) *ordered.Object {
	o := ordered.New(700)
	o.Text("id", g.Directory.Identity("application object", a.ID)).Text("appId", a.ID).Text("displayName", a.Name)
	o.Text("signInAudience", a.Audience).Text("publisherDomain", a.Publisher).
		Boolean("isFallbackPublicClient", !a.Confidential)
	o.Nested("web", ordered.New(160).Texts("redirectUris", a.WebRedirectURIs...).
		Nested("implicitGrantSettings", ordered.New(80).Boolean("enableAccessTokenIssuance", a.AccessTokens).
			Boolean("enableIdTokenIssuance", a.IDTokens)))
	o.Nested("spa", ordered.New(100).Texts("redirectUris", a.SPARedirectURIs...))
	o.Nested("publicClient", ordered.New(100).Texts("redirectUris", a.PublicRedirectURIs...))
	o.Objects("requiredResourceAccess", requested(g.Directory.Resources(), a)...)
	var secrets []*ordered.Object
	for _, secret := range a.Secrets {
		secrets = append(secrets, credential(secret))
	}
	o.Objects("passwordCredentials", secrets...).Texts("identifierUris", a.IdentifierURIs...)
	if r := g.Directory.Resources().Named(a.ID); r != nil {
		o.Nested("api", exposed(r)).Objects("appRoles", roles(r)...)
	}
	return o.Nested(
		"mfpsim",
		ordered.New(60).Boolean("enabled", a.State == directory.Enabled).Boolean("verifiedPublisher", a.Verified),
	)
}

// stateOf is what Graph's accountEnabled says.
func stateOf(enabled bool) directory.State {
	if enabled {
		return directory.Enabled
	}
	return directory.Disabled
}

// readApplication reads what a request says of an application.
func readApplication(known *resources.Table, body []byte, a *directory.Application, create bool) error {
	public, enabled := !a.Confidential, a.State == directory.Enabled
	uris := func(list *[]string) bodyField {
		return nestedObject(map[string]bodyField{
			"redirectUris": readList(list), "homePageUrl": unsimulated, "logoutUrl": unsimulated, "redirectUriSettings": unsimulated,
			"implicitGrantSettings": nestedObject(map[string]bodyField{
				"enableAccessTokenIssuance": readBool(&a.AccessTokens), "enableIdTokenIssuance": readBool(&a.IDTokens),
			}),
		})
	}
	fields := map[string]bodyField{
		"id": passed, "displayName": readText(&a.Name), "createdDateTime": passed,
		"signInAudience":  readWord(&a.Audience, directory.AudienceEverybody, directory.AudienceOrganizations, directory.AudienceOneTenant, directory.AudiencePersonal),
		"publisherDomain": passed, "isFallbackPublicClient": readBool(&public),
		"web": uris(&a.WebRedirectURIs), "spa": uris(&a.SPARedirectURIs), "publicClient": uris(&a.PublicRedirectURIs),
		"requiredResourceAccess": readRequested(known, a), "identifierUris": readList(&a.IdentifierURIs),
		"api": nestedObject(map[string]bodyField{
			"oauth2PermissionScopes": readPermissions(&a.Scopes, "adminConsentDescription"), "acceptMappedClaims": passed,
			"knownClientApplications": unsimulated, "preAuthorizedApplications": unsimulated, "requestedAccessTokenVersion": passed,
		}),
		"appRoles": readPermissions(&a.Roles, "description"), "tags": passed,
		"passwordCredentials": passed, "keyCredentials": unsimulated, "notes": passed, "description": passed,
		"mfpsim": nestedObject(map[string]bodyField{"enabled": readBool(&enabled), "verifiedPublisher": readBool(&a.Verified)}),
	}
	if create {
		fields["appId"] = readText(&a.ID)
	} else {
		fields["appId"] = passed
	}
	if err := readObject("", body, fields); err != nil {
		return err
	}
	a.Confidential, a.State = !public, stateOf(enabled)
	return nil
}

// registered finds an application by object id, by application id or by name.
func (g *api) registered(id string) (directory.Application, error) {
	if inner, ok := strings.CutPrefix(id, "appId="); ok {
		id = strings.Trim(inner, "'")
	}
	for _, a := range g.Directory.Applications() {
		if strings.EqualFold(a.ID, id) || g.Directory.Identity("application object", a.ID) == strings.ToLower(id) {
			return a, nil
		}
	}
	return directory.Application{}, notFound("application", id)
}

func (g *api) listApplications(*ask) (*result, error) {
	var all []*ordered.Object
	for _, a := range g.Directory.Applications() {
		all = append(all, g.application(a))
	}
	return many("applications", all)
}

func (g *api) getApplication(a *ask) (*result, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	return one("applications", 0, g.application(app))
}

func (g *api) addApplication(a *ask) (*result, error) {
	app := directory.Application{
		Confidential: true, Home: a.home.Domains[0], Publisher: a.home.Domains[0],
		Audience: directory.AudienceOneTenant,
	}
	if err := readApplication(g.Directory.Resources(), a.body, &app, true); err != nil {
		return nil, err
	}
	if app.ID == "" {
		app.ID = g.Directory.Identity("new application "+a.home.ID, app.Name)
	}
	if r := g.Directory.Resources().Named(app.ID); r != nil {
		return g.extendResource(r, app)
	}
	made, err := g.Directory.AddApplication(app)
	if err != nil {
		return nil, err
	}
	g.Directory.Log(a.home.Key, "Add application", made.Name, made.ID)
	return one("applications", http.StatusCreated, g.application(made))
}

func (g *api) changeApplication(a *ask) (*result, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	known := g.Directory.Resources() // the directory is locked while it changes
	err = g.Directory.ChangeApplication(app.ID, func(c *directory.Application) error {
		err := readApplication(known, a.body, c, false)
		app = *c
		return err
	})
	if err != nil {
		return nil, err
	}
	g.Directory.Log(a.home.Key, "Update application", app.Name, "")
	return nothing()
}

// servicePrincipal draws Graph's servicePrincipal.
func servicePrincipal(sp directory.ServicePrincipal) *ordered.Object {
	return ordered.New(400).Text("id", sp.ID).Text("appId", sp.Application).Text("displayName", sp.Name).
		Text("appDisplayName", sp.Name).
		Boolean(
			"accountEnabled", sp.State == directory.Enabled,
		).Boolean("appRoleAssignmentRequired", sp.AssignmentRequired).
		Text("servicePrincipalType", "Application").Time("createdDateTime", sp.Created)
}

// enterprise finds a service principal of the tenant by its id or the application's.
func (g *api) enterprise(a *ask, id string) (directory.ServicePrincipal, error) {
	for _, sp := range g.Directory.ServicePrincipals(a.home.Key) {
		if strings.EqualFold(sp.ID, id) || strings.EqualFold(sp.Application, id) {
			return sp, nil
		}
	}
	return directory.ServicePrincipal{}, notFound("servicePrincipal", id)
}

func (g *api) listPrincipals(a *ask) (*result, error) {
	g.Directory.MakeAPIs(a.home.Key, g.Start)
	var all []*ordered.Object
	for _, sp := range g.Directory.ServicePrincipals(a.home.Key) {
		all = append(all, servicePrincipal(sp))
	}
	return many("servicePrincipals", all)
}

func (g *api) getPrincipal(a *ask) (*result, error) {
	g.Directory.MakeAPIs(a.home.Key, g.Start)
	sp, err := g.enterprise(a, a.id())
	if err != nil {
		return nil, err
	}
	return one("servicePrincipals", 0, servicePrincipal(sp))
}

func (g *api) addPrincipal(a *ask) (*result, error) {
	var id string
	if err := readObject("", a.body, map[string]bodyField{"appId": readText(&id)}); err != nil {
		return nil, err
	}
	app, err := g.registered(id)
	if err != nil {
		return nil, err
	}
	if _, there := g.Directory.ServicePrincipal(a.home.Key, app.ID); there {
		return nil, badRequest("The service principal cannot be created: the name of the application is in use in this " +
			"tenant already.")
	}
	g.Directory.MakeServicePrincipal(a.home.Key, app.ID)
	made, _ := g.Directory.ServicePrincipal(a.home.Key, app.ID)
	return one("servicePrincipals", http.StatusCreated, servicePrincipal(made))
}

func (g *api) changePrincipal(a *ask) (*result, error) {
	g.Directory.MakeAPIs(a.home.Key, g.Start)
	sp, err := g.enterprise(a, a.id())
	if err != nil {
		return nil, err
	}
	err = g.Directory.ChangeServicePrincipal(a.home.Key, sp.Application, func(c *directory.ServicePrincipal) error {
		enabled := c.State == directory.Enabled
		err := readObject("", a.body, map[string]bodyField{
			"accountEnabled": readBool(&enabled), "appRoleAssignmentRequired": readBool(&c.AssignmentRequired), "id": passed, "appId": passed,
			"displayName": passed, "tags": passed,
		})
		c.State = stateOf(enabled)
		return err
	})
	if err != nil {
		return nil, err
	}
	return nothing()
}

func (g *api) deletePrincipal(a *ask) (*result, error) {
	sp, err := g.enterprise(a, a.id())
	if err != nil {
		return nil, err
	}
	g.Directory.DeleteServicePrincipal(a.home.Key, sp.Application)
	return nothing()
}

// defaultAppRole is the role that an assignment without a role of its own has: [D]
// graph/api/resources/approleassignment.
const defaultAppRole = "00000000-0000-0000-0000-000000000000"

func (g *api) assigned(a *ask, sp directory.ServicePrincipal, name string) *ordered.Object {
	who, kind := g.Directory.GroupID(a.home, name), "Group"
	if u, known := g.Directory.Account(name); known {
		who, kind = u.ID, "User"
	}
	return ordered.New(400).Text("id", encode64(directory.Pairwise(sp.ID, who)[:24])).Text("appRoleId", defaultAppRole).
		Text("principalId", who).
		Text("principalDisplayName", name).Text("principalType", kind).Text("resourceId", sp.ID).
		Text("resourceDisplayName", sp.Name)
}

func (g *api) listAssigned(a *ask) (*result, error) {
	sp, err := g.enterprise(a, a.id())
	if err != nil {
		return nil, err
	}
	var all []*ordered.Object
	for _, name := range sp.Assigned {
		all = append(all, g.assigned(a, sp, name))
	}
	return many("appRoleAssignments", all)
}

func (g *api) assign(a *ask) (*result, error) {
	sp, err := g.enterprise(a, a.id())
	if err != nil {
		return nil, err
	}
	var who, resourceID, role string
	err = readObject("", a.body, map[string]bodyField{
		"principalId": readText(&who), "resourceId": readText(&resourceID), "appRoleId": readText(&role),
	})
	if err != nil {
		return nil, err
	}
	if role != "" && role != defaultAppRole {
		return nil, badRequest("The value '%s' of 'appRoleId' is not simulated; what is known is %s.", role, defaultAppRole)
	}
	if resourceID != "" && !strings.EqualFold(resourceID, sp.ID) {
		return nil, badRequest("The value '%s' of 'resourceId' is not the service principal of the path.", resourceID)
	}
	u, known := g.Directory.AccountIn(a.home.Key, who)
	name := u.Principal
	if !known {
		name, known = g.Directory.GroupIn(a.home.Key, who)
	}
	if !known {
		return nil, notFound("principalId", who)
	}
	err = g.Directory.ChangeServicePrincipal(a.home.Key, sp.Application, func(c *directory.ServicePrincipal) error {
		c.Assigned = append(c.Assigned, name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return one("appRoleAssignments", http.StatusCreated, g.assigned(a, sp, strings.ToLower(name)))
}
