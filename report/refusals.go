package report

import (
	"fmt"
	"regexp"
	"strings"
)

// aadsts is a number under which Entra ID refuses, as its sentences have it; replied are the codes of a mail server.
var (
	aadsts  = regexp.MustCompile(`AADSTS[0-9]+`)
	replied = regexp.MustCompile(`^[45][0-9]{2}(?: [0-9]+\.[0-9]+\.[0-9]+)?`)
)

// numberOf is the number under which a cloud refused; a page of Microsoft's that does not show it has it in the sign-in
// log.
func (t *timeline) numberOf(e *event) string {
	if !e.Refused {
		return ""
	}
	if code := replied.FindString(e.Why); e.Status != "" && strings.Contains(e.Text, code) {
		return code
	}
	if e.From != entra && e.To != entra {
		return ""
	}
	if found := aadsts.FindString(e.Text); found != "" {
		return found
	}
	for _, s := range t.story.logged(e) {
		return fmt.Sprintf("AADSTS%d", s.AADSTS)
	}
	return ""
}

// logged are the rows of the sign-in log of the moment at which Entra ID refused.
func (s Story) logged(e *event) (rows []SignIn) {
	for _, row := range s.SignIns {
		if row.AADSTS > 0 && !row.Interrupts() && row.At.Sub(e.At).Abs() < soon {
			rows = append(rows, row)
		}
	}
	return rows
}

// parts are the sentence of a row, with the number under which it was refused by itself.
type parts struct{ Head, Number, Tail string }

// Number is that under which a cloud refused; empty: none did.
func (e *event) Number() string { return e.number }

// Parts are the parts of the sentence; a number that it does not have comes last.
func (e *event) Parts() parts {
	head, tail, in := strings.Cut(e.Text, e.number)
	switch {
	case e.number == "":
		return parts{Head: e.Text}
	case !in:
		return parts{Head: e.Text + " ", Number: e.number}
	}
	return parts{head, e.number, tail}
}

// causeIn is what ended a job badly, of what came before it: the last that was refused to the printer since a job ended
// and a server granted something; nil: nothing was.
func causeIn(before []*event) *event {
	for i := len(before) - 1; i >= 0; i-- {
		row := before[i]
		switch {
		case row.code != "", row.Good && row.From != row.To:
			return nil
		case row.Refused && row.From != person && row.To != person:
			return row
		}
	}
	return nil
}

// sameShot reports whether two screens are the same.
func sameShot(a, b shot) bool {
	return a.Surface == b.Surface && a.Screen == b.Screen && a.Text == b.Text
}
