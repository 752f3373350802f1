package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/vtime"
)

// Mail is what a server keeps: mailboxes by address, without regard to case.
type Mail struct {
	mu      sync.Mutex
	boxes   map[string][]mail.Message
	awaited map[string]int
	arrived chan struct{}
}

func (m *Mail) init() {
	m.boxes, m.awaited, m.arrived = map[string][]mail.Message{}, map[string]int{}, make(chan struct{})
}

// Put adds a message to mailboxes, to each once.
func (m *Mail) Put(message mail.Message, addresses ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	done := map[string]bool{}
	for _, address := range addresses {
		key := strings.ToLower(address)
		if !done[key] {
			done[key] = true
			m.boxes[key] = append(m.boxes[key], message)
		}
	}
	close(m.arrived)
	m.arrived = make(chan struct{})
}

// At returns what a mailbox holds, oldest first.
func (m *Mail) At(address string) []mail.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.boxes[strings.ToLower(address)])
}

func (m *Mail) next(address string, take bool) (mail.Message, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := strings.ToLower(address)
	n := m.awaited[key]
	if len(m.boxes[key]) <= n {
		return mail.Message{}, false
	}
	if take {
		m.awaited[key]++
	}
	return m.boxes[key][n], true
}

const awaitLimit = 1 << 62 // how far Await lets a stepped World go

// Await returns the next message for an address: each call one that no call has returned before. In a flowing World it waits until
// there is one or ctx ends; in a stepped one it lets time go on while anything is due, and fails with fakesmtp.ErrNoMessage after that.
func (m *Mail) Await(ctx context.Context, world *vtime.World, address string) (mail.Message, error) {
	if world.Stepped() && vtime.TurnFrom(ctx) == nil {
		_, err := world.AdvanceUntil(awaitLimit, func() bool { _, has := m.next(address, false); return has })
		if message, ok := m.next(address, true); ok {
			return message, nil
		}
		if err != nil && !errors.Is(err, vtime.ErrNothingDue) {
			return mail.Message{}, fmt.Errorf("await a message for %s: %w", address, err)
		}
		return mail.Message{}, fakesmtp.ErrNoMessage
	}
	for {
		m.mu.Lock()
		arrived := m.arrived
		m.mu.Unlock()
		if message, ok := m.next(address, true); ok {
			return message, nil
		}
		if vtime.TurnFrom(ctx) != nil {
			return mail.Message{}, fakesmtp.ErrNoMessage // who waits here holds the turn that the sender would need
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return mail.Message{}, fmt.Errorf("await a message for %s: %w", address, context.Cause(ctx))
		}
	}
}

// Secrets is what must not be found in any artefact.
type Secrets struct {
	mu   sync.Mutex
	list []string
}

// Add notes a secret.
func (s *Secrets) Add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret != "" && !slices.Contains(s.list, secret) {
		s.list = append(s.list, secret)
	}
}

// List returns all of them.
func (s *Secrets) List() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}
