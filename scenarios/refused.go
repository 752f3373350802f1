package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"mfpsim/journal"
	"mfpsim/sentences"
)

// An act whose answer was a refusal is not done: it ticks no step, and is told as tried.

// Acts of didAct that are told apart by how they end.
const (
	logInWrong      = "log-in wrong"
	signInCancelled = "sign-in cancelled"
)

// signInEnds is on Microsoft's page that says that somebody has signed in. What stands before it may still be refused.
var signInEnds = regexp.MustCompile(`data-page="done"`)

// act is the second word of a line, with how the act is to end.
func (l line) act() string {
	switch {
	case len(l.words) < 2:
		return ""
	case l.words[1] == "log-in" && isWrong(l.words):
		return logInWrong
	case l.words[1] == "sign-in" && slices.Contains(l.words, "consent=cancel"):
		return signInCancelled
	}
	return l.words[1]
}

// isWrong reports whether the words of a line say that something wrong is typed.
func isWrong(words []string) bool { return len(words) > 2 && words[len(words)-1] == "wrong" }

// refusesForm reports whether an entry is the refusal of a form. Who asks for more of what was refused asks for a page.
func refusesForm(e journal.Entry) bool {
	return e.Kind == journal.KindHTTP && e.HTTP != nil && e.HTTP.Method == "POST" && sentences.Refuses(e) &&
		!strings.Contains(e.HTTP.RequestBody.String(), "action=details")
}
