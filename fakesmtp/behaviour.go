package fakesmtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/journal"
)

// Moment is when in a conversation a [Behaviour] has its way: a verb in upper case ("EHLO", "MAIL", "BDAT" …), or one of the constants.
type Moment string

// Moments that are no verbs.
const (
	OnConnect   Moment = "connect"       // in place of the banner
	OnHandshake Moment = "handshake"     // after the 220 of STARTTLS, when the client has begun the TLS handshake
	OnResponse  Moment = "auth response" // the lines after AUTH: user name, password, token
	OnEndOfData Moment = "end of DATA"   // the dot, or the last chunk of BDAT
	OnAny       Moment = "any"           // every one of them but the handshake

	momentRecipient Moment = "rcpt"
	momentData      Moment = "data"
)

// Ending is what happens to the connection after a behaviour's reply.
type Ending string

// Endings.
const (
	GoesOn     Ending = ""           // nothing
	Disconnect Ending = "disconnect" // TCP is closed, without a farewell in TLS
	Reset      Ending = "reset"      // TCP is reset in place of the reply
	HalfClose  Ending = "half-close" // this side is closed, the other one is still read
)

// Behaviour is one thing that a server is to do against its nature, so that a client can be tried: another reply, a late one, a
// garbled or a split one, or the end of the connection. Arm it with [Server.Arm].
type Behaviour struct {
	// Name is what the journal and an unmet one's report call it; empty: made from the rest.
	Name string
	// On is the moment; required.
	On Moment
	// From is the party whose connections are meant, for example "printer"; empty: any.
	From string
	// After is how many moments of the kind pass before; Times is how many are hit, 0: all that follow.
	After, Times int
	// Delay is how late the reply comes, on the World's clock.
	Delay time.Duration
	// Event is the reply, by a row of the table; Reply is one in words: "451 4.7.0 Try later", lines parted by a line feed, braces
	// as in the table. Both empty: the server's own.
	Event replies.Event
	Reply string
	// Garbled are octets that go out in place of a reply, as they are. In the handshake they stand for the ServerHello.
	Garbled string
	// Silent: no reply at all.
	Silent bool
	// CarriedOut: what the client asked for is done all the same; only the answer to it is replaced.
	CarriedOut bool
	// Split parts the reply after so many octets; the rest comes Pause later.
	Split int
	Pause time.Duration
	// Then is the end of the connection, if any.
	Then Ending
}

// String names the behaviour.
func (b Behaviour) String() string {
	if b.Name != "" {
		return b.Name
	}
	words := []string{string(b.On) + ":"}
	add := func(given bool, format string, args ...any) {
		if given {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(b.Event != "", "%q", string(b.Event))
	add(b.Reply != "", "%q", b.Reply)
	add(b.Garbled != "", "%d garbled octets", len(b.Garbled))
	add(b.Silent, "no reply")
	add(b.Delay > 0, "%v late", b.Delay)
	add(b.Split > 0, "split after %d octets", b.Split)
	add(b.Then != GoesOn, "%s", b.Then)
	add(b.After > 0, "after %d", b.After)
	add(b.Times > 0, "%d times", b.Times)
	return strings.Join(words, " ")
}

// replaces reports whether the server's own answer is not given.
func (b Behaviour) replaces() bool {
	return b.Event != "" || b.Reply != "" || b.Garbled != "" || b.Silent || b.Then == Reset
}

// armed is a behaviour that waits; guarded by Server.mu.
type armed struct {
	Behaviour
	after    int // moments still to pass
	met      int
	disarmed bool
}

// Errors of [Server.Arm].
var (
	ErrNoMoment = errors.New("there is no such moment")
	ErrNoReply  = errors.New("that is no reply")
)

// Arm makes behaviours wait for their moments. Where several wait for the same one, the first that was armed and is not used up has its
// way, so that several with Times are a sequence.
func (s *Server) Arm(behaviours ...Behaviour) error {
	for _, b := range behaviours {
		if err := b.check(); err != nil {
			return fmt.Errorf("fakesmtp: behaviour %s: %w", b, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range behaviours {
		s.behaviours = append(s.behaviours, &armed{Behaviour: b, after: b.After})
	}
	return nil
}

// Disarm ends all behaviours. Those that met nothing stay among the unmet.
func (s *Server) Disarm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.behaviours {
		b.disarmed = true
	}
}

// Unmet returns the behaviours that have not happened as often as they were to; each is a mistake of a test. [RunT] reports them.
func (s *Server) Unmet() []Behaviour {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unmet []Behaviour
	for _, b := range s.behaviours {
		if b.met == 0 || b.met < b.Times {
			unmet = append(unmet, b.Behaviour)
		}
	}
	return unmet
}

func (b Behaviour) check() error {
	switch b.On {
	case OnConnect, OnHandshake, OnResponse, OnEndOfData, OnAny:
	default:
		if _, known := commands[string(b.On)]; !known {
			return ErrNoMoment
		}
	}
	if b.Event != "" && !replies.Known(b.Event) {
		return fmt.Errorf("event %q: %w", b.Event, ErrNoReply)
	}
	if _, _, ok := parseReply(b.Reply); b.Reply != "" && !ok {
		return fmt.Errorf("%q: %w", b.Reply, ErrNoReply)
	}
	return nil
}

// parseReply parts a reply into its code and its text.
func parseReply(reply string) (code int, text string, ok bool) {
	number, text, _ := strings.Cut(reply, " ")
	code, err := strconv.Atoi(number)
	return code, text, err == nil && code >= 200 && code <= 599 && !strings.Contains(text, "\r")
}

// meet finds the behaviour that has its way at a moment; nil: none.
func (s *Server) meet(c *session, moments []Moment) *armed {
	s.mu.Lock()
	defer s.mu.Unlock()
	var chosen *armed
	for _, b := range s.behaviours {
		if b.disarmed || b.Times != 0 && b.met >= b.Times || b.From != "" && b.From != c.peer.Party() || !b.on(moments) {
			continue
		}
		switch {
		case b.after > 0:
			b.after--
		case chosen == nil:
			chosen = b
		}
	}
	if chosen != nil {
		chosen.met++
	}
	return chosen
}

func (b *armed) on(moments []Moment) bool {
	for _, m := range moments {
		if b.On == m || b.On == OnAny && m != OnHandshake {
			return true
		}
	}
	return false
}

// misbehave takes the place of what the server does at a moment.
func (c *session) misbehave(ctx context.Context, b *armed, act func(context.Context)) {
	c.server.journal.Append(journal.Entry{
		Party: Party, Connection: c.peer.Connection(), Kind: journal.KindFault, Text: journal.Plain("behaviour " + b.String()),
	})
	c.pause(ctx, b.Delay)
	if !b.replaces() {
		act(ctx)
	} else {
		if b.CarriedOut {
			c.muted = true
			act(ctx)
			c.muted = false
		}
		c.answer(b)
	}
	if b.Split > 0 {
		c.split(ctx, b)
	}
}

// answer says what the behaviour has in place of the server's own answer.
func (c *session) answer(b *armed) {
	detail := map[string]string{"behaviour": b.String()}
	switch {
	case b.Then == Reset, b.Silent:
	case b.Garbled != "":
		c.garbled = []byte(b.Garbled)
		c.record(journal.Plain("S: (garbled) "+wire.Printable(b.Garbled)), detail)
	case b.Event != "":
		c.reply(b.Event, detail, nil)
		c.follow(replies.LookUp(c.profile, b.Event).Code)
	default:
		code, text, _ := parseReply(b.Reply)
		c.speak(code, text, "", code == 421, detail, nil)
		c.follow(code)
	}
}

// follow waits for what the client sends after a reply that it was given in place of another one: nothing after a refusal.
func (c *session) follow(code int) {
	c.awaitData = c.awaitData && code == 354
	c.upgrade = c.upgrade && code == 220
	if code != 334 {
		c.pending = nil
	}
}

// split sends the first octets of the reply now, while the client waits for the rest.
func (c *session) split(ctx context.Context, b *armed) {
	all := c.garbled
	for _, line := range c.replies {
		all = append(all, line+"\r\n"...)
	}
	c.replies = c.replies[:0]
	n := min(b.Split, len(all))
	_, _ = c.wire.Writer.Write(all[:n])
	_ = c.wire.Writer.Flush()
	c.pause(ctx, b.Pause)
	c.garbled = append([]byte{}, all[n:]...)
}

// carryOut ends the connection as the behaviour has it, after the reply.
func (c *session) carryOut(b *armed) {
	switch b.Then {
	case Disconnect:
		_ = c.wire.Writer.Flush()
		_ = c.raw.Close()
	case Reset:
		c.peer.Reset()
	case HalfClose:
		_ = c.wire.Writer.Flush()
		if c.tls != nil {
			_ = c.tls.CloseWrite()
		}
		_ = c.peer.HalfClose()
		c.drain = true
	case GoesOn:
		return
	}
	c.tls, c.closing, c.upgrade = nil, true, false // no farewell
}

// breakHandshake lets a TLS handshake go wrong once the client has begun it.
func (c *session) breakHandshake(b *armed) error {
	c.handshake = nil
	if _, err := c.raw.Read(make([]byte, 8<<10)); err != nil {
		return err
	}
	if b.Garbled != "" {
		_, _ = io.WriteString(c.raw, b.Garbled)
	}
	if b.Then == GoesOn {
		c.drain = true
	}
	c.closing = true
	c.carryOut(b)
	return nil
}

// faultDomain is the domain of recipients that make the server misbehave without anybody arming anything: <moment>-<what>@fault.test,
// where the moment is rcpt or data and what is a reply code ("451", "550-5.1.1"), "close", "reset", "silence" or "delay-10s".
const faultDomain = "fault.test"

// faultAddress reads such an address for a moment; nil: it is none.
func faultAddress(arguments string, moment Moment) *armed {
	path, _, ok := parsePath(arguments, "TO:")
	if !ok || address.Domain(path) != faultDomain {
		return nil
	}
	local, _, _ := strings.Cut(path, "@")
	what, found := strings.CutPrefix(strings.ToLower(local), string(moment)+"-")
	if !found {
		return nil
	}
	b := &armed{Behaviour: Behaviour{Name: path}}
	word, argument, _ := strings.Cut(what, "-")
	switch word {
	case "close":
		b.Then, b.Silent = Disconnect, true
	case "reset":
		b.Then = Reset
	case "silence":
		b.Silent = true
	case "delay":
		delay, err := time.ParseDuration(argument)
		if err != nil {
			return nil
		}
		b.Delay = delay
	default:
		if argument == "" {
			argument = word[:min(1, len(word))] + ".0.0"
		}
		b.Reply = word + " " + argument + " As the address asks for"
		if _, _, ok := parseReply(b.Reply); !ok {
			return nil
		}
	}
	return b
}
