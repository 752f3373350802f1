// Package replies is every text that the fake Exchange Online says on the wire: a table with the event that each row
// answers, its source and a mark of certainty, and the texts of non-delivery reports.
package replies

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mark says how certain a wire text is.
type Mark string

// The marks, as in docs/reference/sources.md, where a transcript's is C.
const (
	Seen       Mark = "T" // in a transcript or a log
	Documented Mark = "D" // by Microsoft, an RFC or a maintainer
	Reported   Mark = "R" // by one person, or seen at an address that was not kept
	Inferred   Mark = "I" // by us
)

// Profile is a set of replies.
type Profile string

// The profiles. The account decides which of them answers.
const (
	ProfileExchange Profile = "exchange"    // work and school accounts
	ProfileOutlook  Profile = "outlook.com" // personal accounts
)

// Tail is what a front end or a mailbox server adds to its reply (docs/reference/exchange-smtp.md §1.3).
type Tail string

// The tails.
const (
	NoTail      Tail = ""
	FrontEnd    Tail = " [{label} {instant} {session}]" // connect, EHLO, AUTH, MAIL
	MailboxTail Tail = " [Hostname={backend}]"          // end of DATA
	PlainTail   Tail = " [{backend}]"                   // end of DATA, 2017 and 2018
)

// Reply is a row of the table: what the server says to an event, and how that is known.
type Reply struct {
	Profile Profile
	Event   Event
	// Code is the reply code, from which its class follows; Text follows it, an enhanced status code included. A line
	// end parts the lines of a reply. Words in braces are filled in: see the table's own file.
	Code   int
	Text   string
	Tail   Tail
	Closes bool // the connection is closed after the reply (code 421, RFC 5321 §3.8)
	Mark   Mark
	Source string // key of docs/reference/sources.md, RFC, or the reason of an inference
	Date   string // when it was seen, as far as known: a year, a month or a day
}

// Line is the reply without its tail and with its braces.
func (r *Reply) Line() string { return strconv.Itoa(r.Code) + " " + r.Text }

// All returns the table of replies, for documents and tests.
func All() []Reply { return slices.Clone(table) }

var index = func() map[Profile]map[Event]*Reply {
	rows := map[Profile]map[Event]*Reply{}
	for i := range table {
		row := &table[i]
		if rows[row.Profile] == nil {
			rows[row.Profile] = map[Event]*Reply{}
		}
		if rows[row.Profile][row.Event] != nil {
			panic("replies: two rows for " + string(row.Profile) + " " + string(row.Event))
		}
		rows[row.Profile][row.Event] = row
	}
	return rows
}()

// LookUp returns the row for an event; outlook.com says what Exchange says where it has no row of its own
// (docs/reference/exchange-smtp.md §8), and the other way round where an answer is planted.
func LookUp(profile Profile, event Event) *Reply {
	for _, p := range []Profile{profile, ProfileExchange, ProfileOutlook} {
		if row := index[p][event]; row != nil {
			return row
		}
	}
	panic("replies: no reply for " + string(event))
}

// Known reports whether some profile has a row for an event.
func Known(event Event) bool { return Has(ProfileExchange, event) || Has(ProfileOutlook, event) }

// Named finds an event by its name in any case; hyphens can stand for blanks: "mailbox-full".
func Named(name string) (Event, bool) {
	spelled := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", " ")) }
	for i := range table {
		if spelled(string(table[i].Event)) == spelled(name) {
			return table[i].Event, true
		}
	}
	return "", false
}

// Has reports whether a profile has a row of its own for an event.
func Has(profile Profile, event Event) bool { return index[profile][event] != nil }

// Values fills in the braces of a reply: name, value, name, value …
type Values []string

// Find returns the value of a name.
func (v Values) Find(name string) (string, bool) {
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] == name {
			return v[i+1], true
		}
	}
	return "", false
}

// Expand fills in a template; what nobody knows stays as it is.
func Expand(template string, find func(name string) (string, bool)) string {
	if !strings.Contains(template, "{") {
		return template
	}
	var b strings.Builder
	for {
		head, rest, found := strings.Cut(template, "{")
		b.WriteString(head)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := "", false
		if closed {
			value, known = find(name)
		}
		if !known {
			b.WriteByte('{')
			template = rest
			continue
		}
		b.WriteString(value)
		template = after
	}
}

// Layouts of the times on the wire, both in UTC.
const (
	// The day of the month is not padded (docs/reference/exchange-smtp.md §1.2).
	bannerTime = "Mon, 2 Jan 2006 15:04:05 -0700"
	tailTime   = "2006-01-02T15:04:05.000Z"
)

// InBanner and InTail write a time as the banner and the tails have it.
func InBanner(t time.Time) string { return t.UTC().Format(bannerTime) }
func InTail(t time.Time) string   { return t.UTC().Format(tailTime) }
