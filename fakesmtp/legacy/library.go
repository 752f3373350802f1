package legacy

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" // CRAM-MD5 is what the years before OAuth had (RFC 2195)
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// This file is what the library asks, and what is changed of what it says. All of it happens inside a visit. What the
// library asks in a goroutine of its own is guarded: a panic ends one conversation and nothing else.

// clientOf finds who is at the other end: the library hands our own address on.
func clientOf(address net.Addr) *shell.Client {
	client, ok := address.(*shell.Client)
	if !ok {
		panic("legacy: a connection that did not come through the turnstile")
	}
	return client
}

// edit replaces what the library takes from the machine, and answers a client that is not let in.
func (s *Server) edit(client *shell.Client, command, reply string) string {
	verb, argument := wire.Command(command)
	switch {
	case verb == "HELO" || verb == "EHLO":
		stateOf(client).helo = argument
		return s.inOrder(reply)
	case verb == "AUTH" && strings.EqualFold(argument, CRAMMD5) && strings.HasPrefix(reply, "334 "):
		challenge := "<" + client.Random.Hex(16) + "@" + s.config.Host + ">"
		stateOf(client).challenge = challenge
		return "334 " + base64.StdEncoding.EncodeToString([]byte(challenge)) + "\r\n"
	case verb == "RCPT" && strings.HasPrefix(reply, "550 5.1.0 ") && !s.admitted(client):
		// The library has one refusal for a recipient. This is what relays with POP before SMTP say.
		// I: several relays word it so; RFC 3463 X.7.1
		return "550 5.7.1 Relaying denied. Please check your mail first\r\n"
	}
	return reply
}

// inOrder puts the mechanisms of an EHLO reply in the order of the Config.
func (s *Server) inOrder(reply string) string {
	lines := strings.Split(reply, "\r\n")
	for i, line := range lines {
		offered, isAuth := strings.CutPrefix(line, "250-AUTH ")
		if !isAuth {
			continue
		}
		words := strings.Fields(offered)
		var ordered []string
		for _, mechanism := range s.config.Mechanisms {
			if slices.Contains(words, mechanism) {
				ordered = append(ordered, mechanism)
			}
		}
		lines[i] = "250-AUTH " + strings.Join(ordered, " ")
	}
	return strings.Join(lines, "\r\n")
}

// authenticate judges AUTH for the library.
func (s *Server) authenticate(address net.Addr, mechanism string, user, password, _ []byte) (accepted bool, err error) {
	client := clientOf(address)
	s.shell.Guard(client, func() { accepted = s.accepts(client, mechanism, string(user), string(password)) })
	return accepted, nil
}

// accepts judges AUTH. With CRAM-MD5, password is the client's digest, and the challenge is ours instead of the
// library's.
func (s *Server) accepts(client *shell.Client, mechanism, user, password string) bool {
	var reason refusal.Reason
	if mechanism == CRAMMD5 {
		reason = s.digest(user, password, stateOf(client).challenge)
	} else {
		reason = s.LogOn(user, password)
	}
	if reason != "" {
		s.refused(Refusal{Connection: client.Connection, User: user, Mechanism: mechanism, Reason: reason})
		return false
	}
	stateOf(client).authenticated = true
	return true
}

// state is what is known of a connection beside what the library knows.
type state struct {
	helo          string // what the client calls itself
	challenge     string // of CRAM-MD5, as the client was given it
	authenticated bool
}

// stateOf returns what is known of a connection.
func stateOf(client *shell.Client) *state {
	if client.State == nil {
		client.State = &state{}
	}
	return client.State.(*state)
}

// LogOn judges a user name and a password, here and over POP3. An empty Reason is a success.
func (s *Server) LogOn(user, password string) refusal.Reason {
	s.shell.Secrets.Add(password)
	account := s.account(user)
	switch {
	case account == nil:
		return refusal.UserUnknown
	case account.Password.Reveal() != password:
		return refusal.Password
	}
	return ""
}

// digest judges an answer of CRAM-MD5 (RFC 2195 §2).
func (s *Server) digest(user, answer, challenge string) refusal.Reason {
	account := s.account(user)
	if account == nil {
		return refusal.UserUnknown
	}
	mac := hmac.New(md5.New, []byte(account.Password.Reveal()))
	_, _ = mac.Write([]byte(challenge))
	if !strings.EqualFold(hex.EncodeToString(mac.Sum(nil)), answer) {
		return refusal.Password
	}
	return ""
}

func (s *Server) account(name string) *Account {
	for i := range s.config.Accounts {
		if strings.EqualFold(s.config.Accounts[i].Name, name) {
			return &s.config.Accounts[i]
		}
	}
	return nil
}

// admitted reports whether a client may send without AUTH.
func (s *Server) admitted(client *shell.Client) bool {
	if s.config.Open || s.config.POPBeforeSMTP == nil { // without POP before SMTP the library itself asks for AUTH
		return true
	}
	since := s.shell.Clock.Now().Add(-s.config.Window)
	return stateOf(client).authenticated || s.config.POPBeforeSMTP.LoggedOnSince(client.Who, since)
}

// recipient takes recipients of those who may send.
func (s *Server) recipient(address net.Addr, _, _ string) (taken bool) {
	client := clientOf(address)
	s.shell.Guard(client, func() { taken = s.takes(client) })
	return taken
}

func (s *Server) takes(client *shell.Client) bool {
	if s.admitted(client) {
		return true
	}
	s.refused(Refusal{Connection: client.Connection, Reason: refusal.NotAdmitted})
	return false
}

// received is how many lines the library puts before a message: its Received field, with the machine's time.
const received = 3

var errHeader = errors.New("451 4.3.0 Requested action aborted: local error in processing")

// errPanicked is what the library hears in place of an answer; nobody else does, since the conversation has ended.
var errPanicked = errors.New("451 4.3.0 This server's program has panicked")

// receive takes a message.
func (s *Server) receive(address net.Addr, from string, to []string, data []byte) error {
	client, err := clientOf(address), errPanicked
	s.shell.Guard(client, func() { err = s.keep(client, from, to, data) })
	return err
}

func (s *Server) keep(client *shell.Client, from string, to []string, data []byte) error {
	raw := data
	for range received {
		_, rest, found := bytes.Cut(raw, []byte("\r\n"))
		if !found {
			return errHeader
		}
		raw = rest
	}
	m := mail.Parse(bytes.Clone(raw))
	m.EnvelopeFrom, m.EnvelopeTo = from, slices.Clone(to)
	m.Connection, m.ReceivedAt = client.Connection, s.shell.Clock.Now()
	m.Stamped = fmt.Appendf(nil,
		"Received: from %s (unknown [%s])\r\n        by %s (%s) with SMTP\r\n        for <%s>; %s\r\n",
		wire.Printable(stateOf(client).helo), client.Host, s.config.Host, product, wire.Printable(to[0]),
		m.ReceivedAt.UTC().Format(time.RFC1123Z))
	s.boxes.Put(m, to...)
	return nil
}
