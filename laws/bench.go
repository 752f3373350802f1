package laws

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"mfpsim/journal"
)

// bench is a record in the form in which laws read it: by device.
type bench struct {
	Record
	devices []*history
}

// history is what one device did, in order.
type history struct {
	Device
	events []event
}

// event is one entry of the record that concerns a device; one of its pointers is set, or none.
type event struct {
	entry   journal.Entry
	request *request // an exchange with a server of the cloud
	line    *line    // of a conversation with a mail server
	scan    *scan    // of an act that begins one
	act     bool     // a person acts on the device
	written bool     // the device wrote settings and sign-in to its memory
}

// request is one HTTP exchange of a device.
type request struct {
	host, path string
	body       string     // as it was sent, with its secrets
	query      url.Values // of the address
	location   string     // where the answer leads
	form       url.Values // of a form
	status     int
	retryAfter string
	answer     map[string]any // of a JSON object
}

// text returns a member of the answer.
func (r *request) text(name string) string {
	s, _ := r.answer[name].(string)
	return s
}

// token reports whether it is a request to a token endpoint with a grant.
func (r *request) token(grant string) bool {
	return strings.HasSuffix(r.path, "/token") && r.form.Get("grant_type") == grant
}

// The grants of a device.
const (
	grantDeviceCode = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 section 3.4
	grantRefresh    = "refresh_token"                                // RFC 6749 section 6
)

// line is one line of a mail conversation.
type line struct {
	client bool
	text   string // as it was sent, with its secrets
	hidden bool   // a part of it is secret
	secure bool   // said under TLS, from the first octet or since STARTTLS or STLS
}

// said returns the line if it is the client's.
func (l *line) said() string {
	if l == nil || !l.client {
		return ""
	}
	return l.text
}

// answered returns the line if it is the server's.
func (l *line) answered() string {
	if l == nil || l.client {
		return ""
	}
	return l.text
}

// ofTheDevice are the kinds of entries that a device's own record has, besides what it writes to its memory.
var ofTheDevice = []journal.Kind{journal.KindClock, journal.KindFault, journal.KindOutcome, journal.KindEnglish}

// read sorts a record by device.
func read(r Record) *bench {
	b := &bench{Record: r}
	byName := map[string]*history{}
	for _, d := range r.Devices {
		h := &history{Device: d}
		b.devices, byName[d.Name] = append(b.devices, h), h
	}
	conversations := map[string]*conversation{}
	for _, e := range r.Entries {
		if e.Party == "scenario" {
			if acts(e.Text.String()) {
				for _, h := range b.devices {
					h.events = append(h.events, event{entry: e, act: true})
				}
			}
			continue
		}
		if h := byName[e.Party]; h != nil && e.Connection == "" {
			switch {
			case e.Kind == journal.KindMemory:
				h.events = append(h.events, event{entry: e, written: true})
			case slices.Contains(ofTheDevice, e.Kind):
				h.events = append(h.events, event{entry: e})
			}
			continue
		}
		name, _, _ := strings.Cut(e.Connection, "#")
		h := byName[name]
		if h == nil {
			continue
		}
		switch e.Kind {
		case journal.KindHTTP:
			h.events = append(h.events, event{entry: e, request: readRequest(e.HTTP)})
		case journal.KindSMTP:
			c := conversations[e.Connection]
			if c == nil {
				c = &conversation{}
				conversations[e.Connection] = c
			}
			h.events = append(h.events, event{entry: e, line: c.read(e)})
		default:
			h.events = append(h.events, event{entry: e})
		}
	}
	return b
}

// acts reports whether a step of a scenario is an act of a person on a device, or of its supply.
func acts(step string) bool {
	words := strings.Fields(step)
	if len(words) > 0 && strings.Contains(words[0], ".txtar:") {
		words = words[1:]
	}
	return len(words) > 0 && slices.Contains([]string{"webconfig", "panel", "scan", "power", "printer"}, words[0]) &&
		(len(words) < 2 || words[1] != "shows")
}

// conversation follows STARTTLS, and knows TLS from the first octet.
type conversation struct{ asked, secure bool }

func (c *conversation) read(e journal.Entry) *line {
	text := e.Text.Reveal()
	c.secure = c.secure || e.Detail[journal.DetailTLS] != ""
	l := &line{hidden: text != e.Text.String(), secure: c.secure}
	l.text, l.client = strings.CutPrefix(text, "C: ")
	if !l.client {
		l.text = strings.TrimPrefix(text, "S: ")
	}
	command := strings.ToUpper(strings.TrimSpace(l.text))
	switch {
	case l.client:
		c.asked = command == "STARTTLS" || command == "STLS"
	case c.asked:
		c.secure, c.asked = strings.HasPrefix(command, "220") || strings.HasPrefix(command, "+OK"), false
	}
	return l
}

func readRequest(x *journal.Exchange) *request {
	target, _, _ := strings.Cut(x.Target.Reveal(), "?")
	r := &request{host: strings.ToLower(x.Host), path: target, body: x.RequestBody.Reveal(), status: x.Status}
	for _, f := range x.RequestHeader {
		if strings.EqualFold(f.Name, "Authorization") {
			r.body += "\n" + f.Value.Reveal()
		}
	}
	r.body += "\n" + x.Target.Reveal()
	_, query, _ := strings.Cut(x.Target.Reveal(), "?")
	r.query, _ = url.ParseQuery(query)                 // what is none has no members
	r.form, _ = url.ParseQuery(x.RequestBody.Reveal()) // what is no form has no members
	for _, f := range x.ResponseHeader {
		switch {
		case strings.EqualFold(f.Name, "Retry-After"):
			r.retryAfter = f.Value.Reveal()
		case strings.EqualFold(f.Name, "Location"):
			r.location = f.Value.Reveal()
		}
	}
	_ = json.Unmarshal([]byte(x.ResponseBody.Reveal()), &r.answer) // what is no JSON has no members
	return r
}

// seconds reads a number of a JSON answer.
func (r *request) seconds(name string, otherwise time.Duration) time.Duration {
	if n, ok := r.answer[name].(float64); ok && n >= 0 {
		return time.Duration(n * float64(time.Second))
	}
	return otherwise
}
