package faultnet

import (
	"net"
	"sync"

	"mfpsim/chance"
	"mfpsim/vtime"
)

// link is one connection as both of its ends and the faults see it. Its lock is taken inside World events: nobody may
// call the World or the journal while holding it.
type link struct {
	network  *Network
	name     string    // "printer#3"
	from, to string    // parties
	host     string    // the name that was dialled
	listener *listener // of the serving side, where raw bytes are counted too; nil: somebody else's

	mu      sync.Mutex
	changed *sync.Cond
	dice    *chance.Reader
	turn    *vtime.Turn
	fault   *armed // bound when the connection was dialled
	later   *armed // armed while the connection was open: strikes at its next write

	clientWrites, serverWrites int // so far

	silent    bool // nothing comes any more
	muted     bool // the server is not heard any more
	muting    bool // HTTP: it will not be, after the answer that it gives
	ending    bool // HTTP: the server closes the connection behind its answer
	voided    bool // HTTP: an answer was not heard
	delaying  bool // a write comes late
	swallowed bool // something was written into the silence
	fresh     bool // silent from the start: there is no server
	deaf      bool // silent, and the server has gone as well
	stalled   bool // the turn is lent to the clock because of the silence
	spent     bool // it came back while this read waits: what is written now is a farewell, for which nobody waits

	passed  int   // application bytes so far, both directions
	hold    bool  // a reset is being carried out: the dialling side waits until it is
	fired   bool  // the reset has been carried out
	inbound bool  // it struck while the dialling side was writing
	limit   int64 // raw bytes that the dialling side still gets; -1: until the end of file

	// Raw bytes; what a write under way holds counts as written.
	sent     int64 // by the dialling side
	got      int64 // by the dialling side, of what was written to it
	consumed int64 // by the serving side, of what was sent to it
	wrote    int64 // by the serving side

	client     net.Conn // the dialling side's raw connection; nil: a client from outside
	server     net.Conn // the serving side's raw connection
	clientGone bool
	serverGone bool
	closed     bool // the dialling side has closed, and the serving side has heard of it
	delayed    bool // the serving side closes when the dialling side has
	expired    bool // the dialling side's read deadline has passed
	reading    bool // the dialling side waits for more
	writing    bool // the dialling side's write is under way
	asking     bool // the serving side waits for more
	answering  bool // the serving side's write is under way
	deafServer bool // the serving side reads no more
	led        bool // a proxy leads on and has not said so yet: that the party behind it waits for more says nothing
	leaving    bool // the serving side closes

	patience *patience // HTTP, a client from outside: how long its request may take to come

	web     bool // HTTP: the server reads ahead, so that asking says nothing
	severed bool // HTTP: the server's machine was switched off meanwhile: not to be used again
	active  bool // HTTP: a request is being answered
	idle    bool // HTTP: the answer has been given, or none was asked for yet
	ahead   bool // HTTP: the server has all of the request, and reads only to hear that the dialling side goes
	pooled  bool // HTTP: a client's pool reads on while nobody waits

	door       *Outlet // of a party outside the process; nil: the dialling side is in this one
	theirName  string  // that party's name of the connection
	given      int64   // octets that it has been given
	inquiring  bool    // it is being asked whether it waits
	spokeFirst bool    // the server has spoken before it did
	untimely   bool    // it has sent something without a turn

	wanted   int          // visits that wait for the dialling side to wait for them
	begun    int          // visits that have a turn or a place in the order of events
	visits   []*Visit     // open ones
	retained *vtime.Visit // of an orphan: its turn, until the server waits for more
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

// resets reports the fault if the link is to be reset after a number of application bytes.
func (l *link) resets() (*armed, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault, l.fault != nil && l.fault.Kind == Reset && !l.fault.atPoint()
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

// holdBack makes the dialling side wait until the reset has been carried out, so that it cannot act on the last byte
// before.
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
	case l.client != nil && l.listener != nil:
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

// wakeAll makes those who wait on open links look again.
func (n *Network) wakeAll() {
	n.mu.Lock()
	open := append([]*link(nil), n.open...)
	n.mu.Unlock()
	for _, l := range open {
		l.mu.Lock()
		l.changed.Broadcast()
		l.mu.Unlock()
	}
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
