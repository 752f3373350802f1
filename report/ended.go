package report

// ended is how a page's case ended by hand: what stands at its head.
type ended struct {
	Word, Tone, Sign string
	Symptom, Remedy  string // sentences; empty: there is none
	Last             *event // the newest that was refused or went well; nil: nothing of the kind
	SignIns          []remembered
	Settings         []string // that have another value
}

// endedByHand reads how far somebody came by hand. The case is said to have worked only if each of its lines came true
// and nothing was refused after.
func (p *casePage) endedByHand(t *timeline) (*ended, error) {
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
	var remedy string
	switch {
	case h.Next != "":
		e.Word, e.Tone, e.Sign, remedy = "hand-open", "warn", "!", "remedy-open"
	case e.Last != nil && e.Last.Refused:
		e.Word, e.Tone, e.Sign, remedy = "hand-through", "warn", "!", "remedy-refused"
	case h.Skipped:
		e.Word, remedy = "hand-through", "remedy-skipped"
	case h.Remedy:
		e.Word, e.Tone, e.Sign, remedy = "hand-worked", "good", "✓", "remedy-worked"
	default:
		return e, nil
	}
	e.Remedy, err = p.T(remedy, "text", h.Next)
	return e, err
}
