// Package planted counts what is planted on a bench, such as the answers that a server is made to give.
//
// A [Row] keeps what is planted, in that order. Each entry counts the requests that fit it from then on: After of them
// pass first, then Times of them are met. A request meets the first entry that fits and is due, so several entries with
// Times make a sequence. An entry that was not met as often as it says is a mistake of the test or script, and is
// reported by name.
package planted

import "sync"

// Count says when a planted thing has its way.
type Count struct {
	After int // requests that fit and pass before
	Times int // requests that meet it then; 0: all that follow
}

// Row holds planted things. The zero Row is empty. All methods are safe for concurrent use.
type Row[T any] struct {
	mu     sync.Mutex
	things []*thing[T]
}

type thing[T any] struct {
	value  T
	count  Count
	passed int
	met    int
}

// over reports whether it was met as often as it was to be.
func (t *thing[T]) over() bool { return t.count.Times > 0 && t.met >= t.count.Times }

// unmet reports whether it was not met as often as it was to be.
func (t *thing[T]) unmet() bool { return t.met == 0 || t.met < t.count.Times }

// Plant puts a thing behind those that are there.
func (r *Row[T]) Plant(value T, count Count) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.things = append(r.things, &thing[T]{value: value, count: count})
}

// Meet counts a request and returns what it meets; false: nothing.
func (r *Row[T]) Meet(fits func(T) bool) (value T, met bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.things {
		if t.over() || !fits(t.value) {
			continue
		}
		switch {
		case t.passed < t.count.After:
			t.passed++
		case !met:
			t.met++
			value, met = t.value, true
		}
	}
	return value, met
}

// Clear takes all of them out: nothing meets them any more, and none is unmet.
func (r *Row[T]) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.things = nil
}

// All returns what is planted, used up or not.
func (r *Row[T]) All() []T { return r.those(func(*thing[T]) bool { return true }) }

// Unmet returns what was not met yet, or not as often as it was to be.
func (r *Row[T]) Unmet() []T { return r.those((*thing[T]).unmet) }

func (r *Row[T]) those(wanted func(*thing[T]) bool) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []T
	for _, t := range r.things {
		if wanted(t) {
			all = append(all, t.value)
		}
	}
	return all
}
