package main

import (
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

// names are those of the bench, for a program inside.
type names struct{ bench *atomic.Pointer[lab.Lab] } // another one after a reset

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

// Address implements namespace.Names.
func (n *names) Address(name string) netip.Addr {
	if strings.HasSuffix(name, exchangerSuffix) {
		return namespace.Exchanger
	}
	return led[name]
}

// Exchangers implements namespace.Names: those of the organizations' domains.
func (n *names) Exchangers(domain string) []string {
	for _, t := range n.bench.Load().Entra.Tenants() {
		if !t.Personal && slices.Contains(t.Domains, domain) {
			return []string{exchangerOf(domain)}
		}
	}
	return nil
}

// Asked implements namespace.Names.
func (n *names) Asked(name, kind, answer string) {
	n.bench.Load().Journal.Append(journal.Entry{
		Party: programParty, Kind: journal.KindNote, Text: journal.Plain(fmt.Sprintf("asks for %s of %s: %s", kind, name, answer)),
	})
}
