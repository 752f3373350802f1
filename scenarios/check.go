package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/guide"
)

// check looks at the header's rules and chapter and at every line of the script, without playing it. The error is
// every mistake, joined.
func (s Scenario) check(rules map[string]bool) error {
	var mistakes []error
	mistake := func(line int, format string, args ...any) {
		mistakes = append(mistakes, &LineError{File: s.File, Line: line, Message: fmt.Sprintf(format, args...)})
	}
	header, text := 0, strings.Split(s.Text, "\n")
	for _, line := range text {
		if strings.TrimSpace(line) == "" {
			break
		}
		header++
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		switch strings.TrimSpace(key) {
		case "proves":
			for _, id := range strings.Fields(value) {
				if !rules[id] {
					mistake(
						header,
						"unknown rule %q; mfpsim coverage lists the rules, and they are parted by blanks",
						id,
					)
				}
			}
		case "guide":
			if chapter := strings.TrimSpace(value); !slices.Contains(guide.Titles(), chapter) {
				mistake(
					header,
					"%v",
					&choice.Error{What: "chapter of the guide", Wanted: chapter, Present: guide.Titles()},
				)
			}
		}
	}
	lines, err := s.lines()
	switch {
	case err != nil:
		return errors.Join(append(mistakes, err)...)
	case len(lines) == 0:
		mistake(header, "no step follows the header; a scenario plays something and says what is to be seen")
	case !slices.ContainsFunc(lines, line.asserts):
		last := lines[len(lines)-1]
		mistake(
			last.number,
			"nothing is asserted up to here; a line with shows, count, is empty or cmp, under no condition, says what is to be seen",
		)
	}
	return errors.Join(append(mistakes, s.checkFiles(lines))...)
}

// asserts reports whether the line can fail because of what is to be seen. Under a condition it may not be played at
// all.
func (l line) asserts() bool {
	word := func(place int) string {
		if place < len(l.words) {
			return l.words[place]
		}
		return ""
	}
	if len(l.conditions) > 0 {
		return false
	}
	switch l.words[0] {
	case "cmp":
		return true
	case "panel":
		return word(1) == "shows" || word(1) == "refuses"
	case "browser", "sheet":
		return word(1) == "shows"
	case "jobs":
		return word(1) == "shows" || word(1) == "count" || word(2) == "shows"
	case "webconfig":
		return word(1) == "shows" || word(1) == "unreachable" || word(1) == "choices" && word(3) == "shows"
	case "provider":
		return word(1) == "faxes" && (word(2) == "shows" || word(2) == "count")
	case "entra":
		return word(1) == "log" && word(2) == "shows"
	case "mailbox":
		said := word(2)
		if said == "sent" {
			said = word(3)
		}
		return slices.Contains([]string{"shows", "count", "is"}, said)
	case "wire":
		return word(1) == "shows" || word(1) == "count"
	}
	return false
}

// errLiteralPassword refuses a password in a script. It does not repeat it.
var errLiteralPassword = errors.New(
	"a password is never written, because lines are recorded; write enter password, " +
		"which types the right one (webconfig enter password ADDRESS: that of an account), or enter password wrong",
)

// literalPassword refuses words in the place of a password: as a value of such a field, or behind a verb that types
// one by itself.
func literalPassword(words []string) error {
	if len(words) < 3 || !slices.Contains([]string{"webconfig", "panel", "browser"}, words[0]) {
		return nil
	}
	rest := words[2:]
	switch words[1] {
	case "set", "enter":
		if rest[0] != "password" {
			box := len(rest) == 2 && (rest[1] == "on" || rest[1] == "off") // it is ticked, and takes no text
			if len(rest) > 1 && guide.Secret(rest[0]) && !box {
				return errLiteralPassword
			}
			return nil
		}
		known := func(word string) bool {
			// An account is an address; a $NAME is one that only the play knows.
			account := word == "new" || strings.HasPrefix(word, lengthMark) || strings.Contains(word, "@") ||
				strings.HasPrefix(word, userMark)
			return word == "wrong" || words[0] == "webconfig" && account ||
				strings.HasPrefix(word, "$")
		}
		if slices.ContainsFunc(rest[1:], func(word string) bool { return !known(word) }) {
			return errLiteralPassword
		}
	case "log-in":
		if len(rest) > 1 && (words[0] == "browser" || rest[1] != "wrong" || len(rest) > 2) {
			return errLiteralPassword
		}
	}
	return nil
}
