package nvram

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"

	"mfpsim/core/mail"
)

// SlotSize is the size of one of the two slots of an image, in bytes.
const SlotSize = 32 << 10

// Fault is what is wrong with the memory or with a key.
type Fault string

// The faults. The first four end [Open] without a store; with the others the device goes on as each says.
const (
	FaultKey        Fault = "the sealing key is too short"
	FaultUnreadable Fault = "the memory cannot be read"
	FaultSchema     Fault = "the record was written by a newer firmware"
	FaultRandom     Fault = "no randomness"
	FaultCorrupt    Fault = "no slot holds a whole record"                                // factory settings, no sign-in
	FaultForeignKey Fault = "the secrets were sealed with another key"                    // settings kept; password and sign-in lost
	FaultSealed     Fault = "the secrets are damaged"                                     // likewise
	FaultWrite      Fault = "the memory cannot be written"                                // what was stored before stays
	FaultTooLarge   Fault = "the record does not fit into a slot"                         // likewise
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

// Open reads the record. A new device has factory settings and no error. With a fault for which [Error.Recovered] holds it
// returns a store, what could be saved, and the fault; with any other no store.
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
	factory := Record{Settings: mail.FactorySettings()}
	newest, _, found := choose(split(image))
	if !found {
		if len(bytes.Trim(image, "\n\x00\xff")) == 0 { // new, erased either way
			return s, factory, nil
		}
		return s, factory, &Error{Fault: FaultCorrupt}
	}
	if newest.Schema > Schema {
		return nil, Record{}, &Error{Fault: FaultSchema}
	}
	r, err := decodeRecord(newest, sealer)
	if errors.Is(err, &Error{Fault: FaultCorrupt}) {
		return s, factory, err
	}
	return s, r, err
}

// split cuts an image, of whatever length, into its two slots.
func split(image []byte) [2][]byte {
	var slots [2][]byte
	for i := range slots {
		start, end := min(i*SlotSize, len(image)), min((i+1)*SlotSize, len(image))
		slots[i] = image[start:end]
	}
	return slots
}

// choose returns the newest whole line and the slot to write next, which is the other one.
func choose(slots [2][]byte) (newest line, next int, found bool) {
	for i, slot := range slots {
		l, ok := decodeLine(slot)
		if ok && (!found || l.Generation > newest.Generation) {
			newest, next, found = l, 1-i, true
		}
	}
	return newest, next, found
}

// Save stores a record. After an error what was stored before is still there, unless the error says otherwise.
func (s *Store) Save(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(r)
}

// Replace stores a record and leaves nothing of the one before: signing out must not leave tokens in the older slot.
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
	slots := split(image)
	newest, next, found := choose(slots)
	if found && newest.Schema > Schema {
		return &Error{Fault: FaultSchema}
	}
	encoded, err := encode(r, newest.Generation+1, s.sealer)
	if err != nil {
		return err
	}
	if len(encoded) >= SlotSize {
		return &Error{Fault: FaultTooLarge}
	}
	var out bytes.Buffer
	for i, slot := range slots {
		if i == next {
			slot = encoded
		}
		out.Write(slot)
		out.WriteString(strings.Repeat("\n", SlotSize-len(slot)))
	}
	if s.flash.Write(out.Bytes()) != nil {
		return &Error{Fault: FaultWrite}
	}
	back, err := s.flash.Read()
	if err != nil || !bytes.Equal(back, out.Bytes()) {
		return &Error{Fault: FaultVerify}
	}
	return nil
}
