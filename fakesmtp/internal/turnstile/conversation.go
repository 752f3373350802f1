package turnstile

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// conversation is one connection. Its fields belong to the goroutine that serves it.
type conversation struct {
	turnstile *Turnstile
	raw       net.Conn // below TLS
	peer      *faultnet.Peer
	client    *shell.Client
	wire      *wire.Wire
	tls       *tls.Conn // to the client; nil: in clear
	pipe      *pipe
	watch     *shell.Watch
	inside    net.Conn // to the library, under TLS as the client is

	admitted  bool // the library has the connection
	answering bool // the next line answers a challenge
	data      bool // the next thing is a message
	upgrade   bool // the next thing is a handshake
	lapsed    bool // the client's time was up
}

// open lets the client in, with TLS from the first byte if that is how the server is reached.
func (c *conversation) open() error {
	end := net.Conn(library{c.pipe, c.client})
	c.inside = inside{library{c.pipe, c.client}}
	c.wire = wire.New(c.peer.Application(c.raw), c.watch.Touch)
	if c.implicit() {
		server, err := ServerTLS(c.turnstile.config.Shell, c.turnstile.config.Host)
		if err != nil {
			return err
		}
		end = tls.Server(end, server)
		if err := c.secure(); err != nil {
			return err
		}
	}
	if !c.turnstile.entrance.admit(end) {
		return errLibrary
	}
	c.admitted = true
	if c.implicit() {
		return c.secureInside()
	}
	return nil
}

func (c *conversation) implicit() bool { return c.turnstile.config.Security == shell.ImplicitTLS }

// secure makes TLS with the client. What the client sent in clear before is dropped (RFC 3207 §4.2).
func (c *conversation) secure() error {
	if err := c.wire.Writer.Flush(); err != nil {
		return err
	}
	c.tls = tls.Server(c.raw, c.turnstile.outer)
	if err := c.tls.Handshake(); err != nil {
		return err
	}
	c.wire = wire.New(c.peer.Application(c.tls), c.watch.Touch)
	return nil
}

func (c *conversation) secureInside() error {
	secure := tls.Client(c.inside, c.turnstile.inner)
	c.inside = secure
	return secure.Handshake()
}

const banner = "banner" // the visit in which the server speaks first

// run serves the client.
func (c *conversation) run() {
	c.visit(banner, nil, "", nil)
	for !c.pipe.isOver() {
		var err error
		switch {
		case c.upgrade:
			c.upgrade = false
			if c.secure() != nil || c.secureInside() != nil {
				return
			}
		case c.data:
			err = c.message()
		default:
			err = c.line()
		}
		if err != nil && !c.timeOut(err) {
			return
		}
	}
	if c.wire.Writer.Flush() == nil && c.tls != nil {
		_ = c.tls.CloseWrite()
	}
}

// timeOut lets the library say that the client's time is up, if that is what an error of reading means.
func (c *conversation) timeOut(err error) bool {
	if !c.watch.Expired(err) || c.lapsed {
		return false
	}
	c.lapsed = true
	c.watch.End()
	c.pipe.lapse()
	c.visit("time-out", nil, "", nil)
	c.watch.Leave()
	return true
}

// line serves one command, or one answer to a challenge.
func (c *conversation) line() error {
	limit := c.turnstile.config.MaxLine
	line, err := c.wire.Line(limit)
	var hello *wire.TLSError
	switch {
	case errors.As(err, &hello): // the library is to refuse it, once, by a command that no protocol has
		c.visit("TLS in clear", journal.Plain(wire.InClear), "", []byte("TLS\r\n"))
		c.wire.Drain()
		return err
	case errors.Is(err, wire.ErrLineTooLong): // the library is to refuse it, by a line that is just too long for it
		c.answering = false
		c.visit("a long line", journal.Plain("(a line of more than "+strconv.Itoa(limit)+" octets)"), "",
			append(bytes.Repeat([]byte("x"), limit+1), "\r\n"...))
		return nil
	case err != nil:
		return err
	case c.watch.Overdue():
		return shell.ErrOverdue
	}
	verb, arguments := wire.Command(line)
	text, name, command := wire.CommandText(line, wire.KnownVerb, nil), verb, line
	switch {
	case c.answering:
		text, name, command = wire.AnswerText(line), "AUTH", "AUTH"
	case verb == "BDAT":
		return c.chunk(line, arguments)
	case !wire.KnownVerb(verb):
		name = "an unknown command"
	}
	challenge := c.answering || verb == "AUTH"
	c.answering = false
	switch code := c.visit(name, text, command, []byte(line+"\r\n")); {
	case challenge && code == 334:
		c.answering = true
	case verb == "DATA" && code == 354:
		c.data = true
	case verb == "STARTTLS" && code == 220 && c.turnstile.outer != nil:
		c.upgrade = true
	}
	return nil
}

// message serves the lines after DATA.
func (c *conversation) message() error {
	c.data = false
	limit := c.turnstile.config.MaxSize
	pieces, size, err := c.wire.Message(limit)
	if errors.Is(err, wire.ErrEndless) {
		defer c.pipe.hangUp() // after the refusal: nobody reads to its end
	} else if err != nil {
		return err
	}
	body := slices.Concat(pieces...)
	given := wire.Stuff(body)
	if c.turnstile.config.LineFeeds {
		given = wire.StuffLenient(body)
	}
	if size > limit { // the library is to refuse it: it gets as much as it needs for that
		given = append(given, filler(int(limit)-len(body))...)
	}
	if size <= limit || !c.turnstile.config.StopsAtSize {
		given = append(given, ".\r\n"...)
	}
	c.visitMessage("end of DATA", wire.Summary(size, mail.Received(pieces).Subject), given)
	return nil
}

// filler is the rest of a message that is too large, in lines: with the last of them it is longer than room.
func filler(room int) []byte {
	line := []byte(strings.Repeat("x", 76) + "\r\n")
	lines := bytes.Repeat(line, room/len(line))
	return append(append(lines, bytes.Repeat([]byte("x"), room%len(line)+1)...), "\r\n"...)
}

func (c *conversation) visitMessage(name, summary string, given []byte) {
	c.visit(name, journal.Plain(summary), "", given, journal.Plain("."))
}

// chunk serves BDAT, whose octets follow the command at once (RFC 3030 §2).
func (c *conversation) chunk(line, arguments string) error {
	number, _, _ := strings.Cut(arguments, " ")
	text, given := journal.Plain(wire.Printable(line)), []byte(line+"\r\n")
	if size, malformed := strconv.ParseUint(number, 10, 32); malformed == nil {
		limit := c.turnstile.config.MaxSize
		if int64(size) > wire.Beyond(limit) { // not read to its end
			c.refuse(text, tooLarge)
			c.pipe.hangUp()
			return nil
		}
		body, err := c.wire.Chunk(int64(size), limit)
		if err != nil {
			return err
		}
		if int64(size) > limit { // never kept in full, so the library cannot have it; it would say the same
			c.refuse(text, tooLarge)
			return nil
		}
		given = slices.Concat(append([][]byte{given}, body...)...)
	}
	c.visit("BDAT", text, line, given)
	return nil
}

// tooLarge is what emersion/go-smtp says to a chunk that is too large; mhale/smtpd knows no chunks.
const tooLarge = "552 5.3.4 Max message size exceeded"

// refuse answers in the library's place.
func (c *conversation) refuse(read journal.Text, reply string) {
	s := c.turnstile.config.Shell
	visit := s.Visit(c.peer, "BDAT")
	c.record("C: ", read, nil)
	c.record("S: ", journal.Plain(reply), nil)
	visit.End()
	c.wire.Say([]byte(reply + "\r\n"))
}

// visit lets the library act on something that was read in full, and returns the code of its last reply. Nothing that
// waits for the client happens inside.
func (c *conversation) visit(
	name string, read journal.Text, command string, given []byte, more ...journal.Text,
) (code int) {
	s := c.turnstile.config.Shell
	c.watch.Busy(true)
	defer c.watch.Busy(false)
	visit := s.Visit(c.peer, name)
	if read != nil {
		c.record("C: ", read, nil)
	}
	for _, text := range more {
		c.record("C: ", text, nil)
	}
	if len(given) > 0 {
		_, _ = c.inside.Write(given) // a library that has closed has said why
	}
	said := c.said()
	if edit := c.turnstile.config.Edit; edit != nil {
		said = edit(c.client, command, said)
	}
	for _, line := range strings.Split(strings.TrimSuffix(said, "\r\n"), "\r\n") {
		if line == "" {
			continue
		}
		var detail map[string]string
		if name == banner && c.implicit() {
			detail = shell.InTLS
		}
		c.record("S: ", journal.Plain(wire.Printable(line)), detail)
		if len(line) >= 3 {
			code, _ = strconv.Atoi(line[:3])
		}
	}
	visit.End()
	c.wire.Say([]byte(said))
	return code
}

// said waits until the library asks for more, or has closed, and returns what it wrote until then.
func (c *conversation) said() string {
	c.pipe.quiet()
	var all []byte
	buffer := make([]byte, 4<<10)
	for {
		n, err := c.inside.Read(buffer)
		all = append(all, buffer[:n]...)
		if err != nil { // a time-out: the library waits; else it has closed
			return string(all)
		}
	}
}

func (c *conversation) record(who string, text journal.Text, detail map[string]string) {
	c.turnstile.config.Shell.Record(c.client.Connection, journal.Join(journal.Plain(who), text), detail)
}
