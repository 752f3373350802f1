package phrase

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakeentra"
)

// Policy reads what is to be changed in a Conditional Access policy: "state=on", "users=All",
// "exclude=admin@contoso.com", "from=2026-04-15". Values are lists, parted by commas.
func Policy(words []string) (change func(*fakeentra.Policy), err error) {
	var changes []func(*fakeentra.Policy)
	for _, word := range words {
		key, value, is := strings.Cut(word, "=")
		key = strings.ToLower(key)
		read, known := policyWords[key]
		if !is || !known {
			return nil, &choice.Error{
				What: "word of a policy", Wanted: word, Present: withEquals(slices.Sorted(maps.Keys(policyWords))),
			}
		}
		var values []string
		for _, v := range strings.Split(value, ",") {
			if v = strings.TrimSpace(v); v != "" {
				values = append(values, v)
			}
		}
		if len(values) == 0 && !strings.HasPrefix(key, "exclude") {
			return nil, fmt.Errorf("%s= has no value", key)
		}
		change, err := read(values)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return func(p *fakeentra.Policy) {
		for _, change := range changes {
			change(p)
		}
	}, nil
}

// policyWord reads the values of one key.
type policyWord func(values []string) (change func(*fakeentra.Policy), err error)

// policyWords are the keys of a policy. Which values there are, the directory says, since some are of the tenant.
var policyWords = map[string]policyWord{
	"state":    joined(func(p *fakeentra.Policy) *string { return &p.State }),
	"operator": joined(func(p *fakeentra.Policy) *string { return &p.Operator }),
	"where":    joined(func(p *fakeentra.Policy) *string { return &p.Where }),
	"grant": func(values []string) (func(*fakeentra.Policy), error) {
		return func(p *fakeentra.Policy) { p.Controls, p.Grant = slices.Clone(values), values[0] }, nil
	},
	"flow":              listOf(func(p *fakeentra.Policy) *[]string { return &p.Flows }),
	"from":              date("from", func(p *fakeentra.Policy) *time.Time { return &p.From }),
	"enforced":          date("enforced", func(p *fakeentra.Policy) *time.Time { return &p.Enforced }),
	"users":             listOf(func(p *fakeentra.Policy) *[]string { return &p.Users }),
	"exclude":           listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludeUsers }),
	"apps":              listOf(func(p *fakeentra.Policy) *[]string { return &p.Applications }),
	"exclude-apps":      listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludeApps }),
	"locations":         listOf(func(p *fakeentra.Policy) *[]string { return &p.Locations }),
	"exclude-locations": listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludeLocations }),
	"roles":             listOf(func(p *fakeentra.Policy) *[]string { return &p.Roles }),
	"exclude-roles":     listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludeRoles }),
	"groups":            listOf(func(p *fakeentra.Policy) *[]string { return &p.Groups }),
	"exclude-groups":    listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludeGroups }),
	"platforms":         listOf(func(p *fakeentra.Policy) *[]string { return &p.Platforms }),
	"exclude-platforms": listOf(func(p *fakeentra.Policy) *[]string { return &p.ExcludePlatforms }),
	"client-apps":       listOf(func(p *fakeentra.Policy) *[]string { return &p.ClientApps }),
	"sign-in-risk":      listOf(func(p *fakeentra.Policy) *[]string { return &p.SignInRisks }),
	"user-risk":         listOf(func(p *fakeentra.Policy) *[]string { return &p.UserRisks }),
	"sign-in-frequency": func(values []string) (func(*fakeentra.Policy), error) {
		text := strings.Join(values, ",")
		if strings.EqualFold(text, "every-time") {
			return func(p *fakeentra.Policy) { p.EveryTime, p.SignInFrequency = true, 0 }, nil
		}
		d, err := fine(text)
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("sign-in-frequency: %q is no duration such as 12h or 7d, nor every-time", text)
		}
		return func(p *fakeentra.Policy) { p.EveryTime, p.SignInFrequency = false, d }, nil
	},
}

func joined(field func(*fakeentra.Policy) *string) policyWord {
	return func(values []string) (func(*fakeentra.Policy), error) {
		return func(p *fakeentra.Policy) { *field(p) = strings.Join(values, ",") }, nil
	}
}

func listOf(field func(*fakeentra.Policy) *[]string) policyWord {
	return func(values []string) (func(*fakeentra.Policy), error) {
		return func(p *fakeentra.Policy) { *field(p) = slices.Clone(values) }, nil
	}
}

func date(key string, field func(*fakeentra.Policy) *time.Time) policyWord {
	return func(values []string) (func(*fakeentra.Policy), error) {
		at, err := Date(strings.Join(values, ","))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		return func(p *fakeentra.Policy) { *field(p) = at }, nil
	}
}

// PolicyFile reads a policy from a file. graph is true if it has the shape of Microsoft Graph, as the portal exports
// it; else it is an object whose keys are those of [Policy], values texts or lists of texts, and words are these.
func PolicyFile(content []byte) (words []string, graph bool, err error) {
	var object map[string]any
	if err := json.Unmarshal(content, &object); err != nil {
		return nil, false, errors.New("no JSON object")
	}
	for _, member := range []string{"conditions", "grantControls", "displayName"} {
		if _, has := object[member]; has {
			return nil, true, nil
		}
	}
	for key, value := range object {
		switch v := value.(type) {
		case string:
			words = append(words, key+"="+v)
		case []any:
			parts := make([]string, len(v))
			for i, part := range v {
				parts[i] = fmt.Sprint(part)
			}
			words = append(words, key+"="+strings.Join(parts, ","))
		default:
			return nil, false, fmt.Errorf("the value of %q is neither a text nor a list of texts", key)
		}
	}
	slices.Sort(words)
	return words, false, nil
}
