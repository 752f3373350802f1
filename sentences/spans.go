package sentences

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mfpsim/languages"
)

// units are those of lengths of time, the longest first: one of them, and more. Ours.
var units = []struct {
	length    time.Duration
	one, many languages.Text
}{
	{24 * time.Hour, languages.Text{English: "day", Hindi: "दिन", Greek: "ημέρα"}, languages.Text{English: "days", Hindi: "दिन", Greek: "ημέρες"}},
	{time.Hour, languages.Text{English: "hour", Hindi: "घंटा", Greek: "ώρα"}, languages.Text{English: "hours", Hindi: "घंटे", Greek: "ώρες"}},
	{time.Minute, languages.Text{English: "minute", Hindi: "मिनट", Greek: "λεπτό"}, languages.Text{English: "minutes", Hindi: "मिनट", Greek: "λεπτά"}},
	{time.Second, languages.Text{English: "second", Hindi: "सेकंड", Greek: "δευτερόλεπτο"}, languages.Text{English: "seconds", Hindi: "सेकंड", Greek: "δευτερόλεπτα"}},
}

var months = map[string][]string{
	"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	"hi": {"जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्टू॰", "नव॰", "दिस॰"},
	"el": {"Ιαν", "Φεβ", "Μαρ", "Απρ", "Μαΐ", "Ιουν", "Ιουλ", "Αυγ", "Σεπ", "Οκτ", "Νοε", "Δεκ"},
}

// Day is a date as people write it in a language of the guide, in UTC: "2 Mar 2026".
func Day(t time.Time, language string) string {
	t = t.UTC()
	names := months[language]
	if names == nil {
		names = months["en"]
	}
	return fmt.Sprintf("%d %s %d", t.Day(), names[t.Month()-1], t.Year())
}

// iso is a date of ISO 8601, with a time of the day or without one.
var iso = regexp.MustCompile(`\b([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)Z?)?\b`)

// Dated is a text whose dates of ISO 8601 are as people write them.
func Dated(text, language string) string {
	return iso.ReplaceAllStringFunc(text, func(found string) string {
		parts := iso.FindStringSubmatch(found)
		day, err := time.Parse(time.DateOnly, parts[1])
		if err != nil {
			return found
		}
		return strings.TrimSpace(Day(day, language) + " " + parts[2])
	})
}

// Span says a length of time in a language of the guide, in whole seconds.
func Span(d time.Duration, language string) string {
	var parts []string
	for _, unit := range units {
		n := d / unit.length
		d -= n * unit.length
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit.one.In(language))
		case n > 1:
			parts = append(parts, strconv.Itoa(int(n))+" "+unit.many.In(language))
		}
	}
	if len(parts) == 0 {
		return "0 " + units[len(units)-1].many.In(language)
	}
	return strings.Join(parts, " ")
}

// advance is how the record says that time passed: "the clock is advanced by 2184h0m0s", "+91d", "+1d 23h 59m".
var advance = regexp.MustCompile(`^(?:the clock is advanced by |\+)((?:[0-9.]+(?:d|h|m|s|ms) ?)+)$`)

var lengthInDays = regexp.MustCompile(`^([0-9]+)d`)

// passed is how long time passed by a text of the record, in a language; the text as it stands if it says no such
// thing.
func passed(text, language string) string {
	found := advance.FindStringSubmatch(text)
	if found == nil {
		return text
	}
	rest, whole := strings.ReplaceAll(found[1], " ", ""), time.Duration(0)
	if days := lengthInDays.FindStringSubmatch(rest); days != nil {
		n, err := strconv.Atoi(days[1])
		if err != nil {
			return text
		}
		whole, rest = time.Duration(n)*24*time.Hour, strings.TrimPrefix(rest, days[0])
	}
	part := time.Duration(0)
	if rest != "" {
		var err error
		if part, err = time.ParseDuration(rest); err != nil {
			return text
		}
	}
	return "+" + Span(whole+part, language)
}
