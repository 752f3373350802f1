package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// runCommand is `mfpsim run`.
type runCommand struct {
	Patterns []string      `arg:"" optional:"" name:"pattern" help:"Scenarios: an ID, a folder, or a path pattern. Default: all."`
	Seed     uint64        `default:"0" help:"Seed of every id, code and token."`
	Evidence string        `placeholder:"DIR" help:"Write the record of each scenario into a folder of its own below DIR."`
	JUnit    string        `name:"junit" placeholder:"FILE" help:"Write the verdicts as JUnit XML. A missing folder is made; a link, pipe or device is written to. On standard output the table goes to standard error."`
	Model    string        `placeholder:"NAME" help:"Model of the printers: ${models}. Default: ${default_model}."`
	Lang     string        `placeholder:"LANG" default:"en" help:"Language of panel and Web Config: ${languages}."`
	Repeat   int           `placeholder:"N" default:"1" help:"Play each scenario N times; the evidence must be the same every time."`
	Parallel int           `placeholder:"N" default:"0" help:"How many scenarios to play at once; 0: one per processor."`
	Latency  time.Duration `placeholder:"TIME" help:"Simulated time that a server waits before it acts on a request, for example 20ms."`
	Jitter   time.Duration `placeholder:"TIME" help:"Random time on top of the latency, up to TIME; the seed decides how much."`
	Folder   string        `placeholder:"DIR" help:"Read the scenarios from this source folder, not those built into the program."`
	Update   bool          `help:"Rewrite the expected screens (goldens) in the source folder that --folder names."`
}

// played hears of each scenario when it was played, for tests.
var played func(scenarios.Result)

// Run plays the scenarios.
func (c *runCommand) Run(s *streams) error {
	if c.Repeat < 1 {
		return usage("--repeat %d: a scenario is played once at least", c.Repeat)
	}
	if c.Parallel < 0 {
		return usage("--parallel %d: not a number of benches", c.Parallel)
	}
	if c.Latency < 0 || c.Jitter < 0 {
		return usage("--latency %s, --jitter %s: time does not go back", c.Latency, c.Jitter)
	}
	var junit *outputFile
	if c.JUnit != "" {
		var err error
		if junit, err = openOutput(s, c.JUnit); err != nil {
			return usageError{err}
		}
		defer junit.close()
	}
	collectRarely()
	results, err := scenarios.Run(s.ctx, scenarios.Options{
		Patterns: c.Patterns, Seed: c.Seed, Model: c.Model, Language: c.Lang, Evidence: c.Evidence, Version: buildVersion(),
		Repeat: c.Repeat, Parallel: c.Parallel, Folder: c.Folder, Update: c.Update,
		Latency: c.Latency, Jitter: c.Jitter, Progress: played,
	})
	if results == nil && err != nil {
		return usageError{err}
	}
	cases := scenarios.Cases(results)
	// The report comes first: whoever reads the table may go away in the middle of it.
	var unwritten error
	if junit != nil {
		unwritten = junit.write(func(w io.Writer) error { return report.WriteJUnit(w, cases) })
	}
	failed := false
	for _, result := range results {
		if result.Verdict == report.Failed || result.Verdict == report.Errored {
			failed = true
			_, _ = fmt.Fprintf(s.out, "%s\n", trimmed(result.Failure))
		}
	}
	_, _ = fmt.Fprint(s.out, report.Table(cases))
	switch {
	case s.ctx.Err() != nil:
		return errors.Join(interruption(s.ctx, err), unwritten)
	case err != nil || unwritten != nil:
		return errors.Join(err, unwritten)
	case failed:
		return exit(exitFailed)
	}
	return nil
}

// memoryLimit is where the collector goes back to work as often as it must, in bytes.
const memoryLimit = 1 << 30

// collectRarely lets the collector run less often than is Go's habit: benches come and go, and with a few megabytes
// alive a fifth of the time would be spent on freeing them. What the environment says stands.
func collectRarely() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// trimmed ends a text of several lines with exactly one line end, and one empty line after it.
func trimmed(text string) string { return string(bytes.TrimRight([]byte(text), "\n")) + "\n" }
