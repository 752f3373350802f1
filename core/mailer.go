package core

import (
	"context"
	"slices"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/core/secret"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
)

// Mailer is the mail of one owner: his settings, his sign-in, his messages. It is a part of the [Engine], whose lock
// guards it; owners know nothing of each other, and all work at the same time.
//
// The printer and the fax server have settings of their own. A user has only a sign-in: he sends as himself through the
// printer's server, while the printer's method is OAuth2 (guide rule R30).
type Mailer struct {
	e     *Engine
	owner nvram.Owner

	settings mail.Settings // a user's are not used
	stored   *signIn       // also in the store
	unkept   bool          // the refresh token of stored came in the place of another, and the store has not taken it
	attempt  *attempt      // the sign-in being made, or waiting for OK
	ended    *outcome.Outcome
	lost     *outcome.Outcome
}

// signIn is a sign-in with its tokens. It is never changed once it is shared: a rotated token makes a new one.
type signIn struct {
	nvram.SignIn
	Access   secret.Secret // volatile; empty after power on. Exported, so that printing redacts it
	obtained time.Time     // of the access token, by the device's clock
	expires  time.Time
	serial   *struct{ _ byte } // the same for all that come from one act of signing in
}

// attempt is a sign-in on its way. Its fields are guarded by the engine's lock.
type attempt struct {
	provider Provider
	code     *oauth.DeviceCode // of the device authorization grant; nil until the service has given one
	page     *oauth.Page       // of the authorization code grant
	returned bool              // the page has led back; what comes a second time is not listened to
	cancel   context.CancelFunc
	done     *signIn // not nil: it waits for OK
}

// Providers returns the email services that the owner can sign in to, in the order of the device's lists.
func (m *Mailer) Providers() []Provider {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	return slices.Clone(m.providers())
}

func (m *Mailer) providers() []Provider {
	if m.e.o.Providers == nil {
		return nil
	}
	return m.e.o.Providers(m.owner)
}

// Settings returns the stored settings; for a user those that he sends with. In place of a password stands
// [secret.Kept]: nobody reads one back.
func (m *Mailer) Settings() mail.Settings {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	s := m.inUse()
	if !s.Password.Empty() {
		s.Password = secret.Kept()
	}
	return s
}

// inUse are the settings that the owner's messages are sent with.
func (m *Mailer) inUse() mail.Settings {
	switch {
	case m.owner.HasSettings():
		return m.settings
	case !m.owner.IsUser():
		return mail.FactorySettings()
	}
	s := m.e.mailer(nvram.Printer).settings
	if s.Method != mail.MethodOAuth2 {
		return mail.FactorySettings()
	}
	s.Account, s.Sender, s.Password = "", "", secret.Secret{}
	if m.stored != nil {
		s.Service, s.Account, s.Sender = m.stored.Service, m.stored.Account, m.stored.Account
	}
	return s
}

// Status returns one snapshot of all that surfaces show of the sign-in.
func (m *Mailer) Status() Status {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	return m.status()
}

func (m *Mailer) status() Status {
	s := Status{Phase: SignedOut, Ended: m.ended, Lost: m.lost}
	if m.stored != nil {
		s.Phase, s.Stored = Stored, true
		s.Service, s.Account, s.StoredAccount = m.stored.Service, m.stored.Account, m.stored.Account
	}
	switch a := m.attempt; {
	case a == nil:
	case a.done != nil:
		s.Phase, s.Service, s.Account = AwaitingOK, a.done.Service, a.done.Account
	case a.code != nil:
		s.Phase, s.Service, s.Account = AwaitingUser, a.provider.Service, ""
		s.UserCode, s.VerificationURI, s.CodeExpires = a.code.UserCode, a.code.VerificationURI, a.code.Expires
	case a.page != nil:
		s.Phase, s.Service, s.Account = AwaitingUser, a.provider.Service, ""
		if !a.returned {
			s.SignInPage = a.page.Address
		}
	}
	return s
}

// Ready returns nil if the device may try to send. Otherwise it says why it refuses at Start, before anything is
// scanned: NotConfigured (method Off and no server), NoSignIn (method OAuth2 and no sign-in is stored), or
// SignInWaiting (a completed sign-in waits for OK and the stored method cannot do without it), or MethodBarred (the
// network that mail goes over does not do the method). A stored password method works on until OK replaces it.
func (m *Mailer) Ready() *outcome.Outcome {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	return m.ready()
}

func (m *Mailer) ready() *outcome.Outcome {
	settings, waits := m.inUse(), m.waiting() != nil
	kind := outcome.Kind("")
	switch settings.Method {
	case mail.MethodOAuth2:
		if m.stored == nil {
			kind = outcome.NoSignIn
		}
	case mail.MethodOff:
		if settings.Server == "" {
			kind = outcome.NotConfigured
		}
		if waits {
			kind = outcome.SignInWaiting
		}
	}
	if kind == outcome.NoSignIn && waits {
		kind = outcome.SignInWaiting
	}
	if m.barred(settings.Method) { // a sign-in would not help
		kind = outcome.MethodBarred
	}
	if kind == "" {
		return nil
	}
	o := m.e.outcome(kind, outcome.Device)
	if settings.Method == mail.MethodOAuth2 {
		o.Service = string(settings.Service)
	}
	return o
}

// barred reports whether the network that the owner's mail goes over does not do a method.
func (m *Mailer) barred(method mail.Method) bool {
	return m.e.o.Barred != nil && m.e.o.Barred(m.owner, method)
}

// waiting is the completed sign-in that waits for OK, nil if none does.
func (m *Mailer) waiting() *signIn {
	if m.attempt == nil {
		return nil
	}
	return m.attempt.done
}

// Check returns what [Mailer.Save] would refuse of the fields of settings, an [*mail.InvalidSettings], or nil. Nothing
// is stored.
func (m *Mailer) Check(_ context.Context, s mail.Settings) error {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	return m.check(s)
}

// Save is OK (guide rule R23): it checks the settings and stores them, together with the sign-in that waits, if one
// does and the method is OAuth2, in one write. The error is a [*mail.InvalidSettings], or an [*outcome.Outcome] of kind
// StorageFailed: after either nothing has changed. After an outcome of kind NotErased all is stored, and a secret of
// before is still in memory; the next write goes over it.
//
// With [secret.Kept] as password, the one that is stored stays. With OAuth2 the service and the account are those of
// the sign-in; fields that are empty get the provider's values,
// and the sender the account. A stored sign-in to another service than the settings name is dropped, because it fits
// them no more. With another method a sign-in that waits goes on waiting, and a stored one stays stored.
//
// A user has no settings: of him only the sign-in is stored, whatever the settings say. Of [nvram.Administrator]
// nothing is stored: OK only ends what was shown.
func (m *Mailer) Save(ctx context.Context, s mail.Settings) error {
	m.e.mu.Lock()
	defer m.e.mu.Unlock()
	if m.e.closed {
		return m.e.outcome(outcome.Interrupted, outcome.Device)
	}
	if m.owner == nvram.Administrator {
		if m.waiting() != nil {
			m.attempt = nil
		}
		m.ended = nil
		return nil
	}
	user := m.owner.IsUser()
	if s.Password == secret.Kept() {
		s.Password = m.settings.Password
	}
	kept := m.stored
	takes := m.waiting() != nil && (user || s.Method == mail.MethodOAuth2)
	if takes {
		kept = m.waiting()
		s.Service = kept.Service
	}
	if user {
		s = m.settings
	} else {
		if s.Method == mail.MethodOAuth2 {
			if kept != nil && kept.Service != s.Service {
				kept = nil
			}
			s = m.fill(s, kept)
		}
		if err := m.check(s); err != nil {
			return err
		}
	}
	failed := m.e.persist(ctx, kept != m.stored, change{m, s, kept})
	if failed != nil && failed.Kind != outcome.NotErased {
		return failed
	}
	m.settings, m.stored = s, kept
	if takes {
		m.attempt, m.lost = nil, nil
	}
	m.ended = nil
	if failed != nil {
		return failed
	}
	return nil
}

// check returns what is wrong with settings, an [*mail.InvalidSettings].
func (m *Mailer) check(s mail.Settings) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if s.Method == mail.MethodOAuth2 && m.provider(s.Service) == nil {
		return &mail.InvalidSettings{Fields: []mail.FieldError{{Field: mail.FieldService, Problem: mail.ProblemChoice}}}
	}
	return nil
}

// fill completes OAuth2 settings by the provider's values and by the sign-in.
func (m *Mailer) fill(s mail.Settings, with *signIn) mail.Settings {
	if with != nil {
		s.Account = with.Account
		if s.Sender == "" {
			s.Sender = with.Account
		}
	}
	if p := m.provider(s.Service); p != nil {
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

// drop forgets the sign-in that is being made or that waits.
func (m *Mailer) drop() {
	if a := m.attempt; a != nil {
		m.attempt = nil
		if a.cancel != nil {
			a.cancel()
		}
	}
}

func (m *Mailer) provider(s mail.Service) *Provider {
	for _, p := range m.providers() {
		if p.Service == s {
			return &p
		}
	}
	return nil
}
