package scenarios

import (
	"bytes"
	_ "embed" // for the sentences
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/guide"
)

//go:embed told.yaml
var toldSource []byte

// toldRow is a sentence with names in braces.
type toldRow struct {
	ID      string `yaml:"id"`
	English string `yaml:"en"`
	Hindi   string `yaml:"hi"`
	Greek   string `yaml:"el"`
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
	if !known {
		return "", false
	}
	text := row.English
	switch language {
	case "hi":
		text = row.Hindi
	case "el":
		text = row.Greek
	}
	return strings.TrimSpace(strings.NewReplacer(values...).Replace(text)), true
}

// Told says a step in a sentence, in a language of the guide. Labels and messages in it are those of the printer.
func (c *Case) Told(s CaseStep, language string) string {
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
	surface := verb
	values := map[string]string{
		"{verb}":  verb,
		"{words}": plainWords(rest),
		"{all}":   plainWords(words[1:]),
		"{party}": partyName(rest),
		"{to}":    plainWords(rest),
	}
	if len(rest) > 0 {
		values["{path}"] = c.label(surface, rest[0])
	}
	if shown := c.inWords(words); shown != nil {
		values["{shown}"] = unended(strings.Join(shown, " … "))
	}
	id := verb + "-" + said
	switch {
	case verb == "mailbox" && len(rest) > 0:
		values["{to}"], values["{words}"] = said, plainWords(rest[1:])
		id = "mailbox-" + rest[0]
		if rest[0] == "is" {
			id = "mailbox-empty"
		}
		if rest[0] == "sent" && len(rest) > 1 {
			id, values["{words}"] = "mailbox-"+rest[1], plainWords(rest)
		}
	case verb == "jobs" && slices.Contains(words, "shows"):
		id = "jobs-shows"
	case verb == "sheet" && slices.Contains(words, "shows"):
		id = "sheet-shows"
	case verb == "webconfig" && said == "choices":
		id, values["{shown}"] = "webconfig-shows", values["{words}"]
	case verb == "webconfig" && said == "set" && len(rest) == 2:
		values["{to}"] = c.label(surface, rest[1])
	case (verb == "webconfig" || verb == "panel") && said == "log-in":
		if slices.Contains(rest, "wrong") {
			wrong, _ := told(language, "wrong")
			values["{words}"] = wrong
		}
	case (verb == "browser" || verb == "printer") && said == "sign-in" && len(rest) > 0:
		values["{to}"] = rest[0]
	case verb == "entra" && said == "log" && len(rest) > 0:
		id, values["{words}"] = "entra-log-shows", plainWords(rest[1:])
	case verb == "wire" && len(rest) > 0:
		values["{words}"] = plainWords(rest[1:])
		if shown := c.inWords(words); len(shown) > 0 {
			values["{shown}"] = strings.Join(shown[1:], " … ")
		}
	case verb == "clock" && strings.HasPrefix(said, "+"):
		id, values["{to}"] = "clock-pass", said[1:]
	case verb == "network" && len(rest) > 0 && rest[0] == "ok":
		id, values["{party}"] = "network-ok", partyName([]string{said})
	case verb == "lang":
		id, values["{to}"] = "lang", said
	}
	if not {
		id = strings.Replace(id, "-shows", "-not", 1)
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, name, value)
	}
	for _, id := range []string{id, verb, "other"} {
		if text, known := told(language, id, pairs...); known {
			return text
		}
	}
	return s.Text
}

// unended is a text to be quoted in a sentence that has an end of its own.
func unended(text string) string { return strings.TrimRight(text, ".।") }

func plainWords(words []string) string { return strings.Join(words, " ") }

// partyName is a party as people call it.
func partyName(words []string) string {
	if len(words) == 0 {
		return ""
	}
	switch words[0] {
	case "entra":
		return "Entra ID"
	case "smtp":
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
