package users

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// License is what a license key says.
type License struct {
	// Expires is the last day, at midnight UTC; zero: the license does not end.
	Expires time.Time
}

// Errors of keys. The sentences are Web Config's.
var (
	// ErrKeyForm: it is no license key: a sign is missing, wrong or too many.
	ErrKeyForm = errors.New("this is no license key")
	// ErrKeyOther: it is a license key, of another printer.
	ErrKeyOther = errors.New("the license key is that of another printer")
)

// A key has 20 signs in four groups: 12 bytes, and a sign that tells a slip. The bytes are the last day, in days from
// keyEpoch (0: none), and a stamp of the maker over the day and the serial number. All of it is ours: what real keys
// are like is not public.
const (
	keySigns  = 20
	keyGroup  = 5
	keyStamp  = 9 // bytes
	keyDays   = 2
	keySecret = "mfpsim print admin license 1" // the simulated maker's; a real one keeps his to himself
)

// keyAlphabet leaves out I, L, O and U, which are taken for others (Crockford's base 32).
const keyAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var (
	keyEpoch    = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	keyEncoding = base32.NewEncoding(keyAlphabet).WithPadding(base32.NoPadding)
)

// NewKey makes the license key of a printer, as its maker sells it: up to and with a day, or without end for the zero
// time. Days are those from 2000 to 2179.
func NewKey(serial string, last time.Time) string {
	var days uint16
	if !last.IsZero() {
		days = uint16(last.Sub(keyEpoch) / (24 * time.Hour))
	}
	data := binary.BigEndian.AppendUint16(nil, days)
	data = append(data, stamp(serial, data)...)
	signs := keyEncoding.EncodeToString(data)
	signs = withChecks(signs)
	var groups []string
	for at := 0; at < len(signs); at += keyGroup {
		groups = append(groups, signs[at:at+keyGroup])
	}
	return strings.Join(groups, "-")
}

// stamp is the maker's.
func stamp(serial string, days []byte) []byte {
	mac := hmac.New(sha256.New, []byte(keySecret))
	mac.Write(days)
	mac.Write([]byte(serial))
	return mac.Sum(nil)[:keyStamp]
}

// withChecks puts two signs behind the others by which a slip is told.
func withChecks(signs string) string {
	return signs + string(checkSign(signs)) + string(checkSign(reversed(signs)))
}

// checkSign tells a wrong sign and two that have changed places.
func checkSign(signs string) byte {
	sum := 0
	for i, c := range []byte(signs) {
		sum += (i + 1) * (strings.IndexByte(keyAlphabet, c) + 1)
	}
	return keyAlphabet[sum%31]
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

var asPrinted = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1")

// ParseKey reads a license key as a person types it: case, blanks and hyphens do not count, and O, I and L are taken
// for the digits. It returns the key as it is printed. The error is [ErrKeyForm] or [ErrKeyOther].
func ParseKey(typed, serial string) (key string, license License, err error) {
	signs := asPrinted.Replace(strings.ToUpper(typed))
	body := keySigns - 2
	if len(signs) != keySigns || strings.Trim(signs, keyAlphabet) != "" {
		return "", License{}, ErrKeyForm
	}
	if signs != withChecks(signs[:body]) {
		return "", License{}, ErrKeyForm
	}
	data, err := keyEncoding.DecodeString(signs[:body])
	if err != nil || len(data) != keyDays+keyStamp {
		return "", License{}, ErrKeyForm
	}
	days := data[:keyDays]
	if !hmac.Equal(data[keyDays:], stamp(serial, days)) {
		return "", License{}, ErrKeyOther
	}
	if n := binary.BigEndian.Uint16(days); n > 0 {
		license.Expires = keyEpoch.AddDate(0, 0, int(n))
	}
	return NewKey(serial, license.Expires), license, nil
}

// Ended reports whether the license has ended at a time of the printer's clock: its last day is a whole day there.
func (l License) Ended(now time.Time) bool {
	if l.Expires.IsZero() {
		return false
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).After(l.Expires)
}
