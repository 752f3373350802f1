package namespace

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// bringUp brings the network of a new namespace up: loopback, and an interface with the addresses, whose other end is
// here too. There is no way out. Where the kernel has no such interfaces the addresses are loopback's.
func bringUp(addresses []netip.Addr) error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("no loopback interface inside: %w", err)
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return fmt.Errorf("the loopback interface inside cannot be used: %w", err)
	}
	link := ethernet()
	if link == nil {
		link = loopback
	}
	for _, address := range addresses {
		if err := netlink.AddrAdd(link, &netlink.Addr{
			IPNet: &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(24, 32)},
		}); err != nil {
			return fmt.Errorf("no address %s inside: %w", address, err)
		}
	}
	return nil
}

// ethernet makes a pair of interfaces and returns one that is up; nil where that is refused.
func ethernet() netlink.Link {
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "far0"}
	if netlink.LinkAdd(pair) != nil {
		return nil
	}
	for _, name := range []string{"far0", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil || netlink.LinkSetUp(link) != nil {
			return nil
		}
	}
	return pair
}
