package faultnet

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
)

// errNoTunnel: only a party of this process can be led on.
var errNoTunnel = errors.New("only a connection that a party of the bench has dialled can be led on")

// Tunnel leads a connection that a server of the bench has accepted on to another address, as a proxy does after
// CONNECT (RFC 9110 section 9.3.6): from now on the dialling side talks to the party that is found there, in its own
// turn. The server tells its client that the way is free after Tunnel has returned, and calls carry then, also if it
// could not be told; carry returns when either side has closed. Faults of the party that is found hold for the
// connection; those that keep a connection from being made are errors.
func (p *Peer) Tunnel(address string) (carry func(), err error) {
	n, l := p.network, p.link
	n.mu.Lock()
	r, found := n.find(address)
	host, _ := splitAddress(address)
	knownHost := n.hosts[host]
	near := !found || n.reachable(l.to, r.party, host)
	n.mu.Unlock()
	l.mu.Lock()
	from, served := l.client, l.server
	l.mu.Unlock()
	switch {
	case from == nil || served == nil:
		return nil, errNoTunnel
	case !found && knownHost:
		return nil, connectError(address, syscall.ECONNREFUSED)
	case !found:
		return nil, noName(address)
	case !near:
		return nil, connectError(address, syscall.ENETUNREACH)
	}
	fault := n.bind(l.from, r.party, func(FaultKind) bool { return true })
	if fault != nil && keepsApart(fault.Kind) {
		n.meet(fault)
		n.fault(l.from, l.name, "%s: no way from %s", address, l.to)
		return nil, connectError(address, syscall.ECONNREFUSED)
	}
	n.linking.Lock()
	defer n.linking.Unlock()
	onward, err := net.Dial("tcp", r.target)
	if err != nil {
		return nil, connectError(address, syscall.ECONNREFUSED)
	}
	l.mu.Lock()
	l.to, l.host, l.listener, l.fault, l.server = r.party, address, r.listener, fault, nil
	l.asking, l.deafServer, l.led = false, false, true
	l.mu.Unlock()
	n.noted[noteKey(onward.LocalAddr(), onward.RemoteAddr())] = l
	return func() {
		l.mu.Lock()
		l.led = false
		l.settle()
		l.mu.Unlock()
		splice(served, onward)
	}, nil
}

// keepsApart reports whether a fault keeps a connection from being made.
func keepsApart(kind FaultKind) bool {
	switch kind {
	case NoName, Unreachable, BlackHole, Isolated, Silent:
		return true
	}
	return false
}

// splice carries bytes both ways until one side closes. They are counted where they are written and read, not here.
func splice(near, onward net.Conn) {
	var both sync.WaitGroup
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // an end of either side is the end of both
		_ = to.Close()
		_ = from.Close()
	}
	both.Go(func() { carry(onward, near) })
	both.Go(func() { carry(near, onward) })
	both.Wait()
}
