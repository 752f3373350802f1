package core

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"mfpsim/core/outcome"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
)

var ctx = context.Background()

func TestOpenNeedsItsParts(t *testing.T) {
	_, err := Open(ctx, Options{})
	require.Error(t, err)
	require.Nil(t, asOutcome(err), "a mistake of the program, not of the device's day")
}

func TestANewDeviceIsNotConfigured(t *testing.T) {
	e := newRig(t).powerOn()
	require.Equal(t, Status{Phase: SignedOut}, e.Status())
	require.Equal(t, outcome.NotConfigured, e.Ready().Kind)
	_, err := e.Send(ctx, letter())
	require.Equal(t, outcome.NotConfigured, kind(t, err))
	require.NoError(t, e.Recovered())
}

func TestTheGuidesWholeWay(t *testing.T) {
	r := newRig(t)
	e := r.powerOn()
	r.pending = 2
	status, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
	require.NoError(t, err)
	require.Equal(t, Status{
		Phase: AwaitingUser, Service: mail.ServiceExchangeOnline, UserCode: "FRWQDE7YL",
		VerificationURI: "https://login.microsoft.com/device", CodeExpires: bench.Start.Add(15 * time.Minute),
	}, status)
	require.False(t, status.SignedIn())
	r.background()

	require.Equal(t, Status{Phase: AwaitingOK, Service: mail.ServiceExchangeOnline, Account: account}, e.Status())
	require.True(t, e.Status().SignedIn())
	require.Zero(t, r.flash.Writes(), "nothing is stored before OK")
	require.Equal(t, outcome.SignInWaiting, e.Ready().Kind)
	_, err = e.Send(ctx, letter())
	require.Equal(t, outcome.SignInWaiting, kind(t, err))

	form := e.Providers()[0].Preset()
	require.NoError(t, e.Save(ctx, form))
	require.Equal(
		t,
		Status{
			Phase: Stored, Service: mail.ServiceExchangeOnline, Account: account, Stored: true, StoredAccount: account,
		},
		e.Status(),
	)
	stored := e.Settings()
	require.Equal(
		t, []string{account, account, "smtp.example.com"}, []string{stored.Account, stored.Sender, stored.Server},
	)
	require.Nil(t, e.Ready())

	receipt, err := e.Send(ctx, letter())
	require.NoError(t, err)
	require.NotEmpty(t, receipt.MessageID)
	require.Equal(t, []string{"user=" + account + "|auth=Bearer access-1||"}, r.seen)
	require.Empty(t, r.refreshes, "the access token of the sign-in is still good")

	e.Close()
	again := r.powerOn()
	require.Equal(t, Stored, again.Status().Phase)
	require.Equal(t, stored, again.Settings())
	_, err = again.Send(ctx, letter())
	require.NoError(t, err)
	require.Equal(t, []string{"refresh-1"}, r.refreshes, "access tokens do not survive power off")
}

func TestWhatDropsAWaitingSignIn(t *testing.T) {
	for _, test := range []struct {
		name  string
		drop  func(r *rig, e powered) powered
		phase Phase
	}{
		{"power off", func(r *rig, e powered) powered { e.Close(); return r.powerOn() }, SignedOut},
		{"Sign Out", func(r *rig, e powered) powered { require.NoError(r.t, e.SignOut(ctx)); return e }, SignedOut},
		{"a newer sign-in, even before it is done", func(r *rig, e powered) powered {
			_, err := e.BeginSignIn(ctx, mail.ServiceOutlook)
			require.NoError(r.t, err)
			return e
		}, AwaitingUser},
		{"a newer sign-in that fails", func(r *rig, e powered) powered {
			r.html = true
			_, err := e.BeginSignIn(ctx, mail.ServiceOutlook)
			require.Equal(r.t, outcome.CloudMalformed, kind(r.t, err))
			return e
		}, SignedOut},
		{"not Cancel: there is nothing to cancel any more", func(r *rig, e powered) powered { e.CancelSignIn(ctx); return e }, AwaitingOK},
		{"not OK with another method", func(r *rig, e powered) powered { require.NoError(r.t, e.Save(ctx, mail.FactorySettings())); return e }, AwaitingOK},
		{"not OK that is refused", func(r *rig, e powered) powered {
			bad := providers()[0].Preset()
			bad.Sender = "("
			var invalid *mail.InvalidSettings
			require.ErrorAs(r.t, e.Save(ctx, bad), &invalid)
			return e
		}, AwaitingOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			e := r.powerOn()
			r.signIn(e, mail.ServiceExchangeOnline)
			e = test.drop(r, e)
			require.Equal(t, test.phase, e.Status().Phase)
			require.False(t, e.Status().Stored)
		})
	}
}

func TestEndsOfASignInAreSaid(t *testing.T) {
	for _, test := range []struct {
		name string
		act  func(r *rig, e powered)
		want outcome.Kind
	}{
		{"Cancel", func(r *rig, e powered) { e.CancelSignIn(ctx) }, outcome.SignInCancelled},
		{"the code is not entered in time", func(r *rig, e powered) { r.pending = 1000 }, outcome.SignInCodeExpired},
		{"blocked at issuance", func(r *rig, e powered) { r.refuse(53003) }, outcome.PolicyBlocked},
		{"HTML", func(r *rig, e powered) { r.html = true }, outcome.CloudMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, e := signedIn(t)
			_, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
			require.NoError(t, err)
			test.act(r, e)
			r.background()
			status := e.Status()
			require.Equal(t, Stored, status.Phase, "the stored sign-in stays")
			require.Equal(t, test.want, status.Ended.Kind)
			require.Equal(t, string(mail.ServiceExchangeOnline), status.Ended.Service)

			r.pending, r.html = 0, false
			r.refuse(0)
			r.signIn(e, mail.ServiceExchangeOnline)
			require.Nil(t, e.Status().Ended, "the next one makes it forgotten")
		})
	}
}

func TestCancelWhileTheServiceIsAskedAndWhilePolling(t *testing.T) {
	t.Run("while the service is asked for a code", func(t *testing.T) {
		r := newRig(t)
		e := r.powerOn()
		r.onCode = func() {
			require.Equal(t, SignedOut, e.Status().Phase, "no code, nothing to show")
			e.CancelSignIn(ctx)
		}
		status, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.Equal(t, outcome.SignInCancelled, kind(t, err))
		require.Equal(t, outcome.SignInCancelled, status.Ended.Kind)
		r.background()
		require.Zero(t, r.polls)
	})
	t.Run("while polling", func(t *testing.T) {
		r := newRig(t)
		e := r.powerOn()
		_, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.NoError(t, err)
		r.onToken = func(url.Values) { e.CancelSignIn(ctx) }
		r.background()
		require.Equal(t, SignedOut, e.Status().Phase, "a sign-in that completes after Cancel is dropped")
		require.Equal(t, outcome.SignInCancelled, e.Status().Ended.Kind)
	})
	t.Run("by a newer sign-in, whose polling alone counts", func(t *testing.T) {
		r := newRig(t)
		e := r.powerOn()
		for range 3 {
			_, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
			require.NoError(t, err)
		}
		r.background()
		require.Equal(t, AwaitingOK, e.Status().Phase)
		require.Equal(t, 1, r.polls)
	})
	t.Run("by power off", func(t *testing.T) {
		r := newRig(t)
		e := r.powerOn()
		_, err := e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.NoError(t, err)
		e.Close()
		r.background()
		require.Zero(t, r.polls)
		_, err = e.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		require.Equal(t, outcome.Interrupted, kind(t, err))
		_, err = e.Send(ctx, letter())
		require.Equal(t, outcome.Interrupted, kind(t, err))
	})
}

func TestAServiceThatTheModelDoesNotKnow(t *testing.T) {
	e := newRig(t).powerOn()
	_, err := e.BeginSignIn(ctx, "Gmail")
	require.Equal(t, outcome.NotConfigured, kind(t, err))
	var invalid *mail.InvalidSettings
	require.ErrorAs(
		t,
		e.Save(
			ctx,
			mail.Settings{
				Method: mail.MethodOAuth2, Service: "Gmail", Server: "s", Port: 1, Security: mail.SecurityTLS,
			},
		),
		&invalid,
	)
	require.Equal(t, mail.FieldService, invalid.Fields[0].Field)
}

func TestReady(t *testing.T) {
	password := mail.FactorySettings()
	password.Method, password.Account, password.Password = mail.MethodSMTPAuth, account, mustSecret("old password")
	password.Sender, password.Server = account, "smtp.example.com"
	password.Port, password.Security = 587, mail.SecuritySTARTTLS
	relay := password
	relay.Method = mail.MethodOff
	for _, test := range []struct {
		name   string
		stored mail.Settings
		waits  bool
		want   outcome.Kind
	}{
		{"Off and no server", mail.FactorySettings(), false, outcome.NotConfigured},
		{"Off and a sign-in waits", mail.FactorySettings(), true, outcome.SignInWaiting},
		{"Off with a relay that needs no authentication", relay, false, ""},
		{"the same, and a sign-in waits", relay, true, outcome.SignInWaiting},
		{"OAuth2 without a sign-in", providers()[0].Preset(), false, outcome.NoSignIn},
		{"OAuth2 and a sign-in waits", providers()[0].Preset(), true, outcome.SignInWaiting},
		{"a password method", password, false, ""},
		{"a password method works on while a sign-in waits", password, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			e := r.powerOn()
			require.NoError(t, e.Save(ctx, test.stored))
			if test.waits {
				r.signIn(e, mail.ServiceExchangeOnline)
			}
			got := outcome.Kind("")
			if o := e.Ready(); o != nil {
				got = o.Kind
				require.Equal(t, outcome.Device, o.Side)
			}
			require.Equal(t, test.want, got)
			if test.stored.Method == mail.MethodSMTPAuth {
				_, err := e.Send(ctx, letter())
				require.NoError(t, err)
				require.Empty(t, r.seen, "with the password")
			}
		})
	}
}

func TestSaveTakesTheServiceOfTheWaitingSignIn(t *testing.T) {
	r := newRig(t)
	e := r.powerOn()
	r.signIn(e, mail.ServiceOutlook)
	require.NoError(t, e.Save(ctx, e.Providers()[0].Preset())) // the form says Exchange Online
	require.Equal(t, mail.ServiceOutlook, e.Settings().Service)
	require.Equal(t, mail.ServiceOutlook, e.Status().Service)
}

func TestASignInOfAnotherServiceIsDroppedBySave(t *testing.T) {
	_, e := signedIn(t)
	require.NoError(t, e.Save(ctx, e.Providers()[1].Preset()))
	require.False(t, e.Status().Stored)
	require.Equal(t, outcome.NoSignIn, e.Ready().Kind)
}

func TestSaveOfTheSameServiceKeepsTheSignInAndTheSenderTyped(t *testing.T) {
	_, e := signedIn(t)
	form := e.Settings()
	form.Sender = "other@contoso.com"
	require.NoError(t, e.Save(ctx, form))
	require.True(t, e.Status().Stored)
	require.Equal(t, "other@contoso.com", e.Settings().Sender)
}

func TestSignOutLeavesTheSettingsAndNoToken(t *testing.T) {
	r, e := signedIn(t)
	require.NoError(t, e.SignOut(ctx))
	require.Equal(t, SignedOut, e.Status().Phase)
	require.Equal(t, mail.MethodOAuth2, e.Settings().Method)
	require.Equal(t, outcome.NoSignIn, e.Ready().Kind)
	require.NotContains(t, string(r.flash.Image()), "refresh_token_sealed")
	e.Close()
	require.False(t, r.powerOn().Status().Stored)
}

func TestPowerCutAtOK(t *testing.T) {
	// A cut at every write that OK makes, at several bytes: the device wakes with all of the old or all of the new.
	for write := 1; write <= 2; write++ {
		for _, at := range []int{0, 1, 200, 700, nvram.SlotSize, nvram.SlotSize + 300, 2 * nvram.SlotSize} {
			r := newRig(t)
			e := r.powerOn()
			r.signIn(e, mail.ServiceExchangeOnline)
			r.flash.CutPower(write, at)
			err := e.Save(ctx, e.Providers()[0].Preset())
			if write == 1 {
				require.Equal(t, outcome.StorageFailed, kind(t, err))
				require.Equal(t, AwaitingOK, e.Status().Phase, "nothing has changed")
			} else { // the second write erases what was there before
				require.Equal(t, outcome.NotErased, kind(t, err))
				require.Equal(t, Stored, e.Status().Phase)
			}
			r.flash.Restore()
			woken := r.powerOn()
			if write == 2 {
				require.Equal(t, Stored, woken.Status().Phase, "as was said")
			}
			require.Equal(
				t, woken.Settings().Method == mail.MethodOAuth2, woken.Status().Stored, "settings and sign-in together",
			)
		}
	}
}

func TestMemoryThatIsWorn(t *testing.T) {
	r, e := signedIn(t)
	r.flash.CutPower(1, 0)
	require.Equal(t, outcome.StorageFailed, kind(t, e.SignOut(ctx)))
	require.True(t, e.Status().Stored, "said to be there still, because it is")
}

func TestWhatSignOutSaysIsTrueAfterPowerOff(t *testing.T) {
	for _, test := range []struct {
		name   string
		write  int // that fails
		says   outcome.Kind
		stored bool // now and after power off
	}{
		{"the first write fails: still signed in", 1, outcome.StorageFailed, true},
		{"the second write fails: signed out, and the token is not erased", 2, outcome.NotErased, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, e := signedIn(t)
			r.flash.CutPower(test.write, 0)
			require.Equal(t, test.says, kind(t, e.SignOut(ctx)))
			require.Equal(t, test.stored, e.Status().Stored)
			r.flash.Restore()
			require.Contains(t, string(r.flash.Image()), "refresh_token_sealed")
			woken := r.powerOn()
			require.Equal(t, test.stored, woken.Status().Stored)
			require.NoError(t, woken.Save(ctx, woken.Settings()))
			if !test.stored {
				require.NotContains(t, string(r.flash.Image()), "refresh_token_sealed", "the next write goes over it")
			}
		})
	}
}

func TestOpenOnAForeignKeyKeepsTheSettings(t *testing.T) {
	r, e := signedIn(t)
	e.Close()
	r.key = []byte("the key of another device, 32 b.")
	woken := r.powerOn()
	var fault *nvram.Error
	require.ErrorAs(t, woken.Recovered(), &fault)
	require.Equal(t, nvram.FaultForeignKey, fault.Fault)
	require.Equal(t, "smtp.example.com", woken.Settings().Server)
	require.Equal(t, outcome.NoSignIn, woken.Ready().Kind)
}

func TestOpenWithoutMemory(t *testing.T) {
	r := newRig(t)
	r.flash.CutPower(1, 0)
	_ = r.flash.Write(nil)
	_, err := Open(
		ctx,
		Options{
			Clock: r.clock, Dialer: r.dialer, Random: bench.Random(1), Flash: r.flash, SealingKey: r.key,
			Go: func(string, func(context.Context)) {},
		},
	)
	require.Equal(t, outcome.StorageFailed, kind(t, err))
}

func TestConcurrentUse(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { _, _ = e.Send(ctx, letter()) })
		wait.Go(func() { _ = e.Save(ctx, e.Settings()) })
		wait.Go(func() { _, _ = e.BeginSignIn(ctx, mail.ServiceExchangeOnline); r.background() })
		wait.Go(func() { e.CancelSignIn(ctx); _ = e.Status(); _ = e.Ready() })
	}
	wait.Wait()
	require.True(t, e.Status().Stored)
	_, err := e.Send(ctx, letter())
	require.NoError(t, err)
}

func TestEveryKindHasItsSentence(t *testing.T) {
	for _, k := range outcome.Kinds() {
		require.NotEqual(t, outcome.Kind("x").Sentence(), k.Sentence(), k)
		require.Regexp(t, `^[A-Z].*\.$`, (&outcome.Outcome{Kind: k, AADSTS: 53003}).Error())
	}
	require.True(
		t, errors.Is(&outcome.Outcome{Kind: outcome.TooLarge, SMTPCode: 552}, &outcome.Outcome{Kind: outcome.TooLarge}),
	)
	require.False(t, (&outcome.Outcome{Kind: outcome.TooLarge}).Is(net.ErrClosed))
}
