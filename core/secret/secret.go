// Package secret has one type, for passwords and tokens: a string that prints as [redacted].
package secret

import (
	"fmt"
	"log/slog"
)

// Redacted is what a [Secret] shows wherever it is printed.
const Redacted = "[redacted]"

// Secret is a password or a token. Printing, logging and marshalling it show [Redacted]; only [Secret.Reveal] gives it
// away.
type Secret struct {
	value string
	kept  bool
}

// New makes a secret of s.
func New(s string) Secret { return Secret{value: s} }

// Kept stands for a secret that is stored, for whoever is to keep it and not to know it. It reveals nothing, and is not
// empty.
func Kept() Secret { return Secret{kept: true} }

// Reveal returns the secret itself, for the wire and for sealed storage.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s == Secret{} }

// String returns [Redacted], or nothing for the empty secret.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return Redacted
}

// Format redacts whatever the verb, so that %#v and %x do not show the secret either.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText redacts; it also keeps secrets out of JSON and of map keys.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue redacts in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
