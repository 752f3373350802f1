package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"mfpsim/contract"
	"mfpsim/contract/own"
)

// coreCommand is `mfpsim core`.
type coreCommand struct{}

// Run answers the lines on standard input.
func (*coreCommand) Run(s *streams) error { return own.Serve(io.Reader(os.Stdin), s.out) }

// core starts the core that is to be tested once, so that one that cannot be is told before anything is played. It
// returns the words of its command; none: the printers have mfpsim's own.
func (c *runCommand) core(s *streams) ([]string, error) {
	if c.Core == "" {
		return nil, nil
	}
	words, err := contract.Split(c.Core)
	if err != nil {
		return nil, usage("--core: %v", err)
	}
	identity, err := contract.Probe(words)
	if err != nil {
		return nil, usage("--core: %v", err)
	}
	line := "core: " + identity.Name
	if lacking := identity.Lacking(); len(lacking) > 0 {
		line += "; it has no " + strings.Join(lacking, ", ") + ": scenarios that need one are skipped"
	}
	_, _ = fmt.Fprintln(s.out, line)
	return words, nil
}
