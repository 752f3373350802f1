package sim

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/netip"
	"slices"

	"mfpsim/sim/settings"
)

// roots returns the root certificates that the printer trusts at this moment: those of its version of the maker's
// store, and the CA certificates that were imported.
func (p *Printer) roots(live *powered) *x509.CertPool {
	kept := live.memory.settings()
	if p.config.Roots != nil {
		base := p.config.Roots()
		if len(kept.Authorities) == 0 {
			return base
		}
		return withAuthorities(base.Clone(), kept)
	}
	if known := live.trusted.Load(); known != nil {
		return known
	}
	pool := x509.NewCertPool()
	for _, c := range p.store(live, kept) {
		pool.AddCert(c)
	}
	pool = withAuthorities(pool, kept)
	live.trusted.Store(pool)
	return pool
}

// store is the maker's store of root certificates in the printer's version of it.
func (p *Printer) store(live *powered, kept settings.Settings) (roots []*x509.Certificate) {
	if kept.Roots > live.firmware.RootCertificateVersion {
		for _, der := range kept.RootCertificates {
			if root, err := x509.ParseCertificate(der); err == nil {
				roots = append(roots, root)
			}
		}
		return roots
	}
	store, ok := p.model.RootStore(live.firmware.RootCertificateVersion)
	if !ok {
		return nil
	}
	for _, name := range store.Roots {
		if authority := p.config.Network.Root(name); authority != nil {
			block, _ := pem.Decode(authority.PEM())
			if root, err := x509.ParseCertificate(block.Bytes); err == nil {
				roots = append(roots, root)
			}
		}
	}
	return roots
}

// rootsPEM are the certificates of [Printer.roots] as a file has them, for a core that makes TLS itself.
func (p *Printer) rootsPEM(live *powered) []byte {
	kept := live.memory.settings()
	var file []byte
	for _, c := range append(p.store(live, kept), kept.Certificates()...) {
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return file
}

func withAuthorities(pool *x509.CertPool, s settings.Settings) *x509.CertPool {
	for _, c := range s.Certificates() {
		pool.AddCert(c)
	}
	return pool
}

// rootsOf is the version of the root certificates: that of the last update, or the firmware's where it is newer.
func rootsOf(s settings.Settings, live *powered) string {
	return max(s.Roots, live.firmware.RootCertificateVersion)
}

// resolves reports whether the printer finds the address of a host: it asks the DNS servers that are set, and only that
// of its own network answers on the bench.
func (p *Printer) resolves(s settings.Network, host string) bool {
	own := p.model.Network
	return p.answers(
		host, s.ManualDNS, []string{s.PrimaryDNS, s.SecondaryDNS}, []string{own.PrimaryDNS, own.SecondaryDNS},
	)
}

// answers reports whether one of the DNS servers that are set by hand is one of the network's own.
func (p *Printer) answers(host string, manual bool, set, own []string) bool {
	if _, err := netip.ParseAddr(host); err == nil || !manual {
		return true
	}
	return slices.ContainsFunc(set, func(server string) bool { return server != "" && slices.Contains(own, server) })
}

// noAnswer is the error of a name that no DNS server answers for.
func noAnswer(host string) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no answer", Name: host, IsTimeout: true}}
}
