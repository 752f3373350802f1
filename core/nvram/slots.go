package nvram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Slots is the layout of an image: one record of JSON, written so that a torn write leaves the record before. A device
// that keeps something beside its settings and sign-ins keeps it in slots of a flash of its own.
type Slots struct {
	Flash  Flash
	Schema int // of what is written; a record of a later version is refused and left as it is
	// Older reports whether a text is a record from before there were slots, which began the image and had no frame. It
	// is kept until the first record in a slot is whole. Nil: there never were such records.
	Older func(text []byte) bool
}

// Load returns the newest whole record and the version of its schema: 0 for one from before there were slots. In a new
// or an erased memory, and where the first write of all was torn, there is none, and no error. The error is an
// [*Error]: FaultUnreadable, FaultSchema or FaultCorrupt.
func (s Slots) Load() (record []byte, schema int, err error) {
	image, err := s.Flash.Read()
	if err != nil {
		return nil, 0, &Error{Fault: FaultUnreadable}
	}
	newest, _, found := newestOf(image)
	if found {
		if newest.Schema > s.Schema {
			return nil, newest.Schema, &Error{Fault: FaultSchema}
		}
		return newest.Record, newest.Schema, nil
	}
	if text := firstLine(image); s.isOlder(text) {
		return text, 0, nil
	}
	if len(bytes.Trim(image, erased)) == 0 || s.isFirst(image) {
		return nil, 0, nil
	}
	return nil, 0, &Error{Fault: FaultCorrupt}
}

// Save stores a record, one JSON value. After an error what was stored before is still there, unless the error says
// otherwise.
func (s Slots) Save(record []byte) error {
	return s.save(func() ([]byte, error) { return record, nil })
}

// Replace stores a record and leaves nothing of the one before. FaultRemains: it is stored, and the one before could
// not be erased; the next record goes over it.
func (s Slots) Replace(record []byte) error {
	return s.replace(func() ([]byte, error) { return record, nil })
}

func (s Slots) isOlder(text []byte) bool { return s.Older != nil && s.Older(text) }

// erased are the bytes of a memory that holds nothing: images are filled up with the first, a new memory has either of
// the others.
const erased = "\n\x00\xff"

// isFirst reports whether an image is what a torn write leaves that was the first of all: nothing was stored before.
func (s Slots) isFirst(image []byte) bool {
	text := bytes.TrimRight(image, erased)
	begin := fmt.Appendf(nil, `{"schema":%d,"generation":1,`, s.Schema)
	part := bytes.HasPrefix(text, begin) && !bytes.Contains(text, []byte{'\n'}) && !json.Valid(text)
	return part || bytes.HasPrefix(begin, text)
}

func firstLine(image []byte) []byte {
	text, _, _ := bytes.Cut(image, []byte{'\n'})
	return text
}

// save asks for the record once it is clear that one can be written.
func (s Slots) save(record func() ([]byte, error)) error {
	image, err := s.Flash.Read()
	if err != nil {
		return &Error{Fault: FaultUnreadable}
	}
	newest, at, found := newestOf(image)
	if found && newest.Schema > s.Schema {
		return &Error{Fault: FaultSchema}
	}
	if text := firstLine(image); !found && s.isOlder(text) {
		at = extent{0, slotsFor(len(text))}
	}
	content, err := record()
	if err != nil {
		return err
	}
	encoded, err := encodeLine(s.Schema, newest.Generation+1, content)
	if err != nil {
		return err
	}
	next := place(at, slotsFor(len(encoded)))
	if next.slots > MaximumSlots {
		return &Error{Fault: FaultTooLarge}
	}
	const least = 2 // slots of an image
	out := bytes.Repeat([]byte{'\n'}, SlotSize*max(least, at.first+at.slots, next.first+next.slots))
	copy(out[at.first*SlotSize:(at.first+at.slots)*SlotSize], image[min(len(image), at.first*SlotSize):])
	copy(out[next.first*SlotSize:], encoded)
	failed := s.Flash.Write(out)
	back, err := s.Flash.Read()
	switch {
	case err == nil && bytes.Equal(back, out): // whatever the write says, it is there
		return nil
	case failed != nil:
		return &Error{Fault: FaultWrite}
	default:
		return &Error{Fault: FaultVerify}
	}
}

func (s Slots) replace(record func() ([]byte, error)) error {
	if err := s.save(record); err != nil {
		return err
	}
	if err := s.save(record); err != nil {
		return errors.Join(&Error{Fault: FaultRemains}, err)
	}
	return nil
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

// slotsFor is how many slots a line of so many bytes takes, a newline at its end included.
func slotsFor(length int) int { return length/SlotSize + 1 }
