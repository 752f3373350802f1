package lab

import (
	"context"
	"fmt"
	"slices"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
)

// What is planted on a bench is a fault of the network or an answer of a cloud. All three are set in the same
// way: what a party, or a cloud, was made to do before ends, and the new row takes its place. What nobody met
// stays among the
// unmet.

// Parties are those that a fault of the network can concern.
func (l *Lab) Parties() []string {
	return slices.Concat(
		[]string{fakeentra.Party, fakesmtp.Party}, l.Printers(),
		[]string{PartyMail, PartyMaker, PartyPOP3, PartyProxy, PartyTime},
		l.providerParties(),
	)
}

// SetFaults makes the network do something to a party, in a row. None: the network is well again.
func (l *Lab) SetFaults(party string, faults ...faultnet.Fault) error {
	for _, f := range faults {
		if err := f.Check(); err != nil {
			return err
		}
		if f.To != party {
			return fmt.Errorf("a fault of %s is none of %s", f.To, party)
		}
	}
	l.Network.Clear(party)
	for _, f := range faults {
		l.Network.Arm(f)
	}
	return nil
}

// SetEntraAnswers makes the identity provider answer otherwise than it would, as a proxy on the way does. None:
// it
// answers truly again.
func (l *Lab) SetEntraAnswers(answers ...fakeentra.Answer) error {
	answers = slices.Clone(answers)
	for i := range answers {
		if answers[i].Kind == "truncated" {
			answers[i].Kind = "half" // half a JSON; a connection that breaks is the network's to say
		}
	}
	l.keep(named(fakeentra.Party, l.Entra.UnmetAnswers()))
	l.Entra.ClearAnswers()
	return l.Entra.Arm(answers...)
}

// SetExchangeAnswers makes the mail service say or do something against its nature. None: it answers by its
// nature
// again.
func (l *Lab) SetExchangeAnswers(answers ...fakesmtp.Answer) error {
	for _, a := range answers {
		if err := a.Check(); err != nil {
			return err
		}
	}
	l.keep(named(fakesmtp.Party, l.SMTP.UnmetAnswers()))
	l.SMTP.ClearAnswers()
	return l.SMTP.Arm(answers...)
}

// keep remembers answers that ended before anybody met them.
func (l *Lab) keep(unmet []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unmet = append(l.unmet, unmet...)
}

// Unmet names everything that was planted and that nobody met, or not as often as it was to be; each is a
// mistake of a
// script.
func (l *Lab) Unmet() []string {
	var unmet []string
	for _, f := range l.Network.Unmet() {
		unmet = append(unmet, f.String())
	}
	l.mu.Lock()
	unmet = append(unmet, l.unmet...)
	l.mu.Unlock()
	for _, name := range l.Printers() {
		d, err := l.Device(name)
		if err != nil {
			continue
		}
		state, err := d.MemoryState(context.Background()) // a device that cannot say has no such faults
		if err != nil {
			continue
		}
		for _, planted := range state.Unmet {
			unmet = append(unmet, name+" "+planted)
		}
	}
	unmet = append(unmet, named(fakeentra.Party, l.Entra.UnmetAnswers())...)
	return append(unmet, named(fakesmtp.Party, l.SMTP.UnmetAnswers())...)
}

// named says whose answers they are.
func named[T fmt.Stringer](party string, answers []T) []string {
	var names []string
	for _, a := range answers {
		names = append(names, party+" answers "+a.String())
	}
	return names
}
