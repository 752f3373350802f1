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
	consent := []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"} // entra.md §6.1
	if t.UserConsent == UserConsentNone {
		consent = nil
	}
	o := newObject(600)
	o.text("id", t.ID).text("displayName", t.Name).objects("verifiedDomains", domains...)
	if !t.Personal {
		o.nested("identitySecurityDefaultsEnforcementPolicy", newObject(40).boolean("isEnabled", t.SecurityDefaults))
		o.nested("authorizationPolicy", newObject(200).texts("permissionGrantPolicyIdsAssignedToDefaultUserRole", consent...))
		o.nested("mfpsim", newObject(60).text("consentBox", t.ConsentBox))
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
	o.nested("mfpsim", newObject(60).boolean("secondFactor", u.MFA).boolean("personal", u.Personal))
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
var graphGrants = map[string]string{GrantBlock: "block", GrantMFA: "mfa", GrantCompliant: "compliantDevice"}

func orAll(list []string) []string {
	if len(list) == 0 {
		return []string{"All"}
	}
	return list
}

// MarshalJSON gives Graph's conditionalAccessPolicy.
func (p Policy) MarshalJSON() ([]byte, error) {
	users := newObject(300)
	include := p.Users
	if len(p.Roles) == 0 {
		include = orAll(include)
	}
	users.texts("includeUsers", include...).texts("excludeUsers", p.ExcludeUsers...).texts("includeRoles", p.Roles...)
	conditions := newObject(700)
	conditions.nested("users", users)
	conditions.nested("applications", newObject(200).texts("includeApplications", orAll(p.Applications)...))
	if len(p.Locations)+len(p.ExcludeLocations) > 0 {
		conditions.nested("locations", newObject(200).texts("includeLocations", orAll(p.Locations)...).texts("excludeLocations", p.ExcludeLocations...))
	}
	if len(p.Flows) > 0 {
		conditions.nested("authenticationFlows", newObject(60).text("transferMethods", "deviceCodeFlow"))
	}
	o := newObject(1200)
	o.text("id", p.ID).text("displayName", p.Name).text("state", graphStates[p.State]).nested("conditions", conditions)
	if word := graphGrants[p.Grant]; word != "" {
		o.nested("grantControls", newObject(80).text("operator", "OR").texts("builtInControls", word))
	} else {
		o.null("grantControls")
	}
	if p.SignInFrequency > 0 {
		o.nested("sessionControls", newObject(120).nested("signInFrequency",
			newObject(100).boolean("isEnabled", true).text("mfpsim", p.SignInFrequency.String())))
	}
	extra := newObject(100).text("where", p.Where)
	if !p.From.IsZero() {
		extra.text("from", graphTime(p.From))
	}
	return o.nested("mfpsim", extra).bytes(), nil
}

// MarshalJSON gives Graph's signIn.
func (s SignIn) MarshalJSON() ([]byte, error) {
	var policies []*object
	status := "notApplied"
	for _, p := range s.Policies {
		policies = append(policies, newObject(200).text("id", p.ID).text("displayName", p.Name).
			texts("enforcedGrantControls", p.Grant).text("result", p.Result))
		if p.Result == "failure" || p.Result == "success" && status == "notApplied" {
			status = p.Result
		}
	}
	o := newObject(1200)
	o.text("id", s.ID).text("createdDateTime", graphTime(s.Time)).text("userPrincipalName", s.User)
	o.text("appDisplayName", s.Application).text("appId", s.ApplicationID).text("ipAddress", s.Address)
	o.text("correlationId", s.CorrelationID).text("conditionalAccessStatus", status).boolean("isInteractive", s.Interactive)
	o.text("authenticationProtocol", s.Protocol).text("originalTransferMethod", s.Transfer).text("resourceDisplayName", s.Resource)
	o.nested("status", newObject(200).number("errorCode", int64(s.AADSTS)).text("failureReason", s.Reason))
	return o.objects("appliedConditionalAccessPolicies", policies...).bytes(), nil
}

// MarshalJSON gives Graph's directoryAudit.
func (e AuditEntry) MarshalJSON() ([]byte, error) {
	o := newObject(400)
	o.text("activityDisplayName", e.Activity).text("activityDateTime", graphTime(e.Time)).text("initiatedBy", e.Actor)
	return o.text("targetResource", e.Target).text("additionalDetails", e.Detail).bytes(), nil
}
