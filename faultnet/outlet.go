package faultnet

import (
	"bufio"
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"mfpsim/vtime"
)

// Outlet is the door through which a party outside the process reaches the bench: a loopback port that speaks HTTP
// CONNECT (RFC 9110 §9.3.6). What comes through it is the party's own: its connections carry its name and number
// ("scanner#3"), meet the faults of the network, and act under the turn that the party is lent. TLS stays end to end.
//
// The party sends its own name of the connection in the header Connection-Name; the bench uses it when it speaks of
// the connection. A connection that cannot be made is answered with status 502 and the reason phrase "no-name",
// "refused", "unreachable" or "network-unreachable".
type Outlet struct {
	network *Network
	party   *vtime.Outside // nil: it goes by the machine's clock, and every request is in a turn of its own
	dialer  *Dialer
	server  *http.Server
	address string
	config  OutletConfig
	traffic atomic.Uint64
	life    context.Context // ends with the outlet
	end     context.CancelFunc

	mu        sync.Mutex
	changed   *sync.Cond
	open      map[net.Conn]struct{} // taken over from the HTTP server
	passages  map[string]*Passage   // by the party's names of its connections
	call      string                // of the exchanges that are counted
	exchanges int
	late      string
	closed    bool
}

// ProxyAuthorization is the header in which the party sends the token of a door that wants one (RFC 9110 §11.7.2).
const ProxyAuthorization = "Proxy-Authorization"

// ConnectionName is the header in which the party names a connection.
const ConnectionName = "Connection-Name"

// LookUpPath is where the door tells the addresses of a name (?name=), as a JSON array of strings: those of the
// bench's resolver. Who lets the proxy resolve, as CONNECT with a name does, needs none of it.
const LookUpPath = "/lookup"

// OutletConfig says where a door is, and for whom.
type OutletConfig struct {
	// Host is the address of this machine that it listens on; empty: loopback.
	Host string
	// Token is asked for in the header Proxy-Authorization ("Bearer …") of every request; empty: nobody is asked.
	// Beyond loopback it keeps others on the network from the bench.
	Token string
	// Others answers the party's requests at the door that are no CONNECT and no look-up, without a visit; nil: nobody
	// does.
	Others http.Handler
}

// Outlet opens a door for a party. Close shuts it.
func (n *Network) Outlet(party *vtime.Outside, c OutletConfig) (*Outlet, error) {
	return n.outlet(party.Name(), party, c)
}

// OutletInRealTime opens a door for a party that goes by the machine's clock: it is lent no turn, and each of its
// requests is in one of its own, as that of a client from outside. The World must be a flowing one.
func (n *Network) OutletInRealTime(party string, c OutletConfig) (*Outlet, error) {
	return n.outlet(party, nil, c)
}

func (n *Network) outlet(name string, party *vtime.Outside, c OutletConfig) (*Outlet, error) {
	host := cmp.Or(c.Host, "127.0.0.1")
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, fmt.Errorf("no port on %s for the outlet of %s; is that an address of this machine?", host, name)
	}
	o := &Outlet{
		network: n, party: party, dialer: n.Dialer(name), address: listener.Addr().String(),
		open: map[net.Conn]struct{}{}, passages: map[string]*Passage{}, config: c,
	}
	o.changed = sync.NewCond(&o.mu)
	o.life, o.end = context.WithCancel(background())
	if party != nil {
		o.dialer.door = o
	}
	o.server = &http.Server{
		Handler: o, ErrorLog: n.quiet(), BaseContext: func(net.Listener) context.Context { return background() },
	}
	go func() { _ = o.server.Serve(listener) }() // ends with http.ErrServerClosed
	return o, nil
}

// Address is host and port of the door.
func (o *Outlet) Address() string { return o.address }

// Close shuts the door and what came through it.
func (o *Outlet) Close() error {
	err := o.server.Close()
	o.end()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Broadcast()
	for conn := range o.open {
		_ = conn.Close()
	}
	return err
}

type connectionNameKey struct{}

func connectionName(ctx context.Context) string {
	name, _ := ctx.Value(connectionNameKey{}).(string)
	return name
}

// ServeHTTP serves one CONNECT.
func (o *Outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token := o.config.Token; token != "" {
		given := strings.TrimPrefix(r.Header.Get(ProxyAuthorization), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			w.Header().Set("Proxy-Authenticate", "Bearer")
			http.Error(w, "this door wants its token", http.StatusProxyAuthRequired)
			return
		}
	}
	switch {
	case r.Method == http.MethodConnect:
	case r.Method == http.MethodGet && r.URL.Path == LookUpPath:
		o.lookUp(w, r)
		return
	case r.Method == http.MethodGet && r.URL.Path == WrittenPath:
		o.tellWritten(w, r)
		return
	case o.config.Others != nil:
		o.config.Others.ServeHTTP(w, r)
		return
	default:
		http.Error(w, "this door speaks CONNECT", http.StatusMethodNotAllowed)
		return
	}
	o.visited()
	ctx := r.Context() // ends when the party hangs up
	if o.party != nil {
		ctx = context.WithValue(o.party.Context(background()), connectionNameKey{}, r.Header.Get(ConnectionName))
	}
	conn, err := o.dialer.DialContext(ctx, "tcp", r.Host)
	near, buffered, hijacked := w.(http.Hijacker).Hijack()
	if hijacked != nil {
		return // the party has gone
	}
	defer near.Close()
	if err != nil {
		_, _ = fmt.Fprintf(near, "HTTP/1.1 502 %s\r\nContent-Length: 0\r\n\r\n", refusal(err))
		return
	}
	passage := &Passage{}
	o.mu.Lock()
	o.open[near] = struct{}{}
	o.passages[r.Header.Get(ConnectionName)] = passage
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.open, near)
	}()
	far, answer := conn.(*Conn), "HTTP/1.1 200 OK\r\n\r\n"
	if far.link.breaks() {
		answer = "HTTP/1.1 200 OK\r\n" + ConfirmWrites + ": 1\r\n\r\n"
	}
	if _, err := io.WriteString(near, answer); err != nil {
		_ = conn.Close()
		return
	}
	o.carry(near, buffered.Reader, far, passage)
}

// Lead makes a listener a further door of an outlet in real time, for a device that knows no proxy: who connects there
// is led to an address of the bench ("smtp.office365.com:587") as if the party had named it in CONNECT. It returns when
// the listener is closed. A connection that cannot be made is reset: it has been accepted already.
func (o *Outlet) Lead(l net.Listener, address string) {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		near, err := Accept(l)
		if err != nil {
			return
		}
		open.Go(func() { o.lead(near, address) })
	}
}

func (o *Outlet) lead(near net.Conn, address string) {
	defer near.Close()
	o.visited()
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	o.open[near] = struct{}{}
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.open, near)
	}()
	conn, err := o.dialer.DialContext(o.life, "tcp", address)
	if err != nil {
		kernelReset(near)
		return
	}
	o.carry(near, bufio.NewReader(near), conn.(*Conn), &Passage{})
}

// Passage is what has become of a connection of the party. The bench tells it at [WrittenPath].
type Passage struct {
	Taken int64 `json:"taken"` // octets of the party that have gone on
	Ended bool  `json:"ended"` // no more will
	Reset bool  `json:"reset"` // by a TCP reset, of which the party's socket shows the end only
}

// WrittenPath is where the door tells what has become of a connection (?connection=7&octets=1500): the answer, a
// [Passage], comes when so many octets have gone on, or no more will. A party that asks sees a connection break at the
// octet at which it breaks on the bench; another one sees it when it reads.
const WrittenPath = "/written"

// ConfirmWrites is the header of the answer to CONNECT with which the bench says that a connection is going to break,
// so that it is worth asking at [WrittenPath] after each write.
const ConfirmWrites = "Confirm-Writes"

func (o *Outlet) tellWritten(w http.ResponseWriter, r *http.Request) {
	octets, _ := strconv.ParseInt(r.URL.Query().Get("octets"), 10, 64)
	o.mu.Lock()
	p := o.passages[r.URL.Query().Get("connection")]
	for p != nil && p.Taken < octets && !p.Ended && !o.closed {
		o.changed.Wait()
	}
	var told Passage
	if p != nil {
		told = *p
	}
	o.mu.Unlock()
	if p == nil {
		http.Error(w, "no connection of this name was made", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(told) // a party that has gone is no matter of the bench's
}

// goesOn notes what has become of octets of the party.
func (o *Outlet) goesOn(p *Passage, octets int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.Taken += int64(octets)
	p.Ended = p.Ended || err != nil
	p.Reset = p.Reset || errors.Is(err, syscall.ECONNRESET)
	o.changed.Broadcast()
}

// breaks reports whether a fault is going to end the connection, or to hold up what is written.
func (l *link) breaks() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault != nil && (l.fault.Kind == Reset || l.fault.atPoint())
}

// lookUp tells the addresses of a name.
func (o *Outlet) lookUp(w http.ResponseWriter, r *http.Request) {
	addresses, err := o.dialer.LookupHost(r.Context(), r.URL.Query().Get("name"))
	if err != nil {
		http.Error(w, "no such name", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(addresses) // a party that has gone is no matter of the bench's
}

// Traffic counts what the party does: it changes while the party works with the clouds.
func (o *Outlet) Traffic() uint64 { return o.traffic.Load() }

// Exchanges returns how many requests the party has sent in the turn that it was lent last; one that goes by the
// machine's clock, how many connections it has made in all.
func (o *Outlet) Exchanges() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.exchanges
}

// Late names the first request that the party has sent without a turn; empty: there was none.
func (o *Outlet) Late() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.late
}

// visited counts a request of the party.
func (o *Outlet) visited() {
	call := ""
	if o.party != nil {
		_, call = o.party.Turn()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if call != o.call {
		o.call, o.exchanges = call, 0
	}
	o.exchanges++
}

// carry moves octets both ways until both ends are closed.
func (o *Outlet) carry(near net.Conn, from *bufio.Reader, far *Conn, passage *Passage) {
	var both sync.WaitGroup
	both.Go(func() { // to the party
		buffer, kept := make([]byte, 16<<10), []byte(nil)
		for {
			n, err := far.Read(buffer)
			o.traffic.Add(1)
			kept = append(kept, buffer[:n]...)
			if err == nil && far.link.ends() {
				continue // so that the party does not use the connection again before it hears of the end
			}
			far.link.give(len(kept))
			if len(kept) > 0 {
				if _, failed := near.Write(kept); failed != nil {
					err = failed
				}
			}
			kept = kept[:0]
			if err != nil {
				o.goesOn(passage, 0, err)
				_ = near.Close() // a reset shows as an end: a socket of another process has no more to say
				return
			}
		}
	})
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			o.traffic.Add(1)
			if o.party != nil {
				turn, _ := o.party.Turn()
				far.renew(turn, 0)
				far.link.sentIn(turn)
			}
			written, failed := far.Write(buffer[:n])
			if failed != nil {
				err = failed
			}
			o.goesOn(passage, written, failed)
		}
		if err != nil {
			break
		}
	}
	o.goesOn(passage, 0, io.EOF)
	_ = far.Close()
	both.Wait()
}

// refusal is the reason phrase for a connection that cannot be made.
func refusal(err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return "no-name"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "unreachable"
	case errors.Is(err, syscall.ENETUNREACH):
		return "network-unreachable"
	default:
		return "refused"
	}
}

// sentIn notes whether what a party outside sends is sent in a turn that it is lent.
func (l *link) sentIn(turn *vtime.Turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.untimely = turn == nil
}

// ends reports whether the server closes the connection behind the answer that it has written.
func (l *link) ends() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ending
}

// give counts what a party outside is given, before it is.
func (l *link) give(octets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given += int64(octets)
	l.changed.Broadcast()
}

// slow tells a party outside that the answer of a visit takes time; nil: that the network does. Under l.mu, which is
// given up meanwhile.
func (l *link) slow(visit *vtime.Turn) {
	if l.door == nil || l.clientGone {
		return
	}
	given, taken := l.given, l.sent
	l.mu.Unlock()
	l.door.party.Slow(l.theirName, given, taken, visit)
	l.mu.Lock()
}

// awaitParty waits until a party outside waits for the answer, where a server that spoke first leaves open whether it
// does: what it has sent may have crossed what it was given. Under l.mu, which is given up meanwhile.
func (l *link) awaitParty() {
	for l.door != nil && (l.spokeFirst || l.consumed == 0) && l.turn != nil && !l.untimely &&
		!l.clientGone && !l.serverGone && !l.silent {
		given, sent := l.given, l.sent
		l.mu.Unlock()
		waits := l.door.party.Waits(l.theirName, given)
		l.mu.Lock()
		if waits {
			if l.consumed > 0 {
				l.spokeFirst = false // from now on it answers what it was given
			}
			return
		}
		for !l.clientGone && l.given == given && l.sent == sent && l.door.party.Err() == nil {
			l.changed.Wait()
		}
	}
}

// answer tells it that the answer of a visit comes now; nil: the server speaks by itself. Under l.mu, which is given
// up meanwhile.
func (l *link) answer(visit *vtime.Turn) {
	switch {
	case l.door == nil:
		return
	case l.clientGone:
		if visit != nil {
			l.mu.Unlock()
			l.door.party.Unheard(visit)
			l.mu.Lock()
		}
		return
	}
	lent := l.turn
	l.mu.Unlock()
	l.door.party.Answer(l.theirName, visit, lent)
	l.mu.Lock()
}

// inquire asks a party outside whether it waits on a connection that is at a dead end for all that the bench can see,
// and lends the turn if it does. Under l.mu.
func (l *link) inquire() {
	if l.inquiring {
		return
	}
	l.inquiring = true
	given, taken := l.given, l.consumed
	go func() {
		waits := l.door.party.Stalled(l.theirName, given, taken)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inquiring = false
		switch {
		case given != l.given || taken != l.consumed:
			l.settle() // it went on meanwhile, and may have come to rest again
		case waits && l.deadEnd():
			l.stall()
		}
	}()
}

// late records that a party outside acts without a turn: the order is not guaranteed. Under l.mu, which is given up
// meanwhile.
func (l *link) late() {
	l.mu.Unlock()
	l.door.mu.Lock()
	if l.door.late == "" {
		l.door.late = l.name + " to " + l.host
	}
	l.door.mu.Unlock()
	l.network.fault(l.from, l.name, "a request without a turn: its place in the order is not guaranteed")
	l.mu.Lock()
}
