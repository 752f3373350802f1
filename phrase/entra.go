package phrase

import (
	"errors"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakeentra"
)

// EntraAnswers reads the answers that the fake Entra ID is made to give: "html", "status=503 times=2", "pending times=2
// then error=50196 grant=refresh_token". Only the word [OK] gives none.
func EntraAnswers(words []string) ([]fakeentra.Answer, error) {
	if len(words) == 1 && words[0] == OK {
		return nil, nil
	}
	ends := func(a fakeentra.Answer) bool { return a.Times > 0 || a.For > 0 || !a.Until.IsZero() }
	return sequence(words, entraAnswer, ends, "times=, for= or until=")
}

// entraTerms are the words of an answer that carry a value.
var entraTerms = []term[fakeentra.Answer]{
	{"endpoint", "NAME", text(func(a *fakeentra.Answer) *string { return &a.Endpoint })},
	{"grant", "NAME", text(func(a *fakeentra.Answer) *string { return &a.Grant })},
	{"client", "ID", text(func(a *fakeentra.Answer) *string { return &a.Client })},
	{"after", "N", count("after", func(a *fakeentra.Answer) *int { return &a.After })},
	{"times", "N", times(func(a *fakeentra.Answer) *int { return &a.Times })},
	{"until", "TIME", func(a *fakeentra.Answer, value string) (err error) { a.Until, err = Date(value); return err }},
	{"for", "DURATION", span(func(a *fakeentra.Answer) *time.Duration { return &a.For })},
	{"latency", "DURATION", span(func(a *fakeentra.Answer) *time.Duration { return &a.Latency })},
	{"status", "NUMBER", count("status", func(a *fakeentra.Answer) *int { return &a.Status })},
	{"variant", "NAME", text(func(a *fakeentra.Answer) *string { return &a.Variant })},
	{"text", "'SENTENCE'", text(func(a *fakeentra.Answer) *string { return &a.Text })},
	{"then", "silent|close", func(a *fakeentra.Answer, value string) error { set(&a.Then, value); return nil }},
	{"word", "ERROR", text(func(a *fakeentra.Answer) *string { return &a.Word })},
	{"suberror", "WORD", text(func(a *fakeentra.Answer) *string { return &a.Suberror })},
	{"retry-after", "SECONDS|none", text(func(a *fakeentra.Answer) *string { return &a.RetryAfter })},
	{"content-type", "TYPE|none", text(func(a *fakeentra.Answer) *string { return &a.ContentType })},
	{"charset", "NAME", text(func(a *fakeentra.Answer) *string { return &a.Charset })},
	{"lifetime", "DURATION", span(func(a *fakeentra.Answer) *time.Duration { return &a.Lifetime })},
	{"interval", "DURATION", span(func(a *fakeentra.Answer) *time.Duration { return &a.Interval })},
}

// entraKinds are the kinds of answers that are written with a value; "status" is one too, where no other kind is named.
var entraKinds = []term[fakeentra.Answer]{
	{"error", "NUMBER", func(a *fakeentra.Answer, value string) error {
		return number("error", strings.TrimPrefix(strings.ToUpper(value), "AADSTS"), &a.AADSTS)
	}},
	{"body", "TEXT", func(a *fakeentra.Answer, value string) error { a.Body = value; return nil }},
	{"redirect", "URL", text(func(a *fakeentra.Answer) *string { return &a.Location })},
	{"approve", "USER", text(func(a *fakeentra.Answer) *string { return &a.User })},
}

// entraAnswer reads one answer. It has one kind.
func entraAnswer(words []string) (fakeentra.Answer, error) {
	var a fakeentra.Answer
	kinds := fakeentra.AnswerKinds()
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == change {
			if a.Kind != "" && a.Kind != change {
				return a, errors.New("an answer has one kind; this one is " + string(a.Kind) + " and " + change)
			}
			if len(words) < i+3 {
				return a, errors.New("a change names a member and its value: change scope 'Mail.Send'")
			}
			set(&a.Kind, change)
			a.Changes = append(a.Changes, fakeentra.AnswerChange{Member: words[i+1], Value: words[i+2]})
			i += 2
			continue
		}
		name, value, hasValue := strings.Cut(word, "=")
		kind, takesValue := find(entraKinds, name)
		t, isTerm := find(entraTerms, name)
		switch {
		case hasValue && isTerm:
			if err := t.read(&a, value); err != nil {
				return a, err
			}
		case hasValue && !takesValue, !hasValue && (takesValue || isTerm || !slices.Contains(kinds, name)):
			return a, &choice.Error{What: "word of an answer", Wanted: word, Present: entraWords()}
		case a.Kind != "":
			return a, errors.New("an answer has one kind; this one is " + string(a.Kind) + " and " + name)
		default:
			set(&a.Kind, name)
			if takesValue {
				if err := kind.read(&a, value); err != nil {
					return a, err
				}
			}
		}
	}
	if a.Kind == "" && a.Status != 0 {
		a.Kind = "status"
	}
	return a.Complete()
}

// change is the kind of an answer that is followed by a member and its value, any number of times.
const change = "change"

// set gives a field a value of its type.
func set[S ~string](field *S, value string) { *field = S(value) }

// entraWords lists the words of an answer: first the kinds, of which it has one, then the others.
func entraWords() []string {
	var words []string
	for _, kind := range fakeentra.AnswerKinds() {
		if t, takesValue := find(entraKinds, kind); takesValue {
			kind = t.spelling()
		} else if t, isTerm := find(entraTerms, kind); isTerm {
			kind = t.spelling()
		} else if kind == change {
			kind += " MEMBER VALUE"
		}
		words = append(words, kind)
	}
	for _, t := range entraTerms {
		if t.name != "status" {
			words = append(words, t.spelling())
		}
	}
	return words
}
