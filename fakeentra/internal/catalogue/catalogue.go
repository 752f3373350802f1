// Package catalogue has every numbered error (AADSTS) of Entra ID with its sentence, and makes error answers of them.
package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/words"
)

// Row is one sentence of Entra ID.
type Row struct {
	Code     int    // the number after AADSTS; 0: no number was ever seen
	Variant  string // parts rows of the same number
	Text     string // the sentence, {words} to be filled in
	Word     string // the error word of RFC 6749 §5.2 that the token endpoint sends with it; "": never seen there
	Suberror string
	Status   int    // HTTP status at the token endpoint
	LeftOut  string // member that the error body lacks: "error_uri" (docs/reference/entra.md §2.3); empty: none
	Where    string // where it appears
	Tag      string // of the sentence: C captured, D documented, R reported, I inferred
	WordTag  string // of the error word and the status
	Source   string
}

// Table is the AADSTS catalogue, or a part of it, in the order of its numbers as text.
type Table []Row

// All returns the whole catalogue.
func All() Table { return slices.Clone(rows) }

// Lookup finds the plain row of a number; its variants are rows of the [Table].
func Lookup(code int) (Row, bool) {
	row := index[rowKey{code, ""}]
	if row == nil || code == 0 {
		return Row{}, false
	}
	return *row, true
}

// Variants are the names of a number's further sentences.
func Variants(code int) []string {
	var names []string
	for _, row := range rows {
		if row.Code == code && row.Variant != "" && code != 0 {
			names = append(names, row.Variant)
		}
	}
	return names
}

// Known reports whether the catalogue has a number.
func Known(code int) bool {
	_, known := Lookup(code)
	return known
}

// Lookup finds the plain row of a number.
func (t Table) Lookup(code int) (Row, bool) {
	i := slices.IndexFunc(t, func(row Row) bool { return row.Code == code && row.Variant == "" && code != 0 })
	if i < 0 {
		return Row{}, false
	}
	return t[i], true
}

// Search returns the rows that hold all the words: in the number, the sentence, the error word, the suberror or the
// place.
func (t Table) Search(wanted string) []Row {
	asked := strings.Fields(words.Fold(wanted))
	var found []Row
	for _, row := range t {
		text := words.Fold(
			"AADSTS" + strconv.Itoa(row.Code) + " " + row.Text + " " + row.Word + " " + row.Suberror + " " +
				row.Where,
		)
		fits := len(asked) > 0
		for _, word := range asked {
			fits = fits && strings.Contains(text, word)
		}
		if fits {
			found = append(found, row)
		}
	}
	return found
}

type rowKey struct {
	code    int
	variant string
}

var index = func() map[rowKey]*Row {
	byKey := make(map[rowKey]*Row, len(rows))
	for i := range rows {
		byKey[rowKey{rows[i].Code, rows[i].Variant}] = &rows[i]
	}
	return byKey
}()
