package answers

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"mfpsim/fakeentra/internal/endpoints"
)

// Queue holds the answers that are planted, in their order.
type Queue struct {
	mu      sync.Mutex
	planted []*planted
}

// Arm plants answers, in a row behind those that are planted. None is if one of them is wrong, or names a user who is
// not known.
func (q *Queue) Arm(at time.Time, known func(user string) bool, answers ...Answer) error {
	var row []*planted
	for _, a := range answers {
		a.complete()
		if err := a.check(); err != nil {
			return err
		}
		if a.Kind == KindApprove && !known(a.User) {
			return fmt.Errorf("there is no user %q", a.User)
		}
		row = append(row, &planted{Answer: a, at: at})
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.planted = append(q.planted, row...)
	return nil
}

// Clear lets the fake answer truly again.
func (q *Queue) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.planted = nil
}

// All returns the answers that are planted, in their order.
func (q *Queue) All() []Answer { return q.those(func(*planted) bool { return true }) }

// Unmet returns those that no request has met yet, or not as often as they say.
func (q *Queue) Unmet() []Answer {
	return q.those(func(a *planted) bool { return a.done == 0 || a.done < a.Times })
}

func (q *Queue) those(wanted func(*planted) bool) []Answer {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []Answer
	for _, a := range q.planted {
		if wanted(a) {
			all = append(all, a.Answer)
		}
	}
	return all
}

// Request is what an answer looks at.
type Request struct {
	Endpoint              *endpoints.Endpoint
	Method, Grant, Client string // of the token endpoint, the grant's own name
	At                    time.Time
}

// Meet finds the answer that a request meets, and counts; ok is false if it is to be answered truly.
func (q *Queue) Meet(r Request) (answer Answer, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range q.planted {
		if a.over(r.At) || !a.fits(r) {
			continue
		}
		if a.seen++; a.seen <= a.After {
			continue
		}
		a.done++
		return a.Answer, true
	}
	return Answer{}, false
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
