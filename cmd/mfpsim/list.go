package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"mfpsim/scenarios"
)

// picking is how a command line picks scenarios.
type picking struct {
	Patterns []string `arg:"" optional:"" name:"pattern" help:"Scenarios: an ID, a folder, or a path pattern. Default: all."`
	Tag      []string `placeholder:"WORD,…" help:"Only those that have all these tags: words of the header's tags, the folder, must or should, a capability, the number of the guide's chapter (8b), handover."`
	Rule     []string `placeholder:"RULE,…" help:"Only those that name one of these rules of the guide, as R40."`
	Folder   string   `placeholder:"DIR" help:"Read the scenarios from this source folder, not those built into the program."`
}

// listCommand is `mfpsim list`.
type listCommand struct {
	picking
	Guide bool `help:"List by the chapters of the guide: chapter, question, scenario."`
	Tags  bool `help:"Print the tags of each scenario too."`
}

// Run prints the list.
func (c *listCommand) Run(s *streams) error {
	all, err := scenarios.In(c.Folder)
	if err != nil {
		return usageError{err}
	}
	picked, err := scenarios.Picked(all, c.Patterns, c.Tag, c.Rule)
	if err != nil {
		return usageError{err}
	}
	if c.Guide {
		return listGuide(s, picked)
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, one := range picked {
		title := one.Title
		if c.Tags {
			title += " [" + strings.Join(one.Tags(), " ") + "]"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", one.ID, one.Level, title)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	folder := ""
	if c.Folder != "" {
		folder = " --folder " + c.Folder
	}
	_, _ = fmt.Fprintf(s.err, "Play one: mfpsim run%s ID. Play it up to where a person takes over, and go on by hand: mfpsim serve%s --scenario ID\n", folder, folder)
	return nil
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
				lines = append(lines, fmt.Sprintf("  %s\n      mfpsim run %s\n      mfpsim serve --scenario %s\n", one.Title, one.ID, one.ID))
			}
		}
		if len(lines) > 0 {
			_, _ = fmt.Fprintf(s.out, "%s\n%s\n", chapter, strings.Join(lines, ""))
		}
	}
	return nil
}
