// Package facts has what a simulated printer knows about itself, in the form in which it is shown. Panel, Web Config
// and status sheet all take it from here, so that they cannot disagree.
package facts

import (
	"slices"
	"strconv"
	"time"

	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/settings"
)

// Facts is one snapshot of a printer.
type Facts struct {
	Model    *models.Model
	Firmware models.Firmware
	Serial   string
	MAC      string
	Address  string            // IP address on the standard network
	Further  string            // IP address on the additional network
	HostName string            // DNS host name
	Now      time.Time         // by the printer's own clock, in its own time zone
	Standard models.Network    // the standard network; empty: as the model has it
	Settings settings.Settings // beside the email server
	// RootsVersion is the version of the root certificates.
	RootsVersion string
	Email        Email
	Fax          Email // the fax server's own
}

// Email is what is stored of the email server settings: never a password.
type Email struct {
	Method              string // value of Authentication Method
	Service             string // OAuth2 only
	SignedIn            bool   // a sign-in is stored
	Account             string
	Sender              string
	Server              string
	Port                int
	Security            string // "None", "SSL/TLS", "STARTTLS"
	ValidateCertificate bool
	POP3Server          string
	POP3Port            int
}

// Row is a label and its value.
type Row struct{ Label, Value string }

// String gives the row as screens and sheet show it.
func (r Row) String() string {
	if r.Value == "" {
		return r.Label + " : -"
	}
	return r.Label + " : " + r.Value
}

// Value is the label of a value that the locale table knows ("Off", "None", "Enable"), else the value itself.
func Value(texts *locale.Texts, english string) string {
	if words, ok := texts.Translate(english); ok {
		return words
	}
	return english
}

// HasAdditional reports whether the model has an additional network (guide rule R12).
func (f Facts) HasAdditional() bool { return f.Model.AdditionalNetwork != nil }

// EmailOnAdditional reports whether mail is sent from the additional network.
func (f Facts) EmailOnAdditional() bool { return f.HasAdditional() && f.Settings.EmailOnAdditional }

// Methods are the values of Authentication Method that can be chosen: those of the firmware (R6) which the network of
// the email server does (R12).
func (f Facts) Methods() []string {
	if !f.EmailOnAdditional() {
		return f.Firmware.AuthenticationMethods
	}
	return slices.DeleteFunc(
		slices.Clone(f.Firmware.AuthenticationMethods), func(m string) bool { return m == models.MethodOAuth2 },
	)
}

// EmailNetwork is the name of the network's label that mail is sent from.
func (f Facts) EmailNetwork() string {
	if f.EmailOnAdditional() {
		return additionalNetwork
	}
	return "standard-network"
}

// EmailServer are the email server settings as panel and sheet show them (guide rules R26, R27). Without a stored
// sign-in there is no account and no Current Status under OAuth2.
func (f Facts) EmailServer(texts *locale.Texts) []Row {
	var rows []Row
	if f.HasAdditional() {
		rows = append(rows, Row{texts.Label("network"), texts.Label(f.EmailNetwork())})
	}
	return append(rows, f.Email.rows(texts)...)
}

func (e Email) rows(texts *locale.Texts) []Row {
	rows := []Row{{texts.Label("authentication-method"), Value(texts, e.Method)}}
	switch {
	case e.Method == models.MethodOAuth2:
		rows = append(rows, Row{texts.Label("email-service"), Value(texts, e.Service)})
		if e.SignedIn {
			rows = append(
				rows, Row{texts.Label("current-status"), texts.Label("signed-in")},
				Row{texts.Label("authenticated-account"), e.Account},
			)
		}
	case e.Method != models.MethodOff:
		rows = append(rows, Row{texts.Label("authenticated-account"), e.Account})
	}
	rows = append(rows,
		Row{texts.Label("sender-address"), e.Sender},
		Row{texts.Label("smtp-server-address"), e.Server},
		Row{texts.Label("smtp-server-port"), port(e.Port)},
		Row{texts.Label("secure-connection"), Value(texts, e.Security)},
		Row{texts.Label("certificate-validation"), enabled(texts, e.ValidateCertificate)})
	if e.Method == models.MethodPOPBeforeSMTP {
		rows = append(
			rows, Row{texts.Label("pop3-server-address"), e.POP3Server},
			Row{texts.Label("pop3-server-port"), port(e.POP3Port)},
		)
	}
	return rows
}

// Network is the state of the standard network, in the order of Web Config's Network Status page
// (docs/reference/printer.md §2.6).
func (f Facts) Network(texts *locale.Texts) []Row {
	n := f.standard()
	servers := "auto"
	if f.Settings.Network.ManualDNS {
		servers = "manual"
	}
	proxy := "do-not-use"
	if f.Settings.Proxy.Use {
		proxy = "use"
	}
	return []Row{
		{texts.Label("device-name"), n.DeviceName},
		{texts.Label("connection-status"), n.ConnectionStatus},
		{texts.Label("obtain-ip-address"), Value(texts, n.ObtainAddress)},
		{texts.Label("ip-address"), f.Address},
		{texts.Label("subnet-mask"), n.SubnetMask},
		{texts.Label("default-gateway"), n.DefaultGateway},
		{texts.Label("dns-server-setting"), texts.Label(servers)},
		{texts.Label("primary-dns-server"), n.PrimaryDNS},
		{texts.Label("secondary-dns-server"), n.SecondaryDNS},
		{texts.Label("dns-host-name"), f.HostName},
		{texts.Label("dns-domain-name"), n.Domain},
		{texts.Label("proxy-server-setting"), texts.Label(proxy)},
		{texts.Label("ipv6-setting"), texts.Label("disable")},
		{texts.Label("mac-address"), f.MAC},
	}
}

// Additional is the state of the additional network, in the order of [Facts.Network]; of one that is not used only
// that. Empty on a model that has none.
func (f Facts) Additional(texts *locale.Texts) []Row {
	n, set := f.Model.AdditionalNetwork, f.Settings.Additional
	if n == nil {
		return nil
	}
	if !set.Use {
		return []Row{{texts.Label(additionalNetwork), texts.Label("do-not-use")}}
	}
	servers, primary, secondary := "auto", n.PrimaryDNS, n.SecondaryDNS
	if set.ManualDNS {
		servers, primary, secondary = "manual", set.PrimaryDNS, set.SecondaryDNS
	}
	return []Row{
		{texts.Label(additionalNetwork), texts.Label("use")},
		{texts.Label("connection-status"), n.ConnectionStatus},
		{texts.Label("obtain-ip-address"), Value(texts, n.ObtainAddress)},
		{texts.Label("ip-address"), f.Further},
		{texts.Label("subnet-mask"), n.SubnetMask},
		{texts.Label("default-gateway"), n.DefaultGateway},
		{texts.Label("dns-server-setting"), texts.Label(servers)},
		{texts.Label("primary-dns-server"), primary},
		{texts.Label("secondary-dns-server"), secondary},
	}
}

// standard is the standard network; that of the model where nothing is set.
func (f Facts) standard() models.Network {
	if f.Standard == (models.Network{}) {
		return f.Model.Network
	}
	return f.Standard
}

// Product is who the printer is.
func (f Facts) Product(texts *locale.Texts) []Row {
	return []Row{
		{texts.Label("model"), f.Model.Name},
		{texts.Label("serial-number"), f.Serial},
		{texts.Label("firmware"), f.Firmware.Version},
		{texts.Label("root-certificate-version"), max(f.RootsVersion, f.Firmware.RootCertificateVersion)},
		{texts.Label("mac-address"), f.MAC},
		{texts.Label("date-and-time"), texts.Clock(f.Now)},
	}
}

// Names of all rows of the email server settings, and of the additional network, at once.
const (
	emailServer       = "email-server"
	additionalNetwork = "additional-network"
)

// Rows returns facts by the names of their labels, in the order of the names; "email-server" are all of the email
// server settings, "additional-network" all of that network, "fax-server" all of the fax server's. What the printer has
// no moving value of has the one of the model ([models.Sheet]).
func (f Facts) Rows(texts *locale.Texts, names []string) []Row {
	var rows []Row
	known := append(f.Product(texts), f.Network(texts)...)
	known = append(known,
		Row{texts.Label("dns-host-name-setting"), manual(texts, f.Settings.Network.DeviceName != "")},
		Row{texts.Label("dns-domain-name-setting"), manual(texts, f.Settings.Network.Domain != "")},
	)
	for _, name := range names {
		switch name {
		case emailServer:
			rows = append(rows, f.EmailServer(texts)...)
			continue
		case additionalNetwork:
			rows = append(rows, f.Additional(texts)...)
			continue
		case faxServer:
			rows = append(rows, f.FaxServer(texts)...)
			continue
		}
		label := texts.Label(name)
		row := Row{Label: label}
		if i := slices.IndexFunc(known, func(r Row) bool { return r.Label == label }); i >= 0 {
			row = known[i]
		} else if value := f.Model.Sheet.States[name]; value != "" {
			row.Value = texts.Label(value)
		}
		rows = append(rows, row)
	}
	return rows
}

// manual says whether somebody has set what is otherwise found out.
func manual(texts *locale.Texts, set bool) string {
	if set {
		return texts.Label("manual")
	}
	return texts.Label("auto")
}

func port(number int) string {
	if number == 0 {
		return ""
	}
	return strconv.Itoa(number)
}

func enabled(texts *locale.Texts, on bool) string {
	if on {
		return texts.Label("enable")
	}
	return texts.Label("disable")
}
