package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/laws"
	"mfpsim/report"
	"mfpsim/vtime"
)

// Options say what to run and how. The zero value runs every scenario once, in English, with seed 0.
type Options struct {
	Patterns []string // see [Select]; none: all
	// Tags and Rules leave those that have all the tags and name one of the rules: see [Picked].
	Tags, Rules []string
	Seed        uint64
	Model       string // of the printers; empty: the default one
	Language    string // one of those of the model's panel; empty: "en"
	// Evidence is the folder that each scenario leaves its evidence in; empty: none is written.
	Evidence string
	// Version is what the manifest of the evidence says of this program.
	Version string
	// Repeat plays each scenario so many times; 0 means 1. The evidence of every run must be the same, byte for byte.
	Repeat int
	// Parallel is how many benches stand at once; 0: one for each processor.
	Parallel int
	// Latency and Jitter of every link, in bench time. Goldens are those of a bench without: with them a golden is
	// compared without the times of day in it.
	Latency, Jitter time.Duration
	// Patience is how long, in bench time, a device that still has a job under way is waited for beyond what a step
	// gives it, before its case is not decided. 0: [DefaultPatience]; negative: it is not waited for, and the step
	// fails.
	Patience time.Duration
	// RealTime plays on devices that go by the machine's clock; nil: the bench's time stands, and a script moves it.
	// No two runs have the same evidence then, so that Repeat and Update are refused.
	RealTime *RealTime
	// Known gives results of an earlier run, which are not played again; nil: there are none.
	Known func(Scenario) (Result, bool)
	// Begins is told each scenario before it is played; nil: nobody is.
	Begins func(Scenario)
	// Baseline are the failures that are expected.
	Baseline Baseline
	// AsOf is the day whose answers Entra ID gives; zero: the newest that is known. See [fakeentra.Config].
	AsOf time.Time
	// Folder reads the scenarios from a source folder instead of this program.
	Folder string
	// Update rewrites the goldens of scenarios whose cmp fails, those of Language; it needs Folder.
	Update bool
	// KeepFiles leaves the rendered evidence in the results.
	KeepFiles bool
	// Core is the command that starts a mail core of somebody else's, which the simulated printers run on. See
	// package contract. Empty: they have the project's own.
	Core []string
	// Configure changes the bench before it is built: for planted defects.
	Configure func(*lab.Config)
	// Inspect sees the bench after the scenario, before it is closed.
	Inspect func(Result, *lab.Lab)
	// FailFast ends the run at the first failure: what is being played is played to its end, the rest is not.
	FailFast bool
	// Picked hears how many scenarios are to be played, before the first is.
	Picked func(n int)
	// Progress hears every result as it is there, one at a time.
	Progress func(Result)
	// Likely says what may be wrong where a scenario failed at a line, for the page of the evidence; nil: nobody knows.
	Likely func(id, step string) string
}

// Result is how one scenario ended.
type Result struct {
	Scenario    Scenario
	Seed        uint64
	Verdict     report.Verdict
	Passed      bool
	Failure     string            // in full, several lines; the reason if it was skipped
	Known       string            // why it was expected to fail, if it was
	Line        int               // of the script, where it failed; 0 if it did not
	Wanted      string            // what was to be seen there; empty: it was not about something to be seen
	Shown       string            // what came nearest to it
	Step        string            // that line, or what stands for it in the failure
	Broken      []laws.Breach     // laws that the record breaks, where the script itself has passed
	Warnings    []string          // what the bench could not simulate: the scenario proves nothing then
	VirtualTime time.Duration     // bench time that passed
	MachineTime time.Duration     // the machine's time that the play took, of the first one if it was repeated
	Files       map[string][]byte // the evidence, if [Options.KeepFiles]
}

// Case gives the result as reports want it.
func (r Result) Case() report.Case {
	c := report.Case{
		ID: r.Scenario.ID, Title: r.Scenario.Title, Level: r.Scenario.Level, Proves: r.Scenario.Proofs(), Seed: r.Seed,
		Verdict: r.Verdict, Reason: r.Failure, Known: r.Known, Virtual: r.VirtualTime, Machine: r.MachineTime, Warnings: r.Warnings,
	}
	if len(r.Warnings) > 0 {
		c.Proves = nil
	}
	return c
}

// Cases gives all results as reports want them.
func Cases(results []Result) []report.Case {
	cases := make([]report.Case, len(results))
	for i, r := range results {
		cases[i] = r.Case()
	}
	return cases
}

// Run plays scenarios, each on a bench of its own, and returns their results in the order of their IDs. The error
// says that nothing was played (a mistake in the options, a pattern that fits nothing, a folder that cannot be used),
// that the evidence of a scenario could not be written, or that the context ended: then the results are those that
// there are. A scenario that fails is a result, not an error.
func Run(ctx context.Context, o Options) ([]Result, error) {
	picked, err := o.pick()
	if err != nil {
		return nil, err
	}
	var folder *report.Folder
	if o.Evidence != "" {
		if folder, err = report.OpenFolder(o.Evidence, o.run()); err != nil {
			return nil, err
		}
	}
	if o.Picked != nil {
		o.Picked(len(picked))
	}
	parallel := o.Parallel
	if parallel <= 0 {
		if parallel = runtime.GOMAXPROCS(0); o.RealTime != nil {
			parallel = realParallel // who waits needs no processor
		}
	}
	results := make([]Result, len(picked))
	played := make([]bool, len(picked))
	var mutex sync.Mutex
	var wait sync.WaitGroup
	var failed error
	next, enough := make(chan int), make(chan struct{})
	ended := false // enough is closed
	for range min(parallel, len(picked)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range next {
				if ctx.Err() != nil {
					continue
				}
				result, err := runScenario(ctx, picked[i], o, folder)
				mutex.Lock()
				if played[i] = result.Verdict != ""; played[i] { // else the context ended
					results[i], failed = result, errors.Join(failed, err)
				}
				if err == nil && o.Progress != nil {
					o.Progress(result)
				}
				if o.FailFast && !ended && (err != nil || result.Verdict.Fails()) {
					ended = true
					close(enough)
				}
				mutex.Unlock()
			}
		}()
	}
	for i := range picked {
		select {
		case <-enough: // even if somebody is free for another one
		default:
			select {
			case next <- i:
				continue
			case <-ctx.Done():
			case <-enough:
			}
		}
		break
	}
	close(next)
	wait.Wait()
	if ctx.Err() != nil || ended { // what was played has its verdict all the same
		all := results
		results = []Result{}
		for i, result := range all {
			if played[i] {
				results = append(results, result)
			}
		}
		failed = errors.Join(context.Cause(ctx), failed) // nil if nobody has broken it off
	}
	if folder != nil {
		failed = errors.Join(failed, o.index(folder, results))
		failed = errors.Join(failed, folder.Close(failed == nil))
	}
	return results, failed
}

// run is what the manifest of the evidence says.
func (o Options) run() report.Run {
	r := report.Run{Version: o.Version, Seed: o.Seed, Language: o.Language, Model: o.Model}
	if r.Language == "" {
		r.Language = english
	}
	if o.Latency > 0 {
		r.Latency = o.Latency.String()
	}
	if o.Jitter > 0 {
		r.Jitter = o.Jitter.String()
	}
	return r
}

// realParallel is how many benches stand at once in real time.
const realParallel = 12

// pick checks the options and picks the scenarios.
func (o Options) pick() ([]Scenario, error) {
	known, err := lab.Languages(o.Model)
	if err != nil {
		return nil, err
	}
	if o.Language != "" && !slices.Contains(known, o.Language) {
		return nil, fmt.Errorf("unknown language %q; there are %s", o.Language, strings.Join(known, ", "))
	}
	if _, err := fakeentra.DayAt(o.AsOf); err != nil {
		return nil, plainError(err)
	}
	if o.Repeat < 0 {
		return nil, fmt.Errorf("a scenario cannot be repeated %d times", o.Repeat)
	}
	if o.RealTime != nil && (o.Repeat > 1 || o.Update || o.Latency > 0 || o.Jitter > 0) {
		return nil, errors.New("by the machine's clock no two runs are the same: play without repeat, update, latency and jitter")
	}
	if o.Update && o.Folder == "" {
		return nil, errors.New("goldens are rewritten in a source folder only; name it with --folder")
	}
	if o.Update && (o.Latency > 0 || o.Jitter > 0) {
		return nil, errors.New("goldens are those of a bench without latency: leave --latency and --jitter out")
	}
	if o.Update && o.Model != "" {
		return nil, errors.New("goldens are rewritten on the default model only: leave --model out")
	}
	all, err := In(o.Folder)
	if err != nil {
		return nil, err
	}
	if err := o.Baseline.check(all); err != nil {
		return nil, err
	}
	return Picked(all, o.Patterns, o.Tags, o.Rules)
}

// In returns the scenarios of a source folder, chapter/name.txtar, or those of this program for "".
func In(folder string) ([]Scenario, error) {
	if folder == "" {
		return All()
	}
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil, fmt.Errorf("no source folder %s", folder)
	}
	all, err := Load(os.DirFS(folder))
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no scenario in %s; they are chapter/name.txtar, and mfpsim new makes one", folder)
	}
	for i := range all {
		all[i].folder = folder
	}
	return all, err
}

// RunScenario plays one scenario as often as the options say and writes its evidence. The error says that the
// evidence could not be written, or that the bench could not be built.
func RunScenario(ctx context.Context, s Scenario, o Options) (Result, error) {
	if o.Evidence == "" {
		return runScenario(ctx, s, o, nil)
	}
	folder, err := report.OpenFolder(o.Evidence, o.run())
	if err != nil {
		return Result{}, err
	}
	result, err := runScenario(ctx, s, o, folder)
	if err == nil {
		err = o.index(folder, []Result{result})
	}
	return result, errors.Join(err, folder.Close(err == nil))
}

func runScenario(ctx context.Context, s Scenario, o Options, folder *report.Folder) (Result, error) {
	first, known := Result{}, false
	if o.Known != nil {
		first, known = o.Known(s)
	}
	if known && folder != nil {
		return first, folder.Write(s.ID, first.Files)
	}
	if known {
		return first, nil
	}
	if o.Begins != nil {
		o.Begins(s)
	}
	for round := range max(o.Repeat, 1) {
		if ctx.Err() != nil {
			return Result{}, context.Cause(ctx)
		}
		watch := vtime.StartStopwatch()
		result, err := playOnce(ctx, s, o, round == 0)
		if o.RealTime != nil && ctx.Err() != nil {
			return Result{}, context.Cause(ctx) // it was broken off in the middle
		}
		if errors.Is(err, device.ErrLost) { // it is the device that fails, and the next case begins with a new one
			result.Verdict, result.Passed = report.Failed, false
			result.Failure, err = tell(s, 0, "the device does not take part", &failure{message: err.Error()}, o), nil
		}
		result.MachineTime = watch.Elapsed()
		if err != nil {
			failed := Result{Scenario: s, Seed: o.Seed, Verdict: report.Failed, Failure: err.Error()}
			return failed, fmt.Errorf("%s: %w", s.ID, err)
		}
		if round == 0 {
			first = result
			continue
		}
		if where := difference(first.Files, result.Files); where != "" {
			first.Verdict, first.Passed = report.Failed, false
			first.Failure = tell(s, 0, fmt.Sprintf("run %d is not run 1", round+1),
				&failure{message: "the same seed gave other evidence: " + where}, o)
			break
		}
	}
	o.Baseline.expect(&first)
	if folder != nil {
		if err := folder.Write(s.ID, first.Files); err != nil {
			return first, err
		}
	}
	if !o.KeepFiles {
		first.Files = nil
	}
	return first, nil
}

// playOnce builds a bench, plays the scenario on it and renders the evidence if somebody wants it.
func playOnce(ctx context.Context, s Scenario, o Options, update bool) (Result, error) {
	result := Result{Scenario: s, Seed: o.Seed, Verdict: report.Passed, Passed: true}
	config := lab.Config{Seed: o.Seed, Language: o.Language, Model: o.Model, Latency: o.Latency, Jitter: o.Jitter}
	if !o.AsOf.IsZero() {
		config.Entra = func(c *fakeentra.Config) { c.AsOf = o.AsOf }
	}
	if o.Configure != nil {
		o.Configure(&config)
	}
	core := o.fit(&config)
	var cut lives
	if o.RealTime != nil {
		var reason string
		if cut, reason = o.RealTime.plan(s); reason != "" {
			result.Verdict, result.Passed, result.Failure = report.Skipped, false, reason
			return result, nil
		}
		cut.fit(&config)
	}
	bench, err := lab.New(config)
	if err != nil {
		return result, err
	}
	defer bench.Close()
	if config.RealTime {
		defer context.AfterFunc(ctx, func() { _ = bench.Close() })() // nobody waits out what was broken off

		defer bench.Hold()() // the record of a World that flows is a bounded one
	}
	p, err := newPlay(s, bench, bench.Language())
	if err != nil {
		return result, err
	}
	p.patience = o.bearance()
	p.late = o.Latency > 0 || o.Jitter > 0
	p.real, p.cut = o.RealTime, cut
	p.core = core
	if o.wantsEvidence() {
		p.before = p.memoryNow()
	}
	if err := p.decide(&result, o, update); err != nil {
		return result, err
	}
	p.ofCore(&result, o)
	p.troubled(&result, o)
	result.VirtualTime = bench.World.Elapsed()
	result.Warnings = p.warnings()
	render := func() (err error) {
		if o.wantsEvidence() {
			result.Files, err = evidence(p, result, o).Files()
		}
		return err
	}
	if err := render(); err != nil {
		return result, err
	}
	if result.Passed || result.Verdict == report.Warned && result.Line == 0 {
		broken, err := p.tempt()
		if err != nil {
			return result, err
		}
		p.convict(&result, broken, o)
		p.ofCore(&result, o)
		if p.troubled(&result, o); result.Verdict == report.Failed {
			if err := render(); err != nil {
				return result, err
			}
		}
	}
	if o.Inspect != nil {
		o.Inspect(result, bench)
	}
	return result, nil
}

// bearance is how long a device is waited for; negative: it is not.
func (o Options) bearance() time.Duration {
	patience := cmp.Or(o.Patience, DefaultPatience)
	if o.RealTime != nil {
		patience = min(patience, 2*o.RealTime.Longest)
	}
	return patience
}

// wantsEvidence reports whether somebody looks at what a play leaves behind.
func (o Options) wantsEvidence() bool { return o.Evidence != "" || o.KeepFiles || o.Repeat > 1 }

// decide plays the script, if the device has what it needs, and holds its record against the laws.
func (p *play) decide(result *Result, o Options, update bool) error {
	reason, err := p.lacks()
	if err != nil {
		return err
	}
	if reason != "" {
		result.Verdict, result.Passed, result.Failure = report.Skipped, false, reason
		return nil
	}
	out, err := p.guarded(update && o.Update, filepath.Join(o.Folder, filepath.FromSlash(p.scenario.File)))
	if err != nil {
		return err
	}
	switch {
	case out.failure != nil:
		result.Verdict, result.Passed, result.Line = out.failure.verdict(p.scenario), false, out.line
		result.Step = strings.TrimSpace(out.text)
		result.Wanted, result.Shown = out.failure.wanted, out.failure.shown
		result.Failure = tell(p.scenario, out.line, out.text, out.failure, o)
	case out.skipped != "":
		result.Verdict, result.Passed, result.Failure = report.Skipped, false, out.skipped
	default:
		broken, err := Judge(p.lab)
		if err != nil {
			return err
		}
		p.convict(result, broken, o)
		p.warn(result, o)
	}
	return nil
}

// guarded plays the script; a panic of a verb ends this scenario and no other.
func (p *play) guarded(update bool, source string) (out outcome, err error) {
	defer func() {
		if value := recover(); value != nil {
			last := p.lines[max(0, p.cursor-1)]
			out = outcome{line: last.number, text: last.text, failure: p.fail(p.lab.World.Panicked("scenario", value))}
		}
	}()
	return p.script(update, source)
}

// evidence collects what the bench leaves behind.
func evidence(p *play, r Result, o Options) report.Evidence {
	e := report.Evidence{
		ID: r.Scenario.ID, Journal: p.lab.Journal, Replay: replay(r.Scenario, o), Story: p.story(r, o), Up: o.Evidence != "",
	}
	if r.Verdict != report.Passed && r.Verdict != report.Skipped {
		e.Failure = r.Failure
	}
	if p.core != nil {
		e.Core = p.core.Trace()
	}
	for _, broke := range p.lab.World.Panics() {
		e.Panics = append(e.Panics, broke.Error()+"\n"+broke.Stack)
	}
	for _, m := range p.lab.Mails() {
		e.Mails = append(e.Mails, report.Mail(m))
	}
	for _, m := range p.lab.SentMails() {
		e.Sent = append(e.Sent, report.Mail(m))
	}
	return e
}

// lacks says what the scenario needs and the device does not have; empty if it has all.
func (p *play) lacks() (string, error) {
	description, err := p.description()
	if err != nil {
		return "", err
	}
	var missing []string
	for _, need := range p.scenario.Required() {
		if need == device.CapabilityClock && p.real != nil {
			continue // time passes by itself
		}
		if !description.Has(need) {
			missing = append(missing, string(need))
		}
	}
	for _, language := range p.scenario.languages() {
		if !slices.Contains(description.Languages, language) {
			missing = append(missing, "the language "+language)
		}
	}
	if len(missing) == 0 {
		return "", nil
	}
	return "needs " + strings.Join(missing, ", ") + ", which this device does not have", nil
}

// difference names the first file and line in which two evidences differ; empty if they are the same.
func difference(a, b map[string][]byte) string {
	var names []string
	for _, files := range []map[string][]byte{a, b} {
		for name := range files {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		one, hasOne := a[name]
		two, hasTwo := b[name]
		if hasOne != hasTwo {
			return name + " is there only once"
		}
		left, right := strings.Split(string(one), "\n"), strings.Split(string(two), "\n")
		for i := range max(len(left), len(right)) {
			var l, r string
			if i < len(left) {
				l = left[i]
			}
			if i < len(right) {
				r = right[i]
			}
			if l != r || i >= len(left) != (i >= len(right)) {
				return fmt.Sprintf("%s:%d: %q, then %q", name, i+1, around(l, r), around(r, l))
			}
		}
	}
	return ""
}

// around is the piece of a line in which it differs from another.
func around(line, other string) string {
	const before, most = 40, 120
	letters, others := []rune(line), []rune(other)
	at := 0
	for at < len(letters) && at < len(others) && letters[at] == others[at] {
		at++
	}
	from := max(0, at-before)
	return string(letters[from:min(len(letters), from+most)])
}
