package fakesmtp

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/journal"
)

// commands are the verbs that the server knows; BDAT is served where its octets are read.
var commands map[string]func(c *session, ctx context.Context, arguments string)

func init() {
	commands = map[string]func(*session, context.Context, string){
		"EHLO": (*session).ehlo, "HELO": (*session).hello, "STARTTLS": (*session).starttls, "AUTH": (*session).auth,
		"MAIL": (*session).mailFrom, "RCPT": (*session).rcptTo, "DATA": (*session).data, "BDAT": nil,
		"RSET": (*session).rset, "NOOP": (*session).noop, "HELP": (*session).help, "VRFY": (*session).vrfy,
		"EXPN": (*session).expn, "QUIT": (*session).quit,
	}
}

// command acts on one command line.
func (c *session) command(ctx context.Context, verb, arguments string) {
	act := commands[verb]
	if act == nil {
		// The length of the verb is told, not the verb (EOP-372).
		c.refuse(ctx, replies.Unknown, "", "size", strconv.Itoa(utf8.RuneCountInString(verb)))
		return
	}
	act(c, ctx, arguments)
}

func (c *session) ehlo(ctx context.Context, name string) { c.greet(ctx, name, true) }

func (c *session) hello(ctx context.Context, name string) { c.greet(ctx, name, false) }

func (c *session) greet(ctx context.Context, name string, extended bool) {
	if !validHello(name) {
		c.refuse(ctx, replies.BadName, "")
		return
	}
	c.helo = name
	c.abort()
	c.server.noted(c, func(shown *Session) { shown.Hello = name })
	size := strconv.FormatInt(c.server.config.MaxSize, 10)
	switch {
	case !extended:
		c.say(replies.Helo)
	case c.tls == nil:
		c.say(replies.EhloPlain, "size", size)
	default:
		c.say(replies.EhloSecure, "size", size)
	}
}

func (c *session) starttls(ctx context.Context, arguments string) {
	switch {
	case c.helo == "":
		c.refuse(ctx, replies.NeedHello, "")
	case arguments != "":
		c.refuse(ctx, replies.BadArguments, "")
	case c.tls != nil:
		c.refuse(ctx, replies.StartTLSAgain, "")
	default:
		c.say(replies.StartTLS)
		c.upgrade = true
		if c.handshake = c.server.answers.Meet(c.peer.Party(), answers.OnHandshake); c.handshake != nil {
			c.server.shell.Journal.Append(journal.Entry{
				Party: Party, Connection: c.peer.Connection(), Kind: journal.KindFault, Text: journal.Plain("answer " + c.handshake.String()),
			})
		}
	}
}

func (c *session) mailFrom(ctx context.Context, arguments string) {
	switch {
	case c.helo == "":
		c.refuse(ctx, replies.NeedHello, "")
		return
	case c.server.config.Open && c.user == nil && c.authError == "":
		c.enterOpen(arguments)
	case c.tls == nil && !c.server.config.Open:
		c.refuse(ctx, replies.MailNoTLS, "")
		return
	case c.user == nil && c.authError != "":
		c.refuse(ctx, replies.MailAfterAuth, "", "error", c.authError)
		return
	case c.user == nil:
		c.refuse(ctx, replies.MailNoAuth, "")
		return
	case c.mail != nil:
		c.refuse(ctx, replies.MailAgain, "")
		return
	}
	if c.user == nil {
		c.refuse(ctx, replies.MailNoAuth, "")
		return
	}
	if c.server.config.RefuseAboveRate && c.server.aboveRate(c.user) {
		c.refuse(ctx, replies.RateExceeded, "")
		return
	}
	path, parameters, ok := parsePath(arguments, "FROM:")
	if !ok {
		c.refuse(ctx, replies.BadArguments, "")
		return
	}
	if path != "" && !address.Valid(path) {
		c.refuse(ctx, replies.MailBadAddress, "")
		return
	}
	started := &transaction{from: path}
	for _, parameter := range parameters {
		if !started.parameter(parameter) {
			c.refuse(ctx, replies.BadArguments, "")
			return
		}
	}
	if started.declared > c.server.config.MaxSize {
		c.refuse(ctx, replies.SizeDeclared, "")
		return
	}
	c.mail = started
	c.say(replies.MailOK)
}

func (c *session) rcptTo(ctx context.Context, arguments string) {
	if c.mail == nil {
		c.refuse(ctx, replies.NeedMail, "")
		return
	}
	path, parameters, ok := parsePath(arguments, "TO:")
	if !ok || !validRecipientParameters(parameters) {
		c.refuse(ctx, replies.BadArguments, "")
		return
	}
	if !address.Valid(path) {
		c.server.failedAgain(c.user, throttledInvalid)
		c.refuse(ctx, replies.RcptBadAddress, "")
		return
	}
	if len(c.mail.to) >= c.server.maxRecipients(c.user) {
		c.server.failedAgain(c.user, throttledRecipients)
		c.refuse(ctx, replies.RcptTooMany, "")
		return
	}
	if planted := answers.ByAddress(path, answers.AtData); planted != nil {
		c.mail.planted = planted
	}
	c.mail.to = append(c.mail.to, path)
	c.say(replies.RcptOK)
}

func (c *session) data(ctx context.Context, arguments string) {
	switch {
	case arguments != "":
		c.refuse(ctx, replies.BadArguments, "")
	case c.mail == nil:
		c.refuse(ctx, replies.NeedMail, "")
	case len(c.mail.to) == 0:
		c.refuse(ctx, replies.NeedRcpt, "")
	case c.mail.binary || c.mail.chunked:
		c.refuse(ctx, replies.DataBinary, "")
	default:
		c.say(replies.DataGo)
		c.awaitData = true
		c.server.submitting(c)
	}
}

// chunk takes the octets of one BDAT.
func (c *session) chunk(ctx context.Context, body []byte, size int64, last bool) {
	switch {
	case c.mail == nil:
		c.refuse(ctx, replies.NeedMail, "")
		return
	case len(c.mail.to) == 0:
		c.refuse(ctx, replies.NeedRcpt, "")
		return
	}
	if !c.mail.chunked {
		c.mail.chunked = true
		c.server.submitting(c)
	}
	c.mail.size += size
	c.mail.chunks = append(c.mail.chunks, body...)
	if !last {
		c.say(replies.Chunk, "bytes", strconv.FormatInt(size, 10))
		return
	}
	m := mail.ParseHeader(c.mail.chunks)
	c.note(wire.Summary(c.mail.size, m.Subject))
	c.submit(ctx, m, c.mail.size)
}

func (c *session) rset(ctx context.Context, arguments string) {
	if arguments != "" {
		c.refuse(ctx, replies.BadArguments, "")
		return
	}
	c.abort()
	c.say(replies.Reset)
}

func (c *session) noop(context.Context, string) { c.say(replies.Noop) }

func (c *session) help(context.Context, string) { c.say(replies.Help) }

func (c *session) vrfy(context.Context, string) { c.say(replies.Verify) }

func (c *session) expn(ctx context.Context, _ string) { c.refuse(ctx, replies.NotImplemented, "") }

func (c *session) quit(context.Context, string) {
	c.server.ended(c, endQuit)
	c.say(replies.Quit)
}

// abort drops the message that is under way, if any.
func (c *session) abort() {
	if c.mail != nil {
		c.mail = nil
		c.server.submitted(c)
	}
}

// enterOpen lets a client in that has not authenticated, where [Config.Open] says so: as the mailbox that MAIL names, or the first one.
func (c *session) enterOpen(arguments string) {
	path, _, _ := parsePath(arguments, "FROM:")
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.user = s.mailboxOf(path); c.user == nil || c.user.organization == nil {
		c.user = nil
		if i := slices.IndexFunc(s.order, func(m *mailbox) bool { return m.organization != nil }); i >= 0 {
			c.user = s.order[i]
		}
	}
}

// transaction is one message on its way, from MAIL to the end of DATA.
type transaction struct {
	from     string
	to       []string
	declared int64 // SIZE=
	binary   bool  // BODY=BINARYMIME
	chunked  bool  // BDAT has begun
	chunks   []byte
	size     int64           // of the chunks, those thrown away included
	planted  *answers.Answer // a recipient's address asked for it
}

// parameter takes one parameter of MAIL: SIZE (RFC 1870), BODY (RFC 6152, 3030), RET and ENVID (RFC 3461), SMTPUTF8 (RFC 6531) and
// AUTH (RFC 4954 §5).
func (t *transaction) parameter(parameter string) bool {
	name, value, hasValue := strings.Cut(parameter, "=")
	switch strings.ToUpper(name) {
	case "SIZE":
		size, err := strconv.ParseUint(value, 10, 63)
		t.declared = int64(size) // parsed with 63 bits
		return err == nil
	case "BODY":
		t.binary = strings.EqualFold(value, "BINARYMIME")
		return t.binary || strings.EqualFold(value, "7BIT") || strings.EqualFold(value, "8BITMIME")
	case "RET":
		return strings.EqualFold(value, "FULL") || strings.EqualFold(value, "HDRS")
	case "ENVID":
		return value != "" && len(value) <= 100
	case "SMTPUTF8":
		return !hasValue
	case "AUTH":
		return value != ""
	}
	return false
}

// validRecipientParameters checks the parameters of RCPT: NOTIFY and ORCPT (RFC 3461).
func validRecipientParameters(parameters []string) bool {
	for _, parameter := range parameters {
		name, value, _ := strings.Cut(parameter, "=")
		switch strings.ToUpper(name) {
		case "NOTIFY":
			for _, word := range strings.Split(strings.ToUpper(value), ",") {
				if word != "NEVER" && word != "SUCCESS" && word != "FAILURE" && word != "DELAY" {
					return false
				}
			}
		case "ORCPT":
			if kind, recipient, ok := strings.Cut(value, ";"); !ok || kind == "" || recipient == "" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// parsePath reads "FROM:<address> parameters". A space after the colon and a missing pair of brackets are borne.
func parsePath(arguments, keyword string) (path string, parameters []string, ok bool) {
	if len(arguments) < len(keyword) || !strings.EqualFold(arguments[:len(keyword)], keyword) {
		return "", nil, false
	}
	rest := strings.TrimLeft(arguments[len(keyword):], " ")
	if strings.HasPrefix(rest, "<") {
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			return "", nil, false
		}
		path, rest = rest[1:end], rest[end+1:]
		if rest != "" && rest[0] != ' ' {
			return "", nil, false
		}
		return path, strings.Fields(rest), true
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "", nil, false
	}
	return words[0], words[1:], true
}

// validHello is the rule for the name after EHLO and HELO: no label is empty, no character is foreign to names. Names of one label
// were accepted (EOP-166, QA20); what exactly was wrong with the one that was refused (GITML) is inferred.
func validHello(name string) bool { return address.ValidDomain(name) }
