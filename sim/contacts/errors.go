package contacts

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoEntry: the number is free, because somebody has deleted the entry meanwhile.
var ErrNoEntry = errors.New("there is no such entry among the contacts")

// Field names a field of an [Entry] in errors, by its label's name.
type Field string

// The fields.
const (
	FieldNumber  Field = "number"
	FieldName    Field = "name"
	FieldIndex   Field = "index-word"
	FieldAddress Field = "email-address"
	FieldMembers Field = "group-members"
)

// Problem is what is wrong with a field.
type Problem string

// The problems.
const (
	ProblemMissing   Problem = "missing"
	ProblemTooLong   Problem = "too long"
	ProblemCharacter Problem = "a character that is not allowed"
	ProblemForm      Problem = "not an e-mail address"
	ProblemRange     Problem = "out of range"
	ProblemTaken     Problem = "taken"
	ProblemFull      Problem = "no number is free"
	ProblemChoice    Problem = "not one of the contacts"
)

// FieldError is one field that cannot be stored.
type FieldError struct {
	Field   Field
	Problem Problem
}

// Invalid are all the fields of an entry that cannot be stored.
type Invalid struct{ Fields []FieldError }

// Error lists the fields.
func (e *Invalid) Error() string {
	list := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		list[i] = fmt.Sprintf("%s: %s", f.Field, f.Problem)
	}
	return "contact not stored: " + strings.Join(list, "; ")
}
