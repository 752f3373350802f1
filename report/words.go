package report

import (
	_ "embed" // for the words
	"encoding/json"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"

	"mfpsim/sentences"
)

//go:embed words.json
var wordsSource []byte

// words are the words of the pages, by id and language. The table is part of the program: one that cannot be read is a
// mistake in it, and panics.
var words = sync.OnceValue(func() map[string]map[string]string {
	table := map[string]map[string]string{}
	if err := json.Unmarshal(wordsSource, &table); err != nil {
		panic(fmt.Sprintf("report: words.json: %v", err))
	}
	return table
})

// speaker says the words of a page in its language.
type speaker struct{ language string }

// spoken is a language in which the pages speak; English for any other.
func spoken(language string) speaker {
	if words()["passed"][language] == "" {
		language = "en"
	}
	return speaker{language}
}

// T is a text; pairs are names and what stands for them.
func (s speaker) T(id string, pairs ...any) (string, error) {
	text := words()[id][s.language]
	if text == "" {
		return "", fmt.Errorf("the pages of a report have no word %q in %q", id, s.language)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text, nil
}

// Connection says whose a connection of the record is: one from outside was opened by no program of the bench, but the
// frames of its page are a person's browser too.
func (s speaker) Connection(name string) (string, error) {
	of, number, numbered := strings.Cut(name, "#")
	if !numbered {
		return s.T("connection-of", "name", name)
	}
	if of == "outside" {
		return s.T("connection-outside", "n", number)
	}
	return s.T("connection-numbered", "n", number, "name", s.Known(of))
}

// How says how somebody signed in, by the word of the log; a word that the pages do not know is Microsoft's own.
func (s speaker) How(word string) string { return s.Known(word) }

// demanded is something that a policy of Conditional Access demands: a control, or in Raw words a condition as
// Microsoft Graph names it.
type demanded struct {
	Text string
	Raw  bool
}

// Demands says what a policy of Conditional Access demands, by the names of its controls.
func (s speaker) Demands(controls string) (all []demanded) {
	for _, control := range strings.Split(controls, ", ") {
		text, err := s.T("word-" + control)
		if err != nil {
			text = control
		}
		all = append(all, demanded{text, err != nil})
	}
	return all
}

// kilobyte is the size from which on it is told in them.
const kilobyte = 1024

// Octets says how large something is, as people say it of a file.
func (s speaker) Octets(n int) (string, error) {
	if n < kilobyte {
		return s.T("octets", "n", n)
	}
	return s.T("kilobytes", "n", (n+kilobyte/2)/kilobyte)
}

// Because is why Entra ID refused, in a few words, by the number of its sign-in log.
func (s speaker) Because(number int) string {
	return sentences.Because(strconv.Itoa(number), s.language)
}

// Known is a word of others', such as a status of Exchange's, in the language of the page; as it stands if there is
// none.
func (s speaker) Known(word string) string {
	if text, err := s.T("word-" + word); err == nil {
		return text
	}
	return word
}

// Day is a date as people write it; true time, UTC.
func (s speaker) Day(t time.Time) string { return sentences.Day(t, s.language) }

// Clock is the time of a day, UTC.
func (speaker) Clock(t time.Time) string { return t.UTC().Format("15:04:05") }

// Stamp is date and time.
func (s speaker) Stamp(t time.Time) string { return s.Day(t) + " " + s.Clock(t) }

// Period is from when to when something took.
func (s speaker) Period(from, to time.Time) string {
	if s.Day(from) == s.Day(to) {
		return fmt.Sprintf("%s, %s – %s (%s)", s.Day(from), s.Clock(from), s.Clock(to), s.Length(to.Sub(from)))
	}
	return fmt.Sprintf("%s – %s (%s)", s.Day(from), s.Day(to), s.Length(to.Sub(from)))
}

// Length is a length of time, in whole seconds.
func (s speaker) Length(d time.Duration) string {
	return sentences.Span(d.Round(time.Second), s.language)
}

// Dated is when a mail says that it was written; its own words where they are no date.
func (s speaker) Dated(l letter) string {
	at, err := mail.ParseDate(l.Date)
	if err != nil {
		return l.Date
	}
	return s.Stamp(at)
}
