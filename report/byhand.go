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
	order []int // numbers of the entries of acts that took time, by when they began
	act   *event
	until int // number of the entry that ends the act
}

// atOnce is within how much time an act brings about what it brings about at once.
const atOnce = time.Second

// brought are kinds of entries of a printer that an act brings about.
var brought = []journal.Kind{journal.KindMemory, journal.KindOutcome, journal.KindScreen}

// newByHand takes the acts that the entries of a record show.
func newByHand(acts map[int]Act, entries []journal.Entry) byHand {
	h := byHand{acts: maps.Clone(acts)}
	for i, e := range entries {
		// What a form makes the printer do at once is recorded before its answer.
		if act, is := h.acts[e.Number]; is && act.Since == AtOnce && e.Kind == journal.KindHTTP {
			first := i
			for first > 0 && e.At.Sub(entries[first-1].At) < atOnce && entries[first-1].Party == e.Party &&
				slices.Contains(brought, entries[first-1].Kind) {
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

// actsByHand begins the rows of what a person did when an entry came, or began to do.
func (t *timeline) actsByHand(e journal.Entry) {
	h := &t.hand
	for len(h.order) > 0 && h.acts[h.order[0]].Since < e.Number {
		h.until = h.order[0]
		h.act = t.addActs(h.acts[h.until], e)
		h.order = h.order[1:]
	}
	if act, is := h.acts[e.Number]; is && act.Since == AtOnce {
		h.act, h.until = t.addActs(act, e), e.Number
	}
}

// addActs adds a row for each step of an act, and returns the last.
func (t *timeline) addActs(act Act, e journal.Entry) *event {
	var row *event
	for _, step := range act.Steps {
		row = &event{At: e.At, Text: step.Says, Command: step.Command, To: laneOfPlace(step.Place)}
		if row.To == clock {
			row.From = clock
			if t.last != nil && t.last.From == clock && t.last.Text == row.Text {
				t.last.Times = max(t.last.Times, 1) + 1
				row = t.last
				continue
			}
		}
		t.count++
		row.ID = rowID(t.count)
		t.last = row
		t.here.Events = append(t.here.Events, row)
	}
	return row
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
