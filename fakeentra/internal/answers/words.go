package answers

import (
	"strconv"
	"strings"
	"time"
)

// String says what the answer does, in the words of the language of scenarios.
func (a Answer) String() string {
	words := []string{string(a.Kind)}
	switch a.Kind {
	case KindError:
		words[0] += "=" + strconv.Itoa(a.AADSTS)
	case KindBody:
		words[0] += "=" + a.Body
	case KindRedirect:
		words[0] += "=" + a.Location
	case KindApprove:
		words[0] += "=" + a.User
	case KindStatus:
		words[0] += "=" + strconv.Itoa(a.Status)
	case KindChange:
		words = nil
		for _, c := range a.Changes {
			words = append(words, string(KindChange), quotedWord(c.Member), quotedWord(c.Value))
		}
	default:
	}
	add := func(name, value string) {
		if value != "" {
			words = append(words, name+"="+value)
		}
	}
	if a.Kind != KindStatus {
		add("status", positive(a.Status))
	}
	add("endpoint", a.Endpoint)
	add("grant", a.Grant)
	add("client", a.Client)
	add("after", positive(a.After))
	add("times", positive(a.Times))
	add("until", moment(a.Until))
	add("for", span(a.For))
	add("latency", span(a.Latency))
	add("variant", a.Variant)
	if a.Text != "" {
		add("text", quotedWord(a.Text))
	}
	add("word", a.Word)
	add("suberror", a.Suberror)
	add("retry-after", a.RetryAfter)
	add("content-type", a.ContentType)
	add("charset", a.Charset)
	add("lifetime", span(a.Lifetime))
	add("interval", span(a.Interval))
	add("then", string(a.Then))
	return strings.Join(words, " ")
}

// quotedWord is a word as it is typed: in quotes where it has blanks or quotes.
func quotedWord(word string) string {
	if word != "" && !strings.ContainsAny(word, " '#\t\r") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", "''") + "'"
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
