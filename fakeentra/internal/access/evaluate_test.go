package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/resources"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// attempt is a printer that asks for a token for Exchange Online.
func attempt() access.Attempt {
	return access.Attempt{
		Person: access.Person{Principal: "alice@contoso.com", Groups: []string{"Staff"}}, Application: "app", Name: "Mail",
		API: resources.Exchange, Flow: access.FlowDeviceCode, At: monday, SignedIn: monday.Add(-2 * time.Hour),
		Source: access.Source{Address: "203.0.113.7"}, Issuance: true,
	}
}

func TestAVerdictFollowsFromTheDataAlone(t *testing.T) {
	block := access.Policy{ID: "1", Name: "Block", State: access.StateOn, Controls: []string{access.GrantBlock}}
	with := func(change func(*access.Policy)) access.Rules {
		p := block
		change(&p)
		return access.Rules{
			Policies:  []access.Policy{p},
			Locations: []access.NamedLocation{{Name: "Office", Ranges: []string{"203.0.113.0/24"}, Trusted: true}},
		}
	}
	for name, test := range map[string]struct {
		rules  access.Rules
		result string
		blocks bool
	}{
		"a policy for everybody": {with(func(*access.Policy) {}), "failure", true}, "one that is off": {with(func(p *access.Policy) { p.State = access.StateOff }), "notEnabled", false}, "one in report-only": {with(func(p *access.Policy) { p.State = access.StateReportOnly }), "reportOnlyFailure", false}, "one that turns on today": {with(func(p *access.Policy) { p.State, p.Enforced = access.StateReportOnly, monday }), "failure", true}, "one that acts from tomorrow": {with(func(p *access.Policy) { p.From = monday.AddDate(0, 0, 1) }), "notApplied", false}, "one for a group of hers": {with(func(p *access.Policy) { p.Groups = []string{"staff"} }), "failure", true},
		"one that leaves her out": {with(func(p *access.Policy) { p.ExcludeUsers = []string{"alice@contoso.com"} }), "notApplied", false}, "one for another flow": {with(func(p *access.Policy) { p.Flows = []string{access.FlowTransfer} }), "notApplied", false}, "one that leaves the office out": {with(func(p *access.Policy) { p.ExcludeLocations = []string{"Office"} }), "notApplied", false}, "one that leaves trusted places out": {with(func(p *access.Policy) { p.ExcludeLocations = []string{"AllTrusted"} }), "notApplied", false}, "one that falls in the browser alone": {with(func(p *access.Policy) { p.Where = access.WhereBrowser }), "notApplied", false}, "one that a second factor would meet": {with(func(p *access.Policy) { p.Controls = []string{access.GrantMFA} }), "failure", false}, "one whose sign-in frequency is over": {with(func(p *access.Policy) { p.Controls, p.SignInFrequency = nil, time.Hour }), "failure", false}, "one whose frequency has time to come": {with(func(p *access.Policy) { p.Controls, p.SignInFrequency = nil, 3*time.Hour }), "success", false},
	} {
		v := test.rules.Evaluate(attempt())
		require.Equal(t, test.result, v.Results[0].Result, name)
		require.Equal(t, test.blocks, v.Block != nil, name)
		require.Equal(t, v, test.rules.Evaluate(attempt()), name)
	}
}

func TestSecurityDefaultsDoWhatTheTenantSays(t *testing.T) {
	require.False(t, access.Rules{Defaults: access.DefaultsSwitch}.Evaluate(attempt()).Defaults)
	require.True(t, access.Rules{Defaults: access.DefaultsDeviceCode}.Evaluate(attempt()).Defaults)
	administrator := attempt()
	administrator.Person.Roles = []string{"Global Administrator"}
	require.Equal(t, access.ByDefaults, access.Rules{Defaults: access.DefaultsMFA}.Evaluate(administrator).MFA)
	require.Nil(t, access.Rules{Defaults: access.DefaultsMFA}.Evaluate(attempt()).MFA)
}
