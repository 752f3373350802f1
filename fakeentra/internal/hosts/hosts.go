// Package hosts names the hosts under which Microsoft's side of a sign-in is reached.
package hosts

import (
	"net"
	"strings"
)

// Party is the name under which the fake appears in the journal, in the network and among the clocks.
const Party = "entra"

// MutualTLS is the host of the token endpoint for clients that show a certificate: its name is in the sources of every
// MSAL. Certificates of clients are not looked at here; it answers as the others do.
const MutualTLS = "mtlsauth.microsoft.com"

// Names returns the host names, with ports, under which Microsoft's side of a sign-in is reached; whoever owns the
// network routes them to the fake.
func Names() []string {
	return []string{
		"login.microsoftonline.com:443", "login.windows.net:443", "sts.windows.net:443",
		"login.microsoft.com:443", "microsoft.com:443", "www.microsoft.com:443",
		"graph.microsoft.com:443", // the userinfo endpoint that the configuration names
		MutualTLS + ":443",
	}
}

// Of cuts the port off a host.
func Of(address string) string {
	if !strings.Contains(address, ":") {
		return address
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// realHosts are the names that mean Microsoft's own service; issuers under them name login.microsoftonline.com.
var realHosts = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range Names() {
		m[Of(name)] = true
	}
	return m
}()

// Microsofts reports whether a host is one of them.
func Microsofts(host string) bool { return realHosts[strings.ToLower(Of(host))] }
