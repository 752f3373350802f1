package serve

import (
	"errors"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// doors are the listeners, by the flag that chooses their port.
var doors = []struct {
	flag string
	port func(Ports) int
}{
	{webConfigPort, func(p Ports) int { return p.WebConfig }},
	{panelPort, func(p Ports) int { return p.Panel }},
	{entraPort, func(p Ports) int { return p.Entra }},
	{smtpPort, func(p Ports) int { return p.SMTP }},
	{mxPort, func(p Ports) int { return p.MX }},
	{controlPort, func(p Ports) int { return p.Control }},
}

// mostClients are the connections that a port has at once, unless the machine has file descriptors for fewer. Those of
// the fakes beyond are ended with a reset; those of control API and panel wait until one of the others ends.
const (
	mostClients = 500
	fewClients  = 8  // on any machine
	kept        = 64 // file descriptors for all else
)

// clientsAt are as many of them as the machine can have at each of a number of ports: who crowds one leaves the others
// alone.
func clientsAt(ports int) int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > mostClients*uint64(ports)+kept {
		return mostClients
	}
	return max((int(limit.Cur)-kept)/ports, fewClients)
}

const (
	webConfigPort = "web-config-port"
	panelPort     = "panel-port"
	entraPort     = "entra-port"
	smtpPort      = "smtp-port"
	mxPort        = "mx-port"
	controlPort   = "control-port"
)

// door is a port that stays open while benches come and go behind it. Clients that come between two benches wait.
type door struct {
	tcp       *net.TCPListener
	accepting sync.Mutex // held by who waits for a client

	mu      sync.Mutex
	clients int // that have come to the bench of now
}

// openDoor opens a port, so that one that is in use is told before anything is built.
func openDoor(flag, host string, port int) (*door, error) {
	if port < 0 || port > 65535 {
		return nil, misuse("--%s %d: a port is a number from 0 to 65535", flag, port)
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return nil, misuse("--listen %s: an address without a port; each door has a flag of its own, such as --panel-port", host)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, misuse("--%s: port %d is in use on %s; choose another one, or 0 for any", flag, port, host)
	case errors.Is(err, syscall.EACCES):
		return nil, misuse("--%s: port %d is not allowed to this user; choose one above 1023", flag, port)
	case err != nil:
		return nil, misuse("cannot listen on %s: it is no address of this machine", host)
	}
	return &door{tcp: l.(*net.TCPListener)}, nil
}

// listener returns a listener for one bench. Closing it leaves the port open.
func (d *door) listener() net.Listener {
	d.mu.Lock()
	d.clients = 0
	d.mu.Unlock()
	_ = d.tcp.SetDeadline(time.Time{}) // the port is open
	return &behind{door: d, closed: make(chan struct{})}
}

// visited reports whether a client has come to the bench of now.
func (d *door) visited() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clients > 0
}

// behind is a door as one bench sees it.
type behind struct {
	door   *door
	once   sync.Once
	closed chan struct{}
}

func (b *behind) Accept() (net.Conn, error) {
	b.door.accepting.Lock()
	defer b.door.accepting.Unlock()
	if b.isClosed() {
		return nil, net.ErrClosed
	}
	conn, err := b.door.tcp.Accept()
	switch {
	case b.isClosed() && err == nil: // it came too late for this bench
		return nil, errors.Join(net.ErrClosed, conn.Close())
	case b.isClosed():
		return nil, net.ErrClosed
	case err == nil:
		b.door.mu.Lock()
		b.door.clients++
		b.door.mu.Unlock()
	}
	return conn, err
}

func (b *behind) isClosed() bool {
	select {
	case <-b.closed:
		return true
	default:
		return false
	}
}

// Close ends Accept and returns when it has ended.
func (b *behind) Close() error {
	b.once.Do(func() {
		close(b.closed)
		_ = b.door.tcp.SetDeadline(time.Unix(1, 0)) // long past: who waits for a client wakes
		b.door.accepting.Lock()                     // nobody waits any more
		defer b.door.accepting.Unlock()
	})
	return nil
}

func (b *behind) Addr() net.Addr { return b.door.tcp.Addr() }
