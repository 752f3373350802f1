package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/words"
)

const (
	policiesPath  = "identity/conditionalAccess/policies"
	locationsPath = "identity/conditionalAccess/namedLocations"
)

func (g *api) listPolicies(a *ask) (*result, error) {
	var all []access.Policy
	for _, p := range a.home.Rules.Policies {
		all = append(all, g.withIDs(p, a.home))
	}
	return many(policiesPath, all)
}

// policy finds one by its id.
func (g *api) policy(a *ask) (access.Policy, error) {
	i := slices.IndexFunc(a.home.Rules.Policies, func(p access.Policy) bool { return strings.EqualFold(p.ID, a.id()) })
	if i < 0 {
		return access.Policy{}, notFound("conditionalAccessPolicy", a.id())
	}
	return a.home.Rules.Policies[i], nil
}

func (g *api) getPolicy(a *ask) (*result, error) {
	p, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	return one(policiesPath, 0, g.withIDs(p, a.home))
}

func (g *api) addPolicy(a *ask) (*result, error) {
	p := access.Policy{Grant: access.GrantNone}
	if err := ReadPolicy(a.body, &p); err != nil {
		return nil, err
	}
	switch {
	case p.Name == "":
		return nil, badRequest("A value is required for property 'displayName' of resource 'ConditionalAccessPolicy'.")
	case p.State == "":
		return nil, badRequest("A value is required for property 'state' of resource 'ConditionalAccessPolicy'.")
	case len(p.Users)+len(p.Groups)+len(p.Roles) == 0:
		return nil, badRequest("1008: conditions.users: who is included has to be said: includeUsers, includeGroups or " +
			"includeRoles.")
	case !p.Demands():
		return nil, badRequest("1007: Either grantControls or sessionControls have to be said.")
	}
	there := a.home.Rules.Policies
	p.ID = g.Directory.Identity("policy "+a.home.ID, p.Name)
	taken := func(other access.Policy) bool { return other.ID == p.ID }
	for n := len(there) + 1; slices.ContainsFunc(there, taken); n++ {
		// Graph lets two have the same name
		p.ID = g.Directory.Identity("policy "+a.home.ID, p.Name+" "+strconv.Itoa(n))
	}
	p, err := g.Directory.AddPolicy(a.home.Key, p)
	if err != nil {
		return nil, badRequest("%v.", err)
	}
	return one(policiesPath, http.StatusCreated, g.withIDs(p, a.home))
}

func (g *api) changePolicy(a *ask) (*result, error) {
	p, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	if err := ReadPolicy(a.body, &p); err != nil {
		return nil, err
	}
	if err := g.Directory.ReplacePolicy(a.home.Key, p); err != nil {
		return nil, badRequest("%v.", err)
	}
	return nothing()
}

func (g *api) deletePolicy(a *ask) (*result, error) {
	p, err := g.policy(a)
	if err != nil {
		return nil, err
	}
	g.Directory.DeletePolicy(a.home.Key, p.ID)
	return nothing()
}

func (g *api) listLocations(a *ask) (*result, error) {
	return many(locationsPath, a.home.Rules.Locations)
}

func (g *api) location(a *ask) (access.NamedLocation, error) {
	for _, l := range a.home.Rules.Locations {
		if strings.EqualFold(l.ID, a.id()) {
			return l, nil
		}
	}
	return access.NamedLocation{}, notFound("namedLocation", a.id())
}

func (g *api) getLocation(a *ask) (*result, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	return one(locationsPath, 0, l)
}

// readLocation reads Graph's ipNamedLocation or countryNamedLocation.
func readLocation(raw json.RawMessage, l *access.NamedLocation) error {
	return readObject("", raw, map[string]bodyField{
		"id":                                passed,
		"createdDateTime":                   passed,
		"modifiedDateTime":                  passed,
		"displayName":                       readText(&l.Name),
		"isTrusted":                         readBool(&l.Trusted),
		"countriesAndRegions":               readList(&l.Countries),
		"includeUnknownCountriesAndRegions": readBool(&l.Unknown),
		"countryLookupMethod":               readWord(new(string), "clientIpAddress"),
		"ipRanges": func(name string, raw json.RawMessage) error {
			var list []json.RawMessage
			if json.Unmarshal(raw, &list) != nil {
				return badRequest("The value of '%s' must be a list, not %s.", name, kindOf(raw))
			}
			l.Ranges = nil
			for i, item := range list {
				var text string
				if err := readObject(name+"["+strconv.Itoa(i)+"]", item,
					map[string]bodyField{"cidrAddress": readText(&text)}); err != nil {
					return err
				}
				l.Ranges = append(l.Ranges, text)
			}
			return nil
		},
	})
}

func (g *api) addLocation(a *ask) (*result, error) {
	var l access.NamedLocation
	if err := readLocation(a.body, &l); err != nil {
		return nil, err
	}
	if access.FindLocation(a.home.Rules.Locations, l.Name) != nil {
		return nil, badRequest("A named location of the name '%s' is there already.", l.Name)
	}
	made, err := g.Directory.SetLocation(a.home.Key, l)
	if err != nil {
		return nil, err
	}
	return one(locationsPath, http.StatusCreated, made)
}

func (g *api) changeLocation(a *ask) (*result, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	if err := readLocation(a.body, &l); err != nil {
		return nil, err
	}
	if _, err := g.Directory.SetLocation(a.home.Key, l); err != nil {
		return nil, err
	}
	return nothing()
}

func (g *api) deleteLocation(a *ask) (*result, error) {
	l, err := g.location(a)
	if err != nil {
		return nil, err
	}
	for _, p := range a.home.Rules.Policies {
		if words.Contain(p.Locations, l.Name) || words.Contain(p.ExcludeLocations, l.Name) {
			return nil, badRequest("The named location is used by the policy '%s'.", p.Name)
		}
	}
	g.Directory.DeleteLocation(a.home.Key, l.ID)
	return nothing()
}

func (g *api) listSignIns(a *ask) (*result, error) {
	var rows []signinlog.SignIn
	for _, row := range slices.Backward(g.Log.All()) { // the newest first, as Graph has them
		if row.Tenant == a.home.ID {
			rows = append(rows, row)
		}
	}
	return many("auditLogs/signIns", rows)
}

func (g *api) getSignIn(a *ask) (*result, error) {
	for _, row := range g.Log.All() {
		if row.Tenant == a.home.ID && strings.EqualFold(row.ID, a.id()) {
			return one("auditLogs/signIns", 0, row)
		}
	}
	return nil, notFound("signIn", a.id())
}

func (g *api) listAudits(a *ask) (*result, error) {
	var rows []directory.AuditEntry
	for _, row := range slices.Backward(g.Directory.Audit()) {
		if row.Tenant == a.home.ID {
			rows = append(rows, row)
		}
	}
	return many("auditLogs/directoryAudits", rows)
}

// Policies of the tenant that stand alone.

const defaultsPath = "policies/identitySecurityDefaultsEnforcementPolicy"

func (g *api) getDefaults(a *ask) (*result, error) {
	answer, err := one(defaultsPath, 0, ordered.New(200).Text("id", "00000000-0000-0000-0000-000000000005").
		Text("displayName", "Security Defaults").Boolean("isEnabled", a.home.SecurityDefaults))
	return answer, err
}

func (g *api) changeDefaults(a *ask) (*result, error) {
	enabled := a.home.SecurityDefaults
	err := readObject("", a.body, map[string]bodyField{
		"isEnabled": readBool(&enabled), "id": passed, "displayName": passed, "description": passed, "deletedDateTime": passed,
	})
	if err != nil {
		return nil, err
	}
	if enabled == a.home.SecurityDefaults {
		return nothing()
	}
	a.changes = append(a.changes, directory.Change{Kind: directory.ChangeDefaults, Tenant: a.home.ID})
	return g.setSwitch(a, "Update policy", "Security defaults", strconv.FormatBool(enabled),
		func(t *directory.Tenant) { t.SecurityDefaults = enabled })
}

// setSwitch changes a switch of the tenant.
func (g *api) setSwitch(a *ask, activity, target, detail string, set func(*directory.Tenant)) (*result, error) {
	_, err := g.Directory.ChangeTenant(a.home.Key, activity, func(t *directory.Tenant) (string, string, error) {
		set(t)
		return target, detail, nil
	})
	if err != nil {
		return nil, err
	}
	return nothing()
}

func (g *api) getAuthorization(a *ask) (*result, error) {
	return one("policies/authorizationPolicy", 0, ordered.New(400).Text("id", "authorizationPolicy").
		Text("displayName", "Authorization Policy").
		Nested("defaultUserRolePermissions", ordered.New(200).
			Texts("permissionGrantPoliciesAssigned", directory.ConsentPolicies(a.home.UserConsent)...)))
}

func (g *api) changeAuthorization(a *ask) (*result, error) {
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
		return &result{status: http.StatusNoContent}, err
	}
	setting := directory.UserConsentNone
	for _, word := range assigned {
		switch {
		case words.Contain(directory.ConsentPolicies(directory.UserConsentAll), word):
			setting = directory.UserConsentAll
		case words.Contain(directory.ConsentPolicies(directory.UserConsentLow), word):
			setting = directory.UserConsentLow
		case !strings.HasPrefix(word, "ManagePermissionGrantsForOwnedResource."):
			return nil, badRequest("The value '%s' of 'permissionGrantPoliciesAssigned' is not simulated.", word)
		}
	}
	return g.setSwitch(a, "Update authorization policy", "User consent", setting,
		func(t *directory.Tenant) { t.UserConsent = setting })
}

func (g *api) getWorkflow(a *ask) (*result, error) {
	return one(
		"policies/adminConsentRequestPolicy", 0, ordered.New(60).Boolean("isEnabled", a.home.AdminConsentWorkflow),
	)
}

func (g *api) changeWorkflow(a *ask) (*result, error) {
	enabled := a.home.AdminConsentWorkflow
	err := readObject("", a.body, map[string]bodyField{
		"isEnabled": readBool(&enabled), "notifyReviewers": passed, "remindersEnabled": passed,
		"requestDurationInDays": passed, "reviewers": passed, "version": passed,
	})
	if err != nil {
		return nil, err
	}
	return g.setSwitch(a, "Update admin consent request policy", "Admin consent requests", strconv.FormatBool(enabled),
		func(t *directory.Tenant) { t.AdminConsentWorkflow = enabled })
}

func (g *api) listDomains(a *ask) (*result, error) {
	var all []*ordered.Object
	for i, name := range a.home.Domains {
		all = append(all, ordered.New(160).Text("id", name).Text("authenticationType", "Managed").
			Boolean("isDefault", i == 0).
			Boolean("isInitial", i == 0).Boolean("isVerified", true).Texts("supportedServices", "Email"))
	}
	return many("domains", all)
}

func (g *api) listOrganization(a *ask) (*result, error) {
	var domains []*ordered.Object
	for i, name := range a.home.Domains {
		domains = append(
			domains,
			ordered.New(80).Text("name", name).Text("type", "Managed").Boolean("isDefault", i == 0).
				Boolean("isInitial", i == 0),
		)
	}
	o := ordered.New(400).Text("id", a.home.ID).Text("displayName", a.home.Name).Text("tenantType", "AAD").
		Objects("verifiedDomains", domains...)
	return many("organization", []*ordered.Object{o})
}
