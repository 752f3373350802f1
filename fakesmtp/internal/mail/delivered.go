package mail

import (
	"bytes"
	"slices"
	"strings"
)

// Delivered returns the message as the recipient's mailbox holds it. A Message-ID that was replaced stays in Raw.
func (m Message) Delivered() []byte {
	if !m.altered() {
		return slices.Concat(append([][]byte{m.Stamped}, m.octets...)...)
	}
	raw := m.Raw()
	if m.renamed() {
		raw = dropField(raw, "message-id")
	}
	if m.Alias != "" {
		raw = replaceFrom(raw, m.Alias, m.From)
	}
	return slices.Concat(m.Stamped, raw)
}

// DeliveredSize is the length of that, in octets.
func (m Message) DeliveredSize() int {
	if m.altered() {
		return len(m.Delivered())
	}
	return len(m.Stamped) + m.Size()
}

// EndsLine reports whether the message ends with a line end.
func (m Message) EndsLine() bool {
	if m.Size() == 0 {
		return bytes.HasSuffix(m.Stamped, []byte("\r\n"))
	}
	var end []byte // the last two octets
	for i := len(m.octets) - 1; i >= 0 && len(end) < 2; i-- {
		piece := m.octets[i]
		end = append(bytes.Clone(piece[max(0, len(piece)-2+len(end)):]), end...)
	}
	return string(end) == "\r\n"
}

// renamed reports whether the service has replaced the Message-ID.
func (m Message) renamed() bool {
	return bytes.Contains(m.Stamped, []byte("\nX-Microsoft-Original-Message-ID:"))
}

// altered reports whether the mailbox holds something else than what was submitted.
func (m Message) altered() bool { return m.Alias != "" || m.renamed() }

// replaceFrom puts an address in place of another one in the From field of a message, which may be folded.
func replaceFrom(raw []byte, old, fresh string) []byte {
	rest := dropField(raw, "from")
	field := raw[:len(raw)-len(rest)] // right when From is the first field, else found below
	at := 0
	for i := 0; i < len(raw); {
		end := len(raw)
		if n := bytes.IndexByte(raw[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		name, _, _ := bytes.Cut(raw[i:end], []byte(":"))
		if strings.EqualFold(strings.TrimSpace(string(name)), "from") && raw[i] > ' ' {
			at, field = i, raw[i:i+len(raw)-len(rest)]
			break
		}
		if end-i <= 2 {
			return raw
		}
		i = end
	}
	changed := bytes.Clone(field)
	if i := strings.Index(strings.ToLower(string(field)), strings.ToLower(old)); i >= 0 {
		changed = append(append(append([]byte{}, field[:i]...), fresh...), field[i+len(old):]...)
	}
	return append(append(append([]byte{}, raw[:at]...), changed...), raw[at+len(field):]...)
}

// dropField removes a header field, with its folded lines, from a message.
func dropField(raw []byte, name string) []byte {
	var out []byte
	dropping := false
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line = raw[:i+1]
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break // the body begins
		}
		if line[0] != ' ' && line[0] != '\t' {
			field, _, _ := bytes.Cut(line, []byte(":"))
			dropping = strings.EqualFold(strings.TrimSpace(string(field)), name)
		}
		if !dropping {
			out = append(out, line...)
		}
		raw = raw[len(line):]
	}
	return append(out, raw...)
}
