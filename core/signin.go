package core

import (
	"context"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/outcome"

	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
)

// BeginSignIn asks the service for a code, in the caller's activity, and returns the status with it; waiting for the
// person is a background activity. It drops a sign-in that is being made or waits for OK (guide rule R41); a stored one
// stays. The error is an [*outcome.Outcome], which the status carries as Ended as well.
func (m *Mailer) BeginSignIn(ctx context.Context, s mail.Service) (Status, error) {
	m.e.mu.Lock()
	m.drop()
	m.ended = nil
	p := m.provider(s)
	if barred := m.barred(mail.MethodOAuth2); p == nil || barred || m.e.closed {
		defer m.e.mu.Unlock()
		kind := outcome.NotConfigured
		switch {
		case m.e.closed:
			kind = outcome.Interrupted
		case barred:
			kind = outcome.MethodBarred
		}
		o := m.e.outcome(kind, outcome.Device)
		o.Service = string(s)
		m.ended = o
		return m.status(), o
	}
	a := &attempt{provider: *p}
	m.attempt = a
	m.e.mu.Unlock()

	code, err := m.e.oauth.Authorize(ctx, p.endpoint())

	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	if m.attempt != a { // cancelled, signed out, powered off or overtaken meanwhile
		o := m.e.outcome(outcome.SignInCancelled, outcome.Device)
		o.Service = string(s)
		return m.status(), o
	}
	if err != nil {
		m.attempt, m.ended = nil, m.e.asOutcome(err, s)
		m.e.o.Log.WarnContext(ctx, "sign-in failed", "owner", m.owner, "service", s,
			"kind", m.ended.Kind, "aadsts", m.ended.AADSTS)
		return m.status(), m.ended
	}
	a.code = code
	m.e.o.Log.InfoContext(ctx, "sign-in waits for the person", "owner", m.owner, "service", s)
	m.e.o.Go("sign-in", func(ctx context.Context) { m.await(ctx, a) })
	return m.status(), nil
}

// await polls until the person has signed in, or the sign-in ends otherwise.
func (m *Mailer) await(ctx context.Context, a *attempt) {
	ctx, cancel := m.e.o.WithCancel(ctx)
	defer cancel()
	m.e.mu.Lock()
	if m.attempt != a {
		m.e.mu.Unlock()
		return
	}
	a.cancel = cancel
	m.e.mu.Unlock()

	token, err := m.e.oauth.Poll(ctx, a.provider.endpoint(), a.code)

	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	a.cancel = nil
	if m.attempt != a {
		return
	}
	if err != nil {
		m.attempt, m.ended = nil, m.e.asOutcome(err, a.provider.Service)
		m.e.o.Log.WarnContext(ctx, "sign-in ended", "owner", m.owner, "service", a.provider.Service,
			"kind", m.ended.Kind, "aadsts", m.ended.AADSTS)
		return
	}
	now := m.e.o.Clock.Now()
	a.done = (&signIn{
		SignIn: nvram.SignIn{
			Service: a.provider.Service, Account: token.Account, RefreshToken: token.Refresh, SignedInAt: now, RefreshedAt: now,
		},
		serial: new(struct{ _ byte }),
	}).with(token, now)
	m.e.o.Log.InfoContext(ctx, "signed in; not stored before OK", "owner", m.owner, "service", a.provider.Service)
}

// with returns the sign-in with the tokens of an answer.
func (s *signIn) with(t *oauth.Token, now time.Time) *signIn {
	renewed := *s
	renewed.Access, renewed.obtained, renewed.expires = t.Access, now, t.Expires
	if !t.Refresh.Empty() && t.Refresh != s.RefreshToken { // rotated; Entra leaves the old one alive, others do not
		renewed.RefreshToken, renewed.RefreshedAt = t.Refresh, now
	}
	return &renewed
}

// CancelSignIn is Cancel while a code is shown: it ends the sign-in that is being made. One that waits for OK already
// is not touched, nor is a stored one.
func (m *Mailer) CancelSignIn(ctx context.Context) {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	a := m.attempt
	if a == nil || a.done != nil {
		return
	}
	m.drop()
	m.ended = m.e.outcome(outcome.SignInCancelled, outcome.Device)
	m.ended.Service = string(a.provider.Service)
	m.e.o.Log.InfoContext(ctx, "sign-in cancelled", "owner", m.owner, "service", a.provider.Service)
}

// SignOut drops the sign-in that is being made or waits, and the stored one, at once and without OK; the settings stay.
// No token is left in memory. The error is an [*outcome.Outcome] of kind StorageFailed: then the stored sign-in is
// still there, now and after power off; or of kind NotErased: it is gone, now and after power off, but its sealed token
// can still be read out of the memory until the next write.
func (m *Mailer) SignOut(ctx context.Context) error {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	if m.e.closed {
		return m.e.outcome(outcome.Interrupted, outcome.Device)
	}
	m.drop()
	m.ended, m.lost = nil, nil
	if m.stored == nil {
		return nil
	}
	failed := m.e.persist(ctx, m, m.settings, nil, true)
	if failed != nil && failed.Kind != outcome.NotErased {
		return failed
	}
	m.stored = nil
	m.e.o.Log.InfoContext(ctx, "signed out", "owner", m.owner)
	if failed != nil {
		return failed
	}
	return nil
}
