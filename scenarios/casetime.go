package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/journal"
)

// dated gives each line that was ticked, or glimpsed, the time of what the record has of it: the clock may have gone on
// before the bench comes to look. A look comes after the acts before it in its part.
func (c *Case) dated() {
	if c.timed == nil {
		c.timed = map[*CaseStep]time.Time{}
	}
	for k := range c.parts {
		p := &c.parts[k]
		floor := time.Time{}
		for i := range p.Steps {
			s := &p.Steps[i]
			if s.Done && c.timed[s] != s.At {
				s.At = c.happened(p, i, floor, s.At)
				c.timed[s] = s.At
			}
			if !s.Glimpsed.IsZero() && !s.Done && c.timed[s] != s.Glimpsed {
				s.Glimpsed = c.happened(p, i, floor, s.Glimpsed)
				c.timed[s] = s.Glimpsed
			}
			if s.Done && !s.Looks && s.At.After(floor) {
				floor = s.At
			}
		}
	}
}

// happened is the true time of what a line is about, as the newest entry of the record has it that can show it: of an
// act when it began. It is not before floor; where the record shows nothing it is the time of the look.
func (c *Case) happened(p *part, i int, floor, looked time.Time) time.Time {
	at := c.shownAt(p, i)
	switch {
	case at.IsZero():
		return looked
	case at.Before(floor) && p.Steps[i].Looks:
		return floor
	case at.Before(floor): // another act like it, before; this one is not in the record yet
		return looked
	}
	return at
}

func (c *Case) shownAt(p *part, i int) time.Time {
	l, s := p.lines[i], &p.Steps[i]
	entries := c.play.lab.Journal.Since(c.From())
	if click := c.play.clickOf(p, i); s.Comes && click > 0 { // it stood on the page on which it was clicked
		entries = entries[:slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Number == click })]
	}
	if !s.Looks {
		return c.doneAt(l, entries)
	}
	if l.words[0] == "mailbox" {
		if all := c.play.lab.Mailbox(s.Words[slices.Index(s.Words, "mailbox")+1]); len(all) > 0 {
			return all[len(all)-1].ReceivedAt
		}
	}
	return newest(entries, func(e journal.Entry) bool { return c.play.isAbout(e, l.words) })
}

// begins keeps when an act begins that is done for the person: it may be ticked before the bench has written it down.
func (c *Case) begins(l line) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.began == nil {
		c.began = map[int]time.Time{}
	}
	c.began[l.number] = c.play.lab.World.Now()
}

// doneAt is when an act began that somebody did: the bench writes it down when it is over.
func (c *Case) doneAt(l line, entries []journal.Entry) time.Time {
	if at, is := c.began[l.number]; is {
		return at
	}
	begins := l.words[0] + " "
	for i := len(entries) - 1; i >= 0 && !l.byItself(); i-- {
		if !strings.HasPrefix(entries[i].Detail[DetailLine], begins) {
			continue
		}
		since, err := strconv.Atoi(entries[i].Detail[DetailSince])
		first := slices.IndexFunc(entries, func(e journal.Entry) bool { return err == nil && e.Number > since })
		if first < 0 {
			first = i
		}
		return entries[first].At
	}
	if l.words[0] == "clock" {
		return time.Time{}
	}
	return newest(entries, func(e journal.Entry) bool { return c.play.isAct(e, l.words[0], l.act()) })
}

// isAbout reports whether an entry changes what a look is about.
func (p *play) isAbout(e journal.Entry, words []string) bool {
	switch words[0] {
	case "jobs":
		return e.Party == p.printer && e.Kind == journal.KindOutcome
	case "panel":
		return e.Party == p.printer && e.Screen != nil
	case "sheet":
		return e.Party == p.printer && e.Kind == journal.KindSheet
	case "webconfig":
		return e.Party == p.printer && isPageShown(e)
	case "browser":
		return e.Party == "entra" && isPageShown(e)
	case "wire":
		return len(words) > 2 && e.Party == words[2] && (e.Kind == journal.KindHTTP || e.Kind == journal.KindSMTP)
	case "entra": // its log has a refusal from when it was said, whoever has asked since
		said := func(word string) bool {
			return !isNumber(word) || strings.Contains(e.HTTP.ResponseBody.String(), word)
		}
		return e.Party == "entra" && e.Kind == journal.KindHTTP &&
			!slices.ContainsFunc(words, func(word string) bool { return !said(word) })
	}
	return false
}

// isNumber reports whether a word is an error number of Entra ID's.
func isNumber(word string) bool {
	number, err := strconv.Atoi(word)
	return err == nil && number >= 10000
}

// newest is the time of the newest entry that fits; zero: none does.
func newest(entries []journal.Entry, fits func(journal.Entry) bool) time.Time {
	for i := len(entries) - 1; i >= 0; i-- {
		if fits(entries[i]) {
			return entries[i].At
		}
	}
	return time.Time{}
}
