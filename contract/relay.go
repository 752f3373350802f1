package contract

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"mfpsim/core/host"
	"mfpsim/core/outcome"
	"mfpsim/vtime"
)

// relay is how a core with sockets and a clock of its own reaches the bench: a port of the loopback for each address.
// What comes through it is connected on the bench as the printer's, and each request is acted on in a turn of its own,
// as that of a client from outside. Time-outs are the core's.
type relay struct {
	e *engine

	mu      sync.Mutex
	doors   []net.Listener
	at      map[string]string // where they are, by address
	known   map[string]bool   // sockets of the core that were looked at
	latest  *operation        // whose line was the last one; nil: it has ended
	stopped *operation        // that was cancelled last: it connects no more
	wrong   error             // what the core has done that it must not
	open    []*passage
	over    bool
}

// passage is a connection of the core.
type passage struct {
	of   *operation
	near net.Conn
	life context.Context // ends with it
	end  context.CancelFunc
}

// lingers is how long a connection may live on when its operation has ended, for what is on its way.
const lingers = time.Second

// glance is how often is looked whether the core has connected to somebody else.
const glance = 200 * time.Millisecond

func newRelay(e *engine) *relay {
	return &relay{e: e, at: map[string]string{}, known: map[string]bool{}}
}

// resolve makes a door for each address that has none, and says where they are.
func (r *relay) resolve(addresses []string) (where map[string]string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	where = map[string]string{}
	for _, address := range addresses {
		if r.at[address] == "" && !r.over {
			door, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nil, fmt.Errorf("no port of the loopback for %s: %w", address, err)
			}
			r.doors = append(r.doors, door)
			r.at[address] = door.Addr().String()
			go r.serve(door, address)
		}
		where[address] = r.at[address]
	}
	return where, nil
}

func (r *relay) serve(door net.Listener, address string) {
	for {
		near, err := door.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil { // else one of the core's has gone, or there is no descriptor now
			go r.lead(near, address)
		}
	}
}

// exchange is a line and its answer, and what the core does on its sockets between them.
func (r *relay) exchange(o *operation, p *process, event Event, sent chan struct{}) (Answer, error) {
	r.mu.Lock()
	wrong := r.wrong
	r.latest = o
	r.mu.Unlock()
	if wrong != nil {
		close(sent)
		return Answer{}, wrong
	}
	stop := r.watch(p)
	a, err := p.exchangeAsleep(event, sent)
	stop()
	r.lookFor(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if o == nil {
		r.latest = nil
	}
	if r.wrong != nil {
		return Answer{}, r.wrong
	}
	return a, err
}

// watch looks again and again whether the core has connected to somebody else, and ends it then.
func (r *relay) watch(p *process) (stop func()) {
	var mu sync.Mutex
	var calm func()
	over := false
	var look func()
	look = func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		if r.lookFor(p) {
			p.destroy()
			return
		}
		calm = vtime.Alarm(glance, look)
	}
	mu.Lock()
	calm = vtime.Alarm(glance, look)
	mu.Unlock()
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		calm()
	}
}

// lookFor notes a connection of the core that leads to somebody else.
func (r *relay) lookFor(p *process) (found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := stranger(p.command.Process.Pid, r.known)
	if peer != "" && r.wrong == nil {
		r.wrong = errStranger(peer)
	}
	return peer != ""
}

// admit says whose a connection is, or what is wrong with it.
func (r *relay) admit(near net.Conn, address string) *passage {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.latest
	switch {
	case r.over, o != nil && o == r.stopped:
		return nil
	case o == nil:
		r.wrong = errors.Join(r.wrong, fmt.Errorf("the core connects to %s, while no operation has a line", address))
		return nil
	case !o.waits:
		r.wrong = errors.Join(r.wrong, errConnects(address, o))
		return nil
	}
	life, end := context.WithCancel(context.Background()) // the core's, who has no turn
	p := &passage{of: o, near: near, life: life, end: end}
	r.open = append(r.open, p)
	return p
}

// lead carries octets both ways until both ends are closed.
func (r *relay) lead(near net.Conn, address string) {
	p := r.admit(near, address)
	if p == nil {
		reset(near)
		return
	}
	defer func() {
		p.end()
		_ = near.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.open = slices.DeleteFunc(r.open, func(other *passage) bool { return other == p })
	}()
	name, digits, err := net.SplitHostPort(address)
	if err != nil {
		return
	}
	port, _ := strconv.Atoi(digits) // the bench's own
	p.of.judgeConnect(Action{Host: name, Port: port})
	far, err := host.Connect(p.life, r.e.host.Clock, r.e.host.Dialer, "tcp", address)
	if err != nil {
		if text, unreached := unreached[outcome.Network(p.life, err)]; unreached {
			r.e.session.cannotShow(cannotShow(address, text))
		}
		reset(near)
		return
	}
	ended := context.AfterFunc(p.life, func() {
		reset(near)
		_ = far.Close()
	})
	defer ended()
	var both sync.WaitGroup
	both.Go(func() { // to the core
		buffer := make([]byte, 64<<10)
		for {
			n, err := far.Read(buffer)
			if n > 0 {
				if _, failed := near.Write(buffer[:n]); failed != nil {
					err = failed
				}
			}
			if err != nil {
				_ = near.Close()
				return
			}
		}
	})
	view, buffer := &connection{host: name}, make([]byte, 64<<10)
	for {
		n, err := near.Read(buffer)
		if n > 0 {
			p.of.hear(view, buffer[:n])
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

// reset closes a connection in a way that its other end can tell from an end.
func reset(conn net.Conn) {
	if tcp, is := conn.(*net.TCPConn); is {
		_ = tcp.SetLinger(0) // best effort: the close comes in any case
	}
	_ = conn.Close()
}

// of are the connections of an operation; nil: all.
func (r *relay) of(o *operation) (theirs []*passage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.open {
		if o == nil || p.of == o {
			theirs = append(theirs, p)
		}
	}
	return theirs
}

// reset ends the connections of an operation that was cancelled; nil: of all.
func (r *relay) reset(o *operation) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.stopped = o
	r.mu.Unlock()
	for _, p := range r.of(o) {
		p.end()
	}
}

// end ends what an operation has open, when what is on its way has had time to arrive.
func (r *relay) end(o *operation) {
	if r == nil {
		return
	}
	r.mu.Lock()
	if r.latest == o {
		r.latest = nil
	}
	r.mu.Unlock()
	for _, p := range r.of(o) {
		calm := vtime.Alarm(lingers, p.end)
		context.AfterFunc(p.life, calm)
	}
}

// close shuts all doors: the core has ended.
func (r *relay) close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.over = true
	doors := r.doors
	r.mu.Unlock()
	for _, door := range doors {
		_ = door.Close()
	}
	r.reset(nil)
}
