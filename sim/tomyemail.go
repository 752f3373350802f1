package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"mfpsim/browser"
	"mfpsim/core"
	"mfpsim/core/host"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim/models"
	"mfpsim/sim/panel"
	"mfpsim/sim/users"
	"mfpsim/sim/window"
)

// toMyEmail is the type of such jobs in the history, a label's name.
const toMyEmail = "to-my-email"

// How a sign-in on the panel can end besides what its pages do (window's problems); message ids. What Microsoft refuses
// it says on its own page.
const (
	otherAccount  window.Problem = "my-sign-in-other-account" // the account is not the user's registered address
	foreignAnswer window.Problem = "my-sign-in-foreign-answer"
	declined      window.Problem = "my-sign-in-declined"
	noConsent     window.Problem = "my-sign-in-no-consent"
	blocked       window.Problem = "my-sign-in-blocked"
	refused       window.Problem = "my-sign-in-refused"
	malformed     window.Problem = "my-sign-in-malformed"
	lost          window.Problem = "my-sign-in-lost" // no answer to the code
	untrusted     window.Problem = "my-sign-in-untrusted"
	notStored     window.Problem = "my-sign-in-not-stored"
	notErased     window.Problem = "my-sign-in-not-erased"
	interrupted   window.Problem = "my-sign-in-interrupted"
)

// signInProblems are those of outcomes; refused is that of any other.
var signInProblems = map[outcome.Kind]window.Problem{
	outcome.SignInDeclined: declined, outcome.SignInCancelled: interrupted, outcome.Interrupted: interrupted,
	outcome.ConsentWithdrawn: noConsent, outcome.PolicyBlocked: blocked, outcome.CloudMalformed: malformed,
	outcome.CloudError: lost, outcome.NameNotResolved: lost, outcome.Unreachable: lost, outcome.TimedOut: lost,
	outcome.ConnectionLost: lost, outcome.CertificateUntrusted: untrusted, outcome.CertificateDate: untrusted,
	outcome.CertificateName: untrusted, outcome.SecureConnection: untrusted, outcome.StorageFailed: notStored,
	outcome.NotErased: notErased,
}

func signInProblem(err error) window.Problem {
	var o *outcome.Outcome
	if errors.As(err, &o) {
		if known, ok := signInProblems[o.Kind]; ok {
			return known
		}
	}
	return refused
}

// ownerOf is who signs in.
func ownerOf(user string, whose panel.SignIn) nvram.Owner {
	if whose == panel.Consent {
		return nvram.Administrator
	}
	return nvram.User(user)
}

// signedIn reports whether the sign-in of a user is stored, and is that of the address that he is registered with: an
// administrator may have given him another one since (ours).
func (live *powered) signedIn(u users.User) bool {
	status := live.engine.For(nvram.User(u.ID)).Status()
	return status.Stored && strings.EqualFold(status.StoredAccount, u.Email)
}

// neededSignIn is what is missing before a user can send to himself (guide rules R31, R36, R37). An administrator is
// asked for the consent before anybody has given it on this printer. Whether others need it is for the organization's
// settings to say: they are not kept waiting for it.
func (p *Printer) neededSignIn(user string) panel.SignIn {
	live := p.on()
	if live == nil || live.users == nil || !p.UserSends() {
		return panel.NoSignIn
	}
	u, there := live.users.Get(user)
	switch {
	case !there, live.signedIn(u):
		return panel.NoSignIn
	case u.Administrator && !live.memory.consented():
		return panel.Consent
	}
	return panel.OwnSignIn
}

// openSignIn opens the sign-in page. The printer's own server settings must be OAuth2's (guide rule R30).
func (p *Printer) openSignIn(user string, whose panel.SignIn, changed func()) (w *window.Window, refusal string) {
	live := p.on()
	provider, can := p.model.UserProvider()
	if live == nil || !can || live.mail.Settings().Method != mail.MethodOAuth2 {
		return nil, "email-server-not-set"
	}
	m := live.engine.For(ownerOf(user, whose))
	status, err := m.OpenSignInPage(context.Background(), mail.Service(provider.Service))
	if err != nil {
		var o *outcome.Outcome
		if errors.As(err, &o) && o.Kind == outcome.MethodBarred {
			return nil, p.model.Outcome(string(o.Kind)).PanelID()
		}
		return nil, string(signInProblem(err))
	}
	return window.Open(window.Config{
		Browser: func() *browser.Browser { return p.embedded(live) },
		Go: func(f func(context.Context)) {
			p.config.World.Go(p.config.Name+": sign-in page", f)
		},
		WithCancel: p.config.World.WithCancel, Leads: m.LeadsBack, Changed: changed,
		Back: func(ctx context.Context, address string) window.Problem {
			return p.finishSignIn(ctx, live, m, user, whose, address)
		},
	}, status.SignInPage), ""
}

// embedded makes a browser on the printer's own network: with its name servers and proxy, its root certificates and its
// clock. Its cookies are its own.
func (p *Printer) embedded(live *powered) *browser.Browser {
	clock := localClock{p.config.Clock, p}
	way := lit{p, live.life, live.memory}
	dial := func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		return host.Connect(ctx, clock, way, network, address)
	}
	transport := faultnet.NewTransport(faultnet.TransportConfig{
		DialTLS: func(ctx context.Context, network, address string) (net.Conn, error) {
			return faultnet.TLSDialer(dial, &tls.Config{
				MinVersion: tls.VersionTLS12, Time: clock.Now, RootCAs: p.roots(live),
			})(ctx, network, address)
		},
		Now: p.config.World.Now,
	})
	return browser.New(browser.Config{
		Transport: transport, Now: clock.Now, Language: p.Texts().Language(), Secure: true, Maximum: window.MaximumPage,
		UserAgent: "Mozilla/5.0 (" + p.model.Name + ")",
		WithTimeout: func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
			return clock.WithTimeout(ctx, min(d, window.Patience))
		},
	})
}

// finishSignIn takes where the sign-in page has led back to. A user's sign-in is stored at once: he has nothing to
// confirm. One to another account than his registered address is dropped, so that no mail goes from it (ours).
func (p *Printer) finishSignIn(
	ctx context.Context, live *powered, m Mailer, user string, whose panel.SignIn, address string,
) window.Problem {
	status, err := m.CompleteSignIn(ctx, address)
	if err != nil {
		if status.Phase == core.AwaitingUser { // the page is still open: this was no answer to it
			m.Discard(ctx)
			return foreignAnswer
		}
		return signInProblem(err)
	}
	if whose == panel.Consent {
		if err := m.Save(ctx, mail.Settings{}); err != nil {
			return signInProblem(err)
		}
		// What the memory does not take is asked for again; the organization has the consent all the same.
		_ = live.memory.consent()
		return ""
	}
	u, there := live.users.Get(user)
	if !there || !strings.EqualFold(status.Account, u.Email) {
		m.Discard(ctx)
		return otherAccount
	}
	if err := m.Save(ctx, mail.Settings{}); err != nil {
		m.Discard(ctx)
		return signInProblem(err)
	}
	return ""
}

func (p *Printer) closeSignIn(user string, whose panel.SignIn) {
	if live := p.on(); live != nil {
		live.engine.For(ownerOf(user, whose)).Discard(context.Background())
	}
}

// sender is whose sign-in sends a job, and who that is; "": the printer's own.
func (p *Printer) sender(live *powered, request device.ScanRequest) (m Mailer, user string) {
	if request.Function != device.FunctionToMyEmail || !p.UserSends() {
		return live.mail, ""
	}
	return live.engine.For(nvram.User(request.UserID)), request.UserID
}

// sendAs sends a job. A fax goes by the fax server; a user's goes from his registered address to that address, or not
// at all.
func (p *Printer) sendAs(ctx context.Context, live *powered, j job) (mail.Receipt, error) {
	switch {
	case j.fax:
		return live.fax.Send(context.WithValue(ctx, faxMail{}, true), j.message)
	case j.user == "":
		return live.mail.Send(ctx, j.message)
	}
	u, there := live.users.Get(j.user)
	if !there || !live.signedIn(u) || len(j.message.To) != 1 || !strings.EqualFold(j.message.To[0], u.Email) {
		return mail.Receipt{}, outcome.New(outcome.NoSignIn, outcome.Device, outcome.StageNone, p.now())
	}
	return live.engine.For(nvram.User(j.user)).Send(ctx, j.message)
}

// panelID is the message about a job on the panel: to a user whose own sign-in it is, that he signs in himself.
func (j job) panelID(row models.Outcome) string {
	if j.user != "" && row.User != "" {
		return row.User
	}
	return row.PanelID()
}

// consented reports whether an administrator has consented on this printer for all users.
func (r *records) consented() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Consented
}

func (r *records) consent() error {
	if r.consented() {
		return nil
	}
	return r.alter(func(next *recordsImage) { next.Consented = true })
}

// userProviders is the service that users sign in to: with an application of its own.
func userProviders(model *models.Model) []core.Provider {
	p, can := model.UserProvider()
	if !can {
		return nil
	}
	for _, known := range providers(model) {
		if string(known.Service) == p.Service {
			known.ClientID, known.RedirectURI = p.ToMyEmail.ClientID, p.ToMyEmail.RedirectURI
			return []core.Provider{known}
		}
	}
	return nil
}
