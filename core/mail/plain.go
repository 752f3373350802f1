package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"mfpsim/core/outcome"
)

// This file is what is said before TLS: go-smtp's client says EHLO with a name of its own there, and leaves the
// handshake to the next command. Nothing secret is sent here.

// errPlaintext: something came after the reply to STARTTLS that is not TLS, as an attacker would inject it (RFC 3207
// §6).
var errPlaintext = errors.New("mail: text after STARTTLS")

// startTLS reads the greeting, says EHLO and STARTTLS, and makes the connection secure.
func (s *Submitter) startTLS(ctx context.Context, raw net.Conn, settings Settings) (net.Conn, *outcome.Outcome) {
	talk := &dialogue{Conn: raw, coded: true}
	text := textproto.NewConn(talk)
	exchange := func(stage outcome.Stage, expect int, command string) (string, *outcome.Outcome) {
		var words string
		failed := s.guard(ctx, raw, s.config.Timeouts.Command, stage, func() error {
			if command != "" {
				if err := text.PrintfLine("%s", command); err != nil {
					return err
				}
			}
			var err error
			_, words, err = text.ReadResponse(expect)
			return err
		})
		return words, failed
	}
	quit := func() { _, _ = exchange(outcome.StageSTARTTLS, 221, "QUIT") }

	if _, failed := exchange(outcome.StageGreeting, 220, ""); failed != nil {
		return nil, failed
	}
	words, failed := exchange(outcome.StageHello, 250, "EHLO "+s.helloName(raw))
	if failed != nil {
		if failed.SMTPCode == 500 || failed.SMTPCode == 502 { // no ESMTP, hence no STARTTLS
			failed.Kind = outcome.NoSTARTTLS
			quit()
		}
		return nil, failed
	}
	if !offers(words, "STARTTLS") {
		quit()
		o := s.refuse(outcome.NoSTARTTLS, outcome.StageSTARTTLS)
		o.Side = outcome.MailServer
		return nil, o
	}
	if _, failed := exchange(outcome.StageSTARTTLS, 220, "STARTTLS"); failed != nil {
		if failed.SMTPCode != 0 {
			quit()
		}
		return nil, failed
	}
	if text.R.Buffered() > 0 || len(talk.pending) > 0 {
		return nil, s.failed(ctx, outcome.StageSTARTTLS, errPlaintext)
	}
	return s.handshake(ctx, raw, settings)
}

// offers reports whether the reply to EHLO lists a keyword; the first line is the server's name.
func offers(words, keyword string) bool {
	lines := strings.Split(words, "\n")
	for _, line := range lines[1:] {
		first, _, _ := strings.Cut(line, " ")
		if strings.EqualFold(strings.TrimSpace(first), keyword) {
			return true
		}
	}
	return false
}

// guard does one step on a connection within a time, by the device's clock: when it is over, or the caller gives up,
// the connection is closed under the step.
func (s *Submitter) guard(
	ctx context.Context, raw net.Conn, d time.Duration, stage outcome.Stage, step func() error,
) *outcome.Outcome {
	limited, cancel := s.config.Clock.WithTimeout(ctx, d)
	defer cancel()
	stop := context.AfterFunc(limited, func() { _ = raw.Close() })
	defer stop()
	err := step()
	if err == nil && outcome.Ended(limited) == "" {
		return nil
	}
	return s.failed(limited, stage, err)
}

// failed classifies what ended a step.
func (s *Submitter) failed(ctx context.Context, stage outcome.Stage, err error) *outcome.Outcome {
	now := s.config.Clock.Now()
	if kind := outcome.Ended(ctx); kind != "" {
		return outcome.New(kind, outcome.MailServer, stage, now)
	}
	var r reply
	var negative *smtp.SMTPError
	var plain *textproto.Error
	switch {
	case errors.As(err, &negative):
		r = reply{code: negative.Code, enhanced: enhancedCode(negative.EnhancedCode), text: negative.Message}
	case errors.As(err, &plain):
		r = parseReply(plain.Code, plain.Msg)
	default:
		return outcome.New(unreadable(ctx, err), outcome.MailServer, stage, now)
	}
	o := outcome.New(classify(stage, r), outcome.MailServer, stage, now)
	o.SMTPCode, o.Enhanced = r.code, r.enhanced
	return o
}

// unreadable classifies an error that is no reply of the server.
func unreadable(ctx context.Context, err error) outcome.Kind {
	var protocol textproto.ProtocolError
	var encoding base64.CorruptInputError
	if errors.As(err, &protocol) || errors.As(err, &encoding) ||
		errors.Is(
			err, errLine,
		) || errors.Is(err, errPlaintext) || errors.Is(err, errChallenge) || errors.Is(err, smtp.ErrTooLongLine) {
		return outcome.ServerMalformed
	}
	if kind := outcome.Network(ctx, err); kind != "" {
		return kind
	}
	return outcome.ServerMalformed
}
