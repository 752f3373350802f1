package namespace

import "net/netip"

// Config says what a program finds in its namespaces.
type Config struct {
	// TrustFiles are further files that hold authorities, such as certifi's cacert.pem: the bench's is laid over each.
	TrustFiles []string
	// UserNamespace makes one where the rights are there to go without. It is made by itself where they are not.
	UserNamespace bool
	// Doors are what to listen on inside, TCP.
	Doors []netip.AddrPort
}

// Addresses in the machine's own namespaces, where the program runs beside others.
var (
	EntraBeside      = netip.MustParseAddr("127.18.0.1")
	SubmissionBeside = netip.MustParseAddr("127.18.0.2")
	ExchangerBeside  = netip.MustParseAddr("127.18.0.3")
)

// Addresses inside. Each cloud has one of its own, and none is a loopback address: some programs look whether the
// network has others, and take names for not resolvable if not.
var (
	Entra      = netip.MustParseAddr("198.18.0.1") // RFC 2544: for benches
	Submission = netip.MustParseAddr("198.18.0.2")
	Exchanger  = netip.MustParseAddr("198.18.0.3")
	Control    = netip.MustParseAddr("198.18.0.4")
	NameServer = netip.MustParseAddr("198.18.0.53") // where connections are turned; inside it is the loopback
)
