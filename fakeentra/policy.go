package fakeentra

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
	"time"
)

// States of a policy.
const (
	PolicyOn         = "on"
	PolicyOff        = "off"
	PolicyReportOnly = "report-only"
)

// What a policy demands (Policy.Grant).
const (
	GrantBlock     = "block"
	GrantMFA       = "mfa"
	GrantCompliant = "compliant"
	GrantNone      = "none" // a policy of session controls only
)

// FlowDeviceCode is the authentication flow "Device code flow" (Policy.Flows).
const FlowDeviceCode = "Device code flow"

// Where a block falls (Policy.Where); both are seen in the field (entra.md §5.3).
const (
	// WhereBrowser: the person reads "You cannot access this right now"; the device hears only that it should go on polling.
	WhereBrowser = "browser"
	// WhereIssuance: the person reads that all is well; the device hears one final invalid_grant.
	WhereIssuance = "issuance"
)

// Policy is a Conditional Access policy. It is evaluated at every sign-in in the browser, at the issue of tokens and at every refresh.
type Policy struct {
	ID    string // GUID; empty: drawn from the seed
	Name  string
	State string    // PolicyOn (default), PolicyOff or PolicyReportOnly
	From  time.Time // the date from which it acts; zero: always

	// Conditions. An empty list does not restrict, but for Users and Roles: a policy without either applies to all users.
	Users        []string // principals, or "All"
	ExcludeUsers []string
	Roles        []string // names of directory roles
	Applications []string // of the resource or the client: display name or id; "All"
	Flows        []string // authentication flows: FlowDeviceCode
	Locations    []string // address ranges (CIDR) from which it applies, or "All"
	// ExcludeLocations holds the named locations that are trusted.
	ExcludeLocations []string

	Grant           string        // GrantBlock (default), GrantMFA, GrantCompliant or GrantNone
	Where           string        // WhereBrowser (default) or WhereIssuance: where a block falls
	SignInFrequency time.Duration // session control; 0: none
}

// PolicyResult is what a policy said to one sign-in, in the words of Microsoft Graph's appliedConditionalAccessPolicies.
type PolicyResult struct {
	ID, Name, Grant string
	Result          string // success, failure, notApplied, notEnabled, reportOnlySuccess, reportOnlyFailure
}

// policyKeys are the words of ChangePolicy, with what they mean.
var policyKeys = map[string]func(p *Policy, values []string) error{
	"state": func(p *Policy, v []string) error {
		return oneOf(&p.State, "state", v, map[string]string{
			"on": PolicyOn, "enabled": PolicyOn, "off": PolicyOff, "disabled": PolicyOff, "report-only": PolicyReportOnly,
			"enabledforreportingbutnotenforced": PolicyReportOnly,
		})
	},
	"grant": func(p *Policy, v []string) error {
		return oneOf(&p.Grant, "grant", v, map[string]string{
			"block": GrantBlock, "mfa": GrantMFA, "compliant": GrantCompliant, "compliantdevice": GrantCompliant, "none": GrantNone,
		})
	},
	"where": func(p *Policy, v []string) error {
		return oneOf(&p.Where, "where", v, map[string]string{"browser": WhereBrowser, "issuance": WhereIssuance})
	},
	"flow": func(p *Policy, v []string) error {
		p.Flows = nil
		for _, name := range v {
			if !strings.EqualFold(name, FlowDeviceCode) && !strings.EqualFold(name, "deviceCodeFlow") {
				return fmt.Errorf("flow: unknown authentication flow %q; the flows are: %s", name, FlowDeviceCode)
			}
			p.Flows = append(p.Flows, FlowDeviceCode)
		}
		return nil
	},
	"from": func(p *Policy, v []string) error {
		text := strings.Join(v, ",")
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
			if at, err := time.Parse(layout, text); err == nil {
				p.From = at.UTC()
				return nil
			}
		}
		return fmt.Errorf("from: %q is no date such as 2026-04-15", text)
	},
	"users":             func(p *Policy, v []string) error { p.Users = v; return nil },
	"exclude":           func(p *Policy, v []string) error { p.ExcludeUsers = v; return nil },
	"apps":              func(p *Policy, v []string) error { p.Applications = v; return nil },
	"locations":         func(p *Policy, v []string) error { p.Locations = v; return nil },
	"exclude-locations": func(p *Policy, v []string) error { p.ExcludeLocations = v; return nil },
	"roles":             func(p *Policy, v []string) error { p.Roles = v; return nil },
	"sign-in-frequency": func(p *Policy, v []string) error {
		d, err := time.ParseDuration(strings.Join(v, ","))
		if err != nil || d <= 0 {
			return fmt.Errorf("sign-in-frequency: %q is no duration such as 12h", strings.Join(v, ","))
		}
		p.SignInFrequency = d
		return nil
	},
}

// PolicyKeys returns the words that ChangePolicy knows.
func PolicyKeys() []string {
	keys := make([]string, 0, len(policyKeys))
	for k := range policyKeys {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func oneOf(field *string, key string, values []string, words map[string]string) error {
	text := strings.Join(values, ",")
	if word, ok := words[strings.ToLower(text)]; ok {
		*field = word
		return nil
	}
	var known []string
	for w := range words {
		known = append(known, w)
	}
	sort.Strings(known)
	return fmt.Errorf("%s: unknown value %q; the values are: %s", key, text, strings.Join(known, ", "))
}

// check completes a policy and refuses what the tenant does not know.
func (p *Policy) check(d *directory, home *tenant) error {
	if p.Name == "" {
		return fmt.Errorf("a policy needs a name")
	}
	if p.State == "" {
		p.State = PolicyOn
	}
	if p.Grant == "" {
		p.Grant = GrantBlock
	}
	if p.Where == "" {
		p.Where = WhereBrowser
	}
	for key, value := range map[string]string{"state": p.State, "grant": p.Grant, "where": p.Where} {
		if err := policyKeys[key](&Policy{}, []string{value}); err != nil {
			return fmt.Errorf("policy %q: %w", p.Name, err)
		}
	}
	if err := policyKeys["flow"](p, p.Flows); err != nil {
		return fmt.Errorf("policy %q: %w", p.Name, err)
	}
	for _, list := range [][]string{p.Users, p.ExcludeUsers} {
		for _, name := range list {
			if strings.EqualFold(name, "All") {
				continue
			}
			if u := d.userOf(name); u == nil || u.tenant != home {
				return fmt.Errorf("policy %q: %s has no user %q", p.Name, home.Name, name)
			}
		}
	}
	for i, name := range p.Roles {
		role, err := roleNamed(name)
		if err != nil {
			return fmt.Errorf("policy %q: %w", p.Name, err)
		}
		p.Roles[i] = role.Name
	}
	for _, list := range [][]string{p.Locations, p.ExcludeLocations} {
		for _, place := range list {
			if _, err := netip.ParsePrefix(place); err != nil && !strings.EqualFold(place, "All") {
				return fmt.Errorf("policy %q: the location %q is no address range such as 203.0.113.0/24", p.Name, place)
			}
		}
	}
	for _, name := range p.Applications {
		if !strings.EqualFold(name, "All") && !d.knowsApplication(name) {
			return fmt.Errorf("policy %q: unknown application %q", p.Name, name)
		}
	}
	if p.ID == "" {
		p.ID = d.identity("policy "+home.ID, p.Name)
	}
	return nil
}

func (d *directory) knowsApplication(name string) bool {
	for _, a := range d.applications {
		if strings.EqualFold(a.ID, name) || strings.EqualFold(a.Name, name) {
			return true
		}
	}
	return resourceNamed(name) != nil
}

// access is what a policy looks at.
type access struct {
	user        *user
	application *Application
	resource    *resource
	flow        string // FlowDeviceCode or ""
	address     string
	at          time.Time
	mfa         bool      // a second factor was given
	signedIn    time.Time // when the person last typed the password
}

// applies evaluates a policy's conditions, but for its state.
func (p *Policy) applies(a access) bool {
	for _, name := range p.ExcludeUsers {
		if strings.EqualFold(name, a.user.Principal) || strings.EqualFold(name, "All") {
			return false
		}
	}
	if len(p.Users) > 0 || len(p.Roles) > 0 {
		in := false
		for _, name := range p.Users {
			in = in || strings.EqualFold(name, "All") || strings.EqualFold(name, a.user.Principal)
		}
		for _, name := range p.Roles {
			for _, held := range a.user.Roles {
				in = in || strings.EqualFold(name, held)
			}
		}
		if !in {
			return false
		}
	}
	if !p.allApplications() {
		in := false
		for _, name := range p.Applications {
			in = in || a.resource.is(name) || strings.EqualFold(name, a.application.ID) || strings.EqualFold(name, a.application.Name)
		}
		if !in {
			return false
		}
	}
	if len(p.Flows) > 0 {
		in := false
		for _, flow := range p.Flows {
			in = in || flow == a.flow
		}
		if !in {
			return false
		}
	}
	if len(p.Locations) > 0 && !within(a.address, p.Locations) {
		return false
	}
	return !within(a.address, p.ExcludeLocations)
}

// allApplications reports whether the policy covers every resource, which decides between 530036 and 53003 (entra.md §5.1).
func (p *Policy) allApplications() bool {
	if len(p.Applications) == 0 {
		return true
	}
	for _, name := range p.Applications {
		if strings.EqualFold(name, "All") {
			return true
		}
	}
	return false
}

func within(address string, ranges []string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, text := range ranges {
		if strings.EqualFold(text, "All") {
			return true
		}
		if prefix, err := netip.ParsePrefix(text); err == nil && prefix.Contains(ip) {
			return true
		}
	}
	return false
}

// verdict is what all policies of a tenant together say to one access.
type verdict struct {
	results        []PolicyResult
	block          *Policy // the first that blocks
	blockInBrowser *Policy // the first that blocks before the last page
	compliant      *Policy // the first that wants a compliant device, which a printer cannot show
	mfa            *Policy // the first that wants a second factor that was not given
	stale          *Policy // the first whose sign-in frequency is over
}

// evaluate asks every policy of the user's tenant.
func evaluate(policies []*Policy, a access) verdict {
	var v verdict
	for _, p := range policies {
		r := PolicyResult{ID: p.ID, Name: p.Name, Grant: p.Grant}
		switch {
		case p.State == PolicyOff:
			r.Result = "notEnabled"
		case a.at.Before(p.From), !p.applies(a):
			r.Result = "notApplied"
		default:
			old := p.SignInFrequency > 0 && a.at.Sub(a.signedIn) > p.SignInFrequency
			unmet := p.Grant == GrantBlock || p.Grant == GrantCompliant || p.Grant == GrantMFA && !a.mfa || old
			switch {
			case p.State == PolicyReportOnly && unmet:
				r.Result = "reportOnlyFailure"
			case p.State == PolicyReportOnly:
				r.Result = "reportOnlySuccess"
			case unmet:
				r.Result = "failure"
			default:
				r.Result = "success"
			}
			if p.State == PolicyOn && unmet {
				v.note(p, a.mfa, old)
			}
		}
		v.results = append(v.results, r)
	}
	return v
}

func (v *verdict) note(p *Policy, mfa, old bool) {
	first := func(slot **Policy) {
		if *slot == nil {
			*slot = p
		}
	}
	switch {
	case p.Grant == GrantBlock:
		first(&v.block)
		if p.Where == WhereBrowser {
			first(&v.blockInBrowser)
		}
	case p.Grant == GrantCompliant:
		first(&v.compliant)
	case p.Grant == GrantMFA && !mfa:
		first(&v.mfa)
	}
	if old {
		first(&v.stale)
	}
}
