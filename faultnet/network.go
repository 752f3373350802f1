package faultnet

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Outside names the party that a connection belongs to when nobody of the bench dialled it.
const Outside = "outside"

// private are the addresses that only parties of the same network reach (guide rule R13): TEST-NET-1 (RFC 5737), in
// which the bench's first printers live, the range for benchmarks (RFC 2544), which has room for many, and the shared
// range of carriers (RFC 6598), in which additional networks are.
var private = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("100.64.0.0/10"),
}

// Config says what a network is made of.
type Config struct {
	World   *vtime.World     // required
	Journal *journal.Journal // where faults and exchanges are recorded; nil: nowhere
	Seed    uint64           // decides the certificates' keys and the jitter
	Latency time.Duration    // virtual time from a request complete to the server's act; default 0
	Jitter  time.Duration    // at most so much more, drawn for each visit; default 0
	// Dated gives the certificates of a flowing World dates of their own time; else they hold at any date from 2001 on.
	Dated bool
}

// Network connects the parties of one bench. Create it with [New]; all methods are safe for concurrent use.
type Network struct {
	world     *vtime.World
	journal   *journal.Journal
	seed      uint64
	latency   time.Duration
	jitter    time.Duration
	clock     *vtime.Clock
	authority *Authority
	stranger  *Authority
	newer     *Authority  // its root is known to nobody yet
	points    func(Point) // told each write; nil: nobody asks
	beyond    *beyond     // the bench is in another process; nil: it is here

	linking sync.Mutex // held from dial to note, and by the server's look-up
	noted   map[string]*link

	mu       sync.Mutex
	routes   map[string]route           // by "host:port"
	hosts    map[string]bool            // host names and addresses that have a route
	targets  map[string]route           // by loopback address, for parties that dial a listener's own address
	networks map[string]map[string]bool // party -> networks joined
	places   map[string]string          // address -> network, see [Network.Place]
	counts   map[string]int             // party -> connections so far
	open     []*link                    // dialled and not yet closed, in order
	faults   []*armed
	literals map[string]alias // addresses of hosts that have a [DeadAddress]
	aliases  []string         // see SetAliases
}

// route is where a name leads.
type route struct {
	party    string
	target   string    // loopback address
	listener *listener // nil: somebody else's listener
}

// New returns a network without parties. It makes every context of the World carry the trace that renews the turn of a
// keep-alive connection.
func New(config Config) *Network {
	n := &Network{
		world: config.World, journal: config.Journal, seed: config.Seed, latency: config.Latency, jitter: config.Jitter,
		clock:    config.World.Clock("network"),
		noted:    map[string]*link{},
		routes:   map[string]route{},
		hosts:    map[string]bool{},
		targets:  map[string]route{},
		networks: map[string]map[string]bool{},
		places:   map[string]string{},
		counts:   map[string]int{},
		literals: map[string]alias{},
	}
	from, until := validity(config)
	n.authority = sharedAuthority("mfpsim lab CA", config.Seed, from, until)
	n.stranger = sharedAuthority("mfpsim stranger CA", config.Seed, from, until)
	n.newer = sharedAuthority("mfpsim lab CA G2", config.Seed, from, until)
	config.World.Decorate(renewTurn)
	config.World.Explain(n.Waiting)
	return n
}

// validity is that of all certificates: of a stepped bench from a year before its start, so that a printer in the year
// 2000 refuses them; of a flowing one for any date but those of the year 2000, or, dated, from the year before.
func validity(config Config) (from, until time.Time) {
	switch world := config.World; {
	case world.Stepped():
		from = world.Start().AddDate(-1, 0, 0).Truncate(time.Second)
		return from, from.AddDate(10, 0, 0)
	case config.Dated:
		from = time.Date(world.Start().Year()-1, 1, 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(10, 0, 0)
	}
	return time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC)
}

// World returns the World that the network lives in.
func (n *Network) World() *vtime.World { return n.world }

// Authority returns the lab's certificate authority, which the parties trust.
func (n *Network) Authority() *Authority { return n.authority }

// The names of the public authorities, as lists of root certificates have them.
const (
	RootG1 = "Bench Root G1" // of all servers
	RootG2 = "Bench Root G2" // the newer one that a fault [NewRoot] presents
)

// Root returns a public authority by its name; nil if there is none of that name.
func (n *Network) Root(name string) *Authority {
	switch name {
	case RootG1:
		return n.authority
	case RootG2:
		return n.newer
	}
	return nil
}

// Stranger returns the authority that nobody trusts; it signs what [Untrusted] presents.
func (n *Network) Stranger() *Authority { return n.stranger }

// Newer returns the authority of [NewRoot]: a client that gets its root trusts what the fault presents.
func (n *Network) Newer() *Authority { return n.newer }

// Listen opens a loopback listener for a party and routes addresses ("login.microsoftonline.com:443", "192.0.2.10:443")
// to it.
func (n *Network) Listen(party string, addresses ...string) (net.Listener, error) {
	l, err := n.listen(party, addresses...)
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (n *Network) listen(party string, addresses ...string) (*listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a listener for %s: %w", party, err)
	}
	return n.adopt(party, l, addresses...), nil
}

// Adopt takes a listener that somebody else opened into the network, as if [Network.Listen] had opened it. The returned
// one is to be used in its place.
func (n *Network) Adopt(party string, l net.Listener, addresses ...string) net.Listener {
	return n.adopt(party, l, addresses...)
}

func (n *Network) adopt(party string, l net.Listener, addresses ...string) *listener {
	adopted := &listener{Listener: l, network: n, party: party, held: map[net.Conn]struct{}{}}
	n.add(route{party: party, target: dialable(l.Addr()), listener: adopted}, addresses)
	return adopted
}

// Lead routes further addresses to a listener of the network, for example those of a tenant that was added later.
func (n *Network) Lead(l net.Listener, addresses ...string) {
	n.mu.Lock()
	r, known := n.targets[dialable(l.Addr())]
	n.mu.Unlock()
	if known {
		n.lead(r, addresses)
	}
}

// Route leads addresses to a listener that somebody else opened and goes on to own. Its connections are known by their
// addresses only; with a choice, use [Network.Adopt].
func (n *Network) Route(party string, target string, addresses ...string) {
	n.add(route{party: party, target: target}, addresses)
}

func (n *Network) add(r route, addresses []string) {
	n.mu.Lock()
	n.targets[r.target] = r
	n.mu.Unlock()
	n.lead(r, addresses)
}

// lead routes addresses.
func (n *Network) lead(r route, addresses []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range addresses {
		host, _ := splitAddress(address)
		n.routes[normal(address)] = r
		n.hosts[host] = true
	}
}

// Addresses returns all that is routed ("login.microsoftonline.com:443", "192.0.2.10:443"), sorted.
func (n *Network) Addresses() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.routes))
}

// dialable gives the loopback address under which a listener is reached.
func dialable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}

// Join makes a party a member of a network of its own choice of name. 192.0.2.0/24, 198.18.0.0/15 and 100.64.0.0/10 are
// reachable only between members of the same network (guide rule R13); a party may be in several (R12).
func (n *Network) Join(party, network string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.networks[party] == nil {
		n.networks[party] = map[string]bool{}
	}
	n.networks[party][network] = true
}

// Leave ends a party's membership.
func (n *Network) Leave(party, network string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.networks[party], network)
}

// Place says which network addresses ("100.64.0.10") belong to: a party that is in several has one in each, and only
// members of that network reach it there. An address that is not placed is reached from each network of its party.
func (n *Network) Place(network string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range addresses {
		n.places[address] = network
	}
}

// Unplug ends the connections that a party keeps for a next request: its cable has been put into another network.
func (n *Network) Unplug(party string) {
	n.sever(func(l *link) bool { return l.from == party })
}

// Sever ends the connections to a party that are kept for a next request: the party's machine has been switched off.
func (n *Network) Sever(party string) {
	n.sever(func(l *link) bool { return l.to == party })
}

func (n *Network) sever(which func(*link) bool) {
	n.mu.Lock()
	open := append([]*link(nil), n.open...)
	n.mu.Unlock()
	for _, l := range open {
		if which(l) {
			l.mu.Lock()
			l.severed = true
			l.mu.Unlock()
		}
	}
}

// reachable reports whether from may talk to an address of to. Under n.mu.
func (n *Network) reachable(from, to, host string) bool {
	address, err := netip.ParseAddr(host)
	isPrivate := func(p netip.Prefix) bool { return p.Contains(address) }
	if err != nil || !slices.ContainsFunc(private, isPrivate) || from == to {
		return true
	}
	if network, placed := n.places[host]; placed {
		return n.networks[from][network] && n.networks[to][network]
	}
	for network := range n.networks[from] {
		if n.networks[to][network] {
			return true
		}
	}
	return false
}

// find resolves an address. Under n.mu.
func (n *Network) find(address string) (route, bool) {
	if r, ok := n.routes[normal(address)]; ok {
		return r, true
	}
	if host, port := splitAddress(address); host == "localhost" {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	r, ok := n.targets[address]
	return r, ok
}

// number gives a party's next connection its name.
func (n *Network) number(party string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.counts[party]++
	return fmt.Sprintf("%s#%d", party, n.counts[party])
}

// record writes an entry, if there is a journal.
func (n *Network) record(entry journal.Entry) {
	if n.journal != nil {
		n.journal.Append(entry)
	}
}

// fault writes that a fault was carried out on a connection.
func (n *Network) fault(party, connection, format string, values ...any) {
	n.record(journal.Entry{
		Party: party, Connection: connection, Kind: journal.KindFault,
		Text: journal.Plain(fmt.Sprintf(format, values...)),
	})
}

// delay draws the latency of one visit on a connection.
func (n *Network) delay(l *link) time.Duration {
	if n.jitter <= 0 {
		return n.latency
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dice == nil {
		l.dice = chance.New(n.seed, "link "+l.name)
	}
	return n.latency + time.Duration(l.dice.Intn(int(n.jitter)+1))
}

// splitAddress parts host and port; an address without a port is a host.
func splitAddress(address string) (host, port string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, ""
	}
	return strings.TrimSuffix(strings.ToLower(host), "."), port
}

func normal(address string) string {
	host, port := splitAddress(address)
	return net.JoinHostPort(host, port)
}

// background is the root of contexts that nobody outside the World may end.
func background() context.Context { return context.Background() }
