package main

import (
	"fmt"
	"slices"

	"mfpsim/laws"
)

// lawsCommand is `mfpsim laws`.
type lawsCommand struct{}

// Run prints what every scenario holds a device to.
func (*lawsCommand) Run(s *streams) error {
	all := slices.Concat(laws.All(), laws.Wishes()) // the last are about a core of somebody else's
	for _, law := range all {
		_, _ = fmt.Fprintf(s.out, "%-18s %s.\n%-18s %s\n", law.ID, law.Says, "", law.Clause)
	}
	return nil
}
