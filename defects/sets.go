package defects

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed sets/*.yaml
var setFiles embed.FS

// setVerdictsFile is what `plant --together` writes.
const setVerdictsFile = "sets/verdicts.yaml"

// Set returns the defects of a named set, sets/NAME.yaml: they are planted in one printer at once.
func Set(name string, all []Defect) ([]Defect, error) {
	text, err := setFiles.ReadFile("sets/" + name + ".yaml")
	if err != nil || name == "verdicts" {
		return nil, fmt.Errorf("no set of defects %q; there are: %s", name, strings.Join(Sets(), ", "))
	}
	var ids []string
	if err := decode(text, &ids); err != nil {
		return nil, fmt.Errorf("defects/sets/%s.yaml: %w", name, err)
	}
	by := map[string]Defect{}
	for _, d := range all {
		by[d.ID] = d
	}
	var list []Defect
	for _, id := range ids {
		d, found := by[id]
		if !found {
			return nil, fmt.Errorf("defects/sets/%s.yaml: there is no defect %s", name, id)
		}
		list = append(list, d)
	}
	return list, nil
}

// Sets returns the names of the sets, sorted.
func Sets() []string {
	files, _ := fs.Glob(setFiles, "sets/*.yaml") // the pattern is right
	var names []string
	for _, file := range files {
		if file != setVerdictsFile {
			names = append(names, file[len("sets/"):len(file)-len(".yaml")])
		}
	}
	return names
}

// HashOfSet is what the verdict on a set rests on: what its defects change, whatever else stands in their files.
func HashOfSet(list []Defect) string {
	var texts []string
	for _, d := range list {
		texts = append(texts, d.ID, d.File, d.Old, d.New)
	}
	return Hash(texts...)
}

// SetVerdicts returns what came of each set when it was planted last.
func SetVerdicts() ([]Verdict, error) {
	text, err := setFiles.ReadFile(setVerdictsFile)
	if err != nil {
		return nil, err
	}
	var list []Verdict
	if err := decode(text, &list); err != nil {
		return nil, fmt.Errorf("defects/%s: %w", setVerdictsFile, err)
	}
	return list, nil
}
