package explain

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/fakeentra"
	"mfpsim/guide"
)

// fewestWords is how many words beside what was recognized say something: "Error code" before 360 does not.
const fewestWords = 3

// mentions marks what stands in passing in a longer text, puts it last, and reports whether anything else is there that
// has causes. "The screen of the printer" within a ticket is somebody's own words, not a message that was shown.
func (q *question) mentions(rest []string) (decided bool) {
	saying := 0
	for _, word := range rest {
		if !stopwords()[word] {
			saying++
		}
	}
	for i := range q.answer.Items {
		item := &q.answer.Items[i]
		item.Passing = saying >= fewestWords &&
			(item.Kind == "label" || item.Kind == "chapter" || item.Kind == "message" && len(item.Causes) == 0)
		decided = decided || !item.Passing && len(item.Causes) > 0
	}
	slices.SortStableFunc(q.answer.Items, func(a, b Item) int { return first(a.Passing) - first(b.Passing) })
	return decided
}

// rank orders the causes: those that several of the things mean that were recognized come first, then those that the
// other words speak of, then the most common.
func (q *question) rank() {
	rows := causes()
	rest := q.rest()
	decided := q.mentions(rest)
	if len(q.answer.Items) > 0 && len(rest) < fewestWords {
		rest = nil
	}
	words := scores(rest)
	byWords := !decided && slices.ContainsFunc(words, func(score float64) bool { return score >= enough })
	evidence := make([]float64, len(rows))
	likely := make([]bool, len(rows))
	for i, row := range rows {
		of := map[string]float64{} // by kind of thing: a code of several replies is one piece of evidence
		for _, item := range q.answer.Items {
			if slices.Contains(item.Causes, row.ID) && !(item.Passing && (decided || byWords)) {
				weight := 1.0
				if items := q.sameKind(item.Kind); items == 1 {
					weight += 1 / float64(len(item.Causes)) // what means few causes says more of each
				}
				of[item.Kind] = max(of[item.Kind], weight)
				likely[i] = true
			}
		}
		for _, weight := range of {
			evidence[i] += weight
		}
	}
	for i := range rows {
		switch {
		case !decided && words[i] >= enough:
			likely[i] = true
			evidence[i] += words[i]
		case likely[i] && words[i] >= enough:
			evidence[i] += min(words[i]/10, 0.9)
		}
	}
	var order []int
	for i := range rows {
		if likely[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case evidence[a] > evidence[b]:
			return -1
		case evidence[a] < evidence[b]:
			return 1
		}
		return rows[a].Often - rows[b].Often
	})
	if byWords || len(q.answer.Items) == 0 {
		order = order[:min(len(order), mostCauses)]
	}
	for _, i := range order {
		q.answer.Causes = append(q.answer.Causes, rows[i].told(q.language, q.scenarios))
	}
	for i := range q.answer.Items {
		item := &q.answer.Items[i]
		item.Causes = slices.DeleteFunc(item.Causes, func(id string) bool {
			return !slices.ContainsFunc(q.answer.Causes, func(c Cause) bool { return c.ID == id })
		})
	}
}

// sameKind counts the items of a kind.
func (q *question) sameKind(kind string) int {
	items := 0
	for _, item := range q.answer.Items {
		if item.Kind == kind {
			items++
		}
	}
	return items
}

// rest are the words of the question that were not recognized.
func (q *question) rest() []string {
	left := " " + q.pieces[0] + " "
	for _, taken := range q.taken {
		if taken != "" {
			left = strings.ReplaceAll(left, " "+taken+" ", " ")
		}
	}
	return strings.Fields(left)
}

// mostNear is how many things are proposed.
const mostNear = 4

// near proposes what is spelled like the question.
func (q *question) near() []string {
	found := q.known.near(q.text, mostNear)
	if len(q.unknownNumbers) == 0 {
		return found
	}
	var numbers []string
	for _, row := range fakeentra.Catalogue() {
		if row.Code != 0 {
			numbers = append(numbers, strconv.Itoa(row.Code))
		}
	}
	for len(found) < mostNear {
		number := (&choice.Error{Wanted: q.unknownNumbers[0], Present: numbers}).Nearest()
		if number == "" {
			break
		}
		found = append(found, "AADSTS"+number)
		numbers = slices.DeleteFunc(numbers, func(n string) bool { return n == number })
	}
	return found
}

func pageOf(c guide.Chapter) string { return strconv.Itoa(c.Page) }

// sourceOf is where the English words of a message are from.
func (v *vocabulary) sourceOf(id string) string {
	for _, s := range v.all {
		if s.id == id && s.language == english {
			return s.source
		}
	}
	return ""
}
