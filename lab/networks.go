package lab

import (
	"fmt"
	"slices"

	"mfpsim/choice"
	"mfpsim/journal"
)

// The networks of a bench that addresses of printers are in.
const (
	NetworkOffice     = "office"     // the standard network of all printers, which people's computers begin on (guide rule R13)
	NetworkAdditional = "additional" // the additional network of those that have and use one (R12)
	NetworkElsewhere  = "elsewhere"  // where no printer is, such as a guest network
)

// Networks are those that a person's computer can be on.
func Networks() []string { return []string{NetworkOffice, NetworkAdditional, NetworkElsewhere} }

// MoveComputers plugs the computers of the people of the bench into a network. From there they reach the Internet, and
// of the printers those that are on it too, under the addresses that they have there.
func (l *Lab) MoveComputers(network string) error {
	if !slices.Contains(Networks(), network) {
		return &choice.Error{What: "network", Wanted: network, Present: Networks()}
	}
	for _, other := range Networks() {
		l.Network.Leave(PartyBrowser, other)
	}
	l.Network.Join(PartyBrowser, network)
	l.Network.Unplug(PartyBrowser)
	l.Journal.Append(journal.Entry{
		Party: PartyBrowser, Kind: journal.KindNote, Text: journal.Plain("the computer is on the network " + network),
	})
	return nil
}

// additional lets the printer's place on the additional network follow its settings.
func (p *Printer) additional(on bool) {
	if on {
		p.lab.Network.Join(p.Name, NetworkAdditional)
		return
	}
	p.lab.Network.Leave(p.Name, NetworkAdditional)
}

// further is the address of a printer on the additional network, counted from 0: in the range that carriers share (RFC
// 6598), which has room for all.
func further(printer int) string {
	host := firstAddress + printer
	return fmt.Sprintf("100.%d.%d.%d", 64+host>>16, host>>8&0xFF, host&0xFF)
}
