// Package answers plants answers: what the server is told to say or do instead of what it would, at a moment of a
// conversation, counted and in sequence.
package answers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/planted"
)

// Moment is when in a conversation a [Answer] has its way: a verb in upper case ("EHLO", "MAIL", "BDAT" …), or one of
// the constants.
type Moment string

// Moments that are no verbs.
const (
	OnConnect     Moment = "connect"       // in place of the banner
	OnHello       Moment = "hello"         // EHLO and HELO
	OnHandshake   Moment = "handshake"     // after the 220 of STARTTLS, when the client has begun the TLS handshake
	OnResponse    Moment = "auth response" // the lines after AUTH: user name, password, token
	OnCredentials Moment = "credentials"   // AUTH is decided: the line that ends it, be it AUTH itself or an answer
	OnEndOfData   Moment = "end of DATA"   // the dot, or the last chunk of BDAT
	OnAny         Moment = "any"           // every one of them but the handshake

	AtRecipient Moment = "rcpt" // in the words of [ByAddress]
	AtData      Moment = "data"
)

// Ending is what happens to the connection after a answer's reply.
type Ending string

// Endings.
const (
	GoesOn     Ending = ""           // nothing
	Disconnect Ending = "disconnect" // TCP is closed, without a farewell in TLS
	Reset      Ending = "reset"      // TCP is reset in place of the reply
	Close      Ending = "close"      // TLS and TCP are closed as after QUIT
	FallSilent Ending = "silent"     // the connection stays open, what comes is read, and nothing is said any more
	HalfClose  Ending = "half-close" // this side is closed, the other one is still read
)

// Answer is one thing that a server is made to say or do against its nature, so that a client can be tried: another
// reply, a late one, a garbled or a split one, or the end of the connection.
type Answer struct {
	// Name is what the journal and an unmet one's report call it; empty: made from the rest.
	Name string
	// On is the moment; required.
	On Moment
	// From is the party whose connections are meant, for example "printer"; empty: any.
	From string
	// To is the recipient whose message is meant, at RCPT that recipient itself; empty: any. It can be given from RCPT
	// on.
	To string
	// After is how many moments of the kind pass before; Times is how many are hit, 0: all that follow.
	After, Times int
	// Delay is how late the reply comes, on the World's clock.
	Delay time.Duration
	// Event is the reply, by a row of the table; Reply is one in words: "451 4.7.0 Try later", lines parted by a line
	// feed, braces as in the table. Both empty: the server's own.
	Event replies.Event
	Reply string
	// Garbled are octets that go out in place of a reply, as they are. In the handshake they stand for the ServerHello.
	Garbled string
	// Silent: no reply at all.
	Silent bool
	// CarriedOut: what the client asked for is done all the same; only the answer to it is replaced.
	CarriedOut bool
	// Split parts the reply after so many octets; the rest comes Pause later.
	Split int
	Pause time.Duration
	// Then is the end of the connection, if any.
	Then Ending
}

// String names the answer.
func (a Answer) String() string {
	if a.Name != "" {
		return a.Name
	}
	words := []string{string(a.On) + ":"}
	add := func(given bool, format string, args ...any) {
		if given {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(a.Event != "", "%q", string(a.Event))
	add(a.Reply != "", "%q", a.Reply)
	add(a.Garbled != "", "%d garbled octets", len(a.Garbled))
	add(a.Silent, "no reply")
	add(a.Delay > 0, "%v late", a.Delay)
	add(a.Split > 0, "split after %d octets", a.Split)
	add(a.Then == FallSilent, "then silence")
	add(a.Then != GoesOn && a.Then != FallSilent, "%s", a.Then)
	add(a.To != "", "to %s", a.To)
	add(a.After > 0, "after %d", a.After)
	add(a.Times > 0, "%d times", a.Times)
	return strings.Join(words, " ")
}

// Replaces reports whether the server's own answer is not given.
func (a Answer) Replaces() bool {
	return a.Event != "" || a.Reply != "" || a.Garbled != "" || a.Silent || a.Then == Reset
}

// Errors of [Queue.Arm].
var (
	ErrNoMoment = errors.New("there is no such moment")
	ErrNoReply  = errors.New("that is no reply")
)

// Queue holds the answers that are planted. The zero Queue is empty. All methods are safe for concurrent use.
type Queue struct{ row planted.Row[Answer] }

// Arm plants answers, in a row behind those that are planted. None is if one of them is wrong.
func (q *Queue) Arm(answers ...Answer) error {
	for _, a := range answers {
		if err := a.Check(); err != nil {
			return fmt.Errorf("answer %s: %w", a, err)
		}
	}
	for _, a := range answers {
		q.row.Plant(a, planted.Count{After: a.After, Times: a.Times})
	}
	return nil
}

// Clear takes all of them out.
func (q *Queue) Clear() { q.row.Clear() }

// All returns the answers that are planted, in their order.
func (q *Queue) All() []Answer { return q.row.All() }

// Unmet returns those that have not happened as often as they were to.
func (q *Queue) Unmet() []Answer { return q.row.Unmet() }

// Meet counts a moment of a conversation with a party about a message to some recipients, and finds the answer that has
// its way; nil: none. A moment can have two names.
func (q *Queue) Meet(party string, recipients []string, moments ...Moment) *Answer {
	found, met := q.row.Meet(func(a Answer) bool {
		return (a.From == "" || a.From == party) && a.isAt(moments) && (a.To == "" || address.Among(recipients, a.To))
	})
	if !met {
		return nil
	}
	answer := found // most moments meet none, and cost no memory
	return &answer
}

func (a Answer) isAt(moments []Moment) bool {
	for _, m := range moments {
		if a.On == m || a.On == OnAny && m != OnHandshake {
			return true
		}
	}
	return false
}

// withRecipient are the moments at which a recipient has been named.
var withRecipient = []Moment{"RCPT", "DATA", "BDAT", OnEndOfData}

// Check refuses an answer that could not do what it says: the error is an [ErrNoMoment] or an [ErrNoReply].
func (a Answer) Check() error {
	moments := []string{
		string(OnConnect), string(OnHello), string(OnHandshake), string(OnResponse), string(OnCredentials),
		string(OnEndOfData), string(OnAny),
	}
	if !slices.Contains(moments, string(a.On)) && !wire.KnownVerb(string(a.On)) {
		there := append(moments, wire.Verbs()...)
		return fmt.Errorf("%w: %w", ErrNoMoment, &choice.Error{What: "moment", Wanted: string(a.On), Present: there})
	}
	if a.After < 0 || a.Times < 0 || a.Split < 0 || a.Delay < 0 || a.Pause < 0 {
		return errors.New("an answer counts from 0")
	}
	if a.To != "" && !slices.Contains(withRecipient, a.On) {
		return fmt.Errorf("at the moment %q no recipient is named yet; there is one at %v", string(a.On), withRecipient)
	}
	if a.To != "" && !address.Valid(a.To) {
		return fmt.Errorf("to=%s is no e-mail address", a.To)
	}
	if a.Event != "" && !replies.Known(a.Event) {
		return fmt.Errorf("event %q: %w", a.Event, ErrNoReply)
	}
	if _, _, ok := ParseReply(a.Reply); a.Reply != "" && !ok {
		return fmt.Errorf("%q: %w", a.Reply, ErrNoReply)
	}
	return nil
}

// ParseReply parts a reply into its code and its text.
func ParseReply(reply string) (code int, text string, ok bool) {
	number, text, _ := strings.Cut(reply, " ")
	code, err := strconv.Atoi(number)
	return code, text, err == nil && code >= 200 && code <= 599 && !strings.Contains(text, "\r")
}
