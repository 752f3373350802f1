package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"syscall"
	"text/tabwriter"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/lab"
	"mfpsim/nameserver"
)

// lanParty is who asks for names, in the record.
const lanParty = "network"

// namePort is where names are asked for (RFC 1035 section 4.2).
const namePort = 53

// unserved is the name server of a bench that has none.
type unserved struct{}

func (unserved) Close() error { return nil }

// network lets a bench serve the devices of a network, if it is to, and answers for its names.
func (c *serveCommand) network(s *streams, config *serve.Config) (io.Closer, error) {
	if c.LAN == "" {
		if c.LANDNS != "" {
			return nil, usage("--lan-dns %s: without --lan there is no name server", c.LANDNS)
		}
		return unserved{}, nil
	}
	var bench atomic.Pointer[lab.Lab]
	server, err := answerForNames(c.LAN, c.LANDNS, &bench)
	if err != nil {
		return nil, err
	}
	config.Host, config.Lab, config.AskForNames = c.LAN, bench.Store, true
	for port, real := range map[*int]int{&config.Ports.Entra: 443, &config.Ports.SMTP: 587, &config.Ports.MX: 25} {
		if *port == 0 {
			*port = real
		}
	}
	config.Ready = func(e serve.Endpoints) { tellDevices(s, c.JSON, c.LAN, e) }
	return server, nil
}

// answerForNames opens the name server of a network at an address of this machine. bench is the one of now.
func answerForNames(lan, dns string, bench *atomic.Pointer[lab.Lab]) (io.Closer, error) {
	address, err := netip.ParseAddr(lan)
	if err != nil || !address.Is4() || address.IsUnspecified() {
		return nil, usage("--lan %s: name the IPv4 address of this machine in the network of the devices", lan)
	}
	others := nameserver.Refused
	if dns != "" {
		if _, err := netip.ParseAddrPort(dns); err != nil {
			return nil, usage("--lan-dns %s: write address and port, as in 192.168.1.1:53", dns)
		}
		others = nameserver.PassedOn(dns)
	}
	at := net.JoinHostPort(lan, strconv.Itoa(namePort))
	packets, err := net.ListenPacket("udp4", at)
	if err != nil {
		return nil, lanRefused(err, at)
	}
	streams, err := net.Listen("tcp4", at)
	if err != nil {
		return nil, errors.Join(lanRefused(err, at), packets.Close())
	}
	return nameserver.Serve(packets, streams, &names{bench: bench, all: address, party: lanParty}, others), nil
}

// lanRefused says why a port of the network could not be opened.
func lanRefused(err error, at string) error {
	switch {
	case errors.Is(err, syscall.EACCES):
		return usage("--lan: %s is one of root's ports; run it as root, or give the program the right: setcap cap_net_bind_service=+ep", at)
	case errors.Is(err, syscall.EADDRINUSE):
		return usage("--lan: %s is taken; another name server runs here, for example that of systemd-resolved or of a virtual network", at)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return usage("--lan %s: this machine does not have that address", at)
	}
	return usage("--lan: %w", err)
}

// tellDevices says how a device is brought to the bench.
func tellDevices(s *streams, asJSON bool, address string, e serve.Endpoints) {
	out := io.Writer(strict{s.out})
	if asJSON { // standard output has one line
		out = s.err
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "\nOn the device:\n")
	_, _ = fmt.Fprintf(t, "1. DNS server\t%s, and no other\n", address)
	_, _ = fmt.Fprintf(t, "2. CA certificate to import\t%s/authority.der or /authority.pem (with the token)\n", e.Control)
	_, _ = fmt.Fprintf(t, "3. Date and time\tthose of this machine: certificates and codes go by them\n")
	_, _ = fmt.Fprintf(t, "4. Mail server\tsmtp.office365.com, port 587, STARTTLS; port 465 is closed, as at Microsoft's\n")
	_ = t.Flush()
	_, _ = fmt.Fprintf(out, "A person signs in at https://login.microsoftonline.com/device, on a computer with the same DNS server and CA.\n")
}
