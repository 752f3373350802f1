package sim

import (
	"context"
	"net"

	"mfpsim/sim/models"
	"mfpsim/sim/settings"
)

// networkOf is the standard network as it is set.
func (p *Printer) networkOf(s settings.Network) models.Network {
	n := p.model.Network
	if s.DeviceName != "" {
		n.DeviceName = s.DeviceName
	}
	if s.ManualDNS {
		n.PrimaryDNS, n.SecondaryDNS = s.PrimaryDNS, s.SecondaryDNS
	}
	if s.Domain != "" {
		n.Domain = s.Domain
	}
	return n
}

// hostNameOf is the DNS host name: the device name that is set, or the model's with the end of the serial number.
func (p *Printer) hostNameOf(live *powered) string {
	if name := live.memory.settings().Network.DeviceName; name != "" {
		return name
	}
	return p.hostName
}

func (p *Printer) domainOf(live *powered) string {
	return p.networkOf(live.memory.settings().Network).Domain
}

// httpsPort is what goes through the proxy; mail is sent past it.
const httpsPort = "443"

// dial connects: the name is resolved by the DNS servers that are set, and HTTPS goes through the proxy that is set.
func (p *Printer) dial(ctx context.Context, s settings.Settings, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if s.Proxy.Use && port == httpsPort {
		return p.dialProxy(ctx, s, network, address)
	}
	if !p.resolves(s.Network, host) {
		return nil, noAnswer(host)
	}
	return p.config.Dialer.DialContext(ctx, network, address)
}
