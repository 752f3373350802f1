package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"mfpsim/vtime"
)

// date is the true time at which the bench begins, as --at or --shift say; zero: the machine's now.
func (c *execCommand) date() (time.Time, error) {
	switch {
	case c.At != "" && c.Shift != 0:
		return time.Time{}, usage("--at and --shift: both say when the bench begins; name one")
	case c.At != "" && c.Scenario != "":
		return time.Time{}, usage("--at: a scenario has dates of its own, which the program gets too")
	case c.Shift != 0 && c.Scenario != "":
		return time.Time{}, usage("--shift: a scenario has dates of its own, which the program gets too")
	case c.Shift != 0:
		return vtime.Deadline(c.Shift).Truncate(time.Second), nil
	}
	return startOf(c.At)
}

// chooseClock looks whether the program can have the bench's date, where that is not the machine's. That it cannot is a
// mistake where somebody has asked for it, and else is told.
func (x *execution) chooseClock() error {
	c := x.command
	if x.start.IsZero() && c.Scenario == "" && c.Script == "" {
		return nil
	}
	var err error
	if own := x.program.OwnClock(); own != "" {
		err = fmt.Errorf(
			"%s keeps the machine's date: %s. "+
				"Leave the date as it is, and let sign-ins end by the control API (expire-refresh-tokens)",
			x.program.Args[0], own,
		)
	} else if x.library, err = fakeTime(); err != nil {
		err = fmt.Errorf("%s keeps the machine's date: %w", x.program.Args[0], err)
	}
	if err != nil && x.start.IsZero() {
		_, _ = fmt.Fprintf(x.streams.err, "mfpsim: %v\n", err)
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

// fakeTime finds libfaketime, which gives a program another date.
func fakeTime() (string, error) {
	if runtime.GOOS != "linux" {
		return "", errors.New("libfaketime is looked for on Linux only")
	}
	for _, pattern := range []string{
		"/usr/lib/*/faketime", "/usr/lib64/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime",
	} {
		found, _ := filepath.Glob(filepath.Join(pattern, "libfaketimeMT.so.1")) // the patterns are good ones
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", errors.New("libfaketime is not installed (Debian: libfaketime)")
}

// clock are the variables that give the program the bench's date: one distance from the machine's, for it and for its
// children. It is read from a file, so that it follows a clock that is moved, within a second. Timers go on by the
// machine's (FAKETIME_DONT_FAKE_MONOTONIC stays unset: Python's sleep fails with it).
func (x *execution) clock() []string {
	if x.library == "" {
		return nil
	}
	preload := x.library
	if before := os.Getenv("LD_PRELOAD"); before != "" {
		preload += ":" + before
	}
	return []string{
		"LD_PRELOAD=" + preload, "FAKETIME_TIMESTAMP_FILE=" + x.dates, "FAKETIME_CACHE_DURATION=1",
	}
}

// makeDates makes the file that the program's date is read from.
func (x *execution) makeDates() error {
	if x.library == "" {
		return nil
	}
	file, err := os.CreateTemp("", "mfpsim-date-")
	if err != nil {
		return fmt.Errorf("the program's date: %w", err)
	}
	x.dates = file.Name()
	if err := errors.Join(file.Chmod(0o644), file.Close()); err != nil { // the program may become another user
		return fmt.Errorf("the program's date: %w", err)
	}
	return nil
}

// follow lets the program's date follow that of the bench.
func (x *execution) follow() {
	if x.dates == "" {
		return
	}
	if err := x.writeDate(); err != nil {
		_, _ = fmt.Fprintf(x.streams.err, "mfpsim: the program keeps its date: %v\n", err)
	}
}

// writeDate writes how far the bench is from the machine. It is written over, not replaced: whoever reads has one or
// the other, as both are a line.
func (x *execution) writeDate() error {
	ahead := x.bench.Load().World.Now().Sub(vtime.Deadline(0)) // from the machine's now
	line := fmt.Appendf(nil, "%+d\n", int(math.Ceil(ahead.Seconds())))
	return os.WriteFile(x.dates, line, 0o644) //nolint:gosec // no secret
}
