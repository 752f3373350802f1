package fakeentra

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/fakeentra/internal/words"
)

const (
	policiesPath  = "identity/conditionalAccess/policies"
	locationsPath = "identity/conditionalAccess/namedLocations"
)

func (g *graphAPI) listPolicies(a *graphAsk) (*graphAnswer, error) {
	var all []access.Policy
	for _, p := range a.tenant.policies {
		all = append(all, withIDs(p, g.server.directory, a.tenant))
	}
	return many(policiesPath, all)
}

// policy finds one by its id.
func (g *graphAPI) policy(a *graphAsk) (int, error) {
	i := slices.IndexFunc(a.tenant.policies, func(p access.Policy) bool { return strings.EqualFold(p.ID, a.id()) })
	if i < 0 {
		return i, notFound("conditionalAccessPolicy", a.id())
	}
	return i, nil
}

func (g *graphAPI) getPolicy(a *graphAsk) (*graphAnswer, error) {
	i, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	return one(policiesPath, 0, withIDs(a.tenant.policies[i], g.server.directory, a.tenant))
}

func (g *graphAPI) addPolicy(a *graphAsk) (*graphAnswer, error) {
	p := access.Policy{Grant: access.GrantNone}
	if err := readPolicy(a.body, &p); err != nil {
		return nil, err
	}
	switch {
	case p.Name == "":
		return nil, badRequest("A value is required for property 'displayName' of resource 'ConditionalAccessPolicy'.")
	case p.State == "":
		return nil, badRequest("A value is required for property 'state' of resource 'ConditionalAccessPolicy'.")
	case len(p.Users)+len(p.Groups)+len(p.Roles) == 0:
		return nil, badRequest("1008: conditions.users: who is included has to be said: includeUsers, includeGroups or includeRoles.")
	case p.Grant == access.GrantNone && p.SignInFrequency == 0 && !p.EveryTime:
		return nil, badRequest("1007: Either grantControls or sessionControls have to be said.")
	}
	p.ID = g.server.directory.identity("policy "+a.tenant.ID, p.Name)
	for n := len(a.tenant.policies) + 1; slices.ContainsFunc(a.tenant.policies, func(other access.Policy) bool { return other.ID == p.ID }); n++ {
		p.ID = g.server.directory.identity("policy "+a.tenant.ID, p.Name+" "+strconv.Itoa(n)) // Graph lets two have the same name
	}
	if err := g.server.directory.complete(a.tenant, &p); err != nil {
		return nil, badRequest("%v.", err)
	}
	p = g.server.putPolicy(a.tenant, -1, p)
	return one(policiesPath, http.StatusCreated, withIDs(p, g.server.directory, a.tenant))
}

func (g *graphAPI) changePolicy(a *graphAsk) (*graphAnswer, error) {
	i, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	p := a.tenant.policies[i]
	if err := readPolicy(a.body, &p); err != nil {
		return nil, err
	}
	if err := g.server.directory.complete(a.tenant, &p); err != nil {
		return nil, badRequest("%v.", err)
	}
	g.server.putPolicy(a.tenant, i, p)
	return nothing()
}

func (g *graphAPI) deletePolicy(a *graphAsk) (*graphAnswer, error) {
	i, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	name := a.tenant.policies[i].Name
	a.tenant.policies = slices.Delete(slices.Clone(a.tenant.policies), i, i+1)
	g.server.logAudit(a.tenant, "Delete conditional access policy", "administrator", name, "")
	return nothing()
}

func (g *graphAPI) listLocations(a *graphAsk) (*graphAnswer, error) {
	return many(locationsPath, a.tenant.locations)
}

func (g *graphAPI) location(a *graphAsk) (access.NamedLocation, error) {
	for _, l := range a.tenant.locations {
		if strings.EqualFold(l.ID, a.id()) {
			return l, nil
		}
	}
	return access.NamedLocation{}, notFound("namedLocation", a.id())
}

func (g *graphAPI) getLocation(a *graphAsk) (*graphAnswer, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	return one(locationsPath, 0, l)
}

// readLocation reads Graph's ipNamedLocation or countryNamedLocation.
func readLocation(raw json.RawMessage, l *access.NamedLocation) error {
	return readObject("", raw, map[string]bodyField{
		"id": passed, "createdDateTime": passed, "modifiedDateTime": passed, "displayName": readText(&l.Name), "isTrusted": readBool(&l.Trusted),
		"countriesAndRegions": readList(&l.Countries), "includeUnknownCountriesAndRegions": readBool(&l.Unknown),
		"countryLookupMethod": readWord(new(string), "clientIpAddress"),
		"ipRanges": func(name string, raw json.RawMessage) error {
			var list []json.RawMessage
			if json.Unmarshal(raw, &list) != nil {
				return badRequest("The value of '%s' is no list.", name)
			}
			l.Ranges = nil
			for i, item := range list {
				var text string
				if err := readObject(name+"["+strconv.Itoa(i)+"]", item, map[string]bodyField{"cidrAddress": readText(&text)}); err != nil {
					return err
				}
				l.Ranges = append(l.Ranges, text)
			}
			return nil
		},
	})
}

func (g *graphAPI) addLocation(a *graphAsk) (*graphAnswer, error) {
	var l access.NamedLocation
	if err := readLocation(a.body, &l); err != nil {
		return nil, err
	}
	if access.FindLocation(a.tenant.locations, l.Name) != nil {
		return nil, badRequest("A named location of the name '%s' is there already.", l.Name)
	}
	made, err := g.server.setLocation(a.tenant, l, "administrator")
	if err != nil {
		return nil, err
	}
	return one(locationsPath, http.StatusCreated, made)
}

func (g *graphAPI) changeLocation(a *graphAsk) (*graphAnswer, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	if err := readLocation(a.body, &l); err != nil {
		return nil, err
	}
	if _, err := g.server.setLocation(a.tenant, l, "administrator"); err != nil {
		return nil, err
	}
	return nothing()
}

func (g *graphAPI) deleteLocation(a *graphAsk) (*graphAnswer, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	for _, p := range a.tenant.policies {
		if words.Contain(p.Locations, l.Name) || words.Contain(p.ExcludeLocations, l.Name) {
			return nil, badRequest("The named location is used by the policy '%s'.", p.Name)
		}
	}
	a.tenant.locations = slices.DeleteFunc(slices.Clone(a.tenant.locations), func(other access.NamedLocation) bool { return other.ID == l.ID })
	g.server.logAudit(a.tenant, "Delete named location", "administrator", l.Name, "")
	return nothing()
}

func (g *graphAPI) listSignIns(a *graphAsk) (*graphAnswer, error) {
	var rows []signins.SignIn
	for _, row := range slices.Backward(g.server.signIns.All()) { // the newest first, as Graph has them
		if row.Tenant == a.tenant.ID {
			rows = append(rows, row)
		}
	}
	return many("auditLogs/signIns", rows)
}

func (g *graphAPI) getSignIn(a *graphAsk) (*graphAnswer, error) {
	for _, row := range g.server.signIns.All() {
		if row.Tenant == a.tenant.ID && strings.EqualFold(row.ID, a.id()) {
			return one("auditLogs/signIns", 0, row)
		}
	}
	return nil, notFound("signIn", a.id())
}

func (g *graphAPI) listAudits(a *graphAsk) (*graphAnswer, error) {
	var rows []AuditEntry
	for i := len(g.server.audit) - 1; i >= 0; i-- {
		if row := g.server.audit[i]; row.Tenant == a.tenant.ID {
			rows = append(rows, row)
		}
	}
	return many("auditLogs/directoryAudits", rows)
}

// Policies of the tenant that stand alone.

const defaultsPath = "policies/identitySecurityDefaultsEnforcementPolicy"

func (g *graphAPI) getDefaults(a *graphAsk) (*graphAnswer, error) {
	answer, err := one(defaultsPath, 0, ordered.New(200).Text("id", "00000000-0000-0000-0000-000000000005").
		Text("displayName", "Security Defaults").Boolean("isEnabled", a.tenant.SecurityDefaults))
	return answer, err
}

func (g *graphAPI) changeDefaults(a *graphAsk) (*graphAnswer, error) {
	enabled := a.tenant.SecurityDefaults
	err := readObject("", a.body, map[string]bodyField{
		"isEnabled": readBool(&enabled), "id": passed, "displayName": passed, "description": passed, "deletedDateTime": passed,
	})
	if err != nil {
		return nil, err
	}
	if enabled != a.tenant.SecurityDefaults {
		a.tenant.SecurityDefaults = enabled
		g.server.logAudit(a.tenant, "Update policy", "administrator", "Security defaults", strconv.FormatBool(enabled))
		a.changes = append(a.changes, Change{Kind: ChangeDefaults, Tenant: a.tenant.ID})
	}
	return nothing()
}

func (g *graphAPI) getAuthorization(a *graphAsk) (*graphAnswer, error) {
	return one("policies/authorizationPolicy", 0, ordered.New(400).Text("id", "authorizationPolicy").Text("displayName", "Authorization Policy").
		Nested("defaultUserRolePermissions", ordered.New(200).Texts("permissionGrantPoliciesAssigned", consentPolicies(a.tenant.UserConsent)...)))
}

func (g *graphAPI) changeAuthorization(a *graphAsk) (*graphAnswer, error) {
	assigned, said := []string(nil), false
	err := readObject("", a.body, map[string]bodyField{
		"id": passed, "displayName": passed, "description": passed,
		"defaultUserRolePermissions": nestedObject(map[string]bodyField{
			"permissionGrantPoliciesAssigned": func(name string, raw json.RawMessage) error {
				said = true
				return readList(&assigned)(name, raw)
			},
			"allowedToCreateApps": passed, "allowedToCreateSecurityGroups": passed, "allowedToCreateTenants": passed,
			"allowedToReadBitlockerKeysForOwnedDevice": passed, "allowedToReadOtherUsers": passed,
		}),
	})
	if err != nil || !said {
		return &graphAnswer{status: http.StatusNoContent}, err
	}
	setting := UserConsentNone
	for _, word := range assigned {
		switch {
		case words.Contain(consentPolicies(UserConsentAll), word):
			setting = UserConsentAll
		case words.Contain(consentPolicies(UserConsentLow), word):
			setting = UserConsentLow
		case !strings.HasPrefix(word, "ManagePermissionGrantsForOwnedResource."):
			return nil, badRequest("The value '%s' of 'permissionGrantPoliciesAssigned' is not simulated.", word)
		}
	}
	a.tenant.UserConsent = setting
	g.server.logAudit(a.tenant, "Update authorization policy", "administrator", "User consent", setting)
	return nothing()
}

func (g *graphAPI) getWorkflow(a *graphAsk) (*graphAnswer, error) {
	return one("policies/adminConsentRequestPolicy", 0, ordered.New(60).Boolean("isEnabled", a.tenant.AdminConsentWorkflow))
}

func (g *graphAPI) changeWorkflow(a *graphAsk) (*graphAnswer, error) {
	err := readObject("", a.body, map[string]bodyField{
		"isEnabled": readBool(&a.tenant.AdminConsentWorkflow), "notifyReviewers": passed, "remindersEnabled": passed,
		"requestDurationInDays": passed, "reviewers": passed, "version": passed,
	})
	if err != nil {
		return nil, err
	}
	g.server.logAudit(a.tenant, "Update admin consent request policy", "administrator", "Admin consent requests", strconv.FormatBool(a.tenant.AdminConsentWorkflow))
	return nothing()
}

func (g *graphAPI) listDomains(a *graphAsk) (*graphAnswer, error) {
	var all []*ordered.Object
	for i, name := range a.tenant.Domains {
		all = append(all, ordered.New(160).Text("id", name).Text("authenticationType", "Managed").Boolean("isDefault", i == 0).
			Boolean("isInitial", i == 0).Boolean("isVerified", true).Texts("supportedServices", "Email"))
	}
	return many("domains", all)
}

func (g *graphAPI) listOrganization(a *graphAsk) (*graphAnswer, error) {
	var domains []*ordered.Object
	for i, name := range a.tenant.Domains {
		domains = append(domains, ordered.New(80).Text("name", name).Text("type", "Managed").Boolean("isDefault", i == 0).Boolean("isInitial", i == 0))
	}
	o := ordered.New(400).Text("id", a.tenant.ID).Text("displayName", a.tenant.Name).Text("tenantType", "AAD").Objects("verifiedDomains", domains...)
	return many("organization", []*ordered.Object{o})
}
