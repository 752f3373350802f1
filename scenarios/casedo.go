package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mfpsim/device"
	"mfpsim/journal"
)

// A person who has understood what a line of a check list asks for may leave it to the bench. It is played by the
// verb of the scenario, with the scenario's own browsers, and ticks as it does by hand: because the record shows it.

// helper does lines for the person. Its play has the browsers of the story, and time passes for it.
type helper struct {
	mu   sync.Mutex // held while a line is done
	play *play      // nil: nothing was done yet
	// done are the lines that were played. What is typed into a form ticks when the form is sent, so a tick alone does
	// not tell. Guarded by the mutex of the case.
	done map[int]bool
	// passed is the last line that was done or passed by.
	passed int
	// shared says that the person has done something too, at whatever surface, by what the record shows; read is the
	// number of the last of its entries that was looked at for that.
	shared bool
	read   int
}

// errBusy: two hands at one keyboard.
var errBusy = errors.New("another line of the case is being done; try again when it has ended")

// Why a line is not open.
var (
	errDone     = errors.New("it is done already")
	errSkipped  = errors.New("it was skipped")
	errNeedless = errors.New("it is not needed any more")
)

// Do does what an act line of what is left of the case says, with the verb of the scenario and its own browsers, as if
// the person had done it. It refuses a line that is no act, one that is done, and one before which others come, which
// it names. An error of the verb itself says what the bench has refused; the person can do the line by hand.
func (c *Case) Do(ctx context.Context, number int) error {
	if !c.helper.mu.TryLock() {
		return errBusy
	}
	defer c.helper.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.Look()
	l, err := c.toDo(number)
	if err != nil {
		return err
	}
	p := c.helper.play
	p.speaks()
	c.helper.hear(c.play.lab.Journal.Since(c.helper.read), c.Printer())
	defer func() { c.helper.read = p.lab.Journal.Len() }()
	if err := c.passTo(ctx, l.number); err != nil {
		return ofDoing(l, err)
	}
	if err := c.catchUp(l); err != nil {
		return ofDoing(l, err)
	}
	since := p.lab.Journal.Len()
	c.begins(l)
	skipped, err := p.line(l, false, false)
	if err == nil && skipped != "" {
		err = errors.New(skipped)
	}
	if err != nil {
		return ofDoing(l, err)
	}
	c.keep(l, since)
	return c.passTo(ctx, 0)
}

// ofDoing says which line it is about.
func ofDoing(l line, err error) error {
	return fmt.Errorf("line %d, %s: %w", l.number, l.text, err)
}

// toDo finds an act that can be done now.
func (c *Case) toDo(number int) (l line, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, i := c.lineAt(number)
	switch {
	case k < 0 && c.isOfStory(number):
		return l, fmt.Errorf("line %d is of the story, which was played before you took over", number)
	case k < 0:
		return l, fmt.Errorf("line %d is none of what is left of the case", number)
	}
	step := c.parts[k].Steps[i]
	l = c.parts[k].lines[i]
	switch {
	case step.Looks:
		return l, fmt.Errorf("line %d, %s, says what is to be seen: there is nothing to do", number, step.Text)
	case step.Unseen:
		return l, fmt.Errorf("line %d, %s, leaves no trace: it is done with what is before it", number, step.Text)
	case !step.over() || c.helper.play != nil && !c.helper.done[number] && c.meansToo(k, i):
	case step.Done:
		return l, fmt.Errorf("line %d, %s: %w", number, step.Text, errDone)
	case step.Passed:
		return l, fmt.Errorf("line %d, %s: %w", number, step.Text, errSkipped)
	default:
		return l, fmt.Errorf("line %d, %s: %w", number, step.Text, errNeedless)
	}
	if first := c.comeFirst(k, i); len(first) > 0 {
		return l, fmt.Errorf("before line %d, %s, come: %s", number, step.Text, strings.Join(first, "; "))
	}
	if c.helper.play == nil {
		c.helper.play, c.helper.done = c.play.hands(), map[int]bool{}
		c.helper.passed, c.helper.read = c.play.scenario.HandoverLine(), c.From()
	}
	return l, nil
}

// lineAt is where a line stands in what is left; -1: nowhere.
func (c *Case) lineAt(number int) (part, step int) {
	for k := range c.parts {
		if i := slices.IndexFunc(c.parts[k].lines, func(l line) bool { return l.number == number }); i >= 0 {
			return k, i
		}
	}
	return -1, -1
}

func (c *Case) isOfStory(number int) bool {
	return slices.ContainsFunc(c.story, func(p CasePart) bool {
		return slices.ContainsFunc(p.Steps, func(s CaseStep) bool { return s.Line == number })
	})
}

// comeFirst are the acts that have to be done before a line: those of the parts from the one in hand on. Another remedy
// and what the scenario does besides are nobody's duty.
func (c *Case) comeFirst(part, step int) (texts []string) {
	for k := c.at; k <= part; k++ {
		p := &c.parts[k]
		if k < part && (p.Kind == PartOther || p.Kind == PartFurther && c.parts[part].Kind != PartFurther) {
			continue
		}
		for i, s := range p.Steps {
			if k == part && i >= step {
				break
			}
			if !s.Looks && !s.over() && !c.helper.done[s.Line] {
				texts = append(texts, fmt.Sprintf("line %d, %s", s.Line, s.Text))
			}
		}
	}
	return texts
}

// hands is a play of the same scenario on the same bench that acts, in the place of one that looks on.
func (p *play) hands() *play {
	own := *p
	own.glance, own.pages, own.deeds, own.looking = false, nil, nil, nil
	own.texts, own.armed = map[string]device.Words{}, maps.Clone(p.armed)
	own.golden, own.set.of = map[string]string{}, maps.Clone(p.set.of)
	return &own
}

// hear finds out whether somebody else than the helper has done something.
func (h *helper) hear(entries []journal.Entry, printer string) {
	for _, e := range entries {
		onPage := e.HTTP != nil && e.HTTP.Method == "POST" && (e.Party == printer || e.Party == "entra")
		h.shared = h.shared || e.Detail[DetailLine] != "" || onPage && !fromDevice(e.Connection)
	}
}

// passTo passes by what the scenario has from the act that was done last to a line; 0: to the next act that is open.
func (c *Case) passTo(ctx context.Context, number int) error {
	for _, one := range c.play.linesOf() {
		switch {
		case one.number <= c.helper.passed:
			continue
		case number > 0 && one.number >= number, number == 0 && one.isDone() && !c.isMeant(one):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		c.passBy(one)
		c.helper.passed = one.number
		c.Look()
	}
	return nil
}

// isDone reports whether a line is something to do that leaves a trace.
func (l line) isDone() bool {
	return !slices.Contains(builtins, l.words[0]) && !l.unseen() && !l.looks()
}

// isMeant reports whether an act goes with those that the helper does, although the list says that it is done, or
// needed no more: what is told from the record may be true before each of several scans was made. Where the person has
// a hand in the case, and once it is solved, it is not.
func (c *Case) isMeant(l line) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, i := c.lineAt(l.number)
	return k >= 0 && c.parts[k].Steps[i].over() && c.meansToo(k, i)
}

// meansToo is [Case.isMeant] of a step that is over.
func (c *Case) meansToo(k, i int) bool {
	p := &c.parts[k]
	return !c.helper.shared && c.solved.IsZero() && !p.Steps[i].Passed && p.Kind != PartOther && p.Kind != PartFurther
}

// passBy is what the scenario does between two acts of the list: it sets a name, closes a page, and looks, which lets
// as much time pass as what it looks for takes. What it looks for in vain keeps nobody from the next act.
func (c *Case) passBy(l line) {
	acts := l.isDone()
	if slices.Contains([]string{"cmp", "skip"}, l.words[0]) || acts && !c.isMeant(l) {
		return
	}
	c.mu.Lock()
	k, i := c.lineAt(l.number)
	seen := k >= 0 && l.looks() && c.parts[k].Steps[i].over()
	last, _ := c.lastOnPages(l)
	elsewhere := last > 0 && !c.helper.done[last] || last == 0 && c.helper.shared // the page is in the person's browser
	c.mu.Unlock()
	if seen || l.looks() && l.byItself() && elsewhere {
		return
	}
	since := c.play.lab.Journal.Len()
	if _, err := c.helper.play.line(l, false, false); err == nil && acts {
		c.keep(l, since)
	}
}

// byItself are acts that the record shows in the words of the language without further ado: they are read off the
// pages.
func (l line) byItself() bool {
	return l.words[0] == "webconfig" || l.words[0] == "browser" || l.words[0] == "printer" && l.act() == "sign-in"
}

// keep remembers that a line was done, and writes down what no page shows, as the control API does.
func (c *Case) keep(l line, since int) {
	c.mu.Lock()
	c.helper.done[l.number], c.helper.passed = true, max(c.helper.passed, l.number)
	words := c.words(l)
	c.mu.Unlock()
	if l.byItself() {
		return
	}
	text := Line(words...)
	log := c.helper.play.lab.Journal
	if l.changesBench() || slices.Contains([]string{"power", "printer"}, l.words[0]) {
		log.Append(journal.Entry{Party: "control", Kind: journal.KindNote, Text: journal.Plain(text)})
	}
	log.Append(journal.Entry{
		Party: "recorder", Kind: journal.KindNote, Text: journal.Plain(text),
		Detail: map[string]string{DetailLine: text, DetailSince: strconv.Itoa(since)},
	})
}

// catchUp brings the scenario's own browsers to where a line is, if the person has done with another browser what
// stands before it: logged in, at the page, with what is typed there before the line; and on Microsoft's pages with the
// code that the printer was given last.
func (c *Case) catchUp(l line) error {
	p := c.helper.play
	if l.words[0] != "webconfig" && l.words[0] != "browser" {
		return nil
	}
	c.mu.Lock()
	last, form := c.lastOnPages(l)
	behind := last > 0 && !c.helper.done[last]
	code, address := c.lastCode()
	path := c.play.openedPage(l)
	c.mu.Unlock()
	switch {
	case !behind:
		return nil
	case l.words[0] == "browser":
		p.code, p.address = code, address
		return nil
	case path == "" || !slices.Contains(onForms, l.words[1]):
		return nil
	}
	steps := [][]string{{"webconfig", "log-in"}, {"webconfig", "open", path}}
	for _, words := range append(steps, form...) {
		if _, err := p.inner(words); err != nil {
			return err
		}
	}
	return nil
}

// onForms are the acts of Web Config that need a page to be open.
var onForms = []string{"click", "double-click", "set", "enter", "copy", "follow", "upload"}

// lastOnPages is the line, after the handover, of the act before a line that the scenario does with a browser; 0: there
// is none. form is what it types into the same form before the line.
func (c *Case) lastOnPages(l line) (last int, form [][]string) {
	for _, before := range c.play.linesOf() {
		switch {
		case before.number >= l.number:
			return last, form
		case before.number <= c.play.scenario.HandoverLine() || before.looks() || !before.byItself() || before.unseen():
			continue
		case before.words[0] == "webconfig" && slices.Contains([]string{"set", "enter", "upload"}, before.words[1]):
			form = append(form, c.words(before))
		default:
			form = nil
		}
		last = before.number
	}
	return last, form
}

// openedPage is the path of the page of Web Config that the scenario has opened before a line.
func (p *play) openedPage(l line) (path string) {
	for _, before := range p.linesOf() {
		switch {
		case before.number >= l.number:
			return path
		case before.words[0] == "webconfig" && before.words[1] == "open":
			path = before.words[2]
		case before.words[0] == "printer" && before.act() == "sign-in":
			path = signInPath
		}
	}
	return path
}
