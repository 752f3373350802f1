package scenarios

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"mfpsim/choice"
	"mfpsim/report"
)

// Baseline are the failures of a device that are known: scenarios by their ID. A scenario that fails as it says there
// does not fail the run; one that does not fail any more does, so that no entry outlives its failure.
type Baseline map[string]KnownFailure

// KnownFailure is why and where a scenario is expected to fail.
type KnownFailure struct {
	// Because is for people: a ticket, a version.
	Because string `yaml:"because"`
	// Step is the line of the scenario that fails, without its number; empty: any.
	Step string `yaml:"step,omitempty"`
}

// ReadBaseline reads a baseline file: YAML, scenarios by ID with because and, if they are to fail at one line only,
// step. name is what messages call the file.
func ReadBaseline(name string, text []byte) (Baseline, error) {
	baseline := Baseline{}
	if len(bytes.TrimSpace(text)) == 0 {
		return baseline, nil
	}
	if err := yaml.UnmarshalWithOptions(text, &baseline, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	for id, known := range baseline {
		if strings.TrimSpace(known.Because) == "" {
			return nil, fmt.Errorf("%s: %s does not say why; write because: …", name, id)
		}
	}
	return baseline, nil
}

// check refuses entries of scenarios that do not exist.
func (b Baseline) check(all []Scenario) error {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	for _, id := range b.ids() {
		if slices.Contains(ids, id) {
			continue
		}
		text := fmt.Sprintf("the baseline expects %s to fail, and there is no such scenario", id)
		if nearest := (&choice.Error{Wanted: id, Present: ids}).Nearest(); nearest != "" {
			text += "; the nearest is " + nearest
		}
		return errors.New(text)
	}
	return nil
}

func (b Baseline) ids() []string {
	ids := make([]string, 0, len(b))
	for id := range b {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// expect turns a failure that is known into an expected one.
func (b Baseline) expect(r *Result) {
	known, there := b[r.Scenario.ID]
	if !there || r.Verdict != report.Failed && r.Verdict != report.Undecided {
		return
	}
	if known.Step != "" && known.Step != r.Step {
		r.Failure = fmt.Sprintf("%s\n  the baseline expects it to fail elsewhere: %s\n",
			strings.TrimRight(r.Failure, "\n"), known.Step)
		return
	}
	r.Verdict, r.Known = report.Expected, known.Because
}

// Stale names the entries whose scenario was played and did not fail, with what it did.
func (b Baseline) Stale(results []Result) []string {
	var stale []string
	for _, r := range results {
		known, there := b[r.Scenario.ID]
		if !there || r.Verdict.Fails() || r.Verdict == report.Expected {
			continue
		}
		stale = append(
			stale, fmt.Sprintf("%s is %s, and is expected to fail: %s", r.Scenario.ID, r.Verdict, known.Because),
		)
	}
	return stale
}

// unexplained stands where nobody has said yet why a scenario fails.
const unexplained = "not explained yet"

// Next gives the baseline that these results ask for: what fails, with the reasons that were known. Entries whose
// scenario was not played stay.
func (b Baseline) Next(results []Result) Baseline {
	next := Baseline{}
	for id, known := range b {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Scenario.ID == id }) {
			next[id] = known
		}
	}
	for _, r := range results {
		if r.Verdict == report.Failed || r.Verdict == report.Undecided || r.Verdict == report.Expected {
			next[r.Scenario.ID] = KnownFailure{Because: cmp.Or(b[r.Scenario.ID].Because, unexplained), Step: r.Step}
		}
	}
	return next
}

// YAML writes the baseline as [ReadBaseline] reads it.
func (b Baseline) YAML() ([]byte, error) {
	var rows yaml.MapSlice
	for _, id := range b.ids() {
		rows = append(rows, yaml.MapItem{Key: id, Value: b[id]})
	}
	text := []byte("# Failures that are known; a scenario that fails as said here does not fail the run, one that passes does.\n")
	if len(rows) == 0 {
		return text, nil
	}
	body, err := yaml.Marshal(rows)
	return append(text, body...), err
}
