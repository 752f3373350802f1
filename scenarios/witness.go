package scenarios

import (
	"context"
	"errors"
	"fmt"

	"mfpsim/device"
)

// witness is the printer, if it is one that cannot be read, but about which somebody can be asked; nil: it can be
// read.
func (p *play) witness() device.Witness {
	d, err := p.device()
	if err != nil {
		return nil // told by who acts
	}
	w, _ := d.(device.Witness)
	return w
}

// showsOn is shows for a surface of the printer. Of one that cannot be read somebody is asked whether the words are
// there.
func (p *play) showsOn(at device.Look, not bool, args []string, expected lexicon, see look) (string, error) {
	w := p.witness()
	if w == nil {
		return p.shows(not, args, expected, see)
	}
	limit, args, err := within(args)
	if err != nil {
		return "", err
	}
	if len(args) == 0 {
		return "", errors.New("shows what? the words are missing")
	}
	if at.Words, err = expected(args); err != nil {
		return "", err
	}
	if at.Absent = not; not {
		err = p.settle()
	} else {
		at.Within = limit
	}
	if err != nil {
		return "", err
	}
	var sight device.Sight
	if err := p.do(func(ctx context.Context) (err error) { sight, err = w.Look(ctx, at); return err }); err != nil {
		return "", err
	}
	if sight.AsShown {
		return "", nil
	}
	seen := surface{
		name: string(at.Surface), lines: lines(sight.Said), drawn: sight.Said + "\n(said by a person)\n",
	}
	return sight.Said, &showError{
		surface: seen, words: at.Words, written: args, not: not, limit: limit, at: p.printerTime(),
	}
}

// absent says why a scenario is skipped in which a person has missed something of the device.
func absent(l line, err error) string {
	return fmt.Sprintf("%s: a person says: %v", l.words[0], err)
}

// askForJobs asks how many jobs the history has, when nothing is under way any more.
func (p *play) askForJobs(w device.Witness, want int) (string, error) {
	if err := p.settle(); err != nil {
		return "", err
	}
	var got int
	err := p.do(func(ctx context.Context) (err error) { got, err = w.CountJobs(ctx); return err })
	if err == nil && got != want {
		err = fmt.Errorf("a person says that there are %d jobs, not %d", got, want)
	}
	return fmt.Sprint(got), err
}
