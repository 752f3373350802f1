package access

import (
	"fmt"
	"slices"
	"strings"
)

// Words of Microsoft Graph's conditionalAccessConditionSet: [D] graph/api/resources/conditionalaccessconditionset.
var (
	platformWords  = []string{"all", "android", "iOS", "windows", "windowsPhone", "macOS", "linux"}
	clientAppWords = []string{
		"all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other",
	}
	riskWords     = []string{"low", "medium", "high", "none"}
	userWords     = []string{"All", "None", "GuestsOrExternalUsers"}
	appWords      = []string{"All", "None", "Office365", "MicrosoftAdminPortals"}
	locationWords = []string{"All", "AllTrusted"}
)

// Lookups find what policies name in a tenant, as the directory writes it.
type Lookups struct {
	Home                               string // the tenant's display name
	User, Group, Application, Location func(string) (string, bool)
	Role                               func(string) (string, error)
}

// Complete fills a policy in, writes every name as the directory has it, and refuses what the tenant does not know.
func (p *Policy) Complete(n Lookups) error {
	wrong := func(format string, values ...any) error {
		return fmt.Errorf("policy %q: "+format, append([]any{p.Name}, values...)...)
	}
	if strings.TrimSpace(p.Name) == "" {
		return fmt.Errorf("a policy needs a name")
	}
	if err := p.checkControls(); err != nil {
		return wrong("%w", err)
	}
	if err := closed["flow"](p, p.Flows); err != nil {
		return wrong("%w", err)
	}
	for _, list := range []struct {
		what   string
		values *[]string
		find   func(string) (string, bool)
	}{
		{"user", &p.Users, known(userWords, n.User)},
		{"user", &p.ExcludeUsers, known(userWords, n.User)},
		{"group", &p.Groups, n.Group},
		{"group", &p.ExcludeGroups, n.Group},
		{"application", &p.Applications, known(appWords, n.Application)},
		{"application", &p.ExcludeApps, known(appWords, n.Application)},
		{"location", &p.Locations, known(locationWords, n.Location)},
		{"location", &p.ExcludeLocations, known(locationWords, n.Location)},
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
			case isID(text) && list.what != "platform":
				name = strings.ToLower(text) // of another tenant, or of an application that nobody has here
			case list.what == "user" || list.what == "group":
				return wrong("%s has no %s %q", n.Home, list.what, text)
			case list.what == "location":
				return wrong("the location %q is no address range such as 203.0.113.0/24, and no named location of %s", text,
					n.Home)
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
			role, err := n.Role(text)
			if err != nil && isID(text) {
				role, err = strings.ToLower(text), nil // nobody holds it here
			}
			if err != nil {
				return wrong("%w", err)
			}
			names = append(names, role)
		}
		*list = names
	}
	return nil
}

// checkControls completes what the policy demands.
func (p *Policy) checkControls() error {
	for _, word := range []struct {
		key         string
		field       *string
		ifItIsEmpty string
	}{{"state", &p.State, StateOn}, {"where", &p.Where, WhereEvaluated}, {"operator", &p.Operator, OperatorOr}} {
		if *word.field == "" {
			*word.field = word.ifItIsEmpty
		}
		if err := closed[word.key](p, []string{*word.field}); err != nil {
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
	if err := closed["grant"](p, controls); err != nil {
		return err
	}
	if len(p.Controls) > 1 && (slices.Contains(p.Controls, GrantBlock) || slices.Contains(p.Controls, GrantNone)) {
		return fmt.Errorf("grant: %s and %s stand alone", GrantBlock, GrantNone)
	}
	p.writeMembers()
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
