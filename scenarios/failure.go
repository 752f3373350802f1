package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/journal"
	"mfpsim/report"
	"mfpsim/vtime"
)

// showError says that words are not on a surface, or that they are where they should not be.
type showError struct {
	surface surface
	words   []string
	written []string // the words as the script has them: @names and English labels
	not     bool
	limit   time.Duration
	from    time.Time // of the bench, when somebody began to look
	at      time.Time // by the printer's clock
}

// Error tells it with the nearest line and the surface as it is now.
func (e *showError) Error() string {
	var b strings.Builder
	at := e.at.UTC().Format(time.DateTime)
	if e.not {
		fmt.Fprintf(&b, "it is on the %s (printer time %s)\n", e.surface.name, at)
	} else {
		fmt.Fprintf(&b, "not on the %s within %s (printer time %s)\n", e.surface.name, spoken(e.limit), at)
		if i := nearest(e.surface.lines[:len(e.surface.lines)-e.surface.beside], e.words); i >= 0 {
			fmt.Fprintf(&b, "nearest: '%s'   line %d", e.surface.lines[i], i+1)
			if e.surface.place != "" {
				fmt.Fprintf(&b, " of '%s'", e.surface.place)
			}
			b.WriteString("\n")
		}
	}
	if e.written != nil && !slices.Equal(e.written, e.words) {
		fmt.Fprintf(&b, "wanted: %s\n", quoted(e.words))
	}
	b.WriteString(now(e.surface))
	return strings.TrimRight(b.String(), "\n")
}

// now draws a surface as failures show it.
func now(s surface) string {
	if s.drawn == "" {
		return fmt.Sprintf("%s now: empty\n", s.name)
	}
	const most = 60
	lines := strings.Split(strings.TrimRight(s.drawn, "\n"), "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "%s now:\n", s.name)
	if len(lines) > most {
		fmt.Fprintf(&b, "  … %d lines before\n", len(lines)-most)
		lines = lines[len(lines)-most:]
	}
	for _, l := range lines {
		if !strings.HasPrefix(l, "| ") {
			l = "| " + l
		}
		b.WriteString("  " + l + "\n")
	}
	return b.String()
}

// spoken writes a limit as people say it: "30 s", "15 min".
func spoken(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// surfaceError adds the surface that a person sees to an error about it.
type surfaceError struct {
	cause   error
	surface surface
}

func (e *surfaceError) Error() string {
	return e.cause.Error() + "\n" + strings.TrimRight(now(e.surface), "\n")
}

func (e *surfaceError) Unwrap() error { return e.cause }

// failure is what a failed line leaves: taken while the bench still stands.
type failure struct {
	message string // one or more lines
	wire    string // the last thing on the wire
	bench   bool   // the bench broke, so that nothing is said of the device
	unmet   bool   // all lines passed, and something that was planted was never met
	// undecided: the device was still at it. mild: it is a warning, in any scenario.
	undecided, mild bool
	law             bool // it is a law that is broken, which has no level
	// wanted is what was to be seen, shown what comes nearest to it; empty: it was not about something to be seen.
	wanted, shown string
}

func (p *play) fail(err error) *failure {
	var broke *vtime.PanicError
	var unmet *unmetError
	var undecided *undecidedError
	f := &failure{
		message: err.Error(), bench: errors.Is(err, errStuck) || errors.As(err, &broke), unmet: errors.As(err, &unmet),
		undecided: errors.As(err, &undecided),
	}
	var unseen *showError
	if errors.As(err, &unseen) && !unseen.not {
		f.wanted = strings.Join(unseen.words, " … ")
		lines := unseen.surface.lines[:len(unseen.surface.lines)-unseen.surface.beside]
		if i := nearest(lines, unseen.words); i >= 0 {
			f.shown = lines[i]
		} else {
			f.shown = strings.Join(lines[max(0, len(lines)-3):], " | ")
		}
	}
	entries := p.lab.Journal.Entries()
	for _, e := range slices.Backward(entries) {
		if (e.Kind == journal.KindHTTP || e.Kind == journal.KindSMTP) && (e.Party == "entra" || e.Party == "smtp") &&
			fromDevice(e.Connection) {
			f.wire = report.Headline(e)
			break
		}
	}
	return f
}

// tell writes a failure in the one shape that it has everywhere.
func tell(s Scenario, number int, text string, f *failure, o Options) string {
	var b strings.Builder
	place := s.File
	if number > 0 {
		place = fmt.Sprintf("%s:%d", s.File, number)
	}
	fmt.Fprintf(&b, "%s %s: %s\n", failWords[f.verdict(s)], place, text)
	for _, l := range strings.Split(strings.TrimRight(f.message, "\n"), "\n") {
		b.WriteString("  " + l + "\n")
	}
	if s.ID != "" {
		fmt.Fprintf(&b, "  proves %s (guide: %s)\n", cmp.Or(strings.Join(s.Proofs(), " "), "no rule"), s.Guide)
	}
	if f.wire != "" {
		fmt.Fprintf(&b, "  last on the wire: %s\n", f.wire)
	}
	if s.ID == "" { // a script of somebody's own
		return b.String()
	}
	fmt.Fprintf(&b, "  again: %s", replay(s, o))
	if s.folder == "" { // serve plays what is in this program
		fmt.Fprintf(&b, "     by hand: mfpsim serve --scenario %s%s", s.ID, o.model())
	}
	b.WriteString("\n")
	return b.String()
}

// replay is the command that plays a scenario again.
func replay(s Scenario, o Options) string {
	command := fmt.Sprintf("mfpsim run %s --seed %d%s", s.ID, o.Seed, o.model())
	if o.Language != "" && o.Language != english {
		command += " --lang " + o.Language
	}
	if o.Latency > 0 {
		command += fmt.Sprintf(" --latency %s", o.Latency)
	}
	if o.Jitter > 0 {
		command += fmt.Sprintf(" --jitter %s", o.Jitter)
	}
	if len(o.Core) > 0 {
		command += " --core '" + strings.Join(o.Core, " ") + "'"
	}
	if !o.AsOf.IsZero() {
		command += " --as-of " + o.AsOf.UTC().Format(time.DateOnly)
	}
	if s.folder != "" {
		command += " --folder '" + s.folder + "'"
	}
	return command
}

// model is the option of the command line that names the model; empty for the default one.
func (o Options) model() string {
	switch {
	case o.Model == "":
		return ""
	case strings.Contains(o.Model, " "):
		return " --model '" + o.Model + "'"
	}
	return " --model " + o.Model
}

// fromDevice reports whether a connection is one of a printer's, not of a person's browser or of a client from outside.
func fromDevice(connection string) bool {
	return connection != "" && !strings.HasPrefix(connection, "browser#") && !strings.HasPrefix(connection, "outside#")
}
