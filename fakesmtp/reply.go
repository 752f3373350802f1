package fakesmtp

import (
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
	// Code is the reply code, from which its class follows; Text follows it, an enhanced status code included. A line end parts
	// the lines of a reply. Words in braces are filled in: see the table's own file.
	Code   int
	Text   string
	Tail   Tail
	Closes bool // the connection is closed after the reply (code 421, RFC 5321 §3.8)
	Mark   Mark
	Source string // key of docs/reference/sources.md, RFC, or the reason of an inference
	Date   string // when it was seen, as far as known: a year, a month or a day
}

// Replies returns the table of replies, for documents and tests.
func Replies() []Reply { return append([]Reply(nil), table...) }

var replyIndex = func() map[Profile]map[Event]*Reply {
	index := map[Profile]map[Event]*Reply{}
	for i := range table {
		row := &table[i]
		if index[row.Profile] == nil {
			index[row.Profile] = map[Event]*Reply{}
		}
		if index[row.Profile][row.Event] != nil {
			panic("fakesmtp: two rows for " + string(row.Profile) + " " + string(row.Event))
		}
		index[row.Profile][row.Event] = row
	}
	return index
}()

// lookUp returns the row for an event; outlook.com says what Exchange says where it has no row of its own
// (docs/reference/exchange-smtp.md §8).
func lookUp(profile Profile, event Event) *Reply {
	if row := replyIndex[profile][event]; row != nil {
		return row
	}
	if row := replyIndex[ProfileExchange][event]; row != nil {
		return row
	}
	panic("fakesmtp: no reply for " + string(event))
}

// values fills in the braces of a reply: name, value, name, value …
type values []string

func (v values) find(name string) (string, bool) {
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] == name {
			return v[i+1], true
		}
	}
	return "", false
}

// expand fills in a template; what nobody knows stays as it is.
func expand(template string, find func(name string) (string, bool)) string {
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
	bannerTime = "Mon, 2 Jan 2006 15:04:05 -0700" // the day of the month is not padded (docs/reference/exchange-smtp.md §1.2)
	tailTime   = "2006-01-02T15:04:05.000Z"
)

func inBanner(t time.Time) string { return t.UTC().Format(bannerTime) }
func inTail(t time.Time) string   { return t.UTC().Format(tailTime) }
