package main

import (
	"fmt"
	"strings"

	"mfpsim/scenarios"
)

// coverageCommand is `mfpsim coverage`.
type coverageCommand struct{}

// Run prints the rules with their scenarios, and fails on a behaviour that nothing proves and on a rule that is called open
// although a scenario proves it.
func (*coverageCommand) Run(s *streams) error {
	rules, err := scenarios.RulesWithProof()
	if err != nil {
		return err
	}
	text, wrong := coverage(rules)
	_, _ = fmt.Fprint(s.out, text)
	for _, complaint := range wrong {
		_, _ = fmt.Fprintln(s.err, "mfpsim: "+complaint)
	}
	if len(wrong) > 0 {
		return exit(exitFailed)
	}
	return nil
}

// coverage writes the table and tells what is wrong with it.
func coverage(rules []scenarios.Rule) (text string, wrong []string) {
	var b strings.Builder
	var proved, documents, open int
	for _, rule := range rules {
		_, _ = fmt.Fprintf(&b, "%-4s %s\n", rule.ID, rule.Sentence)
		switch {
		case rule.Kind == scenarios.RuleDocument:
			documents++
			_, _ = fmt.Fprintf(&b, "     carried by %s\n", rule.Where)
		case len(rule.ProvedBy) > 0 && rule.Open != "":
			wrong = append(wrong, fmt.Sprintf("%s is listed as open (%s), but %s proves it: take it off the list", rule.ID, rule.Open, rule.ProvedBy[0]))
		case len(rule.ProvedBy) > 0:
			proved++
		case rule.Open != "":
			open++
			_, _ = fmt.Fprintf(&b, "     open: %s\n", rule.Open)
		default:
			wrong = append(wrong, rule.ID+" is proved by no scenario: "+rule.Sentence)
		}
		for _, id := range rule.ProvedBy {
			_, _ = fmt.Fprintf(&b, "     %s\n", id)
		}
	}
	_, _ = fmt.Fprintf(&b, "%d rules: %d proved, %d carried by a document, %d open, %d without proof\n",
		len(rules), proved, documents, open, len(wrong))
	return b.String(), wrong
}
