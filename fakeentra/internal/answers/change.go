package answers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/endpoints"
)

// answersJSON reports whether an endpoint answers programs, which is in JSON.
func answersJSON(name string) bool {
	return slices.ContainsFunc(endpoints.All(), func(e endpoints.Endpoint) bool {
		return e.Name == name && e.Kind == endpoints.Protocol
	})
}

// member is one of a JSON object, in its order.
type member struct {
	name  string
	value json.RawMessage
}

// members reads a JSON object; ok is false if it is none.
func members(body []byte) (all []member, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return nil, false
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		m := member{name: name.(string)} // a key of an object is a string
		if decoder.Decode(&m.value) != nil {
			return nil, false
		}
		all = append(all, m)
	}
	return all, true
}

// changed gives members of a JSON object other values; what is no object stays as it is.
func changed(body []byte, changes []Change) []byte {
	all, ok := members(body)
	if !ok {
		return body
	}
	for _, c := range changes {
		if token, claim, inside := strings.Cut(c.Member, "."); inside {
			for i := range all {
				if all[i].name == token {
					all[i].value = withClaim(all[i].value, Change{Member: claim, Value: c.Value})
				}
			}
			continue
		}
		at := slices.IndexFunc(all, func(m member) bool { return m.name == c.Member })
		switch {
		case c.Value == None && at >= 0:
			all = slices.Delete(all, at, at+1)
		case c.Value == None:
		case at >= 0:
			all[at].value = c.json()
		default:
			all = append(all, member{c.Member, c.json()})
		}
	}
	var out bytes.Buffer
	for i, m := range all {
		if out.WriteByte(','); i == 0 {
			out.Reset()
			out.WriteByte('{')
		}
		out.Write(quoted(m.name))
		out.WriteByte(':')
		out.Write(m.value)
	}
	if len(all) == 0 {
		out.WriteByte('{')
	}
	out.WriteByte('}')
	return out.Bytes()
}

// withClaim gives a claim of a signed token (RFC 7519) another value; its signature stays, and fits no longer. What is
// no such token stays as it is.
func withClaim(value json.RawMessage, c Change) json.RawMessage {
	var token string
	if json.Unmarshal(value, &token) != nil {
		return value
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return value
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return value
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(changed(claims, []Change{c}))
	return quoted(strings.Join(parts, "."))
}

// json is the value as JSON.
func (c Change) json() json.RawMessage {
	if json.Valid([]byte(c.Value)) {
		return json.RawMessage(c.Value)
	}
	return quoted(c.Value)
}

// quoted is a text as JSON, in which no sign of HTML is masked.
func quoted(text string) json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a text can always be written
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
