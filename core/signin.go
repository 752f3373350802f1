package core

import (
	"context"
	"time"

	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
)

// BeginSignIn asks the service for a code, in the caller's activity, and returns the status with it; waiting for the person is
// a background activity. It drops a sign-in that is being made or waits for OK (guide rule R41); a stored one stays. The
// error is an [*Outcome], which the status carries as Ended as well.
func (e *Engine) BeginSignIn(ctx context.Context, s Service) (Status, error) {
	e.mu.Lock()
	e.drop()
	e.ended = nil
	p := e.provider(s)
	if p == nil || e.closed {
		defer e.mu.Unlock()
		kind := NotConfigured
		if e.closed {
			kind = Interrupted
		}
		o := e.outcome(kind, Device)
		o.Service = string(s)
		e.ended = o
		return e.status(), o
	}
	a := &attempt{provider: *p}
	e.attempt = a
	e.mu.Unlock()

	code, err := e.oauth.Authorize(ctx, p.endpoint())

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.attempt != a { // cancelled, signed out, powered off or overtaken meanwhile
		o := e.outcome(SignInCancelled, Device)
		o.Service = string(s)
		return e.status(), o
	}
	if err != nil {
		e.attempt, e.ended = nil, e.asOutcome(err, s)
		e.o.Log.WarnContext(ctx, "sign-in failed", "service", s, "kind", e.ended.Kind, "aadsts", e.ended.AADSTS)
		return e.status(), e.ended
	}
	a.code = code
	e.o.Log.InfoContext(ctx, "sign-in waits for the person", "service", s)
	e.o.Go("sign-in", func(ctx context.Context) { e.await(ctx, a) })
	return e.status(), nil
}

// await polls until the person has signed in, or the sign-in ends otherwise.
func (e *Engine) await(ctx context.Context, a *attempt) {
	ctx, cancel := e.o.WithCancel(ctx)
	defer cancel()
	e.mu.Lock()
	if e.attempt != a {
		e.mu.Unlock()
		return
	}
	a.cancel = cancel
	e.mu.Unlock()

	token, err := e.oauth.Poll(ctx, a.provider.endpoint(), a.code)

	e.mu.Lock()
	defer e.mu.Unlock()
	a.cancel = nil
	if e.attempt != a {
		return
	}
	if err != nil {
		e.attempt, e.ended = nil, e.asOutcome(err, a.provider.Service)
		e.o.Log.WarnContext(ctx, "sign-in ended", "service", a.provider.Service, "kind", e.ended.Kind, "aadsts", e.ended.AADSTS)
		return
	}
	now := e.o.Clock.Now()
	a.done = (&signIn{
		SignIn: nvram.SignIn{
			Service: a.provider.Service, Account: token.Account, RefreshToken: token.Refresh, SignedInAt: now, RefreshedAt: now,
		},
		serial: new(struct{ _ byte }),
	}).with(token, now)
	e.o.Log.InfoContext(ctx, "signed in; not stored before OK", "service", a.provider.Service)
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

// CancelSignIn is Cancel while a code is shown: it ends the sign-in that is being made. One that waits for OK already is
// not touched, nor is a stored one.
func (e *Engine) CancelSignIn(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.attempt
	if a == nil || a.done != nil {
		return
	}
	e.drop()
	e.ended = e.outcome(SignInCancelled, Device)
	e.ended.Service = string(a.provider.Service)
	e.o.Log.InfoContext(ctx, "sign-in cancelled", "service", a.provider.Service)
}

// SignOut drops the sign-in that is being made or waits, and the stored one, at once and without OK; the settings stay. No
// token is left in memory. The error is an [*Outcome] of kind StorageFailed: then the stored sign-in is still there.
func (e *Engine) SignOut(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return e.outcome(Interrupted, Device)
	}
	e.drop()
	e.ended, e.lost = nil, nil
	if e.stored == nil {
		return nil
	}
	if err := e.persist(ctx, e.settings, nil, true); err != nil {
		return err
	}
	e.stored = nil
	e.o.Log.InfoContext(ctx, "signed out")
	return nil
}
