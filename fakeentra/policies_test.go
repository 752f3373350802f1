package fakeentra_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// export reads one of the policies that were made by hand after Microsoft's schema, as the portal exports them.
func export(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "policies", name+".json"))
	require.NoError(t, err)
	return string(text)
}

// TestAnExportedPolicyIsTakenWhole says what each export does to a printer's sign-in: what is not simulated of its
// demands is not met, of its session controls has no effect, and of its conditions makes it unknown.
func TestAnExportedPolicyIsTakenWhole(t *testing.T) {
	const blocked = "You cannot access this right now"
	for name, test := range map[string]struct {
		risk     string
		page     string // the page that ends the sign-in; empty: it goes on
		code     int    // of the page, and of a refresh
		result   string // in the log of the page
		unknown  []string
		sessions []string
	}{
		"approved-application":        {page: blocked, code: 53002, result: "failure"},
		"phishing-resistant-strength": {page: blocked, code: 53003, result: "failure"},
		"terms-of-use":                {page: blocked, code: 50158, result: "failure"},
		"password-change-at-risk":     {risk: "high", page: blocked, code: 53003, result: "failure", sessions: []string{"signInFrequency"}},
		"unknown-platforms":           {page: blocked, code: 53003, result: "failure"},
		"session-controls":            {result: "success", sessions: []string{"applicationEnforcedRestrictions", "cloudAppSecurity", "persistentBrowser"}},
		"device-filter":               {result: "unknown", unknown: []string{"conditions.devices"}},
		"locations-of-another-tenant": {result: "unknown", unknown: []string{"conditions.locations.excludeLocations 1a2b3c4d-0000-4000-8000-00000000000b"}},
	} {
		t.Run(name, func(t *testing.T) {
			const u = "admin@contoso.com"
			c := stepped(t)
			require.NoError(t, c.entra.ChangeUser(u, func(u *fakeentra.User) { u.Risk = test.risk }))
			before := c.signIn(u)
			policy, err := c.entra.SetPolicyJSON("contoso.com", "", []byte(export(t, name)))
			require.NoError(t, err)
			require.Equal(t, test.unknown, policy.Unknown())

			user, device := c.ask()
			p := c.person().typePassword(user, u)
			if test.page == "" {
				p.press("Continue")
				require.Equal(t, http.StatusOK, c.poll(device).status)
				require.Equal(t, http.StatusOK, c.refresh(before.text("refresh_token")).status)
			} else {
				require.Equal(t, test.page, p.heading())
				requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
			}
			rows := c.entra.SignIns()
			last := rows[len(rows)-1]
			require.Equal(t, test.code, last.AADSTS)
			require.Equal(t, test.result, last.Policies[0].Result)
			require.Equal(t, test.unknown, last.Policies[0].Unknown)
			require.Equal(t, test.sessions, last.Policies[0].Sessions)
			if test.page != "" {
				got := c.refresh(before.text("refresh_token"))
				requireAADSTS(t, got, test.code, "invalid_grant")
				require.Contains(t, got.text("claims"), policy.ID)
			}
			if test.unknown != nil {
				require.NotEmpty(t, rows.Filter(u, "Success", policy.Name+" (unknown: "+test.unknown[0]+")"))
				require.Equal(t, policy.ID, c.entra.UnknownPolicies()[0].ID)
			} else {
				require.Empty(t, c.entra.UnknownPolicies())
			}
		})
	}
}

// TestAnExportedPolicyComesBackAsItWasPosted posts each to the administration API and reads it again, twice.
func TestAnExportedPolicyComesBackAsItWasPosted(t *testing.T) {
	files, err := filepath.Glob("testdata/policies/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 6)
	const path = "/v1.0/identity/conditionalAccess/policies"
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			a := stepped(t).admin()
			text := export(t, name)
			var posted map[string]any
			require.NoError(t, json.Unmarshal([]byte(text), &posted))
			for range 2 {
				made := a.ok(http.StatusCreated, http.MethodPost, path, text)
				got := a.ok(http.StatusOK, http.MethodGet, path+"/"+made.text("id"), "")
				requireWhole(t, "", posted, got.json)
				text = got.body
			}
		})
	}
}

// requireWhole holds what came back against what was said: every member that says something, as it stood.
func requireWhole(t *testing.T, path string, said, came map[string]any) {
	t.Helper()
	for name, value := range said {
		if strings.HasPrefix(name, "@") || strings.Contains(name, "@odata.") {
			continue
		}
		switch at := path + "/" + name; at {
		case "/id", "/createdDateTime", "/modifiedDateTime":
		default:
			inner, is := value.(map[string]any)
			switch {
			case value == nil:
				require.Nil(t, came[name], at)
			case is && !strings.HasSuffix(at, "/authenticationStrength"):
				there, is := came[name].(map[string]any)
				require.True(t, is, "%s is %v", at, came[name])
				requireWhole(t, at, inner, there)
			default:
				require.Equal(t, value, came[name], at)
			}
		}
	}
}

func TestWhatIsNotSimulatedCanBeTakenBackByTheAPI(t *testing.T) {
	const path = "/v1.0/identity/conditionalAccess/policies"
	c := stepped(t)
	a := c.admin()
	tokens := c.signIn("admin@contoso.com")
	refresh := func() answer { return c.refresh(tokens.text("refresh_token")) }
	made := a.ok(http.StatusCreated, http.MethodPost, path, export(t, "device-filter"))
	require.Equal(t, http.StatusOK, refresh().status, "it is unknown")
	rows := a.list("/v1.0/auditLogs/signIns?$top=1")
	applied := rows[0]["appliedConditionalAccessPolicies"].([]any)[0].(map[string]any)
	require.Equal(t, "unknown", applied["result"])
	require.Equal(t, map[string]any{"notSimulated": []any{"conditions.devices"}}, applied["mfpsim"])

	one := path + "/" + made.text("id")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"conditions":{"devices":null}}`)
	requireAADSTS(t, refresh(), 53003, "invalid_grant")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"grantControls":{"operator":"OR","builtInControls":["compliantApplication"],"termsOfUse":[]}}`)
	requireAADSTS(t, refresh(), 53005, "invalid_grant")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"grantControls":{"operator":"OR","customAuthenticationFactors":["DuoMfa"]}}`)
	requireAADSTS(t, refresh(), 50158, "invalid_grant")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"grantControls":{"operator":"OR","builtInControls":["mfa"],"authenticationStrength":{"id":"00000000-0000-0000-0000-000000000002"}}}`)
	requireAADSTS(t, refresh(), 50076, "invalid_grant")
	got := a.ok(http.StatusOK, http.MethodGet, one, "").json["grantControls"].(map[string]any)
	require.NotContains(t, got, "customAuthenticationFactors")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"grantControls":null,"sessionControls":{"persistentBrowser":{"mode":"always","isEnabled":true}}}`)
	require.Equal(t, http.StatusOK, refresh().status, "a session control has no effect")
	a.ok(http.StatusNoContent, http.MethodPatch, one, `{"state":"disabled","conditions":{"insiderRiskLevels":"elevated"}}`)
	require.Empty(t, c.entra.UnknownPolicies(), "a policy that is off is no riddle")
}

// TestAConditionThatDoesNotHoldDecides: of an unknown policy it can be said that it does not apply.
func TestAConditionThatDoesNotHoldDecides(t *testing.T) {
	devices := fakeentra.PolicyMember{
		Path: "conditions.devices", Value: json.RawMessage(`{"deviceFilter":{"mode":"include","rule":"x"}}`),
	}
	const id = "5c4f3e2d-0000-4000-8000-0000000000e1"
	for name, test := range map[string]struct {
		policy fakeentra.Policy
		result string
	}{
		"a device filter alone":                          {fakeentra.Policy{Rest: []fakeentra.PolicyMember{devices}}, "unknown"},
		"a device filter, for another user":              {fakeentra.Policy{Rest: []fakeentra.PolicyMember{devices}, Users: []string{"alice@contoso.com"}}, "notApplied"},
		"a device filter, for other applications":        {fakeentra.Policy{Rest: []fakeentra.PolicyMember{devices}, Applications: []string{"797f4846-ba00-4fd7-ba43-dac1f8f63013"}}, "notApplied"},
		"a device filter of a policy that is off":        {fakeentra.Policy{Rest: []fakeentra.PolicyMember{devices}, State: "off"}, "notEnabled"},
		"a device filter that says nothing":              {fakeentra.Policy{Rest: []fakeentra.PolicyMember{{Path: "conditions.devices", Value: json.RawMessage(`{"includeDevices":[],"deviceFilter":null}`)}}}, "failure"},
		"a group of another tenant":                      {fakeentra.Policy{Groups: []string{id}}, "unknown"},
		"a group of another tenant, and the user":        {fakeentra.Policy{Groups: []string{id}, Users: []string{"admin@contoso.com"}}, "failure"},
		"a user of another tenant, excluded":             {fakeentra.Policy{ExcludeUsers: []string{id}, ExcludeGroups: []string{id}}, "failure"},
		"a location of another tenant":                   {fakeentra.Policy{Locations: []string{id}}, "unknown"},
		"a location of another tenant, or this one":      {fakeentra.Policy{Locations: []string{id, "203.0.113.0/24"}}, "failure"},
		"all but a location of another tenant":           {fakeentra.Policy{ExcludeLocations: []string{id}}, "unknown"},
		"all but a location of another tenant, and this": {fakeentra.Policy{ExcludeLocations: []string{id, "203.0.113.0/24"}}, "notApplied"},
		"a role that nobody here holds":                  {fakeentra.Policy{Roles: []string{id}}, "notApplied"},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			tokens := c.signIn("admin@contoso.com")
			test.policy.Name = "Policy"
			require.NoError(t, second(c.entra.SetPolicy("contoso.com", test.policy)))
			_ = c.refresh(tokens.text("refresh_token"))
			rows := c.entra.SignIns()
			require.Equal(t, test.result, rows[len(rows)-1].Policies[0].Result)
			require.Equal(t, test.result == "failure", rows[len(rows)-1].AADSTS != 0)
		})
	}
}

// TestADemandThatIsNotSimulatedAmongOthers: by OR, one that is met is enough, and one that a person can meet is asked
// for.
func TestADemandThatIsNotSimulatedAmongOthers(t *testing.T) {
	compliant := fakeentra.Source{Address: office.Address, Compliant: true}
	for name, test := range map[string]struct {
		source   fakeentra.Source
		operator string
		controls []string
		code     int
	}{
		"an approved application":                        {office, "", []string{"approved-application"}, 53002},
		"an approved or a protected application":         {office, "OR", []string{"approved-application", "protected-application"}, 53002},
		"a compliant device or an approved application":  {compliant, "OR", []string{"compliant", "approved-application"}, 0},
		"a compliant device and an approved application": {compliant, "AND", []string{"compliant", "approved-application"}, 53002},
		"a second factor or an approved application":     {office, "OR", []string{"mfa", "approved-application"}, 50076},
		"a second factor and an approved application":    {office, "AND", []string{"mfa", "approved-application"}, 53002},
		"a second factor by its strength":                {office, "", []string{"mfa-strength"}, 50076},
		"a stronger strength":                            {office, "", []string{"authentication-strength"}, 53003},
		"terms of use":                                   {office, "", []string{"terms-of-use"}, 50158},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			tokens := c.signIn("admin@contoso.com")
			require.NoError(t, c.entra.SetDeviceSource(test.source))
			policy, err := c.entra.SetPolicy("contoso.com", fakeentra.Policy{
				Name: "Policy", Controls: test.controls, Operator: test.operator,
			})
			require.NoError(t, err)
			got := c.refresh(tokens.text("refresh_token"))
			if test.code == 0 {
				require.Equal(t, http.StatusOK, got.status, got.body)
			} else {
				requireAADSTS(t, got, test.code, "invalid_grant")
			}
			text, err := json.Marshal(policy)
			require.NoError(t, err)
			again, err := c.entra.SetPolicyJSON("contoso.com", "Again", text)
			require.NoError(t, err)
			require.Equal(t, policy.Controls, again.Controls)
		})
	}
}

// TestThePlatformOfABrowserCountsWhereNoDeviceSignsIn: without a device code, the browser is the device.
func TestThePlatformOfABrowserCountsWhereNoDeviceSignsIn(t *testing.T) {
	c := web(t)
	policy := fakeentra.Policy{Name: "Policy", Platforms: []string{"windows"}}
	require.NoError(t, second(c.entra.SetPolicy("contoso.com", policy)))
	const blocked = "You cannot access this right now"
	page := func() string {
		p := c.person().open(c.address()).press("Next", "loginfmt", "admin@contoso.com")
		return p.press("Sign In", "passwd", p.password("admin@contoso.com")).heading()
	}
	require.Equal(t, blocked, page())
	require.NoError(t, c.entra.SetBrowserSource(fakeentra.Source{Address: office.Address, Platform: "macOS"}))
	require.NotEqual(t, blocked, page())
}
