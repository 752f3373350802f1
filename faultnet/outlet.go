package faultnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"

	"mfpsim/vtime"
)

// Outlet is the door through which a party outside the process reaches the bench: a loopback port that speaks HTTP
// CONNECT (RFC 9110 §9.3.6). What comes through it is the party's own: its connections carry its name and number
// ("scanner#3"), meet the faults of the network, and act under the turn that the party is lent. TLS stays end to end.
//
// The party sends its own name of the connection in the header Connection-Name; the bench uses it when it speaks of the
// connection. A connection that cannot be made is answered with status 502 and the reason phrase "no-name", "refused",
// "unreachable" or "network-unreachable".
type Outlet struct {
	network *Network
	party   *vtime.Outside
	dialer  *Dialer
	server  *http.Server
	address string

	mu   sync.Mutex
	open map[net.Conn]struct{} // taken over from the HTTP server
}

// ConnectionName is the header in which the party names a connection.
const ConnectionName = "Connection-Name"

// Outlet opens a door for a party. Close shuts it.
func (n *Network) Outlet(party *vtime.Outside) (*Outlet, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no port for the outlet of %s", party.Name())
	}
	o := &Outlet{
		network: n, party: party, dialer: n.Dialer(party.Name()), address: listener.Addr().String(),
		open: map[net.Conn]struct{}{},
	}
	o.dialer.door = o
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
	o.mu.Lock()
	defer o.mu.Unlock()
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
	if r.Method != http.MethodConnect {
		http.Error(w, "this door speaks CONNECT only", http.StatusMethodNotAllowed)
		return
	}
	ctx := context.WithValue(o.party.Context(background()), connectionNameKey{}, r.Header.Get(ConnectionName))
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
	o.mu.Lock()
	o.open[near] = struct{}{}
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.open, near)
	}()
	if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	o.carry(near, buffered.Reader, conn.(*Conn))
}

// carry moves octets both ways until both ends are closed.
func (o *Outlet) carry(near net.Conn, from *bufio.Reader, far *Conn) {
	var both sync.WaitGroup
	both.Go(func() { // to the party
		buffer := make([]byte, 16<<10)
		for {
			n, err := far.Read(buffer)
			far.link.give(n)
			if n > 0 {
				if _, failed := near.Write(buffer[:n]); failed != nil {
					err = failed
				}
			}
			if err != nil {
				_ = near.Close() // a reset shows as an end: a socket of another process has no more to say
				return
			}
		}
	})
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			turn, _ := o.party.Turn()
			far.renew(turn, 0)
			if _, failed := far.Write(buffer[:n]); failed != nil {
				err = failed
			}
		}
		if err != nil {
			break
		}
	}
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

// give counts what a party outside is given, before it is.
func (l *link) give(octets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given += int64(octets)
}

// slow tells a party outside that its answer takes time. Under l.mu, which is given up meanwhile.
func (l *link) slow() {
	if l.door == nil {
		return
	}
	given := l.given
	l.mu.Unlock()
	l.door.party.Slow(l.theirName, given)
	l.mu.Lock()
}

// answer tells it that the answer comes now. Under l.mu, which is given up meanwhile.
func (l *link) answer() {
	if l.door == nil || l.clientGone {
		return
	}
	l.mu.Unlock()
	l.door.party.Answer(l.theirName)
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
	l.network.fault(l.from, l.name, "a request without a turn: its place in the order is not guaranteed")
	l.mu.Lock()
}
