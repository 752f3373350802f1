package mailboxes

import "mfpsim/fakesmtp/internal/mail"

// Delivery is a message that has arrived in at least one mailbox.
type Delivery struct {
	mail.Message          // without a number: it has one in each mailbox
	Serial       int      // of all messages, in the order in which they came, from 1
	Mailboxes    []string // addresses of those that it arrived in
}

// Deliveries returns the messages that have arrived and are kept, oldest first, from after the one with a serial number
// on. Copies in Sent Items are no arrivals.
func (s *Store) Deliveries(after int) []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	owners := map[*mail.Box]string{}
	for _, m := range s.mailboxes {
		owners[&m.inbox] = m.address
	}
	for _, m := range s.order { // with those that were removed
		owners[&m.inbox] = m.address
	}
	var found []Delivery
	for _, letter := range s.shelf.After(after) {
		d := Delivery{Serial: letter.Serial()}
		for _, box := range letter.Boxes() {
			if owner := owners[box]; owner != "" {
				d.Mailboxes = append(d.Mailboxes, owner)
			}
		}
		if len(d.Mailboxes) > 0 {
			d.Message = letter.Shown()
			found = append(found, d)
		}
	}
	return found
}
