package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// RuleKind says how a rule of the guide is proved.
type RuleKind string

// The kinds of rules.
const (
	RuleBehaviour RuleKind = "behaviour" // a scenario proves it
	RuleDocument  RuleKind = "document"  // a page or a text carries it: Where names it
)

// Rule is one statement of the guide.
type Rule struct {
	ID       string   `yaml:"id"`       // "R39"
	Source   string   `yaml:"source"`   // the guide's chapter that states it
	Kind     RuleKind `yaml:"kind"`     // how it is proved
	Sentence string   `yaml:"sentence"` // what it says, in our words
	Where    string   `yaml:"where"`    // of a document rule: the page or text that carries it
	// Open says what a behaviour rule without a scenario waits for; the list of open rules only shrinks.
	Open string `yaml:"open"`
	// ProvedBy lists the scenarios that name the rule, in order of their IDs; filled by [RulesWithProof].
	ProvedBy []string `yaml:"-"`
}

var loadRules = sync.OnceValues(func() ([]Rule, error) {
	text, err := embedded.ReadFile("rules.yaml")
	if err != nil {
		return nil, err
	}
	return ParseRules("rules.yaml", text)
})

// Rules returns the rules of the guide in the order of their numbers.
func Rules() ([]Rule, error) {
	rules, err := loadRules()
	return slices.Clone(rules), err
}

// ParseRules reads a list of rules; unknown keys, a rule twice and a kind that is none are errors with the file's name.
func ParseRules(file string, text []byte) ([]Rule, error) {
	var rules []Rule
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&rules); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	seen := map[string]bool{}
	for i, r := range rules {
		fail := func(format string, args ...any) ([]Rule, error) {
			return nil, &LineError{File: file, Line: lineOf(text, r.ID), Message: fmt.Sprintf(format, args...)}
		}
		switch {
		case r.ID == "":
			return fail("rule number %d of the list has no id", i+1)
		case seen[r.ID]:
			return fail("rule %s stands twice", r.ID)
		case r.Sentence == "":
			return fail("rule %s has no sentence", r.ID)
		case r.Kind != RuleBehaviour && r.Kind != RuleDocument:
			return fail(
				"rule %s is of unknown kind %q; the kinds are %s, %s", r.ID, r.Kind, RuleBehaviour, RuleDocument,
			)
		case r.Kind == RuleDocument && r.Where == "":
			return fail("rule %s is proved by a document, but does not say where", r.ID)
		}
		seen[r.ID] = true
	}
	return rules, nil
}

func lineOf(text []byte, id string) int {
	for i, line := range strings.Split(string(text), "\n") {
		if id != "" && strings.Contains(line+",", "id: "+id+",") {
			return i + 1
		}
	}
	return 1
}

// RulesWithProof returns the rules, each with the scenarios of a list that prove it.
func RulesWithProof(all []Scenario) ([]Rule, error) {
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		proofs := s.Proofs()
		for i := range rules {
			if slices.Contains(proofs, rules[i].ID) {
				rules[i].ProvedBy = append(rules[i].ProvedBy, s.ID)
			}
		}
	}
	return rules, nil
}
