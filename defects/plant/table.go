package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mfpsim/defects"
)

// table prints what came of each defect and the percentages, and returns how many were not caught as they were meant to be.
func table(picked []defects.Defect, verdicts []defects.Verdict) (survivors int) {
	count, caught := map[string]int{}, map[string]int{}
	var areas []string
	for i, d := range picked {
		v := verdicts[i]
		if d.Escapes != "" {
			fmt.Printf("%-8s %s: %s\n", "equal", d.ID, d.Escapes)
			continue
		}
		if count[d.Area] == 0 {
			areas = append(areas, d.Area)
		}
		count[d.Area]++
		word := "caught"
		switch {
		case !v.Caught():
			word = "SURVIVES"
			survivors++
		case len(v.Red) == 0 && len(d.Caught) > 0 && len(v.Tests) == 0:
			word = "broken" // red, but at no assertion
			caught[d.Area]++
		case len(d.Caught) > 0 && !slices.ContainsFunc(d.Caught, func(id string) bool { return slices.Contains(v.Red, id) }) && len(v.Tests) == 0:
			word = "others"
			survivors++
			caught[d.Area]++
		default:
			caught[d.Area]++
		}
		fmt.Printf("%-8s %-44s %s\n", word, d.ID, strings.Join(append(append(slices.Clone(v.Red), v.Broken...), v.Tests...), " "))
	}
	slices.Sort(areas)
	all, ours := 0, 0
	for _, area := range areas {
		fmt.Printf("%4d of %-4d %3d %%  %s\n", caught[area], count[area], 100*caught[area]/count[area], area)
		all, ours = all+count[area], ours+caught[area]
	}
	if all > 0 {
		fmt.Printf("%4d of %-4d %3d %%  all\n", ours, all, 100*ours/all)
	}
	return survivors
}

// merged are the verdicts of before, with the new ones in their places, of the defects that there still are.
func merged(all []defects.Defect, before, now []defects.Verdict) []defects.Verdict {
	by := map[string]defects.Verdict{}
	for _, v := range append(slices.Clone(before), now...) {
		by[v.ID] = v
	}
	var list []defects.Verdict
	for _, d := range all {
		if v, planted := by[d.ID]; planted {
			list = append(list, v)
		}
	}
	return list
}

// write keeps the verdicts and the page for people.
func (p *planter) write(all []defects.Defect, verdicts []defects.Verdict) error {
	text, err := defects.FormatVerdicts(verdicts)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.root, "defects", "verdicts.yaml"), text, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.root, "docs", "defects.md"), []byte(defects.Page(all, verdicts)), 0o644)
}
