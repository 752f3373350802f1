package mail

import (
	"slices"
	"strings"
	"sync"
)

// Boxes are the mailboxes of a server that keeps mail itself, by address, without regard to case. The zero Boxes are
// empty. All methods are safe for concurrent use.
type Boxes struct {
	mu      sync.Mutex
	boxes   map[string][]Message
	arrival Arrival
}

// Put adds a message to mailboxes, to each once.
func (b *Boxes) Put(message Message, addresses ...string) {
	b.put(message, addresses)
	b.arrival.Announce()
}

func (b *Boxes) put(message Message, addresses []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.boxes == nil {
		b.boxes = map[string][]Message{}
	}
	done := map[string]bool{}
	for _, address := range addresses {
		key := b.Key(address)
		if !done[key] {
			done[key] = true
			b.boxes[key] = append(b.boxes[key], message)
		}
	}
}

// Key is the name under which an address is kept.
func (b *Boxes) Key(address string) string { return strings.ToLower(address) }

// At returns what a mailbox holds, oldest first.
func (b *Boxes) At(address string) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.boxes[b.Key(address)])
}

// Nth returns the nth message that came to an address, from 0.
func (b *Boxes) Nth(address string, n int) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	box := b.boxes[b.Key(address)]
	if n >= len(box) {
		return Message{}, false
	}
	return box[n], true
}

// Arrival is how Await hears of what comes.
func (b *Boxes) Arrival() *Arrival { return &b.arrival }
