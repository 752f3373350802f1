package explain

import (
	_ "embed" // for what speaks against a cause
	"slices"
	"strings"
	"sync"

	"mfpsim/guide"
	"mfpsim/languages"
)

//go:embed denials.yaml
var denialTable []byte

// denial is what speaks against a cause: beginnings of words that stand together in a clause.
type denial struct {
	denies bool // the clause has to deny; else it must not, but for its own stems
	stems  []string
}

// denials are the rows of denials.yaml by the id of the cause, of all languages.
var denials = sync.OnceValue(func() map[string][]denial {
	var rows []textRow
	strictly("denials.yaml", denialTable, &rows)
	byID := map[string][]denial{}
	for _, r := range rows {
		for _, language := range guide.Languages() {
			for _, entry := range strings.Split(r.In(language), ",") {
				entry, denies := strings.CutPrefix(strings.TrimSpace(entry), "!")
				d := denial{denies: denies}
				for _, stem := range strings.Split(entry, "+") {
					d.stems = append(d.stems, plain(stem))
				}
				byID[r.ID] = append(byID[r.ID], d)
			}
		}
	}
	return byID
})

//go:embed asks.yaml
var askTable []byte

// asks are what to ask a customer, by the id of the cause.
var asks = sync.OnceValue(func() map[string]languages.Text {
	var rows []textRow
	strictly("asks.yaml", askTable, &rows)
	byID := map[string]languages.Text{}
	for _, r := range rows {
		byID[r.ID] = r.Text
	}
	return byID
})

// negators deny a clause, in their plain form.
var negators = strings.Fields(plain(
	"not no never nothing nobody cannot can't without didn't wasn't hasn't haven't isn't weren't don't doesn't unchanged नहीं नही बिना δεν δε μη μην χωρίς ούτε τίποτα κανείς",
))

// turns begin another clause, as punctuation does.
var turns = strings.Fields(plain("but although though however because since लेकिन मगर फिर क्योंकि αλλά όμως ωστόσο ενώ γιατί επειδή"))

// clauses are the plain words of a text, clause by clause.
func clauses(text string) (all [][]string) {
	ends := func(r rune) bool { return strings.ContainsRune(".,;:!?·।|\n()–", r) }
	for _, run := range strings.FieldsFunc(text, ends) {
		var words []string
		for _, word := range strings.Fields(plain(run)) {
			if slices.Contains(turns, word) {
				all, words = append(all, words), nil
				continue
			}
			words = append(words, word)
		}
		all = append(all, words)
	}
	return all
}

// holdsIn reports whether it stands in a clause.
func (d denial) holdsIn(words []string) bool {
	negated := slices.ContainsFunc(words, func(word string) bool {
		own := slices.ContainsFunc(d.stems, func(stem string) bool { return strings.HasPrefix(word, stem) })
		return slices.Contains(negators, word) && !own
	})
	if negated != d.denies {
		return false
	}
	for _, stem := range d.stems {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, stem) }) {
			return false
		}
	}
	return true
}

// denied reports whether a text speaks against a cause.
func denied(cause string, text [][]string) bool {
	return slices.ContainsFunc(denials()[cause], func(d denial) bool { return slices.ContainsFunc(text, d.holdsIn) })
}
