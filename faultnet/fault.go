package faultnet

import (
	"fmt"
	"sort"
	"strings"
)

// FaultKind says what goes wrong on a connection.
type FaultKind string

// The kinds of faults and what the dialling side sees of them.
const (
	NoName        FaultKind = "no-name"        // the name does not resolve: *net.DNSError with IsNotFound
	Unreachable   FaultKind = "unreachable"    // syscall.ECONNREFUSED
	BlackHole     FaultKind = "black-hole"     // the dial itself hangs until its context ends
	Silent        FaultKind = "silent"         // connected, but nothing ever comes; open connections fall silent too
	Reset         FaultKind = "reset"          // syscall.ECONNRESET after so many application bytes, both directions counted
	Untrusted     FaultKind = "untrusted"      // the server presents a certificate of an authority that nobody trusts
	StripSTARTTLS FaultKind = "strip-starttls" // STARTTLS is taken out of the server's EHLO reply (RFC 3207 section 6)
	Isolated      FaultKind = "isolated"       // the party is cut off from all others, in both directions: syscall.ENETUNREACH
)

// faultKinds gives for each kind whether there is such a kind, for [ParseFaultKind].
var faultKinds = map[FaultKind]bool{
	NoName: true, Unreachable: true, BlackHole: true, Silent: true, Reset: true, Untrusted: true, StripSTARTTLS: true, Isolated: true,
}

// ParseFaultKind reads the name of a kind; the error lists all of them.
func ParseFaultKind(name string) (FaultKind, error) {
	if kind := FaultKind(name); faultKinds[kind] {
		return kind, nil
	}
	var names []string
	for kind := range faultKinds {
		names = append(names, string(kind))
	}
	sort.Strings(names)
	return "", fmt.Errorf("no fault is called %q; there are: %s", name, strings.Join(names, ", "))
}

// Fault is one thing that is to go wrong.
type Fault struct {
	To    string    `json:"to"`             // party that is dialled ("entra", "smtp", "printer"); the party itself for [Isolated]
	From  string    `json:"from,omitempty"` // party that dials; empty: any
	Kind  FaultKind `json:"kind"`
	After int       `json:"after,omitempty"` // connections that pass before
	Times int       `json:"times,omitempty"` // connections that are hit; 0: until cleared
	Bytes int       `json:"bytes,omitempty"` // for [Reset]: application bytes that pass before
}

// String names the fault as messages do: "smtp reset after 120 bytes, 2 connections pass before, once".
func (f Fault) String() string {
	s := f.To + " " + string(f.Kind)
	if f.Kind == Reset {
		s += fmt.Sprintf(" after %d bytes", f.Bytes)
	}
	if f.From != "" {
		s += " from " + f.From
	}
	if f.After > 0 {
		s += fmt.Sprintf(", after %d connections", f.After)
	}
	switch {
	case f.Times == 1:
		s += ", once"
	case f.Times > 1:
		s += fmt.Sprintf(", %d times", f.Times)
	}
	return s
}

// armed is a fault with its counts, under Network.mu.
type armed struct {
	Fault
	seen    int // connections that it could have hit
	used    int // connections that it was bound to
	met     bool
	cleared bool
}

// matches reports whether the fault concerns connections between two parties.
func (a *armed) matches(from, to string) bool {
	if a.cleared {
		return false
	}
	if a.Kind == Isolated {
		return a.To == to || a.To == from
	}
	return a.To == to && (a.From == "" || a.From == from)
}

// spent reports whether the fault has hit as many connections as it should.
func (a *armed) spent() bool { return a.cleared || a.Times > 0 && a.used >= a.Times }

// Arm makes a fault wait for its connections. Connections that are open already break at their next write, unless the fault
// lets connections pass first ([Fault.After]); a [Silent] fault makes them fall silent instead.
func (n *Network) Arm(f Fault) {
	a := &armed{Fault: f}
	n.mu.Lock()
	n.faults = append(n.faults, a)
	var struck []*link
	if f.After == 0 {
		for _, l := range n.open {
			if a.matches(l.from, l.to) {
				struck = append(struck, l)
			}
		}
	}
	n.mu.Unlock()
	for _, l := range struck {
		l.mu.Lock()
		l.later = a
		l.mu.Unlock()
	}
}

// Clear ends all faults of a party; empty: all faults. Connections that a fault has broken stay broken.
func (n *Network) Clear(to string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range n.faults {
		if to == "" || a.To == to {
			a.cleared = true
		}
	}
}

// Faults returns the faults that are armed and neither cleared nor used up.
func (n *Network) Faults() []Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	var left []Fault
	for _, a := range n.faults {
		if !a.spent() {
			left = append(left, a.Fault)
		}
	}
	return left
}

// Unmet returns the faults that no connection has met since they were armed, cleared ones too: each is a mistake of a script.
func (n *Network) Unmet() []Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	var unmet []Fault
	for _, a := range n.faults {
		if !a.met {
			unmet = append(unmet, a.Fault)
		}
	}
	return unmet
}

// bind counts a new connection and returns the fault that hits it, if any. Kinds that cannot hit it are passed over.
func (n *Network) bind(from, to string, possible func(FaultKind) bool) *armed {
	n.mu.Lock()
	defer n.mu.Unlock()
	var hit *armed
	for _, a := range n.faults {
		if !a.matches(from, to) || !possible(a.Kind) {
			continue
		}
		a.seen++
		if hit == nil && a.seen > a.After && !a.spent() {
			a.used++
			hit = a
		}
	}
	return hit
}

// strike lets a fault that was armed later hit an open connection: it reports false if the fault is over. An open connection
// that falls silent counts as one that was hit; one that breaks does not, since its successor will be.
func (n *Network) strike(a *armed) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.spent() {
		return false
	}
	if a.Kind == Silent {
		a.seen++
		a.used++
	}
	return true
}

// meet notes that a fault was carried out.
func (n *Network) meet(a *armed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a.met = true
}
