package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mfpsim/defects"
)

// table prints what came of each defect that was planted, and the percentages of all. It returns how many of the
// planted ones were not caught as they were meant to be.
func table(all, picked []defects.Defect, verdicts map[string]defects.Verdict) (survivors int) {
	for _, d := range picked {
		v := verdicts[d.ID]
		word := "caught"
		switch {
		case d.Escapes != "":
			fmt.Printf("%-8s %s: %s\n", "equal", d.ID, d.Escapes)
			continue
		case !v.Caught():
			word = "SURVIVES"
			survivors++
		case len(v.Tests) > 0:
		case len(v.Red) == 0:
			word = "broken" // red, but at no assertion
		case len(d.Caught) > 0 &&
			!slices.ContainsFunc(d.Caught, func(id string) bool { return slices.Contains(v.Red, id) }):
			word = "others"
			survivors++
		}
		fmt.Printf(
			"%-8s %-44s %s\n", word, d.ID,
			strings.Join(append(append(slices.Clone(v.Red), v.Broken...), v.Tests...), " "),
		)
	}
	count, caught := map[string]int{}, map[string]int{}
	for _, d := range all {
		v, planted := verdicts[d.ID]
		if !planted || d.Escapes != "" {
			continue
		}
		for _, area := range []string{d.Area, "all"} {
			count[area]++
			if v.Caught() {
				caught[area]++
			}
		}
	}
	for _, area := range slices.Sorted(maps.Keys(count)) {
		fmt.Printf("%4d of %-4d %3d %%  %s\n", caught[area], count[area], 100*caught[area]/count[area], area)
	}
	return survivors
}

// write keeps the verdicts and the page for people.
func (p *planter) write(all []defects.Defect) error {
	var verdicts []defects.Verdict
	for _, d := range all {
		if v, planted := p.before[d.ID]; planted {
			verdicts = append(verdicts, v)
		}
	}
	text, err := defects.FormatVerdicts(verdicts)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.root, "defects", "verdicts.yaml"), text, 0o644); err != nil {
		return err
	}
	named, err := defects.AllNamed()
	if err != nil {
		return err
	}
	page := defects.Page(all, verdicts, named, slices.Collect(maps.Keys(p.texts)))
	return os.WriteFile(filepath.Join(p.root, "docs", "defects.md"), []byte(page), 0o644)
}
