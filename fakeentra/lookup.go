package fakeentra

import (
	"net/http"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Texts of the page /error; the address is documented, the page was not captured, so all its words are ours.
const (
	lookupHelp    = "The simulation's catalogue of AADSTS numbers says:"
	lookupUnknown = "The simulation's catalogue has no such number."
	lookupLabel   = "AADSTS number"
	lookupButton  = "Look up"
)

// lookup is the page that error_uri leads to: one number, or a field to type one.
func (s *Server) lookup(w http.ResponseWriter, a *ask) {
	typed := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(a.query["code"])), "AADSTS")
	p := page{
		Name: pageLookup, Title: s.say(textLookupTitle), Heading: s.say(textLookupTitle), Action: pathError, Method: http.MethodGet, ErrorID: "codeError",
		Fields:  []field{{ID: "code", Name: "code", Label: lookupLabel, Type: "text", Value: typed, Autocomplete: "off"}},
		Buttons: []button{{Label: lookupButton, Primary: true}},
	}
	code, err := strconv.Atoi(typed)
	row, known := catalogue.Lookup(code)
	status := http.StatusOK
	switch {
	case typed == "":
	case err != nil || !known:
		p.Error, status = lookupUnknown, http.StatusNotFound
	default:
		p.Heading = "AADSTS" + strconv.Itoa(code)
		p.Lines = []string{lookupHelp, row.Text}
	}
	s.show(w, a, status, p)
}
