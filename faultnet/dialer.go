package faultnet

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"net/netip"
	"runtime"
	"strings"
	"syscall"

	"mfpsim/vtime"
)

// Dialer makes the connections of one party. Its DialContext fits net/http's Transport and the core's Dialer.
type Dialer struct {
	network *Network
	party   string
	door    *Outlet // of a party outside the process; nil: it is in this one
}

// Dialer returns the dialler of a party. The count of its connections belongs to the party, not to the dialler.
func (n *Network) Dialer(party string) *Dialer { return &Dialer{network: n, party: party} }

// Party returns who dials.
func (d *Dialer) Party() string { return d.party }

// DialContext connects to a routed address. The turn that ctx carries is noted for the server. Errors have the types
// that package net gives: [*net.DNSError], syscall.ECONNREFUSED (a known host, another port), syscall.EHOSTUNREACH (an
// address that nobody has), syscall.ENETUNREACH (an address of a network that the party is not on).
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	n := d.network
	if err := context.Cause(ctx); err != nil {
		return nil, dialError(address, err)
	}
	if n.beyond != nil {
		return n.beyond.dial(ctx, d.party, address)
	}
	connection := n.number(d.party)
	host, _ := splitAddress(address)
	_, notName := netip.ParseAddr(host)
	literal := address
	address, dead := n.named(address)
	host, _ = splitAddress(address)

	n.mu.Lock()
	r, found := n.find(address)
	knownHost := n.hosts[host]
	near := !found || n.reachable(d.party, r.party, host)
	n.mu.Unlock()

	var a *armed
	if found && near {
		a = n.bind(d.party, r.party, func(kind FaultKind) bool {
			return dead == (kind == DeadAddress) && (kind != NoName || notName != nil)
		})
	}
	refuse := func(err error, text string) (net.Conn, error) {
		if a != nil {
			n.meet(a)
		}
		n.fault(d.party, connection, "%s: %s", address, text)
		return nil, err
	}
	switch {
	case !found && knownHost:
		return refuse(connectError(address, syscall.ECONNREFUSED), "connection refused")
	case !found && notName != nil:
		return refuse(noName(address), "name does not resolve")
	case !found:
		return refuse(connectError(address, syscall.EHOSTUNREACH), "no route to host")
	case !near:
		return refuse(connectError(address, syscall.ENETUNREACH), "network is unreachable from "+d.party)
	case a == nil:
	case a.Kind == NoName:
		return refuse(noName(address), "name does not resolve")
	case a.Kind == Unreachable:
		return refuse(connectError(address, syscall.ECONNREFUSED), "connection refused")
	case a.Kind == Isolated:
		return refuse(connectError(address, syscall.ENETUNREACH), "network is unreachable")
	case a.Kind == DeadAddress:
		_, _ = refuse(nil, "no answer from its address "+literal)
		if d.door != nil {
			d.door.party.Slow(connectionName(ctx), vtime.NotOpen, 0, nil)
		}
		return nil, dialError(address, hang(ctx))
	case a.Kind == BlackHole:
		_, _ = refuse(nil, "no answer to the connection attempt")
		if d.door != nil {
			d.door.party.Slow(connectionName(ctx), vtime.NotOpen, 0, nil)
		}
		return nil, dialError(address, hang(ctx))
	}
	l := n.newLink(connection, d.party, r.party, address)
	l.door, l.theirName, l.pooled = d.door, connectionName(ctx), forPool()
	l.turn, l.fault, l.listener = vtime.TurnFrom(ctx), a, r.listener
	l.untimely = l.turn == nil
	if a != nil && a.Kind == Silent {
		n.meet(a)
		n.fault(d.party, connection, "%s: connected, but nothing comes", address)
		return n.silentConn(l), nil
	}
	raw, err := n.connect(l, r)
	if err != nil {
		return refuse(connectError(address, syscall.ECONNREFUSED), "connection refused")
	}
	return n.dialled(l, raw), nil
}

// forPool reports whether net/http dials for its pool of connections: it reads from them also while nobody waits for an
// answer, as no other client does, and says so to nobody.
func forPool() bool {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "net/http.(*Transport).") {
			return true
		}
		if !more {
			return false
		}
	}
}

// connect dials the listener and notes the link in one step: a server that speaks first must find the note.
func (n *Network) connect(l *link, r route) (net.Conn, error) {
	n.linking.Lock()
	defer n.linking.Unlock()
	raw, err := net.Dial("tcp", r.target)
	if err != nil {
		return nil, err
	}
	l.client = raw
	n.noted[noteKey(raw.LocalAddr(), raw.RemoteAddr())] = l
	return raw, nil
}

// noteKey identifies a connection on this machine: the dialling side's address, then the serving side's.
func noteKey(client, server net.Addr) string { return client.String() + "|" + server.String() }

// silentConn connects to nobody.
func (n *Network) silentConn(l *link) net.Conn {
	near, far := net.Pipe()
	l.silent, l.fresh, l.client, l.server = true, true, near, far
	return n.dialled(l, near)
}

func (n *Network) dialled(l *link, raw net.Conn) net.Conn {
	n.mu.Lock()
	n.open = append(n.open, l)
	n.mu.Unlock()
	c := &Conn{Conn: raw, link: l}
	if l.fault != nil && l.fault.Kind == NoSTARTTLS {
		c.strip = &stripper{source: c.read, met: func() {
			n.meet(l.fault)
			n.fault(l.from, l.name, "%s: STARTTLS taken out of the EHLO reply", l.host)
		}}
	}
	return c
}

// hang lends the turn to the clock until ctx ends or the turn is interrupted.
func hang(ctx context.Context) error {
	turn := vtime.TurnFrom(ctx)
	if turn == nil {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	err := turn.Park(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// renewTurn hangs a trace into a context: whoever gets a connection that is kept alive acts on it from then on. A
// context inside another one has two traces, the inner is called first: it tells the connection how many of the outer
// ones to ignore.
func renewTurn(ctx context.Context) context.Context {
	depth, _ := ctx.Value(depthKey{}).(int)
	turn := vtime.TurnFrom(ctx)
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if c, ok := unwrap(info.Conn).(renewable); ok {
			c.renew(turn, depth)
		}
	}})
	return context.WithValue(traced, depthKey{}, depth+1)
}

// renewable is a dialling side whose turn is another one from then on.
type renewable interface {
	renew(turn *vtime.Turn, depth int)
}

type depthKey struct{}

// unwrap takes TLS, this package's layers and a party's own ones off a connection, down to a [*Conn], a server's
// connection or a raw one.
func unwrap(conn net.Conn) net.Conn {
	for {
		switch layer := conn.(type) {
		case *tls.Conn:
			conn = layer.NetConn()
		case *handshaking:
			conn = layer.NetConn()
		case *application:
			conn = layer.Conn
		case *Conn, *serverConn:
			return conn
		case interface{ NetConn() net.Conn }: // a party's own layer
			conn = layer.NetConn()
		default:
			return conn
		}
	}
}
