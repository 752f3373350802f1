package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"mfpsim/scenarios"
)

// listCommand is `mfpsim list`.
type listCommand struct {
	Patterns []string `arg:"" optional:"" name:"pattern" help:"Scenarios: an ID, a folder, or a path pattern. Default: all."`
	Guide    bool     `help:"List by the chapters of the guide: chapter, question, scenario."`
}

// Run prints the list.
func (c *listCommand) Run(s *streams) error {
	all, err := scenarios.All()
	if err != nil {
		return err
	}
	picked, err := scenarios.Select(all, c.Patterns)
	if err != nil {
		return usageError{err}
	}
	if c.Guide {
		return listGuide(s, picked)
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, one := range picked {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", one.ID, one.Level, one.Title)
	}
	return table.Flush()
}

// listGuide prints each chapter of the guide with its scenarios, in the order in which the guide's rules come.
func listGuide(s *streams, picked []scenarios.Scenario) error {
	rules, err := scenarios.Rules()
	if err != nil {
		return err
	}
	var chapters []string
	known := map[string]bool{}
	add := func(chapter string) {
		if chapter != "" && !known[chapter] {
			known[chapter] = true
			chapters = append(chapters, chapter)
		}
	}
	for _, rule := range rules {
		add(rule.Source)
	}
	for _, one := range picked {
		add(one.Guide)
	}
	for _, chapter := range chapters {
		var lines []string
		for _, one := range picked {
			if strings.EqualFold(one.Guide, chapter) {
				lines = append(lines, fmt.Sprintf("  %s\n      mfpsim run %s\n", one.Title, one.ID))
			}
		}
		if len(lines) > 0 {
			_, _ = fmt.Fprintf(s.out, "%s\n%s\n", chapter, strings.Join(lines, ""))
		}
	}
	return nil
}
