package answers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp/internal/wire"
)

// momentWords are the moments that are no verbs, as they are written in words.
var momentWords = map[string]Moment{
	"connect": OnConnect, "handshake": OnHandshake, "response": OnResponse, "end-of-data": OnEndOfData, "any": OnAny,
}

// plainWords of an answer have no value.
var plainWords = map[string]func(*Answer){
	"silent":      func(a *Answer) { a.Silent = true },
	"carried-out": func(a *Answer) { a.CarriedOut = true },
	"disconnect":  func(a *Answer) { a.Then = Disconnect },
	"reset":       func(a *Answer) { a.Then = Reset },
	"half-close":  func(a *Answer) { a.Then = HalfClose },
}

// valueWords of an answer have one.
var valueWords = map[string]func(*Answer, string) error{
	"reply": func(a *Answer, v string) (err error) { a.Reply, err = escaped(v); return err },
	"octets": func(a *Answer, v string) (err error) {
		a.Garbled, err = escaped(v)
		return err
	},
	"late":  func(a *Answer, v string) (err error) { a.Delay, err = time.ParseDuration(v); return err },
	"after": func(a *Answer, v string) error { return number(&a.After, v) },
	"times": func(a *Answer, v string) error { return number(&a.Times, v) },
	"from":  func(a *Answer, v string) error { a.From = v; return nil },
}

// escaped reads \r and \n.
func escaped(v string) (string, error) {
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(v, `"`, `\"`) + `"`)
	if err != nil {
		return "", errors.New(`a backslash stands before r, n or x41`)
	}
	return text, nil
}

func number(to *int, v string) (err error) {
	if *to, err = strconv.Atoi(v); err != nil || *to < 0 {
		return errors.New("it is no number")
	}
	return nil
}

// Parse reads answers from words: the moment ("auth", "end-of-data"), and what happens ("reply=454 4.7.0 Try later", "silent",
// "late=2m", "times=1"). The word "then" begins the next answer.
func Parse(words ...string) ([]Answer, error) {
	var all []Answer
	for {
		end := slices.Index(words, "then")
		rest := []string(nil)
		if end >= 0 {
			words, rest = words[:end], words[end+1:]
		}
		a, err := parseOne(words)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
		if end < 0 {
			return all, nil
		}
		words = rest
	}
}

func parseOne(words []string) (Answer, error) {
	if len(words) == 0 {
		return Answer{}, &choice.Error{What: "moment of an answer", Present: moments()}
	}
	var a Answer
	known := false
	if a.On, known = momentWords[strings.ToLower(words[0])]; !known {
		a.On = Moment(strings.ToUpper(words[0]))
		if !wire.KnownVerb(string(a.On)) {
			return Answer{}, &choice.Error{What: "moment of an answer", Wanted: words[0], Present: moments()}
		}
	}
	for _, word := range words[1:] {
		key, value, hasValue := strings.Cut(word, "=")
		if set := valueWords[key]; hasValue && set != nil {
			if err := set(&a, value); err != nil {
				return Answer{}, fmt.Errorf("%s=%s: %w", key, value, err)
			}
			continue
		}
		set := plainWords[key]
		if hasValue || set == nil {
			return Answer{}, &choice.Error{What: "word of an answer", Wanted: word, Present: answerWords()}
		}
		set(&a)
	}
	if !a.Replaces() && a.Delay == 0 && a.Then == GoesOn {
		return Answer{}, fmt.Errorf("the answer at %s says nothing; write reply=, octets=, silent or late=", words[0])
	}
	return a, nil
}

func moments() []string {
	var words []string
	for word := range momentWords {
		words = append(words, word)
	}
	for _, verb := range wire.Verbs() {
		words = append(words, strings.ToLower(verb))
	}
	slices.Sort(words)
	return words
}

func answerWords() []string {
	var words []string
	for word := range plainWords {
		words = append(words, word)
	}
	for word := range valueWords {
		words = append(words, word+"=")
	}
	slices.Sort(words)
	return words
}
