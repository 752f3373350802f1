// Package access is Conditional Access: policies, named locations and security defaults, and what they say to a
// sign-in. It holds no state: it is given data and returns a verdict.
package access

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// Attempt is what a policy looks at: somebody who signs in, or a program that asks for tokens.
type Attempt struct {
	Person      Person
	Application string // the client's id
	Name        string // and its display name
	API         *resources.API
	Flow        string // FlowDeviceCode, FlowTransfer or ""
	At          time.Time
	MFA         bool      // a second factor was given
	SignedIn    time.Time // when the person last typed the password
	Source      Source
	ClientApp   string // Graph's word; empty: mobileAppsAndDesktopClients
	Browser     bool   // a person is there and can be asked
	Issuance    bool   // tokens are issued for the first time
}

// Person is who signs in.
type Person struct {
	Principal     string
	Groups, Roles []string
	Guest         bool   // the account is of another organization
	Risk          string // user risk
	Enrolled      bool   // has set up a second factor
}

// Rules are what a tenant asks of its people.
type Rules struct {
	Policies  []Policy
	Locations []NamedLocation
	Defaults  string // what its security defaults do; "": they are off
}

// stateAt is the policy's state at a moment: a managed one turns on at its date.
func (p *Policy) stateAt(at time.Time) string {
	if p.State == StateReportOnly && !p.Enforced.IsZero() && !at.Before(p.Enforced) {
		return StateOn
	}
	return p.State
}

// holds is what can be said of a condition.
type holds int

const (
	no    holds = iota
	maybe       // it is not simulated
	yes
)

func certainly(it bool) holds {
	if it {
		return yes
	}
	return no
}

// applies evaluates a policy's conditions, but for its state: one that does not hold decides.
func (p *Policy) applies(a Attempt, locations []NamedLocation) holds {
	all := min(p.meansUser(a.Person), certainly(p.meansApplication(a)), certainly(p.meansClient(a)),
		p.meansPlace(a, locations))
	if p.unsimulated() {
		all = min(all, maybe)
	}
	return all
}

// meansUser evaluates users, groups and roles; an exclusion wins over any inclusion.
func (p *Policy) meansUser(u Person) holds {
	if u.in(p.ExcludeUsers, p.ExcludeGroups, p.ExcludeRoles) {
		return no
	}
	switch {
	case len(p.Users)+len(p.Groups)+len(p.Roles) == 0, u.in(p.Users, p.Groups, p.Roles):
		return yes
	case slices.ContainsFunc(p.Users, isID), slices.ContainsFunc(p.Groups, isID):
		return maybe
	}
	return no
}

// in reports whether lists of users, groups and roles mean the user.
func (u Person) in(users, groups, roles []string) bool {
	for _, name := range users {
		switch {
		case name == "All", strings.EqualFold(name, u.Principal):
			return true
		case name == "GuestsOrExternalUsers" && u.Guest:
			return true
		}
	}
	for _, name := range u.Groups {
		if words.Contain(groups, name) {
			return true
		}
	}
	for _, name := range u.Roles {
		if words.Contain(roles, name) {
			return true
		}
	}
	return false
}

func (p *Policy) meansApplication(a Attempt) bool {
	in := func(list []string) bool {
		for _, name := range list {
			if name == "All" || name == "Office365" && a.API.Same(resources.Exchange) || a.API.Is(name) ||
				strings.EqualFold(name, a.Application) || strings.EqualFold(name, a.Name) {
				return true
			}
		}
		return false
	}
	return !in(p.ExcludeApps) && (len(p.Applications) == 0 || in(p.Applications))
}

// meansClient evaluates the authentication flow, the type of client and the risks.
func (p *Policy) meansClient(a Attempt) bool {
	client := a.ClientApp
	if client == "" {
		client = "mobileAppsAndDesktopClients"
	}
	switch {
	case len(p.Flows) > 0 && !slices.Contains(p.Flows, a.Flow):
		return false
	case len(p.ClientApps) > 0 && !words.Contain(p.ClientApps, "all") && !words.Contain(p.ClientApps, client):
		return false
	case len(p.SignInRisks) > 0 && !words.Contain(p.SignInRisks, cmp.Or(a.Source.Risk, "none")):
		return false
	}
	return len(p.UserRisks) == 0 || words.Contain(p.UserRisks, cmp.Or(a.Person.Risk, "none"))
}

// meansPlace evaluates the device's platform and the location.
func (p *Policy) meansPlace(a Attempt, locations []NamedLocation) holds {
	platform := func(list []string) bool {
		return words.Contain(list, "all") || a.Source.Platform != "" && words.Contain(list, a.Source.Platform)
	}
	if platform(p.ExcludePlatforms) || len(p.Platforms) > 0 && !platform(p.Platforms) {
		return no
	}
	if a.within(p.ExcludeLocations, locations) {
		return no
	}
	included := yes
	switch {
	case len(p.Locations) == 0 || a.within(p.Locations, locations):
	case slices.ContainsFunc(p.Locations, isID):
		included = maybe
	default:
		included = no
	}
	if slices.ContainsFunc(p.ExcludeLocations, isID) {
		included = min(included, maybe)
	}
	return included
}

// within reports whether an access comes from one of the places.
func (a Attempt) within(places []string, locations []NamedLocation) bool {
	ip, err := netip.ParseAddr(a.Source.Address)
	for _, place := range places {
		if place == "All" {
			return true
		}
		if prefix, wrong := netip.ParsePrefix(place); wrong == nil && err == nil && prefix.Contains(ip.Unmap()) {
			return true
		}
		for _, l := range locations {
			if (place == "AllTrusted" && l.Trusted || strings.EqualFold(place, l.Name)) &&
				l.holds(ip, cmp.Or(a.Source.Country, "US")) {
				return true
			}
		}
	}
	return false
}

// AllApplications reports whether the policy covers every resource, which decides between 530036 and 53003
// (docs/reference/entra.md §5.1).
func (p *Policy) AllApplications() bool {
	return len(p.Applications) == 0 || words.Contain(p.Applications, "All")
}

// Verdict is what all policies of a tenant together say to one access.
type Verdict struct {
	Results        []Result
	Block          *Policy // the first that blocks
	BlockInBrowser *Policy // the first that blocks before the last page
	Compliant      *Policy // the first that wants a compliant device, which a printer cannot show
	Joined         *Policy // the first that wants a domain-joined device
	MFA            *Policy // the first that wants a second factor that was not given
	MFAStale       *Policy // the first for which the second factor was given too long ago
	Stale          *Policy // the first whose sign-in frequency is over
	Unmet          *Policy // the first with a demand that is not simulated, and so not satisfied
	Control        string  // that demand
	Defaults       bool    // security defaults refuse the device code flow
}

// demand is what a policy still wants of an access.
type demand struct {
	block, compliant, joined, mfa, stale, mfaStale bool
	unmet                                          string // the first control that is not simulated
}

func (d demand) any() bool { return d != demand{} }

// asks reports whether a person could meet the demand by answering a page.
func (d demand) asks() bool { return d.any() && !d.block && !d.compliant && !d.joined && d.unmet == "" }

// wants evaluates the controls of a policy whose conditions hold.
func (p *Policy) wants(a Attempt) demand {
	var d demand
	controls := p.Controls
	if len(controls) == 0 {
		controls = []string{p.Grant}
	}
	met := 0
	for _, control := range controls {
		switch control {
		case GrantBlock:
			d.block = true
		case GrantMFA, GrantStrengthMFA:
			d.mfa = !a.MFA
			if a.MFA {
				met++
			}
		case GrantCompliant:
			if d.compliant = !a.Source.Compliant; a.Source.Compliant {
				met++
			}
		case GrantJoined:
			if d.joined = !a.Source.DomainJoined; a.Source.DomainJoined {
				met++
			}
		case GrantNone:
		default:
			d.unmet = cmp.Or(d.unmet, control)
		}
	}
	if p.Operator != OperatorAnd {
		switch {
		case met > 0:
			d = demand{}
		case d.mfa: // the one that a person can meet is asked for
			d = demand{mfa: true}
		}
	}
	old := p.SignInFrequency > 0 && a.At.Sub(a.SignedIn) > p.SignInFrequency || p.EveryTime && a.At.After(a.SignedIn)
	switch {
	case !old, a.Browser && (p.EveryTime || p.SecondaryOnly): // whoever stands at a page can be asked there
	case p.SecondaryOnly:
		d.mfaStale = a.MFA
	default:
		d.stale = true
	}
	return d
}

// Evaluate asks every policy of the person's tenant, and its security defaults.
func (rules Rules) Evaluate(a Attempt) Verdict {
	var v Verdict
	if a.Flow == FlowDeviceCode && (a.Browser || a.Issuance) {
		a.Source.Platform = "" // the device is not there, and the browser's is not its own (msgraph-sdk-powershell#343)
	}
	for i := range rules.Policies {
		p := &rules.Policies[i]
		r := Result{ID: p.ID, Name: p.Name, Grant: strings.Join(p.Controls, ",")}
		state := p.stateAt(a.At)
		switch {
		case state == StateOff:
			r.Result = "notEnabled"
		case a.At.Before(p.From), p.applies(a, rules.Locations) == no, a.Issuance && p.Where == WhereBrowser,
			a.Browser && p.Where == WhereIssuance:
			r.Result = "notApplied"
			if state == StateReportOnly {
				r.Result = "reportOnlyNotApplied"
			}
		case p.applies(a, rules.Locations) == maybe:
			r.Result, r.Unknown = "unknown", p.Unknown()
		default:
			d := p.wants(a)
			r.Result = d.result(state == StateReportOnly)
			r.Sessions = p.sessions()
			if state == StateOn {
				v.note(p, d, a.Browser)
			}
		}
		v.Results = append(v.Results, r)
	}
	v.securityDefaults(rules.Defaults, a)
	return v
}

// result is the word of the sign-in log: [D] graph/api/resources/appliedconditionalaccesspolicy.
func (d demand) result(reportOnly bool) string {
	switch {
	case !reportOnly && d.any():
		return "failure"
	case !reportOnly:
		return "success"
	case d.asks():
		return "reportOnlyInterrupted"
	case d.any():
		return "reportOnlyFailure"
	}
	return "reportOnlySuccess"
}

func (v *Verdict) note(p *Policy, d demand, browser bool) {
	for _, slot := range []struct {
		set  bool
		slot **Policy
	}{
		{d.block, &v.Block},
		{d.block && browser, &v.BlockInBrowser},
		{d.compliant, &v.Compliant},
		{d.joined, &v.Joined},
		{d.mfa, &v.MFA},
		{d.mfaStale, &v.MFAStale},
		{d.stale, &v.Stale},
	} {
		if slot.set && *slot.slot == nil {
			*slot.slot = p
		}
	}
	if d.unmet != "" && v.Unmet == nil {
		v.Unmet, v.Control = p, d.unmet
	}
}

// What security defaults do at sign-in (Tenant.SecurityDefaultsMode). Sources disagree: nothing was captured for a
// device-code sign-in, Microsoft documents MFA, and reports of 2026 say that new tenants' defaults refuse the device
// code flow (docs/reference/entra.md §5.3).
const (
	DefaultsSwitch     = "switch"      // nothing: the mail server alone refuses (guide rule R9)
	DefaultsMFA        = "mfa"         // everybody enrols a second factor, administrators show it: 50072, 50076, 50079
	DefaultsDeviceCode = "device-code" // the device code flow is refused: 530035
)

// ByDefaults stands for security defaults where they want a second factor; it is in no list and no log.
var ByDefaults = &Policy{Name: "Security defaults"}

// securityDefaults adds what the tenant's security defaults say (docs/reference/entra.md §5.1, §5.3).
func (v *Verdict) securityDefaults(mode string, a Attempt) {
	switch mode {
	case DefaultsDeviceCode:
		v.Defaults = a.Flow == FlowDeviceCode
	case DefaultsMFA:
		if v.MFA == nil && !a.MFA && (len(a.Person.Roles) > 0 || a.Browser && !a.Person.Enrolled) {
			v.MFA = ByDefaults
		}
	}
}
