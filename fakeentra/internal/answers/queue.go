package answers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/planted"
)

// Queue holds the answers that are planted, in their order.
type Queue struct{ row planted.Row[armed] }

// armed is an answer with the moment of its arming.
type armed struct {
	Answer
	at time.Time
}

// Arm plants answers, in a row behind those that are planted. None is if one of them is wrong, or names a user who is
// not known.
func (q *Queue) Arm(at time.Time, known func(user string) bool, answers ...Answer) error {
	answers = slices.Clone(answers) // the caller's stay as they are
	for i := range answers {
		a, err := answers[i].Complete()
		if err != nil {
			return err
		}
		answers[i] = a
		if a.Kind == KindApprove && !known(a.User) {
			return fmt.Errorf("there is no user %q", a.User)
		}
	}
	for _, a := range answers {
		q.row.Plant(armed{a, at}, planted.Count{After: a.After, Times: a.Times})
	}
	return nil
}

// Clear lets the fake answer truly again.
func (q *Queue) Clear() { q.row.Clear() }

// All returns the answers that are planted, in their order.
func (q *Queue) All() []Answer { return unarmed(q.row.All()) }

// Unmet returns those that no request has met yet, or not as often as they say.
func (q *Queue) Unmet() []Answer { return unarmed(q.row.Unmet()) }

func unarmed(row []armed) []Answer {
	var answers []Answer
	for _, a := range row {
		answers = append(answers, a.Answer)
	}
	return answers
}

// Request is what an answer looks at.
type Request struct {
	Endpoint              *endpoints.Endpoint
	Method, Grant, Client string // of the token endpoint, the grant's own name
	At                    time.Time
}

// Meet finds the answer that a request meets, and counts; ok is false if it is to be answered truly.
func (q *Queue) Meet(r Request) (answer Answer, ok bool) {
	met, ok := q.row.Meet(func(a armed) bool { return !a.expired(r.At) && a.fits(r) })
	return met.Answer, ok
}

// expired reports whether the time of an answer is over.
func (a armed) expired(now time.Time) bool {
	return !a.Until.IsZero() && !now.Before(a.Until) || a.For > 0 && now.Sub(a.at) >= a.For
}

// fits reports whether a request is one that the answer is for.
func (a Answer) fits(r Request) bool {
	switch {
	case a.Endpoint == "" && r.Endpoint.Kind != endpoints.Protocol,
		a.Endpoint != "" && a.Endpoint != r.Endpoint.Name,
		a.Grant != "" && a.Grant != r.Grant,
		a.Kind == KindCodeRefused && r.Method != http.MethodPost,
		a.Client != "" && !strings.EqualFold(a.Client, r.Client):
		return false
	}
	return true
}
