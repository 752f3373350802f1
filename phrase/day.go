package phrase

import (
	"errors"
	"strings"
	"time"
)

// Newest is the word for the newest day of which answers are known.
const Newest = "newest"

// AsOf reads the day whose answers Entra ID gives: "2023-08-17", or "newest", which is the zero time.
func AsOf(words []string) (time.Time, error) {
	switch {
	case len(words) == 0 || len(words) > 2:
		return time.Time{}, errors.New("as-of takes one day: as-of 2023-08-17|newest")
	case words[0] == Newest && len(words) == 1:
		return time.Time{}, nil
	}
	return Date(strings.Join(words, " "))
}
