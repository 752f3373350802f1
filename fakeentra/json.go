package fakeentra

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// object writes a JSON object whose keys keep the order in which they are added, as Entra's answers do (docs/reference/entra.md §2.3).
type object struct{ buf []byte }

func newObject(size int) *object { return &object{buf: append(make([]byte, 0, size), '{')} }

func (o *object) key(name string) {
	if len(o.buf) > 1 {
		o.buf = append(o.buf, ',')
	}
	o.buf = appendString(o.buf, name)
	o.buf = append(o.buf, ':')
}

func (o *object) text(name, value string) *object {
	o.key(name)
	o.buf = appendString(o.buf, value)
	return o
}

func (o *object) number(name string, value int64) *object {
	o.key(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
	return o
}

func (o *object) boolean(name string, value bool) *object {
	o.key(name)
	o.buf = strconv.AppendBool(o.buf, value)
	return o
}

func (o *object) null(name string) *object {
	o.key(name)
	o.buf = append(o.buf, "null"...)
	return o
}

func (o *object) numbers(name string, values ...int) *object {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = strconv.AppendInt(o.buf, int64(v), 10)
	}
	o.buf = append(o.buf, ']')
	return o
}

func (o *object) texts(name string, values ...string) *object {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = appendString(o.buf, v)
	}
	o.buf = append(o.buf, ']')
	return o
}

func (o *object) objects(name string, values ...*object) *object {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = append(o.buf, v.bytes()...)
	}
	o.buf = append(o.buf, ']')
	return o
}

// nested adds an object as a value.
func (o *object) nested(name string, value *object) *object {
	o.key(name)
	o.buf = append(o.buf, value.bytes()...)
	return o
}

func (o *object) bytes() []byte { return append(o.buf[:len(o.buf):len(o.buf)], '}') }

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string as Entra does: only what RFC 8259 §7 demands is escaped, so ' < > & stand for themselves.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, `\ufffd`...)
				start = i + 1
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// encode64 is base64url without padding (RFC 7515 §2).
func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
