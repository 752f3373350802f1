package scenarios

import (
	"slices"
	"strings"

	"mfpsim/journal"
)

// deeds are what a person has done, read out of the record as it grows.
type deeds struct {
	w      *writer
	number int // of the last entry that was read
	done   []deed
	code   int // number of the last entry that showed a code
	// shown is the number of the last entry that showed a page of Web Config, restarted that of the last act after
	// which the printer knows nobody who was there: what is open from before is not the printer's any more.
	shown, restarted int
	opened           []shownPage // of Web Config
}

// deed is one of them.
type deed struct {
	number int      // of the entry that shows it
	line   string   // of the language, a cmdlet as meant; of a job that ended: scan; empty: a link was followed
	words  []string // of the line, with labels in the guide's English words; of a link too
	on     shownPage
	wrong  bool // something wrong was typed into the form that was sent
}

// read takes in what was done since it was called last.
func (c *deeds) read() {
	for _, e := range c.w.r.lab.Journal.Since(c.number) {
		c.number = e.Number
		verb, on := "webconfig", c.w.web
		if e.Party == "entra" {
			verb, on = "browser", c.w.online
		}
		if label := c.link(e, on); label != "" {
			c.done = append(c.done, deed{number: e.Number, words: []string{verb, "click", label}, on: on})
		}
		c.w.lines = nil
		c.w.take(e)
		if c.w.web.hasCode {
			c.code = e.Number
		}
		switch {
		case restarts(e):
			c.restarted = e.Number
		case e.Party == c.w.r.play.printer && isPageShown(e):
			c.shown, c.opened = e.Number, append(c.opened, c.w.web)
		}
		if e.Kind == journal.KindOutcome && c.w.r.play.isAct(e, "scan", "") {
			c.done = append(c.done, deed{number: e.Number, line: "scan"})
		}
		wrong := slices.ContainsFunc(c.w.lines, func(text string) bool { return isWrong(wordsOfLine(text)) })
		for _, text := range c.w.lines {
			words := wordsOfLine(text)
			if meant := c.w.r.play.meant(words); len(words) > 0 && words[0] == "exchange" {
				text, words = Line(meant...), meant
			}
			c.done = append(c.done, deed{e.Number, text, words, on, wrong})
		}
		if account := c.w.picked; account != "" { // who picks an account has no need to type it
			for _, words := range [][]string{{"browser", "enter", "account", account}, {"browser", "click", "Next"}} {
				c.done = append(c.done, deed{e.Number, Line(words...), words, on, false})
			}
			c.w.picked = ""
		}
	}
	c.w.unsaid = nil
}

// restarts reports whether an entry shows that somebody restarted the printer: its power, or another firmware.
func restarts(e journal.Entry) bool {
	said := e.Detail[DetailLine]
	if e.Party == "control" {
		said = e.Text.String()
	}
	return strings.HasPrefix(said, "power ") || strings.HasPrefix(said, "printer set ") || updatesFirmware(e)
}

// updatesFirmware reports whether an entry is the button Update of Firmware Update in Web Config.
func updatesFirmware(e journal.Entry) bool {
	return e.HTTP != nil && e.HTTP.Method == "POST" && strings.HasSuffix(e.HTTP.Target.String(), "/firmware-update") &&
		strings.Contains(e.HTTP.RequestBody.String(), "action=update")
}

// link is the label of the link by which a page was left; empty: it was none of its.
func (c *deeds) link(e journal.Entry, from shownPage) string {
	if e.HTTP == nil || e.HTTP.Method != "GET" || e.Party != "entra" && e.Party != c.w.r.play.printer {
		return ""
	}
	label := from.links[e.HTTP.Target.String()]
	if e.Party == "entra" {
		return c.w.englishOnline(label)
	}
	return c.w.english(label)
}

// wordsOfLine are the words of a line that a recording has written.
func wordsOfLine(text string) []string {
	lines, err := Scenario{File: "recorded/line.txtar", Text: "\n" + text + "\n"}.lines()
	if err != nil || len(lines) != 1 {
		return nil
	}
	return lines[0].words
}

// didThere reports whether the record shows, after a part has begun, what a line of it types or clicks: a click on the
// page that the line before it has opened, if it did. The second line that says the same takes two of them.
func (p *play) didThere(of *part, i int) bool {
	p.readDeeds()
	words := of.Steps[i].Words
	wanted := 0
	for k, step := range of.Steps[:i+1] {
		if !of.wasEarly(k) && slices.Equal(step.Words, words) {
			wanted++
		}
	}
	page, wrong := "", isWrong(words)
	if words[1] == "click" {
		page = p.openedFor(of.lines[i])
		for k := i - 1; k >= 0 && of.lines[k].isOfForm(of.lines[i]); k-- {
			wrong = wrong || isWrong(of.lines[k].words)
		}
	}
	found := 0
	for _, done := range p.deeds.done {
		if done.number > of.from && done.wrong == wrong && p.isSame(done.words, words) &&
			(page == "" || p.isPage(page, done.on)) && (wrong || p.stands(of.lines[i], done.number)) {
			found++
		}
	}
	return found >= wanted
}

// isSame reports whether somebody did what the words of a line say: in Web Config, two labels may have the same words
// in the language of the page.
func (p *play) isSame(did, words []string) bool {
	if samePlain(did, words) || len(did) != len(words) || did[0] != "webconfig" {
		return samePlain(did, words)
	}
	one, err := p.webWords(did)
	other, otherErr := p.webWords(words)
	return err == nil && otherErr == nil && slices.Equal(one, other)
}

func samePlain(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool { return plain(a) == plain(b) })
}

// openedFor is the path of Web Config's page on which a click is: the one that the scenario opens before it, with no
// other click between; empty: any.
func (p *play) openedFor(l line) string {
	path := ""
	for _, before := range p.linesOf() {
		switch {
		case before.number >= l.number:
			return path
		case before.words[0] != "webconfig" || len(before.words) < 3:
		case before.words[1] == "open":
			path = before.words[2]
		case before.words[1] == "click":
			path = ""
		}
	}
	return path
}

// readDeeds reads the record for deeds.
func (p *play) readDeeds() {
	if p.deeds == nil {
		p.deeds = &deeds{w: &writer{r: &Recorder{lab: p.lab, play: p}}, number: p.pages.from}
	}
	p.deeds.read()
}

// isPage reports whether a page of Web Config is the one that a path of its menu leads to: the menu marks it, or its
// heading has the last labels of the path. A heading of one label tells nothing: there are two pages Basic.
func (p *play) isPage(path string, shown shownPage) bool {
	labels := strings.Split(path, " > ")
	if words, err := p.webWords(labels); err == nil {
		labels = words
	}
	joined := func(labels []string) string { return plain(strings.Join(labels, " > ")) }
	whole, last, heading := joined(labels), joined(labels[max(0, len(labels)-2):]), plain(shown.heading)
	marked := joined(shown.path)
	switch {
	case marked != "" && (strings.HasPrefix(marked+" > ", whole+" > ") || strings.HasSuffix(marked, whole)):
		return true
	case strings.Contains(heading, ">"):
		return strings.HasSuffix(whole, heading) || strings.HasSuffix(heading, last)
	}
	return heading != "" && strings.HasSuffix(whole, heading) && (marked == "" || !strings.HasSuffix(marked, heading))
}
