package interop_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/chance"
	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/lab"
)

const (
	usersApplication = "4d8f3a6e-5b0c-4f5e-8a3d-1c9e7b2f6a04" // invented
	usersRedirect    = "https://login.microsoftonline.com/common/oauth2/nativeclient"
	manager          = "admin@contoso.com"
	bea              = "bea@contoso.com"
	consentBox       = "Consent on behalf of your organization"
)

// office is a bench with the clouds as they are, and the core of a device with users on it.
type office struct {
	t      *testing.T
	lab    *lab.Lab
	flash  *nvram.Memory
	engine *core.Engine
	log    bytes.Buffer
	more   func(nvram.Owner) []core.Provider // in place of Microsoft's; nil, or returning none: those
}

// newOffice has an organization with an administrator and two users, all of whom may send, and a device whose printer
// is signed in.
func newOffice(t *testing.T, tenant lab.Tenant) *office {
	t.Helper()
	o := &office{t: t, lab: lab.RunT(t, lab.Config{Seed: 7}), flash: &nvram.Memory{}}
	tenant.Name, tenant.SMTPAuth, tenant.SecurityDefaults = "contoso.com", true, lab.Off
	_, err := o.lab.AddTenant(tenant)
	require.NoError(t, err)
	for _, u := range []lab.User{
		{Address: manager, Roles: []string{"Cloud Application Administrator"}},
		{Address: alice},
		{Address: bea},
		{Address: "scanner@contoso.com"},
	} {
		require.NoError(t, o.lab.AddUser(u))
	}
	_, err = o.lab.Entra.AddApplication(fakeentra.Application{
		ID: usersApplication, Name: "Example MFP Users", Publisher: "printers.example", Verified: true,
		RequestedScopes: []string{"https://outlook.office.com/SMTP.Send"}, PublicRedirectURIs: []string{usersRedirect},
	})
	require.NoError(t, err)
	maker, _ := o.lab.Application() // the organization has consented to the printer's own
	require.NoError(t, o.lab.Entra.GrantConsent("contoso.com", maker))
	o.powerOn()
	printer := o.engine.For(nvram.Printer)
	o.do(func(ctx context.Context) {
		status, err := printer.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.NoError(t, err)
		require.NoError(t, o.lab.Entra.Approve(status.UserCode, "scanner@contoso.com"))
	})
	_, err = o.lab.World.Advance(10 * time.Second)
	require.NoError(t, err)
	o.do(func(ctx context.Context) { require.NoError(t, printer.Save(ctx, printer.Providers()[0].Preset())) })
	return o
}

// do runs what the device does, in a turn.
func (o *office) do(act func(ctx context.Context)) {
	o.t.Helper()
	require.NoError(o.t, o.lab.World.Do("mfp", time.Hour, act))
}

// providers are the maker's application for the printer and another one for its users.
func (o *office) providers(owner nvram.Owner) []core.Provider {
	if o.more != nil {
		if others := o.more(owner); others != nil {
			return others
		}
	}
	id, scopes := o.lab.Application()
	p := core.Provider{
		Service: mail.ServiceExchangeOnline, Authority: "https://login.microsoftonline.com", Tenant: "organizations",
		ClientID: id, Scopes: scopes, SMTPAddress: "smtp-mail.outlook.com", SMTPPort: 587,
		SecureConnection: mail.SecuritySTARTTLS,
	}
	if !owner.HasSettings() {
		p.ClientID, p.RedirectURI = usersApplication, usersRedirect
	}
	return []core.Provider{p}
}

// powerOn opens the core on the device's memory.
func (o *office) powerOn() {
	o.t.Helper()
	if o.engine != nil {
		o.engine.Close()
	}
	network, world := o.lab.Network, o.lab.World
	engine, err := core.Open(context.Background(), core.Options{
		Clock: world.Clock("mfp"), Dialer: network.Dialer("mfp"), Random: chance.New(7, "mfp"), Flash: o.flash,
		SealingKey: []byte("the device's own key, 32 bytes!!"), Providers: o.providers, HostName: "mfp.contoso.com",
		Roots: func() *x509.CertPool { return network.Authority().Pool() }, WithCancel: world.WithCancel,
		Go: func(name string, f func(context.Context)) { world.Go("mfp: "+name, f) },
		Transport: func(
			dialTLS func(ctx context.Context, network, address string) (net.Conn, error), _ bool,
		) oauth.Transport {
			return faultnet.NewTransport(faultnet.TransportConfig{DialTLS: dialTLS, Now: world.Now})
		},
		Log: slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{
			Level: slog.LevelDebug,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // slog dates its lines by the machine's clock
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})),
	})
	require.NoError(o.t, err)
	o.engine = engine
	o.t.Cleanup(engine.Close)
}

// sent is what becomes of a message of a user to himself.
func (o *office) sent(user nvram.Owner, to string) (kind outcome.Kind) {
	o.t.Helper()
	o.do(func(ctx context.Context) {
		_, err := o.engine.For(user).Send(ctx, mail.Message{
			To: []string{to}, Subject: "Scan to My Email",
			Attachments: []mail.Attachment{{Name: "scan.pdf", ContentType: "application/pdf", Data: []byte("%PDF-1.7 a page")}},
		})
		if err != nil {
			var failed *outcome.Outcome
			require.ErrorAs(o.t, err, &failed)
			kind = failed.Kind
		}
	})
	return kind
}

// window is the device's own browser window for a sign-in of one person, who has just opened the page.
type window struct {
	*browser.Browser
	o      *office
	mailer *core.Mailer
	status core.Status
	err    error
}

// open opens the sign-in page for an owner.
func (o *office) open(owner nvram.Owner) *window {
	o.t.Helper()
	w := &window{Browser: o.lab.NewBrowser(), o: o, mailer: o.engine.For(owner)}
	w.Hold(w.mailer.LeadsBack)
	o.do(func(ctx context.Context) {
		status, err := w.mailer.OpenSignInPage(ctx, mail.ServiceExchangeOnline)
		require.NoError(o.t, err)
		require.Equal(o.t, core.AwaitingUser, status.Phase)
		require.NoError(o.t, w.Open(ctx, status.SignInPage))
	})
	return w
}

// press clicks a button.
func (w *window) press(label string) *window {
	w.o.t.Helper()
	w.o.do(func(ctx context.Context) { require.NoError(w.o.t, w.Click(ctx, label), w.Text()) })
	return w
}

// as goes through account and password.
func (w *window) as(principal string) *window {
	w.o.t.Helper()
	password, err := w.o.lab.Password(principal)
	require.NoError(w.o.t, err)
	label, _ := w.PasswordField()
	require.Empty(w.o.t, label, "the account comes first")
	require.NoError(w.o.t, w.Set("Email, phone, or Skype", principal), w.Text())
	w.press("Next")
	label, ok := w.PasswordField()
	require.True(w.o.t, ok, w.Text())
	require.NoError(w.o.t, w.Set(label, password))
	return w.press("Sign In")
}

// back hands the redirect to the core.
func (w *window) back() *window {
	w.o.t.Helper()
	require.NotEmpty(w.o.t, w.Held(), w.Text())
	w.o.do(func(ctx context.Context) { w.status, w.err = w.mailer.CompleteSignIn(ctx, w.Held()) })
	return w
}

// ok is OK on the panel.
func (w *window) ok() {
	w.o.t.Helper()
	require.NoError(w.o.t, w.err)
	require.Equal(w.o.t, core.AwaitingOK, w.status.Phase)
	w.o.do(func(ctx context.Context) { require.NoError(w.o.t, w.mailer.Save(ctx, mail.Settings{})) })
}

// heading is that of the open page.
func (w *window) heading() string {
	heading, _ := w.Heading()
	return heading
}

// consent is the administrator's five steps.
func (o *office) consent() {
	o.t.Helper()
	w := o.open(nvram.Administrator).as(manager)
	require.NoError(o.t, w.Tick(consentBox, true), w.Text())
	w.press("Accept").back().ok()
}
