package fakeentra

import (
	"strconv"
	"strings"
	"time"
)

// CatalogueRow is one sentence of Entra ID: a row of the AADSTS catalogue.
type CatalogueRow struct {
	Code     int    // the number after AADSTS; 0: no number was ever seen
	Variant  string // parts rows of the same number
	Text     string // the sentence, {words} to be filled in
	Word     string // the error word of RFC 6749 §5.2 that the token endpoint sends with it; "": never seen there
	Suberror string
	Status   int    // HTTP status at the token endpoint
	NoURI    bool   // error_uri is left out (docs/reference/entra.md §2.3)
	Where    string // where it appears
	Tag      string // of the sentence: C captured, D documented, R reported, I inferred
	WordTag  string // of the error word and the status
	Source   string
}

// Catalogue returns the AADSTS catalogue, in the order of its numbers as text.
func Catalogue() []CatalogueRow { return append([]CatalogueRow(nil), catalogueRows...) }

// Lookup finds the plain row of a number; its variants are in [Catalogue].
func Lookup(code int) (CatalogueRow, bool) {
	row := catalogueIndex[rowKey{code, ""}]
	if row == nil || code == 0 {
		return CatalogueRow{}, false
	}
	return *row, true
}

// Search returns the rows that hold all the words: in the number, the sentence, the error word, the suberror or the place.
func Search(words string) []CatalogueRow {
	wanted := strings.Fields(comparable(words))
	var found []CatalogueRow
	for _, row := range catalogueRows {
		text := comparable("AADSTS" + strconv.Itoa(row.Code) + " " + row.Text + " " + row.Word + " " + row.Suberror + " " + row.Where)
		fits := len(wanted) > 0
		for _, word := range wanted {
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

var catalogueIndex = func() map[rowKey]*CatalogueRow {
	index := make(map[rowKey]*CatalogueRow, len(catalogueRows))
	for i := range catalogueRows {
		index[rowKey{catalogueRows[i].Code, catalogueRows[i].Variant}] = &catalogueRows[i]
	}
	return index
}()

// problem is an error answer in the making.
type problem struct {
	row         *CatalogueRow
	values      []string // pairs of {word} and value
	claims      string   // the claims challenge, JSON
	correlation string   // of the session that it belongs to; empty: of the request
	word        string   // another error word than the row's
}

// fail begins an error answer with the plain row of a number.
func fail(code int) *problem { return failAs(code, "") }

// failAs begins an error answer with a variant. A number that is not in the catalogue is a mistake of this package.
func failAs(code int, variant string) *problem {
	row := catalogueIndex[rowKey{code, variant}]
	if row == nil {
		panic("fakeentra: an answer that is not in the catalogue")
	}
	return &problem{row: row}
}

// with fills in a word of the sentence.
func (p *problem) with(word, value string) *problem {
	p.values = append(p.values, "{"+word+"}", value)
	return p
}

// in ties the answer to a session's correlation id.
func (p *problem) in(correlation string) *problem {
	p.correlation = correlation
	return p
}

// sentence is the text after the number.
func (p *problem) sentence() string {
	if len(p.values) == 0 {
		return p.row.Text
	}
	return strings.NewReplacer(p.values...).Replace(p.row.Text)
}

// reasonOf is the first sentence of a number, for the sign-in log.
func reasonOf(code int) string {
	row := catalogueIndex[rowKey{code, ""}]
	if row == nil {
		return ""
	}
	if i := strings.Index(row.Text, ". "); i >= 0 {
		return row.Text[:i+1]
	}
	return row.Text
}

// Forms of time in Entra's sentences (docs/reference/entra.md §2.3, §4.3).
func errorTime(t time.Time) string   { return t.UTC().Format("2006-01-02 15:04:05Z") }
func sevenDigits(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
func wholeSecond(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.0000000Z")
}
