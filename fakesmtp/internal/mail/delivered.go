package mail

import (
	"bytes"
	"strings"
)

// Delivered returns the message as the recipient's mailbox holds it. A Message-ID that was replaced stays in Raw.
func (m Message) Delivered() []byte {
	raw := m.Raw
	if bytes.Contains(m.Stamped, []byte("\nX-Microsoft-Original-Message-ID:")) {
		raw = dropField(raw, "message-id")
	}
	if m.Alias != "" {
		raw = replaceFrom(raw, m.Alias, m.From)
	}
	return append(bytes.Clone(m.Stamped), raw...)
}

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
