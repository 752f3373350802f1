package report

import (
	"slices"
	"time"

	"mfpsim/journal"
)

// ended is how a page's case ended by hand: what stands at its head.
type ended struct {
	Word, Tone, Sign string
	Symptom, Remedy  string   // sentences; empty: there is none
	Tried            []string // sentences of what was done by hand that may have mended something
	Refusals         []refusal
	Last             *event // the newest that was refused or went well; nil: nothing of the kind
	SignIns          []remembered
	Settings         []string // that have another value
}

// refusal is something that the clouds refused by hand, and what said so: each once, the newest last.
type refusal struct {
	*event
	Logged []SignIn // what the sign-in log says of that moment
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

// refused are what Entra ID and Exchange refused by hand, until the case was solved.
func refused(t *timeline, until time.Time) (all []refusal) {
	for _, section := range t.sections {
		for _, row := range section.Events {
			isCloud := func(l lane) bool { return l == entra || l == exchange }
			cloud := isCloud(row.From) || isCloud(row.To)
			if section.Word != "by-hand" || !row.Refused || !cloud || !until.IsZero() && row.At.After(until) {
				continue
			}
			all = slices.DeleteFunc(all, func(r refusal) bool { return r.Text == row.Text })
			r := refusal{event: row}
			for _, s := range t.story.SignIns {
				if s.AADSTS > 0 && !s.Interrupts() && max(row.From, row.To) == entra && s.At.Sub(row.At).Abs() < soon {
					r.Logged = append(r.Logged, s)
				}
			}
			all = append(all, r)
		}
	}
	return all[max(0, len(all)-mostRefusals):]
}

// endedByHand reads how far somebody came by hand: whether the remedy has worked, or, of a case that has nothing to
// mend, whether each of its lines came true and nothing was refused after.
func (p *casePage) endedByHand(t *timeline, entries []journal.Entry) (*ended, error) {
	e := &ended{}
	for _, row := range p.Facts {
		if row.name == "" {
			e.SignIns = append(e.SignIns, row)
		} else {
			e.Settings = append(e.Settings, row.What)
		}
	}
	e.Word, e.Tone, e.Sign = look("")
	for _, section := range t.sections {
		for _, row := range section.Events {
			if section.Word == "by-hand" && (row.Good || row.Refused) {
				e.Last = row
			}
		}
	}
	h := t.story.Hand
	if h == nil {
		e.Refusals = refused(t, time.Time{})
		return e, nil
	}
	e.Refusals = refused(t, h.Solved)
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
	e.Tried = tried(t.story.Acts, entries, h.Solved)
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
	e.Remedy, err = p.T(remedy, values...)
	return e, err
}

// tried are the sentences of what was done by hand that may have mended something, up to the moment at which it was
// mended, each once.
func tried(acts map[int]Act, entries []journal.Entry, until time.Time) (says []string) {
	for _, e := range entries {
		if !until.IsZero() && e.At.After(until) {
			break
		}
		for _, step := range acts[e.Number].Steps {
			if step.Tried && !slices.Contains(says, step.Says) {
				says = append(says, step.Says)
			}
		}
	}
	return says
}
