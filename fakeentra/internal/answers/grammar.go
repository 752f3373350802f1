package answers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/words"
)

// answerWords are the words of an answer that carry a value, in the order in which String writes them.
var answerWords = []struct {
	name  string
	help  string
	read  func(a *Answer, value string) bool
	write func(a Answer) string
}{
	{"endpoint", "NAME", func(a *Answer, v string) bool { a.Endpoint = v; return v != "" }, func(a Answer) string { return a.Endpoint }},
	{"grant", "NAME", func(a *Answer, v string) bool { a.Grant = v; return v != "" }, func(a Answer) string { return a.Grant }},
	{"client", "ID", func(a *Answer, v string) bool { a.Client = v; return v != "" }, func(a Answer) string { return a.Client }},
	{"after", "N", func(a *Answer, v string) bool { return count(&a.After, v) }, func(a Answer) string { return positive(a.After) }},
	{"times", "N", func(a *Answer, v string) bool { return count(&a.Times, v) }, func(a Answer) string { return positive(a.Times) }},
	{"until", "TIME", readUntil, func(a Answer) string { return moment(a.Until) }},
	{"for", "DURATION", func(a *Answer, v string) bool { return duration(&a.For, v) }, func(a Answer) string { return span(a.For) }},
	{"latency", "DURATION", func(a *Answer, v string) bool { return duration(&a.Latency, v) }, func(a Answer) string { return span(a.Latency) }},
	{"word", "ERROR", func(a *Answer, v string) bool { a.Word = v; return v != "" }, func(a Answer) string { return a.Word }},
	{"suberror", "WORD", func(a *Answer, v string) bool { a.Suberror = v; return v != "" }, func(a Answer) string { return a.Suberror }},
	{"retry-after", "SECONDS|none", func(a *Answer, v string) bool { a.RetryAfter = v; return v != "" }, func(a Answer) string { return a.RetryAfter }},
	{"content-type", "TYPE|none", func(a *Answer, v string) bool { a.ContentType = v; return v != "" }, func(a Answer) string { return a.ContentType }},
	{"charset", "NAME", func(a *Answer, v string) bool { a.Charset = v; return v != "" }, func(a Answer) string { return a.Charset }},
	{"lifetime", "DURATION", func(a *Answer, v string) bool { return duration(&a.Lifetime, v) }, func(a Answer) string { return span(a.Lifetime) }},
	{"interval", "DURATION", func(a *Answer, v string) bool { return duration(&a.Interval, v) }, func(a Answer) string { return span(a.Interval) }},
}

// valueKinds are the kinds that are written with a value.
var valueKinds = map[Kind]struct {
	help  string
	read  func(a *Answer, value string) bool
	write func(a Answer) string
}{
	KindError: {"NUMBER", func(a *Answer, v string) bool {
		return count(&a.AADSTS, strings.TrimPrefix(strings.ToUpper(v), "AADSTS"))
	}, func(a Answer) string { return strconv.Itoa(a.AADSTS) }},
	KindBody: {
		"TEXT", func(a *Answer, v string) bool { a.Body = v; return true },
		func(a Answer) string { return a.Body },
	},
	KindRedirect: {
		"URL", func(a *Answer, v string) bool { a.Location = v; return v != "" },
		func(a Answer) string { return a.Location },
	},
	KindApprove: {
		"USER", func(a *Answer, v string) bool { a.User = v; return v != "" },
		func(a Answer) string { return a.User },
	},
}

func count(to *int, value string) bool {
	n, err := strconv.Atoi(value)
	*to = n
	return err == nil && n >= 0
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func duration(to *time.Duration, value string) bool {
	d, err := time.ParseDuration(value)
	*to = d
	return err == nil && d > 0
}

func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func readUntil(a *Answer, value string) bool {
	at, ok := words.Moment(value)
	a.Until = at
	return ok
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// ParseOne reads an answer from words such as "html", "endpoint=token", "grant=refresh_token", "after=1", "times=2",
// "error=50196", "status=503", "retry-after=30", "latency=20s". docs/language.md has all of them.
func ParseOne(words ...string) (Answer, error) {
	var a Answer
	for _, word := range words {
		if !a.readWord(word) {
			return Answer{}, fmt.Errorf("unknown word %q of an answer; the words are: %s", word, Grammar())
		}
	}
	if a.Kind == "" && a.Status != 0 {
		a.Kind = KindStatus
	}
	a.complete()
	return a, a.check()
}

func (a *Answer) readWord(word string) bool {
	name, value, hasValue := strings.Cut(word, "=")
	kind := Kind(name)
	takes, isValueKind := valueKinds[kind]
	switch {
	case !hasValue:
		if isValueKind || kind == KindStatus || !slices.Contains(Kinds(), kind) || a.Kind != "" {
			return false
		}
		a.Kind = kind
		return true
	case isValueKind && a.Kind == "":
		a.Kind = kind
		return takes.read(a, value)
	case name == string(KindStatus):
		return count(&a.Status, value)
	}
	for _, w := range answerWords {
		if w.name == name {
			return w.read(a, value)
		}
	}
	return false
}

// Parse reads a sequence: answers parted by the word "then". All but the last need times=.
func Parse(words ...string) ([]Answer, error) {
	var answers []Answer
	for len(words) > 0 {
		end := slices.Index(words, "then")
		if end < 0 {
			end = len(words)
		}
		a, err := ParseOne(words[:end]...)
		if err != nil {
			return nil, err
		}
		if answers = append(answers, a); end == len(words) {
			return answers, nil
		}
		if a.Times == 0 && a.For == 0 && a.Until.IsZero() {
			return nil, fmt.Errorf("the answer %q never ends, so that nothing can come then; give it times=, for= or until=", a)
		}
		words = words[end+1:]
	}
	return nil, fmt.Errorf("an answer needs a kind, one of: %s", kindWords())
}

// kindWords lists the kinds as they are written.
func kindWords() string {
	var words []string
	for _, kind := range Kinds() {
		word := string(kind)
		switch takes, ok := valueKinds[kind]; {
		case ok:
			word += "=" + takes.help
		case kind == KindStatus:
			word += "=NUMBER"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// Grammar is one line that says which words an answer has: first the kinds, of which it has one, then the others.
func Grammar() string {
	words := []string{kindWords()}
	for _, w := range answerWords {
		words = append(words, w.name+"="+w.help)
	}
	return strings.Join(words, " ")
}

// String says what the answer does, in the words of ParseOne.
func (a Answer) String() string {
	words := []string{string(a.Kind)}
	if takes, ok := valueKinds[a.Kind]; ok {
		words[0] += "=" + takes.write(a)
	}
	if a.Status != 0 {
		status := "status=" + strconv.Itoa(a.Status)
		if a.Kind == KindStatus {
			words[0] = status
		} else {
			words = append(words, status)
		}
	}
	for _, w := range answerWords {
		if value := w.write(a); value != "" {
			words = append(words, w.name+"="+value)
		}
	}
	return strings.Join(words, " ")
}
