// Package phrase reads the words in which a person says what the clouds and the network of a bench are to do: answers
// that a server is made to give, policies, sources, faults. [mfpsim/phrase/people] reads tenants and users.
//
// A phrase is one line of words, as it follows a verb of a scenario or comes in a request to the control API of `mfpsim
// serve`. This package reads both, so that the same words mean the same. docs/language.md lists the words. The result
// is a typed value of the package that carries it out. An error is a [*choice.Error] that names the wrong word, or says
// in one sentence what is missing.
package phrase

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
)

// OK is the word that ends what was planted: answers of a server, or the faults of a party.
const OK = "ok"

// then begins the next thing of a sequence.
const then = "then"

// Split cuts a line into words: blanks part them, ' quotes, a doubled ' inside quotes is a quote, # begins a comment.
func Split(line string) ([]string, error) { return Expand(line, nil) }

// Expand is [Split] for a line with $NAMES. Outside of quotes each stands for what lookup gives; it may have blanks in
// it and stays one word.
func Expand(line string, lookup func(name string) string) ([]string, error) {
	var words []string
	var word, plain strings.Builder
	begun, quoted := false, false
	flush := func() { // what stands outside of quotes
		if lookup == nil {
			word.WriteString(plain.String())
		} else {
			word.WriteString(os.Expand(plain.String(), lookup))
		}
		plain.Reset()
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\'' && !quoted:
			flush()
			begun, quoted = true, true
		case c == '\'' && i+1 < len(line) && line[i+1] == '\'':
			word.WriteByte('\'')
			i++
		case c == '\'':
			quoted = false
		case quoted:
			word.WriteByte(c)
		case c == ' ' || c == '\t' || c == '\r' || c == '#':
			if flush(); begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
			if c == '#' {
				return words, nil
			}
		default:
			begun = true
			plain.WriteByte(c)
		}
	}
	if quoted {
		return nil, errors.New("a quote ' is opened and not closed")
	}
	if flush(); begun {
		words = append(words, word.String())
	}
	return words, nil
}

// First takes the first word off, which names the act.
func First(words []string) (first string, rest []string) {
	if len(words) == 0 {
		return "", nil
	}
	return words[0], words[1:]
}

// Settings parts key=value words from plain ones, and refuses keys that are not allowed.
func Settings(words []string, allowed ...string) (plain []string, values Values, err error) {
	values = Values{}
	for _, word := range words {
		key, value, is := strings.Cut(word, "=")
		if !is {
			plain = append(plain, word)
			continue
		}
		if !slices.Contains(allowed, key) {
			return nil, nil, &choice.Error{What: "word", Wanted: key + "=", Present: withEquals(allowed)}
		}
		if _, twice := values[key]; twice {
			return nil, nil, fmt.Errorf("%s= stands twice", key)
		}
		if value == "" {
			return nil, nil, fmt.Errorf("%s= has no value", key)
		}
		values[key] = value
	}
	return plain, values, nil
}

func withEquals(keys []string) []string {
	found := make([]string, len(keys))
	for i, key := range keys {
		found[i] = key + "="
	}
	return found
}

// Values are the key=value words of a phrase.
type Values map[string]string

// Either reads a value that is one of two words; otherwise is what holds if the key is not given.
func (v Values) Either(key, yes, no string, otherwise bool) (bool, error) {
	word, err := v.OneOf(key, yes, no)
	if word == "" {
		return otherwise, err
	}
	return word == yes, nil
}

// OneOf reads a value that is one of some words; empty if the key is not given.
func (v Values) OneOf(key string, words ...string) (string, error) {
	value, given := v[key]
	if given && !slices.Contains(words, value) {
		return "", &choice.Error{What: "value of " + key, Wanted: value, Present: words}
	}
	return value, nil
}

// number reads a whole number from 0 into a field.
func number(key, text string, into *int) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return fmt.Errorf("%s=%s is no number", key, text)
	}
	*into = n
	return nil
}

// positive reads a whole number from 1 into a field, where 0 would mean the contrary of what it says: times=0 is no
// answer, and not one for good.
func positive(key, text string, into *int) error {
	if err := number(key, text, into); err != nil {
		return err
	}
	if *into == 0 {
		return fmt.Errorf("%s=0 is none at all; a count begins at 1", key)
	}
	return nil
}

// longest is the longest length of time.
const longest = 100 * 365 * 24 * time.Hour

// Duration reads a length of time of at most a hundred years: "90s", "15m", "2h30m", "91d", "1w".
func Duration(text string) (time.Duration, error) {
	units := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
	}
	bad := fmt.Errorf("%q is no length of time; write 90s, 15m, 2h30m, 91d or 1w", text)
	var total, number time.Duration
	digits, tooLong := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= '0' && c <= '9' {
			number = min(number*10+time.Duration(c-'0'), longest)
			digits++
			continue
		}
		unit, known := units[c]
		if !known || digits == 0 {
			return 0, bad
		}
		if number > (longest-total)/unit {
			tooLong, number = true, 0
		}
		total += number * unit
		number, digits = 0, 0
	}
	switch {
	case digits > 0 || text == "":
		return 0, bad
	case tooLong:
		return 0, fmt.Errorf("%q is more than %d years", text, longest/(365*24*time.Hour))
	}
	return total, nil
}

// fine reads a length of time that can have parts of a second or of an hour: "500ms", "1.5h".
func fine(text string) (time.Duration, error) {
	d, err := Duration(text)
	if err == nil {
		return d, nil
	}
	if exact, wrong := time.ParseDuration(text); wrong == nil && exact <= longest {
		return exact, nil
	}
	return 0, err
}

// Date reads a date with or without a time of day; without a zone it is in UTC.
func Date(text string) (time.Time, error) {
	for _, layout := range []string{
		time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", time.RFC3339,
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date; write 2026-03-02 or '2026-03-02 09:00'", text)
}

// sequence reads things parted by the word then. All but the last must end by themselves.
func sequence[T fmt.Stringer](
	words []string, read func([]string) (T, error), ends func(T) bool, how string,
) ([]T, error) {
	var all []T
	for {
		end := slices.Index(words, then)
		if end < 0 {
			end = len(words)
		}
		one, err := read(words[:end])
		if err != nil {
			return nil, err
		}
		if all = append(all, one); end == len(words) {
			return all, nil
		}
		if !ends(one) {
			return nil, fmt.Errorf("%q never ends, so that nothing can come then; give it %s", one, how)
		}
		words = words[end+1:]
	}
}

// term is a word that carries a value, key=VALUE, and what it says of a thing.
type term[T any] struct {
	name, help string
	read       func(thing *T, value string) error
}

// spelling is how a term is written.
func (t term[T]) spelling() string { return t.name + "=" + t.help }

func find[T any](terms []term[T], name string) (term[T], bool) {
	i := slices.IndexFunc(terms, func(t term[T]) bool { return t.name == name })
	if i < 0 {
		return term[T]{}, false
	}
	return terms[i], true
}

// text sets a field to a value as it stands.
func text[T any, S ~string](field func(*T) *S) func(*T, string) error {
	return func(thing *T, value string) error {
		if value == "" {
			return errors.New("a word ends with = and has no value")
		}
		*field(thing) = S(value)
		return nil
	}
}

// count sets a field to a whole number from 0.
func count[T any](key string, field func(*T) *int) func(*T, string) error {
	return func(thing *T, value string) error { return number(key, value, field(thing)) }
}

// times sets a field to how often something happens, at least once.
func times[T any](field func(*T) *int) func(*T, string) error {
	return func(thing *T, value string) error { return positive("times", value, field(thing)) }
}

// span sets a field to a length of time that is longer than none.
func span[T any](field func(*T) *time.Duration) func(*T, string) error {
	return func(thing *T, value string) error {
		d, err := fine(value)
		if err == nil && d <= 0 {
			err = fmt.Errorf("%q is no length of time: it is none at all", value)
		}
		*field(thing) = d
		return err
	}
}
