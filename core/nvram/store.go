package nvram

import (
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
	FaultRemains    Fault = "what was stored before cannot be erased"                     // the new record is stored
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
	slots  Slots
	sealer *sealer
}

// Open reads the record. A new device has factory settings and no error. With a fault for which [Error.Recovered] holds
// it returns a store, what could be saved, and the fault; with any other no store.
func Open(flash Flash, key []byte, random io.Reader) (*Store, Record, error) {
	sealer, err := newSealer(key, random)
	if err != nil {
		return nil, Record{}, err
	}
	s := &Store{slots: Slots{Flash: flash, Schema: Schema}, sealer: sealer}
	content, schema, err := s.slots.Load()
	switch {
	case errors.Is(err, &Error{Fault: FaultCorrupt}):
		return s, factory(), err
	case err != nil:
		return nil, Record{}, err
	case content == nil:
		return s, factory(), nil
	}
	r, err := decodeRecord(schema, content, sealer)
	if errors.Is(err, &Error{Fault: FaultCorrupt}) {
		return s, factory(), err
	}
	return s, r, err
}

// Save stores a record. After an error what was stored before is still there, unless the error says otherwise.
func (s *Store) Save(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(r)
}

// Replace stores a record and leaves nothing of the one before: signing out must not leave tokens in an older one.
// FaultRemains: the record is stored, and the one before could not be erased; the next record goes over it.
func (s *Store) Replace(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slots.replace(s.encoded(r))
}

func (s *Store) save(r Record) error { return s.slots.save(s.encoded(r)) }

// encoded makes the record's JSON when it is asked for: its secrets are sealed anew each time.
func (s *Store) encoded(r Record) func() ([]byte, error) {
	return func() ([]byte, error) { return encode(r, s.sealer) }
}
