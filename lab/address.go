package lab

import (
	"errors"
	"fmt"
	"net/netip"
)

// ErrNoAddress: all addresses of the printers' network are taken.
var ErrNoAddress = errors.New("the printers' network has no address left")

// The printers' network: the first printers are in TEST-NET-1 (RFC 5737), up to an address that no router or broadcast
// has; the further ones in the range for benchmarks (RFC 2544).
const (
	firstAddress = 10
	lastAddress  = 249
)

var (
	testNet   = netip.MustParsePrefix("192.0.2.0/24")
	benchmark = netip.MustParsePrefix("198.18.0.0/15")
)

// addressOf is the IP address of a printer, counted from 0.
func addressOf(printer int) (string, error) {
	const few = lastAddress - firstAddress + 1
	network, host := testNet, firstAddress+printer
	if printer >= few {
		network, host = benchmark, printer-few+1
	}
	if last := 1<<(32-network.Bits()) - 2; host > last { // the very last one is the broadcast
		return "", fmt.Errorf("a bench has %d printers at most: %w", few+last, ErrNoAddress)
	}
	bytes := network.Addr().As4()
	bytes[1] += byte(host >> 16)
	bytes[2] += byte(host >> 8)
	bytes[3] += byte(host)
	return netip.AddrFrom4(bytes).String(), nil
}
