package browser

import (
	"net/http"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// Lookup is the page that error_uri leads to: one number, or a field to type one.
func (e *Endpoint) Lookup(w http.ResponseWriter, a *wire.Request) {
	typed := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(a.Query["code"])), "AADSTS")
	p := pages.Page{
		Name: pages.Lookup, Title: texts.Say(texts.LookupTitle), Heading: texts.Say(texts.LookupTitle),
		Action: pages.PathError, Method: http.MethodGet, ErrorID: "codeError",
		Fields: []pages.Field{{
			ID: "code", Name: "code", Label: texts.LookupLabel, Type: "text", Value: typed,
			Autocomplete: "off",
		}},
		Buttons: []pages.Button{{Label: texts.LookupButton, Primary: true}},
	}
	code, err := strconv.Atoi(typed)
	row, known := catalogue.Lookup(code)
	status := http.StatusOK
	switch {
	case typed == "":
	case err != nil || !known:
		p.Error, status = texts.LookupUnknown, http.StatusNotFound
	default:
		p.Heading = "AADSTS" + strconv.Itoa(code)
		p.Lines = []string{texts.LookupHelp, row.Text}
	}
	e.Front.Show(w, a, status, p)
}
