package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"

	"mfpsim/chance"
	"mfpsim/core/host"
	"mfpsim/core/nvram"
)

// preferences are what the panel sets and power off keeps.
type preferences struct {
	Language string `json:"language"`
	Locked   bool   `json:"locked"`
	Firmware string `json:"firmware"`
	// Ahead is the Time Difference: minutes ahead of UTC, daylight saving included.
	Ahead int `json:"ahead,omitempty"`
}

// records are the printer's own part of flash memory: preferences and the job history.
type records struct {
	mu    sync.Mutex
	flash nvram.Flash
	image recordsImage
}

type recordsImage struct {
	Schema      int             `json:"schema"`
	Model       string          `json:"model,omitempty"` // of the printer; older records do not tell
	Preferences preferences     `json:"preferences"`
	Jobs        json.RawMessage `json:"jobs,omitempty"`
}

const recordsSchema = 1

// openRecords reads the memory; an empty one, or one that is torn or foreign, begins with the given preferences.
func openRecords(flash nvram.Flash, model string, fresh preferences) (*records, error) {
	r := &records{flash: flash, image: recordsImage{Schema: recordsSchema, Model: model, Preferences: fresh}}
	data, err := flash.Read()
	if err != nil {
		return r, fmt.Errorf("read the printer's records: %w", err)
	}
	if len(data) == 0 {
		return r, nil
	}
	var read recordsImage
	if err := json.Unmarshal(data, &read); err != nil || read.Schema != recordsSchema {
		return r, errors.New("the printer's records are damaged and were begun anew")
	}
	r.image = read
	return r, nil
}

func (r *records) preferences() preferences {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Preferences
}

func (r *records) change(f func(*preferences)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.image.Preferences)
	return r.write()
}

// Load and Save are the job history's store.
func (r *records) Load() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Jobs, nil
}

func (r *records) Save(data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.image.Jobs = data
	return r.write()
}

func (r *records) write() error {
	data, err := json.Marshal(r.image)
	if err != nil {
		return fmt.Errorf("write the printer's records: %w", err)
	}
	if err := r.flash.Write(data); err != nil {
		return fmt.Errorf("write the printer's records: %w", err)
	}
	return nil
}

// supply is the printer's power supply, which can fail during a write to memory.
type supply struct {
	mu     sync.Mutex
	random *chance.Reader
	cutAt  int    // writes to the mail memory from now until the supply fails, 1 is the next; 0: it does not
	failed bool   // it has, and was not switched on since
	lost   func() // called when it fails; it must not wait for anybody
}

// supplied is flash memory behind the power supply.
type supplied struct {
	*supply
	flash   nvram.Flash
	counted bool   // its writes count for cutAt: settings and sign-in do, the job history does not
	written func() // called after each write; nil: nobody asks
}

// Read returns the image.
func (s *supplied) Read() ([]byte, error) { return s.flash.Read() }

// Write writes, unless the supply fails: then a memory that can be torn is, and any other is left as it was.
func (s *supplied) Write(image []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed {
		return nvram.ErrPowerCut
	}
	if !s.counted || s.cutAt == 0 {
		return s.keep(image)
	}
	if s.cutAt--; s.cutAt > 0 {
		return s.keep(image)
	}
	s.failed = true
	defer s.lost()
	if memory, ok := s.flash.(*nvram.Memory); ok {
		memory.CutPower(1, s.tear(memory.Image(), image))
		return memory.Write(image)
	}
	return nvram.ErrPowerCut
}

// tear draws how many bytes of a new image arrive: at least the first one that changes, and not all that do.
func (s *supply) tear(before, image []byte) int {
	changes := func(i int) bool { return i >= len(before) || before[i] != image[i] }
	begin, end := 0, len(image)
	for begin < len(image) && !changes(begin) {
		begin++
	}
	for end > begin && !changes(end-1) {
		end--
	}
	if end-begin < 2 {
		return begin
	}
	return begin + 1 + s.random.Intn(end-begin-1)
}

// image is what the memory holds, power or not.
func (s *supplied) image() ([]byte, error) {
	if memory, ok := s.flash.(*nvram.Memory); ok {
		return memory.Image(), nil
	}
	return s.flash.Read()
}

func (s *supplied) keep(image []byte) error {
	err := s.flash.Write(image)
	if err == nil && s.written != nil {
		s.written()
	}
	return err
}

// cut arms a failure at a write.
func (s *supply) cut(atWrite int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cutAt = atWrite
}

// restore brings the supply back.
func (s *supplied) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed, s.cutAt = false, 0
	if memory, ok := s.flash.(*nvram.Memory); ok {
		memory.Restore()
	}
}

// lit is the printer's way to the network: there is none once the supply has failed, though what was running has
// not ended yet.
type lit struct{ printer *Printer }

var errDark = errors.New("the printer is dark")

// DialContext dials, unless the supply has failed.
func (l lit) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if l.printer.dark.Load() {
		return nil, errDark
	}
	return l.printer.config.Dialer.DialContext(ctx, network, address)
}

// LookupHost resolves, where the dialler can.
func (l lit) LookupHost(ctx context.Context, name string) ([]string, error) {
	if r, resolves := l.printer.config.Dialer.(host.Resolver); resolves {
		return r.LookupHost(ctx, name)
	}
	return []string{name}, nil
}
