package scenarios

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"mfpsim/device"
	"mfpsim/phrase"
)

// line is one line of a script, split into words.
type line struct {
	number     int      // from 1
	text       string   // as written
	conditions []string // of "[needs:clock] verb …": "needs:clock", with "!" if negated
	not        bool
	words      []string // the verb and its arguments; unquoted $NAMES are not expanded
}

// builtins are the verbs that reach no party of the bench.
var builtins = []string{"cmp", "env", "skip"}

// lines checks and splits the script part of the file.
func (s Scenario) lines() ([]line, error) {
	var found []line
	set := map[string]string{} // by env
	for i, text := range strings.Split(string(s.archive().Comment), "\n") {
		fail := func(format string, args ...any) ([]line, error) {
			return nil, &LineError{File: s.File, Line: i + 1, Message: fmt.Sprintf(format, args...)}
		}
		if strings.HasPrefix(text, "#") {
			continue
		}
		words, err := phrase.Split(text)
		if err != nil {
			return fail("%v", err)
		}
		l := line{number: i + 1, text: strings.TrimSpace(text)}
		for len(words) > 0 && strings.HasPrefix(words[0], "[") && strings.HasSuffix(words[0], "]") {
			l.conditions = append(l.conditions, strings.Trim(words[0], "[]"))
			if words = words[1:]; len(words) == 0 {
				return fail("a condition without a verb")
			}
		}
		for _, c := range l.conditions {
			name, found := strings.CutPrefix(strings.TrimPrefix(c, "!"), "needs:")
			if !found || !slices.Contains(device.Capabilities(), device.Capability(name)) {
				return fail("unknown condition [%s]; there is [needs:X] with %s", c, join(device.Capabilities()))
			}
		}
		if len(words) > 0 && words[0] == "!" {
			l.not = true
			if words = words[1:]; len(words) == 0 {
				return fail("! on a line by itself")
			}
		}
		if len(words) == 0 {
			continue
		}
		l.words = words
		if strings.HasPrefix(words[0], "!") {
			return fail("put a blank between ! and %s", strings.TrimPrefix(words[0], "!"))
		}
		if !slices.Contains(builtins, words[0]) {
			if _, known := verbs[words[0]]; !known {
				return fail("unknown verb %q; the verbs are %s", words[0], strings.Join(verbNames(), ", "))
			}
		}
		if at := slices.Index(words, ""); at >= 0 {
			return fail("argument %d of %s is empty", at, words[0])
		}
		if l.not && !negatable(words) {
			return fail("! stands only before a line with shows; %s has none", words[0])
		}
		if words[0] == "env" {
			for _, word := range words[1:] {
				name, value, _ := strings.Cut(word, "=")
				set[name] = value
			}
		}
		expanded, err := expand(words, set)
		if err == nil {
			err = literalPassword(expanded)
		}
		if err == nil {
			err = judge(expanded)
		}
		if err != nil {
			return fail("%v", err)
		}
		found = append(found, l)
	}
	return found, nil
}

// expand puts in what env has set, as far as it is known without playing.
func expand(words []string, set map[string]string) ([]string, error) {
	expanded := make([]string, len(words))
	in := insertion{lookup: func(name string) string {
		if value, known := set[name]; known {
			return value
		}
		return "$" + name
	}}
	for i, word := range words {
		expanded[i] = os.Expand(word, in.value)
	}
	return expanded, in.tooLong()
}

// negatable reports whether a line says that something shows, the only thing that ! can deny.
func negatable(words []string) bool {
	for _, place := range []int{1, 2, 3} {
		if len(words) > place && words[place] == "shows" {
			return true
		}
	}
	return words[0] == "cmp"
}
