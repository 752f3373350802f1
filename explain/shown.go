package explain

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
	"mfpsim/scenarios"
)

// shown are the scenarios that look for one of the words: in a step, not in a comment, and not for their absence.
func shown(all []scenarios.Scenario, words ...string) []string {
	wanted := make([]string, 0, len(words))
	for _, word := range words {
		if word != "" {
			wanted = append(wanted, choice.Normalize(word))
		}
	}
	return shownWhere(all, func(s step) bool {
		return slices.ContainsFunc(wanted, func(word string) bool { return holds(s.normal, word) })
	})
}

// step is a line of a scenario that looks at something and must find it.
type step struct{ text, normal string }

// stepsOf are the steps of this program's scenarios, by id.
var stepsOf = sync.OnceValue(func() map[string][]step {
	all, _ := scenarios.All() // whoever asks for them has been told of an error
	found := map[string][]step{}
	for _, s := range all {
		for _, text := range steps(s.Text) {
			found[s.ID] = append(found[s.ID], step{text, choice.Normalize(text)})
		}
	}
	return found
})

func shownWhere(all []scenarios.Scenario, asked func(s step) bool) []string {
	ids := []string{}
	for _, s := range all {
		if slices.ContainsFunc(stepsOf()[s.ID], asked) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// shownCode are those whose job history shows a code.
func shownCode(all []scenarios.Scenario, code string) []string {
	job := regexp.MustCompile(`^jobs .*\b(Email|Fax)( [A-Z][a-z]+)? '?` + regexp.QuoteMeta(code) + `'?( |$)`)
	return shownWhere(all, func(s step) bool { return job.MatchString(s.text) })
}

// steps are the lines of a scenario that look at something and must find it.
func steps(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "-- ") {
			break // goldens and fixtures
		}
		if strings.Contains(line, " shows ") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "!") {
			lines = append(lines, line)
		}
	}
	return lines
}

// holds reports whether a step has the words, not as part of a longer word or number.
func holds(step, words string) bool {
	for from := 0; ; {
		at := strings.Index(step[from:], words)
		if at < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(step[:from+at])
		after, _ := utf8.DecodeRuneInString(step[from+at+len(words):])
		if !wordRune(before) && !wordRune(after) {
			return true
		}
		from += at + 1
	}
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '-')
}

var quotedReply = regexp.MustCompile(`^wire shows smtp '([^']*)'`)

// asksForReply reports whether a step looks for this reply, in words that no other reply has.
func asksForReply(step string, wanted fakesmtp.Reply) bool {
	match := quotedReply.FindStringSubmatch(step)
	if match == nil || !has(wanted, match[1]) {
		return false
	}
	for _, row := range fakesmtp.Replies() {
		if row.Text != wanted.Text && has(row, match[1]) {
			return false
		}
	}
	return true
}

func has(row fakesmtp.Reply, words string) bool {
	return strings.Contains(strings.ToLower(row.Line()), strings.ToLower(words))
}
