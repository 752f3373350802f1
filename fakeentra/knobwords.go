package fakeentra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// knobWords are the words of a knob that carry a value, in the order in which String writes them.
var knobWords = []struct {
	name  string
	help  string
	read  func(k *Knob, value string) bool
	write func(k Knob) string
}{
	{"endpoint", "NAME", func(k *Knob, v string) bool { k.Endpoint = v; return v != "" }, func(k Knob) string { return k.Endpoint }},
	{"grant", "NAME", func(k *Knob, v string) bool { k.Grant = v; return v != "" }, func(k Knob) string { return k.Grant }},
	{"client", "ID", func(k *Knob, v string) bool { k.Client = v; return v != "" }, func(k Knob) string { return k.Client }},
	{"after", "N", func(k *Knob, v string) bool { return count(&k.After, v) }, func(k Knob) string { return positive(k.After) }},
	{"times", "N", func(k *Knob, v string) bool { return count(&k.Times, v) }, func(k Knob) string { return positive(k.Times) }},
	{"until", "TIME", readUntil, func(k Knob) string { return moment(k.Until) }},
	{"for", "DURATION", func(k *Knob, v string) bool { return duration(&k.For, v) }, func(k Knob) string { return span(k.For) }},
	{"latency", "DURATION", func(k *Knob, v string) bool { return duration(&k.Latency, v) }, func(k Knob) string { return span(k.Latency) }},
	{"word", "ERROR", func(k *Knob, v string) bool { k.Word = v; return v != "" }, func(k Knob) string { return k.Word }},
	{"suberror", "WORD", func(k *Knob, v string) bool { k.Suberror = v; return v != "" }, func(k Knob) string { return k.Suberror }},
	{"retry-after", "SECONDS|none", func(k *Knob, v string) bool { k.RetryAfter = v; return v != "" }, func(k Knob) string { return k.RetryAfter }},
	{"content-type", "TYPE|none", func(k *Knob, v string) bool { k.ContentType = v; return v != "" }, func(k Knob) string { return k.ContentType }},
	{"charset", "NAME", func(k *Knob, v string) bool { k.Charset = v; return v != "" }, func(k Knob) string { return k.Charset }},
	{"lifetime", "DURATION", func(k *Knob, v string) bool { return duration(&k.Lifetime, v) }, func(k Knob) string { return span(k.Lifetime) }},
	{"interval", "DURATION", func(k *Knob, v string) bool { return duration(&k.Interval, v) }, func(k Knob) string { return span(k.Interval) }},
}

// valueKinds are the kinds that are written with a value.
var valueKinds = map[KnobKind]struct {
	help  string
	read  func(k *Knob, value string) bool
	write func(k Knob) string
}{
	KnobError: {"NUMBER", func(k *Knob, v string) bool {
		return count(&k.AADSTS, strings.TrimPrefix(strings.ToUpper(v), "AADSTS"))
	}, func(k Knob) string { return strconv.Itoa(k.AADSTS) }},
	KnobBody:     {"TEXT", func(k *Knob, v string) bool { k.Body = v; return true }, func(k Knob) string { return k.Body }},
	KnobRedirect: {"URL", func(k *Knob, v string) bool { k.Location = v; return v != "" }, func(k Knob) string { return k.Location }},
	KnobApprove:  {"USER", func(k *Knob, v string) bool { k.User = v; return v != "" }, func(k Knob) string { return k.User }},
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

func readUntil(k *Knob, value string) bool {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, value); err == nil {
			k.Until = at.UTC()
			return true
		}
	}
	return false
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// ParseKnob reads a knob from words such as "html", "endpoint=token", "grant=refresh_token", "after=1", "times=2",
// "error=50196", "status=503", "retry-after=30", "latency=20s". docs/language.md has all of them.
func ParseKnob(words ...string) (Knob, error) {
	var k Knob
	for _, word := range words {
		if !k.readWord(word) {
			return Knob{}, fmt.Errorf("fakeentra: unknown word %q of a knob; the words are: %s", word, KnobGrammar())
		}
	}
	if k.Kind == "" && k.Status != 0 {
		k.Kind = KnobStatus
	}
	k.complete()
	return k, k.check()
}

func (k *Knob) readWord(word string) bool {
	name, value, hasValue := strings.Cut(word, "=")
	kind := KnobKind(name)
	takes, isValueKind := valueKinds[kind]
	switch {
	case !hasValue:
		if isValueKind || kind == KnobStatus || !slices.Contains(KnobKinds(), kind) || k.Kind != "" {
			return false
		}
		k.Kind = kind
		return true
	case isValueKind && k.Kind == "":
		k.Kind = kind
		return takes.read(k, value)
	case name == string(KnobStatus):
		return count(&k.Status, value)
	}
	for _, w := range knobWords {
		if w.name == name {
			return w.read(k, value)
		}
	}
	return false
}

// ParseKnobs reads a sequence: knobs parted by the word "then". All but the last need times=.
func ParseKnobs(words ...string) ([]Knob, error) {
	var knobs []Knob
	for len(words) > 0 {
		end := slices.Index(words, "then")
		if end < 0 {
			end = len(words)
		}
		k, err := ParseKnob(words[:end]...)
		if err != nil {
			return nil, err
		}
		if knobs = append(knobs, k); end == len(words) {
			return knobs, nil
		}
		if k.Times == 0 && k.For == 0 && k.Until.IsZero() {
			return nil, fmt.Errorf("fakeentra: the knob %q never ends, so that nothing can come then; give it times=, for= or until=", k)
		}
		words = words[end+1:]
	}
	return nil, fmt.Errorf("fakeentra: a knob needs a kind, one of: %s", kindWords())
}

// kindWords lists the kinds as they are written.
func kindWords() string {
	var words []string
	for _, kind := range KnobKinds() {
		word := string(kind)
		switch takes, ok := valueKinds[kind]; {
		case ok:
			word += "=" + takes.help
		case kind == KnobStatus:
			word += "=NUMBER"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// KnobGrammar is one line that says which words a knob has: first the kinds, of which it has one, then the others.
func KnobGrammar() string {
	words := []string{kindWords()}
	for _, w := range knobWords {
		words = append(words, w.name+"="+w.help)
	}
	return strings.Join(words, " ")
}

// String says what the knob does, in the words of ParseKnob.
func (k Knob) String() string {
	words := []string{string(k.Kind)}
	if takes, ok := valueKinds[k.Kind]; ok {
		words[0] += "=" + takes.write(k)
	}
	if k.Status != 0 {
		status := "status=" + strconv.Itoa(k.Status)
		if k.Kind == KnobStatus {
			words[0] = status
		} else {
			words = append(words, status)
		}
	}
	for _, w := range knobWords {
		if value := w.write(k); value != "" {
			words = append(words, w.name+"="+value)
		}
	}
	return strings.Join(words, " ")
}
