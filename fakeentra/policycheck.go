package fakeentra

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/resources"
)

// Words of Microsoft Graph's conditionalAccessConditionSet: [D] graph/api/resources/conditionalaccessconditionset.
var (
	platformWords  = []string{"all", "android", "iOS", "windows", "windowsPhone", "macOS", "linux"}
	clientAppWords = []string{"all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"}
	riskWords      = []string{"low", "medium", "high", "none"}
	userWords      = []string{"All", "None", "GuestsOrExternalUsers"}
	appWords       = []string{"All", "None", "Office365"}
	locationWords  = []string{"All", "AllTrusted"}
)

// check completes a policy, writes every name as the directory has it, and refuses what the tenant does not know.
func (p *Policy) check(d *directory, home *tenant) error {
	wrong := func(format string, values ...any) error {
		return fmt.Errorf("policy %q: "+format, append([]any{p.Name}, values...)...)
	}
	if strings.TrimSpace(p.Name) == "" {
		return fmt.Errorf("a policy needs a name")
	}
	if err := p.checkControls(); err != nil {
		return wrong("%w", err)
	}
	if err := policyKeys["flow"](p, p.Flows); err != nil {
		return wrong("%w", err)
	}
	for _, list := range []struct {
		what   string
		values *[]string
		find   func(string) (string, bool)
	}{
		{"user", &p.Users, known(userWords, d.userIn(home))},
		{"user", &p.ExcludeUsers, known(userWords, d.userIn(home))},
		{"group", &p.Groups, d.groupIn(home)},
		{"group", &p.ExcludeGroups, d.groupIn(home)},
		{"application", &p.Applications, known(appWords, d.applicationNamed)},
		{"application", &p.ExcludeApps, known(appWords, d.applicationNamed)},
		{"location", &p.Locations, known(locationWords, home.locationOrRange)},
		{"location", &p.ExcludeLocations, known(locationWords, home.locationOrRange)},
		{"platform", &p.Platforms, known(platformWords, nil)},
		{"platform", &p.ExcludePlatforms, known(platformWords, nil)},
		{"client application type", &p.ClientApps, known(clientAppWords, nil)},
		{"sign-in risk level", &p.SignInRisks, known(riskWords, nil)},
		{"user risk level", &p.UserRisks, known(riskWords, nil)},
	} {
		names := make([]string, 0, len(*list.values))
		for _, text := range *list.values {
			name, ok := list.find(text)
			switch {
			case ok:
			case list.what == "user" || list.what == "group":
				return wrong("%s has no %s %q", home.Name, list.what, text)
			case list.what == "location":
				return wrong("the location %q is no address range such as 203.0.113.0/24, and no named location of %s", text, home.Name)
			default:
				return wrong("unknown %s %q", list.what, text)
			}
			names = append(names, name)
		}
		*list.values = names
	}
	for _, list := range []*[]string{&p.Roles, &p.ExcludeRoles} {
		names := make([]string, 0, len(*list))
		for _, text := range *list {
			role, err := roleNamed(text)
			if err != nil {
				return wrong("%w", err)
			}
			names = append(names, role.Name)
		}
		*list = names
	}
	if p.ID == "" {
		p.ID = d.identity("policy "+home.ID, p.Name)
	}
	return nil
}

// checkControls completes what the policy demands.
func (p *Policy) checkControls() error {
	for _, word := range []struct {
		key         string
		field       *string
		ifItIsEmpty string
	}{{"state", &p.State, PolicyOn}, {"where", &p.Where, WhereEvaluated}, {"operator", &p.Operator, OperatorOr}} {
		if *word.field == "" {
			*word.field = word.ifItIsEmpty
		}
		if err := policyKeys[word.key](p, []string{*word.field}); err != nil {
			return err
		}
	}
	controls := p.Controls
	if p.Grant != "" && !slices.Contains(controls, p.Grant) {
		controls = []string{p.Grant}
	}
	if len(controls) == 0 {
		controls = []string{GrantBlock}
	}
	if err := policyKeys["grant"](p, controls); err != nil {
		return err
	}
	if len(p.Controls) > 1 && (slices.Contains(p.Controls, GrantBlock) || slices.Contains(p.Controls, GrantNone)) {
		return fmt.Errorf("grant: %s and %s stand alone", GrantBlock, GrantNone)
	}
	if p.SignInFrequency < 0 {
		return fmt.Errorf("sign-in-frequency: it cannot be negative")
	}
	return nil
}

// known looks a word up among keywords first, then by another look-up.
func known(words []string, otherwise func(string) (string, bool)) func(string) (string, bool) {
	return func(text string) (string, bool) {
		for _, w := range words {
			if strings.EqualFold(w, text) {
				return w, true
			}
		}
		if otherwise == nil {
			return "", false
		}
		return otherwise(text)
	}
}

// userIn finds the principal of a user of a tenant by principal or object id.
func (d *directory) userIn(home *tenant) func(string) (string, bool) {
	return func(text string) (string, bool) {
		for _, u := range d.userOrder {
			if u.tenant == home && !u.deleted && (strings.EqualFold(u.Principal, text) || strings.EqualFold(u.ID, text)) {
				return u.Principal, true
			}
		}
		return "", false
	}
}

// groupIn finds the name of a group of a tenant by name or id; a group is there once a user is in it.
func (d *directory) groupIn(home *tenant) func(string) (string, bool) {
	return func(text string) (string, bool) {
		for _, u := range d.userOrder {
			for _, g := range u.Groups {
				if u.tenant == home && !u.deleted && (strings.EqualFold(g, text) || strings.EqualFold(d.groupID(home, g), text)) {
					return g, true
				}
			}
		}
		return "", false
	}
}

// groupID is the object id of a group.
func (d *directory) groupID(home *tenant, name string) string {
	return d.identity("group "+home.ID, strings.ToLower(name))
}

// applicationNamed finds the name of an application or a resource by name or id.
func (d *directory) applicationNamed(text string) (string, bool) {
	for _, id := range slices.Sorted(maps.Keys(d.applications)) {
		if a := d.applications[id]; strings.EqualFold(a.ID, text) || strings.EqualFold(a.Name, text) {
			return text, true
		}
	}
	if r := resources.Named(text); r != nil {
		return text, true
	}
	return "", false
}

// locationOrRange finds a named location by name or id, or reads an address range.
func (t *tenant) locationOrRange(text string) (string, bool) {
	if l := t.location(text); l != nil {
		return l.Name, true
	}
	_, err := netip.ParsePrefix(text)
	return text, err == nil
}

func (t *tenant) location(text string) *NamedLocation {
	for _, l := range t.locations {
		if strings.EqualFold(l.Name, text) || strings.EqualFold(l.ID, text) {
			return l
		}
	}
	return nil
}
