package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"mfpsim/defects"
)

// plantSet plants the defects of a set in one printer and plays all scenarios against it.
func (p *planter) plantSet(ctx context.Context, name string, all []defects.Defect) error {
	list, err := defects.Set(name, all)
	if err != nil {
		return err
	}
	changed := map[string]string{} // by file
	for _, d := range list {
		source, known := changed[d.File]
		if !known {
			text, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(d.File)))
			if err != nil {
				return err
			}
			source = string(text)
		}
		if changed[d.File], err = d.Plant(source); err != nil {
			return fmt.Errorf("together with the others: %w", err)
		}
	}
	replace := map[string]string{}
	for file, text := range changed {
		at := filepath.Join(p.folder, fmt.Sprintf("%d%s", len(replace), filepath.Ext(file)))
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			return err
		}
		replace[filepath.Join(p.root, filepath.FromSlash(file))] = at
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return err
	}
	at, program := filepath.Join(p.folder, "overlay.json"), filepath.Join(p.folder, "mfpsim")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		return err
	}
	if output, err := p.compile(ctx, at, program); err != nil {
		return fmt.Errorf("the set %s does not compile:\n%s", name, output)
	}
	red, broken, err := p.run(ctx, "", program, p.folder, nil)
	if err != nil {
		return fmt.Errorf("the set %s: %w", name, err)
	}
	fmt.Printf("%s: %d defects at once turn %d scenarios red, and break %d\n", name, len(list), len(red), len(broken))
	for _, id := range red {
		fmt.Println("  " + id)
	}
	if len(red) == 0 {
		return fmt.Errorf("no scenario sees the printer with the set %s", name)
	}
	return p.keepSet(defects.Verdict{ID: name, Red: red, Broken: broken, Source: defects.HashOfSet(list)})
}

// keepSet writes the verdict on a set beside those on the others.
func (p *planter) keepSet(v defects.Verdict) error {
	verdicts, err := defects.SetVerdicts()
	if err != nil {
		return err
	}
	verdicts = slices.DeleteFunc(verdicts, func(other defects.Verdict) bool { return other.ID == v.ID })
	text, err := defects.FormatVerdicts(append(verdicts, v))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.root, "defects", "sets", "verdicts.yaml"), text, 0o644)
}
