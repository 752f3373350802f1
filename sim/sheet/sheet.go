// Package sheet prints the network status sheet (guide rule R27): as text, and as a page that a browser prints. Which
// sections it has, and in which order, is data of the model (docs/reference/printer.md §3).
package sheet

import (
	"strings"
	"unicode"

	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

// width is how many characters a label takes before its colon.
const width = 34

// pageRows is how many lines of the sheet a sheet of paper takes.
const pageRows = 50

// Sheet is one printed sheet.
type Sheet struct {
	Language string
	Maker    string
	Model    string
	Title    string
	Sections []Section
	Foot     string // when it was printed, and on how many pages
}

// Section is a part of the sheet under a title of its own.
type Section struct {
	Title string
	Rows  []facts.Row
}

// New returns the sheet of a printer as it is now. No password is on it, because the facts hold none.
func New(f facts.Facts, texts *locale.Texts) Sheet {
	s := Sheet{
		Language: texts.Language(), Maker: f.Model.Maker, Model: f.Model.Name, Title: texts.Label("network-status-sheet"),
	}
	lines := 4
	for _, part := range f.Model.Sheet.Sections {
		rows := f.Rows(texts, part.Rows)
		for i := range rows {
			if rows[i].Value == "" {
				rows[i].Value = "-"
			}
		}
		s.Sections = append(s.Sections, Section{Title: texts.Label(part.Title), Rows: rows})
		lines += len(rows) + 2
	}
	pages := (lines + pageRows - 1) / pageRows
	s.Foot = texts.Label("printed") + " " + texts.Stamp(f.Now) + ", " + texts.Count("sheet-pages", pages)
	return s
}

// String returns the sheet as text.
func (s Sheet) String() string {
	var b strings.Builder
	title := s.Model + "  " + s.Title
	b.WriteString(title + "\n" + strings.Repeat("=", columns(title)) + "\n")
	for _, part := range s.Sections {
		b.WriteString("\n<" + part.Title + ">\n")
		for _, row := range part.Rows {
			b.WriteString(
				"  " + row.Label + strings.Repeat(" ", max(1, width-columns(row.Label))) + ": " + row.Value + "\n",
			)
		}
	}
	b.WriteString("\n" + s.Foot + "\n")
	return b.String()
}

// columns is how much room a text takes in a font of one width: signs that combine with the letter before take none.
func columns(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me, unicode.Cf) {
			n++
		}
	}
	return n
}
