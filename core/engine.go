package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
)

// DefaultRefreshMargin is how long before its end an access token is no longer used.
const DefaultRefreshMargin = 5 * time.Minute

// Engine is the mail core of one device, from power on ([Open]) to power off ([Engine.Close]): its memory and what all
// owners of a sign-in share. [Engine.For] gives the part of one of them. It is safe for concurrent use.
//
// Its lock is never held while the network is waited for, so that no activity of the device ever waits for another's.
type Engine struct {
	o         Options
	oauth     *oauth.Client
	submitter *mail.Submitter
	store     *nvram.Store
	recovered error

	mu      sync.Mutex
	mailers map[nvram.Owner]*Mailer
	closed  bool
}

// Open reads the device's memory. Without memory that can be read, or with a record of a newer firmware, there is no
// engine and the error is an [*outcome.Outcome] of kind StorageFailed with the [*nvram.Error] beside it; with a record
// that is torn or was sealed with another key the device goes on with less, and [Engine.Recovered] says so.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.Clock == nil || o.Dialer == nil || o.Random == nil || o.Flash == nil || o.Go == nil {
		return nil, errors.New("core: Options need Clock, Dialer, Random, Flash and Go")
	}
	if o.WithCancel == nil {
		o.WithCancel = context.WithCancel
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.RefreshMargin <= 0 {
		o.RefreshMargin = DefaultRefreshMargin
	}
	store, record, err := nvram.Open(o.Flash, o.SealingKey, o.Random)
	if store == nil {
		o.Log.ErrorContext(ctx, "settings memory is unusable", "fault", err)
		failed := outcome.New(outcome.StorageFailed, outcome.Device, outcome.StageStore, o.Clock.Now())
		return nil, fmt.Errorf("%w %w", failed, err)
	}
	if err != nil {
		o.Log.WarnContext(ctx, "settings memory was recovered", "fault", err)
	}
	e := &Engine{o: o, store: store, recovered: err, mailers: map[nvram.Owner]*Mailer{}}
	for owner, settings := range record.Settings {
		e.mailer(owner).settings = settings
	}
	for owner, s := range record.SignIns {
		e.mailer(owner).stored = &signIn{SignIn: s, serial: new(struct{ _ byte })}
	}
	e.oauth = oauth.New(oauth.Config{
		Clock: o.Clock, Dialer: o.Dialer, Random: o.Random, Roots: o.Roots, RequestTimeout: o.Timeouts.CloudRequest,
		UserAgent: o.UserAgent, KeepAlive: o.KeepAlive, Transport: o.Transport,
	})
	e.submitter = mail.NewSubmitter(mail.Config{
		Clock: o.Clock, Dialer: o.Dialer, Random: o.Random, Roots: o.Roots, HostName: o.HostName,
		Secure: o.Secure,
		Timeouts: mail.Timeouts{
			Connect: o.Timeouts.MailConnect, Command: o.Timeouts.MailCommand,
			Data: o.Timeouts.MailData, Submission: o.Timeouts.MailSubmission,
		},
	})
	return e, nil
}

// Recovered returns what [Open] had to do without, as an [*nvram.Error]; nil if the memory was whole or new. With
// FaultCorrupt the device has factory settings; with FaultForeignKey and FaultSealed it has its settings, and has lost
// the passwords and the sign-ins.
func (e *Engine) Recovered() error { return e.recovered }

// For returns the part of the engine that is one owner's. It is the same for the same owner until power off.
func (e *Engine) For(owner nvram.Owner) *Mailer {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mailer(owner)
}

func (e *Engine) mailer(owner nvram.Owner) *Mailer {
	m := e.mailers[owner]
	if m == nil {
		m = &Mailer{e: e, owner: owner, settings: mail.FactorySettings()}
		e.mailers[owner] = m
	}
	return m
}

// SignedIn lists the owners whose sign-in is stored, sorted.
func (e *Engine) SignedIn() []nvram.Owner {
	e.mu.Lock()
	defer e.mu.Unlock()
	var owners []nvram.Owner
	for _, owner := range slices.Sorted(maps.Keys(e.mailers)) {
		if e.mailers[owner].stored != nil {
			owners = append(owners, owner)
		}
	}
	return owners
}

// unlocked does what waits for the network, in the middle of what is done under the lock.
func (e *Engine) unlocked(wait func()) {
	e.mu.Unlock()
	defer e.mu.Lock()
	wait()
}

// Close is power off: what was not stored is gone, background work is cancelled, and the engine does nothing more.
// Messages under way end with the contexts that they were sent with.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, owner := range slices.Sorted(maps.Keys(e.mailers)) {
		m := e.mailers[owner]
		m.drop()
		if m.stored != nil { // the access token is volatile
			m.stored = &signIn{SignIn: m.stored.SignIn, serial: m.stored.serial}
		}
	}
	e.oauth.Close()
}

// change is what an owner's part of the memory is to be.
type change struct {
	of       *Mailer
	settings mail.Settings
	signIn   *signIn // nil: none
}

// with is the change of an owner's sign-in alone.
func (m *Mailer) with(s *signIn) change { return change{m, m.settings, s} }

// persist writes the memory with changes, and all other owners as they are. With replace nothing of the record before
// is left behind. An outcome of kind StorageFailed: what was stored before is still there. NotErased: the new record is
// there, and what is left of the one before too. Interrupted: the device is off.
func (e *Engine) persist(ctx context.Context, replace bool, changes ...change) *outcome.Outcome {
	if e.closed { // what runs on after power off must not write into the memory of the next power on
		return e.outcome(outcome.Interrupted, outcome.Device)
	}
	parts := map[nvram.Owner]change{}
	for owner, m := range e.mailers {
		parts[owner] = m.with(m.stored)
	}
	for _, c := range changes {
		parts[c.of.owner] = c
		replace = replace || c.settings.Password != c.of.settings.Password
	}
	r := nvram.Record{Settings: map[nvram.Owner]mail.Settings{}, SignIns: map[nvram.Owner]nvram.SignIn{}}
	for owner, c := range parts {
		if owner == nvram.Printer || c.settings != mail.FactorySettings() {
			r.Settings[owner] = c.settings
		}
		if c.signIn != nil {
			r.SignIns[owner] = c.signIn.SignIn
		}
	}
	write := e.store.Save
	if replace {
		write = e.store.Replace
	}
	err := write(r)
	if err != nil {
		e.o.Log.ErrorContext(ctx, "settings memory not written", "fault", err)
	}
	kind := outcome.StorageFailed
	switch {
	case err == nil:
		e.kept()
		return nil
	case errors.Is(err, &nvram.Error{Fault: nvram.FaultRemains}):
		e.kept()
		kind = outcome.NotErased
	}
	return outcome.New(kind, outcome.Device, outcome.StageStore, e.o.Clock.Now())
}

// Forget signs owners out in one write, such as users who are removed from the device: what they are signing in with,
// and what is stored, at once and without OK; settings stay. No token of them is left in memory, and none of another
// owner is touched. The error is that of [Mailer.SignOut], and then of all of them.
func (e *Engine) Forget(ctx context.Context, owners ...nvram.Owner) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return e.outcome(outcome.Interrupted, outcome.Device)
	}
	var changes []change
	for _, owner := range owners {
		m := e.mailer(owner)
		m.drop()
		m.ended, m.lost = nil, nil
		if m.stored != nil {
			changes = append(changes, m.with(nil))
		}
	}
	if changes == nil {
		return nil
	}
	failed := e.persist(ctx, true, changes...)
	if failed != nil && failed.Kind != outcome.NotErased {
		return failed
	}
	for _, c := range changes {
		c.of.stored = nil
		e.o.Log.InfoContext(ctx, "signed out", "owner", c.of.owner)
	}
	if failed != nil {
		return failed
	}
	return nil
}

// kept notes that the store has all sign-ins as they are.
func (e *Engine) kept() {
	for _, m := range e.mailers {
		m.unkept = false
	}
}

func (e *Engine) outcome(kind outcome.Kind, side outcome.Side) *outcome.Outcome {
	return outcome.New(kind, side, outcome.StageNone, e.o.Clock.Now())
}

// asOutcome finds the outcome in an error of the packages below; they return no other.
func (e *Engine) asOutcome(err error, s mail.Service) *outcome.Outcome {
	var o *outcome.Outcome
	if !errors.As(err, &o) {
		o = e.outcome(outcome.Interrupted, outcome.Device)
	}
	if o.Service == "" {
		o.Service = string(s)
	}
	return o
}

func (p Provider) endpoint() oauth.Endpoint {
	return oauth.Endpoint{
		Authority: p.Authority, Tenant: p.Tenant, Addresses: p.Addresses, Issuer: p.Issuer,
		ClientID: p.ClientID, Scopes: p.Scopes, RedirectURI: p.RedirectURI,
	}
}
