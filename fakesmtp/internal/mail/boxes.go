package mail

import (
	"slices"
	"strings"
	"sync"
)

// Boxes are the mailboxes of a server that keeps mail itself, by address, without regard to case. The zero Boxes are
// empty and keep everything. All methods are safe for concurrent use.
type Boxes struct {
	mu      sync.Mutex
	shelf   Shelf
	boxes   map[string]*Box
	arrival Arrival
}

// Bound bounds what is kept. It is called before the first message comes.
func (b *Boxes) Bound(keep Keep) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shelf.Keep = keep
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
		b.boxes = map[string]*Box{}
	}
	var boxes []*Box
	for _, address := range addresses {
		box := b.boxes[b.Key(address)]
		if box == nil {
			box = &Box{}
			b.boxes[b.Key(address)] = box
		}
		if !slices.Contains(boxes, box) {
			boxes = append(boxes, box)
		}
	}
	b.shelf.Put(message, 0, boxes...)
}

// Key is the name under which an address is kept.
func (b *Boxes) Key(address string) string { return strings.ToLower(address) }

// Page returns at most so many messages of a mailbox, from the one with a number on; negative: all. The first that ever
// came has number 1.
func (b *Boxes) Page(address string, from, most int) []Message {
	b.mu.Lock()
	var page Page
	if box := b.boxes[b.Key(address)]; box != nil {
		page = box.Page(from, most)
	}
	b.mu.Unlock()
	return page.Shown()
}

// Count is how many messages have come to a mailbox, and how many of them have fallen out.
func (b *Boxes) Count(address string) (count, dropped int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if box := b.boxes[b.Key(address)]; box != nil {
		return box.Count(), box.Dropped()
	}
	return 0, 0
}

// After returns the first message to an address that came after the one with a number, and its own.
func (b *Boxes) After(address string, number int) (m Message, own int, found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if box := b.boxes[b.Key(address)]; box != nil {
		return box.After(number)
	}
	return Message{}, 0, false
}

// Arrival is how Await hears of what comes.
func (b *Boxes) Arrival() *Arrival { return &b.arrival }
