// Package answers plants answers: what the fake is told to say instead of its own answer, counted and in sequence.
package answers

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"mfpsim/choice"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/endpoints"
)

// Kind is what it makes of an answer.
type Kind string

// Kinds of answers.
const (
	// In place of the answer; the request changes nothing.
	KindHTML     Kind = "html"     // a proxy's page in place of JSON; the request reached nobody
	KindEmpty    Kind = "empty"    // status 200 and no body
	KindNothing  Kind = "nothing"  // the connection is closed without an answer
	KindError    Kind = "error"    // Answer.AADSTS in Entra's layout
	KindStatus   Kind = "status"   // Answer.Status with plain text; 429 and 503 with Retry-After: 60 (docs/reference/entra.md §9)
	KindBody     Kind = "body"     // Answer.Body as it stands
	KindRedirect Kind = "redirect" // to Answer.Location, status 302

	// The answer that is due, spoilt; what it did is done.
	KindTruncated Kind = "truncated" // cut off in the middle, so that the connection breaks
	KindHalf      Kind = "half"      // a whole answer of half the length: JSON that ends too early
	KindDuplicate Kind = "duplicate" // every member of the JSON twice
	KindHuge      Kind = "huge"      // a body of 1 MiB
	KindChange    Kind = "change"    // JSON with other members: Answer.Changes

	// The same, of a server that means harm: to be met with bounds.
	KindEndless     Kind = "endless"      // the body has no end: 64 MiB to whoever goes on reading
	KindGzipBomb    Kind = "gzip-bomb"    // 32 MiB in some kilobytes of gzip, asked for or not
	KindHeaderFlood Kind = "header-flood" // 512 header fields of 1 kB

	KindAnswer Kind = "answer" // whole: for the words content-type=, charset=, status=, latency= and then=

	// States of the device code that a poll carries (docs/reference/entra.md §2.2).
	KindPending  Kind = "pending"   // go on polling, whatever the person has done: the number of polls before success
	KindApprove  Kind = "approve"   // Answer.User has approved by now: a success after so many polls, without a person
	KindDeclined Kind = "declined"  // the person has pressed Cancel
	KindExpired  Kind = "expired"   // the code has expired early
	KindSlowDown Kind = "slow-down" // slow_down: RFC 8628 §3.5, never captured from Entra

	// At the endpoint devicecode: what the next codes are like, and at the page: that it takes none.
	KindCode        Kind = "code"         // Answer.Lifetime and Answer.Interval
	KindCodeRefused Kind = "code-refused" // the page says that the code is wrong; the device hears pending
)

// Answer makes the fake answer some requests otherwise than the state says: counted, never by chance. They stand in a
// row; a request meets the first that fits it and has requests left, so answers with Times make a sequence.
type Answer struct {
	Kind     Kind   // "html", "status", "pending" and so on: see [Kinds]
	Endpoint string // see [Endpoints]; "": any that answers programs
	Grant    string // at the token endpoint: see [Grants]; "": any
	Client   string // application id; "": any

	After int           // requests to let pass first
	Times int           // requests to answer so; 0: all until they are cleared, Until or For
	Until time.Time     // from then on it is over; zero: never
	For   time.Duration // the same, from the moment it was armed; 0: never

	AADSTS      int           // of "error"
	Variant     string        // of "error": which sentence of a number that has several; "": the plain one
	Text        string        // of "error": another sentence than the catalogue's; a number that it lacks needs one
	Word        string        // of "error": another error word than the catalogue's
	Suberror    string        // of "error": another suberror
	Status      int           // of "status"; of the others: another status than is due
	RetryAfter  string        // the header, seconds or a date; "": 60 with status 429 and 503; "none": not even then
	Body        string        // of "body"
	ContentType string        // another one than is due; "none": no such header
	Charset     string        // another charset in it
	Location    string        // of "redirect"
	Latency     time.Duration // bench time before the answer; goes with any kind
	User        string        // of "approve": principal name
	Lifetime    time.Duration // of "code"
	Interval    time.Duration // of "code"
	Changes     []Change      // of "change"
	Then        Then          // what becomes of the connection after the answer
}

// Change gives a member of a JSON answer another value.
type Change struct {
	Member string // id_token.iss: the claim of a token
	// Value is JSON, or else a text as it stands. [None] takes the member out.
	Value string
}

// None is the Value of a [Change] that takes the member out.
const None = "none"

// Then is what becomes of the connection after an answer.
type Then string

// What can become of it.
const (
	GoesOn     Then = ""
	ThenSilent Then = "silent" // it stays open, and nothing is heard on it any more
	ThenClose  Then = "close"  // it is closed, without a word of that in the answer
)

// Endpoints returns the names that Answer.Endpoint knows.
func Endpoints() []string {
	var names []string
	for _, e := range endpoints.All() {
		if !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	sort.Strings(names)
	return names
}

// Grants returns the names that Answer.Grant knows.
func Grants() []string {
	return []string{"authorization_code", "client_credentials", "device_code", "refresh_token"}
}

// Kinds returns the kinds of answers.
func Kinds() []Kind {
	return []Kind{
		KindHTML, KindEmpty, KindNothing, KindError, KindStatus, KindBody, KindRedirect,
		KindTruncated, KindHalf, KindDuplicate, KindHuge, KindEndless, KindGzipBomb, KindHeaderFlood, KindChange, KindAnswer,
		KindPending, KindApprove, KindDeclined, KindExpired, KindSlowDown, KindCode, KindCodeRefused,
	}
}

// kindWords are the kinds as words.
func kindWords() []string {
	var words []string
	for _, kind := range Kinds() {
		words = append(words, string(kind))
	}
	return words
}

// AtPolls reports whether it is about the device code of a poll.
func (a Answer) AtPolls() bool {
	return slices.Contains([]Kind{KindPending, KindApprove, KindDeclined, KindExpired, KindSlowDown}, a.Kind)
}

// Complete fills in where a kind can only be, and refuses an answer that could not do what it says.
func (a Answer) Complete() (Answer, error) {
	switch {
	case a.Kind == "" && (a.ContentType != "" || a.Charset != "" || a.Latency > 0 || a.Then != GoesOn):
		a.Kind = KindAnswer
	case a.Kind == "" && (a.Lifetime > 0 || a.Interval > 0):
		a.Kind = KindCode
	}
	switch {
	case a.AtPolls() && a.Endpoint == "" && a.Grant == "":
		a.Grant = "device_code"
	case a.Kind == KindCode && a.Endpoint == "":
		a.Endpoint = "devicecode"
	case a.Kind == KindCodeRefused && a.Endpoint == "":
		a.Endpoint = "code-page"
	}
	return a, a.check()
}

func (a Answer) check() error {
	switch {
	case !slices.Contains(Kinds(), a.Kind):
		return &choice.Error{What: "kind of an answer", Wanted: string(a.Kind), Present: kindWords()}
	case a.Endpoint != "" && !slices.Contains(Endpoints(), a.Endpoint):
		return &choice.Error{What: "endpoint", Wanted: a.Endpoint, Present: Endpoints()}
	case a.Grant != "" && !slices.Contains(Grants(), a.Grant):
		return &choice.Error{What: "grant", Wanted: a.Grant, Present: Grants()}
	case a.Kind != KindError && a.Variant != "":
		return fmt.Errorf("variant= is a sentence of an error; this answer is %s", a.Kind)
	case a.Variant != "" && a.Text != "":
		return fmt.Errorf("an error has one sentence: variant= or text=")
	case a.Variant != "" && !slices.Contains(catalogue.Variants(a.AADSTS), a.Variant):
		return &choice.Error{
			What: fmt.Sprintf("variant of AADSTS%d", a.AADSTS), Wanted: a.Variant, Present: catalogue.Variants(a.AADSTS),
		}
	case a.Kind == KindError && a.Text == "" && a.Variant == "" && !catalogue.Known(a.AADSTS):
		return fmt.Errorf("AADSTS%d is not in the catalogue; give it a sentence: text='…'", a.AADSTS)
	case a.Kind != KindError && a.Text != "":
		return fmt.Errorf("text= is the sentence of an error; this answer is %s", a.Kind)
	case (a.Kind == KindChange) != (len(a.Changes) > 0):
		return fmt.Errorf("a change names a member and its value: change scope 'Mail.Send'")
	case a.Kind == KindChange && a.Endpoint != "" && !answersJSON(a.Endpoint):
		return fmt.Errorf("the endpoint %s does not answer in JSON, so that no member can be changed", a.Endpoint)
	case a.Then != GoesOn && a.Then != ThenSilent && a.Then != ThenClose:
		return &choice.Error{What: "end of an answer", Wanted: string(a.Then), Present: []string{"silent", "close"}}
	case a.Then != GoesOn && (a.Kind == KindNothing || a.Kind == KindTruncated || a.Kind == KindEndless):
		return fmt.Errorf("%s closes the connection already", a.Kind)
	case (a.Kind == KindStatus || a.Status != 0) && (a.Status < 200 || a.Status > 599):
		return fmt.Errorf("%d is no HTTP status", a.Status)
	case a.Kind == KindRedirect && a.Location == "":
		return fmt.Errorf("redirect= needs an address")
	case a.Kind == KindApprove && a.User == "":
		return fmt.Errorf("approve= needs a user")
	case a.Kind == KindCode && (a.Lifetime <= 0 && a.Interval <= 0 || a.Endpoint != "devicecode"):
		return fmt.Errorf("an answer for codes needs lifetime= or interval=, and the endpoint devicecode")
	case a.Kind == KindCodeRefused && a.Endpoint != "code-page":
		return fmt.Errorf("codes are refused at the endpoint code-page")
	case a.AtPolls() && a.Grant != "device_code" && a.Endpoint != "token":
		return fmt.Errorf("%s is for the grant device_code", a.Kind)
	case a.After < 0 || a.Times < 0 || a.Latency < 0 || a.For < 0 || a.Lifetime < 0 || a.Interval < 0:
		return fmt.Errorf("an answer counts from 0")
	}
	return nil
}
