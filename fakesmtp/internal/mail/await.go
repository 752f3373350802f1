package mail

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"mfpsim/vtime"
)

// ErrNoMessage: no message came, and none is under way.
var ErrNoMessage = errors.New("fakesmtp: no message has come, and nothing is due that could bring one")

// Arrival tells who waits for a message that one has come, and counts what was awaited. The zero Arrival is ready.
type Arrival struct {
	mu      sync.Mutex
	next    chan struct{} // closed, and replaced, when a message comes
	awaited map[string]int
}

// Announce wakes those who wait.
func (a *Arrival) Announce() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next != nil {
		close(a.next)
		a.next = nil
	}
}

// arrived returns a channel that is closed when the next message comes.
func (a *Arrival) arrived() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next == nil {
		a.next = make(chan struct{})
	}
	return a.next
}

// Inbox is where messages arrive.
type Inbox interface {
	// Nth returns the nth message that came to an address, from 0.
	Nth(address string, n int) (Message, bool)
	// Key is the one name of the mailbox that an address leads to.
	Key(address string) string
	Arrival() *Arrival
}

// take returns the next message for an address that was not taken yet.
func take(inbox Inbox, address string) (Message, bool) {
	a, key := inbox.Arrival(), inbox.Key(address)
	a.mu.Lock()
	defer a.mu.Unlock()
	message, has := inbox.Nth(address, a.awaited[key])
	if has {
		if a.awaited == nil {
			a.awaited = map[string]int{}
		}
		a.awaited[key]++
	}
	return message, has
}

// has reports whether there is one.
func has(inbox Inbox, address string) bool {
	a := inbox.Arrival()
	a.mu.Lock()
	n := a.awaited[inbox.Key(address)]
	a.mu.Unlock()
	_, there := inbox.Nth(address, n)
	return there
}

const awaitLimit = 1 << 62 // how far Await lets a stepped World go

// Await returns the next message for an address: each call one that no call has returned before, oldest first. In a
// flowing World it waits until there is one or ctx ends. In a stepped World it lets time go on while anything is due,
// and fails with [ErrNoMessage] when nothing is.
func Await(ctx context.Context, world *vtime.World, inbox Inbox, address string) (Message, error) {
	if world.Stepped() && vtime.TurnFrom(ctx) == nil {
		_, err := world.AdvanceUntil(awaitLimit, func() bool { return has(inbox, address) })
		if message, ok := take(inbox, address); ok {
			return message, nil
		}
		if err != nil && !errors.Is(err, vtime.ErrNothingDue) {
			return Message{}, fmt.Errorf("fakesmtp: await a message for %s: %w", address, err)
		}
		return Message{}, ErrNoMessage
	}
	for {
		arrived := inbox.Arrival().arrived()
		if message, ok := take(inbox, address); ok {
			return message, nil
		}
		if vtime.TurnFrom(ctx) != nil {
			return Message{}, ErrNoMessage // who waits here holds the turn that the sender would need
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("fakesmtp: await a message for %s: %w", address, context.Cause(ctx))
		}
	}
}
