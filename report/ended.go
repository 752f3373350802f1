package report

import (
	"fmt"
	"slices"
	"time"

	"mfpsim/journal"
)

// ended is how a page's case ended by hand: what stands at its head.
type ended struct {
	Word, Tone, Sign string
	Symptom, Remedy  string   // sentences; empty: there is none
	Cause, Helps     string   // likewise
	Avoid            []string // rules of the guide
	Codes            []string // with which it failed: of jobs, of the sign-in log
	Tried            []string // sentences of what was done by hand that may have mended something
	Refusals         []refusal
	Last             *event // the newest that was refused or went well; nil: nothing of the kind
	SignIns          []remembered
	Settings         []string // that have another value than before, or were set by hand
}

// refusal is something that the clouds refused by hand, and what said so: each once, in the order in which they came.
type refusal struct {
	*event
	Logged []SignIn // what the sign-in log says of that moment
	job    bool     // a job ended by it
}

// Refusing are the policies of Conditional Access by which a sign-in was refused.
func (s SignIn) Refusing() (names []string) {
	for _, p := range s.Policies {
		if p.Result == "failure" {
			names = append(names, p.Name)
		}
	}
	return names
}

// soon is how far apart a page and the row of the log may be that tell of one refusal.
const soon = 2 * time.Second

// mostRefusals is how many of them stand at the head.
const mostRefusals = 4

// refused are what Entra ID and Exchange refused by hand, until the case was solved. Of what was refused several times
// in the same words it is the first by which a job ended, else the first.
func refused(t *timeline, until time.Time) (all []refusal) {
	isCloud := func(l lane) bool { return l == entra || l == exchange }
	for _, section := range t.sections {
		for i, row := range section.Events {
			cloud := isCloud(row.From) || isCloud(row.To)
			if section.Word != handSection || !row.Refused || !cloud || !until.IsZero() && row.At.After(until) {
				continue
			}
			r := refusal{event: row, job: endsJob(section.Events[i+1:])}
			if at := slices.IndexFunc(all, func(r refusal) bool { return r.Text == row.Text }); at >= 0 {
				if all[at].job || !r.job {
					continue
				}
				all = slices.Delete(all, at, at+1)
			}
			if max(row.From, row.To) == entra {
				r.Logged = t.story.logged(row)
			}
			all = append(all, r)
		}
	}
	return all[max(0, len(all)-mostRefusals):]
}

// endsJob reports whether a job ended badly in what follows a refusal, before a cloud is asked again.
func endsJob(then []*event) bool {
	for _, row := range then {
		switch {
		case row.code != "":
			return true
		case row.From != row.To && (row.Refused || row.Good):
			return false
		}
	}
	return false
}

// codes are those with which it failed by hand, until the case was solved: of jobs, and of the sign-in log.
func codes(t *timeline, refusals []refusal, until time.Time) (all []string) {
	add := func(code string) {
		if !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	for _, section := range t.sections {
		for _, row := range section.Events {
			if section.Word == handSection && row.code != "" && (until.IsZero() || !row.At.After(until)) {
				add(row.code)
			}
		}
	}
	for _, r := range refusals {
		for _, s := range r.Logged {
			add(fmt.Sprintf("AADSTS%d", s.AADSTS))
		}
	}
	return all
}

// endedByHand reads how far somebody came by hand: whether the remedy has worked, or, of a case that has nothing to
// mend, whether each of its lines came true and nothing was refused after.
func (p *casePage) endedByHand(t *timeline, entries []journal.Entry) (*ended, error) {
	e := &ended{}
	set := labelsSet(t.story.Acts)
	for _, row := range p.Facts {
		switch {
		case row.name == "":
			e.SignIns = append(e.SignIns, row)
		case row.Before != "" || slices.Contains(set, row.label): // else it is what OK stored besides
			e.Settings = append(e.Settings, row.What)
		}
	}
	e.Word, e.Tone, e.Sign = look("")
	for _, section := range t.sections {
		for _, row := range section.Events {
			if section.Word == handSection && (row.Good || row.Refused) {
				e.Last = row
			}
		}
	}
	h := t.story.Hand
	if h == nil {
		h = &Hand{}
	}
	e.Refusals = refused(t, h.Solved)
	e.Codes = codes(t, e.Refusals, h.Solved)
	e.Cause, e.Helps, e.Avoid = h.Cause, h.Helps, h.Avoid
	if t.story.Hand == nil {
		return e, nil
	}
	var err error
	switch {
	case h.Symptom != "" && h.Seen.IsZero():
		e.Symptom, err = p.T("symptom-unseen", "text", h.Symptom)
	case h.Symptom != "":
		e.Symptom, err = p.T("symptom-seen", "text", h.Symptom, "at", p.Stamp(h.Seen))
	}
	if err != nil {
		return nil, err
	}
	if e.Tried, err = p.tried(entries, h); err != nil {
		return nil, err
	}
	var remedy string
	switch {
	case !h.Solved.IsZero() && e.Last != nil && e.Last.Refused:
		e.Word, e.Tone, e.Sign, remedy = "hand-worked", "good", "✓", "solved-refused"
	case !h.Solved.IsZero():
		e.Word, e.Tone, e.Sign, remedy = "hand-worked", "good", "✓", "solved"
	case h.Next != "":
		e.Word, e.Tone, e.Sign, remedy = "hand-open", "warn", "!", "remedy-open"
	case h.Mends:
		e.Word, e.Tone, e.Sign, remedy = "hand-open", "warn", "!", "remedy-none"
	case e.Last != nil && e.Last.Refused:
		e.Word, e.Tone, e.Sign, remedy = "hand-through", "warn", "!", "remedy-refused"
	case h.Skipped:
		e.Word, remedy = "hand-through", "remedy-skipped"
	case h.Remedy:
		e.Word, e.Tone, e.Sign, remedy = "hand-done", "good", "✓", "remedy-worked"
	default:
		return e, nil
	}
	values := []any{"text", h.Next}
	if !h.Solved.IsZero() {
		values = append(values, "at", p.Stamp(h.Solved))
	}
	if e.Remedy, err = p.T(remedy, values...); err != nil || h.Solved.IsZero() {
		return e, err
	}
	for _, mail := range p.S.Trace {
		if mail.Status == delivered && h.Solved.Sub(mail.At) < soon {
			var then string
			then, err = p.T("then-delivered", "at", p.Stamp(mail.At))
			e.Remedy += " " + then
			break
		}
	}
	return e, err
}

// delivered is the status of a message in Exchange's trace that has arrived.
const delivered = "Delivered"

// labelsSet are the English labels of the settings that were typed or chosen by hand.
func labelsSet(acts map[int]Act) (labels []string) {
	for _, act := range acts {
		for _, step := range act.Steps {
			if step.Sets != "" {
				labels = append(labels, step.Sets)
			}
		}
	}
	return labels
}

// tried are the sentences of what was done by hand that may have mended something, up to the moment at which it was
// mended, in order. Of signing in and waiting it is what was done after the symptom was seen: before, it led to it.
func (p *casePage) tried(entries []journal.Entry, h *Hand) (says []string, err error) {
	var waited time.Duration // last, in a row
	for _, e := range entries {
		if !h.Solved.IsZero() && e.At.After(h.Solved) {
			break
		}
		for _, step := range p.S.Acts[e.Number].Steps {
			after := e.At.After(h.Seen)
			text := step.Says
			switch {
			case step.Passes > 0 && after:
				if waited > 0 {
					says = says[:len(says)-1]
				}
				waited += step.Passes
				if text, err = p.T("waited", "sum", p.Length(waited)); err != nil {
					return nil, err
				}
				says = append(says, text)
				continue
			case step.Tries != "" && after:
				text = step.Tries
			case !step.Tried:
				continue
			}
			if slices.Contains(says, text) {
				continue
			}
			says, waited = append(says, text), 0
		}
	}
	return says, nil
}
