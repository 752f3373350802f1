package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"mfpsim/journal"
	"mfpsim/sentences"
)

// byHand are the acts of a person on a live bench. An act is recorded when it is over: its row begins where it began.
type byHand struct {
	acts  map[int]Act
	ended map[int]time.Time // when they were over
	order []int             // numbers of the entries of acts that took time, by when they began
	act   *event
	until int // number of the entry that ends the act
}

// atOnce is within how much time an act brings about what it brings about at once.
const atOnce = time.Second

// brought are kinds of entries of a printer that an act brings about.
var brought = []journal.Kind{journal.KindMemory, journal.KindOutcome, journal.KindScreen}

// newByHand takes the acts that the entries of a record show.
func newByHand(acts map[int]Act, entries []journal.Entry) byHand {
	h := byHand{acts: maps.Clone(acts), ended: map[int]time.Time{}}
	for i, e := range entries {
		h.ended[e.Number] = e.At
		// What a form makes the printer do at once, or while its sender waits, is recorded before its answer.
		if act, is := h.acts[e.Number]; is && act.Since == AtOnce && e.Kind == journal.KindHTTP {
			began := e.At.Add(-tookFor(e))
			first := i
			for first > 0 && (cameOf(entries[first-1], e) || !began.Equal(e.At) && during(entries[first-1], began)) {
				first--
			}
			if first < i {
				act.Since = entries[first].Number - 1
				h.acts[e.Number] = act
			}
		}
	}
	acts = h.acts
	for _, number := range slices.Sorted(maps.Keys(acts)) {
		if acts[number].Since != AtOnce && len(entries) > 0 && number >= entries[0].Number {
			h.order = append(h.order, number)
		}
	}
	slices.SortStableFunc(h.order, func(a, b int) int { return cmp.Compare(acts[a].Since, acts[b].Since) })
	return h
}

// cameOf reports whether an entry is what a form brought about at once.
func cameOf(e, form journal.Entry) bool {
	return form.At.Sub(e.At) < atOnce && e.Party == form.Party && slices.Contains(brought, e.Kind)
}

// during reports whether an entry came after a moment and is nothing that a person did then.
func during(e journal.Entry, began time.Time) bool {
	return !e.At.Before(began) && !ofPerson(e) && e.Party != "control" && e.Party != "recorder"
}

// tookFor is how long somebody waited for an answer.
func tookFor(e journal.Entry) time.Duration {
	d, err := time.ParseDuration(e.Detail[journal.DetailTook])
	if err != nil {
		return 0
	}
	return d
}

// actsByHand begins the rows of what a person did when an entry came, or began to do.
func (t *timeline) actsByHand(e journal.Entry) {
	h := &t.hand
	for len(h.order) > 0 && h.acts[h.order[0]].Since < e.Number {
		h.until = h.order[0]
		h.act = t.addActs(h.until, e)
		h.order = h.order[1:]
	}
	if act, is := h.acts[e.Number]; is && act.Since == AtOnce {
		h.act, h.until = t.addActs(e.Number, e), e.Number
	}
}

// addActs adds a row for each step of an act, by the number of the entry that shows it, and returns the last.
func (t *timeline) addActs(number int, e journal.Entry) *event {
	var row *event
	for _, step := range t.hand.acts[number].Steps {
		row = &event{At: e.At, Text: step.Says, Command: step.Command, To: laneOfPlace(step.Place), passes: step.Passes}
		if row.To == clock {
			row.From = clock
			if t.last != nil && t.last.From == clock && t.last.passes == row.passes && row.passes > 0 {
				t.last.passed = max(t.last.passed, 1) + 1
				t.last.Text = t.summed(t.last)
				row = t.last
				continue
			}
			if began := t.hand.ended[number].Add(-row.passes); row.passes > 0 && !began.After(e.At) {
				row.At = began
			}
		}
		t.count++
		row.ID = rowID(t.count)
		t.last = row
		t.here.Events = append(t.here.Events, row)
	}
	return row
}

// summed says how much time passed where as much passed several times in a row.
func (t *timeline) summed(row *event) string {
	in, sum := spoken(t.story.Language), time.Duration(row.passed)*row.passes
	text, err := in.T("time-passed", "n", row.passed, "each", in.Length(row.passes), "sum", in.Length(sum))
	if err != nil { // words.json is part of the program
		panic(err)
	}
	return text
}

// covers reports whether an entry tells nothing but the act in hand: what was asked of the bench, the form that was
// sent, the clock that was moved, a screen without a message.
func (h *byHand) covers(e journal.Entry, line sentences.Line) bool {
	if h.act == nil || e.Number > h.until || line.Tone == sentences.Refused {
		return false
	}
	switch e.Kind {
	case journal.KindNote, journal.KindClock:
		return true
	case journal.KindScreen:
		return e.Screen != nil && (e.Screen.Message == nil || e.Screen.Message.Text == "")
	case journal.KindHTTP:
		return e.Number == h.until
	}
	return false
}

// screenByHand tells a screen that the panel came to. One that it was at already has no row of its own.
func (t *timeline) screenByHand(e journal.Entry, line sentences.Line) {
	if t.last != nil && t.last.Text == line.Text {
		t.attach(e, t.last)
		return
	}
	t.add(&event{At: e.At}, e).told(line)
}
