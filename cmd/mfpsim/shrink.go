package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mfpsim/scenarios"
)

// shrink looks for the shortest scenario that fails like each one that has failed, prints it, and writes it below the
// folder of --shrink. The reference is the simulated printer with its own core, seed 0 and a network without latency.
func (c *runCommand) shrink(s *streams, results []scenarios.Result, o scenarios.Options) error {
	if c.Shrink == "" {
		return nil
	}
	reference := scenarios.Options{
		Model: o.Model, Language: o.Language, AsOf: o.AsOf, Folder: o.Folder, Patience: o.Patience,
	}
	if c.StrictDoors {
		reference.Configure = strictDoors
	}
	for _, result := range results {
		if !result.Verdict.Fails() || s.ctx.Err() != nil {
			continue
		}
		shrunk, err := scenarios.Shrink(s.ctx, result.Scenario, o, reference)
		switch {
		case errors.Is(err, scenarios.ErrDoesNotFail):
			_, _ = fmt.Fprintf(s.out, "%s: played again it does not fail, so it cannot be shrunk\n", result.Scenario.ID)
			continue
		case err != nil && s.ctx.Err() == nil:
			return fmt.Errorf("shrink %s: %w", result.Scenario.ID, err)
		}
		file := filepath.Join(c.Shrink, filepath.FromSlash(shrunk.Scenario.File))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("--shrink %s: the folder cannot be made: %w", c.Shrink, cause(err))
		}
		if err := os.WriteFile(file, []byte(shrunk.Scenario.Text), 0o644); err != nil {
			return fmt.Errorf("--shrink %s: the scenario cannot be written: %w", c.Shrink, cause(err))
		}
		needed := "fails as the whole one does"
		if shrunk.Compared {
			needed += ", and passes on the simulated printer with seed 0"
		}
		_, _ = fmt.Fprintf(s.out, "%s: %d of %d steps are enough (%d plays); this %s.\nIt is saved as %s; again: mfpsim run --folder '%s' %s\n\n%s\n",
			result.Scenario.ID, shrunk.Steps, shrunk.Before, shrunk.Plays, needed, file,
			c.Shrink, shrunk.Scenario.ID, shrunk.Scenario.Text)
	}
	return nil
}
