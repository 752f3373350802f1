package explain

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/core/outcome"
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
	against := make([]bool, len(rows))
	said := clauses(q.text)
	for i, row := range rows {
		if against[i] = denied(row.ID, said); against[i] {
			words[i] = 0
		}
	}
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
			evidence[i] += min(math.Floor(asGood(words, likely, i)/enough)*enough/10, 0.9)
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
		case against[a] != against[b]:
			return first(against[a]) - first(against[b])
		case evidence[a] > evidence[b]:
			return -1
		case evidence[a] < evidence[b]:
			return 1
		}
		return rows[a].Often - rows[b].Often
	})
	if byWords || q.sameKind("code") > 0 { // a reply or a number means its own causes and no other
		order = q.withNeighbours(order, evidence, against)
	}
	if byWords || len(q.answer.Items) == 0 {
		order = order[:min(len(order), mostCauses)]
	}
	notes := map[int]string{}
	if other, note := q.otherCode(words, likely); note != "" {
		at := 0
		if len(order) > 0 && !against[order[0]] && words[order[0]] >= enough {
			at = 1 // the words speak for a cause of this code too
		}
		order, notes[other] = slices.Insert(order, at, other), note
	}
	for _, i := range order {
		c := rows[i].told(q.language, q.scenarios)
		if c.Note = notes[i]; against[i] {
			c.Note = heading(q.language, "denied")
		}
		q.answer.Causes = append(q.answer.Causes, c)
	}
	for i := range q.answer.Items {
		item := &q.answer.Items[i]
		item.Causes = slices.DeleteFunc(item.Causes, func(id string) bool {
			return !slices.ContainsFunc(q.answer.Causes, func(c Cause) bool { return c.ID == id })
		})
	}
}

// asGood is what the words say for a cause; if they say little more for one that ends as it does, the same as for that
// one: a word more or less tells no two of them apart.
func asGood(words []float64, likely []bool, of int) float64 {
	rows, most := causes(), words[of]
	for i, score := range words {
		if likely[i] && rows[i].endsIn(rows[of].Kinds) && words[of] >= score*3/4 {
			most = max(most, score)
		}
	}
	return most
}

// mostBeforeNeighbours is how many causes that end otherwise, with the best itself, may stand before its neighbours.
const mostBeforeNeighbours = 2

// withNeighbours puts behind the best cause, and what the text speaks of nearly as much, those that end as it does,
// the most common first: somebody's own words seldom tell them apart, and who asks further should not have to guess.
func (q *question) withNeighbours(order []int, evidence []float64, against []bool) []int {
	if len(order) == 0 || against[order[0]] {
		return order
	}
	rows, best := causes(), order[0]
	near := slices.IndexFunc(order, func(i int) bool { return against[i] || evidence[i] < evidence[best]*3/4 })
	if near < 0 {
		near = len(order)
	}
	near = min(near, mostBeforeNeighbours)
	kinds := q.endAlike(rows[best].Kinds)
	var neighbours []int
	for i, row := range rows {
		if row.endsIn(kinds) && !against[i] && !slices.Contains(order[:near], i) {
			neighbours = append(neighbours, i)
		}
	}
	slices.SortStableFunc(neighbours, func(a, b int) int { return rows[a].Often - rows[b].Often })
	isNear := func(i int) bool { return slices.Contains(neighbours, i) }
	behind := slices.DeleteFunc(slices.Clone(order[near:]), isNear)
	return slices.Concat(order[:near], neighbours, behind)
}

// endAlike are kinds with those of which the panel says the same.
func (q *question) endAlike(kinds []outcome.Kind) []outcome.Kind {
	alike := slices.Clone(kinds)
	said := map[string]bool{}
	for _, row := range q.known.standard.Outcomes {
		if row.Panel != "" && slices.Contains(kinds, outcome.Kind(row.Kind)) {
			said[row.Panel] = true
		}
	}
	for _, row := range q.known.standard.Outcomes {
		if said[row.Panel] {
			alike = append(alike, outcome.Kind(row.Kind))
		}
	}
	return alike
}

// otherCode is the cause that the words speak for more than for any that has the code in the text, and what to say of
// that; empty: there is none. A code is easily misread, and no guide says which of two a printer shows.
func (q *question) otherCode(words []float64, likely []bool) (row int, note string) {
	var given []string
	for _, item := range q.answer.Items {
		if item.Kind == "code" {
			given = append(given, item.Name)
		}
	}
	if len(given) == 0 {
		return 0, ""
	}
	best, most := -1, enough
	for i, score := range words {
		if !likely[i] && score >= most {
			best, most = i, score+1e-9
		}
	}
	if best < 0 {
		return 0, ""
	}
	for i, score := range words {
		if likely[i] && score > most {
			return 0, ""
		}
	}
	shows, then := q.codesOf(causes()[best])
	switch {
	case shows == "":
		return 0, "" // it shows itself without a code
	case then != "" && then != shows:
		note = heading(q.language, "other-code-then")
	default:
		note = heading(q.language, "other-code")
	}
	names := strings.NewReplacer("{given}", strings.Join(given, ", "), "{shows}", shows, "{then}", then)
	return best, names.Replace(note)
}

// codesOf are the codes that a job of the standard printer ends with by a cause, and then, once the sign-in has ended.
func (q *question) codesOf(row causeRow) (shows, then string) {
	var codes []string
	ends := false
	for _, kind := range row.Kinds {
		ends = ends || kind.EndsSignIn()
		if code := q.codeOf(kind); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if ends {
		then = q.codeOf(outcome.NoSignIn)
	}
	return strings.Join(codes, ", "), then
}

func (q *question) codeOf(kind outcome.Kind) string {
	for _, row := range q.known.standard.Outcomes {
		if outcome.Kind(row.Kind) == kind {
			return row.Code
		}
	}
	return ""
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
