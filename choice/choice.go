// Package choice is how a person's words choose one thing of several: a key, a page, a language, a fault, a user.
//
// It holds how words are compared, and the one error that says what there is to choose from. It is a leaf: every room
// may use it.
package choice

import (
	"fmt"
	"strings"
)

// Error says that what was named is not there, and what is.
type Error struct {
	What    string   `json:"what"` // kind of thing: "key", "page", "language"
	Wanted  string   `json:"wanted"`
	Present []string `json:"present"` // what there is, in its order
}

// Error lists what is there, so that the reader sees the right word.
func (e *Error) Error() string {
	if len(e.Present) == 0 {
		return fmt.Sprintf("no %s %q here, and none at all", e.What, e.Wanted)
	}
	return fmt.Sprintf("no %s %q here; there are: %s", e.What, e.Wanted, strings.Join(e.Present, ", "))
}

// Normalize brings words into the form in which they are compared: lower case, single spaces, ’ as '.
func Normalize(words string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(words, "’", "'")), " "))
}
