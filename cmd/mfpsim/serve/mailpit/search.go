package mailpit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filter says whether a message fits a word of a search.
type filter func(s Summary, l *letter) bool

// ErrSearch is a search that was not understood.
type ErrSearch struct{ error }

// parse reads a search in Mailpit's words, https://mailpit.axllent.org/docs/usage/search-filters/. Words in quotes
// belong together; - or ! before a word turns it round. A date, a size or a time zone that is none is refused, where
// Mailpit takes no notice of it: a search that is wrong would find too much.
func parse(search, zone string) ([]filter, error) {
	location := time.UTC
	if zone != "" {
		var err error
		if location, err = time.LoadLocation(zone); err != nil {
			return nil, ErrSearch{fmt.Errorf("tz=%s: no time zone of this name", zone)}
		}
	}
	var filters []filter
	for _, word := range split(search) {
		not := len(word) > 1 && (word[0] == '-' || word[0] == '!')
		if not {
			word = word[1:]
		}
		f, err := parseWord(word, location)
		if err != nil {
			return nil, ErrSearch{err}
		}
		if not {
			fits := f
			f = func(s Summary, l *letter) bool { return !fits(s, l) }
		}
		filters = append(filters, f)
	}
	return filters, nil
}

// split parts words at blanks outside of quotes, and takes the quotes off.
func split(search string) []string {
	var words []string
	var word strings.Builder
	quoted := false
	end := func() {
		if text := strings.TrimSpace(word.String()); text != "" {
			words = append(words, text)
		}
		word.Reset()
	}
	for _, r := range search {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return words
}

// people are the filters on addresses, by their word.
var people = map[string]func(s Summary) []Address{
	"to":       func(s Summary) []Address { return s.To },
	"cc":       func(s Summary) []Address { return s.Cc },
	"bcc":      func(s Summary) []Address { return s.Bcc },
	"reply-to": func(s Summary) []Address { return s.ReplyTo },
	"from":     sender,
	"addressed": func(s Summary) []Address {
		return slices.Concat(s.To, s.Cc, s.Bcc, s.ReplyTo, sender(s))
	},
}

func sender(s Summary) []Address {
	if s.From == nil {
		return nil
	}
	return []Address{*s.From}
}

func parseWord(word string, location *time.Location) (filter, error) {
	key, value, _ := strings.Cut(word, ":")
	key, value = strings.ToLower(key), clean(value)
	if list, is := people[key]; is && value != "" {
		return func(s Summary, _ *letter) bool {
			return slices.ContainsFunc(list(s), func(a Address) bool {
				return strings.Contains(clean(a.Name+" <"+a.Address+">"), value)
			})
		}, nil
	}
	switch {
	case key == "subject" && value != "":
		return func(s Summary, _ *letter) bool { return strings.Contains(clean(s.Subject), value) }, nil
	case key == "message-id" && value != "":
		return func(s Summary, _ *letter) bool { return strings.Contains(clean(s.MessageID), value) }, nil
	case key == "tag" && value != "":
		return func(s Summary, _ *letter) bool {
			return slices.ContainsFunc(s.Tags, func(tag string) bool { return strings.EqualFold(tag, value) })
		}, nil
	case key == "is" || key == "has":
		if f := states[key+":"+value]; f != nil {
			return f, nil
		}
	case (key == "after" || key == "before") && value != "":
		at, err := date(value, location)
		if err != nil {
			return nil, err
		}
		return func(s Summary, _ *letter) bool { return s.Created.Before(at) == (key == "before") }, nil
	case (key == "larger" || key == "smaller") && value != "":
		size, err := octets(value)
		if err != nil {
			return nil, err
		}
		return func(s Summary, _ *letter) bool { return (s.Size < size) == (key == "smaller") }, nil
	}
	text := clean(word)
	return func(_ Summary, l *letter) bool { return strings.Contains(l.searched(), text) }, nil
}

// states are the words that stand for a state of a message.
var states = map[string]filter{
	"is:read":         func(s Summary, _ *letter) bool { return s.Read },
	"is:unread":       func(s Summary, _ *letter) bool { return !s.Read },
	"is:tagged":       func(s Summary, _ *letter) bool { return len(s.Tags) > 0 },
	"has:attachment":  func(s Summary, _ *letter) bool { return s.Attachments > 0 },
	"has:attachments": func(s Summary, _ *letter) bool { return s.Attachments > 0 },
	"has:inline":      func(_ Summary, l *letter) bool { return len(l.message.Inline) > 0 },
	"has:inlines":     func(_ Summary, l *letter) bool { return len(l.message.Inline) > 0 },
}

// searched is what a plain word is looked for in.
func (l *letter) searched() string {
	words := []string{}
	for _, field := range []string{"From", "Subject", "To", "Cc", "Bcc", "Reply-To", "Return-Path"} {
		text, err := l.header.Text(field)
		if err != nil {
			text = l.header.Get(field)
		}
		words = append(words, text)
	}
	if text := plain(l.message.HTML); strings.TrimSpace(text) != "" {
		words = append(words, text)
	} else {
		words = append(words, l.message.Text)
	}
	for _, a := range l.message.Attachments {
		words = append(words, a.FileName)
	}
	return clean(strings.Join(words, " "))
}

// clean makes words comparable.
func clean(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func date(value string, location *time.Location) (time.Time, error) {
	for _, layout := range []string{
		time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", "2006/01/02",
		time.RFC3339Nano,
	} {
		if at, err := time.ParseInLocation(layout, strings.ToUpper(value), location); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date; write 2026-03-02 or 2026-03-02T09:14:00Z", value)
}

var sized = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s?(k|kb|m|mb)?$`)

// octets reads 500, 2kb or 1.5m.
func octets(value string) (int, error) {
	m := sized.FindStringSubmatch(value)
	if m == nil {
		return 0, fmt.Errorf("%q is no size; write 500, 2kb or 1.5m", value)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no size", value)
	case strings.HasPrefix(m[2], "k"):
		n *= 1 << 10
	case strings.HasPrefix(m[2], "m"):
		n *= 1 << 20
	}
	return int(n), nil
}
