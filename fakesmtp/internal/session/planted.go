package session

import (
	"context"
	"io"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/journal"
)

// giveAnswer takes the place of what the server does at a moment.
func (c *session) giveAnswer(ctx context.Context, a *answers.Answer, act func(context.Context)) {
	c.tell(a)
	c.pause(ctx, a.Delay)
	if !a.Replaces() {
		act(ctx)
	} else {
		if a.CarriedOut {
			c.muted = true
			act(ctx)
			c.muted = false
		}
		c.answer(a)
	}
	if a.Split > 0 {
		c.split(ctx, a)
	}
}

// tell journals that a planted answer has its way.
func (c *session) tell(a *answers.Answer) {
	c.endpoint.Shell.Journal.Append(journal.Entry{
		Party: c.endpoint.Shell.Party, Connection: c.peer.Connection(), Kind: journal.KindFault,
		Text: journal.Plain("answer " + a.String()),
	})
}

// answer says what the planted answer has in place of the server's own answer.
func (c *session) answer(a *answers.Answer) {
	detail := map[string]string{"answer": a.String()}
	switch {
	case a.Then == answers.Reset, a.Silent:
	case a.Garbled != "":
		c.garbled = []byte(a.Garbled)
		c.record(journal.Plain("S: (garbled) "+wire.Printable(a.Garbled)), detail)
	case a.Event != "":
		row := replies.LookUp(c.profile, a.Event)
		c.follow(a.On, row.Code, c.reply(a.Event, detail, c.circumstances(row)))
	default:
		code, text, _ := answers.ParseReply(a.Reply)
		c.follow(a.On, code, c.speak(code, text, "", code == 421, detail, nil))
	}
}

// circumstances fill in the braces of a row that is said without its cause, by what the conversation has come to.
func (c *session) circumstances(row *replies.Reply) replies.Values {
	failed, from := c.authError, c.user
	if failed == "" {
		failed = replies.LookUp(c.profile, replies.AuthIdentity).Line()
	}
	if c.mail != nil && c.mail.from != "" {
		from = wire.Printable(c.mail.from)
	}
	v := replies.Values{
		"size", strconv.FormatInt(c.endpoint.Settings.MaxSize, 10), "error", failed, "user", c.user, "from", from,
		"bytes", "0", "verdict", "Suspend, ShowTierUpgrade", "duration", duration(c.endpoint.now().Sub(c.watch.Opened())),
		"internal", "10000000000000", "seconds", "0.100", "rate", "10.000",
	}
	if strings.Contains(row.Text, "{id}") {
		v = append(v, "id", c.freshID())
	}
	return v
}

// follow waits for what the client sends after a reply that it was given in place of another one: nothing after a
// refusal. MAIL repeats a refused AUTH.
func (c *session) follow(on answers.Moment, code int, first string) {
	if code >= 400 && (on == answers.OnCredentials || on == answers.OnResponse || on == "AUTH") {
		c.authError = first
	}
	c.awaitData = c.awaitData && code == 354
	c.upgrade = c.upgrade && code == 220
	if code != 334 {
		c.pending = nil
	}
}

// split sends the first octets of the reply now, while the client waits for the rest.
func (c *session) split(ctx context.Context, a *answers.Answer) {
	all := c.garbled
	for _, line := range c.replies {
		all = append(all, line+"\r\n"...)
	}
	c.replies = c.replies[:0]
	n := min(a.Split, len(all))
	_, _ = c.wire.Writer.Write(all[:n])
	_ = c.wire.Writer.Flush()
	c.pause(ctx, a.Pause)
	c.garbled = append([]byte{}, all[n:]...)
}

// carryOut ends the connection as the planted answer has it, after the reply.
func (c *session) carryOut(a *answers.Answer) {
	switch a.Then {
	case answers.Disconnect:
		_ = c.wire.Writer.Flush()
		_ = c.raw.Close()
	case answers.Reset:
		c.peer.Reset()
	case answers.HalfClose:
		_ = c.wire.Writer.Flush()
		if c.tls != nil {
			_ = c.tls.CloseWrite()
		}
		_ = c.peer.HalfClose()
		c.drain = true
	case answers.Close:
		c.closing, c.upgrade = true, false
		return
	case answers.FallSilent:
		_ = c.wire.Writer.Flush()
		c.drain = true
	case answers.GoesOn:
		return
	}
	c.tls, c.closing, c.upgrade = nil, true, false // no farewell
}

// breakHandshake lets a TLS handshake go wrong once the client has begun it.
func (c *session) breakHandshake(a *answers.Answer) error {
	c.handshake = nil
	if _, err := c.raw.Read(make([]byte, 8<<10)); err != nil {
		return err
	}
	if a.Garbled != "" {
		_, _ = io.WriteString(c.raw, a.Garbled)
	}
	if a.Then == answers.GoesOn {
		c.drain = true
	}
	c.closing = true
	c.carryOut(a)
	return nil
}
