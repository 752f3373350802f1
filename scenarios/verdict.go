package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/report"
)

// DefaultPatience is how long a device that is still at work is waited for, where the options do not say.
const DefaultPatience = 15 * time.Minute

// openCodes are codes of which the guide gives the sentences, and to which it assigns no cause: which of them is shown
// is the maker's choice (docs/reference/printer.md section 1.5).
var openCodes = []string{"361", "370"}

// undecidedError says that a device had not given up when the patience was over.
type undecidedError struct {
	cause    error
	jobs     string
	patience time.Duration
}

func (e *undecidedError) Error() string {
	return fmt.Sprintf("%s is under way, %s after the time that this step gives it: not decided; --patience waits longer\n%v",
		e.jobs, spoken(e.patience), e.cause)
}

func (e *undecidedError) Unwrap() error { return e.cause }

// verdict is what a failed line makes of its scenario.
func (f *failure) verdict(s Scenario) report.Verdict {
	switch {
	case f.bench:
		return report.Errored
	case f.undecided:
		return report.Undecided
	case f.mild, s.Level == LevelShould && !f.law:
		return report.Warned
	}
	return report.Failed
}

// failWords are how a failure begins.
var failWords = map[report.Verdict]string{
	report.Failed: "FAIL", report.Errored: "ERROR", report.Undecided: "NOT DECIDED", report.Warned: "WARN",
}

// bearWith looks further at a surface on which words were not seen in time. What the guide leaves open, and what comes
// late because the device is still at work, is remarked and no failure. late is empty if the words came.
func (p *play) bearWith(see look, s surface, words []string, failed *showError) (surface, error) {
	other, code, err := p.otherCode(words)
	if err != nil {
		return s, err
	}
	waited := false
	for {
		switch {
		case waited && s.shows(words):
			p.remark("%s: it came only after %s", quoted(failed.asked()), spoken(p.lab.World.Now().Sub(failed.from)))
			return s, nil
		case other != nil && s.shows(other):
			p.remark("%s: %s is shown; the guide leaves open which code a cause has", quoted(failed.asked()), code)
			return s, nil
		}
		jobs, err := p.underWay()
		if err != nil {
			return s, err
		}
		late := p.lab.World.Now().Sub(failed.from) - failed.limit
		failed.surface, failed.at = s, p.printerTime()
		switch {
		case jobs == "" || p.patience <= 0:
			return s, failed
		case late >= p.patience:
			return s, &undecidedError{cause: failed, jobs: jobs, patience: p.patience}
		}
		waited = true
		if err := p.next(p.patience - late); err != nil {
			return s, err
		}
		if s, err = p.look(see); err != nil {
			return s, err
		}
	}
}

// asked are the words as the script has them.
func (e *showError) asked() []string {
	if e.written != nil {
		return e.written
	}
	return e.words
}

// otherCode gives the words with another of the open codes, and its sentences, in the place of the one in them; nil:
// the words have none.
func (p *play) otherCode(words []string) (other []string, code string, err error) {
	for _, asked := range openCodes {
		if !slices.Contains(words, asked) {
			continue
		}
		for _, code := range openCodes {
			if code == asked {
				continue
			}
			known, err := p.deviceWords(p.language)
			if err != nil {
				return nil, "", err
			}
			instead := map[string]string{asked: code}
			for _, part := range []string{"status", "solution"} {
				from, err := messageOf(known, p.language, "code."+asked+"."+part)
				if err != nil {
					continue // a device that has no such sentence shows none
				}
				if to, err := messageOf(known, p.language, "code."+code+"."+part); err == nil {
					instead[from] = to
				}
			}
			other = slices.Clone(words)
			for i, word := range other {
				if to, is := instead[word]; is {
					other[i] = to
				}
			}
			return other, code, nil
		}
	}
	return nil, "", nil
}

// underWay names the jobs that printers are still at; empty: there are none. What a device does not tell is not waited
// for.
func (p *play) underWay() (string, error) {
	var running []string
	for _, name := range p.lab.Printers() {
		d, err := p.lab.Device(name)
		if err != nil {
			return "", err
		}
		var jobs []device.Job
		err = p.do(func(ctx context.Context) (err error) { jobs, err = d.Jobs(ctx); return err })
		switch {
		case errors.Is(err, device.ErrPoweredOff), errors.Is(err, device.ErrNotSupported):
			continue
		case err != nil:
			return "", err
		}
		for _, job := range jobs {
			if job.State == device.JobRunning {
				running = append(running, fmt.Sprintf("job %d of %s", job.Receipt, name))
			}
		}
	}
	return strings.Join(running, ", "), nil
}

// remark notes what is no failure and is told all the same.
func (p *play) remark(format string, args ...any) {
	l := p.lines[max(0, p.cursor-1)]
	p.remarks = append(p.remarks, fmt.Sprintf("line %d: %s", l.number, fmt.Sprintf(format, args...)))
}

// warn turns a scenario that has passed with remarks into one that warns.
func (p *play) warn(r *Result, o Options) {
	if len(p.remarks) == 0 || !r.Passed {
		return
	}
	r.Verdict, r.Passed = report.Warned, false
	f := &failure{message: strings.Join(p.remarks, "\n"), mild: true}
	r.Failure = tell(p.scenario, 0, "its lines hold but for this", f, o)
}
