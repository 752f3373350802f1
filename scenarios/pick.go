package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/choice"
)

// Tags are the words by which a scenario can be picked: those of its header, its folder, its level, what it needs of a
// device, the number of the guide's chapter, and "handover" if a person can take it over.
func (s Scenario) Tags() []string {
	folder, _, _ := strings.Cut(s.ID, "/")
	tags := append(slices.Clone(s.tags), folder, strings.ToLower(s.Level))
	for _, need := range s.Required() {
		tags = append(tags, string(need))
	}
	if number, _ := s.Chapter(english); number != "" {
		tags = append(tags, number)
	}
	if s.HandoverLine() > 0 {
		tags = append(tags, "handover")
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Picked picks scenarios by patterns (see [Select]) and, of those, the ones that have all the tags and name one of the
// rules. A tag or a rule that no scenario has is an error that says what there is.
func Picked(all []Scenario, patterns, tags, rules []string) ([]Scenario, error) {
	picked, err := Select(all, patterns)
	if err != nil || len(tags)+len(rules) == 0 {
		return picked, err
	}
	var knownTags, knownRules []string
	for _, s := range all {
		knownTags = append(knownTags, s.Tags()...)
		knownRules = append(knownRules, s.Proves...)
	}
	for _, asked := range []struct {
		what         string
		wanted, have []string
	}{{"tag", tags, knownTags}, {"rule", rules, knownRules}} {
		slices.Sort(asked.have)
		asked.have = slices.Compact(asked.have)
		for _, wanted := range asked.wanted {
			if !slices.Contains(asked.have, wanted) {
				return nil, &choice.Error{What: asked.what, Wanted: wanted, Present: asked.have}
			}
		}
	}
	picked = slices.DeleteFunc(slices.Clone(picked), func(s Scenario) bool {
		has := s.Tags()
		lacks := func(tag string) bool { return !slices.Contains(has, tag) }
		names := func(rule string) bool { return slices.Contains(s.Proves, rule) }
		return slices.ContainsFunc(tags, lacks) || len(rules) > 0 && !slices.ContainsFunc(rules, names)
	})
	if len(picked) == 0 {
		return nil, fmt.Errorf("no scenario has all that was asked for; mfpsim list shows what each tag or rule alone picks")
	}
	return picked, nil
}
