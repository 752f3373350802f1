package contract

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"mfpsim/core/nvram"
)

// keyed is the memory of a core with store: kv, as a platform keeps it: values by key, of which a write that is torn
// leaves the one before.
type keyed struct{ flash nvram.Flash }

// record is how they lie in the flash.
type record struct {
	Values  map[string]value `json:"values_by_key"`
	another bool             // it is a record of somebody else
}

// value is text as it is, so that what a memory has can be looked for in it, or base64.
type value struct {
	Text    *string `json:"text,omitempty"`
	Encoded string  `json:"base64,omitempty"`
}

const (
	keyedSchema  = 1
	longestKey   = 128
	largestValue = 1 << 20
)

func (k keyed) slots() nvram.Slots { return nvram.Slots{Flash: k.flash, Schema: keyedSchema} }

func (k keyed) load() (record, error) {
	r := record{}
	text, _, err := k.slots().Load()
	if err != nil {
		return r, err
	}
	if text != nil {
		err = json.Unmarshal(text, &r)
		r.another = r.Values == nil
	}
	return r, err
}

// read is what a core is told at power on; is: the memory is one of values by key; blank: nothing was ever stored, or
// the first write of all was torn.
func (k keyed) read() (entries map[string]string, is, blank bool) {
	r, err := k.load()
	if err != nil || r.Values == nil {
		return nil, false, err == nil && !r.another
	}
	entries = map[string]string{}
	for key, v := range r.Values {
		if v.Text != nil {
			v.Encoded = base64.StdEncoding.EncodeToString([]byte(*v.Text))
		}
		entries[key] = v.Encoded
	}
	return entries, true, false
}

// write stores a value; none: the key is gone. erase: nothing is left of what it had; [nvram.FaultRemains] says that it
// is stored, and that something is.
func (k keyed) write(key string, data []byte, erase bool) error {
	r, err := k.load()
	if err != nil {
		return err
	}
	if r.Values == nil {
		r.Values = map[string]value{}
	}
	if text := string(data); len(data) == 0 {
		delete(r.Values, key)
	} else if utf8.Valid(data) {
		r.Values[key] = value{Text: &text}
	} else {
		r.Values[key] = value{Encoded: base64.StdEncoding.EncodeToString(data)}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if erase {
		return k.slots().Replace(text)
	}
	return k.slots().Save(text)
}
