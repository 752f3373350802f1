package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

// Proofs are the rules that the scenario can prove: those that it names, unless it sets a Conditional Access policy of
// which the bench cannot say whether it applies. Such a policy neither blocks nor grants, so whatever is seen with it
// says nothing of a real organization.
func (s Scenario) Proofs() []string {
	if len(s.unknownPolicies()) > 0 {
		return nil
	}
	return s.Proves
}

// unknownPolicies are the names of policies that the scenario's own files make unknown. What depends on an organization
// (users, groups and locations that it does not have) is seen only where the scenario is played.
func (s Scenario) unknownPolicies() []string {
	if !strings.Contains(s.Text, "policy") {
		return nil // no line sets one: most scenarios need not be read for it
	}
	lines, err := s.lines()
	if err != nil {
		return nil // told where it is played
	}
	files := map[string][]byte{}
	for _, f := range s.archive().Files {
		files[f.Name] = f.Data
	}
	var unknown []string
	for _, l := range lines {
		if len(l.words) != 4 || l.words[0] != "entra" || l.words[1] != "policy" {
			continue
		}
		text, there := files[l.words[3]]
		if _, graph, err := phrase.PolicyFile(text); !there || err != nil || !graph {
			continue
		}
		p, err := fakeentra.ReadPolicy(text)
		if err == nil && p.State != "off" && slices.ContainsFunc(p.Unknown(), isCondition) {
			unknown = append(unknown, l.words[2])
		}
	}
	return unknown
}

// isCondition tells a condition that is not simulated from an id that an organization may have.
func isCondition(reason string) bool { return !strings.Contains(reason, " ") }

// warnings name the policies of the bench that are unknown, now or where somebody signed in.
func (p *play) warnings() []string {
	var names []string
	reasons := map[string][]string{}
	add := func(name string, unknown []string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		for _, reason := range unknown {
			if !slices.Contains(reasons[name], reason) {
				reasons[name] = append(reasons[name], reason)
			}
		}
	}
	for _, row := range p.lab.Entra.SignIns() {
		for _, applied := range row.Policies {
			if len(applied.Unknown) > 0 {
				add(applied.Name, applied.Unknown)
			}
		}
	}
	for _, policy := range p.lab.Entra.UnknownPolicies() {
		add(policy.Name, policy.Unknown())
	}
	var warnings []string
	for _, name := range names {
		warnings = append(warnings, fmt.Sprintf("the policy %q is unknown, it neither blocks nor grants, and no rule is proved: not simulated: %s",
			name, strings.Join(reasons[name], ", ")))
	}
	return warnings
}
