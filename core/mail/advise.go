package mail

import (
	"context"
	"crypto/tls"
	"net/textproto"

	"github.com/emersion/go-smtp"

	"mfpsim/core/outcome"
)

// advise finds out, after a connection test has failed, what the server would want to be set: it is asked once more,
// without anything secret. The outcome keeps its kind.
func (s *Submitter) advise(ctx context.Context, settings Settings, failed *outcome.Outcome) {
	if failed.Stage == outcome.StagePOP3 || failed.Advice != "" {
		return
	}
	encrypts := settings.Security == SecurityTLS
	switch failed.Kind {
	case outcome.NoSTARTTLS:
		if settings.Security == SecuritySTARTTLS &&
			settings.Method != MethodOAuth2 { // a bearer token is not sent in clear
			failed.Advice = outcome.AdviseNone
		}
	case outcome.STARTTLSRequired:
		failed.Advice = outcome.AdviseSTARTTLS
		if encrypts && !s.hasSTARTTLS(ctx, settings) && settings.Method != MethodOAuth2 {
			failed.Advice = outcome.AdviseNone
		}
	case outcome.TimedOut, outcome.ConnectionLost:
		early := failed.Stage == outcome.StageGreeting || failed.Stage == outcome.StageHello
		if !encrypts && early && s.speaksTLS(ctx, settings) {
			failed.Advice = outcome.AdviseTLS
		}
	case outcome.AuthenticationRefused:
		without := settings.Method == MethodOff || settings.Method == MethodPOPBeforeSMTP
		if without && failed.Stage == outcome.StageSender {
			failed.Advice = outcome.AdviseAuth
		}
	}
}

// speaksTLS reports whether the server expects TLS from the first byte. Nothing is sent over the connection, so its
// certificate is not looked at.
func (s *Submitter) speaksTLS(ctx context.Context, settings Settings) bool {
	raw, failed := s.dial(ctx, settings.Server, settings.Port)
	if failed != nil {
		return false
	}
	defer func() { _ = raw.Close() }()
	limited, cancel := s.config.Clock.WithTimeout(ctx, s.config.Timeouts.Connect)
	defer cancel()
	_, err := s.config.Secure(limited, raw, &tls.Config{ //nolint:gosec // nothing is sent over it
		ServerName: settings.Server, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, Time: s.config.Clock.Now,
	})
	return err == nil
}

// hasSTARTTLS reports whether a server that speaks in clear offers STARTTLS.
func (s *Submitter) hasSTARTTLS(ctx context.Context, settings Settings) bool {
	raw, failed := s.dial(ctx, settings.Server, settings.Port)
	if failed != nil {
		return false
	}
	defer func() { _ = raw.Close() }()
	text := textproto.NewConn(&dialogue{Conn: raw, coded: true})
	var words string
	failed = s.guard(ctx, raw, s.config.Timeouts.Command, outcome.StageHello, func() error {
		if _, _, err := text.ReadResponse(220); err != nil {
			return err
		}
		if err := text.PrintfLine("EHLO %s", s.helloName(raw)); err != nil {
			return err
		}
		var err error
		_, words, err = text.ReadResponse(250)
		return err
	})
	_ = s.guard(ctx, raw, quitTimeout, outcome.StageHello, func() error {
		if err := text.PrintfLine("QUIT"); err != nil {
			return err
		}
		_, _, err := text.ReadResponse(221)
		return err
	})
	return failed == nil && offers(words, "STARTTLS")
}

// adviseMethod is what is to be set in place of a method that the server does not offer.
func adviseMethod(client *smtp.Client, method Method) outcome.Advice {
	offered, _ := client.Extension("AUTH")
	switch {
	case !offered:
		return outcome.AdvisePOP // the server has no SMTP AUTH at all
	case method == MethodOAuth2:
		return outcome.AdviseAuth
	}
	return ""
}
