// Package ordered writes JSON objects whose members keep the order in which they are added, as Entra's answers do.
package ordered

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// Object writes a JSON object whose keys keep the order in which they are added, as Entra's answers do
// (docs/reference/entra.md §2.3).
type Object struct{ buf []byte }

// New begins an object; size is about how many bytes it will have.
func New(size int) *Object { return &Object{buf: append(make([]byte, 0, size), '{')} }

func (o *Object) key(name string) {
	if len(o.buf) > 1 {
		o.buf = append(o.buf, ',')
	}
	o.buf = appendString(o.buf, name)
	o.buf = append(o.buf, ':')
}

// Text adds a text.
func (o *Object) Text(name, value string) *Object {
	o.key(name)
	o.buf = appendString(o.buf, value)
	return o
}

// Time adds a moment as Microsoft Graph writes it.
func (o *Object) Time(name string, at time.Time) *Object {
	return o.Text(name, at.UTC().Format(time.RFC3339))
}

// Number adds a number.
func (o *Object) Number(name string, value int64) *Object {
	o.key(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
	return o
}

// Boolean adds true or false.
func (o *Object) Boolean(name string, value bool) *Object {
	o.key(name)
	o.buf = strconv.AppendBool(o.buf, value)
	return o
}

// Null adds null.
func (o *Object) Null(name string) *Object {
	o.key(name)
	o.buf = append(o.buf, "null"...)
	return o
}

// Numbers adds a list of numbers.
func (o *Object) Numbers(name string, values ...int) *Object {
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

// Texts adds a list of texts.
func (o *Object) Texts(name string, values ...string) *Object {
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

// Objects adds a list of objects.
func (o *Object) Objects(name string, values ...*Object) *Object {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = append(o.buf, v.Bytes()...)
	}
	o.buf = append(o.buf, ']')
	return o
}

// Nested adds an object as a value.
func (o *Object) Nested(name string, value *Object) *Object {
	o.key(name)
	o.buf = append(o.buf, value.Bytes()...)
	return o
}

// Bytes returns the object as it stands; more can be added to it.
func (o *Object) Bytes() []byte {
	end := len(o.buf)
	whole := append(o.buf, '}')
	o.buf = whole[:end:end] // what is added goes elsewhere
	return whole
}

// MarshalJSON lets an object stand where a value is marshalled.
func (o *Object) MarshalJSON() ([]byte, error) { return o.Bytes(), nil }

// Raw adds a value that is JSON already.
func (o *Object) Raw(name string, value []byte) *Object {
	o.key(name)
	o.buf = append(o.buf, value...)
	return o
}

// Raws adds a list of values that are JSON already.
func (o *Object) Raws(name string, values []json.RawMessage) *Object {
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = append(o.buf, v...)
	}
	o.buf = append(o.buf, ']')
	return o
}

// Members adds the members of another written object.
func (o *Object) Members(object []byte) *Object {
	inner := bytes.TrimSuffix(bytes.TrimPrefix(object, []byte("{")), []byte("}"))
	if len(inner) == 0 {
		return o
	}
	if len(o.buf) > 1 {
		o.buf = append(o.buf, ',')
	}
	o.buf = append(o.buf, inner...)
	return o
}

// Place adds a text of which nothing is to be escaped, and says where in the object's bytes it stands. write appends
// it.
func (o *Object) Place(name string, write func(to []byte) []byte) (start, end int) {
	o.key(name)
	o.buf = append(o.buf, '"')
	start = len(o.buf)
	o.buf = write(o.buf)
	end = len(o.buf)
	o.buf = append(o.buf, '"')
	return start, end
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string as Entra does: only what RFC 8259 §7 demands is escaped, so ' < > & stand for
// themselves.
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
