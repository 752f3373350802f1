package pop3

import (
	"encoding/base64"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// session is the state of one connection, apart from the connection. Its fields belong to the goroutine that serves it.
type session struct {
	server  *Server
	client  *shell.Client
	secure  bool
	user    string // logged on
	name    string // from USER
	letters []letter
	pending func(c *session, line string) reply // takes the next line instead of a command
}

// reply is what is said to one line.
type reply struct {
	event   Event
	pairs   []string
	text    []byte // of a reply of several lines, with its end
	refused refusal.Reason
	closes  bool
	upgrade bool // TLS follows
}

func say(event Event, pairs ...string) reply { return reply{event: event, pairs: pairs} }

// command is a verb: in which states it is taken, and what it does.
type command struct {
	before, after bool // logging on
	secret        bool // its argument is not journalled
	run           func(c *session, arguments string) reply
}

var commands map[string]command

func init() { // the commands name the table of commands
	commands = map[string]command{
		"CAPA": {before: true, after: true, run: (*session).capa},
		"STLS": {before: true, run: (*session).startTLS},
		"AUTH": {before: true, run: (*session).auth},
		"USER": {before: true, run: (*session).userName},
		"PASS": {before: true, secret: true, run: (*session).password},
		"STAT": {after: true, run: (*session).stat},
		"LIST": {after: true, run: (*session).list},
		"UIDL": {after: true, run: (*session).unique},
		"RETR": {after: true, run: (*session).retrieve},
		"TOP":  {after: true, run: (*session).top},
		"DELE": {after: true, run: (*session).remove},
		"NOOP": {after: true, run: (*session).noop},
		"RSET": {after: true, run: (*session).reset},
		"QUIT": {before: true, after: true, run: (*session).quit},
	}
}

func known(verb string) bool { _, ok := commands[verb]; return ok }

func secret(verb string) bool { return commands[verb].secret }

// answer acts on one line.
func (c *session) answer(line string) reply {
	if take := c.pending; take != nil {
		c.pending = nil
		return take(c, line)
	}
	// RFC 1939 §3 parts by one space; the password of PASS may hold spaces (§7).
	verb, arguments, _ := strings.Cut(line, " ")
	cmd, ok := commands[strings.ToUpper(verb)]
	switch {
	case !ok:
		return say(eventUnknown)
	case c.user == "" && !cmd.before, c.user != "" && !cmd.after:
		return say(eventState)
	}
	return cmd.run(c, arguments)
}

// cancelled takes the answer to a challenge; a star cancels (RFC 5034 §4).
func unlessCancelled(take func(*session, string) reply) func(*session, string) reply {
	return func(c *session, line string) reply {
		if strings.TrimSpace(line) == "*" {
			r := say(eventCancelled)
			r.refused = refusal.Cancelled
			return r
		}
		return take(c, line)
	}
}

func (c *session) capa(string) reply {
	r := say(eventCapa)
	lines := capabilities(c.server.config.Profile, c.canStartTLS())
	r.text = block([]byte(strings.Join(lines, "\r\n") + "\r\n"))
	return r
}

func (c *session) canStartTLS() bool {
	return !c.secure && c.server.config.Security.TLS() && c.server.config.Profile == ProfilePlain
}

// startTLS is STLS (RFC 2595 §4).
func (c *session) startTLS(arguments string) reply {
	switch {
	case !c.canStartTLS():
		return say(eventState)
	case arguments != "":
		return say(eventArguments)
	}
	r := say(eventStartTLS)
	r.upgrade = true
	return r
}

// auth is AUTH (RFC 5034). Exchange Online takes a response on a line of its own only (§11).
func (c *session) auth(arguments string) reply {
	mechanism, response, hasResponse := strings.Cut(arguments, " ")
	mechanism = strings.ToUpper(mechanism)
	exchange := c.server.config.Profile == ProfileExchange
	take := (*session).plain
	switch {
	case mechanism == "XOAUTH2" && exchange:
		take = (*session).bearer
	case mechanism != "PLAIN":
		c.server.shell.Secrets.Add(response)
		return say(eventMechanism)
	}
	switch {
	case hasResponse && exchange:
		c.server.shell.Secrets.Add(response)
		r := say(eventInitial)
		r.closes = true
		return r
	case hasResponse:
		return take(c, response)
	}
	c.pending = unlessCancelled(take)
	return say(eventContinue)
}

func (c *session) bearer(line string) reply {
	user, token, ok := wire.XOAUTH2(line)
	c.server.shell.Secrets.Add(token)
	drops, takesTokens := c.server.config.Maildrops.(TokenMaildrops)
	if !ok || !takesTokens {
		return c.refuse(eventRefused, user, refusal.Malformed)
	}
	if reason := drops.LogOnToken(user, token, scope); reason != "" {
		return c.refuse(eventRefused, user, reason)
	}
	return c.enter(user, eventToken)
}

func (c *session) plain(line string) reply {
	decoded, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(line))
	parts := strings.Split(string(decoded), "\x00")
	if err != nil || len(parts) != 3 {
		return c.refuse(eventRefused, "", refusal.Malformed)
	}
	return c.logOn(parts[1], parts[2], eventToken)
}

func (c *session) userName(arguments string) reply {
	if arguments == "" {
		return say(eventArguments)
	}
	c.name = arguments // whether there is such a user is not told (RFC 1939 §13)
	return say(eventUser)
}

func (c *session) password(arguments string) reply {
	c.server.shell.Secrets.Add(arguments)
	name := c.name
	if name == "" {
		return say(eventState)
	}
	c.name = ""
	return c.logOn(name, arguments, eventLoggedOn)
}

func (c *session) logOn(user, password string, success Event) reply {
	c.server.shell.Secrets.Add(password)
	if !c.server.takesPasswords(user) {
		return c.refuse(eventBasic, user, refusal.BasicDisabled)
	}
	if reason := c.server.config.Maildrops.LogOn(user, password); reason != "" {
		return c.refuse(eventRefused, user, reason)
	}
	return c.enter(user, success)
}

func (c *session) refuse(event Event, user string, reason refusal.Reason) reply {
	c.server.refused(c.client.Connection, user, reason)
	r := say(event)
	r.refused = reason
	return r
}

func (c *session) enter(user string, success Event) reply {
	if !c.server.admit(c.client.Who, user) {
		return say(eventInUse)
	}
	c.user, c.letters = user, c.server.maildrop(user)
	return say(success)
}

func (c *session) total() (count, size int) {
	for _, l := range c.letters {
		if !l.deleted {
			count++
			size += l.size
		}
	}
	return count, size
}

func (c *session) stat(string) reply { return c.counted(eventStat) }

func (c *session) counted(event Event) reply {
	count, size := c.total()
	return say(event, "count", strconv.Itoa(count), "size", strconv.Itoa(size))
}

// letter finds a message by its number; nil: there is none, or it is deleted.
func (c *session) letter(number string) *letter {
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil || n < 1 || int(n) > len(c.letters) || c.letters[n-1].deleted {
		return nil
	}
	return &c.letters[n-1]
}

// listing is LIST and UIDL: of all messages or of one.
func (c *session) listing(arguments string, value func(*letter) string) reply {
	if arguments != "" {
		l := c.letter(arguments)
		if l == nil {
			return say(eventNoMessage)
		}
		return say(eventOne, "number", arguments, "value", value(l))
	}
	var text strings.Builder
	for i := range c.letters {
		if l := &c.letters[i]; !l.deleted {
			text.WriteString(strconv.Itoa(i+1) + " " + value(l) + "\r\n")
		}
	}
	r := c.counted(eventList)
	r.text = block([]byte(text.String()))
	return r
}

func (c *session) list(arguments string) reply {
	return c.listing(arguments, func(l *letter) string { return strconv.Itoa(l.size) })
}

func (c *session) unique(arguments string) reply {
	return c.listing(arguments, func(l *letter) string { return c.server.unique(c.user, l) })
}

func (c *session) retrieve(arguments string) reply {
	l := c.letter(arguments)
	if l == nil {
		return say(eventNoMessage)
	}
	r := say(eventRetrieve)
	r.text = block(l.text())
	return r
}

func (c *session) top(arguments string) reply {
	number, lines, _ := strings.Cut(arguments, " ")
	count, err := strconv.ParseUint(lines, 10, 31)
	if err != nil {
		return say(eventArguments)
	}
	l := c.letter(number)
	if l == nil {
		return say(eventNoMessage)
	}
	r := say(eventRetrieve)
	r.text = block(top(l.text(), int(count)))
	return r
}

func (c *session) remove(arguments string) reply {
	l := c.letter(arguments)
	if l == nil {
		return say(eventNoMessage)
	}
	l.deleted = true
	return say(eventDeleted, "number", arguments)
}

func (c *session) noop(string) reply { return say(eventDone) }

func (c *session) reset(string) reply {
	for i := range c.letters {
		c.letters[i].deleted = false
	}
	return say(eventDone)
}

func (c *session) quit(string) reply {
	if c.user != "" {
		c.server.remove(c.user, c.letters)
	}
	r := say(eventQuit)
	r.closes = true
	return r
}

// shown is what a line of the conversation holds of a reply.
func (r reply) shown(profile Profile, frontEnd string) string {
	values := append(replies.Values{"frontend", frontEnd}, r.pairs...)
	return wire.Printable(replies.Expand(lookUp(profile, r.event).Text, values.Find))
}
