package defects

import (
	"fmt"
	"slices"
	"strings"
)

// Page writes docs/defects.md.
func Page(all []Defect, verdicts []Verdict) string {
	by := map[string]Verdict{}
	for _, v := range verdicts {
		by[v.ID] = v
	}
	var areas []string
	for _, d := range all {
		if !slices.Contains(areas, d.Area) {
			areas = append(areas, d.Area)
		}
	}
	slices.Sort(areas)
	var b strings.Builder
	b.WriteString("# Planted defects\n\n")
	b.WriteString("A scenario is worth what it catches. Each row is a bug of one place, planted by the compiler's overlay (`make defects`), and what turned red with it.\n")
	b.WriteString("This page is generated; the defects are in `defects/*.yaml`.\n")
	for _, area := range areas {
		fmt.Fprintf(&b, "\n## %s\n\n| Defect | What is wrong | Turns red | Breaks |\n|---|---|---|---|\n", area)
		for _, d := range all {
			if d.Area != area {
				continue
			}
			v, planted := by[d.ID]
			red := some(append(append(slices.Clone(v.Red), v.Broken...), v.Tests...))
			switch {
			case d.Escapes != "":
				red = "nothing can: " + d.Escapes
			case !planted:
				red = "not planted yet"
			case red == "":
				red = "nothing"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.ID, d.Says, red, strings.Join(d.Breaks, " "))
		}
	}
	return b.String()
}

// some lists names, and only counts them where they are many.
func some(names []string) string {
	const many, first = 6, 3
	if len(names) < many {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:first], ", "), len(names)-first)
}
