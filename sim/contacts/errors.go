package contacts

import (
	"errors"

	"mfpsim/sim/entry"
)

// ErrNoEntry: the number is free, because somebody has deleted the entry meanwhile.
var ErrNoEntry = errors.New("there is no such entry among the contacts")

// The fields.
const (
	FieldNumber  entry.Field = "number"
	FieldName    entry.Field = "name"
	FieldIndex   entry.Field = "index-word"
	FieldAddress entry.Field = "email-address"
	FieldMembers entry.Field = "group-members"
)
