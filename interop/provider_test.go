package interop_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/fakeoauth"
	"mfpsim/fakesmtp/fax"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
)

const (
	faxService = mail.Service("Internet fax")
	faxAccount = fakeoauth.DefaultAccount
	faxNumber  = "+49301234567@fax.example.com"
)

// faxOffice is an office whose device has a fax server as well, which is not signed in yet.
type faxOffice struct {
	*office
	provider *lab.Provider
	fax      *core.Mailer
}

func newFaxOffice(t *testing.T, change func(*fakeoauth.Config)) *faxOffice {
	t.Helper()
	o := &faxOffice{office: newOffice(t, lab.Tenant{})}
	provider, err := o.lab.AddProvider(lab.ProviderConfig{Authorization: func(c *fakeoauth.Config) {
		c.Client.RedirectURIs = []string{"mfp:/done"}
		if change != nil {
			change(c)
		}
	}, Mail: func(c *fax.Config) { c.Duration = -1 }})
	require.NoError(t, err)
	o.provider = provider
	o.more = func(owner nvram.Owner) []core.Provider {
		if owner != nvram.FaxServer {
			return nil
		}
		issuer := provider.Authorization.Issuer()
		return []core.Provider{{
			Service: faxService, Issuer: issuer, ClientID: fakeoauth.DefaultClientID, RedirectURI: "mfp:/done",
			Scopes: []string{fakeoauth.SendScope, "openid", "email", "offline_access"},
			Addresses: oauth2.Endpoint{
				AuthURL: issuer + "/oauth/authorize", DeviceAuthURL: issuer + "/oauth/device_authorization",
				TokenURL: issuer + "/oauth/token",
			},
			SMTPAddress: "smtp.fax.example.com", SMTPPort: 587, SecureConnection: mail.SecuritySTARTTLS,
		}}
	}
	o.fax = o.engine.For(nvram.FaxServer)
	return o
}

// powerOn is that of the office, with the fax server's part anew.
func (o *faxOffice) powerOn() {
	o.t.Helper()
	o.office.powerOn()
	o.fax = o.engine.For(nvram.FaxServer)
}

// begin asks the provider for a code.
func (o *faxOffice) begin() core.Status {
	o.t.Helper()
	var status core.Status
	o.do(func(ctx context.Context) {
		begun, err := o.fax.BeginSignIn(ctx, faxService)
		require.NoError(o.t, err)
		status = begun
	})
	return status
}

func (o *faxOffice) advance(d time.Duration) {
	o.t.Helper()
	_, err := o.lab.World.Advance(d)
	require.NoError(o.t, err)
}

// signIn signs the fax server in and stores it.
func (o *faxOffice) signIn() {
	o.t.Helper()
	require.NoError(o.t, o.provider.Authorization.Approve(o.begin().UserCode, faxAccount))
	o.advance(6 * time.Second)
	o.save()
}

func (o *faxOffice) save() {
	o.t.Helper()
	require.Equal(o.t, core.AwaitingOK, o.fax.Status().Phase, "%v", o.fax.Status().Ended)
	o.do(func(ctx context.Context) { require.NoError(o.t, o.fax.Save(ctx, o.fax.Providers()[0].Preset())) })
}

// faxed is what becomes of a fax.
func (o *faxOffice) faxed() outcome.Kind {
	o.t.Helper()
	return o.sent(nvram.FaxServer, faxNumber)
}

// asked are the times at which the token endpoint was asked, since the first of them.
func (o *faxOffice) asked() (times []time.Duration) {
	var first time.Time
	for _, e := range o.lab.Journal.Entries() {
		if e.Party != "login.fax.example.com" || e.HTTP == nil || e.HTTP.Target.String() != "/oauth/token" {
			continue
		}
		if first.IsZero() {
			first = e.At
		}
		times = append(times, e.At.Sub(first))
	}
	return times
}

func TestAFaxServerSignsInAtItsProviderAndFaxes(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	status := o.begin()
	require.Equal(t, "https://login.fax.example.com/device", status.VerificationURI)
	person := o.lab.NewBrowser()
	o.do(func(ctx context.Context) {
		require.NoError(t, person.Open(ctx, status.VerificationURI))
		require.NoError(t, person.Set("Code", status.UserCode))
		require.NoError(t, person.Click(ctx, "Next"))
		require.NoError(t, person.Set("Account", faxAccount))
		require.NoError(t, person.Set("Password", o.provider.Password(faxAccount)))
		require.NoError(t, person.Click(ctx, "Sign in"))
		require.NoError(t, person.Click(ctx, "Allow"))
	})
	heading, _ := person.Heading()
	require.Equal(t, "Your device is connected", heading)
	o.advance(6 * time.Second)
	o.save()
	require.Empty(t, o.faxed())
	faxes := o.provider.Mail.Faxes()
	require.Len(t, faxes, 1)
	require.Equal(t, "+49301234567 scanner@contoso.com", faxes[0].Number+" "+faxes[0].Account)
	requireNoSecrets(t, o.office)
	for _, e := range o.lab.Journal.Entries() {
		for _, secret := range o.provider.Authorization.Secrets() {
			require.NotContains(t, e.Text.String(), secret)
		}
	}
}

func TestAFaxServerSignsInOnTheDevicesPage(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	page := o.lab.NewBrowser()
	page.Hold(o.fax.LeadsBack)
	o.do(func(ctx context.Context) {
		status, err := o.fax.OpenSignInPage(ctx, faxService)
		require.NoError(t, err)
		require.NoError(t, page.Open(ctx, status.SignInPage), status.SignInPage)
		require.NoError(t, page.Set("Account", faxAccount), page.Text())
		require.NoError(t, page.Set("Password", o.provider.Password(faxAccount)))
		require.NoError(t, page.Click(ctx, "Sign in"))
		require.NoError(t, page.Click(ctx, "Allow"))
		require.Contains(t, page.Held(), "iss=https%3A%2F%2Flogin.fax.example.com")
		_, err = o.fax.CompleteSignIn(ctx, page.Held())
		require.NoError(t, err)
	})
	o.save()
	require.Empty(t, o.faxed())
}

// RFC 8628 §3.5: each slow_down makes the interval five seconds longer, for this and all later polls. The provider
// keeps to that too: a poll before its time would be told once more, and never succeed.
func TestTheCoreSlowsDownWhenItIsTold(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	o.provider.Authorization.SlowDown(2)
	status := o.begin()
	o.advance(55 * time.Second) // polls after 5, 15, 30 and 45 seconds
	s := time.Second
	require.Equal(t, []time.Duration{0, 10 * s, 25 * s, 40 * s}, o.asked())
	require.Zero(t, o.provider.Authorization.SlowDowns())
	require.NoError(t, o.provider.Authorization.Approve(status.UserCode, faxAccount))
	o.advance(5 * time.Second)
	require.Equal(t, []time.Duration{0, 10 * s, 25 * s, 40 * s, 55 * s}, o.asked())
	o.save()
	require.Empty(t, o.faxed())
}

func TestEachRefreshBringsAnotherTokenThatIsStoredBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	o.signIn()
	for range 4 {
		o.advance(2 * time.Hour)
		writes := o.flash.Writes()
		require.Empty(t, o.faxed())
		require.Equal(t, writes+1, o.flash.Writes())
		o.powerOn() // what is in the store is the newest
	}
	require.Len(t, o.provider.Mail.Faxes(), 4)
}

func TestARotatedTokenThatCannotBeStoredIsNotUsed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after func(o *faxOffice)
		kind  outcome.Kind
	}{
		{"the device is on: it is stored with the next message", func(*faxOffice) {}, ""},
		{"power off: the one in the store was used", func(o *faxOffice) { o.powerOn() }, outcome.SignInRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, nil)
			o.signIn()
			o.advance(2 * time.Hour)
			o.flash.CutPower(1, 100)
			require.Equal(t, outcome.StorageFailed, o.faxed())
			require.Empty(t, o.provider.Mail.Faxes(), "nothing is sent with it")
			for _, e := range o.lab.Journal.Entries() {
				require.False(t, e.Kind == journal.KindSMTP && e.Party == "smtp.fax.example.com", "nobody was called")
			}
			o.flash.Restore()
			test.after(o)
			require.Equal(t, test.kind, o.faxed())
			require.Equal(t, test.kind == "", o.fax.Status().Stored)
			require.Empty(t, o.sent(nvram.Printer, bea), "the printer's own sign-in goes on")
		})
	}
}

// The answer with the new token gets lost: the device has the old one, which is good once.
func TestAnAnswerToARefreshThatGetsLost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		leeway time.Duration
		kind   outcome.Kind
	}{
		{"a strict provider ends the sign-in", 0, outcome.SignInRefused},
		{"one with a leeway takes the old one again", time.Minute, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := newFaxOffice(t, func(c *fakeoauth.Config) { c.Leeway = test.leeway })
			o.signIn()
			o.advance(2 * time.Hour)
			// The handshake takes the first write of the server, the answer the next.
			lost := faultnet.Fault{To: "login.fax.example.com", Kind: faultnet.Closed, Write: 2, Times: 1}
			require.NoError(t, o.lab.SetFaults("login.fax.example.com", lost))
			require.Equal(t, outcome.ConnectionLost, o.faxed())
			require.Empty(t, o.lab.Network.Unmet())
			require.True(t, o.fax.Status().Stored, "not reachable is not signed out")
			require.Equal(t, test.kind, o.faxed())
			require.Equal(t, test.kind == "", o.fax.Status().Stored)
			require.Empty(t, o.sent(nvram.Printer, bea))
			if test.kind == "" {
				return
			}
			require.Equal(t, outcome.NoSignIn, o.faxed())
			o.signIn()
			require.Empty(t, o.faxed(), "mended by a new sign-in")
		})
	}
}

func TestTheTwoSignInsOfAPrinterEndByThemselves(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	o.signIn()
	require.Empty(t, o.faxed())
	o.provider.Authorization.Revoke(faxAccount)
	require.Equal(t, outcome.AuthenticationRefused, o.faxed(), "the access token is looked up by the mail server")
	require.Equal(t, outcome.SignInRefused, o.faxed())
	require.Empty(t, o.sent(nvram.Printer, bea))
	o.signIn()
	require.NoError(t, o.lab.Entra.Revoke("scanner@contoso.com"))
	o.advance(2 * time.Hour)
	require.Equal(t, outcome.SignInRevoked, o.sent(nvram.Printer, bea))
	require.Empty(t, o.faxed())
}

func TestAFaxSignInThatIsDeniedOrEndsUnused(t *testing.T) {
	t.Parallel()
	o := newFaxOffice(t, nil)
	require.NoError(t, o.provider.Authorization.Decline(o.begin().UserCode))
	o.advance(10 * time.Second)
	require.Equal(t, outcome.SignInDeclined, o.fax.Status().Ended.Kind)
	o.begin()
	o.advance(16 * time.Minute)
	require.Equal(t, outcome.SignInCodeExpired, o.fax.Status().Ended.Kind)
	o.signIn()
	o.advance(31 * 24 * time.Hour)
	require.Equal(t, outcome.SignInRefused, o.faxed(), "RFC 6749 has one word for a token that is over, however")
}

func TestAProvidersServersAreTheSameWithTheSameSeed(t *testing.T) {
	t.Parallel()
	play := func() string {
		o := newFaxOffice(t, nil)
		o.signIn()
		o.advance(2 * time.Hour)
		require.Empty(t, o.faxed())
		var text strings.Builder
		text.Write(o.flash.Image())
		for _, e := range o.lab.Journal.Entries() {
			text.WriteString(e.At.String() + " " + e.Text.String() + "\n")
			if e.HTTP != nil {
				text.WriteString(e.HTTP.ResponseBody.Reveal() + "\n")
				for _, f := range e.HTTP.ResponseHeader {
					text.WriteString(f.Name + ": " + f.Value.Reveal() + "\n")
				}
			}
		}
		return text.String()
	}
	require.Equal(t, play(), play())
}
