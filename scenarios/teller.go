package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"mfpsim/sentences"
)

// teller says single words of the language of scenarios in a language of the guide.
type teller struct{ language string }

// says is a row of told.yaml; what has none is said as it stands behind the last blank of its id.
func (in teller) says(id string, values ...string) string {
	if text, known := told(in.language, id, values...); known {
		return text
	}
	return id[strings.LastIndex(id, " ")+1:]
}

// setting is a word such as smtp-auth=enabled or -MaxSendSize.
var setting = regexp.MustCompile(`^([a-z0-9-]+)=(.*)$`)

// word says one word: a setting by its row "is NAME=VALUE" or "is NAME", anything else by "is WORD".
func (in teller) word(word string) string {
	lower := strings.ToLower(word)
	if text, known := told(in.language, "is "+lower); known && !strings.Contains(text, "{value}") {
		return text
	}
	m := setting.FindStringSubmatch(word)
	if m == nil {
		return in.date(word)
	}
	value := m[2]
	if kind, number, has := strings.Cut(value, ":"); has {
		if text, known := told(in.language, "is "+m[1]+"="+kind, "{value}", number); known {
			return text
		}
	}
	if parts := strings.Split(value, ","); len(parts) > 1 { // each may have a row of its own
		said := make([]string, len(parts))
		for i, part := range parts {
			if text, known := told(in.language, "is "+m[1]+"="+strings.ToLower(part)); known {
				said[i] = text
			}
		}
		if !slices.Contains(said, "") {
			return strings.Join(said, ", ")
		}
	}
	if m[1] == "country" {
		value = in.country(value)
	}
	value = in.date(in.duration(value))
	if text, known := told(in.language, "is "+m[1], "{value}", value); known {
		return text
	}
	return m[1] + ": " + value
}

// wholeDate is a word that is a date of ISO 8601, and nothing else.
var wholeDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:]{5,8}Z?)?$`)

// date is a date as people write it; what is none stays as it is.
func (in teller) date(text string) string {
	if !wholeDate.MatchString(text) {
		return text
	}
	return sentences.Dated(text, in.language)
}

// country is the name of a country, by its two letters; what is none stays as it is.
func (in teller) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	return display.Regions(language.Make(in.language)).Name(region)
}

// list says words one after the other.
func (in teller) list(words []string) string {
	var said []string
	for _, w := range words {
		if s := in.word(w); s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, ", ")
}

// isSetting reports whether a word is no address or number that the sentence itself begins with.
func isSetting(word string) bool { return setting.MatchString(word) }

// addresses are the words of a list before its settings.
func (in teller) addresses(words []string) string {
	if at := slices.IndexFunc(words, isSetting); at >= 0 {
		words = words[:at]
	}
	return strings.Join(words, ", ")
}

// more are the settings of a list, in parentheses behind a blank; empty: it has none.
func (in teller) more(words []string) string {
	at := slices.IndexFunc(words, isSetting)
	if at < 0 {
		return ""
	}
	return " (" + in.list(words[at:]) + ")"
}

var amount = regexp.MustCompile(`([0-9.]+)(ms|[dhms])`)

// duration says 1h30m in words, and 15m0s without its seconds; what is none stays as it is.
func (in teller) duration(text string) string {
	if !amount.MatchString(text) || strings.TrimLeft(amount.ReplaceAllString(text, ""), "+-") != "" {
		return text
	}
	var said []string
	all := amount.FindAllStringSubmatch(text, -1)
	for i, m := range all {
		if m[1] == "0" && (i > 0 || len(all) > 1) {
			continue
		}
		id := "unit-" + m[2]
		if m[1] == "1" {
			id += "-one"
		}
		said = append(said, in.says(id, "{n}", m[1]))
	}
	return strings.Join(said, " ")
}

// traffic says what is looked for in what was said on a line: the requests that everybody knows by a name, the rest in
// its own words.
func (in teller) traffic(words []string) string {
	if text, known := told(in.language, "traffic "+strings.Join(words, " ")); known {
		return text
	}
	quoted, _ := told(in.language, "quoted", "{shown}", in.shownWords(words, func(string) bool { return false }))
	return quoted
}

// cmdlet is the sentence of a command for Exchange Online, and whom it is about: its identity is the first word behind
// the command, or that of -Identity, -Name or -Organization. What a switch or an act was set to may have a sentence of
// its own.
func cmdlet(words []string) (id, to string) {
	if to = parameter(words, whom); len(words) > 1 && !strings.HasPrefix(words[1], "-") {
		to = words[1]
	}
	disabled := slices.Index(words, "-SmtpClientAuthenticationDisabled")
	id = "exchange-" + words[0]
	last := words[len(words)-1]
	switch {
	case words[0] == "answer" && slices.Contains(words, "ok"):
		return "exchange-answer-ok", ""
	case disabled >= 0 && disabled+1 < len(words):
		return id + "-" + strings.TrimPrefix(words[disabled+1], "$"), to
	case len(words) > 2 && isCmdlet(words[0]):
		return id, to
	case toldRows()[id+"-"+last].ID != "":
		return id + "-" + last, to
	}
	return id, to
}

// whom are parameters that say whom a command is about.
var whom = []string{"-identity", "-name", "-organization"}

// toWhom are parameters that say to whom a command gives something, or from whom it takes it.
var toWhom = []string{"-trustee", "-user", "-member"}

// parameter is the value of the first parameter of a command that has one of the names; empty: none has.
func parameter(words, names []string) string {
	for i, word := range words[:len(words)-1] {
		name, value, joined := strings.Cut(word, ":")
		switch {
		case !slices.Contains(names, strings.ToLower(name)):
		case joined:
			return value
		default:
			return words[i+1]
		}
	}
	return ""
}

// isCmdlet reports whether a word is a command of PowerShell, which are a verb and a noun, and no act of exchange.
func isCmdlet(word string) bool {
	verb, noun, two := strings.Cut(word, "-")
	return two && verb != strings.ToLower(verb) && noun != strings.ToLower(noun)
}
