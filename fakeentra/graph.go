package fakeentra

import (
	"cmp"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
)

// The objects of the directory marshal to the shapes of Microsoft Graph v1.0, so that people can compare them with what they
// know. Members that Graph does not have stand under "mfpsim".

func graphTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// MarshalJSON gives Graph's organization, with the policies that Graph keeps apart.
func (t Tenant) MarshalJSON() ([]byte, error) {
	var domains []*ordered.Object
	for i, name := range t.Domains {
		domains = append(domains, ordered.New(80).Text("name", name).Boolean("isDefault", i == 0))
	}
	consent := consentPolicies(t.UserConsent)
	o := ordered.New(600)
	o.Text("id", t.ID).Text("displayName", t.Name).Objects("verifiedDomains", domains...)
	if !t.Personal {
		o.Nested("identitySecurityDefaultsEnforcementPolicy", ordered.New(40).Boolean("isEnabled", t.SecurityDefaults))
		o.Nested("authorizationPolicy", ordered.New(200).Texts("permissionGrantPolicyIdsAssignedToDefaultUserRole", consent...))
		extra := ordered.New(60).Text("consentBox", t.ConsentBox)
		if t.SecurityDefaultsMode != DefaultsSwitch {
			extra.Text("securityDefaultsMode", t.SecurityDefaultsMode)
		}
		o.Nested("mfpsim", extra)
	}
	return o.Bytes(), nil
}

// MarshalJSON gives Graph's user with its roles expanded; never the password.
func (u User) MarshalJSON() ([]byte, error) {
	var roles []*ordered.Object
	for _, name := range u.Roles {
		if r, err := roleNamed(name); err == nil {
			roles = append(roles, ordered.New(200).Text("@odata.type", "#microsoft.graph.directoryRole").
				Text("displayName", r.Name).Text("roleTemplateId", r.ID))
		}
	}
	o := ordered.New(600)
	o.Text("id", u.ID).Text("displayName", u.Name).Text("userPrincipalName", u.Principal).Boolean("accountEnabled", !u.Disabled)
	o.Objects("memberOf", roles...)
	extra := ordered.New(160).Boolean("secondFactor", u.MFA).Boolean("personal", u.Personal)
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
			extra.Boolean(state.name, true)
		}
	}
	if u.Risk != "" {
		extra.Text("risk", u.Risk)
	}
	if len(u.Groups) > 0 {
		extra.Texts("groups", u.Groups...)
	}
	o.Nested("mfpsim", extra)
	return o.Bytes(), nil
}

// MarshalJSON gives Graph's oauth2PermissionGrant; clientId is the application's id, since that is what people look for.
func (c Consent) MarshalJSON() ([]byte, error) {
	o := ordered.New(400)
	o.Text("clientId", c.Application)
	if c.User == "" {
		o.Text("consentType", "AllPrincipals").Null("principalId")
	} else {
		o.Text("consentType", "Principal").Text("principalId", c.User)
	}
	o.Text("scope", strings.Join(c.Scopes, " ")).Text("startTime", graphTime(c.At))
	return o.Bytes(), nil
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

// consentPolicies are Graph's words for who may consent for himself (entra.md §6.1).
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
	o := ordered.New(1500)
	o.Text("id", p.ID)
	if p.Template != "" {
		o.Text("templateId", p.Template)
	}
	o.Text("displayName", p.Name)
	if !p.Created.IsZero() {
		o.Text("createdDateTime", graphTime(p.Created))
	}
	if !p.Modified.IsZero() {
		o.Text("modifiedDateTime", graphTime(p.Modified))
	}
	o.Text("state", graphStates[p.State]).Nested("conditions", p.conditions())
	if words := p.builtIn(); len(words) > 0 {
		o.Nested("grantControls", ordered.New(80).Text("operator", cmp.Or(p.Operator, OperatorOr)).Texts("builtInControls", words...))
	} else {
		o.Null("grantControls")
	}
	if p.SignInFrequency > 0 || p.EveryTime {
		o.Nested("sessionControls", ordered.New(120).Nested("signInFrequency", p.frequency()))
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
			extra.Text(date.name, graphTime(date.at))
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
		if word := graphGrants[c]; word != "" {
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
	c.Nested("applications", ordered.New(200).Texts("includeApplications", orAll(p.Applications)...).Texts("excludeApplications", p.ExcludeApps...))
	c.Nested("users", users)
	if len(p.Flows) == 0 {
		return c.Null("authenticationFlows")
	}
	var methods []string
	for _, flow := range p.Flows {
		methods = append(methods, graphFlows[flow])
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
		o.Text("createdDateTime", graphTime(l.Created)).Texts("countriesAndRegions", l.Countries...)
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
	o.Text("createdDateTime", graphTime(l.Created)).Boolean("isTrusted", l.Trusted)
	return o.Objects("ipRanges", ranges...).Bytes(), nil
}

// MarshalJSON gives Graph's signIn.
func (s SignIn) MarshalJSON() ([]byte, error) {
	var policies []*ordered.Object
	status := "notApplied"
	for _, p := range s.Policies {
		var grants []string
		for _, g := range strings.Split(p.Grant, ",") {
			if word := graphGrants[g]; word != "" {
				grants = append(grants, word)
			}
		}
		policies = append(policies, ordered.New(200).Text("id", p.ID).Text("displayName", p.Name).
			Texts("enforcedGrantControls", grants...).Texts("enforcedSessionControls").Text("result", p.Result))
		if p.Result == "failure" || p.Result == "success" && status == "notApplied" {
			status = p.Result
		}
	}
	o := ordered.New(1600)
	o.Text("id", s.ID).Text("createdDateTime", graphTime(s.Time)).Text("userPrincipalName", s.User).Text("userId", s.UserID)
	o.Text("appDisplayName", s.Application).Text("appId", s.ApplicationID).Text("ipAddress", s.Address)
	o.Text("clientAppUsed", cmp.Or(s.ClientApp, "Mobile Apps and Desktop clients"))
	o.Text("correlationId", s.CorrelationID).Text("conditionalAccessStatus", status).Boolean("isInteractive", s.Interactive)
	kind := "nonInteractiveUser"
	if s.Interactive {
		kind = "interactiveUser"
	}
	o.Texts("signInEventTypes", kind)
	o.Text("authenticationProtocol", s.Protocol).Text("originalTransferMethod", cmp.Or(graphFlows[s.Transfer], "none"))
	o.Text("resourceDisplayName", s.Resource)
	if r := resources.Named(s.Resource); r != nil {
		o.Text("resourceId", r.ID)
	}
	o.Text("riskLevelDuringSignIn", cmp.Or(s.Source.Risk, "none"))
	o.Nested("status", ordered.New(200).Number("errorCode", int64(s.AADSTS)).Text("failureReason", cmp.Or(s.Reason, "Other.")).
		Null("additionalDetails"))
	system := ""
	if s.Source.Platform != "" {
		system = platformShown(s.Source.Platform)
	}
	o.Nested("deviceDetail", ordered.New(120).Text("deviceId", "").Text("operatingSystem", system).
		Boolean("isCompliant", s.Source.Compliant).Boolean("isManaged", s.Source.Compliant))
	o.Nested("location", ordered.New(60).Text("countryOrRegion", cmp.Or(s.Source.Country, "US")))
	o.Objects("appliedConditionalAccessPolicies", policies...)
	if s.Note != "" {
		o.Nested("mfpsim", ordered.New(len(s.Note)+20).Text("note", s.Note))
	}
	return o.Bytes(), nil
}

// MarshalJSON gives Graph's directoryAudit.
func (e AuditEntry) MarshalJSON() ([]byte, error) {
	o, by := ordered.New(600), ordered.New(120)
	if strings.Contains(e.Actor, "@") {
		by.Nested("user", ordered.New(80).Text("userPrincipalName", e.Actor)).Null("app")
	} else {
		by.Null("user").Nested("app", ordered.New(80).Text("displayName", e.Actor))
	}
	o.Text("id", e.ID).Text("category", categoryOf(e.Activity)).Text("result", "success")
	o.Text("activityDisplayName", e.Activity).Text("activityDateTime", graphTime(e.Time)).Nested("initiatedBy", by)
	o.Objects("targetResources", ordered.New(120).Text("displayName", e.Target))
	var details []*ordered.Object
	if e.Detail != "" {
		details = append(details, ordered.New(120).Text("key", "detail").Text("value", e.Detail))
	}
	return o.Objects("additionalDetails", details...).Bytes(), nil
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
