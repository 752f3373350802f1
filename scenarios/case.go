package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/sentences"
)

// Case is a scenario that a person has taken over at its handover. What is left of it is a check list: its assertions
// are looked at on the bench by the verbs themselves, once and without letting time pass, and its acts count as done
// when the record shows that a person did them. Safe for concurrent use.
type Case struct {
	Scenario Scenario

	mu    sync.Mutex
	play  *play
	story []CasePart
	parts []part
	at    int // of parts, the one in hand; len(parts): all is done
	// proof is the step that proves the remedy first; nil: the case has none. solved is when it was mended; zero: not
	// yet.
	proof  *CaseStep
	solved time.Time
	// given is the code that the printer was given last, as far as the record was read.
	given struct {
		read          int
		code, address string
		spent         bool // tokens came for it
	}
	helper helper
	timed  map[*CaseStep]time.Time // of lines that were ticked, when the record has it that they came true
	began  map[int]time.Time       // by line: when an act that is done for the person began
}

// PartKind says what a part of a case is for.
type PartKind string

// Kinds of parts.
const (
	PartStory   PartKind = "story"   // it was played
	PartSymptom PartKind = "symptom" // what the user sees: what follows the handover
	PartRemedy  PartKind = "remedy"  // what to try, up to the first proof that it works
	PartOther   PartKind = "other"   // another remedy, for whom the first does not suit: nothing waits for it
	PartFurther PartKind = "further" // what the scenario does besides: nothing waits for it
)

// CasePart is a paragraph of a case: a sentence and its steps.
type CasePart struct {
	Kind  PartKind
	Says  string // the # sentences of the scenario, English; empty: it has none
	Steps []CaseStep

	notes  []string // Says, paragraph by paragraph
	folder string   // of somebody's own, which has no other languages
}

// CaseStep is a line of a case.
type CaseStep struct {
	Line   int    // of the scenario
	Text   string // as the scenario has it
	Looks  bool   // it says what is to be seen; else it is an act
	Done   bool
	Passed bool // it was skipped by the person
	// Needless says that nobody did it, and that what follows has come true without it.
	Needless bool
	// Besides says that only the bench can know it, or that it is about what does not come: nothing waits for it.
	Besides bool
	// Arrives says that it is a mail that has to arrive.
	Arrives bool
	// Why says why it is not needed, or can come true no more; empty: it still can.
	Why Why
	// Unseen says that it leaves no trace, as a page that is closed: it is never ticked, and keeps nothing waiting.
	Unseen bool
	// Comes says that it is a button which comes by a choice on its page, that is sent to nobody: it is ticked when it
	// is clicked at the latest, and nothing waits for it.
	Comes bool
	At    time.Time // true time at which it came true
	Until time.Time // of what only the bench can know: true time until which it held; zero: it still does
	// Glimpsed is the true time at which it was to be seen first, although the acts before it were not done; zero:
	// never.
	Glimpsed time.Time
	Words    []string // of the line, expanded, with ! in front of what is denied
}

// part is a paragraph that a person plays.
type part struct {
	CasePart
	lines   []line
	from    int       // number of the journal's entry after which it began
	since   time.Time // true time then
	before  []bool    // which looks held when it began: those tell nothing
	there   []bool    // which results were there when the person began, or as soon after as the part was foreseen
	early   []int     // entries that showed lines done before the part was in hand; 0: not so
	shownBy []int     // entries that showed acts at the panel; 0: not so, or the line is no such act
	started bool
}

// Begin plays a scenario on a bench that stands, up to its handover, and leaves the bench live: what `serve --scenario`
// does. A scenario without a handover is played to its end, and nothing is left of it.
func Begin(ctx context.Context, l *lab.Lab, id string) (*Case, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	return BeginOf(ctx, l, all, id)
}

// BeginOf is [Begin] for a scenario of a list, such as that of a source folder.
func BeginOf(ctx context.Context, l *lab.Lab, all []Scenario, id string) (*Case, error) {
	defer l.Hold()() // what a step looks for may stand at the beginning
	picked, err := Select(all, []string{id})
	if err != nil {
		return nil, err
	}
	if len(picked) != 1 {
		return nil, fmt.Errorf("%q fits %d scenarios; name one", id, len(picked))
	}
	p, err := playTo(ctx, l, picked[0])
	if err != nil {
		return nil, err
	}
	c := &Case{Scenario: picked[0], play: p}
	p.glance, p.pages = true, &seenPages{lab: l, printer: p.printer, from: l.Journal.Len()}
	c.divide()
	c.setOut(func(address string) int { return len(l.Mailbox(address)) })
	return c, nil
}

// Printer is the name of the printer that the scenario is about.
func (c *Case) Printer() string { return c.play.printer }

// From is the number of the last entry of the record before the person took over.
func (c *Case) From() int { return c.play.pages.from }

// divide makes parts of the lines: each # sentence, and the handover, begins one.
func (c *Case) divide() {
	stop := c.play.scenario.HandoverLine()
	byNumber := map[int]line{}
	for _, l := range c.play.linesOf() {
		byNumber[l.number] = l
	}
	var says []string
	var steps []line
	kind := PartStory
	end := func() {
		if len(steps) == 0 {
			return
		}
		p := part{
			CasePart: CasePart{Kind: kind, Says: strings.Join(says, " "), notes: says, folder: c.Scenario.folder}, lines: steps,
		}
		for _, l := range steps {
			p.Steps = append(p.Steps, CaseStep{
				Line: l.number, Text: l.text, Looks: l.looks(), Words: c.words(l), Unseen: l.unseen(), Comes: l.comes(),
			})
		}
		if kind == PartStory {
			for i := range p.Steps {
				p.Steps[i].Done, p.Steps[i].Unseen = true, false
			}
			c.story = append(c.story, p.CasePart)
		} else {
			c.parts = append(c.parts, p)
			kind = PartRemedy
		}
		says, steps = nil, nil
	}
	inNote := false
	for i, text := range strings.Split(string(c.play.scenario.archive().Comment), "\n") {
		if i+1 <= c.headerEnd() {
			continue
		}
		comment, is := strings.CutPrefix(text, "#")
		goesOn := inNote && is
		inNote = is
		l, played := byNumber[i+1]
		switch {
		case i+1 == stop && stop > 0:
			kept := says
			if len(steps) > 0 {
				kept = nil
			}
			end()
			kind, says = PartSymptom, kept
		case goesOn:
			says[len(says)-1] += " " + strings.TrimSpace(comment)
		case is:
			end()
			says = append(says, strings.TrimSpace(comment))
		case played && c.told(l):
			steps = append(steps, l)
		}
	}
	end()
}

// headerEnd is the line at which the header ends.
func (c *Case) headerEnd() int {
	for i, text := range strings.Split(c.Scenario.Text, "\n") {
		if strings.TrimSpace(text) == "" {
			return i + 1
		}
	}
	return 0
}

// told reports whether a line is for people: not what only sets names, compares goldens or prints a surface.
func (c *Case) told(l line) bool {
	if slices.Contains(builtins, l.words[0]) || l.words[len(l.words)-1] == "screen" {
		return false
	}
	for _, condition := range l.conditions {
		if met, err := c.play.condition(condition); err != nil || !met {
			return false
		}
	}
	return true
}

// words are those of a line, with what env has set put in.
func (c *Case) words(l line) []string {
	in := insertion{lookup: c.play.lookup}
	words, err := phrase.Expand(l.text, in.value)
	if err != nil || len(words) < len(l.conditions) {
		return l.words
	}
	return words[len(l.conditions):]
}

// looks reports whether a line only looks at something.
func (l line) looks() bool {
	bare := line{words: l.words} // a condition under which it is played changes nothing
	act := l.words[0] == "panel" && l.words[1] == "refuses" ||
		l.words[0] == "webconfig" && l.words[1] == "unreachable" ||
		l.words[0] == "memory" && l.words[1] == "has"
	return bare.asserts() && !act
}

// linesOf are all lines of the scenario.
func (p *play) linesOf() []line {
	if p.allLines == nil {
		if lines, err := p.scenario.lines(); err == nil { // it was played
			p.allLines = lines
		}
	}
	return p.allLines
}

// Look looks at the bench and ticks what has come true. It takes a turn of its own.
func (c *Case) Look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.play.speaks()
	if c.at > 0 {
		c.parts[c.at-1].late(c.play)
	}
	c.goOn()
	c.dated() // the proof has the time of what it shows
	c.settle()
	c.credit()
	c.alreadySo()
	c.goOn()
	for k := range c.parts[:c.at] {
		c.parts[k].hasCome(c.play)
	}
	c.outOfReach()
	c.held()
	c.dated()
}

// goOn takes parts in hand until one is not over.
func (c *Case) goOn() {
	for c.at < len(c.parts) {
		begins := !c.parts[c.at].started
		over := c.parts[c.at].look(c.play)
		if begins && !over {
			c.foresee()
		}
		// Also when it is over: what ended it may be an act of the next one too.
		if c.ahead(); !over && !c.parts[c.at].over() {
			return
		}
		c.at++
	}
}

// Skip passes over a line of what is left, and over what stands before it.
func (c *Case) Skip(number int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for last := c.at; last < len(c.parts); last++ {
		i := slices.IndexFunc(c.parts[last].Steps, func(s CaseStep) bool { return s.Line == number })
		if i < 0 {
			continue
		}
		for k := c.at; k <= last; k++ {
			steps := c.parts[k].Steps
			if k == last {
				steps = steps[:i+1]
			}
			for n := range steps {
				steps[n].Passed = steps[n].Passed || !steps[n].over()
			}
		}
		return nil
	}
	return fmt.Errorf("line %d is none of what is left of the case", number)
}

// Parts are the story and what is left of the case, as they are now, and which of them is in hand: its number, or how
// many there are if all is done.
func (c *Case) Parts() (parts []CasePart, inHand int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts = slices.Clone(c.story)
	for _, p := range c.parts {
		shown := p.CasePart
		shown.Steps = slices.Clone(p.Steps)
		parts = append(parts, shown)
	}
	return parts, len(c.story) + c.at
}

// look ticks the steps of a part and reports whether it is over.
func (p *part) look(on *play) bool {
	now := on.lab.World.Now()
	if !p.started {
		p.started, p.since = true, now
		p.from = max(on.pages.from, on.lab.Journal.Len())
		p.before, p.shownBy = make([]bool, len(p.lines)), make([]int, len(p.lines))
		for i, l := range p.lines {
			p.before[i] = p.Steps[i].Looks && on.holds(l)
		}
		if p.there == nil {
			p.there = p.before
		}
	}
	tick := func(i int) { p.Steps[i].Done, p.Steps[i].At = true, now }
	for i, l := range p.lines {
		step := &p.Steps[i]
		if step.over() {
			continue
		}
		switch {
		case !step.Looks:
			if p.acted(i, l.words[0]) && on.didAct(p, i) {
				for k := range i {
					switch before := p.lines[k]; {
					case p.Steps[k].over() || p.Steps[k].Looks || before.words[0] != l.words[0]:
					case before.isOfForm(l): // it was sent with it
						tick(k)
					default: // who has got so far by way of one surface needed nothing else there
						p.Steps[k].Needless = true
					}
				}
				tick(i)
			}
		case on.clicked(p, i):
			tick(i)
		case !on.holds(l) || !on.isFresh(p, i):
		case p.acted(i, ""):
			tick(i)
		case p.acted(i, "browser") && on.isAtItsEnd(p, l):
			for k := range i {
				p.Steps[k].Needless = p.Steps[k].Needless || !p.Steps[k].Looks && !p.Steps[k].over()
			}
			tick(i)
		case !p.before[i] && !l.isResult():
			if step.Glimpsed.IsZero() {
				step.Glimpsed = now
			}
		case !p.before[i]:
			for k := range i { // what was to come of them is there, in whatever way
				p.Steps[k].Needless = p.Steps[k].Needless || !p.Steps[k].Looks && !p.Steps[k].over()
			}
			tick(i)
		}
	}
	p.late(on)
	return p.over()
}

// over reports whether nothing of a part is left to do.
func (p *part) over() bool {
	return !slices.ContainsFunc(p.Steps, func(s CaseStep) bool { return !s.over() && !s.Besides && !s.Comes })
}

// wasEarly reports whether a line was done before its part was in hand: its act is none of the part's own time.
func (p *part) wasEarly(i int) bool { return p.early != nil && p.early[i] > 0 }

// over reports whether nothing of a step is left to do.
func (s CaseStep) over() bool { return s.Done || s.Passed || s.Needless || s.Unseen }

// isOfForm reports whether a line fills in what another one, a click, sends.
func (l line) isOfForm(click line) bool {
	return len(l.words) > 1 && len(click.words) > 1 && click.words[1] == "click" &&
		slices.Contains([]string{"set", "enter", "tick"}, l.words[1])
}

// late ticks what was done after all: a job ends, and is in the record, after what it brought about was seen.
func (p *part) late(on *play) {
	for i := range p.Steps {
		s, verb := &p.Steps[i], p.lines[i].words[0]
		if s.Needless && !s.Looks && (verb == "scan" || verb == "panel") && on.didAct(p, i) {
			s.Done, s.Needless, s.At = true, false, on.lab.World.Now()
		}
	}
}

// acted reports whether the acts before a step were done, but for those of a verb.
func (p *part) acted(i int, but string) bool {
	for k, s := range p.Steps[:i] {
		if !s.Looks && !s.over() && p.lines[k].words[0] != but {
			return false
		}
	}
	return true
}

// isResult reports whether a line looks at something that stays, and not at a page that somebody may pass by. How often
// something was said on a line is none: it may be reached half-way.
func (l line) isResult() bool {
	return !l.not && l.words[len(l.words)-1] != "empty" && !(l.words[0] == "wire" && l.words[1] == "count") &&
		slices.Contains([]string{"mailbox", "jobs", "wire", "sheet", "entra"}, l.words[0])
}

// holds looks once whether a line is true.
func (p *play) holds(l line) bool {
	in := insertion{lookup: p.lookup}
	words, err := phrase.Expand(l.text, in.value)
	if err != nil || len(words) <= len(l.conditions) {
		return false
	}
	words = words[len(l.conditions):]
	if l.not {
		words = words[1:]
	}
	if want, is := l.countsMails(); is && l.atLeast {
		return len(p.lab.Mailbox(words[1])) >= want
	}
	if !p.isLookedAt(l) {
		return false
	}
	p.looking = &looking{isLabel: len(words) == 3 && isLabel(words[2])}
	defer func() { p.looking = nil }()
	_, err = verbs[words[0]].play(p, l.not, words[1:])
	return err == nil
}

// onPages are acts of which the record of a page tells who did them, and where.
var onPages = []string{"click", "set", "enter", "tick"}

// didAct reports whether the record shows, after a part has begun, that a person did what a line of it says. The second
// click of a part takes two of them, and so on.
func (p *play) didAct(of *part, i int) bool {
	l := of.lines[i]
	what, said := l.words[0], l.act()
	switch {
	case what == "clock" && strings.HasPrefix(said, "+"):
		d, err := phrase.Duration(said[1:])
		return err == nil && p.lab.World.Now().Sub(of.since) >= d
	case what == "webconfig" && said == "open":
		p.readDeeds()
		return p.deeds.shown > p.deeds.restarted && p.isPage(of.Steps[i].Words[2], p.deeds.w.web)
	case what == "webconfig" && said == "copy":
		p.readDeeds()
		return p.deeds.code > of.from
	case (what == "webconfig" || what == "browser") && slices.Contains(onPages, said):
		return p.didThere(of, i)
	case what == "panel" && (said == "press" || said == "tick" || said == "enter"):
		return p.touched(of, i) > 0
	case what == "panel" && slices.Contains(ofSessions, said):
		return p.didOnPanel(of, i)
	}
	if l.isChange() {
		if times, known := p.changed(l, of.Steps[i].Words, of.from); known {
			wanted := 0
			for k, step := range of.Steps[:i+1] {
				if !of.wasEarly(k) && slices.Equal(step.Words, of.Steps[i].Words) {
					wanted++
				}
			}
			return times >= wanted
		}
	}
	wanted := 0
	for k, other := range of.lines[:i+1] {
		if !of.wasEarly(k) && other.words[0] == what && len(other.words) > 1 && other.act() == said {
			wanted++
		}
	}
	found := 0
	for _, e := range p.lab.Journal.Since(of.from) {
		if p.isAct(e, what, said) && p.stands(l, e.Number) {
			found++
		}
	}
	return found >= wanted
}

// isAct reports whether an entry of the record shows an act of a verb.
func (p *play) isAct(e journal.Entry, what, said string) bool {
	text := e.Text.String()
	posted := func(party, path string) bool {
		return e.Party == party && e.HTTP != nil && e.HTTP.Method == "POST" &&
			strings.Contains(e.HTTP.Target.String(), path)
	}
	switch what {
	case "scan":
		if said == "originals" {
			if _, recorded := p.toldOnPanel(); recorded {
				return strings.HasPrefix(e.Detail[DetailLine], "scan originals")
			}
			return e.Kind == journal.KindScreen || e.Party == "control"
		}
		return e.Kind == journal.KindOutcome && e.Party == p.printer && e.Detail["receipt"] != ""
	case "panel":
		return e.Screen != nil
	case "lang":
		return e.Screen != nil && e.Screen.Language == said || e.Detail[DetailLine] == Line(what, said)
	case "sheet":
		return e.Kind == journal.KindSheet
	case "webconfig":
		switch said {
		case "log-in":
			return posted(p.printer, "/login") && !sentences.Refuses(e)
		case logInWrong:
			return posted(p.printer, "/login") && sentences.Refuses(e)
		case "go", "unreachable", "copy":
			return e.Party == p.printer && isPageShown(e)
		case "follow":
			return e.Party == "entra" && isPageShown(e)
		}
		return posted(p.printer, "") && !posted(p.printer, "/login")
	case "browser":
		switch said {
		case "sign-in":
			return posted("entra", "") && signInEnds.MatchString(e.HTTP.ResponseBody.String())
		case signInCancelled:
			return posted("entra", "") && !sentences.Refuses(e) &&
				strings.Contains(e.HTTP.RequestBody.String(), "passwd=")
		}
		return e.Party == "entra" && isPageShown(e)
	case "printer":
		switch said {
		case "set": // by the bench, or by Firmware Update in Web Config
			return e.Party == "control" && strings.Contains(text, "set firmware") ||
				e.Party == p.printer && updatesFirmware(e)
		case "sign-in": // a token came for a code
			return e.Party == "entra" && e.HTTP != nil && e.HTTP.Status == 200 &&
				strings.Contains(e.HTTP.RequestBody.String(), "device_code") &&
				strings.Contains(e.HTTP.Target.String(), "/token")
		}
		return e.Party == "control" || posted(p.printer, "") && !posted(p.printer, "/login")
	case "clock": // the printer's own date is set at the printer; what moves the bench sets nobody's date
		return e.Kind == journal.KindClock && (said != "printer" || e.Party == p.printer)
	case "exchange", "provider":
		return e.Party == "control" && strings.Contains(strings.ToLower(text), strings.ToLower(said))
	}
	return e.Party == "control" && strings.Contains(text, what) // entra, tenant, user, network, power, memory
}
