package fakeentra

import (
	"strings"
	"time"
)

// The objects of the directory marshal to the shapes of Microsoft Graph v1.0, so that people can compare them with what they
// know. Members that Graph does not have stand under "mfpsim".

func graphTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// MarshalJSON gives Graph's organization, with the policies that Graph keeps apart.
func (t Tenant) MarshalJSON() ([]byte, error) {
	var domains []*object
	for i, name := range t.Domains {
		domains = append(domains, newObject(80).text("name", name).boolean("isDefault", i == 0))
	}
	consent := consentPolicies(t.UserConsent)
	o := newObject(600)
	o.text("id", t.ID).text("displayName", t.Name).objects("verifiedDomains", domains...)
	if !t.Personal {
		o.nested("identitySecurityDefaultsEnforcementPolicy", newObject(40).boolean("isEnabled", t.SecurityDefaults))
		o.nested("authorizationPolicy", newObject(200).texts("permissionGrantPolicyIdsAssignedToDefaultUserRole", consent...))
		extra := newObject(60).text("consentBox", t.ConsentBox)
		if t.SecurityDefaultsMode != DefaultsSwitch {
			extra.text("securityDefaultsMode", t.SecurityDefaultsMode)
		}
		o.nested("mfpsim", extra)
	}
	return o.bytes(), nil
}

// MarshalJSON gives Graph's user with its roles expanded; never the password.
func (u User) MarshalJSON() ([]byte, error) {
	var roles []*object
	for _, name := range u.Roles {
		if r, err := roleNamed(name); err == nil {
			roles = append(roles, newObject(200).text("@odata.type", "#microsoft.graph.directoryRole").
				text("displayName", r.Name).text("roleTemplateId", r.ID))
		}
	}
	o := newObject(600)
	o.text("id", u.ID).text("displayName", u.Name).text("userPrincipalName", u.Principal).boolean("accountEnabled", !u.Disabled)
	o.objects("memberOf", roles...)
	extra := newObject(160).boolean("secondFactor", u.MFA).boolean("personal", u.Personal)
	for _, state := range []struct {
		name string
		is   bool
	}{
		{"passwordExpired", u.PasswordExpired},
		{"onPremises", u.OnPremises},
		{"noPassword", u.NoPassword},
		{"passwordless", u.Passwordless},
		{"invited", u.Invited},
	} {
		if state.is {
			extra.boolean(state.name, true)
		}
	}
	if u.Risk != "" {
		extra.text("risk", u.Risk)
	}
	if len(u.Groups) > 0 {
		extra.texts("groups", u.Groups...)
	}
	o.nested("mfpsim", extra)
	return o.bytes(), nil
}

// MarshalJSON gives Graph's oauth2PermissionGrant; clientId is the application's id, since that is what people look for.
func (c Consent) MarshalJSON() ([]byte, error) {
	o := newObject(400)
	o.text("clientId", c.Application)
	if c.User == "" {
		o.text("consentType", "AllPrincipals").null("principalId")
	} else {
		o.text("consentType", "Principal").text("principalId", c.User)
	}
	o.text("scope", strings.Join(c.Scopes, " ")).text("startTime", graphTime(c.At))
	return o.bytes(), nil
}

// graphStates are Graph's words for the states of a policy.
var graphStates = map[string]string{
	PolicyOn: "enabled", PolicyOff: "disabled", PolicyReportOnly: "enabledForReportingButNotEnforced",
}

// graphGrants are Graph's words for what a policy demands.
var graphGrants = map[string]string{
	GrantBlock: "block", GrantMFA: "mfa", GrantCompliant: "compliantDevice", GrantJoined: "domainJoinedDevice",
}

// graphFlows are Graph's words for authentication flows.
var graphFlows = map[string]string{FlowDeviceCode: "deviceCodeFlow", FlowTransfer: "authenticationTransfer"}

// consentPolicies are Graph's words for who may consent for himself (docs/reference/entra.md §6.1).
func consentPolicies(setting string) []string {
	switch setting {
	case UserConsentAll:
		return []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"}
	case UserConsentLow:
		return []string{"ManagePermissionGrantsForSelf.microsoft-user-default-low"}
	}
	return nil
}

func orAll(list []string) []string {
	if len(list) == 0 {
		return []string{"All"}
	}
	return list
}

// MarshalJSON gives Graph's conditionalAccessPolicy. Where Graph has the ids of users, groups, roles and locations, their names
// stand; [Server.Graph] answers with ids.
func (p Policy) MarshalJSON() ([]byte, error) {
	o := newObject(1500)
	o.text("id", p.ID)
	if p.Template != "" {
		o.text("templateId", p.Template)
	}
	o.text("displayName", p.Name)
	if !p.Created.IsZero() {
		o.text("createdDateTime", graphTime(p.Created))
	}
	if !p.Modified.IsZero() {
		o.text("modifiedDateTime", graphTime(p.Modified))
	}
	o.text("state", graphStates[p.State]).nested("conditions", p.conditions())
	if words := p.builtIn(); len(words) > 0 {
		o.nested("grantControls", newObject(80).text("operator", or(p.Operator, OperatorOr)).texts("builtInControls", words...))
	} else {
		o.null("grantControls")
	}
	if p.SignInFrequency > 0 || p.EveryTime {
		o.nested("sessionControls", newObject(120).nested("signInFrequency", p.frequency()))
	} else {
		o.null("sessionControls")
	}
	extra, any := newObject(100), false
	if p.Where != WhereEvaluated && p.Where != "" {
		extra.text("where", p.Where)
		any = true
	}
	for _, date := range []struct {
		name string
		at   time.Time
	}{{"from", p.From}, {"enforced", p.Enforced}} {
		if !date.at.IsZero() {
			extra.text(date.name, graphTime(date.at))
			any = true
		}
	}
	if p.SignInFrequency%time.Hour != 0 {
		extra.text("signInFrequency", p.SignInFrequency.String())
		any = true
	}
	if any {
		o.nested("mfpsim", extra)
	}
	return o.bytes(), nil
}

// builtIn are Graph's words for what the policy demands.
func (p Policy) builtIn() []string {
	controls := p.Controls
	if len(controls) == 0 {
		controls = []string{p.Grant}
	}
	var words []string
	for _, c := range controls {
		if word := graphGrants[c]; word != "" {
			words = append(words, word)
		}
	}
	return words
}

// conditions gives Graph's conditionalAccessConditionSet.
func (p Policy) conditions() *object {
	users, include := newObject(300), p.Users
	if len(p.Roles)+len(p.Groups) == 0 {
		include = orAll(include)
	}
	users.texts("includeUsers", include...).texts("excludeUsers", p.ExcludeUsers...)
	users.texts("includeGroups", p.Groups...).texts("excludeGroups", p.ExcludeGroups...)
	users.texts("includeRoles", p.Roles...).texts("excludeRoles", p.ExcludeRoles...)
	c := newObject(900)
	c.texts("userRiskLevels", p.UserRisks...).texts("signInRiskLevels", p.SignInRisks...)
	clients := p.ClientApps
	if len(clients) == 0 {
		clients = []string{"all"}
	}
	c.texts("clientAppTypes", clients...)
	pair := func(name, in, out string, included, excluded []string, otherwise string) {
		if len(included)+len(excluded) == 0 {
			c.null(name)
			return
		}
		if len(included) == 0 {
			included = []string{otherwise}
		}
		c.nested(name, newObject(200).texts(in, included...).texts(out, excluded...))
	}
	pair("platforms", "includePlatforms", "excludePlatforms", p.Platforms, p.ExcludePlatforms, "all")
	pair("locations", "includeLocations", "excludeLocations", p.Locations, p.ExcludeLocations, "All")
	c.nested("applications", newObject(200).texts("includeApplications", orAll(p.Applications)...).texts("excludeApplications", p.ExcludeApps...))
	c.nested("users", users)
	if len(p.Flows) == 0 {
		return c.null("authenticationFlows")
	}
	var methods []string
	for _, flow := range p.Flows {
		methods = append(methods, graphFlows[flow])
	}
	return c.nested("authenticationFlows", newObject(60).text("transferMethods", strings.Join(methods, ",")))
}

// frequency gives Graph's signInFrequencySessionControl: hours or days; a part of an hour counts as a whole one.
func (p Policy) frequency() *object {
	f := newObject(160)
	whose := "primaryAndSecondaryAuthentication"
	if p.SecondaryOnly {
		whose = "secondaryAuthentication"
	}
	hours := int64((p.SignInFrequency + time.Hour - 1) / time.Hour)
	switch {
	case p.EveryTime:
		f.null("value").null("type")
	case hours%24 == 0:
		f.number("value", hours/24).text("type", "days")
	default:
		f.number("value", hours).text("type", "hours")
	}
	interval := "timeBased"
	if p.EveryTime {
		interval = "everyTime"
	}
	return f.text("authenticationType", whose).text("frequencyInterval", interval).boolean("isEnabled", true)
}

// MarshalJSON gives Graph's ipNamedLocation or countryNamedLocation.
func (l NamedLocation) MarshalJSON() ([]byte, error) {
	o := newObject(400)
	if len(l.Countries) > 0 {
		o.text("@odata.type", "#microsoft.graph.countryNamedLocation").text("id", l.ID).text("displayName", l.Name)
		o.text("createdDateTime", graphTime(l.Created)).texts("countriesAndRegions", l.Countries...)
		return o.boolean("includeUnknownCountriesAndRegions", l.Unknown).bytes(), nil
	}
	var ranges []*object
	for _, text := range l.Ranges {
		kind := "#microsoft.graph.iPv4CidrRange"
		if strings.Contains(text, ":") {
			kind = "#microsoft.graph.iPv6CidrRange"
		}
		ranges = append(ranges, newObject(80).text("@odata.type", kind).text("cidrAddress", text))
	}
	o.text("@odata.type", "#microsoft.graph.ipNamedLocation").text("id", l.ID).text("displayName", l.Name)
	o.text("createdDateTime", graphTime(l.Created)).boolean("isTrusted", l.Trusted)
	return o.objects("ipRanges", ranges...).bytes(), nil
}

// MarshalJSON gives Graph's signIn.
func (s SignIn) MarshalJSON() ([]byte, error) {
	var policies []*object
	status := "notApplied"
	for _, p := range s.Policies {
		var grants []string
		for _, g := range strings.Split(p.Grant, ",") {
			if word := graphGrants[g]; word != "" {
				grants = append(grants, word)
			}
		}
		policies = append(policies, newObject(200).text("id", p.ID).text("displayName", p.Name).
			texts("enforcedGrantControls", grants...).texts("enforcedSessionControls").text("result", p.Result))
		if p.Result == "failure" || p.Result == "success" && status == "notApplied" {
			status = p.Result
		}
	}
	o := newObject(1600)
	o.text("id", s.ID).text("createdDateTime", graphTime(s.Time)).text("userPrincipalName", s.User).text("userId", s.UserID)
	o.text("appDisplayName", s.Application).text("appId", s.ApplicationID).text("ipAddress", s.Address)
	o.text("clientAppUsed", or(s.ClientApp, "Mobile Apps and Desktop clients"))
	o.text("correlationId", s.CorrelationID).text("conditionalAccessStatus", status).boolean("isInteractive", s.Interactive)
	kind := "nonInteractiveUser"
	if s.Interactive {
		kind = "interactiveUser"
	}
	o.texts("signInEventTypes", kind)
	o.text("authenticationProtocol", s.Protocol).text("originalTransferMethod", or(graphFlows[s.Transfer], "none"))
	o.text("resourceDisplayName", s.Resource)
	if r := resourceNamed(s.Resource); r != nil {
		o.text("resourceId", r.ID)
	}
	o.text("riskLevelDuringSignIn", or(s.Source.Risk, "none"))
	o.nested("status", newObject(200).number("errorCode", int64(s.AADSTS)).text("failureReason", or(s.Reason, "Other.")).
		null("additionalDetails"))
	system := ""
	if s.Source.Platform != "" {
		system = platformShown(s.Source.Platform)
	}
	o.nested("deviceDetail", newObject(120).text("deviceId", "").text("operatingSystem", system).
		boolean("isCompliant", s.Source.Compliant).boolean("isManaged", s.Source.Compliant))
	o.nested("location", newObject(60).text("countryOrRegion", or(s.Source.Country, "US")))
	o.objects("appliedConditionalAccessPolicies", policies...)
	if s.Note != "" {
		o.nested("mfpsim", newObject(len(s.Note)+20).text("note", s.Note))
	}
	return o.bytes(), nil
}

// MarshalJSON gives Graph's directoryAudit.
func (e AuditEntry) MarshalJSON() ([]byte, error) {
	o, by := newObject(600), newObject(120)
	if strings.Contains(e.Actor, "@") {
		by.nested("user", newObject(80).text("userPrincipalName", e.Actor)).null("app")
	} else {
		by.null("user").nested("app", newObject(80).text("displayName", e.Actor))
	}
	o.text("id", e.ID).text("category", categoryOf(e.Activity)).text("result", "success")
	o.text("activityDisplayName", e.Activity).text("activityDateTime", graphTime(e.Time)).nested("initiatedBy", by)
	o.objects("targetResources", newObject(120).text("displayName", e.Target))
	var details []*object
	if e.Detail != "" {
		details = append(details, newObject(120).text("key", "detail").text("value", e.Detail))
	}
	return o.objects("additionalDetails", details...).bytes(), nil
}

// categoryOf is the category of an activity: [D] reference-audit-activities.md.
func categoryOf(activity string) string {
	for _, c := range []struct{ word, category string }{
		{"policy", "Policy"},
		{"named location", "Policy"},
		{"role", "RoleManagement"},
		{"app role", "UserManagement"},
		{"application", "ApplicationManagement"},
		{"service principal", "ApplicationManagement"},
		{"consent", "ApplicationManagement"},
		{"delegated permission", "ApplicationManagement"},
	} {
		if strings.Contains(strings.ToLower(activity), c.word) {
			return c.category
		}
	}
	return "UserManagement"
}
