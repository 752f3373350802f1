package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mfpsim/device"
	"mfpsim/lab"
	"mfpsim/report"
)

// HandRecord is what was done by hand on a live bench, as a scenario of evidence.
type HandRecord struct {
	Text   string   // of [report.RecordedName]; empty: nothing was done, or it cannot be played
	Unsaid []string // what is not in it
}

// RecordHand writes what was done by hand after an entry of the record as a scenario. It expects what the recording of
// that person does, if there is one, and the job history of now, so that who plays it sees whether the same came of it.
// before is as with [Record].
func RecordHand(
	l *lab.Lab, taken *Case, printer string, before []string, from int, recording *Recorder,
) (HandRecord, error) {
	r, err := Record(l, taken, printer, before)
	if err != nil {
		return HandRecord{}, err
	}
	r.says = "# By hand."
	if taken == nil {
		r.from = from
	}
	if recording != nil {
		r.expects = slices.Clone(recording.expects)
	}
	done := r.Now()
	told := HandRecord{Unsaid: done.Unsaid}
	if len(done.Lines) == len(r.expects) {
		return told, nil
	}
	history, err := r.history()
	if err != nil {
		return told, err
	}
	for _, line := range history {
		r.expects = append(r.expects, expectation{l.Journal.Len(), line})
	}
	title := "What was done by hand on the bench"
	if taken != nil {
		title = "By hand: " + taken.Scenario.Title
	}
	_, name, _ := strings.Cut(report.RecordedName, "/")
	told.Text, err = r.Save(name, title)
	if err != nil {
		told.Text = ""
	}
	return told, err
}

// history is what the job history says now, as assertions: how many jobs it has, and how each has ended.
func (r *Recorder) history() ([]string, error) {
	d, err := r.play.device()
	if err != nil {
		return nil, err
	}
	jobs, err := d.Jobs(context.Background()) // a look, which needs no turn
	if err != nil {
		return nil, fmt.Errorf("the job history cannot be read: %w", err)
	}
	w := &writer{r: r}
	var lines []string
	for _, j := range slices.Backward(jobs) {
		switch {
		case j.State == device.JobRunning:
		case j.Code != "":
			lines = append(lines, Line("jobs", fmt.Sprint(j.Receipt), "shows", j.Code))
		default:
			lines = append(lines, Line("jobs", fmt.Sprint(j.Receipt), "shows", w.english(j.Result)))
		}
	}
	return append(lines, Line("jobs", "count", fmt.Sprint(len(jobs)))), nil
}
