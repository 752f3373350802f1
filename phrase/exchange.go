package phrase

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
)

// ExchangeAnswers reads what the fake Exchange Online is made to say or do at a moment of a conversation: "mail '451
// 4.7.0 Try later' times=1", "end-of-data mailbox-full to=bob@fabrikam.com", "connect silent times=1 then data
// then=reset". Only the word [OK] gives none.
func ExchangeAnswers(words []string) ([]fakesmtp.Answer, error) {
	if len(words) == 1 && words[0] == OK {
		return nil, nil
	}
	ends := func(a fakesmtp.Answer) bool { return a.Times > 0 }
	return sequence(words, exchangeAnswer, ends, "times=")
}

// exchangeTerms are the words of an answer that carry a value.
var exchangeTerms = []term[fakesmtp.Answer]{
	{"at", "MOMENT", readMoment},
	{"reply", "TEXT", text(func(a *fakesmtp.Answer) *string { return &a.Reply })},
	{"event", "NAME", readEvent},
	{"garbled", "TEXT", readGarbled},
	{"latency", "DURATION", span(func(a *fakesmtp.Answer) *time.Duration { return &a.Delay })},
	{"split", "N", count("split", func(a *fakesmtp.Answer) *int { return &a.Split })},
	{"pause", "DURATION", span(func(a *fakesmtp.Answer) *time.Duration { return &a.Pause })},
	{"from", "PARTY", text(func(a *fakesmtp.Answer) *string { return &a.From })},
	{"to", "ADDRESS", text(func(a *fakesmtp.Answer) *string { return &a.To })},
	{"after", "N", count("after", func(a *fakesmtp.Answer) *int { return &a.After })},
	{"times", "N", times(func(a *fakesmtp.Answer) *int { return &a.Times })},
	{"then", "silent|close|disconnect|reset|half-close", readEnding},
}

var escapes = strings.NewReplacer(`\r`, "\r", `\n`, "\n")

// readGarbled reads octets in which \r and \n stand for a line end.
func readGarbled(a *fakesmtp.Answer, value string) error {
	a.Garbled = escapes.Replace(value)
	return nil
}

// readEvent reads the name of a row of the replies.
func readEvent(a *fakesmtp.Answer, value string) error {
	event, known := fakesmtp.EventNamed(value)
	if !known {
		return &choice.Error{What: "event", Wanted: value, Present: eventNames()}
	}
	a.Event = event
	return nil
}

// eventNames lists the events, as words.
func eventNames() []string {
	var names []string
	for _, row := range fakesmtp.Replies() {
		if name := strings.ReplaceAll(string(row.Event), " ", "-"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// readEnding reads what becomes of the connection after the answer.
func readEnding(a *fakesmtp.Answer, value string) error {
	for _, ending := range []*fakesmtp.Answer{
		{Then: fakesmtp.FallSilent},
		{Then: fakesmtp.Close},
		{Then: fakesmtp.Disconnect},
		{Then: fakesmtp.Reset},
		{Then: fakesmtp.HalfClose},
	} {
		if value == string(ending.Then) {
			a.Then = ending.Then
			return nil
		}
	}
	return &choice.Error{
		What: "end of a connection", Wanted: value,
		Present: []string{"silent", "close", "disconnect", "reset", "half-close"},
	}
}

// exchangeFlags are those that stand alone.
var exchangeFlags = []struct {
	word string
	set  func(a *fakesmtp.Answer)
}{
	{"silent", func(a *fakesmtp.Answer) { a.Silent = true }},
	{"carried-out", func(a *fakesmtp.Answer) { a.CarriedOut = true }},
	{"disconnect", func(a *fakesmtp.Answer) { a.Then = fakesmtp.Disconnect }},
	{"reset", func(a *fakesmtp.Answer) { a.Then = fakesmtp.Reset }},
	{"half-close", func(a *fakesmtp.Answer) { a.Then = fakesmtp.HalfClose }},
}

// moments are those that are no verb of SMTP, and one that is more than its verb: auth is the line that decides, AUTH
// the command alone.
var moments = map[string]fakesmtp.Answer{
	"connect": {On: fakesmtp.OnConnect}, "hello": {On: fakesmtp.OnHello}, "handshake": {On: fakesmtp.OnHandshake},
	"auth": {On: fakesmtp.OnCredentials}, "auth-response": {On: fakesmtp.OnResponse},
	"end-of-data": {On: fakesmtp.OnEndOfData}, "any": {On: fakesmtp.OnAny},
}

// readMoment reads when an answer has its way: a verb of SMTP in either case, or a moment that is no verb, by its name.
func readMoment(a *fakesmtp.Answer, value string) error {
	if value == "AUTH" {
		set(&a.On, value)
	} else if moment, known := moments[strings.ToLower(strings.ReplaceAll(value, " ", "-"))]; known {
		a.On = moment.On
	} else {
		set(&a.On, strings.ToUpper(value))
	}
	return nil
}

func exchangeAnswer(words []string) (fakesmtp.Answer, error) {
	var a fakesmtp.Answer
	for i, word := range words {
		if err := exchangeWord(&a, word, i == 0); err != nil {
			return a, err
		}
	}
	if !a.Replaces() && a.Delay == 0 && a.Split == 0 && a.Then == "" && a.On != "" && a.Check() == nil {
		return a, fmt.Errorf("what is to happen at %s? Say a reply such as '451 4.7.0 Try later', an event such as "+
			"mailbox-full, silent, or then=close", a.On)
	}
	return a, a.Check()
}

// exchangeWord reads one word; the first may be a moment without its key.
func exchangeWord(a *fakesmtp.Answer, word string, first bool) error {
	name, value, hasValue := strings.Cut(word, "=")
	if t, known := find(exchangeTerms, name); known && hasValue {
		return t.read(a, value)
	}
	for _, flag := range exchangeFlags {
		if flag.word == word {
			flag.set(a)
			return nil
		}
	}
	says := a.Reply == "" && a.Event == ""
	event, isEvent := fakesmtp.EventNamed(word)
	switch {
	case first && !hasValue:
		return readMoment(a, word)
	case isReply(word) && says:
		a.Reply = word
	case isEvent && says:
		a.Event = event
	case isReply(word) || isEvent:
		return errors.New("an answer says one thing; this one has a reply before " + word)
	default:
		present := exchangeWords()
		if !hasValue {
			present = append(present, eventNames()...)
		}
		return &choice.Error{What: "word of an answer", Wanted: word, Present: present}
	}
	return nil
}

// isReply reports whether a word begins as a reply does, with a code of three digits.
func isReply(word string) bool {
	code, _, _ := strings.Cut(word, " ")
	return len(code) == 3 && strings.Trim(code, "0123456789") == ""
}

func exchangeWords() []string {
	words := make([]string, 0, len(exchangeTerms)+len(exchangeFlags))
	for _, t := range exchangeTerms {
		words = append(words, t.spelling())
	}
	for _, flag := range exchangeFlags {
		words = append(words, flag.word)
	}
	return words
}
