package scenarios

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"mfpsim/report"
)

// Shrunk is the shortest scenario found that fails as another one does.
type Shrunk struct {
	Scenario Scenario // its Text is the whole file, ready to be saved as its File
	Before   int      // steps of the scenario that was shrunk
	Steps    int      // steps that are left
	Plays    int      // how often it was played on the way
	// Compared says that each step is needed on the reference too: the result passes there.
	Compared bool
}

// ErrDoesNotFail is the error of shrinking a scenario that does not fail.
var ErrDoesNotFail = errors.New("the scenario does not fail, so there is nothing to shrink")

// mostPlays bounds how often a scenario is played on the way to the shortest.
const mostPlays = 1500

// shrunkEnding is what the ID of the scenario that was shrunk gets.
const shrunkEnding = "-shrunk"

// Shrink looks for the shortest scenario that fails as s does with the options o: the same step with the same reason,
// or the same law. It takes away steps, then the answers and faults of a sequence, then words that a step can do
// without (delta debugging, Zeller and Hildebrandt 2002). Where the scenario passes with the reference's options,
// because the fault lies in the seed, the core or the device that o adds, the shortest one passes there too, so that no
// step goes whose loss alone is the failure. The error is [ErrDoesNotFail], or what kept the bench from being built.
func Shrink(ctx context.Context, s Scenario, o, reference Options) (Shrunk, error) {
	o.Evidence, o.Update, o.Repeat, o.Baseline = "", false, 1, nil
	reference.Evidence, reference.Update, reference.Repeat, reference.Baseline = "", false, 1, nil
	x := &shrinking{ctx: ctx, o: o, reference: reference, of: s}
	failed, err := RunScenario(ctx, s, o)
	if err != nil {
		return Shrunk{}, err
	}
	if !failed.Verdict.Fails() && failed.Verdict != report.Warned {
		return Shrunk{}, ErrDoesNotFail
	}
	x.failed = failed
	passes, err := RunScenario(ctx, s, reference)
	x.compared = err == nil && passes.Passed
	header, steps, err := parts(s, failed.Line)
	if err != nil {
		return Shrunk{}, err
	}
	x.header, x.last = header, failed.Line > 0
	before, _ := s.lines()

	for before := ""; before != strings.Join(steps, "\n"); { // a shorter step can make another one needless
		before = strings.Join(steps, "\n")
		steps = x.fewer(steps)
		for i := range steps {
			steps[i] = x.shorter(steps, i)
		}
	}
	shrunk, err := x.scenario(steps)
	if err != nil {
		return Shrunk{}, err
	}
	return Shrunk{
		Scenario: shrunk, Before: len(before), Steps: len(steps), Plays: x.plays, Compared: x.compared,
	}, ctx.Err()
}

// shrinking is one search.
type shrinking struct {
	ctx          context.Context
	o, reference Options
	of           Scenario
	failed       Result
	header       []string
	last         bool // the last step is the one that fails, and stays
	compared     bool
	plays        int
}

// parts are the header's lines and the steps of a scenario, up to the line that fails; 0: all. A handover is none.
func parts(s Scenario, until int) (header, steps []string, err error) {
	lines, err := s.lines()
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		if l.words[0] != "handover" && (until == 0 || l.number <= until) {
			steps = append(steps, l.text)
		}
	}
	for _, text := range strings.Split(s.Text, "\n") {
		if strings.TrimSpace(text) == "" {
			break
		}
		header = append(header, strings.TrimRight(text, "\r"))
	}
	return header, steps, nil
}

// scenario is the file with these steps.
func (x *shrinking) scenario(steps []string) (Scenario, error) {
	var b strings.Builder
	for _, line := range x.header {
		key, _, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		switch strings.TrimSpace(key) {
		case "id":
			line = "# id: " + x.of.ID + shrunkEnding
		case "title":
			line = "# title: Shrunk from " + x.of.ID + x.how() + ": " + strings.TrimSuffix(x.of.Title, ".")
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
	for i, step := range steps {
		if i == len(steps)-1 && x.of.HandoverLine() > 0 {
			b.WriteString("handover\n")
		}
		b.WriteString(step + "\n")
	}
	archive := &txtar.Archive{Comment: []byte(b.String())}
	for _, file := range x.of.archive().Files {
		base, _, _ := strings.Cut(file.Name, ".")
		if slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, base) }) {
			archive.Files = append(archive.Files, file)
		}
	}
	s, err := Parse(x.of.ID+shrunkEnding+".txtar", string(txtar.Format(archive)))
	if err != nil {
		return s, err
	}
	lines, err := s.lines()
	if err != nil {
		return s, err
	}
	if !slices.ContainsFunc(lines, line.asserts) {
		return s, errors.New("nothing is asserted")
	}
	return s, s.checkFiles(lines)
}

// how are the options that the failure needs, in words.
func (x *shrinking) how() string {
	switch {
	case len(x.o.Core) > 0:
		return fmt.Sprintf(" (seed %d, another core)", x.o.Seed)
	case x.o.Seed != 0:
		return fmt.Sprintf(" (seed %d)", x.o.Seed)
	}
	return ""
}

// fails reports whether these steps fail as the scenario did.
func (x *shrinking) fails(steps []string) bool {
	if x.plays >= mostPlays || x.ctx.Err() != nil {
		return false
	}
	s, err := x.scenario(steps)
	if err != nil {
		return false
	}
	x.plays++
	result, err := RunScenario(x.ctx, s, x.o)
	if err != nil || !alike(result, x.failed, x.compared) {
		return false
	}
	if !x.compared {
		return true
	}
	x.plays++
	good, err := RunScenario(x.ctx, s, x.reference)
	return err == nil && good.Passed
}

// alike reports whether two results are the same failure. Where there is a reference that passes, the step is enough;
// else what was seen must be the same too, because a step can fail for want of what was taken away.
func alike(a, b Result, compared bool) bool {
	laws := func(r Result) (ids []string) {
		for _, breach := range r.Broken {
			ids = append(ids, breach.Law.ID)
		}
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	if a.Verdict != b.Verdict || (a.Line > 0) != (b.Line > 0) {
		return false
	}
	if a.Line == 0 {
		same := len(a.Broken) > 0 || compared || reason(a.Failure) == reason(b.Failure)
		return same && slices.Equal(laws(a), laws(b))
	}
	words := strings.Fields(b.Step)
	same := compared || reason(a.Failure) == reason(b.Failure)
	return same && strings.HasPrefix(a.Step, strings.Join(words[:min(2, len(words))], " "))
}

// moments are what two failures of one kind do not share: times, receipt numbers, numbers of lines and journals.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d|\b0\d\d \||\bline \d+|\bjournal \d+|after \d+ \w+|within \d+ \w+`)

// reason is what a failure says was seen: the line below its head, and what was nearest.
func reason(failure string) string {
	var said []string
	for i, text := range strings.Split(failure, "\n") {
		if text = strings.TrimSpace(text); i == 1 || strings.HasPrefix(text, "nearest:") {
			said = append(said, moments.ReplaceAllString(text, "…"))
		}
	}
	return strings.Join(said, "\n")
}

// fewer takes away steps: halves first, then quarters, until no single one can go.
func (x *shrinking) fewer(steps []string) []string {
	fixed := 0
	if x.last {
		fixed = 1
	}
	for size := max(1, (len(steps)-fixed)/2); size >= 1; {
		gone := false
		for at := 0; at+size <= len(steps)-fixed; {
			without := slices.Delete(slices.Clone(steps), at, at+size)
			if len(without) > 0 && x.fails(without) {
				steps, gone = without, true
				continue
			}
			at += size
		}
		if !gone || size > (len(steps)-fixed)/2 {
			if size == 1 && !gone {
				break
			}
			size = max(1, size/2)
		}
	}
	return steps
}

// shorter takes parts of a sequence and words with a value out of one step.
func (x *shrinking) shorter(steps []string, at int) string {
	try := func(text string) bool {
		changed := slices.Clone(steps)
		changed[at] = text
		return text != "" && x.fails(changed)
	}
	best := steps[at]
	for _, cut := range []func(string) []string{sequences, optionalWords} {
		for again := true; again; {
			again = false
			for _, shorter := range cut(best) {
				if try(shorter) {
					best, again = shorter, true
					break
				}
			}
		}
	}
	return best
}

// sequences are the step without one part of "… then …".
func sequences(step string) (shorter []string) {
	const then = " then "
	parts := strings.Split(step, then)
	if len(parts) < 2 {
		return nil
	}
	verb := strings.Join(strings.Fields(parts[0])[:min(2, len(strings.Fields(parts[0])))], " ")
	for i := range parts {
		rest := slices.Delete(slices.Clone(parts), i, i+1)
		if i == 0 {
			rest[0] = verb + " " + rest[0]
		}
		shorter = append(shorter, strings.Join(rest, then))
	}
	return shorter
}

// optionalWords are the step without one word of the form key=value, as far as it has no quotes.
func optionalWords(step string) (shorter []string) {
	if strings.Contains(step, "'") || strings.HasPrefix(step, "env ") {
		return nil
	}
	words := strings.Fields(step)
	for i := 1; i < len(words); i++ {
		if key, _, is := strings.Cut(words[i], "="); is && key != "" {
			shorter = append(shorter, strings.Join(slices.Delete(slices.Clone(words), i, i+1), " "))
		}
	}
	return shorter
}
