package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"mfpsim/defects"
	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// runCommand is `mfpsim run`.
type runCommand struct {
	picking
	running
	Seed        uint64        `default:"0" help:"Seed of every id, code and token."`
	Evidence    string        `placeholder:"DIR" help:"Write the record of each scenario into a folder of its own below DIR."`
	JUnit       string        `name:"junit" placeholder:"FILE" help:"Write the verdicts as JUnit XML. A missing folder is made; a link, pipe or device is written to. On standard output the table goes to standard error."`
	Model       string        `placeholder:"NAME" help:"Model of the printers: ${models}. Default: ${default_model}."`
	Lang        string        `placeholder:"LANG" default:"en" help:"Language of panel and Web Config: ${languages}."`
	Repeat      int           `placeholder:"N" default:"1" help:"Play each scenario N times; the evidence must be the same every time."`
	Parallel    int           `placeholder:"N" default:"0" help:"How many scenarios to play at once; 0: one per processor."`
	Latency     time.Duration `placeholder:"TIME" help:"Simulated time that a server waits before it acts on a request, for example 20ms."`
	Jitter      time.Duration `placeholder:"TIME" help:"Random time on top of the latency, up to TIME; the seed decides how much."`
	StrictDoors bool          `help:"Entra refuses, with a sentence, where nobody knows what Microsoft's says (docs/doors.md, 'mfpsim explain --doors')."`
	AsOf        string        `placeholder:"DATE" help:"Answers of Entra ID as on this day, for example 2023-08-17. Default: the newest that are known."`
	Device      string        `placeholder:"URL|manual" help:"Play on the device whose control port is there, in place of the simulated printer, or on a real printer, with a person as adapter (manual): docs/devices.md, 'mfpsim device'."`
	DeviceToken string        `env:"MFPSIM_DEVICE_TOKEN" placeholder:"TEXT" help:"Token of the device's control port. Others can read a command line; better name it in the environment."`
	DeviceOut   string        `name:"device-outlet" placeholder:"ADDRESS" help:"With --device: address of this machine at which the device reaches the bench, if it runs on another one. Takes --device-token. Default: loopback."`
	DeviceCA    string        `name:"device-ca" placeholder:"FILE" help:"With --device: file to write the bench's certificate authority to (PEM), for a device that takes it from there."`
	ClientID    string        `name:"client-id" placeholder:"GUID" help:"With --device: identifier of the printer's application at Entra ID, which the bench then knows as the maker's. Default: what the device says, else that of the simulated printers."`
	AnswersIn   time.Duration `name:"answer-within" placeholder:"TIME" help:"With --device: machine time that the device may take for an answer. Default: 10s; of a device that goes by the machine's clock 3m."`
	Longest     time.Duration `name:"longest-wait" placeholder:"TIME" default:"3m" help:"With a device or a core that goes by the machine's clock: the longest time that a case may wait at once. Cases that need more are played with tokens and sign-ins that live shorter, as far as its margins allow it, or skipped with the reason."`
	Person      string        `placeholder:"HOST:PORT" default:"127.0.0.1:0" help:"With --device manual: address of the page with the instructions; port 0: any. Beyond loopback --device-token is needed."`
	State       string        `placeholder:"FILE" help:"With --device manual: keep what has been played in this file. The same command goes on after it later."`
	Has         []string      `placeholder:"CAPABILITY,…" help:"With --device manual: what the printer can do, and the person can see. Default: all that a person can stand for."`
	LAN         string        `name:"lan" placeholder:"ADDRESS" help:"With --device manual: serve the printer at this address of the machine, under Microsoft's names and ports, as 'mfpsim serve --lan' does."`
	LANDNS      string        `name:"lan-dns" placeholder:"HOST:PORT" help:"With --lan: the name server that other names are passed on to. Without it they are refused."`

	PrinterAddress    string        `placeholder:"IP" help:"With --device manual: the printer's IP address, for who reads an instruction."`
	AccessTokenMargin time.Duration `placeholder:"TIME" help:"With --device manual: how long before its end the printer takes a new access token. Without it no case is played that has to wait for the end of one."`
	Patience          time.Duration `placeholder:"TIME" default:"15m" help:"How long, on the bench's clock, a printer that still has a job under way is waited for beyond what a step gives it, before its case is not decided; 0: not at all."`
	Strict            bool          `help:"Warnings fail the run too."`
	Baseline          string        `placeholder:"FILE" help:"Failures that are known (docs/verdicts.md): they do not fail the run. One that is there and does not fail any more does."`
	NewBaseline       string        `name:"write-baseline" placeholder:"FILE" help:"Write what fails as a baseline, with the reasons of --baseline."`
	Core              string        `placeholder:"COMMAND" help:"Put a mail core of your own into the printers: a program that speaks the core contract (docs/adapters.md)."`
	Shrink            string        `placeholder:"DIR" help:"Shrink each scenario that fails to the shortest one that fails in the same way, print it, and save it below DIR."`
	Update            bool          `help:"Rewrite the expected screens (goldens) in the source folder that --folder names."`
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
	if c.Patience < 0 {
		return usage("--patience %s: time does not go back", c.Patience)
	}
	if c.Latency < 0 || c.Jitter < 0 {
		return usage("--latency %s, --jitter %s: time does not go back", c.Latency, c.Jitter)
	}
	if err := c.checkRunning(); err != nil {
		return err
	}
	asOf, err := asOf(c.AsOf)
	if err != nil {
		return err
	}
	var junit *outputFile
	if c.JUnit != "" {
		if c.Evidence != "" && report.Inside(c.Evidence, c.JUnit) {
			return usage("--junit %s lies in the folder of the evidence, where a manifest says what belongs there; name a file outside of %s", c.JUnit, c.Evidence)
		}
		if junit, err = openOutput(s, c.JUnit); err != nil {
			return usageError{err}
		}
		defer junit.close()
	}
	baseline, err := c.baseline()
	if err != nil {
		return usageError{err}
	}
	var next *outputFile
	if c.NewBaseline != "" {
		if next, err = openOutput(s, c.NewBaseline); err != nil {
			return usageError{err}
		}
		defer next.close()
	}
	hands := c.State+c.LAN+c.LANDNS+c.PrinterAddress != "" || len(c.Has) > 0 || c.AccessTokenMargin != 0
	if hands && c.Device != byHandDevice {
		return usage("--state, --has, --lan, --lan-dns, --printer-address and --access-token-margin are for --device manual")
	}
	if c.Device != "" && c.Core != "" {
		return usage("--device and --core: a core is put into the simulated printers, which --device replaces")
	}
	core, identity, err := probed(c.Core, s)
	if err != nil {
		return err
	}
	realTime, err := coreInRealTime(identity, c.Longest)
	if err != nil {
		return err
	}
	collectRarely()
	foreign, err := c.foreign(s)
	if err != nil {
		return usageError{err}
	}
	defer foreign.close()
	if foreign != nil {
		realTime = foreign.realTime(c.Longest)
	}
	state, err := openState(c.State, c.Seed, c.Lang)
	if err != nil {
		return usageError{err}
	}
	configure := func(bench *lab.Config) {
		if c.StrictDoors {
			strictDoors(bench)
		}
		foreign.mount(bench)
	}
	options := scenarios.Options{
		FailFast: c.FailFast, Configure: configure, Core: core, RealTime: realTime,
		Patterns: c.Patterns, Tags: c.Tag, Rules: c.Rule, Seed: c.Seed, Model: c.Model, Language: c.Lang, Evidence: c.Evidence, Version: buildVersion(),
		Repeat: c.Repeat, Parallel: c.Parallel, Folder: c.Folder, Update: c.Update,
		Latency: c.Latency, Jitter: c.Jitter, AsOf: asOf, Baseline: baseline,
		Patience: cmp.Or(c.Patience, -1), Likely: likely(),
	}
	if foreign != nil {
		foreign.hand.fit(&options, state)
	}
	if c.UntilFail {
		return c.untilFail(s, options)
	}
	shown := newProgress(s, "")
	shown.watch(&options)
	results, err := scenarios.Run(s.ctx, options)
	shown.end()
	err = errors.Join(err, state.err())
	if results == nil && err != nil {
		return usageError{err}
	}
	cases := scenarios.Cases(results)
	// The report comes first: whoever reads the table may go away in the middle of it.
	var unwritten error
	if junit != nil {
		for i := range cases {
			cases[i].Page = c.pageOf(cases[i].ID)
		}
		unwritten = junit.write(func(w io.Writer) error { return report.WriteJUnit(w, cases) })
	}
	if next != nil && s.ctx.Err() == nil {
		unwritten = errors.Join(unwritten, next.write(func(w io.Writer) error {
			text, err := baseline.Next(results).YAML()
			if err == nil {
				_, err = w.Write(text)
			}
			return err
		}))
	}
	failed := false
	for _, result := range results {
		fails := c.fails(result)
		failed = failed || fails
		if fails || result.Verdict == report.Warned {
			_, _ = fmt.Fprintf(s.out, "%s\n", trimmed(result.Failure))
		}
	}
	_, _ = fmt.Fprint(s.out, report.Table(cases))
	_, _ = fmt.Fprint(s.out, report.Coverage("This device", cases))
	for _, result := range results {
		if result.Verdict == report.Expected {
			_, _ = fmt.Fprintf(s.out, "expected to fail: %s: %s\n", result.Scenario.ID, report.Visible(result.Known))
		}
	}
	for _, stale := range baseline.Stale(results) {
		failed = true
		_, _ = fmt.Fprintf(s.out, "stale in the baseline: %s\n", report.Visible(stale))
	}
	for _, c := range cases {
		for _, warning := range c.Warnings {
			_, _ = fmt.Fprintf(s.out, "warning: %s: %s\n", c.ID, warning)
		}
	}
	switch {
	case s.ctx.Err() != nil:
		return errors.Join(interruption(s.ctx, err), unwritten)
	case err != nil || unwritten != nil:
		return errors.Join(err, unwritten)
	case failed:
		if err := c.shrink(s, results, options); err != nil {
			return err
		}
		return exit(exitFailed)
	}
	return nil
}

// pageOf is where the page of a scenario is, from the file of the verdicts; empty: no evidence was asked for.
func (c *runCommand) pageOf(id string) string {
	if c.Evidence == "" {
		return ""
	}
	way, err := filepath.Rel(filepath.Dir(report.Real(c.JUnit)), report.Real(c.Evidence))
	if err != nil { // on another drive
		way = report.Real(c.Evidence)
	}
	return path.Join(filepath.ToSlash(way), id, report.PageName)
}

// likely tells of a scenario that failed which planted defects made it fail before.
func likely() func(id, step string) string {
	what := map[string][]string{}
	list, err := defects.All()
	verdicts, noVerdicts := defects.Verdicts()
	if errors.Join(err, noVerdicts) != nil {
		return nil // `mfpsim coverage` tells what is wrong with them
	}
	for _, v := range verdicts {
		for _, d := range list {
			if d.ID == v.ID {
				for _, id := range v.Red {
					what[id] = append(what[id], d.Says)
				}
			}
		}
	}
	return func(id, _ string) string { return strings.Join(what[id][:min(len(what[id]), mostLikely)], " · ") }
}

// mostLikely is how many of them are told.
const mostLikely = 3

// baseline reads the failures that are expected.
func (c *runCommand) baseline() (scenarios.Baseline, error) {
	if c.Baseline == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.Baseline)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", c.Baseline, cause(err))
	}
	return scenarios.ReadBaseline(c.Baseline, text)
}

// asOf reads the day whose answers Entra ID is to give; empty: the newest.
func asOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := phrase.AsOf([]string{text})
	if err == nil {
		_, err = fakeentra.DayAt(at)
	}
	if err != nil {
		var own *fakeentra.Error
		if errors.As(err, &own) {
			err = own.Cause
		}
		return time.Time{}, usage("--as-of: %v", err)
	}
	return at, nil
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
