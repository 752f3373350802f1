package shell

import (
	"slices"
	"sync"
)

// Secrets is what must not be found in any artefact.
type Secrets struct {
	mu   sync.Mutex
	seen map[string]struct{}
	list []string
}

// Add notes a secret; an empty one is none.
func (s *Secrets) Add(secret string) {
	if secret == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	if _, known := s.seen[secret]; !known {
		s.seen[secret] = struct{}{}
		s.list = append(s.list, secret)
	}
}

// List returns all of them, in the order in which they were noted.
func (s *Secrets) List() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}
