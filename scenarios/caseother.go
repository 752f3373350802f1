package scenarios

import (
	"errors"
	"slices"
)

// errNoOther: there is nothing to choose from.
var errNoOther = errors.New("the case has no other remedy that could be taken now")

// TakeOther takes the other remedy in place of the first, of which what is left is passed over. What leads to it, such
// as a look at the panel's status, stays what it is.
func (c *Case) TakeOther() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	other := slices.IndexFunc(c.parts, func(p part) bool { return p.Kind == PartOther })
	if other < 0 || c.at >= other || !c.solved.IsZero() {
		return errNoOther
	}
	way := c.parts[:other] // what the scenario does besides comes after it
	first := len(way) - 1
	for first > 0 && way[first].Kind == PartRemedy && way[first].Says == "" { // its later pieces have no sentence
		first--
	}
	if first < 0 || way[first].Kind != PartRemedy {
		return errNoOther
	}
	for k := range way[first:] {
		for i := range way[first+k].Steps {
			s := &way[first+k].Steps[i]
			s.Passed = s.Passed || !s.over()
		}
	}
	return nil
}

// alreadySo says of what another remedy begins with that it is so, as long as it is: a setting of Web Config that has
// the value since the story, or since somebody set it.
func (c *Case) alreadySo() {
	for k := c.at; k < len(c.parts); k++ {
		p := &c.parts[k]
		if p.Kind != PartOther || !c.solved.IsZero() {
			continue
		}
		begin := 0
		for i, l := range p.lines {
			s := &p.Steps[i]
			if s.Looks || l.words[0] != "webconfig" || s.over() && s.Why != WhyOvertaken {
				break
			}
			if l.act() != "click" {
				continue
			}
			if is := c.play.isSet(p.lines[begin : i+1]); is != s.Needless {
				for n := begin; n <= i; n++ {
					p.Steps[n].Needless, p.Steps[n].Why = is, ""
					if is {
						p.Steps[n].Why = WhyOvertaken
					}
				}
			}
			begin = i + 1
		}
	}
}

// isSet reports whether all that lines type into a form of Web Config is there already.
func (p *play) isSet(lines []line) bool {
	sets := 0
	for _, l := range lines {
		switch l.act() {
		case "set":
			if len(l.words) < 4 || p.valueSet(l.words[2]) != l.words[3] {
				return false
			}
			sets++
		case "open", "click":
		default: // a password, a file: what is there does not tell
			return false
		}
	}
	return sets > 0
}

// valueSet is what the story, or somebody after it, has set a field of Web Config to last; empty: nobody has.
func (p *play) valueSet(label string) (value string) {
	for _, l := range p.linesOf() {
		if l.number >= p.scenario.HandoverLine() {
			break
		}
		if l.words[0] == "webconfig" && l.act() == "set" && len(l.words) > 3 && l.words[2] == label {
			value = l.words[3]
		}
	}
	p.readDeeds()
	for _, d := range p.deeds.done {
		sets := len(d.words) > 3 && d.words[0] == "webconfig" && d.words[1] == "set"
		if sets && samePlain(d.words[2:3], []string{label}) {
			value = d.words[3]
		}
	}
	return value
}
