package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
)

// DetailSince is the detail of an act of a live bench: the number of the last entry before it was carried out. The
// entry itself comes when it is over.
const DetailSince = "since"

// passing are acts of Web Config that bring a page and nothing else: the page has a row of its own.
var passing = []string{"open", "copy", "follow", "shows"}

// ActsOf tells what people did by hand after an entry of the record, by the number of the entry that shows it, in a
// language of the guide: what they sent at the doors, and what they asked of the bench. Nil if there is no printer that
// it could be about.
func ActsOf(l *lab.Lab, taken *Case, printer string, from int, language string) map[int]report.Act {
	r, err := Record(l, taken, printer, nil)
	if err != nil {
		return nil
	}
	teller := taken
	if teller == nil {
		teller = &Case{play: r.play}
	}
	acts, last := map[int]report.Act{}, map[int]CaseStep{}
	account, signing := "", map[int]string{} // on Microsoft's page; by the entry with the password
	w := &writer{r: r, from: from}
	for _, e := range l.Journal.Since(from) {
		had := len(w.lines)
		w.take(e)
		act, sent := report.Act{Since: report.AtOnce}, CaseStep{}
		for _, line := range w.lines[had:] {
			words, err := phrase.Split(line)
			if err != nil || len(words) < 2 || words[0] == "webconfig" && slices.Contains(passing, words[1]) {
				continue
			}
			sent = CaseStep{Text: line, Words: words}
			step := teller.played(sent, language)
			step.Tried = mayMend(words)
			switch {
			case words[0] != "browser":
			case words[1] == "sign-in":
				step.Tries = step.Says
			case len(words) > 2 && strings.Contains(words[len(words)-1], "@"): // entered, or chosen of those remembered
				account = words[len(words)-1]
			case words[1] == "enter" && words[2] == "password":
				signing[e.Number] = account
			case words[1] == "click" && words[2] == "Continue": // Microsoft's page knows who it is
				step.Tries = teller.Did(signInOf(account), language)
			}
			if words[0] == "webconfig" && words[1] == "set" && len(words) > 2 {
				step.Sets = words[2]
			}
			act.Steps = append(act.Steps, step)
		}
		if len(act.Steps) > 0 {
			if since, err := strconv.Atoi(e.Detail[DetailSince]); err == nil {
				act.Since = since
			}
			acts[e.Number], last[e.Number] = act, sent
		}
	}
	for number := range w.refusals { // what was typed was typed
		if act, is := acts[number]; is {
			step := &act.Steps[len(act.Steps)-1]
			step.Says = teller.tried(last[number], language)
			if signing[number] != "" {
				step.Tries = teller.tried(signInOf(signing[number]), language)
			}
		}
	}
	return acts
}

// signInOf is a sign-in at Microsoft's page as a step.
func signInOf(account string) CaseStep {
	words := []string{"browser", "sign-in", account}
	return CaseStep{Text: Line(words...), Words: words}
}

// attempts are buttons of Web Config that test, look or go back, and change nothing.
var attempts = []string{"Start", "Send Test Email", "Check for an Update", "Cancel"}

// mayMend reports whether an act may be what mended something: what an administrator changes, and the buttons of Web
// Config that change something.
func mayMend(words []string) bool {
	switch words[0] {
	case "webconfig":
		if words[1] == "click" && len(words) > 2 {
			return !slices.Contains(attempts, words[2]) && !strings.HasPrefix(words[2], "Export ")
		}
		return words[1] == "click" || words[1] == "set"
	case "exchange":
		return !strings.HasPrefix(words[1], "Get-")
	case "panel", "browser", "lang", "scan", "jobs", "sheet", "clock":
		return false
	}
	return true
}

// labelsIn are the guide's labels in a language, by the English ones: the printer's own where it has them in that
// language on any of its surfaces.
func labelsIn(language string, printer device.Words) map[string]string {
	labels := map[string]string{}
	for _, l := range guide.Labels() {
		in := l.In(language)
		if shown := printer.Labels[choice.Normalize(l.English)]; shown != "" && (in == "" || in == l.English) {
			in = shown
		}
		if in != "" {
			labels[l.English] = in
		}
	}
	return labels
}

// hand says how far somebody has come with a case.
func (c *Case) hand(language string) *report.Hand {
	parts, _ := c.Parts()
	course := c.Course()
	h := &report.Hand{Symptom: c.Shown(), Mends: course.Mends, Solved: course.Solved}
	for _, p := range parts {
		for _, s := range p.Steps {
			switch {
			case p.Kind == PartStory, p.Kind == PartOther, p.Kind == PartFurther, s.Besides:
				continue
			case p.Kind == PartSymptom && s.Looks && h.Seen.IsZero() && (s.Done || !s.Glimpsed.IsZero()):
				h.Seen = s.At
				if !s.Done { // it was there, whatever led to it
					h.Seen = s.Glimpsed
				}
			case p.Kind == PartRemedy:
				h.Remedy = true
			}
			h.Skipped = h.Skipped || s.Passed && s.Looks
			if h.Next == "" && !s.over() {
				h.Next = c.Told(s, language)
			}
		}
	}
	return h
}
