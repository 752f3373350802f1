// Package words compares and reads the words that people and programs write: names, values, dates, none with regard to
// case.
package words

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Contain reports whether a list holds a word.
func Contain(list []string, word string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.EqualFold(w, word) })
}

// Cover reports whether a list holds all that is needed.
func Cover(list, needed []string) bool {
	return !slices.ContainsFunc(needed, func(n string) bool { return !Contain(list, n) })
}

// Fold brings a text into the form in which texts are compared: small letters, single spaces, one kind of apostrophe.
func Fold(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "))
}

// OneOf reads a value that is one of some words into a field; known leads from the words in small letters to what they
// mean. The error begins with key and lists the words.
func OneOf(field *string, key, value string, known map[string]string) error {
	if meaning, ok := known[strings.ToLower(value)]; ok {
		*field = meaning
		return nil
	}
	return fmt.Errorf("%s: unknown value %q; the values are: %s", key, value,
		strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

// layouts are the forms of a moment.
var layouts = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// Moment reads a date or a moment; without a zone it is in UTC.
func Moment(text string) (at time.Time, ok bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// Date reads a date into a field. The error begins with key.
func Date(field *time.Time, key, value string) error {
	at, ok := Moment(value)
	if !ok {
		return fmt.Errorf("%s: %q is no date such as 2026-04-15", key, value)
	}
	*field = at
	return nil
}
