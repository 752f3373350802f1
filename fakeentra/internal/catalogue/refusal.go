package catalogue

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal is how Entra refused: a person on a page, or a program at an endpoint.
type Refusal struct {
	AADSTS int    // the number; 0: there is none
	Text   string // its sentence; from an endpoint: the whole description
	Page   string // the page's heading; "": it was no page

	// Of an endpoint's answer.
	Status   int    // HTTP status
	Word     string // error
	Suberror string
}

// Error returns one sentence.
func (r *Refusal) Error() string {
	switch {
	case r.Page == "":
		return fmt.Sprintf("%s: %s", r.Word, r.Text)
	case r.AADSTS == 0:
		return r.heading() + r.Text
	}
	return fmt.Sprintf("%sAADSTS%d: %s", r.heading(), r.AADSTS, r.Text)
}

// heading begins the sentence: some headings are whole sentences with their own full stop.
func (r *Refusal) heading() string {
	if strings.ContainsAny(r.Page[len(r.Page)-1:], ".?!;") || strings.HasSuffix(r.Page, "।") {
		return r.Page + " "
	}
	return r.Page + ": "
}

// Refuse is a refusal by the page of that heading.
func (p *Problem) Refuse(heading string) *Refusal {
	return &Refusal{AADSTS: p.Row.Code, Page: heading, Text: p.Sentence()}
}

// AADSTS returns the number that an answer or a page refused with, 0 if the error is of another kind or has none.
func AADSTS(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.AADSTS
	}
	return 0
}
