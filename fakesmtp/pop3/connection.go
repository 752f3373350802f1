package pop3

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"unicode/utf16"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// connection is one client on the wire.
type connection struct {
	*session
	raw      net.Conn
	peer     *faultnet.Peer
	watch    *shell.Watch
	wire     *wire.Wire
	tls      *tls.Conn
	frontEnd string
}

// connection serves a client to its end.
func (s *Server) connection(raw net.Conn) {
	peer := s.shell.Network.Peer(raw)
	c := &connection{
		session: &session{server: s, client: s.shell.Client(peer, raw, clientAddress)},
		raw:     raw, peer: peer, watch: s.shell.Watch(peer, raw, s.config.Patience),
	}
	defer c.watch.Stop()
	peer.Guard(raw, c.run)
}

func (c *connection) run() {
	s, raw, peer := c.server, c.raw, c.peer
	c.frontEnd = frontEnd(fmt.Sprintf("%sCA%04d.outlook.office365.com", s.config.Site, c.client.Random.Intn(10000)))
	c.wire = wire.New(peer.Application(raw), c.watch.Touch)
	if s.config.Security == ImplicitTLS && c.handshake() != nil {
		return
	}
	defer func() {
		if c.user != "" {
			s.release(c.user) // also after a panic
		}
	}()
	c.visit("greeting", nil, func() reply { return say(eventGreeting) })
	for c.serve() {
	}
	if c.wire.Writer.Flush() == nil && c.tls != nil {
		_ = c.tls.CloseWrite()
	}
}

// frontEnd is a name as the greeting has it (docs/reference/exchange-smtp.md §11): base64 of UTF-16LE.
func frontEnd(name string) string {
	var octets []byte
	for _, unit := range utf16.Encode([]rune(name)) {
		octets = binary.LittleEndian.AppendUint16(octets, unit)
	}
	return base64.StdEncoding.EncodeToString(octets)
}

// handshake makes the connection a secure one; what was said in clear before is forgotten.
func (c *connection) handshake() error {
	if err := c.wire.Writer.Flush(); err != nil {
		return err
	}
	c.tls = tls.Server(c.raw, c.server.tls)
	if err := c.tls.Handshake(); err != nil {
		return err
	}
	c.wire = wire.New(c.peer.Application(c.tls), c.watch.Touch)
	c.secure, c.name = true, ""
	return nil
}

// serve serves one line and reports whether there can be another.
func (c *connection) serve() bool {
	line, err := c.wire.Line(maxLine)
	var r reply
	var hello *wire.TLSError
	switch {
	case errors.As(err, &hello):
		c.visit("TLS in clear", journal.Plain(wire.InClear), func() reply { return c.answer("") })
		c.wire.Drain()
		return false
	case errors.Is(err, wire.ErrLineTooLong):
		r = c.visit(
			"a long line",
			journal.Plain("(a line of more than "+strconv.Itoa(maxLine)+" octets)"),
			func() reply {
				return reply{event: eventLineTooLong, closes: true}
			},
		)
	case err != nil || c.watch.Overdue():
		return false
	default:
		name, text := "an unknown command", wire.CommandText(line, known, secret)
		if verb, _ := wire.Command(line); known(verb) {
			name = verb
		}
		if c.pending != nil {
			name, text = "AUTH", wire.AnswerText(line)
		}
		r = c.visit(name, text, func() reply { return c.answer(line) })
	}
	if r.upgrade {
		return c.handshake() == nil
	}
	return !r.closes
}

// visit acts on a line inside a visit. Nothing that waits for the client happens there.
func (c *connection) visit(name string, read journal.Text, act func() reply) reply {
	s := c.server.shell
	c.watch.Busy(true)
	defer c.watch.Busy(false)
	visit := s.Visit(c.peer, name)
	if read != nil {
		s.Record(c.client.Connection, journal.Join(journal.Plain("C: "), read), nil)
	}
	r := act()
	detail := map[string]string(nil)
	if r.event == eventGreeting && c.tls != nil {
		detail = shell.InTLS
	}
	if r.refused != "" {
		s.Sleep(shell.Acting(visit), c.client.Connection, c.server.config.Late)
		detail = map[string]string{"event": string(r.event), "reason": string(r.refused)}
	}
	first := r.shown(c.server.config.Profile, c.frontEnd)
	s.Record(c.client.Connection, journal.Plain("S: "+first), detail)
	if r.text != nil {
		s.Record(c.client.Connection, journal.Plain(fmt.Sprintf("S: (%d octets)", len(r.text))), nil)
	}
	visit.End()
	c.wire.Say([]byte(first + "\r\n"))
	c.wire.Say(r.text)
	return r
}
