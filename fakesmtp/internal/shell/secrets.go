package shell

import (
	"slices"
	"sync"
)

// mostHeard and mostOctets bound what is remembered of the secrets that clients were given or have sent.
const (
	mostHeard  = 10_000
	mostOctets = 8 << 20
)

// Secrets is what must not be found in any artefact: those of accounts for good, and of what clients were given or have
// sent the newest. The zero Secrets are none. All methods are safe for concurrent use.
type Secrets struct {
	mu     sync.Mutex
	seen   map[string]struct{}
	kept   []string
	heard  []string // oldest first
	octets int      // of what was heard
}

// Keep notes a secret for good; an empty one is none.
func (s *Secrets) Keep(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fresh(secret) {
		s.kept = append(s.kept, secret)
	}
}

// Add notes a secret, until many others have been; an empty one is none.
func (s *Secrets) Add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.fresh(secret) {
		return
	}
	s.heard = append(s.heard, secret)
	s.octets += len(secret)
	for len(s.heard) > 1 && (len(s.heard) > mostHeard || s.octets > mostOctets) {
		delete(s.seen, s.heard[0])
		s.octets -= len(s.heard[0])
		s.heard[0] = ""
		s.heard = s.heard[1:]
	}
}

// fresh reports whether a secret was not noted yet. Under s.mu.
func (s *Secrets) fresh(secret string) bool {
	if _, known := s.seen[secret]; known || secret == "" {
		return false
	}
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	s.seen[secret] = struct{}{}
	return true
}

// List returns all that are remembered: those for good, then the others in the order in which they were noted.
func (s *Secrets) List() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.kept, s.heard)
}
