// Package settings has what an administrator sets in Web Config beside the email server: network, proxy, date and time,
// certificates. It checks what is typed; the printer keeps it in its memory and acts by it.
//
// Limits are data of the model, with their marks (docs/reference/printer.md §2.1, §2.5).
package settings

import (
	"crypto/x509"
	"net/netip"
	"strings"
	"time"

	"mfpsim/core/mail"
	"mfpsim/sim/models"
)

// Settings are stored as a whole. The zero value is that of a new printer.
type Settings struct {
	Network Network `json:"network,omitzero"`
	// Additional is the additional network, on models that have one (guide rule R12).
	Additional Additional `json:"additional,omitzero"`
	// EmailOnAdditional: mail is sent from the additional network, which has no OAuth2; else from the standard one.
	EmailOnAdditional bool  `json:"emailOnAdditional,omitempty"`
	Proxy             Proxy `json:"proxy,omitzero"`
	Date              Date  `json:"date,omitzero"`
	// Notification is on models that have Email Notification.
	Notification Notification `json:"notification,omitzero"`
	// PrintAdmin is on models that have Print Admin Serverless.
	PrintAdmin PrintAdmin `json:"printAdmin,omitzero"`
	// FaxServer is on models that have one (guide rule R28).
	FaxServer FaxServer `json:"faxServer,omitzero"`
	// Authorities are the CA certificates that were imported, as DER.
	Authorities [][]byte `json:"authorities,omitempty"`
	// Roots is the version of the root certificates; empty: that of the firmware.
	Roots string `json:"roots,omitempty"`
	// RootCertificates are those of that version, as DER: what the maker's server gave.
	RootCertificates [][]byte `json:"rootCertificates,omitempty"`
	// Verifier tells the administrator's password from others without holding it; empty: the initial password.
	Verifier string `json:"verifier,omitempty"`
}

// Network is what can be set of the standard network. Empty fields stand for the model's own values.
type Network struct {
	DeviceName   string `json:"deviceName,omitempty"`
	ManualDNS    bool   `json:"manualDNS,omitempty"`
	PrimaryDNS   string `json:"primaryDNS,omitempty"`   // IPv4; with ManualDNS
	SecondaryDNS string `json:"secondaryDNS,omitempty"` // likewise; may be empty
	Domain       string `json:"domain,omitempty"`
}

// Additional is what can be set of the additional network. A new printer does not use it.
type Additional struct {
	Use          bool   `json:"use,omitempty"`
	ManualDNS    bool   `json:"manualDNS,omitempty"`
	PrimaryDNS   string `json:"primaryDNS,omitempty"`   // IPv4; with ManualDNS
	SecondaryDNS string `json:"secondaryDNS,omitempty"` // likewise; may be empty
}

// Check returns what is wrong with the settings of the additional network.
func (a Additional) Check() []Problem {
	if !a.ManualDNS {
		return nil
	}
	return checkDNS(a.PrimaryDNS, a.SecondaryDNS)
}

// checkDNS returns what is wrong with the addresses of DNS servers.
func checkDNS(primary, secondary string) []Problem {
	var bad []Problem
	if why := address(primary, true); why != "" {
		bad = append(bad, Problem{"primary-dns-server", why})
	}
	if why := address(secondary, false); why != "" {
		bad = append(bad, Problem{"secondary-dns-server", why})
	}
	return bad
}

// Proxy is the proxy server, which carries HTTPS only: mail is sent past it.
type Proxy struct {
	Use      bool   `json:"use,omitempty"`
	Server   string `json:"server,omitempty"`
	Port     int    `json:"port,omitempty"`
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"` // sealed with the printer's own key
}

// Date is how the printer shows the time, and where it gets it from.
type Date struct {
	Difference int    `json:"difference,omitempty"` // minutes east of UTC, without daylight saving
	Saving     bool   `json:"saving,omitempty"`     // daylight saving: one hour more
	UseServer  bool   `json:"useServer,omitempty"`
	Server     string `json:"server,omitempty"`
	Interval   int    `json:"interval,omitempty"` // minutes between two questions to the time server
}

// Location is the zone of the printer's wall clock.
func (d Date) Location() *time.Location {
	minutes := d.Difference
	if d.Saving {
		minutes += 60
	}
	if minutes == 0 {
		return time.UTC
	}
	return time.FixedZone("", minutes*60)
}

// Certificates are the CA certificates that were imported, oldest first.
func (s Settings) Certificates() []*x509.Certificate {
	var list []*x509.Certificate
	for _, der := range s.Authorities {
		if c, err := x509.ParseCertificate(der); err == nil {
			list = append(list, c)
		}
	}
	return list
}

// Problem is a field that cannot be stored.
type Problem struct {
	Field string // a label's name
	Why   mail.Problem
}

// Check returns what is wrong with the settings of the network.
func (n Network) Check(limits models.NetworkLimits) []Problem {
	var bad []Problem
	add := func(field string, why mail.Problem) {
		if why != "" {
			bad = append(bad, Problem{field, why})
		}
	}
	add("device-name", word(n.DeviceName, limits.NameMaximum, false))
	if n.ManualDNS {
		bad = append(bad, checkDNS(n.PrimaryDNS, n.SecondaryDNS)...)
	}
	add("dns-domain-name", word(n.Domain, limits.DomainMaximum, true))
	return bad
}

// Check returns what is wrong with the proxy. A password is checked before it is sealed, by [Printable].
func (p Proxy) Check(limits models.NetworkLimits) []Problem {
	if !p.Use {
		return nil
	}
	var bad []Problem
	add := func(field string, why mail.Problem) {
		if why != "" {
			bad = append(bad, Problem{field, why})
		}
	}
	if p.Server == "" {
		add("proxy-server", mail.ProblemMissing)
	} else {
		add("proxy-server", word(p.Server, limits.ProxyMaximum, true))
	}
	if p.Port < 1 || p.Port > 65535 {
		add("proxy-server-port", mail.ProblemRange)
	}
	add("proxy-server-user", Printable(p.User, limits.ProxyMaximum))
	return bad
}

// Check returns what is wrong with the time server.
func (d Date) Check(limits models.DateLimits) []Problem {
	var bad []Problem
	if !d.UseServer {
		return nil
	}
	switch why := word(d.Server, limits.ServerMaximum, true); {
	case d.Server == "":
		bad = append(bad, Problem{"time-server-address", mail.ProblemMissing})
	case why != "" && !isIPv6(d.Server):
		bad = append(bad, Problem{"time-server-address", why})
	}
	if d.Interval < limits.IntervalMinimum || d.Interval > limits.IntervalMaximum {
		bad = append(bad, Problem{"update-interval", mail.ProblemRange})
	}
	return bad
}

// Password returns what is wrong with a new administrator password: its length, or a sign that is no single-byte
// letter, digit or symbol.
func Password(typed string, rules models.Administrator) mail.Problem {
	for _, c := range []byte(typed) {
		if c <= 0x20 || c > 0x7E {
			return mail.ProblemCharacter
		}
	}
	if len(typed) < rules.PasswordMinimum || len(typed) > rules.PasswordMaximum {
		return mail.ProblemRange
	}
	return ""
}

// Printable checks a text of ASCII 0x20 to 0x7E.
func Printable(s string, limit int) mail.Problem {
	if len(s) > limit {
		return mail.ProblemTooLong
	}
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7E {
			return mail.ProblemCharacter
		}
	}
	return ""
}

// word checks a name of letters, digits and hyphens, with dots where it is that of a host or domain.
func word(s string, limit int, dots bool) mail.Problem {
	if len(s) > limit {
		return mail.ProblemTooLong
	}
	for _, c := range []byte(s) {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-'
		if !letter && (!dots || c != '.') {
			return mail.ProblemCharacter
		}
	}
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, ".") {
		return mail.ProblemCharacter
	}
	return ""
}

func address(s string, needed bool) mail.Problem {
	if s == "" && !needed {
		return ""
	}
	if s == "" {
		return mail.ProblemMissing
	}
	if ip, err := netip.ParseAddr(s); err != nil || !ip.Is4() {
		return mail.ProblemCharacter
	}
	return ""
}

func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is6() && ip.Zone() == ""
}
