package phrase

import (
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
)

// ExchangeAnswers reads what the fake Exchange Online is made to say or do at a moment of a conversation: "at=MAIL
// reply='451 4.7.0 Try later' times=1", "at=connect silent times=1 then at=DATA reset". Only the word [OK] gives none.
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
	{"event", "NAME", func(a *fakesmtp.Answer, value string) error { set(&a.Event, value); return nil }},
	{"garbled", "TEXT", readGarbled},
	{"latency", "DURATION", span(func(a *fakesmtp.Answer) *time.Duration { return &a.Delay })},
	{"split", "N", count("split", func(a *fakesmtp.Answer) *int { return &a.Split })},
	{"pause", "DURATION", span(func(a *fakesmtp.Answer) *time.Duration { return &a.Pause })},
	{"from", "PARTY", text(func(a *fakesmtp.Answer) *string { return &a.From })},
	{"after", "N", count("after", func(a *fakesmtp.Answer) *int { return &a.After })},
	{"times", "N", count("times", func(a *fakesmtp.Answer) *int { return &a.Times })},
}

// readGarbled reads octets in which \r and \n stand for a line end.
func readGarbled(a *fakesmtp.Answer, value string) error {
	a.Garbled = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(value)
	return nil
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

// readMoment reads when an answer has its way: a verb of SMTP in either case, or a moment that is no verb, by its name.
func readMoment(a *fakesmtp.Answer, value string) error {
	set(&a.On, strings.ToUpper(value))
	for _, moment := range []*fakesmtp.Answer{
		{On: fakesmtp.OnConnect}, {On: fakesmtp.OnHandshake}, {On: fakesmtp.OnResponse}, {On: fakesmtp.OnEndOfData}, {On: fakesmtp.OnAny},
	} {
		if strings.EqualFold(value, string(moment.On)) {
			a.On = moment.On
		}
	}
	return nil
}

func exchangeAnswer(words []string) (fakesmtp.Answer, error) {
	var a fakesmtp.Answer
next:
	for _, word := range words {
		name, value, hasValue := strings.Cut(word, "=")
		if t, known := find(exchangeTerms, name); known && hasValue {
			if err := t.read(&a, value); err != nil {
				return a, err
			}
			continue
		}
		for _, flag := range exchangeFlags {
			if flag.word == word {
				flag.set(&a)
				continue next
			}
		}
		return a, &choice.Error{What: "word of an answer", Wanted: word, Present: exchangeWords()}
	}
	return a, a.Check()
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
