package nvram

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// SlotSize is the unit in which an image is laid out, in bytes.
const SlotSize = 32 << 10

// MaximumSlots is how many slots one record may take: with refresh tokens as Entra's, room for about a thousand
// sign-ins.
const MaximumSlots = 64

// Fault is what is wrong with the memory or with a key.
type Fault string

// The faults. The first four end [Open] without a store; with the others the device goes on as each says.
const (
	FaultKey        Fault = "the sealing key is too short"
	FaultUnreadable Fault = "the memory cannot be read"
	FaultSchema     Fault = "the record was written by a newer firmware"
	FaultRandom     Fault = "no randomness"
	FaultCorrupt    Fault = "no slot holds a whole record"                                // factory settings, no sign-ins
	FaultForeignKey Fault = "the secrets were sealed with another key"                    // settings kept; passwords and sign-ins lost
	FaultSealed     Fault = "the secrets are damaged"                                     // likewise
	FaultWrite      Fault = "the memory cannot be written"                                // what was stored before stays
	FaultTooLarge   Fault = "the record is too large"                                     // likewise
	FaultEncode     Fault = "the record cannot be encoded"                                // likewise
	FaultVerify     Fault = "what was written reads back differently; the memory is worn" // undetermined: read again
)

// Error is a fault. It holds no text of the operating system.
type Error struct{ Fault Fault }

// Error says the fault.
func (e *Error) Error() string { return "nvram: " + string(e.Fault) }

// Is reports whether target is an [*Error] with the same fault.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Fault == e.Fault
}

// Recovered reports whether [Open] went on nevertheless, with less than was stored.
func (e *Error) Recovered() bool {
	return e.Fault == FaultCorrupt || e.Fault == FaultForeignKey || e.Fault == FaultSealed
}

// Store reads and writes the record of one device. It is safe for concurrent use.
type Store struct {
	mu     sync.Mutex
	flash  Flash
	sealer *sealer
}

// Open reads the record. A new device has factory settings and no error. With a fault for which [Error.Recovered] holds
// it returns a store, what could be saved, and the fault; with any other no store.
func Open(flash Flash, key []byte, random io.Reader) (*Store, Record, error) {
	sealer, err := newSealer(key, random)
	if err != nil {
		return nil, Record{}, err
	}
	image, err := flash.Read()
	if err != nil {
		return nil, Record{}, &Error{Fault: FaultUnreadable}
	}
	s := &Store{flash: flash, sealer: sealer}
	newest, _, found := newestOf(image)
	if !found {
		if len(bytes.Trim(image, "\n\x00\xff")) == 0 { // new, erased either way
			return s, factory(), nil
		}
		return s, factory(), &Error{Fault: FaultCorrupt}
	}
	if newest.Schema > Schema {
		return nil, Record{}, &Error{Fault: FaultSchema}
	}
	r, err := decodeRecord(newest, sealer)
	if errors.Is(err, &Error{Fault: FaultCorrupt}) {
		return s, factory(), err
	}
	return s, r, err
}

// extent is where a record lies, in slots.
type extent struct{ first, slots int }

// newestOf returns the newest whole record of an image, of whatever length, and where it lies.
func newestOf(image []byte) (newest line, at extent, found bool) {
	for slot := 0; slot*SlotSize < len(image); slot++ {
		l, slots, ok := decodeLine(image[slot*SlotSize:])
		if ok && (!found || l.Generation > newest.Generation) {
			newest, at, found = l, extent{slot, slots}, true
		}
	}
	return newest, at, found
}

// place returns where the next record goes: not over the newest one.
func place(newest extent, slots int) extent {
	if slots <= newest.first {
		return extent{0, slots}
	}
	return extent{newest.first + newest.slots, slots}
}

// Save stores a record. After an error what was stored before is still there, unless the error says otherwise.
func (s *Store) Save(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(r)
}

// Replace stores a record and leaves nothing of the one before: signing out must not leave tokens in an older one.
func (s *Store) Replace(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.save(r); err != nil {
		return err
	}
	return s.save(r)
}

func (s *Store) save(r Record) error {
	image, err := s.flash.Read()
	if err != nil {
		return &Error{Fault: FaultUnreadable}
	}
	newest, at, found := newestOf(image)
	if found && newest.Schema > Schema {
		return &Error{Fault: FaultSchema}
	}
	encoded, err := encode(r, newest.Generation+1, s.sealer)
	if err != nil {
		return err
	}
	next := place(at, slotsFor(len(encoded)))
	if next.slots > MaximumSlots {
		return &Error{Fault: FaultTooLarge}
	}
	const least = 2 // slots of an image
	out := bytes.Repeat([]byte{'\n'}, SlotSize*max(least, at.first+at.slots, next.first+next.slots))
	copy(out[at.first*SlotSize:(at.first+at.slots)*SlotSize], image[at.first*SlotSize:])
	copy(out[next.first*SlotSize:], encoded)
	if s.flash.Write(out) != nil {
		return &Error{Fault: FaultWrite}
	}
	back, err := s.flash.Read()
	if err != nil || !bytes.Equal(back, out) {
		return &Error{Fault: FaultVerify}
	}
	return nil
}
