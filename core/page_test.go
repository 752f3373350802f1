package core

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

const rigTenant = "0f0f0f0f-1111-4222-8333-444455556666"

// opened is an owner's sign-in page at the rig's cloud, which answers for whoever signs in.
func opened(r *rig, m *Mailer, person string) (answer func() string) {
	r.t.Helper()
	status, err := m.OpenSignInPage(ctx, mail.ServiceExchangeOnline)
	require.NoError(r.t, err)
	require.Equal(r.t, AwaitingUser, status.Phase)
	require.Empty(r.t, status.UserCode)
	u, err := url.Parse(status.SignInPage)
	require.NoError(r.t, err)
	asked := u.Query()
	return func() string {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.person, r.nonce = person, asked.Get("nonce")
		return asked.Get("redirect_uri") + "?" + url.Values{"code": {"1.code"}, "state": {asked.Get("state")}}.Encode()
	}
}

func TestASignInOnTheDevicesPageWaitsForOKAndIsTheUsers(t *testing.T) {
	r, e := signedIn(t)
	alice := e.For(nvram.User("alice"))
	answer := opened(r, alice, "alice@contoso.com")
	writes := r.flash.Writes()
	require.False(t, alice.LeadsBack("https://login.example.com/page"))
	require.True(t, alice.LeadsBack(answer()))
	require.False(t, e.LeadsBack(answer()), "the printer's part has no page open")

	status, err := alice.CompleteSignIn(ctx, answer())
	require.NoError(t, err)
	require.Equal(
		t, Status{Phase: AwaitingOK, Service: mail.ServiceExchangeOnline, Account: "alice@contoso.com"}, status,
	)
	require.Equal(t, writes, r.flash.Writes(), "nothing is stored before OK")
	require.NoError(t, alice.Save(ctx, mail.Settings{}))
	_, err = alice.Send(ctx, letter())
	require.NoError(t, err)
	require.Contains(t, r.seen[len(r.seen)-1], "user=alice@contoso.com|")
	e.Close()
	require.True(t, r.powerOn().For(nvram.User("alice")).Status().Stored)
}

func TestWhatDropsAnOpenPage(t *testing.T) {
	for _, test := range []struct {
		name string
		drop func(t *testing.T, e powered, m *Mailer)
		kind outcome.Kind // that the status gives as the end
	}{
		{"Cancel", func(_ *testing.T, _ powered, m *Mailer) { m.CancelSignIn(ctx) }, outcome.SignInCancelled},
		{"log-off with the user's removal", func(t *testing.T, e powered, m *Mailer) { require.NoError(t, e.Forget(ctx, m.owner)) }, ""},
		{"a newer page", func(t *testing.T, _ powered, m *Mailer) {
			_, err := m.OpenSignInPage(ctx, mail.ServiceExchangeOnline)
			require.NoError(t, err)
		}, ""},
		{"a sign-in by code", func(t *testing.T, _ powered, m *Mailer) {
			_, err := m.BeginSignIn(ctx, mail.ServiceExchangeOnline)
			require.NoError(t, err)
		}, ""},
		{"power off", func(_ *testing.T, e powered, _ *Mailer) { e.Close() }, ""},
	} {
		for _, redeeming := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, redeeming %t", test.name, redeeming), func(t *testing.T) {
				r, e := signedIn(t)
				alice := e.For(nvram.User("alice"))
				answer := opened(r, alice, "alice@contoso.com")
				dropped := make(chan struct{})
				if redeeming {
					r.onToken = func(url.Values) { defer close(dropped); test.drop(t, e, alice) }
				} else {
					close(dropped)
					test.drop(t, e, alice)
				}
				tokens := r.tokens
				status, err := alice.CompleteSignIn(ctx, answer())
				<-dropped
				r.onToken = nil
				require.Error(t, err)
				require.NotEqual(t, AwaitingOK, status.Phase)
				if !redeeming {
					require.Equal(t, tokens, r.tokens, "no code is sent")
				}
				if test.kind != "" {
					require.Equal(t, test.kind, alice.Status().Ended.Kind)
				}
				if test.name != "power off" {
					require.NoError(t, alice.Save(ctx, mail.Settings{}))
				}
				require.False(t, alice.Status().Stored)
				require.Nil(t, e.Mailer.Status().Ended, "the printer's own sign-in is not concerned")
			})
		}
	}
}

func TestASignInThatTheDeviceDoesNotWant(t *testing.T) {
	r, e := signedIn(t)
	alice := e.For(nvram.User("alice"))
	answer := opened(r, alice, "carol@contoso.com")
	status, err := alice.CompleteSignIn(ctx, answer())
	require.NoError(t, err)
	require.Equal(t, "carol@contoso.com", status.Account)
	alice.Discard(ctx)
	require.Equal(t, SignedOut, alice.Status().Phase)
	require.NoError(t, alice.Save(ctx, mail.Settings{}))
	require.False(t, alice.Status().Stored)
	require.True(t, e.Mailer.Status().Stored, "the printer's own stays")

	answer = opened(r, alice, "alice@contoso.com")
	alice.Discard(ctx)
	require.Equal(t, outcome.SignInCancelled, alice.Status().Ended.Kind)
	_, err = alice.CompleteSignIn(ctx, answer())
	require.Equal(t, outcome.SignInCancelled, kind(t, err))
}

func TestAnAnswerThatIsNotThePagesChangesNothing(t *testing.T) {
	r, e := signedIn(t)
	alice := e.For(nvram.User("alice"))
	answer := opened(r, alice, "alice@contoso.com")
	before, tokens := alice.Status(), r.tokens
	foreign := strings.Replace(answer(), "state=", "state=x", 1)
	for _, address := range []string{
		foreign, strings.Replace(foreign, "code=1.code", "error=access_denied", 1), "https://evil.example/?" + answer(),
	} {
		status, err := alice.CompleteSignIn(ctx, address)
		require.Equal(t, outcome.CloudMalformed, kind(t, err), address)
		require.Equal(t, before, status, "the page is open as before")
	}
	require.Equal(t, tokens, r.tokens, "no code is sent")
	_, err := alice.CompleteSignIn(ctx, answer())
	require.NoError(t, err)
	for range 2 {
		status, err := alice.CompleteSignIn(ctx, answer())
		require.Equal(t, outcome.SignInCancelled, kind(t, err), "it came before")
		require.Equal(t, AwaitingOK, status.Phase, "what waits goes on waiting")
	}
	require.Equal(t, tokens+1, r.tokens)
}

func TestAPageAfterWhichTheCloudRefusesOrDeclines(t *testing.T) {
	for name, test := range map[string]struct {
		act  func(r *rig, address string) string
		kind outcome.Kind
	}{
		"declined": {func(_ *rig, address string) string {
			return strings.Replace(address, "code=1.code", "error=access_denied", 1)
		}, outcome.SignInDeclined},
		"refused":           {func(r *rig, address string) string { r.refuse(53003); return address }, outcome.PolicyBlocked},
		"a guest network":   {func(r *rig, address string) string { r.html = true; return address }, outcome.CloudMalformed},
		"another's token":   {func(r *rig, address string) string { r.nonce = "other"; return address }, outcome.CloudMalformed},
		"another's iss":     {func(_ *rig, address string) string { return address + "&iss=https://evil.example" }, outcome.CloudMalformed},
		"the name is gone":  {func(r *rig, address string) string { r.dialer.Fail(cloudAt, context.DeadlineExceeded); return address }, outcome.TimedOut},
		"two codes at once": {func(_ *rig, address string) string { return address + "&code=2" }, outcome.CloudMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r, e := signedIn(t)
			alice := e.For(nvram.User("alice"))
			answer := opened(r, alice, "alice@contoso.com")
			status, err := alice.CompleteSignIn(ctx, test.act(r, answer()))
			require.Equal(t, test.kind, kind(t, err))
			require.Equal(t, SignedOut, status.Phase)
			require.Equal(t, test.kind, status.Ended.Kind)
			require.Equal(t, string(mail.ServiceExchangeOnline), status.Ended.Service)
			require.True(t, e.Mailer.Status().Stored)
		})
	}
}

func TestAServiceWithoutARedirectURIHasNoPage(t *testing.T) {
	_, e := signedIn(t)
	status, err := e.Mailer.OpenSignInPage(ctx, mail.ServiceOutlook)
	require.Equal(t, outcome.NotConfigured, kind(t, err))
	require.Equal(t, outcome.NotConfigured, status.Ended.Kind)
	require.Equal(t, Stored, status.Phase, "the stored sign-in stays")
}

func TestNothingOfTheAdministratorIsStored(t *testing.T) {
	r, e := signedIn(t)
	administrator := e.For(nvram.Administrator)
	answer := opened(r, administrator, "admin@contoso.com")
	require.Contains(t, administrator.Status().SignInPage, "&prompt=consent")
	status, err := administrator.CompleteSignIn(ctx, answer())
	require.NoError(t, err)
	require.Equal(t, "admin@contoso.com", status.Account)
	require.True(t, administrator.waiting().RefreshToken.Empty() && administrator.waiting().Access.Empty())
	image, writes := r.flash.Image(), r.flash.Writes()
	require.NoError(t, administrator.Save(ctx, e.Providers()[0].Preset()))
	require.Equal(t, writes, r.flash.Writes())
	require.Equal(t, image, r.flash.Image())
	require.Equal(t, Status{Phase: SignedOut}, administrator.Status())
	_, err = administrator.Send(ctx, letter())
	require.Equal(t, outcome.NotConfigured, kind(t, err))
}

func TestUsersAreForgottenTogetherOrNotAtAll(t *testing.T) {
	r, e := owners(t)
	writes := r.flash.Writes()
	require.NoError(t, e.Forget(ctx, nvram.User("nobody")))
	require.Equal(t, writes, r.flash.Writes(), "there is nothing to forget")

	r.flash.CutPower(1, 100)
	require.Equal(t, outcome.StorageFailed, kind(t, e.Forget(ctx, nvram.User("alice"), nvram.User("bob"))))
	r.flash.Restore()
	for _, user := range []nvram.Owner{nvram.User("alice"), nvram.User("bob")} {
		require.True(t, e.For(user).Status().Stored)
	}
	writes = r.flash.Writes()
	require.NoError(t, e.Forget(ctx, nvram.User("alice"), nvram.User("bob")))
	require.Equal(t, writes+2, r.flash.Writes(), "one record, written over the one before as well")
	for _, gone := range []string{"alice", "bob"} {
		require.False(t, e.For(nvram.User(gone)).Status().Stored)
		require.NotContains(t, string(r.flash.Image()), gone)
	}
	_, err := e.For(nvram.FaxServer).Send(ctx, letter())
	require.NoError(t, err)
	e.Close()
	require.Equal(t, outcome.Interrupted, kind(t, e.Forget(ctx, nvram.FaxServer)))
}

// BenchmarkUsers is one device with 300 users (our number), each with a refresh token as long as Entra's: what they
// take of working memory and of flash, and how long one user's new sign-in takes to be stored and all to be read.
func BenchmarkUsers(b *testing.B) {
	const users = 300
	record := nvram.Record{
		Settings: map[nvram.Owner]mail.Settings{nvram.Printer: providers()[0].Preset()},
		SignIns:  map[nvram.Owner]nvram.SignIn{},
	}
	for i := range users {
		record.SignIns[nvram.User(fmt.Sprintf("user-%03d", i))] = nvram.SignIn{
			Service: mail.ServiceExchangeOnline, Account: fmt.Sprintf("user-%03d@contoso.com", i),
			RefreshToken: secret.New("0." + strings.Repeat("r", 1400)), SignedInAt: bench.Start, RefreshedAt: bench.Start,
		}
	}
	flash, key := &nvram.Memory{}, []byte("the device's own key, 32 bytes!!")
	store, _, err := nvram.Open(flash, key, bench.Random(1))
	require.NoError(b, err)
	require.NoError(b, store.Save(record))
	power := func() *Engine {
		e, err := Open(ctx, Options{
			Clock: bench.NewClock(), Dialer: &bench.Dialer{}, Random: bench.Random(1), Flash: flash, SealingKey: key,
			Providers: func(nvram.Owner) []Provider { return providers() }, Go: func(string, func(context.Context)) {},
		})
		require.NoError(b, err)
		return e
	}
	b.Run("power on", func(b *testing.B) {
		for b.Loop() {
			power().Close()
		}
	})
	b.Run("store one", func(b *testing.B) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := power()
		runtime.GC()
		runtime.ReadMemStats(&after)
		m := e.For(nvram.User("user-007"))
		for b.Loop() {
			m.e.mu.Lock()
			failed := e.persist(ctx, false, m.with(m.stored))
			m.e.mu.Unlock()
			require.Nil(b, failed)
		}
		half := string(flash.Image()[:len(flash.Image())/2])
		b.ReportMetric(float64(len(strings.TrimRight(half, "\n"))), "bytes-of-record")
		b.ReportMetric(float64(len(flash.Image())), "bytes-of-flash")
		b.ReportMetric(float64(after.HeapAlloc)-float64(before.HeapAlloc), "bytes-of-memory")
		runtime.KeepAlive(e)
	})
}
