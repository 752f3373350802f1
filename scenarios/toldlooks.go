package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"mfpsim/guide"
)

// How single looks of a check list are put into words, beside what told.yaml has for their verbs.

// codeOfJob is a code of the job history: that of the default model, or one of another maker's.
var codeOfJob = regexp.MustCompile(`^([0-9]{3}|[A-Z]{2}[0-9]{2})$`)

// shownWords are words that a line wants to see, as one text: a label and what stands beside it, or several quotations.
func (in teller) shownWords(shown []string, isLabel func(text string) bool) string {
	shown = slices.Clone(shown)
	for i := range shown {
		shown[i] = unended(shown[i])
		if shown[i] == "-" && i > 0 {
			shown[i] = in.word("empty")
		}
	}
	if len(shown) == 2 && isLabel(shown[0]) {
		return shown[0] + ": " + shown[1]
	}
	open, closing, _ := strings.Cut(in.says("quoted"), "{shown}")
	return strings.Join(shown, closing+", "+open)
}

// isLabel reports whether a text is a label of the guide's or of the printer's own, in a language of the case.
func (c *Case) isLabel(text string) bool {
	if slices.ContainsFunc(guide.Labels(), func(l guide.Label) bool {
		return slices.Contains([]string{l.English, l.Hindi, l.Greek}, text)
	}) {
		return true
	}
	for _, language := range []string{english, c.play.language} {
		in, err := c.play.deviceWords(language)
		for _, label := range in.Labels {
			if err == nil && label == text {
				return true
			}
		}
	}
	return false
}

// job says what a row of the job history is to show: what was sent, to whom, how it ended. written are the words of the
// line, shown those of the printer.
func (in teller) job(written, shown []string) string {
	var said []string
	for i, word := range shown {
		switch {
		case codeOfJob.MatchString(word):
			word = in.says("job code", "{value}", word)
		case strings.Contains(word, "@") && !strings.Contains(word, " "):
			word = in.says("is to", "{value}", word)
		case strings.Contains(word, " ") && written[i] != "To My Email" && written[i] != "Sent in Part":
			word = in.says("quoted", "{shown}", unended(word))
		}
		said = append(said, word)
	}
	return strings.Join(said, ", ")
}

// signIn says what a row of the sign-in log is to show, beside whose it is.
func (in teller) signIn(words []string) string {
	var said []string
	for _, word := range words {
		if number.MatchString(word) {
			said = append(said, in.says("sign-in number", "{value}", word))
			continue
		}
		said = append(said, in.says("quoted", "{shown}", word))
	}
	return strings.Join(said, ", ")
}

var number = regexp.MustCompile(`^[0-9]+$`)

// party is somebody on the network, as people say it.
func (in teller) party(words []string) string {
	if len(words) == 0 {
		return ""
	}
	if text, known := told(in.language, "party "+words[0]); known {
		return text
	}
	return partyName(words)
}

// special is the sentence of a line that its verb alone does not tell, and the values that it needs beside the usual
// ones; empty: its verb does.
func (in teller) special(s CaseStep, words []string) (id string, values map[string]string) {
	verb, said, rest := words[0], "", words[min(2, len(words)):]
	if len(words) > 1 {
		said = words[1]
	}
	switch {
	case verb == "memory" && said == "has" && len(rest) > 1 && rest[0] == "no":
		id = "memory-has-no"
		if rest[1] == "secrets" {
			id = "memory-has-no-secrets"
		}
		return id, map[string]string{"{words}": rest[1]}
	case verb == "entra" && said == "answer" && slices.Equal(rest, []string{"ok"}):
		return "entra-answer-ok", nil
	case (verb == "entra" || verb == "exchange") && said == "answer":
		return "", map[string]string{"{code}": strings.TrimPrefix(s.Text, verb+" answer ")} // as it is typed
	case verb == "exchange":
		return "", map[string]string{"{code}": strings.TrimPrefix(s.Text, "exchange ")}
	case verb == "entra" && said == "log" && len(rest) > 2:
		return "", map[string]string{"{to}": rest[1], "{words}": in.signIn(rest[2:])}
	case verb == "entra" && said == "application" && len(rest) > 0:
		return "", map[string]string{"{to}": rest[0], "{words}": in.list(rest[1:])}
	case verb == "provider" && said == "faxes" && len(rest) > 1 && rest[0] == "shows":
		number, further := rest[1], rest[2:]
		if len(rest) > 3 && len(rest[1]) < 3 { // the number of the fax comes first
			number, further = rest[2], rest[3:]
		}
		return "provider-faxes-shows", map[string]string{"{to}": number, "{words}": in.list(further)}
	case verb == "provider" && said == "faxes" && len(rest) > 1 && rest[0] == "count":
		return "provider-faxes-count", map[string]string{"{words}": rest[1]}
	case verb == "provider" && said == "number" && len(rest) > 1:
		id = "provider-number"
		if rest[1] == "ok" {
			id = "provider-number-ok"
		}
		return id, map[string]string{"{to}": rest[0], "{words}": in.list(rest[1:])}
	case verb == "webconfig" && said == "download" && len(rest) > 1:
		return "webconfig-file-shows", map[string]string{"{shown}": strings.Join(rest[1:], " ")}
	case verb == "webconfig" && said == "upload" && len(rest) > 1:
		return "", map[string]string{"{to}": in.word(rest[1])}
	case verb == "printer" && said == "set" && len(rest) > 1:
		return "printer-set", map[string]string{"{to}": rest[1]}
	}
	return "", nil
}
