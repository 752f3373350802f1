package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mfpsim/defects"
)

// recordings are files of DIR/recorded: each is a recording of the case whose id it is named by, with - for /.
func recordings(folder string, texts map[string]string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "recorded", "*.txtar"))
	if err != nil {
		return nil, err
	}
	of := map[string]string{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for id := range texts {
			if strings.ReplaceAll(id, "/", "-") == name {
				of["recorded/"+name] = id
			}
		}
		if of["recorded/"+name] == "" {
			return nil, fmt.Errorf("%s is named by no scenario", file)
		}
	}
	if len(of) == 0 {
		return nil, fmt.Errorf("%s has no folder recorded with recordings", folder)
	}
	return of, nil
}

// plantRecorded plays each recording with the defects that its case is meant to catch, as far as they go into one
// program, and with none. One that stays green with each of them has lost what its case sees.
func (p *planter) plantRecorded(ctx context.Context, folder string, all []defects.Defect) error {
	of, err := recordings(folder, p.texts)
	if err != nil {
		return err
	}
	if p.recorded, err = filepath.Abs(folder); err != nil {
		return err
	}
	var picked []defects.Defect
	for _, d := range all {
		for _, id := range of {
			if slices.Contains(d.Caught, id) {
				d.Tests = nil
				picked = append(picked, d)
				break
			}
		}
	}
	overlay, shared, err := p.together(picked, p.folder)
	if err != nil {
		return err
	}
	if output, err := p.compile(ctx, overlay, p.program()); err != nil {
		return fmt.Errorf("one of the defects does not compile:\n%s", output)
	}
	red, broken, err := p.run(ctx, "", p.program(), p.folder, nil)
	if err != nil {
		return err
	}
	if len(red)+len(broken) > 0 {
		return fmt.Errorf("red without any defect: %s", strings.Join(append(red, broken...), ", "))
	}
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	var blind error
	for _, name := range names {
		var caught, missed []string
		for _, d := range picked {
			if !shared[d.ID] || !slices.Contains(d.Caught, of[name]) {
				continue
			}
			red, broken, err := p.run(ctx, d.ID, p.program(), p.folder, []string{name})
			switch {
			case err != nil:
				return fmt.Errorf("%s with %s: %w", name, d.ID, err)
			case len(red)+len(broken) > 0:
				caught = append(caught, d.ID)
			default:
				missed = append(missed, d.ID)
			}
		}
		all := len(caught) + len(missed)
		fmt.Printf("%-45s red with %d of %d: %s\n", of[name], len(caught), all, strings.Join(caught, " "))
		if len(missed) > 0 {
			fmt.Printf("%-45s green with: %s\n", "", strings.Join(missed, " "))
		}
		if len(caught) == 0 && len(missed) > 0 {
			blind = errors.Join(blind, fmt.Errorf("the recording of %s sees no defect of its case", of[name]))
		}
	}
	return blind
}
