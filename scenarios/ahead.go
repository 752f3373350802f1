package scenarios

import (
	"slices"
)

// People do things out of order. What they do is read from the record in the words of the language, as a recording
// writes it down, so that a line further down is ticked only by the very act that it names.

// deedOf is what the record says when a line has been played; empty: what tells it is no act, but a page or a time that
// somebody may pass by.
func (p *play) deedOf(l line, step CaseStep) string {
	said := ""
	if len(l.words) > 1 {
		said = l.words[1]
	}
	switch {
	case l.words[0] == "scan" && said != "originals":
		return "scan"
	case l.words[0] == "clock", l.words[0] == "webconfig" && said == "open":
		return ""
	}
	return Line(p.meant(step.Words)...)
}

// foresee keeps which results of the parts behind the one in hand are there when that one begins: those tell nothing.
func (c *Case) foresee() {
	for k := c.at + 1; k < len(c.parts); k++ {
		p := &c.parts[k]
		p.before = make([]bool, len(p.lines))
		for i, l := range p.lines {
			p.before[i] = p.Steps[i].Looks && l.isResult() && c.play.holds(l) // an act is never played
		}
		if p.there == nil {
			p.there = p.before
		}
	}
}

// ahead ticks what has come true in the parts behind the one in hand. Where a result of one is there, or all of it, the
// parts before it are not needed any more.
func (c *Case) ahead() {
	if c.at+1 >= len(c.parts) {
		return
	}
	c.play.readDeeds()
	done := c.play.deeds.done
	if len(done) == 0 || done[len(done)-1].number <= c.parts[c.at].from {
		return // nobody has done anything since the part in hand began
	}
	reached := c.at
	for k := c.at + 1; k < len(c.parts); k++ {
		if c.parts[k].Kind == PartFurther && c.parts[c.at].Kind != PartFurther {
			break // it comes after the case is solved
		}
		// The way is not over when another remedy has begun, only when the case is solved by it.
		if c.aheadIn(k) && c.parts[k].Kind != PartOther {
			reached = k
		}
	}
	for k := c.at; k < reached; k++ {
		for i := range c.parts[k].Steps {
			if s := &c.parts[k].Steps[i]; !s.over() {
				s.Needless = true
			}
		}
	}
}

// aheadIn ticks what has come true in a part and reports whether it has brought what it is for.
func (c *Case) aheadIn(k int) (reached bool) {
	p := &c.parts[k]
	if p.early == nil {
		p.early = make([]int, len(p.lines))
	}
	last := c.parts[c.at].from // entry of the act of this part that was done last
	begun := false
	for i, l := range p.lines {
		step := &p.Steps[i]
		if p.early[i] > 0 && !step.Looks {
			last, begun = max(last, p.early[i]), true
		}
		if step.over() {
			continue
		}
		tick := func(entry int) {
			step.Done, step.At, p.early[i] = true, c.play.lab.World.Now(), entry
		}
		if !step.Looks {
			if entry := c.didAhead(k, i, last); entry > 0 {
				tick(entry)
				last, begun = entry, true
				for before := range i { // who has got so far by way of one surface needed nothing else there
					s := &p.Steps[before]
					s.Needless = s.Needless || !s.over() && !s.Looks && p.lines[before].words[0] == l.words[0]
				}
			}
			continue
		}
		if !begun || !c.play.holds(l) {
			continue
		}
		switch result := l.isResult() && !p.before[i]; {
		case result:
			for before := range i {
				s := &p.Steps[before]
				s.Needless = s.Needless || !s.Looks && !s.over()
			}
			reached = true
			tick(last)
		case p.acted(i, ""):
			tick(last)
		}
	}
	return reached || begun && p.over()
}

// didAhead is the entry that shows that somebody did what a line of a later part says, after another entry; 0: nobody
// did. What the parts before it ask for in the same words is theirs. A click goes with what was typed into its form.
func (c *Case) didAhead(k, i, after int) int {
	p := &c.parts[k]
	wanted := c.play.deedOf(p.lines[i], p.Steps[i])
	if wanted == "" {
		return 0
	}
	form := 0 // entry at which the form of a click was sent
	for before := i - 1; before >= 0 && p.lines[before].isOfForm(p.lines[i]); before-- {
		if p.early[before] == 0 {
			return 0 // it was sent with something else in it
		}
		form = p.early[before]
	}
	if p.lines[i].words[0] == "scan" && !p.acted(i, "") {
		return 0
	}
	theirs := 0
	for _, earlier := range c.parts[c.at:k] {
		for n, l := range earlier.lines {
			if (earlier.early == nil || earlier.early[n] == 0) && c.play.deedOf(l, earlier.Steps[n]) == wanted {
				theirs++
			}
		}
	}
	isDeed := func(a deed) bool {
		return a.line == wanted || p.lines[i].isChange() && sameChange(a.words, c.play.meant(p.Steps[i].Words))
	}
	for _, a := range c.play.deeds.done {
		switch {
		case a.number <= c.parts[c.at].from || !isDeed(a) || !c.play.stands(p.lines[i], a.number):
		case form > 0:
			if a.number == form {
				return form
			}
		case theirs > 0:
			theirs--
		case a.number >= after && !slices.Contains(p.early, a.number) || a.number > after:
			return a.number
		}
	}
	return 0
}
