package fakeentra

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// Source is where a request comes from, as Conditional Access sees it. The person's browser and the device that polls and
// refreshes have one each.
type Source struct {
	Address      string // public address
	Country      string // two letters; empty: "US"
	Platform     string // android, iOS, windows, windowsPhone, macOS, linux; empty: not known, as for a printer
	Compliant    bool   // the device is managed and compliant
	DomainJoined bool
	Risk         string // sign-in risk: "" none, "low", "medium", "high"
}

// access is what a policy looks at.
type access struct {
	user        *user
	application *Application
	resource    *resources.API
	flow        string // FlowDeviceCode, FlowTransfer or ""
	address     string
	at          time.Time
	mfa         bool      // a second factor was given
	signedIn    time.Time // when the person last typed the password
	source      Source    // its Address is not looked at
	clientApp   string    // Graph's word; empty: mobileAppsAndDesktopClients
	browser     bool      // a person is there and can be asked
	issuance    bool      // tokens are issued for the first time
}

// stateAt is the policy's state at a moment: a managed one turns on at its date.
func (p *Policy) stateAt(at time.Time) string {
	if p.State == PolicyReportOnly && !p.Enforced.IsZero() && !at.Before(p.Enforced) {
		return PolicyOn
	}
	return p.State
}

// applies evaluates a policy's conditions, but for its state.
func (p *Policy) applies(a access) bool {
	return p.meansUser(a.user) && p.meansApplication(a) && p.meansClient(a) && p.meansPlace(a)
}

// meansUser evaluates users, groups and roles; an exclusion wins over any inclusion.
func (p *Policy) meansUser(u *user) bool {
	if u.in(p.ExcludeUsers, p.ExcludeGroups, p.ExcludeRoles) {
		return false
	}
	if len(p.Users)+len(p.Groups)+len(p.Roles) == 0 {
		return true
	}
	return u.in(p.Users, p.Groups, p.Roles)
}

// in reports whether lists of users, groups and roles mean the user.
func (u *user) in(users, groups, roles []string) bool {
	for _, name := range users {
		switch {
		case name == "All", strings.EqualFold(name, u.Principal):
			return true
		case name == "GuestsOrExternalUsers" && u.guest():
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

// guest reports whether the account is of another organization.
func (u *user) guest() bool {
	return u.Invited || strings.Contains(strings.ToLower(u.Principal), "#ext#")
}

func (p *Policy) meansApplication(a access) bool {
	in := func(list []string) bool {
		for _, name := range list {
			if name == "All" || name == "Office365" && a.resource == resources.Exchange || a.resource.Is(name) ||
				strings.EqualFold(name, a.application.ID) || strings.EqualFold(name, a.application.Name) {
				return true
			}
		}
		return false
	}
	return !in(p.ExcludeApps) && (len(p.Applications) == 0 || in(p.Applications))
}

// meansClient evaluates the authentication flow, the type of client and the risks.
func (p *Policy) meansClient(a access) bool {
	client := a.clientApp
	if client == "" {
		client = "mobileAppsAndDesktopClients"
	}
	switch {
	case len(p.Flows) > 0 && !slices.Contains(p.Flows, a.flow):
		return false
	case len(p.ClientApps) > 0 && !words.Contain(p.ClientApps, "all") && !words.Contain(p.ClientApps, client):
		return false
	case len(p.SignInRisks) > 0 && !words.Contain(p.SignInRisks, cmp.Or(a.source.Risk, "none")):
		return false
	}
	return len(p.UserRisks) == 0 || words.Contain(p.UserRisks, cmp.Or(a.user.Risk, "none"))
}

// meansPlace evaluates the device's platform and the location.
func (p *Policy) meansPlace(a access) bool {
	platform := func(list []string) bool {
		return words.Contain(list, "all") || a.source.Platform != "" && words.Contain(list, a.source.Platform)
	}
	if platform(p.ExcludePlatforms) || len(p.Platforms) > 0 && !platform(p.Platforms) {
		return false
	}
	if a.within(p.ExcludeLocations) {
		return false
	}
	return len(p.Locations) == 0 || a.within(p.Locations)
}

// within reports whether an access comes from one of the places.
func (a access) within(places []string) bool {
	ip, err := netip.ParseAddr(a.address)
	for _, place := range places {
		if place == "All" {
			return true
		}
		if prefix, wrong := netip.ParsePrefix(place); wrong == nil && err == nil && prefix.Contains(ip.Unmap()) {
			return true
		}
		for _, l := range a.user.tenant.locations {
			if (place == "AllTrusted" && l.Trusted || strings.EqualFold(place, l.Name)) && l.holds(ip, cmp.Or(a.source.Country, "US")) {
				return true
			}
		}
	}
	return false
}

// allApplications reports whether the policy covers every resource, which decides between 530036 and 53003 (entra.md §5.1).
func (p *Policy) allApplications() bool {
	return len(p.Applications) == 0 || words.Contain(p.Applications, "All")
}

// verdict is what all policies of a tenant together say to one access.
type verdict struct {
	results        []PolicyResult
	block          *Policy // the first that blocks
	blockInBrowser *Policy // the first that blocks before the last page
	compliant      *Policy // the first that wants a compliant device, which a printer cannot show
	joined         *Policy // the first that wants a domain-joined device
	mfa            *Policy // the first that wants a second factor that was not given
	mfaStale       *Policy // the first for which the second factor was given too long ago
	stale          *Policy // the first whose sign-in frequency is over
	defaults       bool    // security defaults refuse the device code flow
}

// demand is what a policy still wants of an access.
type demand struct{ block, compliant, joined, mfa, stale, mfaStale bool }

func (d demand) any() bool { return d != demand{} }

// asks reports whether a person could meet the demand by answering a page.
func (d demand) asks() bool { return d.any() && !d.block && !d.compliant && !d.joined }

// wants evaluates the controls of a policy whose conditions hold.
func (p *Policy) wants(a access) demand {
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
		case GrantMFA:
			d.mfa = !a.mfa
			if a.mfa {
				met++
			}
		case GrantCompliant:
			if d.compliant = !a.source.Compliant; a.source.Compliant {
				met++
			}
		case GrantJoined:
			if d.joined = !a.source.DomainJoined; a.source.DomainJoined {
				met++
			}
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
	old := p.SignInFrequency > 0 && a.at.Sub(a.signedIn) > p.SignInFrequency || p.EveryTime && a.at.After(a.signedIn)
	switch {
	case !old, a.browser && (p.EveryTime || p.SecondaryOnly): // whoever stands at a page can be asked there
	case p.SecondaryOnly:
		d.mfaStale = a.mfa
	default:
		d.stale = true
	}
	return d
}

// evaluate asks every policy of the user's tenant, and its security defaults.
func evaluate(policies []*Policy, a access) verdict {
	var v verdict
	for _, p := range policies {
		r := PolicyResult{ID: p.ID, Name: p.Name, Grant: strings.Join(p.Controls, ",")}
		state := p.stateAt(a.at)
		switch {
		case state == PolicyOff:
			r.Result = "notEnabled"
		case a.at.Before(p.From), !p.applies(a), a.issuance && p.Where == WhereBrowser, a.browser && p.Where == WhereIssuance:
			r.Result = "notApplied"
			if state == PolicyReportOnly {
				r.Result = "reportOnlyNotApplied"
			}
		default:
			d := p.wants(a)
			r.Result = d.result(state == PolicyReportOnly)
			if state == PolicyOn {
				v.note(p, d, a.browser)
			}
		}
		v.results = append(v.results, r)
	}
	v.securityDefaults(a)
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

func (v *verdict) note(p *Policy, d demand, browser bool) {
	for _, slot := range []struct {
		set  bool
		slot **Policy
	}{
		{d.block, &v.block},
		{d.block && browser, &v.blockInBrowser},
		{d.compliant, &v.compliant},
		{d.joined, &v.joined},
		{d.mfa, &v.mfa},
		{d.mfaStale, &v.mfaStale},
		{d.stale, &v.stale},
	} {
		if slot.set && *slot.slot == nil {
			*slot.slot = p
		}
	}
}

// defaultsPolicy stands for security defaults where they want a second factor; it is in no list and no log.
var defaultsPolicy = &Policy{Name: "Security defaults"}

// securityDefaults adds what the tenant's security defaults say (entra.md §5.1, §5.3).
func (v *verdict) securityDefaults(a access) {
	home := a.user.tenant
	if !home.SecurityDefaults {
		return
	}
	switch home.SecurityDefaultsMode {
	case DefaultsDeviceCode:
		v.defaults = a.flow == FlowDeviceCode
	case DefaultsMFA:
		if v.mfa == nil && !a.mfa && (len(a.user.Roles) > 0 || a.browser && !a.user.enrolled) {
			v.mfa = defaultsPolicy
		}
	}
}
