package faultnet

import (
	"errors"
	"fmt"
	"time"

	"mfpsim/choice"
)

// FaultKind says what goes wrong on a connection.
type FaultKind string

// The kinds of faults and what the dialling side sees of them.
const (
	NoName      FaultKind = "no-name"     // the name does not resolve: *net.DNSError with IsNotFound
	Unreachable FaultKind = "unreachable" // syscall.ECONNREFUSED
	BlackHole   FaultKind = "black-hole"  // the dial itself hangs until its context ends
	// DeadAddress: the name has two addresses, and nobody answers at the first; met by whoever asks
	// [Dialer.LookupHost].
	DeadAddress FaultKind = "dead-address"
	Silent      FaultKind = "silent"     // connected, but nothing ever comes; open connections fall silent too
	Reset       FaultKind = "reset"      // syscall.ECONNRESET after so many application bytes, both directions counted
	Untrusted   FaultKind = "untrusted"  // the server presents a certificate of an authority that nobody trusts
	WrongName   FaultKind = "wrong-name" // the server presents a trusted certificate that is made out to another host
	Expired     FaultKind = "expired"    // the server presents a certificate whose time is over
	// NoIntermediate: the server keeps back the certificate between its own and the root, which a client has to be
	// given.
	NoIntermediate FaultKind = "no-intermediate"
	// NewRoot: the whole chain of the server leads to a root that is newer than what the parties know.
	NewRoot    FaultKind = "new-root"
	OldTLS     FaultKind = "old-tls"     // the server speaks TLS 1.1 at most
	NoSTARTTLS FaultKind = "no-starttls" // STARTTLS is taken out of the server's EHLO reply (RFC 3207 section 6)
	Isolated   FaultKind = "isolated"    // the party is cut off from all others, in both directions: syscall.ENETUNREACH

	// At a point of a connection ([Fault.Write], [Fault.Read]), where [Silent] and [Reset] can strike too.

	HalfSilent    FaultKind = "half-silent"    // half of what was to be written comes, and nothing after it
	Slow          FaultKind = "slow"           // it comes late, by [Fault.Delay]
	Trickle       FaultKind = "trickle"        // it comes in [trickles] pieces, each late by [Fault.Delay]
	Garbled       FaultKind = "garbled"        // as many other octets come
	WrongProtocol FaultKind = "wrong-protocol" // words of another protocol come
	Closed        FaultKind = "closed"         // the connection is closed instead
	Panic         FaultKind = "panic"          // the server's own program panics instead
)

// faultKinds says for each kind where it can strike.
var faultKinds = []struct {
	kind              FaultKind
	connection, point bool
}{
	{Unreachable, true, false},
	{NoName, true, false},
	{Silent, true, true},
	{Reset, true, true},
	{Untrusted, true, false},
	{WrongName, true, false},
	{Expired, true, false},
	{NoIntermediate, true, false},
	{NewRoot, true, false},
	{OldTLS, true, false},
	{NoSTARTTLS, true, false},
	{BlackHole, true, false},
	{DeadAddress, true, false},
	{Isolated, true, false},
	{HalfSilent, false, true},
	{Slow, false, true},
	{Trickle, false, true},
	{Garbled, false, true},
	{WrongProtocol, false, true},
	{Closed, false, true},
	{Panic, false, true},
}

// FaultKinds returns all kinds.
func FaultKinds() []FaultKind {
	kinds := make([]FaultKind, len(faultKinds))
	for i, k := range faultKinds {
		kinds[i] = k.kind
	}
	return kinds
}

// noSuchFault names what was wanted and what there is.
func noSuchFault(kind FaultKind) error {
	present := make([]string, len(faultKinds))
	for i, k := range faultKinds {
		present[i] = string(k.kind)
	}
	return &choice.Error{What: "fault", Wanted: string(kind), Present: present}
}

// Fault is one thing that is to go wrong.
type Fault struct {
	// party that is dialled ("entra", "smtp", "printer"); the party itself for [Isolated]
	To    string    `json:"to"`
	From  string    `json:"from,omitempty"` // party that dials; empty: any
	Kind  FaultKind `json:"kind"`
	After int       `json:"after,omitempty"` // connections that pass before
	Times int       `json:"times,omitempty"` // connections that are hit; 0: until cleared
	Bytes int       `json:"bytes,omitempty"` // for [Reset]: application bytes that pass before
	// it strikes when the server of the connection writes for the nth time, from 1
	Write int   `json:"write,omitempty"`
	Read  int   `json:"read,omitempty"`  // it strikes at what the server would read the nth time
	Delay Delay `json:"delay,omitempty"` // for [Slow] and [Trickle]: how late; 20 s if zero
}

// Delay is a duration that JSON writes as "90s".
type Delay time.Duration

// MarshalText writes it as "1m30s".
func (d Delay) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "90s" or "1m30s".
func (d *Delay) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is no delay; write 90s or 5m", text)
	}
	*d = Delay(parsed)
	return nil
}

// Check says what cannot be meant.
func (f Fault) Check() error {
	place := -1
	for i, k := range faultKinds {
		if k.kind == f.Kind {
			place = i
		}
	}
	if place < 0 {
		return noSuchFault(f.Kind)
	}
	can := faultKinds[place]
	switch {
	case f.After < 0 || f.Times < 0 || f.Bytes < 0 || f.Write < 0 || f.Read < 0 || f.Delay < 0:
		return errors.New("no number of a fault is negative")
	case f.Write > 0 && f.Read > 0:
		return errors.New("a fault strikes at a write or at a read")
	case f.atPoint() && !can.point:
		return fmt.Errorf("%s strikes whole connections, not at a write or a read", f.Kind)
	case !f.atPoint() && !can.connection:
		return fmt.Errorf("%s needs a point: the write or the read of the server at which it strikes", f.Kind)
	case f.Kind == Trickle && f.Read > 0:
		return errors.New("the server's words trickle: a write")
	case f.Kind == Panic && f.Read > 0:
		return errors.New("the server panics at a write; a panic of the dialling side is planted in its program")
	case f.Bytes > 0 && (f.Kind != Reset || f.atPoint()):
		return errors.New("bytes belongs to the fault reset, without a point")
	case f.Delay > 0 && f.Kind != Slow && f.Kind != Trickle:
		return errors.New("a delay belongs to the fault slow or trickle")
	}
	return nil
}

// String names the fault as messages do: "smtp reset after 120 bytes, 2 connections pass before, once".
func (f Fault) String() string {
	s := f.To + " " + string(f.Kind)
	switch {
	case f.Write > 0:
		s += fmt.Sprintf(" at write %d", f.Write)
	case f.Read > 0:
		s += fmt.Sprintf(" at read %d", f.Read)
	case f.Kind == Reset:
		s += fmt.Sprintf(" after %d bytes", f.Bytes)
	}
	if f.Kind == Slow || f.Kind == Trickle {
		s += fmt.Sprintf(" by %s", f.slowBy())
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
	met     int // times that it was carried out
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

// Arm makes a fault wait for its connections. Connections that are open already break at their next write, unless the
// fault lets connections pass first ([Fault.After]); a [Silent] fault makes them fall silent instead.
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

// Unmet returns the faults that were not met, or not as often as they were to be, cleared ones too: each is a mistake
// of a script.
func (n *Network) Unmet() []Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	var unmet []Fault
	for _, a := range n.faults {
		if a.met == 0 || a.met < a.Times {
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

// strike lets a fault that was armed later hit an open connection: it reports false if the fault is over. An open
// connection that falls silent counts as one that was hit; one that breaks does not, since its successor will be.
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
	a.met++
}
