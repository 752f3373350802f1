package scenarios

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"mfpsim/choice"
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
	// atLeast says of a number of mails by hand that more will do: somebody may have sent another.
	atLeast bool
}

// builtins are the verbs that reach no party of the bench.
var builtins = []string{"cmp", "env", "skip"}

// lines checks and splits the script part of the file. The error is every mistake, joined.
func (s Scenario) lines() ([]line, error) {
	var found []line
	var mistakes []error
	set := map[string]string{} // by env
	header := s.Name != scriptName
	for i, text := range strings.Split(string(s.archive().Comment), "\n") {
		if header = header && strings.TrimSpace(text) != ""; header && headerWithout(text) {
			continue // told where the header is read
		}
		l, err := readLine(text, set)
		if err != nil {
			mistakes = append(mistakes, &LineError{File: s.File, Line: i + 1, Message: err.Error()})
		}
		if err == nil && len(l.words) > 0 {
			l.number = i + 1
			found = append(found, l)
		}
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return found, nil
}

// readLine checks and splits one line; it has no words if nothing is to be done. set is what env has set so far.
func readLine(text string, set map[string]string) (line, error) {
	fail := func(format string, args ...any) (line, error) { return line{}, fmt.Errorf(format, args...) }
	if strings.HasPrefix(text, "#") {
		return line{}, nil
	}
	if quote := otherQuote(text); quote != "" {
		return fail(
			"%s is no quotation mark here: write 'Log in', and '' for an apostrophe inside: 'Sender''s'",
			quote,
		)
	}
	words, err := phrase.Split(text)
	if err != nil {
		return fail("%w; an apostrophe inside is written twice: 'Sender''s Email Address'", err)
	}
	l := line{text: strings.TrimSpace(text)}
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
		return line{}, nil
	}
	l.words = words
	if strings.HasPrefix(words[0], "!") {
		return fail("put a blank between ! and %s", strings.TrimPrefix(words[0], "!"))
	}
	if err := isVerb(words[0]); err != nil {
		return line{}, err
	}
	if err := unlike(words); err != nil {
		return line{}, err
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
		err = ofLine(judge(expanded), expanded)
	}
	return l, err
}

// isVerb refuses a word that no line can begin with.
func isVerb(word string) error {
	if slices.Contains(builtins, word) {
		return nil
	}
	if _, known := verbs[word]; known {
		return nil
	}
	names := slices.Concat(verbNames(), builtins)
	if lower := strings.ToLower(word); lower != word && isVerb(lower) == nil {
		return fmt.Errorf("unknown verb %q; verbs are written small: %s", word, lower)
	}
	if instead := foreign[strings.ToLower(word)]; instead != "" {
		return fmt.Errorf("%s is no verb; write %s", word, instead)
	}
	text := fmt.Sprintf("unknown verb %q; the verbs are %s", word, strings.Join(names, ", "))
	if near := (&choice.Error{Wanted: word, Present: names}).Nearest(); near != "" {
		text += "; the nearest is " + near
	}
	return errors.New(text)
}

// otherQuote is a quotation mark of another kind than ', where a word begins with it or ends; "" if there is none.
func otherQuote(text string) string {
	quoted := false
	before := ' '
	for _, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '#':
			return ""
		case strings.ContainsRune("\"“”„«»", r), strings.ContainsRune("‘’", r) && before == ' ':
			return string(r)
		}
		before = r
	}
	return ""
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
