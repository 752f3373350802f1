package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"mfpsim/contract"
	"mfpsim/contract/own"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// coreCommand is `mfpsim core`.
type coreCommand struct{ own.Kinds }

// Run answers the lines on standard input.
func (c *coreCommand) Run(s *streams) error { return own.Serve(io.Reader(os.Stdin), s.out, c.Kinds) }

// probed starts the core that is to be tested once, so that one that cannot be is told before anything is played. It
// returns the words of its command; none: the printers have mfpsim's own.
func probed(command string, s *streams) (words []string, identity contract.Identity, err error) {
	if command == "" {
		return nil, identity, nil
	}
	words, err = contract.Split(command)
	if err != nil {
		return nil, identity, usage("--core: %v", err)
	}
	identity, err = contract.Probe(words)
	if err != nil {
		return nil, identity, usage("--core: %v", err)
	}
	line := "core: " + identity.Name + " (" + identity.Kinds.String() + ")"
	if lacking := identity.Lacking(); len(lacking) > 0 {
		line += "; it has no " + strings.Join(lacking, ", ") + ": scenarios that need one are skipped"
	}
	_, _ = fmt.Fprintln(s.err, line)
	return words, identity, nil
}

// coreInRealTime is how scenarios are played on a core that goes by the machine's clock; nil: it goes by the bench's.
func coreInRealTime(identity contract.Identity, longest time.Duration) (*scenarios.RealTime, error) {
	if !identity.InRealTime() {
		return nil, nil
	}
	if longest <= 0 {
		return nil, usage("--longest-wait %s: time does not go back", longest)
	}
	r := &scenarios.RealTime{Longest: longest}
	if m := identity.Margins; m != nil {
		access := time.Duration(m.AccessTokenMS) * time.Millisecond
		refresh := time.Duration(m.RefreshTokenMS) * time.Millisecond
		r.AccessTokenMargin, r.RefreshTokenMargin = &access, &refresh
	}
	return r, nil
}

// onCore puts a core into the printers of a live bench; nil: they have mfpsim's own.
func onCore(command string, s *streams) (func(*lab.Config), error) {
	words, _, err := probed(command, s)
	if err != nil || words == nil {
		return nil, err
	}
	return func(config *lab.Config) {
		session := contract.NewSession(words)
		session.Flows(0)
		session.Tell(func(sentence string) { _, _ = fmt.Fprintln(s.err, "core: "+sentence) })
		config.Core = session.Open
	}, nil
}
