package main

import (
	"fmt"
	"runtime/debug"
	"time"
)

// referenceDate is the newest date of docs/reference: what was known of the clouds and the printers then.
const referenceDate = "2026-11-26"

// versionCommand is `mfpsim version`.
type versionCommand struct{}

// Run prints what this program was built from. Two builds of one commit print the same.
func (versionCommand) Run(s *streams) error {
	b := builtFrom()
	_, _ = fmt.Fprintf(s.out, "mfpsim %s\n", version)
	switch {
	case b.revision == "":
		_, _ = fmt.Fprintln(s.out, "commit    unknown: built without version control (go build -buildvcs=true puts it in)")
	case b.modified:
		_, _ = fmt.Fprintf(s.out, "commit    %s of %s, with changes that are not committed\n", b.revision, b.day())
	default:
		_, _ = fmt.Fprintf(s.out, "commit    %s of %s\n", b.revision, b.day())
	}
	_, _ = fmt.Fprintf(s.out, "reference %s (docs/reference: what is known of the clouds and the printers)\n", referenceDate)
	return nil
}

// build is what the toolchain has noted of the source.
type build struct {
	revision string // empty: not known
	at       time.Time
	modified bool
}

func (b build) day() string { return b.at.UTC().Format(time.DateOnly) }

func builtFrom() (b build) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.revision = setting.Value
		case "vcs.time":
			b.at, _ = time.Parse(time.RFC3339, setting.Value) // by the toolchain
		case "vcs.modified":
			b.modified = setting.Value == "true"
		}
	}
	return b
}

// buildVersion is the version with the revision that it was built from, if that is known.
func buildVersion() string {
	if b := builtFrom(); len(b.revision) >= 12 {
		return version + " (" + b.revision[:12] + ")"
	}
	return version
}
