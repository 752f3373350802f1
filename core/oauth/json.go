package oauth

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// object is a JSON object's members, each still encoded.
type object map[string]json.RawMessage

// decodeObject reads one JSON object and nothing after it. Doubled names are refused (RFC 8259 §4: what a reader makes
// of them is unpredictable), and names are compared as they are, which encoding/json does not do for structs.
func decodeObject(data []byte) (object, bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	members := object{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, false
		}
		if _, doubled := members[name]; doubled {
			return nil, false
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil, false
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil { // the closing brace
		return nil, false
	}
	rest := data[decoder.InputOffset():]
	return members, len(bytes.TrimSpace(rest)) == 0
}

// text returns a member that is a string; ok is false if it is there and is none. null counts as absent.
func (o object) text(name string) (value string, ok bool) {
	raw, there := o[name]
	if !there || string(raw) == "null" {
		return "", true
	}
	if json.Unmarshal(raw, &value) != nil {
		return "", false
	}
	return value, true
}

// maxLife is the longest life that a server can give to a code or a token: beyond it a number is nonsense.
const maxLife = 400 * 24 * time.Hour

// seconds returns a member that is a whole number of seconds, as a number (v2.0) or as a string of digits (v1.0).
// there is false if it is absent; ok is false if it is no number of seconds from 0 to maxLife.
func (o object) seconds(name string) (d time.Duration, there, ok bool) {
	raw, there := o[name]
	if !there || string(raw) == "null" {
		return 0, false, true
	}
	digits := string(raw)
	if digits[0] == '"' {
		if json.Unmarshal(raw, &digits) != nil {
			return 0, true, false
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > int64(maxLife/time.Second) {
		return 0, true, false
	}
	return time.Duration(n) * time.Second, true, true
}

// visible reports whether s is of 1 to limit characters 0x21 to 0x7E (RFC 6749 appendix A: what tokens are made of).
func visible(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7E {
			return false
		}
	}
	return true
}
