package main

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/namespace"
)

// exchangerSuffix ends the names of the MX door, one for each domain (docs/reference/exchange-smtp.md).
const exchangerSuffix = ".mail.protection.outlook.com"

func exchangerOf(domain string) string { return strings.ReplaceAll(domain, ".", "-") + exchangerSuffix }

// namesOfEntra are names of Microsoft's sign-in that the fake has no part of its own for; it says so.
var namesOfEntra = []string{"login.live.com"}

// names are those of the bench, for a program inside, or for the devices of a network.
type names struct {
	bench *atomic.Pointer[lab.Lab] // another one after a reset; nil: not there yet
	all   netip.Addr               // where all of them lead; zero: each to the address of its service
	party string                   // who asks, in the record
}

// led are the names that lead to the bench.
var led = func() map[string]netip.Addr {
	to := map[string]netip.Addr{}
	for _, address := range fakesmtp.Addresses() {
		to[hostOf(address)] = namespace.Submission
	}
	for _, address := range fakeentra.Names() {
		to[hostOf(address)] = namespace.Entra
	}
	for _, name := range namesOfEntra {
		to[name] = namespace.Entra
	}
	return to
}()

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return strings.ToLower(host)
}

// Address implements nameserver.Names.
func (n *names) Address(name string) netip.Addr {
	address := led[name]
	if strings.HasSuffix(name, exchangerSuffix) {
		address = namespace.Exchanger
	}
	if address.IsValid() && n.all.IsValid() {
		return n.all
	}
	return address
}

// Exchangers implements nameserver.Names: those of the organizations' domains.
func (n *names) Exchangers(domain string) []string {
	bench := n.bench.Load()
	if bench == nil {
		return nil
	}
	for _, t := range bench.Entra.Tenants() {
		if !t.Personal && slices.Contains(t.Domains, domain) {
			return []string{exchangerOf(domain)}
		}
	}
	return nil
}

// Fails implements nameserver.Names: the fault no-name of the network, which is met by clients from outside here.
func (n *names) Fails(name string) bool {
	bench := n.bench.Load()
	return bench != nil && !bench.Network.Resolves(name)
}

// Asked implements nameserver.Names.
func (n *names) Asked(name, kind, answer string) {
	bench := n.bench.Load()
	if bench == nil {
		return
	}
	bench.Journal.Append(journal.Entry{
		Party: cmp.Or(n.party, programParty), Kind: journal.KindNote,
		Text: journal.Plain(fmt.Sprintf("asks for %s of %s: %s", kind, name, answer)),
	})
}
