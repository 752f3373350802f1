package contract

import (
	"errors"
	"fmt"
	"time"

	"mfpsim/core/outcome"
)

// The kinds of a core.
const (
	kindHarness = "harness" // the bench does it, as the core asks
	kindOwn     = "own"     // the core does it
	clockBench  = "bench"
	clockReal   = "real"
	storeFlash  = "flash"
	storeKV     = "kv"
)

// Kinds are what a core has of its own, and what the bench does for it.
type Kinds struct {
	TLS   string // who makes connections secure: "harness", "own"
	Dial  string // who connects: "harness", "own"
	Clock string // who lets it wait: "bench"; "real": it sleeps itself, by the machine's clock
	Store string // what its memory is: "flash", "kv"
}

// String tells them as the answer to boot has them.
func (k Kinds) String() string {
	return fmt.Sprintf("tls: %s, dial: %s, clock: %s, store: %s", k.TLS, k.Dial, k.Clock, k.Store)
}

// kindsOf reads the kinds of an answer to boot; the error says what there is not, or what contradicts itself.
func kindsOf(a Answer) (Kinds, error) {
	k := Kinds{TLS: a.TLS, Dial: a.Dial, Clock: a.Clock, Store: a.Store}
	for _, kind := range []struct {
		name        string
		has         *string
		first, then string
	}{
		{"tls", &k.TLS, kindHarness, kindOwn},
		{"dial", &k.Dial, kindHarness, kindOwn},
		{"clock", &k.Clock, clockBench, clockReal},
		{"store", &k.Store, storeFlash, storeKV},
	} {
		switch *kind.has {
		case "":
			*kind.has = kind.first
		case kind.first, kind.then:
		default:
			return Kinds{}, fmt.Errorf(
				"the core says %s: %q; there are %s and %s", kind.name, *kind.has, kind.first, kind.then,
			)
		}
	}
	switch {
	case k.Dial == kindOwn && a.TLS == "":
		k.TLS = kindOwn
	case k.Dial == kindOwn && k.TLS == kindHarness:
		return Kinds{}, errors.New(
			"the core says dial: own and tls: harness; who connects himself makes TLS himself: say tls: own, or dial: harness",
		)
	}
	if k.Dial == kindOwn && !canGate {
		return Kinds{}, errors.New("the core says dial: own, which mfpsim can test on Linux only; say dial: harness here")
	}
	return k, nil
}

// forbids says why an action is none of a core of these kinds; nil: it is.
func (k Kinds) forbids(a Action) error {
	network := false
	switch a.Do {
	case doHTTP, doConnect, doStartTLS, doReceive, doSend, doClose, doRest:
		network = true
	}
	switch {
	case k.Clock == clockReal && a.Do == doWakeAt:
		return fmt.Errorf("%q from a core that says clock: real; it sleeps itself, before it answers", a.Do)
	case k.Dial == kindOwn && network:
		return fmt.Errorf("%q from a core that says dial: own; it uses its own sockets", a.Do)
	case k.TLS == kindOwn && (a.Do == doHTTP || a.Do == doStartTLS || a.Do == doConnect && a.TLS != nil):
		return fmt.Errorf("%q with TLS of the bench from a core that says tls: own; it has connect, send and receive", a.Do)
	case k.Store == storeKV && a.Do == doStore && a.Key == "":
		return fmt.Errorf("%q without a key from a core that says store: kv", a.Do)
	case k.Store == storeFlash && a.Do == doStore && a.Key != "":
		return fmt.Errorf("%q of the key %q from a core that says store: flash", a.Do, a.Key)
	}
	return nil
}

// silence is how long, by the machine's clock, a core is to wait on its own sockets before it gives up. The bench's
// time-outs are those of the contract; when one of them has passed, nothing comes any more, and this lets the core find
// out. It is long enough for a loaded machine, and shorter than what the core may take for an answer.
const silence = 5 * time.Second

// What is said of a core that connects itself.

func errStranger(peer string) error {
	return fmt.Errorf("the core has a connection to %s, which is none of the bench's: it is to use \"resolve\" only", peer)
}

func errConnects(address string, o *operation) error {
	return fmt.Errorf(
		"the core connects to %s in the operation %d: %q can store something, and nothing else", address, o.id, o.event,
	)
}

func cannotShow(address, why string) string {
	return fmt.Sprintf("%s is %s, which the bench cannot show to a core that connects itself", address, why)
}

var unreached = map[outcome.Kind]string{
	outcome.NameNotResolved: "a name that does not resolve", outcome.Unreachable: "a server that cannot be reached",
}
