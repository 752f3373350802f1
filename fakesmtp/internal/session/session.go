package session

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/transit"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// session is one connection. Its fields belong to the goroutine that serves it.
type session struct {
	endpoint *Endpoint
	raw      net.Conn // below TLS
	peer     *faultnet.Peer
	wire     *wire.Wire
	random   *chance.Reader
	// the client came to the MX door, where nobody authenticates
	exchanger bool
	tls       *tls.Conn // nil: in clear

	// Names that this connection's front end and mailbox server have in replies.
	id, host, label, backend string
	greeted                  string // the client's address, once it was asked for
	route                    *transit.Route

	helo      string
	user      string          // primary address of the mailbox that has authenticated
	profile   replies.Profile // of the account; exchange until there is one
	authError string          // reply to the last refused AUTH, which MAIL repeats
	failed    int             // refused AUTH
	errors    int             // protocol errors
	closing   bool
	pending   func(ctx context.Context, line string) // takes the next line instead of a command: a SASL answer
	decides   bool                                   // that line ends the AUTH
	named     [1]string                              // the recipient of the RCPT under way
	mail      *transaction
	replies   []string // of the visit under way, without line ends
	garbled   []byte   // what goes out in place of the replies, as it is
	// what the server would say is neither said nor journaled: a planted answer speaks instead
	muted     bool
	upgrade   bool            // after the replies: TLS
	awaitData bool            // after the replies: the message
	handshake *answers.Answer // what is to go wrong in the handshake that comes
	drain     bool            // after the end: read on, say nothing

	principal mailboxes.Principal // an application that acts for itself; zero: a person
	watch     *shell.Watch
	shown     history.Entry
}

func (c *session) serve() {
	settings := c.endpoint.Settings
	c.watch = c.endpoint.Shell.Watch(
		c.peer, c.raw, shell.Patience{Idle: settings.IdleTimeout, Age: settings.SessionTimeout},
	)
	defer c.watch.Stop()
	c.wire = wire.New(c.peer.Application(c.raw), c.watch.Touch)
	defer func() { c.wire.Free() }()
	c.name()
	c.shown = c.endpoint.History.Open(c.peer.Connection(), c.endpoint.now())
	defer c.ended(history.Closed) // a panic has told no other end
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
			if !c.watch.Expired(err) {
				c.ended(history.HungUp)
				return
			}
			c.timeOut()
		}
	}
	c.finishWriting()
}

// name draws the names that the front end and the mailbox server of this connection have.
func (c *session) name() {
	c.random = chance.New(c.endpoint.Shell.Seed, "fakesmtp "+c.peer.Connection())
	c.id = transit.SessionID(c.random, c.endpoint.now())
	site, forest := c.endpoint.Settings.Site, c.endpoint.Settings.Forest
	c.label = fmt.Sprintf("%sCA%04d.%s", site, c.random.Intn(10000), forest)
	c.host = strings.TrimSuffix(c.label, "."+forest) + ".outlook.office365.com"
	c.backend = fmt.Sprintf("%sMB%04d.%s", site, c.random.Intn(10000), forest)
	if c.exchanger {
		c.nameExchanger(site, forest)
	}
	c.route = &transit.Route{
		Seed: c.endpoint.Shell.Seed, FrontEnd: c.label, Backend: c.backend, Site: site, Forest: forest,
	}
}

// visit acts on something that was read in full: it journals it, lets act decide and speak, and writes only when the
// turn is given back. Nothing that waits for the client happens inside. A planted answer that waits for one of the
// moments, or the one given, has its way.
func (c *session) visit(
	name string, planted *answers.Answer, read journal.Text, act func(ctx context.Context), moments ...answers.Moment,
) {
	c.watch.Busy(true)
	v := c.endpoint.Shell.Visit(c.peer, name)
	if read != nil {
		c.record(journal.Join(journal.Plain("C: "), read), nil)
	}
	ctx := shell.Acting(v)
	if planted == nil {
		planted = c.endpoint.Answers.Meet(c.peer.Party(), c.recipients(), moments...)
	}
	if planted == nil {
		act(ctx)
	} else {
		c.giveAnswer(ctx, planted, act)
	}
	v.End()
	c.watch.Busy(false)
	c.write()
	if planted != nil {
		c.carryOut(planted)
	}
}

// recipients are those that what comes now is about: of RCPT the one that it names, else those of the message.
func (c *session) recipients() []string {
	switch {
	case c.named[0] != "":
		return c.named[:]
	case c.mail != nil:
		return c.mail.to
	}
	return nil
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
	c.ended(history.Closed)
	if c.wire.Writer.Flush() == nil && c.tls != nil {
		_ = c.tls.CloseWrite() // a client that looks for a truncated answer finds none
	}
	if c.drain {
		c.wire.Drain()
	}
}

// ended notes how the connection ended, unless that is known already.
func (c *session) ended(how string) { c.shown.End(how, c.endpoint.now()) }
