package core

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"mfpsim/core/outcome"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
)

// owners signs the printer, the fax server and two users in, as four accounts.
func owners(t *testing.T) (*rig, powered) {
	r, e := signedIn(t)
	for _, who := range []struct {
		owner   nvram.Owner
		account string
	}{
		{nvram.FaxServer, "fax@contoso.com"}, {nvram.User("alice"), "alice@contoso.com"}, {nvram.User("bob"), "bob@contoso.com"},
	} {
		r.person = who.account
		m := e.For(who.owner)
		r.signIn(m, mail.ServiceExchangeOnline)
		require.NoError(t, m.Save(ctx, providers()[0].Preset()))
		require.Equal(t, Stored, m.Status().Phase)
	}
	return r, e
}

func TestEachOwnerSendsAsHimself(t *testing.T) {
	r, e := owners(t)
	e.Close()
	e = r.powerOn()
	for owner, account := range map[nvram.Owner]string{
		nvram.Printer: account, nvram.FaxServer: "fax@contoso.com", nvram.User("alice"): "alice@contoso.com", nvram.User("bob"): "bob@contoso.com",
	} {
		m := e.For(owner)
		require.Same(t, m, e.For(owner))
		require.Nil(t, m.Ready())
		require.Equal(t, account, m.Status().StoredAccount)
		require.Equal(t, account, m.Settings().Sender)
		seen := len(r.seen)
		_, err := m.Send(ctx, letter())
		require.NoError(t, err)
		require.Contains(t, r.seen[seen], "user="+account+"|")
		require.Contains(t, r.mails[len(r.mails)-1], "From: <"+account+">")
	}
	require.Len(t, r.refreshes, 4, "each with his own token")
}

func TestWhatEndsOneSignInLeavesTheOthers(t *testing.T) {
	for _, test := range []struct {
		name string
		act  func(r *rig, m *Mailer)
	}{
		{"the cloud refuses it", func(r *rig, m *Mailer) {
			r.clock.Advance(91 * 24 * time.Hour)
			r.refuse(700082)
			_, err := m.Send(ctx, letter())
			require.Equal(r.t, outcome.SignInExpired, kind(r.t, err))
			require.Equal(r.t, outcome.SignInExpired, m.Status().Lost.Kind)
			r.refuse(0)
		}},
		{"Sign Out", func(r *rig, m *Mailer) { require.NoError(r.t, m.SignOut(ctx)) }},
	} {
		for _, owner := range []nvram.Owner{nvram.Printer, nvram.FaxServer, nvram.User("alice")} {
			t.Run(test.name+", "+string(owner), func(t *testing.T) {
				r, e := owners(t)
				test.act(r, e.For(owner))
				require.False(t, e.For(owner).Status().Stored)
				e.Close()
				woken := r.powerOn()
				for _, other := range []nvram.Owner{
					nvram.Printer, nvram.FaxServer, nvram.User("alice"), nvram.User("bob"),
				} {
					m := woken.For(other)
					require.Equal(t, other != owner, m.Status().Stored, other)
					if other == owner {
						require.Equal(t, outcome.NoSignIn, m.Ready().Kind)
						continue
					}
					_, err := m.Send(ctx, letter())
					require.NoError(t, err, other)
				}
			})
		}
	}
}

func TestTwoSignInsAreOnTheirWayAtTheSameTime(t *testing.T) {
	r := newRig(t)
	e := r.powerOn()
	alice, bob := e.For(nvram.User("alice")), e.For(nvram.User("bob"))
	for _, m := range []*Mailer{alice, bob} {
		_, err := m.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.NoError(t, err)
		require.Equal(t, AwaitingUser, m.Status().Phase)
	}
	bob.CancelSignIn(ctx)
	require.Equal(t, outcome.SignInCancelled, bob.Status().Ended.Kind)
	r.background()
	require.Equal(t, AwaitingOK, alice.Status().Phase)
	require.Equal(t, SignedOut, bob.Status().Phase)
	require.Equal(t, SignedOut, e.Status().Phase, "the printer's own")
}

func TestAUserHasTheServerOfThePrinterAndNoSettings(t *testing.T) {
	r := newRig(t)
	e := r.powerOn()
	alice := e.For(nvram.User("alice"))
	r.person = "alice@contoso.com"
	require.Equal(t, outcome.NotConfigured, alice.Ready().Kind, "the printer's method is Off")
	r.signIn(alice, mail.ServiceExchangeOnline)
	require.NoError(t, alice.Save(ctx, mail.Settings{Method: "nonsense"}), "only the sign-in is stored")
	require.Equal(t, outcome.NotConfigured, alice.Ready().Kind)
	require.Equal(t, mail.FactorySettings(), e.Settings())

	require.NoError(t, e.Save(ctx, e.Providers()[0].Preset()))
	require.Equal(t, outcome.NoSignIn, e.Ready().Kind, "the printer itself is not signed in")
	require.Nil(t, alice.Ready())
	_, err := alice.Send(ctx, letter())
	require.NoError(t, err)

	require.NoError(t, alice.SignOut(ctx))
	require.NotContains(t, string(r.flash.Image()), "alice", "nothing is left of a user who has signed out")
}

func TestAnEngineOnTheMemoryOfANewerFirmwareSaysSoAndLeavesIt(t *testing.T) {
	r := newRig(t)
	sum := sha256.Sum256([]byte("3\n5\n{}"))
	r.flash = nvram.NewMemory(fmt.Appendf(nil, `{"schema":3,"generation":5,"checksum":"%x","record":{}}`, sum))
	before := r.flash.Image()
	_, err := Open(ctx, Options{
		Clock: r.clock, Dialer: r.dialer, Random: bench.Random(1), Flash: r.flash, SealingKey: r.key,
		Go: func(string, func(context.Context)) {},
	})
	require.Equal(t, outcome.StorageFailed, kind(t, err))
	require.ErrorIs(t, err, &nvram.Error{Fault: nvram.FaultSchema})
	require.ErrorContains(t, err, "the record was written by a newer firmware")
	require.Equal(t, before, r.flash.Image())
}
