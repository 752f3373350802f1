package faultnet

import (
	"net"
	"sync"

	"mfpsim/chance"
	"mfpsim/vtime"
)

// link is one connection as both of its ends and the faults see it. Its lock is taken inside World events: nobody may call
// the World or the journal while holding it.
type link struct {
	network  *Network
	name     string // "printer#3"
	from, to string // parties
	host     string // the name that was dialled
	adopted  bool   // the serving side is a listener of ours: raw bytes are counted there too

	mu      sync.Mutex
	changed *sync.Cond
	dice    *chance.Reader
	turn    *vtime.Turn
	fault   *armed // bound when the connection was dialled
	later   *armed // armed while the connection was open: strikes at its next write

	silent    bool // nothing comes any more
	swallowed bool // something was written into the silence
	fresh     bool // silent from the start: there is no server
	deaf      bool // silent, and the server has gone as well
	lent      bool // the turn is lent to the clock because of the silence
	given     bool // it has been lent before: what is written after that is a farewell, for which nobody waits

	passed  int   // application bytes so far, both directions
	hold    bool  // a reset is being carried out: the dialling side waits until it is
	fired   bool  // the reset has been carried out
	inbound bool  // it struck while the dialling side was writing
	limit   int64 // raw bytes that the dialling side still gets; -1: until the end of file

	sent     int64 // raw bytes that the dialling side wrote
	got      int64 // raw bytes that the dialling side was given
	consumed int64 // raw bytes that the serving side has read
	wrote    int64 // raw bytes that the serving side has written
	asking   bool  // the serving side waits for more

	client     net.Conn // the dialling side's raw connection; nil: a client from outside
	server     net.Conn // the serving side's raw connection
	clientGone bool
	serverGone bool
	expired    bool  // the dialling side's read deadline has passed
	reading    bool  // a read of the dialling side is under way
	writing    int64 // bytes of the dialling side's write that is under way
	delayed    bool  // the serving side closes when the dialling side has
}

func (n *Network) newLink(name, from, to, host string) *link {
	l := &link{network: n, name: name, from: from, to: to, host: host, limit: -1}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// outside makes the link of a connection that nobody of the bench dialled.
func (n *Network) outside(to string) *link {
	return n.newLink(n.number(Outside), Outside, to, "")
}

func (l *link) currentTurn() *vtime.Turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.turn
}

// resets reports the fault if the link is to be reset after a number of application bytes.
func (l *link) resets() (*armed, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault, l.fault != nil && l.fault.Kind == Reset
}

// left is how many application bytes may still pass, at least 0.
func (l *link) left() (bytes int, fired bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.fault.Bytes-l.passed, 0), l.fired
}

// pass counts application bytes and reports whether they were the last.
func (l *link) pass(bytes int) (last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed += bytes
	return l.passed >= l.fault.Bytes
}

// holdBack makes the dialling side wait until the reset has been carried out, so that it cannot act on the last byte before.
func (l *link) holdBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold = true
}

// announce records the reset. It comes before the dialling side can notice.
func (l *link) announce(a *armed) {
	l.network.meet(a)
	l.mu.Lock()
	gone := l.clientGone
	l.mu.Unlock()
	if !gone {
		l.network.fault(l.from, l.name, "connection to %s reset after %d application bytes", l.to, a.Bytes)
	}
}

// fire carries the reset out: the dialling side gets what was written so far and then the error.
func (l *link) fire(inbound bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fired {
		return
	}
	l.fired, l.inbound, l.hold, l.limit = true, inbound, false, l.wrote
	switch {
	case l.client != nil && l.adopted:
		_ = l.client.SetReadDeadline(past) // wakes a read that waits
	case l.client != nil:
		l.limit = -1
		_ = l.server.Close() // the end of file is the reset
	default:
		kernelReset(l.server)
	}
	l.changed.Broadcast()
}

// kernelReset ends a connection of a client from outside with a TCP reset.
func kernelReset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// forget takes a link out of the list of open ones.
func (n *Network) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, other := range n.open {
		if other == l {
			n.open = append(n.open[:i:i], n.open[i+1:]...)
			return
		}
	}
}
