package session

import (
	"context"
	"strconv"
	"unicode/utf8"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/limits"
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
	if !validHello(name, c.endpoint.Front().StrictHello) {
		c.refuse(ctx, replies.BadName, "")
		return
	}
	c.helo = name
	c.abort()
	c.shown.Note(func(shown *history.Session) { shown.Hello = history.Name(name) })
	size := strconv.FormatInt(c.endpoint.Settings.MaxSize, 10)
	switch {
	case !extended:
		c.say(replies.Helo)
	case c.tls == nil:
		c.say(replies.EhloPlain, "size", size)
	case c.exchanger:
		c.say(replies.EhloExchanger, "size", size)
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
		if c.handshake = c.endpoint.Answers.Meet(c.peer.Party(), nil, answers.OnHandshake); c.handshake != nil {
			c.tell(c.handshake)
		}
	}
}

func (c *session) mailFrom(ctx context.Context, arguments string) {
	switch {
	case c.helo == "":
		c.refuse(ctx, replies.NeedHello, "")
		return
	case c.exchanger:
		c.begin(ctx, arguments)
		return
	case c.endpoint.Settings.Open && c.user == "" && c.authError == "":
		c.enterOpen(arguments)
	case c.tls == nil && !c.endpoint.Settings.Open:
		c.refuse(ctx, replies.MailNoTLS, "")
		return
	case c.user == "" && c.authError != "":
		c.refuse(ctx, replies.MailAfterAuth, "", "error", c.authError)
		return
	case c.user == "":
		c.refuse(ctx, replies.MailNoAuth, "")
		return
	}
	if c.user == "" {
		c.refuse(ctx, replies.MailNoAuth, "")
		return
	}
	if c.endpoint.Settings.RefuseAboveRate && c.endpoint.Limits.AboveRate(c.user, c.endpoint.now()) {
		c.refuse(ctx, replies.RateExceeded, "")
		return
	}
	c.begin(ctx, arguments)
}

// begin begins a message by what MAIL says of it.
func (c *session) begin(ctx context.Context, arguments string) {
	if c.mail != nil {
		c.refuse(ctx, replies.MailAgain, "")
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
	started := c.sender(path)
	for _, parameter := range parameters {
		if !started.parameter(parameter) {
			c.refuse(ctx, replies.BadArguments, "")
			return
		}
	}
	if started.declared > c.endpoint.Settings.MaxSize {
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
		if c.user != "" {
			c.endpoint.Limits.Failed(c.user, limits.Invalid, c.endpoint.now())
		}
		c.refuse(ctx, replies.RcptBadAddress, "")
		return
	}
	if c.exchanger {
		c.rcptInbound(ctx, path)
		return
	}
	if len(c.mail.to) >= c.endpoint.Mailboxes.Submission(c.user, c.endpoint.now()).MaxRecipients {
		c.endpoint.Limits.Failed(c.user, limits.Recipients, c.endpoint.now())
		c.refuse(ctx, replies.RcptTooMany, "")
		return
	}
	if c.mail.crowded(path, c.endpoint.Settings.MaxPerDomain) {
		c.endpoint.Limits.Failed(c.user, limits.Recipients, c.endpoint.now())
		c.refuse(ctx, replies.RcptTooManyDomain, "")
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
		c.submitting()
	}
}

// chunk takes the octets of one BDAT.
func (c *session) chunk(ctx context.Context, body [][]byte, size int64, last bool) {
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
		c.submitting()
	}
	c.mail.size += size
	c.mail.chunks = gathered(c.mail.chunks, body)
	if !last {
		c.say(replies.Chunk, "bytes", strconv.FormatInt(size, 10))
		return
	}
	m := mail.Received(c.mail.chunks)
	c.record(journal.Plain("C: "+wire.Summary(c.mail.size, m.Subject)), nil)
	c.submit(ctx, m, c.mail.size)
}

// smallPiece is the size up to which pieces of chunks are put together: each of its own, chunks of one octet would take
// many times their size.
const smallPiece = 64 << 10

// gathered adds a chunk to those before.
func gathered(chunks, body [][]byte) [][]byte {
	last := len(chunks) - 1
	if last >= 0 && len(body) == 1 && len(chunks[last])+len(body[0]) <= smallPiece {
		chunks[last] = append(chunks[last], body[0]...)
		return chunks
	}
	return append(chunks, body...)
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
	c.ended(history.Quit)
	c.say(replies.Quit)
}

// abort drops the message that is under way, if any.
func (c *session) abort() {
	if c.mail != nil {
		c.mail = nil
		c.submitted()
	}
}

// enterOpen lets a client in that has not authenticated, where the settings say so: as the mailbox that MAIL names, or
// the first one.
func (c *session) enterOpen(arguments string) {
	path, _, _ := parsePath(arguments, "FROM:")
	c.user = c.endpoint.Mailboxes.Submitter(path)
}
