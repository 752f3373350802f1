package fakeentra

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// application draws Graph's application.
func (g *graphAPI) application(a *Application) *ordered.Object {
	o := ordered.New(700)
	o.Text("id", g.server.directory.identity("application object", a.ID)).Text("appId", a.ID).Text("displayName", a.Name)
	o.Text("signInAudience", a.Audience).Text("publisherDomain", a.Publisher).Boolean("isFallbackPublicClient", !a.NoPublicClient)
	o.Nested("web", ordered.New(100).Texts("redirectUris", a.WebRedirectURIs...))
	o.Nested("spa", ordered.New(100).Texts("redirectUris", a.SPARedirectURIs...))
	o.Nested("publicClient", ordered.New(100).Texts("redirectUris", a.PublicRedirectURIs...))
	return o.Nested("mfpsim", ordered.New(60).Boolean("disabled", a.Disabled).Boolean("verifiedPublisher", a.Verified))
}

// readApplication reads what a request says of an application.
func readApplication(body []byte, a *Application, create bool) error {
	public := !a.NoPublicClient
	uris := func(list *[]string) bodyField {
		return nestedObject(map[string]bodyField{
			"redirectUris": readList(list), "homePageUrl": unsimulated, "logoutUrl": unsimulated, "implicitGrantSettings": unsimulated,
			"redirectUriSettings": unsimulated,
		})
	}
	fields := map[string]bodyField{
		"id": passed, "displayName": readText(&a.Name), "createdDateTime": passed,
		"signInAudience":  readWord(&a.Audience, AudienceEverybody, AudienceOrganizations, AudienceOneTenant, AudiencePersonal),
		"publisherDomain": passed, "isFallbackPublicClient": readBool(&public),
		"web": uris(&a.WebRedirectURIs), "spa": uris(&a.SPARedirectURIs), "publicClient": uris(&a.PublicRedirectURIs),
		"requiredResourceAccess": passed, "identifierUris": unsimulated, "api": unsimulated, "appRoles": unsimulated, "tags": passed,
		"passwordCredentials": unsimulated, "keyCredentials": unsimulated, "notes": passed, "description": passed,
		"mfpsim": nestedObject(map[string]bodyField{"disabled": readBool(&a.Disabled), "verifiedPublisher": readBool(&a.Verified)}),
	}
	if create {
		fields["appId"] = readText(&a.ID)
	} else {
		fields["appId"] = passed
	}
	if err := readObject("", body, fields); err != nil {
		return err
	}
	a.NoPublicClient = !public
	return nil
}

// registered finds an application by object id, by application id or by name.
func (g *graphAPI) registered(id string) (*Application, error) {
	if inner, ok := strings.CutPrefix(id, "appId="); ok {
		id = strings.Trim(inner, "'")
	}
	for _, key := range slices.Sorted(maps.Keys(g.server.directory.applications)) {
		a := g.server.directory.applications[key]
		if strings.EqualFold(a.ID, id) || g.server.directory.identity("application object", a.ID) == strings.ToLower(id) {
			return a, nil
		}
	}
	return nil, notFound("application", id)
}

func (g *graphAPI) listApplications(*graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, id := range slices.Sorted(maps.Keys(g.server.directory.applications)) {
		all = append(all, g.application(g.server.directory.applications[id]))
	}
	return many("applications", all)
}

func (g *graphAPI) getApplication(a *graphAsk) (*graphAnswer, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	return one("applications", 0, g.application(app))
}

func (g *graphAPI) addApplication(a *graphAsk) (*graphAnswer, error) {
	app := Application{NoPublicClient: true, Home: a.tenant.Domains[0], Publisher: a.tenant.Domains[0], Audience: AudienceOneTenant}
	if err := readApplication(a.body, &app, true); err != nil {
		return nil, err
	}
	if app.ID == "" {
		app.ID = chance.New(g.server.config.Seed, Party+" new application "+a.tenant.ID+" "+app.Name).UUID()
	}
	made, err := g.server.directory.addApplication(app)
	if err != nil {
		return nil, err
	}
	g.server.logAudit(a.tenant, "Add application", "administrator", made.Name, made.ID)
	return one("applications", http.StatusCreated, g.application(made))
}

func (g *graphAPI) changeApplication(a *graphAsk) (*graphAnswer, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	changed := *app
	if err := readApplication(a.body, &changed, false); err != nil {
		return nil, err
	}
	changed.ID = app.ID
	*app = changed
	g.server.logAudit(a.tenant, "Update application", "administrator", app.Name, "")
	return nothing()
}

// servicePrincipal draws Graph's servicePrincipal.
func (g *graphAPI) servicePrincipal(t *tenant, id string) *ordered.Object {
	sp := t.principals[id]
	return ordered.New(400).Text("id", sp.id).Text("appId", id).Text("displayName", g.server.nameOf(id)).Text("appDisplayName", g.server.nameOf(id)).
		Boolean("accountEnabled", !sp.disabled).Boolean("appRoleAssignmentRequired", sp.required).
		Text("servicePrincipalType", "Application").Time("createdDateTime", sp.created)
}

// enterprise finds the application id of a service principal of the tenant.
func (g *graphAPI) enterprise(t *tenant, id string) (string, error) {
	for _, app := range slices.Sorted(maps.Keys(t.principals)) {
		if strings.EqualFold(t.principals[app].id, id) || strings.EqualFold(app, id) {
			return app, nil
		}
	}
	return "", notFound("servicePrincipal", id)
}

// apis makes the service principals of the resources, which every tenant has.
func (g *graphAPI) apis(t *tenant) {
	for _, r := range resources.All() {
		if t.principals[r.ID] == nil {
			t.principals[r.ID] = &servicePrincipal{id: g.server.directory.identity("service principal "+t.ID, r.ID), created: g.server.world.Start()}
		}
	}
}

func (g *graphAPI) listPrincipals(a *graphAsk) (*graphAnswer, error) {
	g.apis(a.tenant)
	var all []*ordered.Object
	for _, id := range slices.Sorted(maps.Keys(a.tenant.principals)) {
		all = append(all, g.servicePrincipal(a.tenant, id))
	}
	return many("servicePrincipals", all)
}

func (g *graphAPI) getPrincipal(a *graphAsk) (*graphAnswer, error) {
	g.apis(a.tenant)
	id, err := g.enterprise(a.tenant, a.id())
	if err != nil {
		return nil, err
	}
	return one("servicePrincipals", 0, g.servicePrincipal(a.tenant, id))
}

func (g *graphAPI) addPrincipal(a *graphAsk) (*graphAnswer, error) {
	var id string
	if err := readObject("", a.body, map[string]bodyField{"appId": readText(&id)}); err != nil {
		return nil, err
	}
	app, err := g.registered(id)
	if err != nil {
		return nil, err
	}
	if a.tenant.principals[app.ID] != nil {
		return nil, badRequest("The service principal cannot be created: the name of the application is in use in this tenant already.")
	}
	g.server.principal(a.tenant, app.ID, "administrator")
	return one("servicePrincipals", http.StatusCreated, g.servicePrincipal(a.tenant, app.ID))
}

func (g *graphAPI) changePrincipal(a *graphAsk) (*graphAnswer, error) {
	g.apis(a.tenant)
	id, err := g.enterprise(a.tenant, a.id())
	if err != nil {
		return nil, err
	}
	d := g.server.describePrincipal(a.tenant, id)
	enabled := !d.Disabled
	err = readObject("", a.body, map[string]bodyField{
		"accountEnabled": readBool(&enabled), "appRoleAssignmentRequired": readBool(&d.AssignmentRequired), "id": passed, "appId": passed,
		"displayName": passed, "tags": passed,
	})
	if err != nil {
		return nil, err
	}
	d.Disabled = !enabled
	if err := g.server.changePrincipal(a.tenant, id, d); err != nil {
		return nil, err
	}
	return nothing()
}

func (g *graphAPI) deletePrincipal(a *graphAsk) (*graphAnswer, error) {
	id, err := g.enterprise(a.tenant, a.id())
	if err != nil {
		return nil, err
	}
	delete(a.tenant.principals, id)
	g.server.logAudit(a.tenant, "Remove service principal", "administrator", g.server.nameOf(id), "")
	return nothing()
}

// defaultAppRole is the role that an assignment without a role of its own has: [D] graph/api/resources/approleassignment.
const defaultAppRole = "00000000-0000-0000-0000-000000000000"

func (g *graphAPI) assigned(t *tenant, id, name string) *ordered.Object {
	sp, who, kind := t.principals[id], g.server.directory.groupID(t, name), "Group"
	if u := g.server.directory.userOf(name); u != nil {
		who, kind = u.ID, "User"
	}
	return ordered.New(400).Text("id", base64.RawURLEncoding.EncodeToString(pairwise(sp.id, who)[:24])).Text("appRoleId", defaultAppRole).Text("principalId", who).
		Text("principalDisplayName", name).Text("principalType", kind).Text("resourceId", sp.id).Text("resourceDisplayName", g.server.nameOf(id))
}

func (g *graphAPI) listAssigned(a *graphAsk) (*graphAnswer, error) {
	id, err := g.enterprise(a.tenant, a.id())
	if err != nil {
		return nil, err
	}
	var all []*ordered.Object
	for _, name := range slices.Sorted(maps.Keys(a.tenant.principals[id].assigned)) {
		all = append(all, g.assigned(a.tenant, id, name))
	}
	return many("appRoleAssignments", all)
}

func (g *graphAPI) assign(a *graphAsk) (*graphAnswer, error) {
	id, err := g.enterprise(a.tenant, a.id())
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
	if resourceID != "" && !strings.EqualFold(resourceID, a.tenant.principals[id].id) {
		return nil, badRequest("The value '%s' of 'resourceId' is not the service principal of the path.", resourceID)
	}
	name, ok := g.server.directory.userIn(a.tenant)(who)
	if !ok {
		name, ok = g.server.directory.groupIn(a.tenant)(who)
	}
	if !ok {
		return nil, notFound("principalId", who)
	}
	d := g.server.describePrincipal(a.tenant, id)
	d.Assigned = append(d.Assigned, name)
	if err := g.server.changePrincipal(a.tenant, id, d); err != nil {
		return nil, err
	}
	return one("appRoleAssignments", http.StatusCreated, g.assigned(a.tenant, id, strings.ToLower(name)))
}

// delegated is one oauth2PermissionGrant: Graph has one for each API, client and person.
type delegated struct {
	application string
	consent     *Consent
	resource    *resources.API
	scopes      []string // short names
}

// grants lists what the tenant has consented to.
func (g *graphAPI) grants(t *tenant) []delegated {
	g.apis(t)
	var all []delegated
	for _, id := range slices.Sorted(maps.Keys(t.principals)) {
		for _, c := range t.principals[id].consents {
			for _, r := range resources.All() {
				d := delegated{application: id, consent: c, resource: r}
				for _, scope := range c.Scopes {
					api, _, short, ok := resources.Split(scope)
					if ok && api == r {
						d.scopes = append(d.scopes, short)
					}
				}
				if len(d.scopes) > 0 {
					all = append(all, d)
				}
			}
		}
	}
	return all
}

func (d delegated) id() string {
	return base64.RawURLEncoding.EncodeToString(pairwise(d.application+"|"+d.consent.User, d.resource.ID))
}

func (g *graphAPI) delegatedObject(t *tenant, d delegated) *ordered.Object {
	o := ordered.New(400).Text("clientId", t.principals[d.application].id)
	if d.consent.User == "" {
		o.Text("consentType", "AllPrincipals").Text("id", d.id()).Null("principalId")
	} else {
		who := d.consent.User
		if u := g.server.directory.users[who]; u != nil {
			who = u.ID
		}
		o.Text("consentType", "Principal").Text("id", d.id()).Text("principalId", who)
	}
	return o.Text("resourceId", t.principals[d.resource.ID].id).Text("scope", strings.Join(d.scopes, " "))
}

func (g *graphAPI) listGrants(a *graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for _, d := range g.grants(a.tenant) {
		all = append(all, g.delegatedObject(a.tenant, d))
	}
	return many("oauth2PermissionGrants", all)
}

func (g *graphAPI) delegatedOf(a *graphAsk) (delegated, error) {
	for _, d := range g.grants(a.tenant) {
		if d.id() == a.id() {
			return d, nil
		}
	}
	return delegated{}, notFound("oAuth2PermissionGrant", a.id())
}

func (g *graphAPI) getGrant(a *graphAsk) (*graphAnswer, error) {
	d, err := g.delegatedOf(a)
	if err != nil {
		return nil, err
	}
	return one("oauth2PermissionGrants", 0, g.delegatedObject(a.tenant, d))
}

func (g *graphAPI) addGrant(a *graphAsk) (*graphAnswer, error) {
	g.apis(a.tenant)
	var client, kind, principal, api, scope string
	err := readObject("", a.body, map[string]bodyField{
		"clientId": readText(&client), "consentType": readWord(&kind, "AllPrincipals", "Principal"), "principalId": readText(&principal),
		"resourceId": readText(&api), "scope": readText(&scope), "startTime": passed, "expiryTime": passed, "id": passed,
	})
	if err != nil {
		return nil, err
	}
	id, err := g.enterprise(a.tenant, client)
	if err != nil {
		return nil, err
	}
	app := g.server.directory.applications[id]
	resourceID, err := g.enterprise(a.tenant, api)
	r := resources.Named(resourceID)
	switch {
	case err != nil:
		return nil, err
	case app == nil || r == nil:
		return nil, badRequest("'clientId' is the id of an application's service principal, and 'resourceId' that of an API.")
	case kind == "":
		return nil, badRequest("A value is required for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	}
	var scopes []string
	for _, word := range strings.Fields(scope) {
		if r != resources.Graph || !words.Contain([]string{"openid", "profile", "email", "offline_access"}, word) {
			known := r.Scope(word)
			if known == "" {
				return nil, badRequest("The permission '%s' does not exist on %s.", word, r.Name)
			}
			word = r.Roots[0] + "/" + known
		}
		scopes = append(scopes, word)
	}
	var by *user
	if kind == "Principal" {
		if by = g.userOf(a.tenant, principal); by == nil {
			return nil, notFound("principalId", principal)
		}
	}
	g.server.consentAs("administrator", a.tenant, app, by, scopes)
	for _, d := range g.grants(a.tenant) {
		if d.application == id && d.resource == r && (by == nil && d.consent.User == "" || by != nil && d.consent.User == by.Principal) {
			return one("oauth2PermissionGrants", http.StatusCreated, g.delegatedObject(a.tenant, d))
		}
	}
	return nil, badRequest("A value is required for property 'scope' of resource 'OAuth2PermissionGrant'.")
}

func (g *graphAPI) deleteGrant(a *graphAsk) (*graphAnswer, error) {
	d, err := g.delegatedOf(a)
	if err != nil {
		return nil, err
	}
	d.consent.Scopes = slices.DeleteFunc(slices.Clone(d.consent.Scopes), func(scope string) bool {
		api, _, short, ok := resources.Split(scope)
		return ok && api == d.resource && slices.Contains(d.scopes, short)
	})
	g.server.logAudit(a.tenant, "Remove delegated permission grant", "administrator", g.server.nameOf(d.application), strings.Join(d.scopes, " "))
	return nothing()
}
