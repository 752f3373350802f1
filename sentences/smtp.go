package sentences

import (
	"regexp"
	"strings"

	"mfpsim/journal"
)

// conversation is what was said on a connection of SMTP so far.
type conversation struct {
	party   string
	entries []journal.Entry

	stage   string // the furthest that was asked: connect, hello, auth, mail, rcpt, data
	sender  string
	to      []string
	decided int    // of entries, the reply that decided it: the one that refused, else the last but the farewell
	refused string // the first reply that refused
	at      string // the stage at which it did
	last    string // code of the last reply
	asked   string // the stage of the command that waits for its reply
}

var (
	reply   = regexp.MustCompile(`^S: ([0-9]{3})([ -])(.*)`)
	address = regexp.MustCompile(`<([^>]*)>`)
)

// stages are the commands that say how far a conversation is, in their order.
var stages = []struct{ command, stage string }{
	{"EHLO", "hello"},
	{"HELO", "hello"},
	{"AUTH", "auth"},
	{"MAIL", "mail"},
	{"RCPT", "rcpt"},
	{"DATA", "data"},
	{"BDAT", "data"},
}

// hear takes in a line.
func (c *conversation) hear(e journal.Entry) {
	c.entries = append(c.entries, e)
	text := e.Text.String()
	if said, is := strings.CutPrefix(text, "C: "); is {
		for _, s := range stages {
			if len(said) >= len(s.command) && strings.EqualFold(said[:len(s.command)], s.command) {
				c.asked, c.stage = s.stage, s.stage
			}
		}
		found := address.FindStringSubmatch(said)
		switch {
		case strings.HasPrefix(strings.ToUpper(said), "QUIT"):
			c.asked = ""
		case found != nil && c.asked == "mail":
			c.sender, c.to = found[1], nil
		case found != nil && c.asked == "rcpt":
			c.to = append(c.to, found[1])
		}
		return
	}
	found := reply.FindStringSubmatch(text)
	if found == nil || found[2] == "-" {
		return
	}
	if c.asked == "" && c.stage != "" {
		return // the farewell
	}
	c.last = found[1]
	if c.refused == "" {
		c.decided = len(c.entries) - 1
	}
	if c.refused == "" && (found[1][0] == '4' || found[1][0] == '5') {
		c.refused, c.at = found[1]+" "+found[3], c.asked
	}
}

// line tells the conversation.
func (c *conversation) line(language string) Line {
	first, last := c.entries[0], c.entries[len(c.entries)-1]
	decided := last
	if c.last != "" {
		decided = c.entries[c.decided]
	}
	line := Line{
		Number: first.Number, Last: last.Number, Decided: decided.Number, At: decided.At, Kind: string(first.Kind), Party: c.party, From: "printer", Protocol: SMTP, Tone: Plain,
		Status: c.last, Why: c.refused,
	}
	for _, e := range c.entries {
		line.Entries = append(line.Entries, e.Number)
	}
	if from, _, named := strings.Cut(first.Connection, "#"); named && from != "" {
		line.From = from
	}
	values := map[string]string{"sender": c.sender, "to": strings.Join(c.to, ", ")}
	stage := c.stage
	if c.refused != "" {
		stage, line.Tone = c.at, Refused
		code := strings.Fields(c.refused)
		values["why"] = strings.Join(code[:min(len(code), 2)], " ")
		if line.Because = reason(c.refused, language); line.Because != "" {
			values["why"] += ", " + line.Because
		}
		line.Status = code[0]
	} else if stage == "data" && c.last == "250" {
		line.Tone = Good
	} else if stage == "data" {
		stage = "rcpt"
	}
	var of row
	line.Text, of, _ = tell("smtp", stage, language, c.refused != "", values)
	line.Answers = of.Answers || line.Tone == Refused
	return line
}
