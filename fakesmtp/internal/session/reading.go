package session

import (
	"context"
	"crypto/tls"
	"errors"
	"strconv"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/journal"
)

// readLine serves one command line or one SASL answer.
func (c *session) readLine() error {
	limit, tooLong := c.endpoint.Front().MaxLine, replies.LineTooLong
	if c.pending != nil { // RFC 4954 §4: the limit of commands is not that of SASL answers
		limit, tooLong = c.endpoint.Front().MaxAnswer, replies.AnswerTooLong
	}
	limit = c.endpoint.longest(limit)
	line, err := c.wire.Line(limit)
	var hello *wire.TLSError
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		read := journal.Plain("(a line of more than " + strconv.Itoa(limit) + " octets)")
		c.visit("a long line", nil, read, func(ctx context.Context) {
			c.pending = nil
			c.refuse(ctx, tooLong, "")
		})
		return nil
	case errors.As(err, &hello):
		c.visit("TLS in clear", nil, journal.Plain(wire.InClear), func(ctx context.Context) {
			c.pending = nil
			c.refuse(ctx, replies.Unknown, "", "size", strconv.Itoa(hello.Octets))
		})
		c.closing, c.drain = true, true // what follows are no lines
		return nil
	case err != nil:
		return err
	case c.watch.Overdue():
		return shell.ErrOverdue
	}
	if answer := c.pending; answer != nil {
		c.pending = nil
		end := answers.OnResponse
		if c.decides || line == "*" {
			end = answers.OnCredentials
		}
		act := func(ctx context.Context) { answer(ctx, line) }
		c.visit("AUTH", nil, wire.AnswerText(line), act, answers.OnResponse, end)
		return nil
	}
	verb, arguments := wire.Command(line)
	if verb == "BDAT" {
		return c.readChunk(line, arguments)
	}
	var planted *answers.Answer
	moment := answers.Moment(verb)
	also := moment
	switch verb {
	case "RCPT":
		path, _, _ := parsePath(arguments, "TO:")
		planted = answers.ByAddress(path, answers.AtRecipient)
		c.named[0] = path
	case "EHLO", "HELO":
		also = answers.OnHello
	case "AUTH":
		if c.decided(arguments) {
			also = answers.OnCredentials
		}
	}
	act := func(ctx context.Context) { c.command(ctx, verb, arguments) }
	c.visit(visitName(verb), planted, wire.CommandText(line, wire.KnownVerb, nil), act, moment, also)
	c.named[0] = ""
	return nil
}

// startTLS makes the connection a secure one. What the client sent in clear beyond the command is dropped (RFC 3207
// §4.2), and the session begins anew.
func (c *session) startTLS() error {
	c.upgrade = false
	if err := c.wire.Writer.Flush(); err != nil {
		return err
	}
	if planted := c.handshake; planted != nil {
		return c.breakHandshake(planted)
	}
	security := c.endpoint.TLS
	if c.exchanger {
		security = c.endpoint.ExchangerTLS
	}
	secure := tls.Server(c.raw, security)
	if err := secure.Handshake(); err != nil {
		return err
	}
	c.tls = secure
	c.wire.Free()
	c.wire = wire.New(c.peer.Application(secure), c.watch.Touch)
	c.helo = ""
	c.abort()
	state := secure.ConnectionState()
	c.shown.Note(
		func(shown *history.Session) { shown.Host, shown.TLS = state.ServerName, tls.VersionName(state.Version) },
	)
	return nil
}

// readMessage serves the lines after DATA.
func (c *session) readMessage() error {
	c.awaitData = false
	body, size, err := c.wire.Message(c.endpoint.Settings.MaxSize)
	if errors.Is(err, wire.ErrEndless) {
		c.endless("end of DATA", journal.Plain("(a message without end)"))
		return nil
	}
	if err != nil {
		return err
	}
	m := mail.Received(body)
	c.visit("end of DATA", c.mail.planted, journal.Plain(wire.Summary(size, m.Subject)), func(ctx context.Context) {
		c.record(journal.Plain("C: ."), nil)
		c.submit(ctx, m, size)
	}, answers.OnEndOfData)
	c.abort() // a planted answer may have kept submit from ending it
	return nil
}

// endless refuses a message that goes on far beyond the limit, and closes: nobody reads to its end. The reply is that
// of a message that is too large; that the connection is closed is ours.
func (c *session) endless(name string, read journal.Text) {
	c.visit(name, nil, read, func(ctx context.Context) { c.refuse(ctx, replies.TooLarge, "") })
	c.closing = true
}

// readChunk serves BDAT, whose octets follow the command at once (RFC 3030 §2). They are read even where it is refused.
func (c *session) readChunk(line, arguments string) error {
	size, last, ok := parseChunk(arguments)
	if !ok {
		refuse := func(ctx context.Context) { c.refuse(ctx, replies.BadArguments, "") }
		c.visit("BDAT", nil, journal.Plain(wire.Printable(line)), refuse, "BDAT")
		return nil
	}
	room, come := int64(0), int64(0)
	if c.mail != nil {
		room, come = c.endpoint.Settings.MaxSize-c.mail.size, c.mail.size
	}
	if size > wire.Beyond(c.endpoint.Settings.MaxSize)-come {
		c.endless("BDAT", journal.Plain(wire.Printable(line)))
		return nil
	}
	body, err := c.wire.Chunk(size, room)
	if err != nil {
		return err
	}
	moments, planted := []answers.Moment{"BDAT"}, (*answers.Answer)(nil)
	if last && c.mail != nil {
		moments, planted = append(moments, answers.OnEndOfData), c.mail.planted
	}
	act := func(ctx context.Context) { c.chunk(ctx, body, size, last) }
	c.visit("BDAT", planted, journal.Plain(wire.Printable(line)), act, moments...)
	if last && c.mail != nil && len(c.mail.to) > 0 {
		c.abort()
	}
	return nil
}

// visitName is what the watchdog calls a visit.
func visitName(verb string) string {
	if wire.KnownVerb(verb) {
		return verb
	}
	return "an unknown command"
}
