package session

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// record writes one line of the conversation into the journal.
func (c *session) record(text journal.Text, detail map[string]string) {
	c.endpoint.Shell.Record(c.peer.Connection(), text, detail)
}

// say adds a reply to what will be written, and journals it.
func (c *session) say(event replies.Event, v ...string) { c.reply(event, nil, v) }

// refuse says a reply of class 4 or 5: late if the front end gives it, counted, and kept with its reason.
func (c *session) refuse(ctx context.Context, event replies.Event, reason refusal.Reason, v ...string) {
	row := replies.LookUp(c.profile, event)
	if row.Code >= 500 && row.Tail == replies.FrontEnd && !c.muted {
		c.pause(ctx, c.endpoint.Settings.Tarpit)
	}
	detail := map[string]string{"event": string(event)}
	if reason != "" {
		detail["reason"] = string(reason)
	}
	first := c.reply(event, detail, v)
	user := c.user
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] == "user" {
			user = v[i+1]
		}
	}
	c.shown.Refuse(history.Refusal{
		At: c.endpoint.now(), Connection: c.peer.Connection(), Profile: c.profile, User: user, Event: event, Reason: reason,
		Reply: first,
	})
	limit := c.endpoint.Settings.MaxErrors
	if row.Code >= 500 && row.Code <= 504 && limit > 0 {
		if c.errors++; c.errors >= limit {
			c.say(replies.TooManyErrors)
		}
	}
}

// reply fills in a row of the table and returns its first line without the tail.
func (c *session) reply(event replies.Event, detail map[string]string, v []string) (first string) {
	row := replies.LookUp(c.profile, event)
	return c.speak(row.Code, row.Text, string(row.Tail), row.Closes, detail, v)
}

// speak adds a reply to what will be written, and journals it.
func (c *session) speak(code int, text, tail string, closes bool, detail map[string]string, v []string) (first string) {
	c.closing = c.closing || closes
	const server = "S: "
	number := strconv.Itoa(code)
	for more := true; more; {
		var line, separator, end string
		if line, text, more = strings.Cut(text, "\n"); more {
			separator = "-"
		} else {
			separator, end = " ", c.fill(tail, v)
		}
		recorded := server + number + separator + c.fill(line, v) + end // in one piece, of which the line is a part
		line = recorded[len(server):]
		if first == "" {
			first = line[:len(line)-len(end)]
		}
		if c.muted {
			continue
		}
		c.replies = append(c.replies, line)
		c.record(journal.Plain(recorded), detail)
		detail = nil
	}
	return first
}

// fill fills in the braces of a template with the values given, then with the names of this connection.
func (c *session) fill(template string, v replies.Values) string {
	return replies.Expand(template, func(name string) (string, bool) {
		if value, found := v.Find(name); found {
			return value, true
		}
		switch name {
		case "fe":
			return c.host, true
		case "label":
			return c.label, true
		case "backend":
			return c.backend, true
		case "session":
			return c.id, true
		case "client":
			return c.client(), true
		case "diagnostics":
			return c.diagnostics(), true
		case "now":
			return replies.InBanner(c.endpoint.now()), true
		case "instant":
			return replies.InTail(c.endpoint.now()), true
		}
		return "", false
	})
}

// pause delays what is said next, on the bench's clock.
func (c *session) pause(ctx context.Context, delay time.Duration) {
	c.endpoint.Shell.Sleep(ctx, c.peer.Connection(), delay)
}

// client is the address that the front end greets: of a client on the bench the public one of its office.
func (c *session) client() string {
	if c.greeted == "" {
		c.greeted = c.clientAddress()
	}
	return c.greeted
}

func (c *session) clientAddress() string {
	if !strings.HasPrefix(c.peer.Connection(), faultnet.Outside+"#") {
		return c.endpoint.Settings.ClientAddress
	}
	host, _, err := net.SplitHostPort(c.raw.RemoteAddr().String())
	if err != nil {
		return c.endpoint.Settings.ClientAddress
	}
	return host
}
