package access

import (
	"cmp"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/ordered"
)

// GraphStates are Graph's words for the states of a policy.
var GraphStates = map[string]string{
	StateOn: "enabled", StateOff: "disabled", StateReportOnly: "enabledForReportingButNotEnforced",
}

// GraphGrants are Graph's words for what a policy demands.
var GraphGrants = map[string]string{
	GrantBlock: "block", GrantMFA: "mfa", GrantCompliant: "compliantDevice", GrantJoined: "domainJoinedDevice",
	GrantApprovedApp: "approvedApplication", GrantProtectedApp: "compliantApplication",
	GrantPasswordChange: "passwordChange", GrantRiskRemediation: "riskRemediation", GrantFuture: "unknownFutureValue",
}

// GraphFlows are Graph's words for authentication flows.
var GraphFlows = map[string]string{FlowDeviceCode: "deviceCodeFlow", FlowTransfer: "authenticationTransfer"}

func orAll(list []string) []string {
	if len(list) == 0 {
		return []string{"All"}
	}
	return list
}

// MarshalJSON gives Graph's conditionalAccessPolicy. Where Graph has the ids of users, groups, roles and locations,
// their names stand; [Server.Graph] answers with ids.
func (p Policy) MarshalJSON() ([]byte, error) {
	o := ordered.New(1500)
	o.Text("id", p.ID)
	if p.Template != "" {
		o.Text("templateId", p.Template)
	}
	o.Text("displayName", p.Name)
	p.giveBack(o, "")
	if !p.Created.IsZero() {
		o.Time("createdDateTime", p.Created)
	}
	if !p.Modified.IsZero() {
		o.Time("modifiedDateTime", p.Modified)
	}
	o.Text("state", GraphStates[p.State]).Nested("conditions", p.conditions())
	if words := p.builtIn(); len(words) > 0 || p.has(grantPath) {
		o.Nested("grantControls", p.giveBack(ordered.New(80).Text("operator", cmp.Or(p.Operator, OperatorOr)).
			Texts("builtInControls", words...), grantPath))
	} else {
		o.Null("grantControls")
	}
	session := ordered.New(120)
	if p.SignInFrequency > 0 || p.EveryTime {
		session.Nested("signInFrequency", p.frequency())
	}
	if p.SignInFrequency > 0 || p.EveryTime || p.has(sessionPath) {
		o.Nested("sessionControls", p.giveBack(session, sessionPath))
	} else {
		o.Null("sessionControls")
	}
	extra, any := ordered.New(100), false
	if p.Where != WhereEvaluated && p.Where != "" {
		extra.Text("where", p.Where)
		any = true
	}
	for _, date := range []struct {
		name string
		at   time.Time
	}{{"from", p.From}, {"enforced", p.Enforced}} {
		if !date.at.IsZero() {
			extra.Time(date.name, date.at)
			any = true
		}
	}
	if p.SignInFrequency%time.Hour != 0 {
		extra.Text("signInFrequency", p.SignInFrequency.String())
		any = true
	}
	if any {
		o.Nested("mfpsim", extra)
	}
	return o.Bytes(), nil
}

// builtIn are Graph's words for what the policy demands.
func (p Policy) builtIn() []string {
	controls := p.Controls
	if len(controls) == 0 {
		controls = []string{p.Grant}
	}
	var words []string
	for _, c := range controls {
		if word := GraphGrants[c]; word != "" {
			words = append(words, word)
		}
	}
	return words
}

// conditions gives Graph's conditionalAccessConditionSet.
func (p Policy) conditions() *ordered.Object {
	users, include := ordered.New(300), p.Users
	if len(p.Roles)+len(p.Groups) == 0 {
		include = orAll(include)
	}
	users.Texts("includeUsers", include...).Texts("excludeUsers", p.ExcludeUsers...)
	users.Texts("includeGroups", p.Groups...).Texts("excludeGroups", p.ExcludeGroups...)
	users.Texts("includeRoles", p.Roles...).Texts("excludeRoles", p.ExcludeRoles...)
	p.giveBack(users, usersPath)
	c := ordered.New(900)
	c.Texts("userRiskLevels", p.UserRisks...).Texts("signInRiskLevels", p.SignInRisks...)
	clients := p.ClientApps
	if len(clients) == 0 {
		clients = []string{"all"}
	}
	c.Texts("clientAppTypes", clients...)
	pair := func(name, in, out string, included, excluded []string, otherwise string) {
		if len(included)+len(excluded) == 0 {
			c.Null(name)
			return
		}
		if len(included) == 0 {
			included = []string{otherwise}
		}
		c.Nested(name, ordered.New(200).Texts(in, included...).Texts(out, excluded...))
	}
	pair("platforms", "includePlatforms", "excludePlatforms", p.Platforms, p.ExcludePlatforms, "all")
	pair("locations", "includeLocations", "excludeLocations", p.Locations, p.ExcludeLocations, "All")
	applications := p.Applications
	if !p.has(applicationsPath) { // else it may mean user actions or authentication contexts alone
		applications = orAll(applications)
	}
	c.Nested("applications", p.giveBack(ordered.New(200).Texts("includeApplications", applications...).
		Texts("excludeApplications", p.ExcludeApps...), applicationsPath))
	c.Nested("users", users)
	p.giveBack(c, conditionsPath)
	if len(p.Flows) == 0 {
		return c.Null("authenticationFlows")
	}
	var methods []string
	for _, flow := range p.Flows {
		methods = append(methods, GraphFlows[flow])
	}
	return c.Nested("authenticationFlows", ordered.New(60).Text("transferMethods", strings.Join(methods, ",")))
}

// frequency gives Graph's signInFrequencySessionControl: hours or days; a part of an hour counts as a whole one.
func (p Policy) frequency() *ordered.Object {
	f := ordered.New(160)
	whose := "primaryAndSecondaryAuthentication"
	if p.SecondaryOnly {
		whose = "secondaryAuthentication"
	}
	hours := int64((p.SignInFrequency + time.Hour - 1) / time.Hour)
	switch {
	case p.EveryTime:
		f.Null("value").Null("type")
	case hours%24 == 0:
		f.Number("value", hours/24).Text("type", "days")
	default:
		f.Number("value", hours).Text("type", "hours")
	}
	interval := "timeBased"
	if p.EveryTime {
		interval = "everyTime"
	}
	return f.Text("authenticationType", whose).Text("frequencyInterval", interval).Boolean("isEnabled", true)
}

// MarshalJSON gives Graph's ipNamedLocation or countryNamedLocation.
func (l NamedLocation) MarshalJSON() ([]byte, error) {
	o := ordered.New(400)
	if len(l.Countries) > 0 {
		o.Text("@odata.type", "#microsoft.graph.countryNamedLocation").Text("id", l.ID).Text("displayName", l.Name)
		o.Time("createdDateTime", l.Created).Texts("countriesAndRegions", l.Countries...)
		return o.Boolean("includeUnknownCountriesAndRegions", l.Unknown).Bytes(), nil
	}
	var ranges []*ordered.Object
	for _, text := range l.Ranges {
		kind := "#microsoft.graph.iPv4CidrRange"
		if strings.Contains(text, ":") {
			kind = "#microsoft.graph.iPv6CidrRange"
		}
		ranges = append(ranges, ordered.New(80).Text("@odata.type", kind).Text("cidrAddress", text))
	}
	o.Text("@odata.type", "#microsoft.graph.ipNamedLocation").Text("id", l.ID).Text("displayName", l.Name)
	o.Time("createdDateTime", l.Created).Boolean("isTrusted", l.Trusted)
	return o.Objects("ipRanges", ranges...).Bytes(), nil
}
