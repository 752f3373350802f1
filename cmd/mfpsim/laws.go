package main

import (
	"fmt"

	"mfpsim/laws"
)

// lawsCommand is `mfpsim laws`.
type lawsCommand struct{}

// Run prints what every scenario holds a device to.
func (*lawsCommand) Run(s *streams) error {
	for _, law := range laws.All() {
		_, _ = fmt.Fprintf(s.out, "%-18s %s.\n%-18s %s\n", law.ID, law.Says, "", law.Clause)
	}
	return nil
}
