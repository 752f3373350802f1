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
	defer m.e.mu.Unlock()
	a, failed := m.begin(s)
	if failed != nil {
		return m.status(), failed
	}
	var code *oauth.DeviceCode
	var err error
	m.e.unlocked(func() { code, err = m.e.oauth.Authorize(ctx, a.provider.endpoint()) })
	if m.attempt != a {
		return m.status(), m.cancelled(s)
	}
	if err != nil {
		err = m.fail(ctx, a, err)
		return m.status(), err
	}
	a.code = code
	m.e.o.Log.InfoContext(ctx, "sign-in waits for the person", "owner", m.owner, "service", s)
	m.e.o.Go("sign-in", func(ctx context.Context) { m.await(ctx, a) })
	return m.status(), nil
}

// await polls until the person has signed in, or the sign-in ends otherwise.
func (m *Mailer) await(ctx context.Context, a *attempt) {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	if m.attempt != a {
		return
	}
	_ = m.obtain(ctx, a, func(ctx context.Context) (*oauth.Token, error) {
		return m.e.oauth.Poll(ctx, a.provider.endpoint(), a.code)
	})
}

// OpenSignInPage begins a sign-in on a page that the device shows itself (guide rules R31 to R37), and returns the
// status with the page's address. It drops what [Mailer.BeginSignIn] drops. The device opens the address in a browser
// that remembers nobody, and hands where the page leads back to, by [Mailer.LeadsBack], to [Mailer.CompleteSignIn].
// The error is an [*outcome.Outcome], which the status carries as Ended as well.
//
// [nvram.Administrator] is asked for his consent even if he has given it before: the box for the whole organization,
// once forgotten, is shown again.
func (m *Mailer) OpenSignInPage(ctx context.Context, s mail.Service) (Status, error) {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	a, failed := m.begin(s)
	if failed != nil {
		return m.status(), failed
	}
	prompt := ""
	if m.owner == nvram.Administrator {
		prompt = "consent"
	}
	page, err := m.e.oauth.OpenPage(a.provider.endpoint(), prompt)
	if err != nil {
		err = m.fail(ctx, a, err)
		return m.status(), err
	}
	a.page = page
	m.e.o.Log.InfoContext(ctx, "sign-in page is opened", "owner", m.owner, "service", s)
	return m.status(), nil
}

// LeadsBack reports whether an address that the browser is about to load is where the open sign-in page leads back to:
// the browser does not load it, and the device hands it to [Mailer.CompleteSignIn].
func (m *Mailer) LeadsBack(address string) bool {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	return m.open() != nil && m.attempt.page.LeadsBack(address)
}

// open is the attempt whose page is open and has not led back; nil if there is none.
func (m *Mailer) open() *attempt {
	if a := m.attempt; a != nil && a.page != nil && !a.returned {
		return a
	}
	return nil
}

// CompleteSignIn takes the address that the sign-in page has led back to and gets the tokens, in the caller's activity.
// Then the sign-in waits for OK; of [nvram.Administrator] only his name does, and his tokens are dropped. The error is
// an [*outcome.Outcome].
//
// An address that does not answer the open page, because it is of another page, came before or is forged, changes
// nothing: the page stays open, or what waits goes on waiting.
func (m *Mailer) CompleteSignIn(ctx context.Context, address string) (Status, error) {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	a := m.open()
	if a == nil {
		return m.status(), m.cancelled("")
	}
	e := a.provider.endpoint()
	code, ours, failed := m.e.oauth.Answer(e, a.page, address)
	if !ours {
		m.e.o.Log.WarnContext(ctx, "an answer to another sign-in page", "owner", m.owner)
		failed.Service = string(a.provider.Service)
		return m.status(), failed
	}
	a.returned = true
	if failed != nil {
		err := m.fail(ctx, a, failed)
		return m.status(), err
	}
	err := m.obtain(ctx, a, func(ctx context.Context) (*oauth.Token, error) {
		return m.e.oauth.Redeem(ctx, e, a.page, code)
	})
	return m.status(), err
}

// begin drops what was there and begins an attempt.
func (m *Mailer) begin(s mail.Service) (*attempt, error) {
	m.drop()
	m.ended = nil
	p := m.provider(s)
	if barred := m.barred(mail.MethodOAuth2); p == nil || barred || m.e.closed {
		kind := outcome.NotConfigured
		switch {
		case m.e.closed:
			kind = outcome.Interrupted
		case barred:
			kind = outcome.MethodBarred
		}
		m.ended = m.e.outcome(kind, outcome.Device)
		m.ended.Service = string(s)
		return nil, m.ended
	}
	m.attempt = &attempt{provider: *p}
	return m.attempt, nil
}

// obtain gets the tokens of an attempt, without the lock, and makes them a sign-in that waits for OK.
func (m *Mailer) obtain(
	ctx context.Context, a *attempt, tokens func(ctx context.Context) (*oauth.Token, error),
) error {
	ctx, cancel := m.e.o.WithCancel(ctx)
	defer cancel()
	a.cancel = cancel
	var token *oauth.Token
	var err error
	m.e.unlocked(func() { token, err = tokens(ctx) })
	a.cancel = nil
	switch {
	case m.attempt != a:
		return m.cancelled(a.provider.Service)
	case err != nil:
		return m.fail(ctx, a, err)
	}
	now := m.e.o.Clock.Now()
	a.done = (&signIn{
		SignIn: nvram.SignIn{
			Service: a.provider.Service, Account: token.Account, RefreshToken: token.Refresh, SignedInAt: now, RefreshedAt: now,
		},
		serial: new(struct{ _ byte }),
	}).renewed(token, now)
	if m.owner == nvram.Administrator {
		a.done = &signIn{SignIn: nvram.SignIn{Service: a.provider.Service, Account: token.Account, SignedInAt: now}}
	}
	m.e.o.Log.InfoContext(ctx, "signed in; not stored before OK", "owner", m.owner, "service", a.provider.Service)
	return nil
}

// fail ends an attempt without success.
func (m *Mailer) fail(ctx context.Context, a *attempt, err error) error {
	m.attempt, m.ended = nil, m.e.asOutcome(err, a.provider.Service)
	m.e.o.Log.WarnContext(ctx, "sign-in ended", "owner", m.owner, "service", a.provider.Service,
		"kind", m.ended.Kind, "aadsts", m.ended.AADSTS)
	return m.ended
}

// cancelled is what became of an attempt that was cancelled, signed out, powered off or overtaken meanwhile.
func (m *Mailer) cancelled(s mail.Service) error {
	o := m.e.outcome(outcome.SignInCancelled, outcome.Device)
	o.Service = string(s)
	return o
}

// renewed returns the sign-in with the tokens of an answer.
func (s *signIn) renewed(t *oauth.Token, now time.Time) *signIn {
	renewed := *s
	renewed.Access, renewed.obtained, renewed.expires = t.Access, now, t.Expires
	if !t.Refresh.Empty() && t.Refresh != s.RefreshToken { // rotated; Entra leaves the old one alive, others do not
		renewed.RefreshToken, renewed.RefreshedAt = t.Refresh, now
	}
	return &renewed
}

// CancelSignIn is Cancel while a code or a page is shown: it ends the sign-in that is being made. One that waits for OK
// already is not touched, nor is a stored one.
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

// Discard ends the sign-in that is being made, and drops one that waits for OK because the device does not want it: it
// is that of another person. A stored one stays.
func (m *Mailer) Discard(ctx context.Context) {
	m.CancelSignIn(ctx)
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	m.drop()
}

// SignOut drops the sign-in that is being made or waits, and the stored one, at once and without OK; the settings stay.
// No token is left in memory. The error is an [*outcome.Outcome] of kind StorageFailed: then the stored sign-in is
// still there, now and after power off; or of kind NotErased: it is gone, now and after power off, but its sealed token
// can still be read out of the memory until the next write.
func (m *Mailer) SignOut(ctx context.Context) error { return m.e.Forget(ctx, m.owner) }
