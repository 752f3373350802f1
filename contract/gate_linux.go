package contract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"mfpsim/core/host"
	"mfpsim/core/outcome"
)

// canGate: Linux tells whether another process waits.
const canGate = true

// littleEndian is how the machine keeps numbers.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// gate is how a core with sockets of its own reaches the bench: a port of the loopback for each address. What comes
// through it is connected once more on the bench, in the turn of the operation whose answer is awaited, so that faults,
// waiting times and the record are those of every core.
//
// The bench acts only while the core waits, which Linux tells: then all that it has sent goes on at once, and the
// answer of the server is awaited in its turn. So neither the machine's speed nor how octets come in pieces shows.
type gate struct {
	e     *engine
	known map[string]bool // sockets of the core that were looked at

	mu      sync.Mutex // held while descriptors are used
	doors   []*door
	at      map[string]string // where they are, by address
	over    bool
	sockets []*socket // of all operations, in the order in which they were made
	made    int       // counts what the core does on them
}

// door is the port that stands for an address.
type door struct {
	address string
	fd      int
	port    int
}

// socket is a connection of the core. What has to do with the bench is its operation's; the rest needs the gate's lock.
type socket struct {
	of      *operation // nil: nobody's yet
	address string
	far     net.Conn      // on the bench; nil: closed, or never made
	view    *connection   // what laws look at
	shakes  bool          // the core has begun TLS, and has said nothing over it yet
	asked   time.Duration // since power on; when it has said something last

	near  int    // the core's end; -1: closed
	heard []byte // from the core, to go on
	told  []byte // from the bench, that the core's socket has not taken yet
	ended bool   // the core says no more
	used  int    // when the core used it last
}

func openGate(e *engine) (*gate, error) {
	return &gate{e: e, known: map[string]bool{}, at: map[string]string{}}, nil
}

// open makes a door for each address that has none, and says where they are.
func (g *gate) open(addresses []string) (map[string]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	resolve := map[string]string{}
	for _, address := range addresses {
		if g.at[address] == "" && !g.over {
			d, err := newDoor(address)
			if err != nil {
				return nil, fmt.Errorf("no port of the loopback for %s: %w", address, err)
			}
			g.doors = append(g.doors, d)
			g.at[address] = "127.0.0.1:" + strconv.Itoa(d.port)
		}
		resolve[address] = g.at[address]
	}
	return resolve, nil
}

func newDoor(address string) (*door, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = unix.Listen(fd, 16)
	}
	name, failed := unix.Getsockname(fd)
	inet, is := name.(*unix.SockaddrInet4)
	if err = errors.Join(err, failed); err != nil || !is {
		_ = unix.Close(fd)
		return nil, err
	}
	return &door{address: address, fd: fd, port: inet.Port}, nil
}

// close shuts all doors: the core has ended.
func (g *gate) close() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return
	}
	g.over = true
	for _, d := range g.doors {
		_ = unix.Close(d.fd)
	}
	for _, s := range g.sockets {
		s.closeNear(true)
	}
}

// end ends what an operation has open: a connection lives as long as its operation.
func (g *gate) end(o *operation) {
	if g == nil {
		return
	}
	g.reset(o)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sockets = slices.DeleteFunc(g.sockets, func(s *socket) bool { return s.of == o })
}

func (s *socket) closeNear(reset bool) {
	if s.near < 0 {
		return
	}
	if reset {
		_ = unix.SetsockoptLinger(s.near, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	_ = unix.Close(s.near)
	s.near = -1
}

func (s *socket) closeFar() {
	if s.far != nil {
		_ = s.far.Close()
		s.far = nil
	}
}

// exchange sends a line, lets the core work on its sockets, and takes the answer.
func (g *gate) exchange(ctx context.Context, o *operation, event Event) (Answer, error) {
	p := g.e.process
	if early := g.early(); early != "" {
		return Answer{}, fmt.Errorf("the core uses its connection to %s before %q, while no line waits for it", early, event.Event)
	}
	stop := p.watch()
	defer func() { stop() }()
	unsent, err := p.send(event)
	if err != nil {
		return Answer{}, err
	}
	for cancelled, idle := false, false; ; {
		answered := g.settle(idle)
		if peer := stranger(p.command.Process.Pid, g.known); peer != "" {
			return Answer{}, errStranger(peer)
		}
		if err := g.carry(ctx, o, event); err != nil {
			return Answer{}, err
		}
		if answered {
			return p.receive(event, unsent)
		}
		idle = true
		if o == nil {
			continue
		}
		if context.Cause(ctx) != nil && !cancelled {
			cancelled = true
			g.reset(o)
			continue
		}
		if s := g.latest(o); s != nil {
			stop() // what comes now takes time of the bench
			g.hear(ctx, o, s)
			stop, idle = p.watch(), false
		}
	}
}

// early names an address that the core has connected to while it had no line to answer; "": none.
func (g *gate) early() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, d := range g.doors {
		if near, _, err := unix.Accept4(d.fd, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK); err == nil {
			_ = unix.Close(near)
			return d.address
		}
	}
	return ""
}

// tick is how long a poll waits for the core to do something before it is looked at again, in milliseconds.
const (
	tick     = 1
	idleTick = 20
)

// undelivered is after how many looks octets that the core does not take count as taken.
const undelivered = 200

// settle waits until the core waits: for the network, or, answered, for its next line. idle: it has waited before, and
// need not be looked at often.
func (g *gate) settle(idle bool) (answered bool) {
	pid := g.e.process.command.Process.Pid
	var before sample
	for looks := 0; ; looks++ {
		moved, pending := g.collect()
		answered = g.readable()
		now := look(pid)
		rests := !moved && now.asleep && (!pending || looks >= undelivered)
		if answered && now.threads == 0 || looks > 0 && rests && now == before {
			return answered
		}
		before = now
		g.poll(answered, idle)
	}
}

// readable reports whether the core has answered, or its output has ended.
func (g *gate) readable() (ready bool) {
	if g.e.process.output.Buffered() > 0 {
		return true
	}
	there := g.withOutput(func(fd int32) {
		fds := []unix.PollFd{{Fd: fd, Events: unix.POLLIN}}
		n, _ := unix.Poll(fds, 0)
		ready = n > 0
	})
	return ready || !there
}

// withOutput calls f with the descriptor of the core's output, unless that is closed.
func (g *gate) withOutput(f func(fd int32)) bool {
	raw, err := g.e.process.pipe.SyscallConn()
	if err != nil {
		return false
	}
	return raw.Control(func(fd uintptr) { f(int32(fd)) }) == nil
}

// poll waits until the core does something, for a tick at most.
func (g *gate) poll(answered, idle bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var fds []unix.PollFd
	for _, s := range g.sockets {
		if s.near >= 0 && !s.ended {
			fds = append(fds, unix.PollFd{Fd: int32(s.near), Events: unix.POLLIN})
		}
	}
	wait := tick
	if idle {
		wait = idleTick
	}
	waited := !answered && g.withOutput(func(fd int32) {
		// what there is, who looks sees
		_, _ = unix.Poll(append(fds, unix.PollFd{Fd: fd, Events: unix.POLLIN}), wait)
	})
	if !waited {
		_, _ = unix.Poll(fds, tick)
	}
}

// collect takes what the core has sent, and what it has connected; pending: it has not taken all that it was sent.
func (g *gate) collect() (moved, pending bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return false, false
	}
	for _, d := range g.doors {
		for {
			near, _, err := unix.Accept4(d.fd, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
			if err != nil {
				break
			}
			moved = true
			g.made++
			g.sockets = append(g.sockets, &socket{address: d.address, near: near, used: g.made})
		}
	}
	for _, s := range g.sockets {
		if s.near < 0 {
			continue
		}
		if len(s.told) > 0 {
			n, _ := unix.SendmsgN(s.near, s.told, nil, nil, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
			s.told = s.told[max(0, n):]
			moved = moved || n > 0
		}
		if left, err := unix.IoctlGetInt(s.near, unix.SIOCOUTQ); err == nil && left > 0 {
			pending = true
		}
		moved = g.listen(s) || moved
		// What it has sent may lie in its own queue until what came before is acknowledged (Nagle's algorithm, RFC 9293
		// section 3.7.4), which a kernel likes to put off.
		_ = unix.SetsockoptInt(s.near, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	}
	return moved, pending
}

// listen takes what the core has sent on a socket.
func (g *gate) listen(s *socket) (moved bool) {
	buffer := make([]byte, 64<<10)
	for !s.ended {
		n, _, err := unix.Recvfrom(s.near, buffer, unix.MSG_DONTWAIT)
		switch {
		case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
			return moved
		case err != nil || n == 0:
			s.ended = true
			return true
		}
		g.made++
		moved, s.used, s.heard = true, g.made, append(s.heard, buffer[:n]...)
	}
	return moved
}

// carry does on the bench what the core has done on its sockets.
func (g *gate) carry(ctx context.Context, o *operation, event Event) error {
	for _, s := range g.ofOperation(nil) {
		if err := g.admit(ctx, o, s, event); err != nil {
			return err
		}
	}
	for _, s := range g.ofOperation(o) {
		g.mu.Lock()
		said, ended := s.heard, s.ended
		s.heard = nil
		g.mu.Unlock()
		if len(said) > 0 {
			g.say(ctx, o, s, said)
		}
		if ended {
			g.shut(s, false)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sockets = slices.DeleteFunc(g.sockets, func(s *socket) bool { return s.near < 0 && s.far == nil })
	return nil
}

// shut ends a connection at both ends.
func (g *gate) shut(s *socket, reset bool) {
	s.closeFar()
	g.mu.Lock()
	defer g.mu.Unlock()
	s.closeNear(reset)
}

// admit connects on the bench what the core has connected.
func (g *gate) admit(ctx context.Context, o *operation, s *socket, event Event) error {
	switch {
	case o == nil:
		return fmt.Errorf("the core connects to %s in the answer to %q, which has no operation", s.address, event.Event)
	case !o.waits:
		return errConnects(s.address, o)
	}
	s.of = o
	name, digits, err := net.SplitHostPort(s.address)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		return err
	}
	s.view = &connection{host: name}
	o.judgeConnect(Action{Host: name, Port: port})
	limited, cancel := o.limited(ctx, Action{}, standardTimeout)
	defer cancel()
	conn, err := host.Connect(limited, o.e.host.Clock, o.e.host.Dialer, "tcp", s.address)
	if err == nil {
		s.far = conn
		return nil
	}
	switch kind := outcome.Network(limited, err); kind {
	case outcome.TimedOut: // it has connected, and nothing comes
	case outcome.NameNotResolved, outcome.Unreachable:
		o.e.session.cannotShow(cannotShow(s.address, unreached[kind]))
		fallthrough
	default:
		g.shut(s, true)
	}
	return nil
}

// say sends on what the core has said.
func (g *gate) say(ctx context.Context, o *operation, s *socket, said []byte) {
	if s.far == nil {
		return
	}
	o.hear(s.view, said)
	s.shakes = beginsTLS(said)
	s.asked = o.e.host.Elapsed()
	limited, cancel := o.limited(ctx, Action{}, 2*receiveTimeout)
	defer cancel()
	far := s.far
	stop := context.AfterFunc(limited, func() { _ = far.Close() })
	defer stop()
	_, _ = far.Write(said) // what has failed shows when the answer is awaited
}

// latest is the connection that an operation waits on: the one that it used last; nil: there is none.
func (g *gate) latest(o *operation) (last *socket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.sockets {
		if s.of == o && s.far != nil && s.near >= 0 && len(s.told) == 0 && (last == nil || s.used > last.used) {
			last = s
		}
	}
	return last
}

// hear waits for what the server says and hands it to the core. A server that is silent for too long stays so.
func (g *gate) hear(ctx context.Context, o *operation, s *socket) {
	patience := receiveTimeout
	switch {
	case o.providerAt(s.view.host, 443): // the whole of an answer, however it comes
		patience = max(time.Millisecond, s.asked+standardTimeout-o.e.host.Elapsed())
	case o.event == eventConnectionTest || s.shakes:
		patience = standardTimeout
	}
	limited, cancel := o.limited(ctx, Action{}, patience)
	defer cancel()
	far := s.far
	stop := context.AfterFunc(limited, func() { _ = far.Close() })
	buffer := make([]byte, 64<<10)
	n, err := far.Read(buffer)
	if !stop() && n == 0 { // a time-out of the bench, or a cancel
		s.closeFar()
		return
	}
	if n == 0 {
		g.shut(s, !errors.Is(err, io.EOF))
		return
	}
	s.view.hear(buffer[:n])
	g.mu.Lock()
	defer g.mu.Unlock()
	s.told = append(s.told, buffer[:n]...)
}

// reset ends the connections of an operation that was cancelled.
func (g *gate) reset(o *operation) {
	for _, s := range g.ofOperation(o) {
		g.shut(s, true)
	}
}

// ofOperation are the sockets of an operation.
func (g *gate) ofOperation(o *operation) []*socket {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.sockets), func(s *socket) bool { return s.of != o })
}
