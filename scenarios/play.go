package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/contract"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/vtime"
)

const (
	// patience is how much bench time `shows` lets pass.
	patience = 30 * time.Second
	// act is how long a person's act takes; reading and copying a code takes longer.
	act     = time.Second
	reading = 10 * time.Second
	// settling is how much bench time running exchanges get to finish.
	settling = time.Hour
	english  = "en"
)

// play is one scenario on one bench.
type play struct {
	scenario Scenario
	lab      *lab.Lab
	printer  string // the printer that verbs act on
	language string
	lines    []line
	cursor   int                     // in lines: what was played last
	texts    map[string]device.Words // by printer and language

	files  map[string]string // of the scenario, by name; they lie nowhere else
	set    values            // by env
	stdout string            // what a verb printed last
	itsOwn bool              // that is how a core under test speaks, which may use other words than the project's own
	// anyLanguage says that what was printed last is alike in all languages of the printer.
	anyLanguage bool
	golden      map[string]string // what -update found in the place of files

	tenant        string          // the organization that was made last
	account       string          // typed last on Microsoft's page
	code, address string          // copied last from Web Config
	read          bool            // the code was copied, and no sign-in has begun with it
	panics        int             // of the World's, how many were told
	armed         map[string]bool // printers whose supply was told to fail in a write

	before   []byte        // the printer's memory as it was at the beginning, if evidence is wanted
	patience time.Duration // see [Options.Patience]; 0: none
	late     bool          // links have a latency, which moves what the goldens say of time
	real     *RealTime     // nil: the bench's time stands, and a script moves it
	cut      lives         // in real time
	remarks  []string      // what is no failure and is told all the same
	allLines []line        // of the scenario, once they were read
	// looking is the line of a check list that is being looked at; nil: none is, and words count wherever they stand.
	looking *looking
	// glance is how a case is looked at while a person plays: once, without time that passes; see [Case].
	glance bool
	pages  *seenPages        // what that person's browsers show, in the place of those of the script
	deeds  *deeds            // and what he has done on them; nil: nobody has asked yet
	core   *contract.Session // of the core that is tested; nil: the project's own
}

func newPlay(s Scenario, l *lab.Lab, language string) (*play, error) {
	lines, err := s.lines()
	if err != nil {
		return nil, err
	}
	p := &play{
		scenario: s, lab: l, language: language, lines: lines, printer: lab.DefaultPrinter, texts: map[string]device.Words{},
		files: map[string]string{}, set: values{of: map[string]string{}}, golden: map[string]string{},
		armed: map[string]bool{},
	}
	for _, file := range s.archive().Files {
		p.files[file.Name] = string(file.Data)
	}
	return p, nil
}

// errStuck: nobody knows what the device would have done.
var errStuck = errors.New("the bench got stuck")

func stuck(err error) error {
	var broke *vtime.PanicError
	var tooFar *vtime.RangeError
	switch {
	case errors.As(err, &broke):
		return broke
	case errors.As(err, &tooFar): // a mistake of the script, which asks for more time than there is
		return tooFar
	}
	return fmt.Errorf("%w: %w", errStuck, err)
}

// panicked returns the first panic of a party that no step has told yet.
func (p *play) panicked() error {
	panics := p.lab.World.Panics()
	if len(panics) <= p.panics {
		return nil
	}
	told := panics[p.panics]
	p.panics = len(panics)
	return told
}

// do runs one step of the script in a turn of its own.
func (p *play) do(f func(ctx context.Context) error) error { return inTurn(p.lab, f) }

// act runs one step of a person, who takes a while before it is done. A failure of the power that was asked for is no
// error of the step in which it comes.
func (p *play) act(takes time.Duration, f func(ctx context.Context) error) error {
	switch {
	case p.real == nil:
		if _, err := p.lab.World.Advance(takes); err != nil {
			return stuck(err)
		}
	case takes >= reading && p.witness() == nil: // a person takes as long as it takes
		if err := p.pass(cmp.Or(p.real.Reading, realReading)); err != nil {
			return err
		}
	case p.core != nil: // what an act has begun is under way at the next one, although a line takes its time
		if err := p.pass(glimpse); err != nil {
			return err
		}
	}
	return p.do(func(ctx context.Context) error { return p.bearing(ctx, f) })
}

// note records a step in the journal, where evidence and failures find it.
func (p *play) note(kind journal.Kind, format string, args ...any) {
	p.lab.Journal.Append(
		journal.Entry{Party: "scenario", Kind: kind, Text: journal.Plain(fmt.Sprintf(format, args...))},
	)
}

func (p *play) device() (device.Device, error) { return p.lab.Device(p.printer) }

// description is what the printer says of itself.
func (p *play) description() (description device.Description, err error) {
	d, err := p.device()
	if err != nil {
		return description, err
	}
	err = p.do(func(ctx context.Context) (err error) { description, err = d.Describe(ctx); return err })
	return description, err
}

// surface is something that a person looks at.
type surface struct {
	name   string   // "panel", "page", "job history": as messages call it
	place  string   // where on it: "Scan > Email"
	lines  []string // what shows searches
	beside int      // how many of the last lines are keys, buttons, title or path: what is there, but says nothing
	drawn  string   // the surface as it is printed
	// fits decides whether the words are on a line; nil: plain words.
	fits func(line string, words []string) bool
}

func (s surface) shows(words []string) bool {
	fits := s.fits
	if fits == nil {
		fits = onLine
	}
	return slices.ContainsFunc(s.lines, func(l string) bool { return fits(l, words) })
}

// look is a look at a surface, in a turn.
type look func(ctx context.Context) (surface, error)

// shows is the one assertion. It lets bench time run until the words are there; denied, it lets running exchanges
// finish and looks once.
func (p *play) shows(not bool, args []string, expected lexicon, see look) (string, error) {
	limit, args, err := within(args)
	if err != nil {
		return "", err
	}
	if len(args) == 0 {
		return "", errors.New("shows what? the words are missing")
	}
	words, err := expected(args)
	if err != nil {
		return "", err
	}
	if not {
		if limit != patience {
			return "", errors.New("! shows looks once; within= has no meaning")
		}
		if err := p.settle(); err != nil {
			return "", err
		}
		s, err := p.look(see)
		if err != nil {
			return "", err
		}
		if s.shows(words) {
			return s.drawn, &showError{surface: s, words: words, written: args, not: true, at: p.printerTime()}
		}
		return s.drawn, nil
	}
	from := p.lab.World.Now()
	s, met, err := p.await(limit, see, func(s surface) bool { return s.shows(words) })
	failed := &showError{surface: s, words: words, written: args, limit: limit, from: from}
	switch {
	case err != nil || met:
	case p.glance:
		err = failed
	default:
		s, err = p.bearWith(see, s, words, failed)
	}
	return s.drawn, err
}

// await looks until the condition holds or the limit has passed, from one thing that happens to the next.
func (p *play) await(limit time.Duration, see look, met func(surface) bool) (surface, bool, error) {
	if p.glance {
		s, err := p.look(see)
		return s, err == nil && met(s), err
	}
	end := p.lab.World.Now().Add(limit)
	for {
		s, err := p.look(see)
		if err != nil {
			return s, false, err
		}
		if met(s) {
			return s, true, nil
		}
		left := end.Sub(p.lab.World.Now())
		if left <= 0 {
			return s, false, nil
		}
		if err := p.next(left); err != nil {
			return s, false, err
		}
	}
}

// next goes to the next thing that happens, or to the end of the time that is left.
func (p *play) next(left time.Duration) error {
	if p.real != nil {
		return p.pass(min(left, glimpse))
	}
	fired, err := p.lab.World.AdvanceToNext(left)
	if err == nil && !fired {
		_, err = p.lab.World.Advance(left)
	}
	if err != nil {
		return stuck(err)
	}
	return nil
}

func (p *play) look(see look) (s surface, err error) {
	err = p.do(func(ctx context.Context) error {
		s, err = see(ctx)
		return err
	})
	return s, err
}

// settle lets the exchanges that are under way finish.
func (p *play) settle() error {
	switch {
	case p.glance:
		return nil
	case p.real != nil:
		return p.quieten()
	}
	if err := p.lab.World.Settle(settling); err != nil && !errors.Is(err, vtime.ErrNothingDue) {
		return stuck(err)
	}
	return nil
}

// exactly waits until a number is reached, lets running exchanges finish, and compares.
func (p *play) exactly(want int, count func() int) (int, error) {
	none := func(context.Context) (surface, error) { return surface{}, nil }
	if _, _, err := p.await(patience, none, func(surface) bool { return count() >= want }); err != nil {
		return 0, err
	}
	if err := p.settle(); err != nil {
		return 0, err
	}
	return count(), nil
}

// printerTime is what the clock of the printer shows, for messages; true time if it does not say.
func (p *play) printerTime() time.Time {
	now, err := p.timeOf(p.printer)
	if err != nil {
		return p.lab.World.Now()
	}
	return now
}

func (p *play) timeOf(printer string) (now time.Time, err error) {
	d, err := p.lab.Device(printer)
	if err != nil {
		return now, err
	}
	err = p.do(func(ctx context.Context) (err error) { now, err = d.Now(ctx); return err })
	return now, err
}

// within takes within=1m out of the words.
func within(args []string) (time.Duration, []string, error) {
	limit := patience
	var rest []string
	for _, arg := range args {
		value, is := strings.CutPrefix(arg, "within=")
		if !is {
			rest = append(rest, arg)
			continue
		}
		d, err := phrase.Duration(value)
		if err != nil {
			return 0, nil, err
		}
		limit = d
	}
	return limit, rest, nil
}
