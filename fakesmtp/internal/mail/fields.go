package mail

import (
	"bytes"
	"strings"
)

// Field is a field of a header, with its folded lines and its line end.
type Field []byte

// Is reports whether the field has a name.
func (f Field) Is(name string) bool { return strings.EqualFold(f.Name(), name) }

// Name is what stands before the colon.
func (f Field) Name() string {
	name, _, _ := bytes.Cut(f, []byte(":"))
	return string(bytes.TrimSpace(name))
}

// Value is what stands behind the colon, without the blanks around it.
func (f Field) Value() string {
	_, value, _ := bytes.Cut(f, []byte(":"))
	return string(bytes.TrimSpace(value))
}

// Header is a header block, in its order.
type Header []Field

// fieldsOf parts a header block. A line without a field before it is a field of its own.
func fieldsOf(block []byte) Header {
	var h Header
	begin := 0
	for at := 0; at < len(block); {
		if at > begin && block[at] != ' ' && block[at] != '\t' {
			h, begin = append(h, block[begin:at]), at
		}
		end := bytes.IndexByte(block[at:], '\n')
		if end < 0 {
			return append(h, append(bytes.Clone(block[begin:]), "\r\n"...))
		}
		at += end + 1
	}
	if begin < len(block) {
		h = append(h, block[begin:])
	}
	return h
}

// Last returns the last field of a name; nil: there is none.
func (h Header) Last(name string) Field {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Is(name) {
			return h[i]
		}
	}
	return nil
}

// Bytes returns the block, without the empty line at its end.
func (h Header) Bytes() []byte {
	var block []byte
	for _, field := range h {
		block = append(block, field...)
	}
	return block
}

// withAddress puts an address in place of another one in a field, which may be folded.
func (f Field) withAddress(old, fresh string) Field {
	for at := 0; at+len(old) <= len(f); at++ {
		if strings.EqualFold(string(f[at:at+len(old)]), old) {
			return append(append(bytes.Clone(f[:at]), fresh...), f[at+len(old):]...)
		}
	}
	return f
}
