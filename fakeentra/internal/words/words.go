// Package words compares and reads the words that people and programs write (names, values, dates), without regard to
// case, and fills words into the placeholders of a sentence.
package words

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
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

// Fill puts values in the places that a sentence leaves for them: pairs are a {word} and its value. What is filled in
// is not looked at again.
func Fill(sentence string, pairs ...string) string {
	var b strings.Builder
	for b.Grow(len(sentence) + 64); ; {
		open := strings.IndexByte(sentence, '{')
		if open < 0 {
			b.WriteString(sentence)
			return b.String()
		}
		b.WriteString(sentence[:open])
		sentence = sentence[open:]
		place, value := "{", "{" // a brace that begins no word
		for i := 0; i+1 < len(pairs); i += 2 {
			if strings.HasPrefix(sentence, pairs[i]) {
				place, value = pairs[i], pairs[i+1]
				break
			}
		}
		b.WriteString(value)
		sentence = sentence[len(place):]
	}
}

// OneOf reads a value that is one of some words into a field; known leads from the words in small letters to what they
// mean. The error begins with key and lists the words.
func OneOf(field *string, key, value string, known map[string]string) error {
	if meaning, ok := known[strings.ToLower(value)]; ok {
		*field = meaning
		return nil
	}
	there := slices.Sorted(maps.Keys(known))
	text := fmt.Sprintf("%s: unknown value %q; the values are: %s", key, value, strings.Join(there, ", "))
	if near := (&choice.Error{Wanted: value, Present: there}).Nearest(); near != "" {
		text += "; the nearest is " + near
	}
	return errors.New(text)
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
