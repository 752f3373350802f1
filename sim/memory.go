package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"mfpsim/core/nvram"
	"mfpsim/sim/settings"
)

// preferences are what the panel sets and power off keeps.
type preferences struct {
	Language string `json:"language"`
	Locked   bool   `json:"locked"`
	Firmware string `json:"firmware"`
	// Tries are the wrong passwords of the doors that have any.
	Tries map[string]tries `json:"tries,omitempty"`
}

// records are the printer's own part of flash memory: preferences and the job history, in slots as the core's.
type records struct {
	mu    sync.Mutex
	slots nvram.Slots
	image recordsImage
}

type recordsImage struct {
	Model       string          `json:"model,omitempty"` // of the printer; older records do not tell
	Preferences preferences     `json:"preferences"`
	Jobs        json.RawMessage `json:"jobs,omitempty"`
	Contacts    json.RawMessage `json:"contacts,omitempty"`
	Users       json.RawMessage `json:"users,omitempty"`
	// Consented: an administrator has consented to To My Email for the organization, on this printer's panel.
	Consented bool `json:"consented,omitempty"`
	// Settings are what an administrator has set beside the email server.
	Settings settings.Settings `json:"settings,omitzero"`
	// Letters are notifications that wait to be sent, LastLetter the number that was given out last.
	Letters    []letter `json:"letters,omitempty"`
	LastLetter int      `json:"lastLetter,omitempty"`
	// Restore and Import are begun, and ended when the printer is switched on.
	Restore bool    `json:"restore,omitempty"`
	Import  *Values `json:"import,omitempty"`
}

// recordsSchema is the version of the records that is written. Version 1 was the record alone, without slots.
const recordsSchema = 2

// slotsOf is how the printer's records lie in a flash.
func slotsOf(flash nvram.Flash) nvram.Slots {
	return nvram.Slots{Flash: flash, Schema: recordsSchema, Older: isVersion1}
}

func isVersion1(text []byte) bool {
	var old struct {
		Schema     int    `json:"schema"`
		Generation uint64 `json:"generation"` // of a record in slots
	}
	return json.Unmarshal(text, &old) == nil && old.Schema == 1 && old.Generation == 0
}

// Errors of the records. Of the damaged ones nothing is known any more.
var (
	errDamaged = errors.New("the printer's records are damaged and were begun anew")
	errNewer   = errors.New("the printer's records were written by a newer firmware")
)

// readRecords reads the records; ok is false in a new memory.
func readRecords(flash nvram.Flash) (image recordsImage, ok bool, err error) {
	content, _, err := slotsOf(flash).Load()
	switch {
	case errors.Is(err, &nvram.Error{Fault: nvram.FaultSchema}):
		return image, false, errNewer
	case errors.Is(err, &nvram.Error{Fault: nvram.FaultCorrupt}):
		return image, false, errDamaged
	case err != nil:
		return image, false, fmt.Errorf("read the printer's records: %w", err)
	case content == nil:
		return image, false, nil
	}
	if err := json.Unmarshal(content, &image); err != nil {
		return recordsImage{}, false, errDamaged
	}
	return image, true, nil
}

// openRecords reads the memory; an empty one, or one that is damaged, begins with the given preferences. Records of a
// newer firmware are left as they are.
func openRecords(flash nvram.Flash, model string, fresh preferences) (*records, error) {
	r := &records{slots: slotsOf(flash), image: recordsImage{Model: model, Preferences: fresh}}
	read, ok, err := readRecords(flash)
	if ok {
		r.image = read
	}
	return r, err
}

func (r *records) preferences() preferences {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Preferences
}

// change stores other preferences. What cannot be stored is not taken: it would be gone after power off.
func (r *records) change(f func(*preferences)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := r.image
	f(&next.Preferences)
	return r.write(next)
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
	r.image.Jobs = data // so that a later write has them, whatever becomes of this one
	return r.write(r.image)
}

// contactsStore is the address book's place in the records. Unlike a job, a contact that cannot be stored is not taken.
type contactsStore struct{ *records }

// Load and Save are the address book's store.
func (s contactsStore) Load() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.image.Contacts, nil
}

func (s contactsStore) Save(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.image
	next.Contacts = data
	return s.write(next)
}

func (r *records) write(next recordsImage) error {
	data, err := json.Marshal(next)
	if err == nil {
		err = r.slots.Save(data)
	}
	if err != nil {
		return fmt.Errorf("write the printer's records: %w", err)
	}
	r.image = next
	return nil
}
