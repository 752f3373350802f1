package graph

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// policyBody is a policy that a body is read into.
type policyBody struct{ *access.Policy }

// ReadPolicy reads Graph's conditionalAccessPolicy into p, which keeps what the body does not name.
func ReadPolicy(raw json.RawMessage, p *access.Policy) error {
	var state string
	b := policyBody{p}
	fields := map[string]bodyField{
		"id": passed, "templateId": readText(&p.Template), "createdDateTime": passed, "modifiedDateTime": passed,
		"deletedDateTime": passed, "displayName": readText(&p.Name),
		"state":      readWord(&state, "enabled", "disabled", "enabledForReportingButNotEnforced"),
		"conditions": nestedObject(b.conditionFields()), "grantControls": b.readGrant, "sessionControls": b.readSession,
		"partialEnablementStrategy": b.kept, "description": b.kept, "mfpsim": nestedObject(b.extraFields()),
	}
	if err := readObject("", raw, fields); err != nil {
		return err
	}
	for ours, graphs := range access.GraphStates {
		if graphs == state {
			p.State = ours
		}
	}
	return nil
}

// conditionFields are the members of Graph's conditionalAccessConditionSet.
func (p policyBody) conditionFields() map[string]bodyField {
	client := func(name string, raw json.RawMessage) error {
		if err := readList(&p.ClientApps)(name, raw); err != nil {
			return err
		}
		if slices.Equal(p.ClientApps, []string{"all"}) {
			p.ClientApps = nil
		}
		return nil
	}
	platforms := nestedObject(map[string]bodyField{
		"includePlatforms": readList(&p.Platforms), "excludePlatforms": readList(&p.ExcludePlatforms),
	})
	locations := nestedObject(map[string]bodyField{
		"includeLocations": readList(&p.Locations), "excludeLocations": readList(&p.ExcludeLocations),
	})
	return map[string]bodyField{
		"userRiskLevels": readList(&p.UserRisks), "signInRiskLevels": readList(&p.SignInRisks), "clientAppTypes": client,
		"platforms": cleared(platforms, &p.Platforms, &p.ExcludePlatforms),
		"locations": cleared(locations, &p.Locations, &p.ExcludeLocations),
		"applications": nestedObject(map[string]bodyField{
			"includeApplications": readList(&p.Applications), "excludeApplications": readList(&p.ExcludeApps),
			"includeUserActions": p.kept, "includeAuthenticationContextClassReferences": p.kept,
			"applicationFilter": p.kept, "networkAccess": p.kept, "globalSecureAccess": p.kept,
		}),
		"users": nestedObject(map[string]bodyField{
			"includeUsers": readList(&p.Users), "excludeUsers": readList(&p.ExcludeUsers),
			"includeGroups": readList(&p.Groups), "excludeGroups": readList(&p.ExcludeGroups),
			"includeRoles": readList(&p.Roles), "excludeRoles": readList(&p.ExcludeRoles),
			"includeGuestsOrExternalUsers": p.kept, "excludeGuestsOrExternalUsers": p.kept,
		}),
		"authenticationFlows": p.readFlows,
		"devices":             p.kept, "deviceStates": p.kept, "clientApplications": p.kept, "insiderRiskLevels": p.kept,
		"servicePrincipalRiskLevels": p.kept, "agentIdRiskLevels": p.kept, "times": p.kept,
	}
}

// cleared makes null clear lists.
func cleared(read bodyField, lists ...*[]string) bodyField {
	return func(name string, raw json.RawMessage) error {
		if isNull(raw) {
			for _, list := range lists {
				*list = nil
			}
		}
		return read(name, raw)
	}
}

// readFlows reads conditions.authenticationFlows: the methods are one text, parted by commas.
func (p policyBody) readFlows(name string, raw json.RawMessage) error {
	p.Flows = nil
	var methods string
	err := nestedObject(map[string]bodyField{"transferMethods": readText(&methods)})(name, raw)
	if err != nil {
		return err
	}
	for _, word := range strings.Split(methods, ",") {
		word = strings.TrimSpace(word)
		switch flow, ok := access.FlowWords[strings.ToLower(word)]; {
		case ok:
			p.Flows = append(p.Flows, flow)
		case word != "" && !strings.EqualFold(word, "none"):
			return badRequest("The value '%s' of '%s.transferMethods' is not known. "+
				"The values are: deviceCodeFlow, authenticationTransfer.", word, name)
		}
	}
	return nil
}

// kept takes a member that the fake does not simulate.
func (p policyBody) kept(name string, raw json.RawMessage) error {
	p.Keep(name, raw)
	return nil
}

// readGrant reads grantControls; null makes a policy of session controls only. What is not simulated counts as not
// satisfied.
func (p policyBody) readGrant(name string, raw json.RawMessage) error {
	p.Forget(name)
	if isNull(raw) {
		p.Grant, p.Controls = access.GrantNone, []string{access.GrantNone}
		return nil
	}
	var words, factors, terms []string
	var strength struct {
		ID string `json:"id"`
	}
	both := func(fields ...bodyField) bodyField {
		return func(name string, raw json.RawMessage) error {
			for _, read := range fields {
				if err := read(name, raw); err != nil {
					return err
				}
			}
			return nil
		}
	}
	err := nestedObject(map[string]bodyField{
		"operator":                    readWord(&p.Operator, access.OperatorAnd, access.OperatorOr),
		"builtInControls":             readList(&words),
		"customAuthenticationFactors": both(readList(&factors), p.kept), "termsOfUse": both(readList(&terms), p.kept),
		"authenticationStrength": both(readAs(&strength, "an authentication strength"), p.kept), "id": passed,
	})(name, raw)
	if err != nil {
		return err
	}
	p.Controls = nil
	for _, word := range words {
		control := ""
		for ours, graphs := range access.GraphGrants {
			if strings.EqualFold(graphs, word) {
				control = ours
			}
		}
		if control == "" {
			return badRequest("The value '%s' of '%s.builtInControls' is not known. The values are: %s.", word, name,
				strings.Join(slices.Sorted(maps.Values(access.GraphGrants)), ", "))
		}
		p.Controls = append(p.Controls, control)
	}
	if strength.ID != "" {
		p.Controls = append(p.Controls, access.Strength(strength.ID))
	}
	if len(factors) > 0 {
		p.Controls = append(p.Controls, access.GrantCustomFactor)
	}
	if len(terms) > 0 {
		p.Controls = append(p.Controls, access.GrantTermsOfUse)
	}
	if len(p.Controls) == 0 {
		p.Controls = []string{access.GrantNone}
	}
	p.Grant = p.Controls[0]
	return nil
}

// readSession reads sessionControls: the sign-in frequency is what the fake evaluates, the others have no effect.
func (p policyBody) readSession(name string, raw json.RawMessage) error {
	if isNull(raw) {
		p.SignInFrequency, p.EveryTime, p.SecondaryOnly = 0, false, false
		p.Forget(name)
		return nil
	}
	return nestedObject(map[string]bodyField{
		"signInFrequency": p.readFrequency, "disableResilienceDefaults": p.kept, "applicationEnforcedRestrictions": p.kept,
		"cloudAppSecurity": p.kept, "persistentBrowser": p.kept, "continuousAccessEvaluation": p.kept,
		"secureSignInSession": p.kept, "globalSecureAccessFilteringProfile": p.kept,
	})(name, raw)
}

func (p policyBody) readFrequency(name string, raw json.RawMessage) error {
	p.SignInFrequency, p.EveryTime, p.SecondaryOnly = 0, false, false
	var value float64
	var unit, whose, interval string
	enabled := true
	err := nestedObject(map[string]bodyField{
		"value": readNumber(&value), "type": readWord(&unit, "hours", "days"),
		"authenticationType": readWord(&whose, "primaryAndSecondaryAuthentication", "secondaryAuthentication"),
		"frequencyInterval":  readWord(&interval, "timeBased", "everyTime"), "isEnabled": readBool(&enabled),
	})(name, raw)
	switch {
	case err != nil || isNull(raw) || !enabled:
		return err
	case interval == "everyTime":
		p.EveryTime = true
		return nil
	case value < 1 || value != float64(int(value)) || unit == "hours" && value > 23 || value > 365:
		return badRequest("'%s.value' is a whole number: 1 to 23 hours, or 1 to 365 days.", name)
	}
	p.SecondaryOnly = whose == "secondaryAuthentication"
	p.SignInFrequency = time.Duration(value) * time.Hour
	if unit == "days" {
		p.SignInFrequency *= 24
	}
	return nil
}

// extraFields are the members that Graph does not have.
func (p policyBody) extraFields() map[string]bodyField {
	date := func(at *time.Time) bodyField {
		return func(name string, raw json.RawMessage) error {
			var text string
			if err := readText(&text)(name, raw); err != nil || isNull(raw) {
				*at = time.Time{}
				return err
			}
			if err := words.Date(at, name, text); err != nil {
				return badRequest("%v.", err)
			}
			return nil
		}
	}
	return map[string]bodyField{
		"where": readWord(&p.Where, access.WhereEvaluated, access.WhereBrowser, access.WhereIssuance), "from": date(&p.From), "enforced": date(&p.Enforced),
		"signInFrequency": func(name string, raw json.RawMessage) error {
			var text string
			if err := readText(&text)(name, raw); err != nil || text == "" {
				return err
			}
			d, err := time.ParseDuration(text)
			if err != nil || d <= 0 {
				return badRequest("The value of '%s' is no duration such as 30m.", name)
			}
			p.SignInFrequency = d
			return nil
		},
	}
}

// withIDs writes ids where Graph has ids; words such as All stay.
func (g *api) withIDs(p access.Policy, home directory.Home) access.Policy {
	ids := func(list []string, find func(string) string) []string {
		out := make([]string, 0, len(list))
		for _, name := range list {
			if !directory.ValidGUID(name) { // an id that the tenant does not have
				name = cmp.Or(find(name), name)
			}
			out = append(out, name)
		}
		return out
	}
	user := func(name string) string {
		u, _ := g.Directory.Account(name)
		return u.ID
	}
	group := func(name string) string { return g.Directory.GroupID(home, name) }
	role := func(name string) string {
		r, _ := directory.RoleNamed(name) // it was checked when the policy was set
		return r.ID
	}
	application := func(name string) string {
		for _, a := range g.Directory.Applications() {
			if strings.EqualFold(a.Name, name) {
				return a.ID
			}
		}
		if r := resources.Named(name); r != nil && name != "Office365" {
			return r.ID
		}
		return ""
	}
	location := func(name string) string {
		if l := access.FindLocation(home.Rules.Locations, name); l != nil {
			return l.ID
		}
		return ""
	}
	p.Users, p.ExcludeUsers = ids(p.Users, user), ids(p.ExcludeUsers, user)
	p.Groups, p.ExcludeGroups = ids(p.Groups, group), ids(p.ExcludeGroups, group)
	p.Roles, p.ExcludeRoles = ids(p.Roles, role), ids(p.ExcludeRoles, role)
	p.Applications, p.ExcludeApps = ids(p.Applications, application), ids(p.ExcludeApps, application)
	p.Locations, p.ExcludeLocations = ids(p.Locations, location), ids(p.ExcludeLocations, location)
	return p
}
