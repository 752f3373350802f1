package fakesmtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// session is one connection. Its fields belong to the goroutine that serves it.
type session struct {
	server *Server
	raw    net.Conn // below TLS
	peer   *faultnet.Peer
	wire   *wire.Wire
	random *chance.Reader
	tls    *tls.Conn // nil: in clear

	// Names that this connection's front end and mailbox server have in replies.
	id, host, label, backend string

	helo      string
	user      *mailbox        // authenticated
	profile   replies.Profile // of the account; exchange until there is one
	authError string          // reply to the last refused AUTH, which MAIL repeats
	failed    int             // refused AUTH
	errors    int             // protocol errors
	closing   bool
	pending   func(ctx context.Context, line string) // takes the next line instead of a command: a SASL answer
	mail      *transaction
	replies   []string        // of the visit under way, without line ends
	garbled   []byte          // what goes out in place of the replies, as it is
	muted     bool            // what the server would say is neither said nor journaled: a planted answer speaks instead
	upgrade   bool            // after the replies: TLS
	awaitData bool            // after the replies: the message
	handshake *answers.Answer // what is to go wrong in the handshake that comes
	drain     bool            // after the end: read on, say nothing

	principal *servicePrincipal // an application that acts for itself; nil: a person
	watch     watch
	shown     *Session // what [Server.Sessions] shows, guarded by Server.mu
}

func newSession(s *Server, connection net.Conn) *session {
	return &session{server: s, raw: connection, profile: replies.ProfileExchange}
}

// run serves the connection to its end. Whatever only this side notices, such as an end of file, ends it in silence.
func (c *session) run() {
	c.peer = c.server.shell.Network.Peer(c.raw)
	c.peer.Guard(c.raw, c.serve)
}

func (c *session) serve() {
	c.wire = wire.New(c.peer.Application(c.raw), c.touch)
	c.random = chance.New(c.server.config.Seed, "fakesmtp "+c.peer.Connection())
	c.id = "08D" + strings.ToUpper(c.random.Hex(13))
	site, forest := c.server.config.Site, c.server.config.Forest
	c.label = fmt.Sprintf("%sCA%04d.%s", site, c.random.Intn(10000), forest)
	c.host = strings.TrimSuffix(c.label, "."+forest) + ".outlook.office365.com"
	c.backend = fmt.Sprintf("%sMB%04d.%s", site, c.random.Intn(10000), forest)
	c.shown = c.server.opened(c)
	c.startWatch()
	defer c.stopWatch()
	defer c.abort()

	c.visit("banner", nil, nil, func(context.Context) { c.say(replies.Banner) }, answers.OnConnect)
	for !c.closing {
		var err error
		switch {
		case c.upgrade:
			err = c.startTLS()
		case c.awaitData:
			err = c.readMessage()
		default:
			err = c.readLine()
		}
		if err != nil {
			if !c.expired(err) {
				c.server.ended(c, endHangUp)
				return
			}
			c.timeOut()
		}
	}
	c.finishWriting()
}

// readLine serves one command line or one SASL answer.
func (c *session) readLine() error {
	line, err := c.wire.Line(c.server.config.MaxLine)
	var hello *wire.TLSError
	switch {
	case errors.Is(err, wire.ErrLineTooLong):
		c.visit("a long line", nil, journal.Plain("(a line of more than "+strconv.Itoa(c.server.config.MaxLine)+" octets)"), func(ctx context.Context) {
			c.pending = nil
			c.refuse(ctx, replies.LineTooLong, "")
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
	case c.overdue():
		return errOverdue
	}
	if answer := c.pending; answer != nil {
		c.pending = nil
		c.visit("AUTH", nil, wire.AnswerText(line), func(ctx context.Context) { answer(ctx, line) }, answers.OnResponse)
		return nil
	}
	verb, arguments := wire.Command(line)
	if verb == "BDAT" {
		return c.readChunk(line, arguments)
	}
	var planted *answers.Answer
	if verb == "RCPT" {
		path, _, _ := parsePath(arguments, "TO:")
		planted = answers.ByAddress(path, answers.AtRecipient)
	}
	c.visit(visitName(verb), planted, wire.CommandText(line, wire.KnownVerb, nil), func(ctx context.Context) { c.command(ctx, verb, arguments) }, answers.Moment(verb))
	return nil
}

// visit acts on something that was read in full: it journals it, lets act decide and speak, and writes only when the turn is given
// back. Nothing that waits for the client happens inside. A planted answer that waits for one of the moments, or the one given, has its way.
func (c *session) visit(name string, planted *answers.Answer, read journal.Text, act func(ctx context.Context), moments ...answers.Moment) {
	c.watch.busy.Store(true)
	v := c.server.shell.Visit(c.peer, name)
	if read != nil {
		c.record(journal.Join(journal.Plain("C: "), read), nil)
	}
	ctx := shell.Acting(v)
	if planted == nil {
		planted = c.server.answers.Meet(c.peer.Party(), moments...)
	}
	if planted == nil {
		act(ctx)
	} else {
		c.giveAnswer(ctx, planted, act)
	}
	v.End()
	c.touch()
	c.watch.busy.Store(false)
	c.write()
	if planted != nil {
		c.carryOut(planted)
	}
}

// write hands over what was said, for the next read to send: an error stays with the writer and comes back with it.
func (c *session) write() {
	if c.garbled != nil {
		_, _ = c.wire.Writer.Write(c.garbled)
		c.garbled, c.replies = nil, c.replies[:0]
	}
	for _, line := range c.replies {
		_, _ = c.wire.Writer.WriteString(line)
		_, _ = c.wire.Writer.WriteString("\r\n")
	}
	c.replies = c.replies[:0]
}

// finishWriting ends a connection that this side closes.
func (c *session) finishWriting() {
	c.server.ended(c, endClosed)
	if c.wire.Writer.Flush() == nil && c.tls != nil {
		_ = c.tls.CloseWrite() // a client that looks for a truncated answer finds none
	}
	if c.drain {
		c.wire.Drain()
	}
}

// record writes one line of the conversation into the journal.
func (c *session) record(text journal.Text, detail map[string]string) {
	c.server.shell.Record(c.peer.Connection(), text, detail)
}

// say adds a reply to what will be written, and journals it.
func (c *session) say(event replies.Event, v ...string) { c.reply(event, nil, v) }

// refuse says a reply of class 4 or 5: late if the front end gives it, counted, and kept with its reason.
func (c *session) refuse(ctx context.Context, event replies.Event, reason refusal.Reason, v ...string) {
	row := replies.LookUp(c.profile, event)
	if row.Code >= 500 && row.Tail == replies.FrontEnd && !c.muted {
		c.pause(ctx, c.server.config.Tarpit)
	}
	detail := map[string]string{"event": string(event)}
	if reason != "" {
		detail["reason"] = string(reason)
	}
	first := c.reply(event, detail, v)
	user := ""
	if c.user != nil {
		user = c.user.address
	}
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] == "user" {
			user = v[i+1]
		}
	}
	c.server.refused(c, Refusal{
		At: c.server.shell.Clock.Now(), Connection: c.peer.Connection(), Profile: c.profile, User: user, Event: event, Reason: reason, Reply: first,
	})
	limit := c.server.config.MaxErrors
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
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		line = strconv.Itoa(code) + separator + c.fill(line, v)
		if i == 0 {
			first = line
		}
		if i == len(lines)-1 {
			line += c.fill(tail, v)
		}
		if c.muted {
			continue
		}
		c.replies = append(c.replies, line)
		c.record(journal.Plain("S: "+line), detail)
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
			return replies.InBanner(c.server.shell.Clock.Now()), true
		case "instant":
			return replies.InTail(c.server.shell.Clock.Now()), true
		}
		return "", false
	})
}

// pause delays what is said next, on the bench's clock.
func (c *session) pause(ctx context.Context, delay time.Duration) {
	c.server.shell.Sleep(ctx, c.peer.Connection(), delay)
}

// client is the address that the front end greets: of a client on the bench the public one of its office.
func (c *session) client() string {
	if !strings.HasPrefix(c.peer.Connection(), faultnet.Outside+"#") {
		return c.server.config.ClientAddress
	}
	host, _, err := net.SplitHostPort(c.raw.RemoteAddr().String())
	if err != nil {
		return c.server.config.ClientAddress
	}
	return host
}

// startTLS makes the connection a secure one. What the client sent in clear beyond the command is dropped (RFC 3207 §4.2), and the
// session begins anew.
func (c *session) startTLS() error {
	c.upgrade = false
	if err := c.wire.Writer.Flush(); err != nil {
		return err
	}
	if planted := c.handshake; planted != nil {
		return c.breakHandshake(planted)
	}
	secure := tls.Server(c.raw, c.server.tls)
	if err := secure.Handshake(); err != nil {
		return err
	}
	c.tls = secure
	c.wire = wire.New(c.peer.Application(secure), c.touch)
	c.helo = ""
	c.abort()
	c.server.secured(c, secure.ConnectionState())
	return nil
}

// readMessage serves the lines after DATA.
func (c *session) readMessage() error {
	c.awaitData = false
	body, size, err := c.wire.Message(c.server.config.MaxSize)
	if err != nil {
		return err
	}
	m := mail.ParseHeader(body)
	c.visit("end of DATA", c.mail.planted, journal.Plain(wire.Summary(size, m.Subject)), func(ctx context.Context) {
		c.record(journal.Plain("C: ."), nil)
		c.submit(ctx, m, size)
	}, answers.OnEndOfData)
	c.abort() // a planted answer may have kept submit from ending it
	return nil
}

// readChunk serves BDAT, whose octets follow the command at once (RFC 3030 §2). They are read even where it is refused.
func (c *session) readChunk(line, arguments string) error {
	size, last, ok := parseChunk(arguments)
	if !ok {
		c.visit("BDAT", nil, journal.Plain(wire.Printable(line)), func(ctx context.Context) { c.refuse(ctx, replies.BadArguments, "") }, "BDAT")
		return nil
	}
	room := int64(0)
	if c.mail != nil {
		room = c.server.config.MaxSize - int64(len(c.mail.chunks))
	}
	body, err := c.wire.Chunk(size, room)
	if err != nil {
		return err
	}
	moments, planted := []answers.Moment{"BDAT"}, (*answers.Answer)(nil)
	if last && c.mail != nil {
		moments, planted = append(moments, answers.OnEndOfData), c.mail.planted
	}
	c.visit("BDAT", planted, journal.Plain(wire.Printable(line)), func(ctx context.Context) { c.chunk(ctx, body, size, last) }, moments...)
	if last && c.mail != nil && len(c.mail.to) > 0 {
		c.abort()
	}
	return nil
}

// parseChunk reads the arguments of BDAT: a size and, for the last chunk, LAST.
func parseChunk(arguments string) (size int64, last, ok bool) {
	number, rest, more := strings.Cut(arguments, " ")
	rest = strings.TrimSpace(rest)
	size, err := strconv.ParseInt(number, 10, 48)
	if err != nil || size < 0 || number[0] == '+' || number[0] == '-' {
		return 0, false, false
	}
	if more && rest != "" && !strings.EqualFold(rest, "LAST") {
		return 0, false, false
	}
	return size, more && rest != "", true
}

// visitName is what the watchdog calls a visit.
func visitName(verb string) string {
	if wire.KnownVerb(verb) {
		return verb
	}
	return "an unknown command"
}
