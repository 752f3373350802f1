package defects

import (
	"fmt"
	"slices"
	"strings"
)

// Page writes docs/defects.md: a row for each scenario, then one for each defect.
func Page(all []Defect, verdicts []Verdict, named []Named, scenarios []string) string {
	by := map[string]Verdict{}
	for _, v := range verdicts {
		by[v.ID] = v
	}
	var b strings.Builder
	b.WriteString("# Each scenario seen red\n\n")
	b.WriteString("A scenario is worth what it catches. The first table names for each scenario the planted defects that turn it red, or in words what it must\n")
	b.WriteString("catch (* a test plants it, this one or another). The tables behind it name for each defect of one place what turned red with it; the compiler\n")
	b.WriteString("plants it over the source (`make defects`). This page is generated from `defects/*.yaml`.\n\n")
	b.WriteString("| Scenario | The defect that it must catch |\n|---|---|\n")
	for _, id := range slices.Sorted(slices.Values(scenarios)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", id, catches(id, all, by, named))
	}
	var areas []string
	for _, d := range all {
		areas = append(areas, d.Area)
	}
	slices.Sort(areas)
	for _, area := range slices.Compact(areas) {
		fmt.Fprintf(&b, "\n## %s\n\n| Defect | What is wrong | Turns red | Breaks |\n|---|---|---|---|\n", area)
		for _, d := range all {
			if d.Area == area {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.ID, d.Says, d.red(by), strings.Join(d.Breaks, " "))
			}
		}
	}
	return b.String()
}

// catches says what a scenario turned red with, and what it must catch.
func catches(scenario string, all []Defect, by map[string]Verdict, named []Named) string {
	var parts []string
	for _, d := range all {
		if slices.Contains(by[d.ID].Red, scenario) {
			parts = append(parts, "`"+d.ID+"`")
		}
	}
	text := strings.Join(parts, ", ")
	for _, n := range named {
		if n.Scenario != scenario {
			continue
		}
		if text != "" {
			text += "; "
		}
		if text += n.Says; n.InTests {
			text += " *"
		}
	}
	if text == "" {
		return "none yet"
	}
	return text
}

// red says what turned red with a defect.
func (d Defect) red(by map[string]Verdict) string {
	v, planted := by[d.ID]
	switch {
	case d.Escapes != "":
		return "nothing can: " + d.Escapes
	case !planted:
		return "not planted yet"
	case !v.Caught():
		return "nothing"
	}
	return some(slices.Concat(v.Red, v.Broken, v.Tests))
}

// some lists names, and only counts them where they are many.
func some(names []string) string {
	const many, first = 6, 3
	if len(names) < many {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:first], ", "), len(names)-first)
}
