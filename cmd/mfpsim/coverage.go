package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mfpsim/defects"
	"mfpsim/scenarios"
)

// coverageCommand is `mfpsim coverage`.
type coverageCommand struct {
	Folder string `placeholder:"DIR" help:"Show what the scenarios of this source folder claim, not those built into the program. A rule that none of them names is no failure then."`
	Source string `placeholder:"FOLDER" help:"Folder with the module's source, needed to see which verdicts are stale. Default: the current folder, if it has the source."`
}

// Run prints the rules with what proves them, and fails on a behaviour that nothing proves and on a rule that is called
// open although a scenario claims it.
func (c *coverageCommand) Run(s *streams) error {
	source, err := c.source()
	if err != nil {
		return err
	}
	played, err := scenarios.In(c.Folder)
	if err != nil {
		return usageError{err}
	}
	rules, err := scenarios.RulesWithProof(played)
	if err != nil {
		return err
	}
	list, err := defects.All()
	if err != nil {
		return err
	}
	verdicts, err := defects.Verdicts()
	if err != nil {
		return err
	}
	text, wrong := coverage(rules, defects.Proofs(list, verdicts, played, source))
	_, _ = fmt.Fprint(s.out, text)
	if source == nil {
		_, _ = fmt.Fprintln(s.out, "The source is not at hand: whether a defect's file has changed since is not known.")
	}
	if c.Folder == "" {
		for _, complaint := range wrong {
			_, _ = fmt.Fprintln(s.err, "mfpsim: "+complaint)
		}
	}
	if len(wrong) > 0 && c.Folder == "" {
		return exit(exitFailed)
	}
	return nil
}

// source is the module's source folder; nil if it is not at hand.
func (c *coverageCommand) source() (fs.FS, error) {
	folder := c.Source
	if folder == "" {
		folder = "."
	}
	module, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err == nil && strings.HasPrefix(string(module), "module mfpsim\n") {
		return os.DirFS(folder), nil
	}
	if c.Source != "" {
		return nil, usageError{fmt.Errorf("%s is not the source of mfpsim", c.Source)}
	}
	return nil, nil
}

// coverage writes the table and tells what is wrong with it. A rule is proved by a defect that breaks it and a scenario
// that claims it and turns red; it is only claimed where a scenario names it and no such defect is known.
func coverage(rules []scenarios.Rule, proofs map[string][]defects.Proof) (text string, wrong []string) {
	var b strings.Builder
	count := map[string]int{}
	for _, rule := range rules {
		state := stateOf(rule, proofs[rule.ID])
		count[state]++
		_, _ = fmt.Fprintf(&b, "%-4s %-8s %s\n", rule.ID, state, rule.Sentence)
		switch {
		case rule.Open != "" && len(rule.ProvedBy) > 0:
			wrong = append(
				wrong,
				fmt.Sprintf(
					"%s is listed as open (%s), but %s proves it: take it off the list", rule.ID, rule.Open,
					rule.ProvedBy[0],
				),
			)
		case state == stateNothing:
			wrong = append(wrong, rule.ID+" is proved by no scenario: "+rule.Sentence)
		case state == stateDocument:
			_, _ = fmt.Fprintf(&b, "     carried by %s\n", rule.Where)
		case state == stateOpen:
			_, _ = fmt.Fprintf(&b, "     waits for %s\n", rule.Open)
		}
		for _, proof := range proofs[rule.ID] {
			stale := ""
			if proof.Stale {
				stale = " (stale: what it rests on has changed)"
			}
			_, _ = fmt.Fprintf(&b, "     %s → %s%s\n", proof.Defect, strings.Join(proof.Scenarios, " "), stale)
		}
		if state == stateClaimed {
			_, _ = fmt.Fprintf(&b, "     %s\n", strings.Join(rule.ProvedBy, " "))
		}
	}
	_, _ = fmt.Fprintf(
		&b,
		"%d rules: %d proved, %d stale, %d only claimed, %d carried by a document, %d open, %d without a scenario\n",
		len(rules), count[stateProved], count[stateStale], count[stateClaimed], count[stateDocument],
		count[stateOpen], count[stateNothing],
	)
	return b.String(), wrong
}

// The states of a rule.
const (
	stateProved   = "proved"
	stateStale    = "stale"
	stateClaimed  = "claimed"
	stateDocument = "document"
	stateOpen     = "open"
	stateNothing  = "nothing"
)

func stateOf(rule scenarios.Rule, proofs []defects.Proof) string {
	switch {
	case rule.Kind == scenarios.RuleDocument:
		return stateDocument
	case slices.ContainsFunc(proofs, func(p defects.Proof) bool { return !p.Stale }):
		return stateProved
	case len(proofs) > 0:
		return stateStale
	case len(rule.ProvedBy) > 0:
		return stateClaimed
	case rule.Open != "":
		return stateOpen
	}
	return stateNothing
}
