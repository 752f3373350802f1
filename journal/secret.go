package journal

import (
	"fmt"
	"slices"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// Secret is a string that no log, page or error may show: however it is formatted or marshalled, it says [Redacted].
type Secret struct{ value string }

// NewSecret hides s.
func NewSecret(s string) Secret { return Secret{value: s} }

// Reveal returns the hidden string, for the wire and nothing else.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.value == "" }

// String returns [Redacted], or nothing for an empty secret.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return Redacted
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText returns what String returns; JSON uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Text is a piece of a conversation in which some parts are secret. The zero Text is empty.
type Text []part

type part struct {
	plain  string
	hidden Secret
}

// Plain makes a text that anybody may read.
func Plain(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{plain: s}}
}

// Hidden makes a text that is a secret.
func Hidden(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{hidden: NewSecret(s)}}
}

// Join puts texts one after the other.
func Join(texts ...Text) Text {
	return slices.Concat(texts...)
}

// memory is about how many bytes the text takes.
func (t Text) memory() int {
	n := len(t) * partBytes
	for _, p := range t {
		n += len(p.plain) + len(p.hidden.value)
	}
	return n
}

// Add returns t followed by more.
func (t Text) Add(more ...Text) Text { return Join(append([]Text{t}, more...)...) }

// String returns the text with its secrets redacted.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.plain)
		b.WriteString(p.hidden.String())
	}
	return b.String()
}

// Reveal returns the text as it goes over the wire.
func (t Text) Reveal() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.plain)
		b.WriteString(p.hidden.Reveal())
	}
	return b.String()
}

// GoString returns what String returns.
func (t Text) GoString() string { return t.String() }

// Format writes what String returns, whatever the verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// MarshalText returns what String returns; JSON uses it too.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
