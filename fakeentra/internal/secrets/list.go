package secrets

import (
	"slices"
	"sync"
)

// List remembers secrets, for tests that search artefacts for leaks: passwords for good, and of what was given out the
// newest.
type List struct {
	mu     sync.Mutex
	kept   []string
	issued []string // a ring when it is full
	oldest int      // place in the full ring
	most   int      // 0: mostIssued
}

// mostIssued bounds what is remembered of what was given out: a bench that refreshes for 90 days gives out less.
const mostIssued = 10_000

// Bound lets the list remember only so many of the secrets that are given out. It is called before the first is.
func (l *List) Bound(most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = most
}

// Keep remembers a secret for good.
func (l *List) Keep(secret string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, secret)
}

// Add remembers a secret that was given out, until many others have been.
func (l *List) Add(secret string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := l.most
	if most == 0 {
		most = mostIssued
	}
	if len(l.issued) < most {
		l.issued = append(l.issued, secret)
		return
	}
	l.issued[l.oldest] = secret
	l.oldest = (l.oldest + 1) % most
}

// All returns what is remembered: what is kept, then what was given out, oldest first.
func (l *List) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.kept, l.issued[l.oldest:], l.issued[:l.oldest])
}
