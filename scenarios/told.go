package scenarios

import (
	"bytes"
	_ "embed" // for the sentences
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/guide"
	"mfpsim/languages"
)

//go:embed told.yaml
var toldSource []byte

// toldRow is a sentence with names in braces. Did says the same of an act that was done; nil: it is told alike. A row
// with nothing but Did is of an act that is told by its verb's row before it is done.
type toldRow struct {
	ID             string `yaml:"id"`
	languages.Text `yaml:",inline"`
	Did            *languages.Text `yaml:"did"`
}

// toldRows are the sentences by id. The table is part of the program: one that cannot be read is a mistake, and panics.
var toldRows = sync.OnceValue(func() map[string]toldRow {
	var rows []toldRow
	if err := yaml.NewDecoder(bytes.NewReader(toldSource), yaml.Strict()).Decode(&rows); err != nil {
		panic(fmt.Sprintf("scenarios: told.yaml: %v", err))
	}
	byID := map[string]toldRow{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID
})

// told fills a sentence in, in a language of the guide. ok is false if there is none.
func told(language, id string, values ...string) (string, bool) {
	row, known := toldRows()[id]
	if !known || row.English == "" { // it is told only when it was done
		return "", false
	}
	return row.fill(row.Text, language, values), true
}

var blankBeforeEnd = regexp.MustCompile(`\s+([.।])$`)

func (toldRow) fill(text languages.Text, language string, values []string) string {
	said := strings.TrimSpace(strings.NewReplacer(values...).Replace(text.In(language)))
	return blankBeforeEnd.ReplaceAllString(said, "$1") // where a name stands for nothing
}

// did is told of what was done.
func did(language, id string, values ...string) (string, bool) {
	row, known := toldRows()[id]
	if !known || row.Did == nil {
		return told(language, id, values...)
	}
	return row.fill(*row.Did, language, values), true
}

// sentence fills a sentence in, in a language of the guide; false if there is none of that id.
type sentence func(language, id string, values ...string) (string, bool)

// Told says a step in a sentence, in a language of the guide: what is to be done, or to be seen. Labels and messages in
// it are those of the printer.
func (c *Case) Told(s CaseStep, language string) string { return c.says(s, language, told) }

// Did says the same of a step that was played. A log-in with a wrong password was tried.
func (c *Case) Did(s CaseStep, language string) string {
	if len(s.Words) > 1 && s.Words[1] == "log-in" && isWrong(s.Words) {
		return c.tried(s, language)
	}
	return c.says(s, language, did)
}

// tried says that a step was tried and refused.
func (c *Case) tried(s CaseStep, language string) string { return c.says(s, language, tried) }

// tried is told of what was done and refused: what was clicked was clicked, and who was not let in has not logged in.
func tried(language, id string, values ...string) (string, bool) {
	if text, known := told(language, id+"-tried", values...); known {
		return text, true
	}
	text, known := did(language, id, values...)
	if known {
		text, _ = told(language, "tried", "{shown}", text)
	}
	return text, known
}

func (c *Case) says(s CaseStep, language string, tell sentence) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	words := slices.Clone(s.Words)
	not := words[0] == "!"
	if not {
		words = words[1:]
	}
	verb, said, rest := words[0], "", words[1:]
	if len(rest) > 0 {
		said, rest = rest[0], rest[1:]
	}
	in := teller{language}
	values := map[string]string{
		"{verb}":  verb,
		"{words}": in.list(rest),
		"{all}":   in.list(words[1:]),
		"{party}": in.party(rest),
		"{to}":    in.addresses(rest),
		"{more}":  in.more(rest),
		"{code}":  strings.Join(words[1:], " "),
	}
	if len(rest) > 0 {
		values["{path}"] = c.label(verb, rest[0])
	}
	shown := c.inWords(words)
	if shown != nil {
		values["{shown}"] = in.shownWords(shown, c.isLabel)
	}
	id := verb + "-" + said
	switch {
	case verb == "mailbox" && len(rest) > 0:
		values["{to}"], values["{words}"] = said, in.list(rest[1:])
		id = "mailbox-" + rest[0]
		if rest[0] == "is" {
			id = "mailbox-empty"
		}
		if s.Arrives {
			id = "mailbox-arrives"
		}
		if rest[0] == "sent" && len(rest) > 1 {
			id, values["{words}"] = "sent-"+rest[1], in.list(rest[2:])
		}
	case verb == "jobs" && slices.Contains(words, "shows"):
		id, values["{words}"] = "jobs-shows", in.job(words[slices.Index(words, "shows")+1:], shown)
		if said != "shows" {
			id, values["{to}"] = "job-shows", said
		}
	case verb == "jobs" && said == "count":
		values["{to}"] = strings.Join(rest, " ")
	case verb == "sheet" && slices.Contains(words, "shows"):
		id = "sheet-shows"
	case verb == "webconfig" && said == "choices" && shown != nil:
		id = "webconfig-choices-shows"
	case verb == "webconfig" && said == "set" && len(rest) == 2:
		values["{to}"] = c.label(verb, rest[1])
		if v := values["{to}"]; v == "" || strings.TrimSpace(v) != v { // its blanks are to be seen
			values["{to}"] = in.says("quoted", "{shown}", v)
		}
	case (verb == "webconfig" || verb == "panel") && said == "log-in":
		values["{words}"] = ""
		if slices.Contains(rest, "wrong") {
			values["{words}"] = in.says("wrong")
		}
		if len(rest) > 0 && rest[0] != "wrong" {
			id, values["{to}"] = id+"-as", in.word(rest[0])
		}
	case verb == "panel" && said == "enter" && len(rest) == 2 && rest[0] == "account":
		id, values["{words}"] = "panel-enter-account", rest[1]
	case (verb == "webconfig" || verb == "panel") && said == "enter" && len(rest) > 0:
		values["{path}"], values["{words}"] = c.label(verb, rest[0]), in.list(rest[1:])
		switch {
		case rest[0] == "password" && len(rest) > 1 && strings.ContainsAny(rest[1], "@:"):
			id, values["{to}"] = verb+"-enter-password-of", strings.TrimPrefix(rest[1], "user:")
		case rest[0] == "account" && verb == "panel":
			id = "panel-enter-account"
		case rest[0] == "password":
			id = verb + "-enter-password"
			if len(rest) > 1 && isSetting(rest[1]) {
				values["{words}"] = strings.TrimSpace(in.more(rest))
			}
		case len(rest) > 1:
			id = verb + "-enter-into"
		}
	case verb == "browser" && (said == "click" || said == "tick") && len(rest) > 0:
		values["{words}"] = c.label(verb, rest[0])
	case verb == "browser" && said == "enter" && len(rest) > 0:
		id, values["{words}"] = "browser-enter-"+rest[0], in.list(rest[1:])
		if rest[0] == "code" && len(rest) > 1 {
			id = "browser-enter-this-code"
		}
	case (verb == "browser" || verb == "printer") && said == "sign-in" && len(rest) > 0:
		values["{to}"] = rest[0]
	case verb == "entra" && said == "policy" && len(rest) > 0:
		values["{to}"], values["{words}"] = rest[0], in.list(rest[1:])
	case verb == "entra" && said == "log" && len(rest) > 0:
		id = "entra-log-shows"
	case verb == "entra" && said == "set" && len(rest) > 1:
		values["{to}"], values["{words}"] = rest[0], in.list(rest[1:])
	case verb == "entra" && said == "source":
		values["{words}"] = in.list(rest)
	case verb == "exchange":
		id, values["{to}"] = cmdlet(words[1:])
		if values["{who}"] = parameter(words[1:], toWhom); values["{who}"] != "" && toldRows()[id+"-who"].ID != "" {
			id += "-who"
		}
		if len(words) > 3 {
			values["{words}"] = in.list(words[3:])
		}
	case verb == "wire" && said == "count" && len(rest) > 2:
		values["{shown}"], values["{to}"] = in.traffic(rest[1:len(rest)-1]), rest[len(rest)-1]
	case verb == "wire" && len(rest) > 1:
		values["{shown}"] = in.traffic(rest[1:])
	case verb == "clock" && strings.HasPrefix(said, "+"):
		id, values["{to}"] = "clock-pass", in.duration(said[1:])
	case verb == "clock":
		values["{to}"] = in.list(rest)
	case verb == "network":
		values["{party}"], values["{words}"] = in.party([]string{said}), in.list(rest)
		id = "network"
		switch {
		case len(rest) > 0 && rest[0] == "ok":
			id = "network-ok"
		case said == "browser" && len(rest) > 1 && rest[0] == "on":
			id, values["{words}"] = "network-place", in.says("place "+rest[1])
		}
	case verb == "lang":
		id, values["{to}"] = "lang", in.says("language-"+said)
	}
	own, further := in.special(s, words)
	if own != "" {
		id = own
	}
	maps.Copy(values, further)
	if not {
		id = strings.Replace(id, "-shows", "-not", 1)
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, name, value)
	}
	for _, id := range []string{id, verb, "other"} {
		if text, known := tell(language, id, pairs...); known {
			return text
		}
	}
	return s.Text
}

// unended is a text to be quoted in a sentence that has an end of its own.
func unended(text string) string { return strings.TrimRight(text, ".।") }

// partyName is a party as people call it.
func partyName(words []string) string {
	if len(words) == 0 {
		return ""
	}
	switch words[0] {
	case "entra":
		return "Entra ID"
	case "smtp", "mx":
		return "Exchange Online"
	}
	return words[0]
}

// Question is what the case asks, in a language of the guide.
func (c *Case) Question(language string) string {
	id, shown := "question", c.Shown()
	if shown == "" {
		id = "question-none"
	}
	text, _ := told(language, id, "{shown}", unended(shown))
	return text
}

// Chapter is the guide's chapter of the case: its number, and its title in a language.
func (s Scenario) Chapter(language string) (number, title string) {
	for _, c := range guide.Chapters() {
		if c.English == s.Guide {
			return c.Number, c.In(language)
		}
	}
	return "", s.Guide
}

// Remedy is what the guide says to do, in a language: the solution of the code that the case shows, in the guide's
// words, and what its chapter says, in ours. Either may be empty.
func (c *Case) Remedy(language string) (solution, chapter string) {
	if code := c.Code(); code != "" {
		solution = guide.Codes(language)[code].Solution
	}
	number, _ := c.Scenario.Chapter(language)
	return solution, ChapterSays(language, number)
}

// ChapterSays is what a chapter of the guide says to do, in our words and in a language; empty: it says nothing of the
// kind.
func ChapterSays(language, number string) string {
	for _, id := range []string{"chapter-" + number, "chapter-" + strings.TrimRight(number, "abcd")} {
		if text, known := told(language, id); known {
			return text
		}
	}
	return ""
}

// Place is where a step is done or seen: panel, web-config, browser, microsoft, mail, wire, clock, faults; empty:
// nowhere in particular.
func (s CaseStep) Place() string {
	words := s.Words
	if words[0] == "!" {
		words = words[1:]
	}
	switch words[0] {
	case "panel", "scan", "jobs", "sheet", "lang":
		return "panel"
	case "webconfig", "printer":
		return "web-config"
	case "browser":
		return "browser"
	case "entra", "exchange", "tenant", "user":
		return "microsoft"
	case "mailbox":
		return "mail"
	case "wire":
		return "wire"
	case "clock":
		return "clock"
	case "network", "power", "memory", "provider":
		return "faults"
	}
	return ""
}
