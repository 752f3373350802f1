package access

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/ordered"
)

// Member is a member of Graph's conditionalAccessPolicy that is not simulated, with its value.
type Member struct {
	Path  string // "conditions.devices"
	Value json.RawMessage
}

// Where members that are not simulated stand.
const (
	conditionsPath   = "conditions"
	usersPath        = "conditions.users"
	applicationsPath = "conditions.applications"
	grantPath        = "grantControls"
	sessionPath      = "sessionControls"
)

// Keep remembers a member that is not simulated; null takes it away.
func (p *Policy) Keep(path string, value json.RawMessage) {
	p.Rest = slices.DeleteFunc(slices.Clone(p.Rest), func(m Member) bool { return m.Path == path })
	if value = bytes.TrimSpace(value); len(value) > 0 && string(value) != "null" {
		p.Rest = append(p.Rest, Member{Path: path, Value: bytes.Clone(value)})
	}
}

// Forget takes away what is remembered below a path.
func (p *Policy) Forget(path string) {
	p.Rest = slices.DeleteFunc(slices.Clone(p.Rest), func(m Member) bool { return strings.HasPrefix(m.Path, path+".") })
}

// under gives a member's own name, if it stands right below a path.
func (m Member) under(path string) (name string, is bool) {
	if path == "" {
		return m.Path, !strings.Contains(m.Path, ".")
	}
	name, is = strings.CutPrefix(m.Path, path+".")
	return name, is && !strings.Contains(name, ".")
}

// has reports whether something is remembered right below a path.
func (p *Policy) has(path string) bool {
	return slices.ContainsFunc(p.Rest, func(m Member) bool { _, is := m.under(path); return is })
}

// giveBack adds what is remembered right below a path.
func (p *Policy) giveBack(o *ordered.Object, path string) *ordered.Object {
	for _, m := range p.Rest {
		if name, is := m.under(path); is {
			o.Raw(name, m.Value)
		}
	}
	return o
}

// SaysNothing reports whether a value is there without saying anything, nor do its own members.
func SaysNothing(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "null", "[]", "{}", `""`, "false":
		return true
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		return false
	}
	for name, value := range object {
		if !strings.Contains(name, "@") && !SaysNothing(value) {
			return false
		}
	}
	return true
}

// Unknown returns the conditions of which it cannot be said whether they hold: those that are not simulated, and users,
// groups and locations that are named by ids that the tenant does not have, as in the export of another. Where all
// others hold, such a policy neither blocks nor grants. An excluded user or group that the tenant does not have
// excludes nobody, which is known.
func (p *Policy) Unknown() []string {
	var paths []string
	for _, m := range p.Rest {
		if strings.HasPrefix(m.Path, conditionsPath+".") && !SaysNothing(m.Value) {
			paths = append(paths, m.Path)
		}
	}
	for _, list := range []struct {
		path   string
		values []string
	}{
		{usersPath + ".includeUsers", p.Users},
		{usersPath + ".includeGroups", p.Groups},
		{conditionsPath + ".locations.includeLocations", p.Locations},
		{conditionsPath + ".locations.excludeLocations", p.ExcludeLocations},
	} {
		for _, value := range list.values {
			if isID(value) {
				paths = append(paths, list.path+" "+value)
			}
		}
	}
	return paths
}

// unsimulated reports whether a condition of the policy is none that is simulated.
func (p *Policy) unsimulated() bool {
	return slices.ContainsFunc(p.Rest, func(m Member) bool {
		return strings.HasPrefix(m.Path, conditionsPath+".") && !SaysNothing(m.Value)
	})
}

// sessions are Graph's names of the session controls.
func (p *Policy) sessions() []string {
	var names []string
	if p.SignInFrequency > 0 || p.EveryTime {
		names = append(names, "signInFrequency")
	}
	for _, m := range p.Rest {
		if name, is := m.under(sessionPath); is && !SaysNothing(m.Value) {
			names = append(names, name)
		}
	}
	return names
}

// Demands reports whether the policy has a grant control or a session control.
func (p *Policy) Demands() bool {
	return len(p.Controls) > 0 && p.Controls[0] != GrantNone || len(p.sessions()) > 0
}

// builtInMFA is the id of the built-in authentication strength "Multifactor authentication", phishingResistant that of
// "Phishing-resistant MFA": [D] graph/api/resources/authenticationstrengthpolicy.
const (
	builtInMFA        = "00000000-0000-0000-0000-000000000002"
	phishingResistant = "00000000-0000-0000-0000-000000000004"
)

// Strength is what an authentication strength of an id demands.
func Strength(id string) string {
	if strings.EqualFold(id, builtInMFA) {
		return GrantStrengthMFA
	}
	return GrantStrength
}

// members are what Graph has for the controls that are no built-in ones, where nothing was said of them but their word.
var members = map[string]Member{
	GrantTermsOfUse:   {grantPath + ".termsOfUse", json.RawMessage(`["terms-of-use"]`)},
	GrantCustomFactor: {grantPath + ".customAuthenticationFactors", json.RawMessage(`["custom-factor"]`)},
	GrantStrengthMFA: {
		grantPath + ".authenticationStrength",
		json.RawMessage(`{"id":"` + builtInMFA + `","displayName":"Multifactor authentication"}`),
	},
	GrantStrength: {
		grantPath + ".authenticationStrength",
		json.RawMessage(`{"id":"` + phishingResistant + `","displayName":"Phishing-resistant MFA"}`),
	},
}

// writeMembers makes Rest say what the controls say, and no more.
func (p *Policy) writeMembers() {
	for _, member := range members {
		if !slices.ContainsFunc(p.Controls, func(c string) bool { return members[c].Path == member.Path }) &&
			!SaysNothing(p.kept(member.Path)) {
			p.Keep(member.Path, nil)
		}
	}
	for _, control := range p.Controls {
		if member, is := members[control]; is && SaysNothing(p.kept(member.Path)) {
			p.Keep(member.Path, member.Value)
		}
	}
}

// kept is the value that is remembered of a member; null if there is none.
func (p *Policy) kept(path string) json.RawMessage {
	for _, m := range p.Rest {
		if m.Path == path {
			return m.Value
		}
	}
	return json.RawMessage("null")
}

// refusals are the numbers with which an unmet control is refused (docs/reference/entra.md §5.1, §4.3). The rest of the
// controls that are not simulated has no number there: they are refused as a block is.
var refusals = map[string]int{
	GrantApprovedApp: 53002, GrantProtectedApp: 53005, GrantCustomFactor: 50158, GrantTermsOfUse: 50158,
	GrantPasswordChange: 53003, GrantRiskRemediation: 53003, GrantFuture: 53003, GrantStrength: 53003,
}

// RefusalOf is the number with which a control that is not simulated is refused.
func RefusalOf(control string) int { return refusals[control] }

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// isID reports whether a name is an id: what the tenant has goes by its name, so it has nothing of that id.
func isID(text string) bool { return guid.MatchString(text) }
