package faultnet

import (
	"context"
	"fmt"
)

// alias is an address literal that stands for a host while a [DeadAddress] fault is armed.
type alias struct {
	host string
	dead bool
}

// LookupHost returns the addresses of a host, as net.Resolver does: the name itself, since names are routed here,
// unless a [DeadAddress] fault gives it two: one of IPv6 (RFC 3849), where nobody answers, and one of IPv4 (RFC
// 5737), where the host does. A name that does not resolve is left to the dialling to tell.
func (d *Dialer) LookupHost(_ context.Context, name string) ([]string, error) {
	n := d.network
	if n.beyond != nil {
		return n.beyond.lookUp(name)
	}
	host, _ := splitAddress(name)
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.hasDeadAddress(d.party, host) {
		return []string{name}, nil
	}
	number := 1
	for number < 255 && n.literals[deadAddress(number)].host != host && n.literals[deadAddress(number)].host != "" {
		number++
	}
	dead, living := deadAddress(number), fmt.Sprintf("198.51.100.%d", number)
	n.literals[dead], n.literals[living] = alias{host, true}, alias{host, false}
	return []string{dead, living}, nil
}

// Resolves reports whether a name leads to its party for a client from outside, which asks the bench for it. A fault
// [NoName] is met by that question.
func (n *Network) Resolves(host string) bool {
	n.mu.Lock()
	party := ""
	for address, r := range n.routes {
		if routed, _ := splitAddress(address); routed == host {
			party = r.party
		}
	}
	n.mu.Unlock()
	if party == "" {
		return true
	}
	a := n.bind(Outside, party, func(kind FaultKind) bool { return kind == NoName })
	if a == nil {
		return true
	}
	n.meet(a)
	n.fault(Outside, "", "%s: name does not resolve", host)
	return false
}

func deadAddress(number int) string { return fmt.Sprintf("2001:db8::%x", number) }

// hasDeadAddress reports whether a host has one for a party. Under n.mu.
func (n *Network) hasDeadAddress(party, host string) bool {
	for address, r := range n.routes {
		if routed, _ := splitAddress(address); routed != host {
			continue
		}
		for _, a := range n.faults {
			if a.Kind == DeadAddress && a.matches(party, r.party) && !a.spent() {
				return true
			}
		}
	}
	return false
}

// named is the address that a literal stands for, and whether nobody answers there.
func (n *Network) named(address string) (real string, dead bool) {
	host, port := splitAddress(address)
	n.mu.Lock()
	defer n.mu.Unlock()
	if a, known := n.literals[host]; known {
		return normal(a.host + ":" + port), a.dead
	}
	return address, false
}
