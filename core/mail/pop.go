package mail

import (
	"context"
	"errors"
	"net/textproto"
	"strings"

	"mfpsim/core/outcome"
)

// errDenied is a POP3 server's -ERR.
var errDenied = errors.New("mail: the POP3 server denies")

// popBefore authenticates at the POP3 server (RFC 1939), which then lets the device's address send for a while. The
// connection is not encrypted: the manuals offer nothing else for this method.
func (s *Submitter) popBefore(ctx context.Context, settings Settings) *outcome.Outcome {
	raw, failed := s.dial(ctx, settings.POP3Server, settings.POP3Port)
	if failed != nil {
		failed.Stage = outcome.StagePOP3
		return failed
	}
	defer func() { _ = raw.Close() }()
	text := textproto.NewConn(&dialogue{Conn: raw})
	commands := []string{"", "USER " + settings.Account, "PASS " + settings.Password.Reveal()}
	for _, command := range commands {
		denied := false
		failed := s.guard(ctx, raw, s.config.Timeouts.Command, outcome.StagePOP3, func() error {
			err := popExchange(text, command)
			if errors.Is(err, errDenied) {
				denied, err = true, nil
			}
			return err
		})
		if failed == nil && denied {
			failed = outcome.New(
				outcome.AuthenticationRefused, outcome.MailServer, outcome.StagePOP3, s.config.Clock.Now(),
			)
			if command == "" {
				failed = outcome.New(outcome.ServerBusy, outcome.MailServer, outcome.StagePOP3, s.config.Clock.Now())
			}
		}
		if failed != nil {
			return failed
		}
	}
	_ = s.guard(ctx, raw, quitTimeout, outcome.StagePOP3, func() error { return popExchange(text, "QUIT") })
	return nil
}

func popExchange(text *textproto.Conn, command string) error {
	if command != "" {
		if err := text.PrintfLine("%s", command); err != nil {
			return err
		}
	}
	line, err := text.ReadLine()
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(line, "+OK"):
		return nil
	case strings.HasPrefix(line, "-ERR"):
		return errDenied
	default:
		return textproto.ProtocolError("POP3")
	}
}
