package main

import (
	"fmt"
	"io"
	"os"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// running is how a run goes on, and when it ends.
type running struct {
	FailFast  bool `help:"End at the first failure. What is being played is played to its end, the rest is not."`
	UntilFail bool `help:"Play with one seed after another, from --seed on, until a scenario fails, and print that seed."`
	Seeds     int  `placeholder:"N" default:"0" help:"With --until-fail: how many seeds at most; 0: until Ctrl-C."`
}

// check refuses what does not go together.
func (c *runCommand) checkRunning() error {
	switch {
	case c.Seeds < 0:
		return usage("--seeds %d: --until-fail takes a number of seeds from 0", c.Seeds)
	case c.Seeds > 0 && !c.UntilFail:
		return usage("--seeds is for --until-fail")
	case c.UntilFail && (c.Evidence != "" || c.JUnit != "" || c.NewBaseline != "" || c.Update):
		return usage("--until-fail writes nothing; play the seed that it finds with --evidence or --junit")
	}
	return nil
}

// untilFail plays with one seed after another.
func (c *runCommand) untilFail(s *streams, o scenarios.Options) error {
	o.FailFast = true
	for tried := 0; c.Seeds == 0 || tried < c.Seeds; tried++ {
		shown, watched := newProgress(s, fmt.Sprintf("seed %d: ", o.Seed)), o
		shown.watch(&watched)
		results, err := scenarios.Run(s.ctx, watched)
		shown.end()
		switch {
		case s.ctx.Err() != nil:
			_, _ = fmt.Fprintf(s.out, "%s\n", passedSeeds(c.Seed, tried))
			return interruption(s.ctx, err)
		case results == nil && err != nil:
			return usageError{err}
		case err != nil:
			return err
		}
		for _, r := range results {
			if c.fails(r) {
				_, _ = fmt.Fprintf(
					s.out,
					"%s\nfails with seed %d, after %s\n",
					trimmed(r.Failure),
					o.Seed,
					passedSeeds(c.Seed, tried),
				)
				return exit(exitFailed)
			}
		}
		o.Seed++
	}
	_, _ = fmt.Fprintf(s.out, "%s\n", passedSeeds(c.Seed, c.Seeds))
	return nil
}

func passedSeeds(from uint64, n int) string {
	switch n {
	case 0:
		return "no seed that passed"
	case 1:
		return fmt.Sprintf("1 seed that passed: %d", from)
	}
	return fmt.Sprintf("%d seeds that passed: %d to %d", n, from, from+uint64(n)-1)
}

// progress is a line on a terminal that says how far a run is. On anything else there is none.
type progress struct {
	to                  io.Writer // nil: there is no terminal
	before              string
	total, done, failed int
}

// newProgress begins the line, if the program's errors go to a terminal that can overwrite it.
func newProgress(s *streams, before string) *progress {
	p := &progress{before: before}
	if isTerminal(s.err.to) && os.Getenv("TERM") != "dumb" {
		p.to = s.err.to
	}
	return p
}

// isTerminal reports whether what is written is seen by a person at once.
func isTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	if !is {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// watch makes a run tell how far it is.
func (p *progress) watch(o *scenarios.Options) {
	before := o.Progress
	o.Picked = func(n int) { p.total, p.done, p.failed = n, 0, 0; p.show("") }
	o.Progress = func(r scenarios.Result) {
		p.done++
		if r.Verdict.Fails() {
			p.failed++
		}
		p.show(r.Scenario.ID)
		if before != nil {
			before(r)
		}
		if played != nil {
			played(r)
		}
	}
}

// widestProgress keeps the line on one row of a terminal of the usual width.
const widestProgress = 78

func (p *progress) show(last string) {
	if p.to == nil {
		return
	}
	line := fmt.Sprintf("%s%d of %d, %d failed  %s", p.before, p.done, p.total, p.failed, last)
	_, _ = fmt.Fprintf(p.to, "\r\x1b[K%s", line[:min(len(line), widestProgress)])
}

// end takes the line away.
func (p *progress) end() {
	if p.to != nil {
		_, _ = io.WriteString(p.to, "\r\x1b[K")
	}
}

// fails reports whether a result fails the run.
func (c *runCommand) fails(r scenarios.Result) bool {
	return r.Verdict.Fails() || c.Strict && r.Verdict == report.Warned
}
