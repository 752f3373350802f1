package planted_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/planted"
)

// met plays requests, one a letter, against a row, and returns what they meet, "-" for nothing. A thing fits the letter
// that it begins with.
func met(row *planted.Row[string], requests string) string {
	var names []string
	for _, letter := range requests {
		name, found := row.Meet(func(thing string) bool { return strings.HasPrefix(thing, string(letter)) })
		if !found {
			name = "-"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestWhatARequestMeets(t *testing.T) {
	type thing struct {
		name  string
		count planted.Count
	}
	for name, c := range map[string]struct {
		things   []thing
		requests string
		meets    string
		unmet    []string
	}{
		"nothing is planted": {requests: "a", meets: "-"},
		"without a number it is met by all": {
			things: []thing{{"a", planted.Count{}}}, requests: "aab", meets: "a a -",
		},
		"some pass before": {
			things: []thing{{"a", planted.Count{After: 2, Times: 1}}}, requests: "aabaa", meets: "- - - a -",
		},
		"those with a number are a sequence": {
			things: []thing{{"a1", planted.Count{Times: 2}}, {"a2", planted.Count{Times: 1}}}, requests: "aaaa", meets: "a1 a1 a2 -",
		},
		"each counts all that fit it, met by another or not": {
			things:   []thing{{"a1", planted.Count{After: 1, Times: 2}}, {"a2", planted.Count{After: 3, Times: 1}}},
			requests: "aaaaa", meets: "- a1 a1 a2 -",
		},
		"the first of two that are due has its way": {
			things: []thing{{"a1", planted.Count{After: 1}}, {"a2", planted.Count{}}}, requests: "aaa", meets: "a2 a1 a1",
		},
		"met less often than it was to be": {
			things:   []thing{{"a", planted.Count{Times: 2}}, {"b", planted.Count{}}, {"c", planted.Count{After: 1}}},
			requests: "ac", meets: "a -", unmet: []string{"a", "b", "c"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var row planted.Row[string]
			for _, thing := range c.things {
				row.Plant(thing.name, thing.count)
			}
			require.Equal(t, c.meets, met(&row, c.requests))
			require.Equal(t, c.unmet, row.Unmet())
			require.Len(t, row.All(), len(c.things))
		})
	}
}

func TestWhatIsClearedIsForgotten(t *testing.T) {
	var row planted.Row[string]
	row.Plant("a", planted.Count{Times: 1})
	row.Clear()
	require.Equal(t, "-", met(&row, "a"))
	require.Empty(t, row.Unmet())
	require.Empty(t, row.All())
	row.Plant("b", planted.Count{})
	require.Equal(t, "b", met(&row, "b"), "what is planted afterwards is met")
}
