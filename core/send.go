package core

import (
	"context"

	"mfpsim/core/secret"

	"mfpsim/core/mail"
	"mfpsim/core/outcome"
)

// Send sends a message with the stored settings and, with OAuth2, the stored sign-in. The error is always an
// [*outcome.Outcome]. Recipients whom the server refuses are in [mail.Receipt.Refused]; it is an error
// where all of them are, and then [outcome.Outcome.Refused] has them.
//
// The access token of an earlier message is used until shortly before its end by the device's clock; then a new one is
// got with the refresh token, and a rotated refresh token is stored before anything is sent. Where it cannot be stored
// nothing is sent (StorageFailed), because the provider may take the one in the store no more: the device keeps the new
// one while it is on, and each further message tries to store it first. When the identity provider
// refuses in a way that needs the person ([Kind.EndsSignIn]) the stored sign-in is dropped, in memory and in the store,
// and the settings stay. When it cannot be reached, or answers nonsense, the sign-in stays.
func (m *Mailer) Send(ctx context.Context, message mail.Message) (mail.Receipt, error) {
	var receipt mail.Receipt
	err := m.use(ctx, func(settings mail.Settings, who mail.Credential) (err error) {
		receipt, err = m.e.submitter.Submit(ctx, settings, who, message)
		return err
	}, func(settings mail.Settings) error { return m.e.submitter.Check(settings, message) })
	return receipt, err
}

// ConnectionTest does all that [Mailer.Send] does but for the message: it refreshes the sign-in if need be, connects to
// the mail server, authenticates and names the sender. The error is always an [*outcome.Outcome].
func (m *Mailer) ConnectionTest(ctx context.Context) error {
	return m.use(ctx, func(settings mail.Settings, who mail.Credential) error {
		return m.e.submitter.Test(ctx, settings, who)
	}, nil)
}

// use does work at the mail server with the stored settings and sign-in; first, if not nil, comes what needs neither.
func (m *Mailer) use(
	ctx context.Context, work func(mail.Settings, mail.Credential) error, first func(mail.Settings) error,
) error {
	m.e.mu.Lock()
	settings, refusal, closed := m.inUse(), m.ready(), m.e.closed
	m.e.mu.Unlock()
	if closed {
		return m.e.outcome(outcome.Interrupted, outcome.Device)
	}
	if refusal != nil {
		return refusal
	}
	if first != nil {
		if err := first(settings); err != nil {
			return err
		}
	}
	if settings.Method != mail.MethodOAuth2 {
		if err := work(settings, mail.Credential{}); err != nil {
			return m.report(ctx, err, "")
		}
		return nil
	}
	for again := m.e.o.RefreshRefusedToken; ; again = false {
		s, kept, failed := m.authorized(ctx)
		if failed != nil {
			return m.report(ctx, failed, settings.Service)
		}
		err := work(settings, mail.Credential{Account: s.Account, Token: s.Access})
		if err == nil {
			return nil
		}
		o := m.report(ctx, err, settings.Service)
		if o.Kind != outcome.AuthenticationRefused {
			return o
		}
		m.forget(s)
		if !kept || !again {
			return o
		}
	}
}

func (m *Mailer) report(ctx context.Context, err error, s mail.Service) *outcome.Outcome {
	o := m.e.asOutcome(err, s)
	m.e.o.Log.WarnContext(ctx, "not sent", "owner", m.owner, "kind", o.Kind, "stage", o.Stage,
		"aadsts", o.AADSTS, "smtp", o.SMTPCode, "enhanced", o.Enhanced)
	return o
}

// authorized returns the stored sign-in with an access token that is good for now; kept says that it is one of before.
// Messages that are sent at the same time may refresh at the same time: none waits for another.
func (m *Mailer) authorized(ctx context.Context) (s *signIn, kept bool, failed *outcome.Outcome) {
	// A refresh can be refused because another message has used up the token meanwhile; that one's is then tried.
	const attempts = 3
	for range attempts {
		m.e.mu.Lock()
		s = m.stored
		usable := s != nil && m.usable(s)
		if s != nil && m.unkept {
			failed = m.e.persist(ctx, false, m.with(s))
		}
		m.e.mu.Unlock()
		switch {
		case s == nil:
			return nil, false, m.e.outcome(outcome.NoSignIn, outcome.Device)
		case failed != nil:
			return nil, false, failed
		case usable:
			return s, true, nil
		}
		renewed, overtaken, failed := m.refresh(ctx, s)
		if !overtaken {
			return renewed, false, failed
		}
	}
	return nil, false, m.e.outcome(outcome.Interrupted, outcome.Device)
}

// usable reports whether an access token is there and not near its end, by the device's clock. A date before the token
// was got means that the clock was set back: nothing is known then, and a new token is got.
func (m *Mailer) usable(s *signIn) bool {
	now := m.e.o.Clock.Now()
	return !s.Access.Empty() && !now.Before(s.obtained) && now.Add(m.e.o.RefreshMargin).Before(s.expires)
}

// refresh gets a new access token for s. overtaken: s is no longer the stored sign-in's newest state.
func (m *Mailer) refresh(ctx context.Context, s *signIn) (renewed *signIn, overtaken bool, failed *outcome.Outcome) {
	p := m.provider(s.Service)
	if p == nil { // the model has lost the service
		return nil, false, m.e.outcome(outcome.NotConfigured, outcome.Device)
	}
	var err error
	if s.RefreshToken.Empty() { // the service gave none: offline_access is missing
		err = outcome.New(outcome.SignInExpired, outcome.Cloud, outcome.StageRefresh, m.e.o.Clock.Now())
	} else {
		token, refused := m.e.oauth.Refresh(ctx, p.endpoint(), s.RefreshToken)
		if err = refused; err == nil {
			renewed = s.renewed(token, m.e.o.Clock.Now())
		}
	}

	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	same := m.stored != nil && m.stored.serial == s.serial
	if err != nil {
		o := m.e.asOutcome(err, s.Service)
		switch {
		case !o.Kind.EndsSignIn() || m.stored == nil:
			return nil, false, o
		case m.stored.RefreshToken != s.RefreshToken:
			return nil, true, nil
		}
		m.lose(ctx, o)
		return nil, false, o
	}
	if !same || m.e.closed { // signed out or signed in anew meanwhile: this token is for this message only
		return renewed, false, nil
	}
	if m.stored.RefreshToken == s.RefreshToken && renewed.RefreshToken != s.RefreshToken {
		if failed = m.e.persist(ctx, false, m.with(renewed)); failed != nil {
			m.stored, m.unkept = renewed, true
			return nil, false, failed
		}
	} else if m.stored.RefreshToken != s.RefreshToken { // another message was faster; its refresh token stays
		faster := *renewed
		faster.SignIn = m.stored.SignIn
		renewed = &faster
	}
	m.stored = renewed
	return renewed, false, nil
}

// lose drops the stored sign-in because the service refuses it.
func (m *Mailer) lose(ctx context.Context, why *outcome.Outcome) {
	// If the store fails the sign-in is back after power off, and is refused again.
	_ = m.e.persist(ctx, true, m.with(nil))
	m.stored, m.lost = nil, why
	m.e.o.Log.WarnContext(ctx, "stored sign-in dropped", "owner", m.owner, "kind", why.Kind, "aadsts", why.AADSTS)
}

// forget drops an access token that the mail server has refused, so that the next message gets a new one.
func (m *Mailer) forget(s *signIn) {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	if m.stored != nil && m.stored.Access == s.Access {
		without := *m.stored
		without.Access = secret.Secret{}
		m.stored = &without
	}
}
