package directory

import (
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/ordered"
)

// The objects of the directory marshal to the shapes of Microsoft Graph v1.0, so that people can compare them with what
// they know. Members that Graph does not have stand under "mfpsim".

// MarshalJSON gives Graph's organization, with the policies that Graph keeps apart.
func (t Tenant) MarshalJSON() ([]byte, error) {
	var domains []*ordered.Object
	for i, name := range t.Domains {
		domains = append(domains, ordered.New(80).Text("name", name).Boolean("isDefault", i == 0))
	}
	consent := ConsentPolicies(t.UserConsent)
	o := ordered.New(600)
	o.Text("id", t.ID).Text("displayName", t.Name).Objects("verifiedDomains", domains...)
	if !t.Personal {
		o.Nested("identitySecurityDefaultsEnforcementPolicy", ordered.New(40).Boolean("isEnabled", t.SecurityDefaults))
		o.Nested("authorizationPolicy", ordered.New(200).Texts("permissionGrantPolicyIdsAssignedToDefaultUserRole",
			consent...))
		extra := ordered.New(60).Text("consentBox", t.ConsentBox)
		if t.SecurityDefaultsMode != access.DefaultsSwitch {
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
		if r, err := RoleNamed(name); err == nil {
			roles = append(roles, ordered.New(200).Text("@odata.type", "#microsoft.graph.directoryRole").
				Text("displayName", r.Name).Text("roleTemplateId", r.ID))
		}
	}
	o := ordered.New(600)
	o.Text("id", u.ID).Text("displayName", u.Name).Text("userPrincipalName", u.Principal).
		Boolean("accountEnabled", u.State == Enabled)
	o.Objects("memberOf", roles...)
	extra := ordered.New(160).Boolean("secondFactor", u.MFA).Boolean("personal", u.Personal)
	for _, state := range []struct {
		name string
		is   bool
	}{
		{"passwordExpired", u.PasswordExpired},
		{"onPremises", u.OnPremises},
		{"noPassword", u.PasswordMissing},
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

// MarshalJSON gives Graph's application, never its secrets. What it requests stands by name under "mfpsim", since
// requiredResourceAccess has ids.
func (a Application) MarshalJSON() ([]byte, error) {
	o := ordered.New(600)
	o.Text("appId", a.ID).Text("displayName", a.Name).Text("signInAudience", a.Audience).
		Text("publisherDomain", a.Publisher).Boolean("isFallbackPublicClient", !a.Confidential)
	for _, kind := range []struct {
		name string
		uris []string
	}{{"web", a.WebRedirectURIs}, {"spa", a.SPARedirectURIs}, {"publicClient", a.PublicRedirectURIs}} {
		o.Nested(kind.name, ordered.New(100).Texts("redirectUris", kind.uris...))
	}
	extra := ordered.New(300).Boolean("enabled", a.State == Enabled).Boolean("verifiedPublisher", a.Verified)
	if a.Home != "" {
		extra.Text("home", a.Home)
	}
	extra.Texts("requests", a.RequestedScopes...).Texts("roles", a.RequestedRoles...)
	return o.Nested("mfpsim", extra.Number("secrets", int64(len(a.Secrets)))).Bytes(), nil
}

// MarshalJSON gives Graph's oauth2PermissionGrant; clientId is the application's id, since that is what people look
// for.
func (c Consent) MarshalJSON() ([]byte, error) {
	o := ordered.New(400)
	o.Text("clientId", c.Application)
	if c.User == "" {
		o.Text("consentType", "AllPrincipals").Null("principalId")
	} else {
		o.Text("consentType", "Principal").Text("principalId", c.User)
	}
	o.Text("scope", strings.Join(c.Scopes, " ")).Time("startTime", c.At)
	return o.Bytes(), nil
}

// ConsentPolicies are Graph's words for who may consent for himself (docs/reference/entra.md §6.1).
func ConsentPolicies(setting string) []string {
	switch setting {
	case UserConsentAll:
		return []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"}
	case UserConsentLow:
		return []string{"ManagePermissionGrantsForSelf.microsoft-user-default-low"}
	}
	return nil
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
	o.Text("activityDisplayName", e.Activity).Time("activityDateTime", e.Time).Nested("initiatedBy", by)
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
