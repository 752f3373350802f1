// Package secrets keeps what must reach no record: a list of the secrets that were given out, and journal entries that
// hide them.
package secrets

import (
	"slices"
	"sync"
)

// List remembers what was issued, for tests that search artefacts for leaks; the oldest go first.
type List struct {
	mu    sync.Mutex
	items []string
}

// maxSecrets bounds the list.
const maxSecrets = 20000

// Add remembers a secret.
func (l *List) Add(secret string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, secret)
	if len(l.items) > maxSecrets {
		l.items = append(l.items[:0:0], l.items[maxSecrets/2:]...)
	}
}

// All returns what is remembered.
func (l *List) All() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.items)
}
