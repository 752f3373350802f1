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

// mailOnAdditional reports whether mail is sent from the additional network.
func (p *Printer) mailOnAdditional(s settings.Settings) bool {
	return p.model.AdditionalNetwork != nil && s.EmailOnAdditional
}

// attach lets the printer's place on the additional network follow its settings.
func (p *Printer) attach(live *powered) {
	if p.model.AdditionalNetwork != nil && p.config.OnAdditional != nil {
		p.config.OnAdditional(live.memory.settings().Additional.Use)
	}
}

// resolvesFor reports whether the DNS servers of the network that an address is reached from answer for its name: mail
// goes from the network of the email server, all else, and faxes, from the standard one.
func (p *Printer) resolvesFor(ctx context.Context, s settings.Settings, host, port string) bool {
	if more := p.model.AdditionalNetwork; p.mailOnAdditional(s) && !isFax(ctx) && port != httpsPort &&
		port != timePort {
		set := s.Additional
		return p.answers(host, set.ManualDNS, []string{set.PrimaryDNS, set.SecondaryDNS},
			[]string{more.PrimaryDNS, more.SecondaryDNS})
	}
	return p.resolves(s.Network, host)
}

// dial connects: the name is resolved by the DNS servers that are set, and HTTPS goes through the proxy that is set.
func (p *Printer) dial(ctx context.Context, s settings.Settings, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if s.Proxy.Use && port == httpsPort {
		return p.dialProxy(ctx, s, network, address)
	}
	if !p.resolvesFor(ctx, s, host, port) {
		return nil, noAnswer(host)
	}
	return p.config.Dialer.DialContext(ctx, network, address)
}
