// Package choice finds which of several things a person's words mean: a key, a page, a language, a fault, a user.
//
// It compares words, and has the one error that lists what there is to choose from. It imports no other package of this
// module, and every other may import it.
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

// Error lists what is there, and names what is spelled most like the word that is not.
func (e *Error) Error() string {
	if len(e.Present) == 0 {
		return fmt.Sprintf("no %s %q here, and none at all", e.What, e.Wanted)
	}
	text := fmt.Sprintf("no %s %q here; there are: %s", e.What, e.Wanted, strings.Join(e.Present, ", "))
	if near := e.Nearest(); near != "" && len(e.Present) > 1 {
		text += "; the nearest is " + near
	}
	return text
}

// Nearest returns what is spelled most like the word that was wanted, or begins with it; empty if nothing is much like
// it. Of a word that carries a value, key=VALUE, the key counts.
func (e *Error) Nearest() string {
	wanted := key(e.Wanted)
	if letters := len([]rune(wanted)); letters < 3 || letters > longestWord {
		return "" // of two letters, any other one is half the word
	}
	nearest, least := "", len([]rune(wanted))/2+1
	for _, word := range e.Present {
		if len(word) > 2*longestWord {
			continue
		}
		d := distance(wanted, key(word))
		if strings.HasPrefix(key(word), wanted) {
			d = min(d, len(wanted)/2)
		}
		if d < least {
			nearest, least = word, d
		}
	}
	return nearest
}

// key is what is compared of a word.
func key(word string) string {
	before, _, _ := strings.Cut(word, "=")
	return Normalize(before)
}

// longestWord is the length beyond which nothing is looked for that is much like a word.
const longestWord = 100

// distance is the number of letters to be put in, taken out or changed to make one word of the other (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, letter := range from {
		corner := row[0]
		row[0] = i + 1
		for j, other := range to {
			changed := corner
			if letter != other {
				changed++
			}
			corner = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(to)]
}

// Normalize brings words into the form in which they are compared: lower case, single spaces, ’ as '.
func Normalize(words string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(words, "’", "'")), " "))
}
