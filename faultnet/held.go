package faultnet

import (
	"fmt"
	"strings"
)

// Waiting returns the connections on which whoever holds the turn waits for an answer: for a bench that does not go on.
func (n *Network) Waiting() []string {
	n.mu.Lock()
	open := append([]*link(nil), n.open...)
	n.mu.Unlock()
	var waiting []string
	for _, l := range open {
		l.mu.Lock()
		turn, waits := l.turn, l.reading || l.writing
		l.mu.Unlock()
		if waits && turn.Holds() {
			waiting = append(waiting, l.name)
		}
	}
	return waiting
}

// Break resets an open connection between parties of the bench, so that whoever waits on it goes on with an error.
func (n *Network) Break(connection string) error {
	n.mu.Lock()
	open := append([]*link(nil), n.open...)
	n.mu.Unlock()
	var names []string
	for _, l := range open {
		if l.name != connection {
			names = append(names, l.name)
			continue
		}
		n.fault(l.from, l.name, "broken by hand")
		l.mu.Lock()
		defer l.mu.Unlock()
		l.fired, l.limit, l.silent = true, l.got, false
		_ = l.client.SetReadDeadline(past)
		if l.server != nil {
			_ = l.server.Close()
		}
		l.changed.Broadcast()
		return nil
	}
	if len(names) == 0 {
		return fmt.Errorf("no connection %q is open, and no other", connection)
	}
	return fmt.Errorf("no connection %q is open; there are: %s", connection, strings.Join(names, ", "))
}
