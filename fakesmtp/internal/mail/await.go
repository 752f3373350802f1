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

// Arrival tells who waits for a message that one has come, and knows what was awaited. The zero Arrival is ready.
type Arrival struct {
	mu      sync.Mutex
	next    chan struct{}  // closed, and replaced, when a message comes
	awaited map[string]int // number of the last message that was taken, by mailbox
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

// Arrived returns a channel that is closed when the next message comes.
func (a *Arrival) Arrived() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next == nil {
		a.next = make(chan struct{})
	}
	return a.next
}

// Inbox is where messages arrive.
type Inbox interface {
	// After returns the first message to an address that came after the one with a number, and its own number; 0 is
	// before all. What has fallen out is passed over.
	After(address string, number int) (m Message, own int, found bool)
	// Key is the one name of the mailbox that an address leads to.
	Key(address string) string
	Arrival() *Arrival
}

// take returns the next message for an address that was not taken yet.
func take(inbox Inbox, address string) (Message, bool) {
	a, key := inbox.Arrival(), inbox.Key(address)
	a.mu.Lock()
	defer a.mu.Unlock()
	message, number, found := inbox.After(address, a.awaited[key])
	if found {
		if a.awaited == nil {
			a.awaited = map[string]int{}
		}
		a.awaited[key] = number
	}
	return message, found
}

// has reports whether there is one.
func has(inbox Inbox, address string) bool {
	a := inbox.Arrival()
	a.mu.Lock()
	n := a.awaited[inbox.Key(address)]
	a.mu.Unlock()
	_, _, there := inbox.After(address, n)
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
		arrived := inbox.Arrival().Arrived()
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
