package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"mfpsim/chance"
	"mfpsim/core/host"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/journal"
)

// life is the printer from one power on to power off. What was running when it ends may go on for a while, as code of
// the simulation; it reaches neither the memory nor the network, and nothing of it is recorded.
type life struct{ over atomic.Bool }

// supply is the printer's power supply, which can fail during a write to memory, and what else can be wrong with a
// write. Settings and records are in one memory: their writes count together.
type supply struct {
	mu      sync.Mutex
	random  *chance.Reader
	note    func(text string) // into the record of the bench
	lost    func(*life)       // called when the supply fails; it must not wait for anybody
	writes  int               // that were carried out, in whole or in part
	refused int

	cut    *device.PowerAct // armed; nil: the supply holds
	passed int              // writes since it was armed

	faults *device.MemoryFault // nil: writes are carried out
	let    int                 // writes that it let pass
	met    int                 // that it refused
}

// errRefused is what a write hears that the memory does not take.
var errRefused = errors.New("the memory refuses the write")

// chip is a part of flash memory behind the power supply, in one life of the printer.
type chip struct {
	*supply
	flash   nvram.Flash
	life    *life
	written func() // called after each write that succeeds; nil: nobody asks
}

// in returns the chip in another life.
func (c chip) in(l *life) *chip { c.life = l; return &c }

// Read returns the image.
func (c *chip) Read() ([]byte, error) {
	if c.life.over.Load() {
		return nil, nvram.ErrPowerCut
	}
	return c.flash.Read()
}

// Write writes, unless the supply fails or the memory takes no writes. When the supply fails a part of what changes
// arrives; a flash that writes all or nothing is left as it was.
func (c *chip) Write(image []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.life.over.Load():
		return nvram.ErrPowerCut
	case c.refuses():
		c.note("the memory refuses a write")
		return errRefused
	}
	c.writes++
	if c.fails() {
		return c.tear(image)
	}
	if err := c.flash.Write(image); err != nil {
		return err
	}
	if c.written != nil {
		c.written()
	}
	return nil
}

// refuses reports whether the memory refuses this write.
func (s *supply) refuses() bool {
	switch f := s.faults; {
	case f == nil || f.Times > 0 && s.met >= f.Times:
		return false
	case s.let < f.After:
		s.let++
		return false
	}
	s.met++
	s.refused++
	return true
}

// fails reports whether the supply fails in this write.
func (s *supply) fails() bool {
	if s.cut == nil {
		return false
	}
	s.passed++
	return s.passed == s.cut.AtWrite
}

// tear is a write in which the supply fails.
func (c *chip) tear(image []byte) error {
	before, err := c.flash.Read()
	if err != nil {
		return err
	}
	begin, end := changed(before, image)
	arrive := 0
	switch at := c.cut.AtByte; {
	case at != nil:
		arrive = min(*at, end-begin)
	case end-begin > 1:
		arrive = 1 + c.random.Intn(end-begin-1)
	}
	c.note("the power supply fails in a write to memory") // not where: that is drawn, and differs by the seed
	c.cut = nil
	torn := append([]byte{}, image[:begin+arrive]...)
	if len(torn) < len(before) {
		torn = append(torn, before[len(torn):]...)
	}
	switch whole, atomic := c.flash.(interface{ Atomic() bool }); {
	case arrive == end-begin:
		err = c.flash.Write(image)
	case atomic && whole.Atomic():
	default:
		err = c.flash.Write(torn)
	}
	c.life.over.Store(true)
	c.lost(c.life)
	return errors.Join(nvram.ErrPowerCut, err)
}

// changed is where an image differs from the one before: from the first byte that changes to after the last. What an
// image is filled up with is no change of a memory that was shorter.
func changed(before, image []byte) (begin, end int) {
	changes := func(i int) bool {
		if i >= len(before) {
			return image[i] != '\n'
		}
		return before[i] != image[i]
	}
	end = len(image)
	for begin < end && !changes(begin) {
		begin++
	}
	for end > begin && !changes(end-1) {
		end--
	}
	return begin, end
}

// arm makes the supply fail in a write to come; a cut that was armed before is forgotten.
func (s *supply) arm(act device.PowerAct) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut, s.passed = &act, 0
}

// setFaults makes the memory refuse writes; nil: it takes them again.
func (s *supply) setFaults(f *device.MemoryFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.let, s.met = f, 0, 0
}

// state says what became of the writes, and what is planted and was not met.
func (s *supply) state() device.MemoryState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := device.MemoryState{Writes: s.writes, Refused: s.refused}
	if s.cut != nil {
		state.Unmet = append(state.Unmet, fmt.Sprintf("power %s: %d writes since", s.cut, s.passed))
	}
	if f := s.faults; f != nil && s.met < max(1, f.Times) {
		state.Unmet = append(state.Unmet, "memory "+f.String())
	}
	return state
}

// lit is the printer's way to the network in one life: there is none once that has ended.
type lit struct {
	printer *Printer
	life    *life
	memory  *records // whose settings say which way it is
}

var errDark = errors.New("the printer is dark")

// DialContext dials, unless the power has gone.
func (l lit) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if l.life.over.Load() {
		return nil, errDark
	}
	conn, err := l.printer.dial(ctx, l.memory.settings(), network, address)
	if err != nil {
		return nil, err
	}
	return &litConn{Conn: conn, life: l.life}, nil
}

// LookupHost resolves, where the dialler can.
func (l lit) LookupHost(ctx context.Context, name string) ([]string, error) {
	if r, resolves := l.printer.config.Dialer.(host.Resolver); resolves {
		return r.LookupHost(ctx, name)
	}
	return []string{name}, nil
}

// litConn is a connection of the printer: nothing goes over it any more once the power has gone.
type litConn struct {
	net.Conn
	life *life
}

// NetConn returns the connection below.
func (c *litConn) NetConn() net.Conn { return c.Conn }

// Read reads; what has arrived meanwhile is not handed on after the power has gone.
func (c *litConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.life.over.Load() {
		return 0, net.ErrClosed
	}
	return n, err
}

// Write writes, unless the power has gone.
func (c *litConn) Write(b []byte) (int, error) {
	if c.life.over.Load() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

// record puts something that the printer does into the record of the bench; a printer without power does nothing.
func (p *Printer) record(e journal.Entry) {
	p.mu.Lock()
	dark := p.live == nil || p.live.life.over.Load()
	p.mu.Unlock()
	if !dark || e.Kind == journal.KindClock {
		p.note(e)
	}
}

// note puts something that happens to the printer into the record of the bench.
func (p *Printer) note(e journal.Entry) {
	if p.config.Journal != nil {
		e.Party = p.config.Name
		p.config.Journal.Append(e)
	}
}
