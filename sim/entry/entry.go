// Package entry checks what is typed into the fields of an entry of a register: of the contacts, of the users. Limits
// are the model's; the sentences for people are Web Config's.
package entry

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Field names a field in errors and in files, by its label's name.
type Field string

// Problem is what is wrong with a field.
type Problem string

// The problems.
const (
	Missing   Problem = "missing"
	TooLong   Problem = "too long"
	TooShort  Problem = "too short"
	Character Problem = "a character that is not allowed"
	Form      Problem = "not an e-mail address"
	Digits    Problem = "not a number of as many digits"
	Range     Problem = "out of range"
	Taken     Problem = "taken by another entry"
	Full      Problem = "there is no room for another entry"
	Choice    Problem = "not one of the choices"
	Twice     Problem = "twice in the file"
	Columns   Problem = "more or fewer columns than the heading"
)

// FieldError is one field that cannot be stored.
type FieldError struct {
	Field   Field
	Problem Problem
}

// Invalid are all the fields of an entry that cannot be stored.
type Invalid struct {
	What   string // the entry: contact, user
	Fields []FieldError
}

// Error lists the fields.
func (e *Invalid) Error() string {
	list := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		list[i] = fmt.Sprintf("%s: %s", f.Field, f.Problem)
	}
	return e.What + " not stored: " + strings.Join(list, "; ")
}

// Text checks one line of text of so many characters at most.
func Text(s string, limit int) Problem {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return Character
	case utf8.RuneCountInString(s) > limit:
		return TooLong
	}
	return ""
}

// addressMarks are the signs of an e-mail address beside letters and digits (docs/reference/printer.md §3.1).
const addressMarks = "!#$%&'*+-./=?^_{|}~@"

// Address checks an e-mail address: 1 to so many letters, digits and marks, with one @ inside.
func Address(s string, limit int) Problem {
	if wrong := Word(s, limit, addressMarks); wrong != "" {
		return wrong
	}
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") {
		return Form
	}
	return ""
}

// Word checks 1 to so many of A–Z a–z 0–9 and marks.
func Word(s string, limit int, marks string) Problem {
	switch {
	case s == "":
		return Missing
	case len(s) > limit:
		return TooLong
	case strings.ContainsFunc(s, func(r rune) bool { return !letter(r) && !strings.ContainsRune(marks, r) }):
		return Character
	}
	return ""
}

func letter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
