package scenarios

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/journal"
)

// A case goes from its symptom to the first proof that its remedy works: a mail that arrives, a job that ends well.
// What its scenario does besides, such as setting up a second fault, is for whoever goes on; what only the bench can
// know, such as how often something was said on a line, stands in nobody's way.

// Why says why a step can come true no more.
type Why string

// The reasons.
const (
	// WhyOvertaken: what follows has come true without it.
	WhyOvertaken Why = "overtaken"
	// WhySolved: the remedy has worked without it.
	WhySolved Why = "solved"
	// WhyMails: mails have come since that the scenario does not know of.
	WhyMails Why = "mails"
	// WhyMore: more was done, and said on the line, than the scenario does.
	WhyMore Why = "more"
)

// Course is how far somebody has come with a case as a whole.
type Course struct {
	// Mends says that the case has a remedy, and so a symptom that goes away.
	Mends bool
	// Solved is the true time at which the remedy had first worked; zero: not yet.
	Solved time.Time
}

// setOut gives the parts their order: the way from the symptom to the proof, then what the scenario does besides. Mails
// are those that have come at the handover.
func (c *Case) setOut(mails func(address string) int) {
	proof := c.mark(mails)
	var way, other, further []part
	for number, p := range c.parts {
		last := &way // where the piece before has gone; a piece that goes there too is one part with it
		for n, piece := range p.pieces() {
			to := &way
			late := number > proof.part || number == proof.part && piece.first > proof.line
			switch past := proof.part >= 0 && late; {
			case past && !piece.breaks() && (last == &other && n > 0 || otherRemedy.MatchString(piece.part.Says)):
				to, piece.part.Kind = &other, PartOther
			case past || piece.breaks():
				to, piece.part.Kind = &further, PartFurther
			}
			if n > 0 && to == last {
				before := &(*to)[len(*to)-1]
				before.Steps = append(before.Steps, piece.part.Steps...)
				before.lines = append(before.lines, piece.part.lines...)
			} else {
				*to = append(*to, piece.part)
			}
			last = to
		}
	}
	c.parts = slices.Concat(way, other, further)
	c.proof = nil
	for k := range way {
		for i := range way[k].lines {
			if proof.part >= 0 && way[k].lines[i].number == proof.number {
				c.proof = &c.parts[k].Steps[i]
			}
		}
	}
}

// otherRemedy begins the # sentence of a part, behind the first proof, that offers another remedy.
var otherRemedy = regexp.MustCompile(`^(Remedy|The (\S+ )?remedy|Or)\b`)

// place is where a line stands in the parts; part -1: nowhere.
type place struct{ part, line, number int }

// mark says of each look what it is, and returns the first proof that the remedy works.
func (c *Case) mark(mails func(address string) int) place {
	proof := place{part: -1}
	counted := map[string]int{} // mails by address, as the scenario has them
	known := func(address string) int {
		if _, is := counted[address]; !is {
			counted[address] = mails(address)
		}
		return counted[address]
	}
	failed, tried := false, false // in what was gone through: a job, and whatever may have mended it
	for k := range c.parts {
		p := &c.parts[k]
		for i := range p.lines {
			l, step := &p.lines[i], &p.Steps[i]
			if !step.Looks {
				tried = tried || failed || p.Kind == PartRemedy
				continue
			}
			if want, is := l.countsMails(); is {
				address := l.words[1]
				l.atLeast = want > known(address)
				counted[address] = want
				step.Arrives = l.atLeast
			} else if tried && l.words[0] == "mailbox" && l.endsWell() && p.acts(i) {
				counted[l.words[1]] = known(l.words[1]) + 1 // the one that it shows
			}
			step.Besides = l.isBesides()
			failed = failed || l.endsBadly()
			if tried && proof.part < 0 && (l.atLeast || l.endsWell()) {
				proof = place{part: k, line: i, number: l.number}
			}
		}
	}
	return proof
}

// acts reports whether something is done in front of a look and after the look before it.
func (p *part) acts(i int) bool { return i > 0 && !p.Steps[i-1].Looks }

// piece is a run of lines of a part.
type piece struct {
	part  part
	first int // place of its first line in the whole part
}

// pieces cuts a part in front of each act that changes the bench, after something was looked at, and in front of each
// act that follows upon a proof.
func (p part) pieces() []piece {
	var all []piece
	begin := 0
	cut := func(end int) {
		if end == begin {
			return
		}
		one := part{CasePart: CasePart{Kind: p.Kind, Steps: p.Steps[begin:end:end]}, lines: p.lines[begin:end:end]}
		if begin == 0 {
			one.Says, one.notes, one.folder = p.Says, p.notes, p.folder
		}
		all = append(all, piece{one, begin})
		begin = end
	}
	looked, proved := false, false
	for i, l := range p.lines {
		if p.Steps[i].Looks {
			looked, proved = true, proved || l.atLeast || l.endsWell()
			continue
		}
		if looked && l.changesBench() || proved {
			cut(i)
			looked, proved = false, false
		}
	}
	cut(len(p.lines))
	return all
}

// breaks reports whether a piece changes something of the bench, and then a job fails: it sets up a fault.
func (p piece) breaks() bool {
	if p.part.Kind == PartSymptom && p.first == 0 {
		return false
	}
	changed := false
	for i, l := range p.part.lines {
		changed = changed || !p.part.Steps[i].Looks && l.changesBench()
		switch {
		case l.endsWell() || l.atLeast:
			return false
		case l.endsBadly():
			return changed
		}
	}
	return false
}

// changesBench reports whether a line changes something at Microsoft's side or on the network.
func (l line) changesBench() bool {
	return slices.Contains([]string{"entra", "exchange", "network", "provider", "tenant", "user", "memory"}, l.words[0])
}

// countsMails is how many mails a line wants to be in an inbox.
func (l line) countsMails() (want int, is bool) {
	if l.not || l.words[0] != "mailbox" || len(l.words) != 4 || l.words[2] != "count" {
		return 0, false
	}
	want, err := strconv.Atoi(l.words[3])
	return want, err == nil
}

// endsWell reports whether a line wants to see that a mail has come, or that a job was completed.
func (l line) endsWell() bool {
	switch {
	case l.not || len(l.words) < 3:
		return false
	case l.words[0] == "mailbox":
		return l.words[2] == "shows"
	}
	return l.words[0] == "jobs" && slices.Contains(l.words, "Completed")
}

// endsBadly reports whether a line wants to see a job that failed.
func (l line) endsBadly() bool {
	return !l.not && l.words[0] == "jobs" && !slices.Contains(l.words, "Completed") &&
		slices.ContainsFunc(l.words[1:], func(word string) bool { return failing.MatchString(word) })
}

// failing is what the job history shows of a job that failed: a code, or the word.
var failing = regexp.MustCompile(`^([34][0-9]{2}|Error)$`)

// isBesides reports whether a look is at something that only the bench can know, or at what does not come.
func (l line) isBesides() bool {
	said := func(word string) bool { return slices.Contains(l.words, word) }
	switch l.words[0] {
	case "wire":
		sent := func(word string) bool { return strings.HasPrefix(word, "C: ") }
		return l.not || said("count") || slices.ContainsFunc(l.words, sent)
	case "mailbox":
		return l.not || said("empty") || said("count") && !l.atLeast
	case "jobs":
		return l.not || said("count")
	case "memory":
		return true
	}
	return false
}

// Course tells how far somebody has come.
func (c *Case) Course() Course {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.courseNow()
}

func (c *Case) courseNow() Course {
	course := Course{Mends: c.proof != nil, Solved: c.solved}
	for _, p := range c.parts {
		course.Mends = course.Mends || slices.ContainsFunc(p.lines, line.endsBadly)
	}
	return course
}

// settle finds out whether the case is solved: its proof has come true, or a job went well after one had failed. What
// is then left of the way needs nobody.
func (c *Case) settle() {
	if c.solved.IsZero() {
		well := c.wentWell()
		switch {
		case !well.IsZero():
			c.solved = well
		case c.proof != nil && c.proof.Done:
			c.solved = c.proof.At
		default:
			return
		}
	}
	for k := range c.parts {
		p := &c.parts[k]
		if p.Kind == PartOther || p.Kind == PartFurther {
			return
		}
		other := c.tookOther(p)
		for i := range p.Steps {
			s := &p.Steps[i]
			if other && s.Done && !s.Looks { // a scan belongs to the remedy that was taken
				s.Done, s.At, s.Needless, s.Why = false, time.Time{}, true, WhySolved
			}
			if s.over() || s.Besides {
				continue
			}
			if c.play.hasCome(p, i) {
				s.Done, s.At = true, c.play.lab.World.Now()
				continue
			}
			s.Needless, s.Why = true, WhySolved
		}
	}
}

// tookOther reports whether somebody took another remedy than that of a part: of what it alone asks for nothing was
// done, of what the other one alone asks for something was.
func (c *Case) tookOther(of *part) bool {
	if of.Kind != PartRemedy {
		return false
	}
	alone := func(p, beside *part) bool {
		for i, s := range p.Steps {
			same := func(l line) bool { return l.text == p.lines[i].text }
			if s.Done && !s.Looks && !slices.ContainsFunc(beside.lines, same) {
				return true
			}
		}
		return false
	}
	for k := range c.parts {
		if other := &c.parts[k]; other.Kind == PartOther && alone(other, of) && !alone(of, other) {
			return true
		}
	}
	return false
}

// hasCome reports whether a result that a line looks for is there, and was not when the person began.
func (p *play) hasCome(of *part, i int) bool {
	return of.Steps[i].Looks && of.there != nil && !of.there[i] && of.lines[i].isResult() && p.holds(of.lines[i])
}

// wentWell is the true time at which a job went well after another one had failed in somebody's hands; zero: none has.
func (c *Case) wentWell() time.Time {
	failed := false
	for _, e := range c.play.lab.Journal.Since(c.From()) {
		if e.Kind != journal.KindOutcome || e.Party != c.play.printer || e.Detail["receipt"] == "" {
			continue
		}
		switch e.Detail["result"] {
		case "error":
			failed = true
		case "completed":
			if failed {
				return e.At
			}
		}
	}
	return time.Time{}
}

// credit ticks what somebody did after all: before it was its turn, or before it was known to be needed no more.
func (c *Case) credit() {
	for k := range c.parts {
		p := &c.parts[k]
		if c.tookOther(p) {
			continue
		}
		for i := range p.Steps {
			s := &p.Steps[i]
			if s.Needless && s.Why != WhyOvertaken && !s.Looks && c.play.didSince(p.lines[i], s.Words, c.From()) {
				s.Done, s.Needless, s.Why, s.At = true, false, "", c.play.lab.World.Now()
			}
		}
	}
}

// outOfReach says of what the bench checks besides why it can come true no more.
func (c *Case) outOfReach() {
	for k := range c.parts {
		p := &c.parts[k]
		for i := range p.Steps {
			s := &p.Steps[i]
			if s.over() || !s.Besides {
				continue
			}
			s.Why = ""
			switch over := p.Kind != PartOther && p.Kind != PartFurther && !c.solved.IsZero() || k < c.at; {
			case p.lines[i].words[0] == "mailbox" && c.play.moreMails(p.lines[i]):
				s.Why = WhyMails
			case over:
				s.Why = WhyMore
			}
		}
	}
}

// moreMails reports whether more mails have come than a line wants to see.
func (p *play) moreMails(l line) bool {
	if len(l.words) < 3 {
		return false
	}
	there := len(p.lab.Mailbox(l.words[1]))
	if l.words[2] == "sent" {
		there = len(p.lab.SMTP.SentItems(l.words[1]))
	}
	want, err := strconv.Atoi(l.words[len(l.words)-1])
	return err == nil && there > want || l.words[len(l.words)-1] == "empty" && there > 0
}

// didSince reports whether the record shows, after an entry, that somebody did what a line says, at whatever time.
func (p *play) didSince(l line, words []string, from int) bool {
	p.readDeeds()
	said := ""
	if len(words) > 1 {
		said = words[1]
	}
	switch {
	case l.words[0] == "clock", said == "close", said == "leave":
		return false
	case l.words[0] == "webconfig" && said == "open":
		return slices.ContainsFunc(p.deeds.opened, func(shown shownPage) bool { return p.isPage(words[2], shown) })
	case l.words[0] == "webconfig" && said == "copy":
		return p.deeds.code > from
	case (l.words[0] == "webconfig" || l.words[0] == "browser") && slices.Contains(onPages, said):
		page, wrong := "", isWrong(words)
		if said == "click" {
			page = p.openedFor(l)
		}
		return slices.ContainsFunc(p.deeds.done, func(d deed) bool {
			return d.number > from && d.wrong == wrong && p.isSame(d.words, words) &&
				(page == "" || p.isPage(page, d.on)) && (wrong || p.stands(l, d.number))
		})
	case l.isChange():
		times, known := p.changed(l, words, from)
		if known {
			return times > 0
		}
	case l.words[0] == "panel" || l.changesBench():
		wanted := p.meant(words)
		return slices.ContainsFunc(p.deeds.done, func(d deed) bool {
			return d.number > from && samePlain(d.words, wanted) && p.stands(l, d.number)
		})
	}
	return slices.ContainsFunc(p.lab.Journal.Since(from), func(e journal.Entry) bool {
		return p.isAct(e, l.words[0], l.act()) && p.stands(l, e.Number)
	})
}
