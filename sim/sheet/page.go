package sheet

import (
	"bytes"
	_ "embed" // for the page
	"html/template"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("sheet").Parse(pageText))

// Page returns the sheet as a page of HTML that needs nothing else, in the form of the paper: A4, so that a browser's
// print makes a PDF of it.
func (s Sheet) Page() string {
	var b bytes.Buffer
	if err := page.Execute(&b, s); err != nil {
		panic("sheet: the embedded page is wrong: " + err.Error()) // ours, found by any test
	}
	return b.String()
}
