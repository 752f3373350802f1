package core

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
)

// DefaultRefreshMargin is how long before its end an access token is no longer used.
const DefaultRefreshMargin = 5 * time.Minute

// Engine is the mail core of one device, from power on ([Open]) to power off ([Engine.Close]). It is safe for concurrent use.
//
// Its lock is never held while the network is waited for, so that no activity of the device ever waits for another's.
type Engine struct {
	o         Options
	oauth     *oauth.Client
	submitter *mail.Submitter
	store     *nvram.Store
	recovered error

	mu       sync.Mutex
	settings mail.Settings
	stored   *signIn  // also in the store
	attempt  *attempt // the sign-in being made, or waiting for OK
	ended    *Outcome
	lost     *Outcome
	closed   bool
}

// signIn is a sign-in with its tokens. It is never changed once it is shared: a rotated token makes a new one.
type signIn struct {
	nvram.SignIn
	Access   Secret    // volatile; empty after power on. Exported, so that printing redacts it
	obtained time.Time // of the access token, by the device's clock
	expires  time.Time
	serial   *struct{ _ byte } // the same for all that come from one act of signing in
}

// attempt is a sign-in on its way. Its fields are guarded by the engine's lock.
type attempt struct {
	provider Provider
	code     *oauth.DeviceCode // nil until the service has given one
	cancel   context.CancelFunc
	done     *signIn // not nil: it waits for OK
}

// Open reads the device's memory. Without memory that can be read, or with a record of a newer firmware, there is no
// engine and the error is an [*Outcome] of kind StorageFailed; with a record that is torn or was sealed with another key
// the device goes on with less, and [Engine.Recovered] says so.
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
		return nil, outcome.New(outcome.StorageFailed, outcome.Device, outcome.StageStore, o.Clock.Now())
	}
	if err != nil {
		o.Log.WarnContext(ctx, "settings memory was recovered", "fault", err)
	}
	e := &Engine{o: o, store: store, recovered: err, settings: record.Settings}
	if record.SignIn != nil {
		e.stored = &signIn{SignIn: *record.SignIn, serial: new(struct{ _ byte })}
	}
	e.oauth = oauth.New(oauth.Config{
		Clock: o.Clock, Dialer: o.Dialer, Roots: o.Roots, RequestTimeout: o.Timeouts.CloudRequest,
		UserAgent: o.UserAgent, KeepAlive: o.KeepAlive,
	})
	e.submitter = mail.NewSubmitter(mail.Config{
		Clock: o.Clock, Dialer: o.Dialer, Random: o.Random, Roots: o.Roots, HostName: o.HostName,
		Timeouts: mail.Timeouts{
			Connect: o.Timeouts.MailConnect, Command: o.Timeouts.MailCommand,
			Data: o.Timeouts.MailData, Submission: o.Timeouts.MailSubmission,
		},
	})
	return e, nil
}

// Recovered returns what [Open] had to do without, as an [*nvram.Error]; nil if the memory was whole or new. With FaultCorrupt
// the device has factory settings; with FaultForeignKey and FaultSealed it has its settings, and has lost the password and
// the sign-in.
func (e *Engine) Recovered() error { return e.recovered }

// Providers returns the email services that the device knows, in the order of its model.
func (e *Engine) Providers() []Provider { return append([]Provider(nil), e.o.Providers...) }

// Settings returns the stored settings.
func (e *Engine) Settings() mail.Settings {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.settings
}

// Status returns one snapshot of all that surfaces show of the sign-in.
func (e *Engine) Status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status()
}

func (e *Engine) status() Status {
	s := Status{Phase: SignedOut, Ended: e.ended, Lost: e.lost}
	if e.stored != nil {
		s.Phase, s.Stored = Stored, true
		s.Service, s.Account, s.StoredAccount = e.stored.Service, e.stored.Account, e.stored.Account
	}
	switch a := e.attempt; {
	case a == nil:
	case a.done != nil:
		s.Phase, s.Service, s.Account = AwaitingOK, a.done.Service, a.done.Account
	case a.code != nil:
		s.Phase, s.Service, s.Account = AwaitingUser, a.provider.Service, ""
		s.UserCode, s.VerificationURI, s.CodeExpires = a.code.UserCode, a.code.VerificationURI, a.code.Expires
	}
	return s
}

// Ready returns nil if the device may try to send. Otherwise it says why it refuses at Start, before anything is scanned:
// NotConfigured (method Off and no server), NoSignIn (method OAuth2 and no sign-in is stored), or SignInWaiting (a completed
// sign-in waits for OK and the stored method cannot do without it). A stored password method works on until OK replaces it.
func (e *Engine) Ready() *Outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ready()
}

func (e *Engine) ready() *Outcome {
	waits := e.attempt != nil && e.attempt.done != nil
	kind := Kind("")
	switch e.settings.Method {
	case mail.MethodOAuth2:
		if e.stored == nil {
			kind = NoSignIn
		}
	case mail.MethodOff:
		if e.settings.Server == "" {
			kind = NotConfigured
		}
		if waits {
			kind = SignInWaiting
		}
	}
	if kind == NoSignIn && waits {
		kind = SignInWaiting
	}
	if kind == "" {
		return nil
	}
	o := e.outcome(kind, Device)
	if e.settings.Method == mail.MethodOAuth2 {
		o.Service = string(e.settings.Service)
	}
	return o
}

// Save is OK (guide rule R23): it checks the settings and stores them, together with the sign-in that waits, if one does and
// the method is OAuth2, in one write. The error is a [*mail.InvalidSettings], or an [*Outcome] of kind StorageFailed; after
// either nothing has changed.
//
// With OAuth2 the service and the account are those of the sign-in; fields that are empty get the provider's values, and
// the sender the account. A stored sign-in to another service than the settings name is dropped, because it fits them no
// more. With another method a sign-in that waits goes on waiting, and a stored one stays stored.
func (e *Engine) Save(ctx context.Context, s mail.Settings) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return e.outcome(Interrupted, Device)
	}
	kept := e.stored
	takes := s.Method == mail.MethodOAuth2 && e.attempt != nil && e.attempt.done != nil
	if takes {
		kept = e.attempt.done
		s.Service = kept.Service
	}
	if s.Method == mail.MethodOAuth2 {
		if kept != nil && kept.Service != s.Service {
			kept = nil
		}
		s = e.fill(s, kept)
	}
	if err := s.Validate(); err != nil {
		return err
	}
	if s.Method == mail.MethodOAuth2 && e.provider(s.Service) == nil {
		return &mail.InvalidSettings{Fields: []mail.FieldError{{Field: mail.FieldService, Problem: mail.ProblemChoice}}}
	}
	if err := e.persist(ctx, s, kept, kept != e.stored); err != nil {
		return err
	}
	e.settings, e.stored = s, kept
	if takes {
		e.attempt, e.lost = nil, nil
	}
	e.ended = nil
	return nil
}

// fill completes OAuth2 settings by the provider's values and by the sign-in.
func (e *Engine) fill(s mail.Settings, with *signIn) mail.Settings {
	if with != nil {
		s.Account = with.Account
		if s.Sender == "" {
			s.Sender = with.Account
		}
	}
	if p := e.provider(s.Service); p != nil {
		if s.Server == "" {
			s.Server = p.SMTPAddress
		}
		if s.Port == 0 {
			s.Port = p.SMTPPort
		}
		if s.Security == "" {
			s.Security = p.SecureConnection
		}
	}
	return s
}

// persist writes settings and sign-in. With replace nothing of the record before is left behind.
func (e *Engine) persist(ctx context.Context, settings mail.Settings, s *signIn, replace bool) error {
	r := nvram.Record{Settings: settings}
	if s != nil {
		r.SignIn = &s.SignIn
	}
	write := e.store.Save
	if replace || settings.Password != e.settings.Password {
		write = e.store.Replace
	}
	if err := write(r); err != nil {
		e.o.Log.ErrorContext(ctx, "settings memory not written", "fault", err)
		return e.outcome(StorageFailed, Device)
	}
	return nil
}

// Close is power off: what was not stored is gone, background work is cancelled, and the engine does nothing more.
// Messages under way end with the contexts that they were sent with.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	e.drop()
	if e.stored != nil { // the access token is volatile
		e.stored = &signIn{SignIn: e.stored.SignIn, serial: e.stored.serial}
	}
	e.oauth.Close()
}

// drop forgets the sign-in that is being made or that waits.
func (e *Engine) drop() {
	if a := e.attempt; a != nil {
		e.attempt = nil
		if a.cancel != nil {
			a.cancel()
		}
	}
}

func (e *Engine) provider(s Service) *Provider {
	for i := range e.o.Providers {
		if e.o.Providers[i].Service == s {
			return &e.o.Providers[i]
		}
	}
	return nil
}

func (e *Engine) outcome(kind Kind, side Side) *Outcome {
	return outcome.New(kind, side, outcome.StageNone, e.o.Clock.Now())
}

// asOutcome finds the outcome in an error of the packages below; they return no other.
func (e *Engine) asOutcome(err error, s Service) *Outcome {
	var o *Outcome
	if !errors.As(err, &o) {
		o = e.outcome(Interrupted, Device)
	}
	if o.Service == "" {
		o.Service = string(s)
	}
	return o
}

func (p Provider) endpoint() oauth.Endpoint {
	return oauth.Endpoint{Authority: p.Authority, Tenant: p.Tenant, ClientID: p.ClientID, Scopes: p.Scopes}
}
