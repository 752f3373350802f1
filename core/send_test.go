package core

import (
	"context"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"mfpsim/core/outcome"

	"github.com/stretchr/testify/require"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/secret"
)

func mustSecret(s string) secret.Secret { return secret.New(s) }

func TestAccessTokensAreUsedUntilShortlyBeforeTheirEnd(t *testing.T) {
	for _, test := range []struct {
		name      string
		elapsed   time.Duration
		set       time.Duration // of the date, on top
		refreshes int
	}{
		{"at once", 0, 0, 0},
		{"six minutes before the end", 3599*time.Second - 6*time.Minute, 0, 0},
		{"five minutes before the end", 3599*time.Second - 5*time.Minute, 0, 1},
		{"after the end", 2 * time.Hour, 0, 1},
		{"the device's date was set ahead", 0, 2 * time.Hour, 1},
		{"the device's date was set back", 0, -time.Hour, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, e := signedIn(t)
			r.clock.Advance(test.elapsed)
			r.clock.Set(r.clock.Now().Add(test.set))
			_, err := e.Send(ctx, letter())
			require.NoError(t, err)
			require.Len(t, r.refreshes, test.refreshes)
		})
	}
}

func TestARotatedRefreshTokenIsStoredBeforeSending(t *testing.T) {
	r, e := signedIn(t)
	for i := 1; i <= 3; i++ {
		r.clock.Advance(2 * time.Hour)
		_, err := e.Send(ctx, letter())
		require.NoError(t, err)
	}
	require.Equal(t, []string{"refresh-1", "refresh-2", "refresh-3"}, r.refreshes)
	r.dialer.Fail(mailAt, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})
	r.clock.Advance(2 * time.Hour)
	_, err := e.Send(ctx, letter())
	require.Equal(t, outcome.Unreachable, kind(t, err))
	r.dialer.Fail(mailAt, nil)
	e.Close()
	_, err = r.powerOn().Send(ctx, letter())
	require.NoError(t, err)
	require.Equal(t, []string{"refresh-4", "refresh-5"}, r.refreshes[3:], "the token of the failed message was stored")
}

func TestRefusalsThatDropTheSignIn(t *testing.T) {
	for code, want := range map[int]outcome.Kind{
		700082: outcome.SignInExpired, 50173: outcome.SignInRevoked, 50133: outcome.PasswordChanged, 65001: outcome.ConsentWithdrawn, 53003: outcome.PolicyBlocked,
		530036: outcome.PolicyBlocked, 50076: outcome.MultiFactorRequired, 50057: outcome.AccountDisabled, 70043: outcome.SignInFrequency, 70000: outcome.SignInRefused,
	} {
		r, e := signedIn(t)
		r.clock.Advance(91 * 24 * time.Hour)
		require.True(t, e.Status().SignedIn(), "the page says Signed in until the first sending that fails")
		r.refuse(code)
		_, err := e.Send(ctx, letter())
		require.Equal(t, want, kind(t, err))
		require.Equal(t, code, asOutcome(err).AADSTS)
		status := e.Status()
		require.Equal(t, SignedOut, status.Phase)
		require.Equal(t, want, status.Lost.Kind)
		require.Equal(t, mail.MethodOAuth2, e.Settings().Method, "the settings stay")
		require.Equal(t, outcome.NoSignIn, e.Ready().Kind)
		require.NotContains(t, string(r.flash.Image()), "refresh_token_sealed")
		e.Close()
		require.False(t, r.powerOn().Status().Stored)
		require.Empty(t, r.mails)
	}
}

func TestFailuresThatLeaveTheSignIn(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(r *rig)
		want outcome.Kind
	}{
		{"HTML", func(r *rig) { r.html = true }, outcome.CloudMalformed},
		{"loop detector", func(r *rig) { r.refuse(50196) }, outcome.CloudError},
		{"application disabled", func(r *rig) { r.refusal = `{"error":"unauthorized_client","error_codes":[7000112]}` }, outcome.ApplicationRefused},
		{"name", func(r *rig) { r.dialer.Fail(cloudAt, &net.DNSError{IsNotFound: true}) }, outcome.NameNotResolved},
		{"refused", func(r *rig) {
			r.dialer.Fail(cloudAt, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})
		}, outcome.Unreachable},
		{"a wrong date", func(r *rig) { r.clock.Set(time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)) }, outcome.CertificateDate},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, e := signedIn(t)
			r.clock.Advance(2 * time.Hour)
			test.set(r)
			_, err := e.Send(ctx, letter())
			require.Equal(t, test.want, kind(t, err))
			require.Equal(t, outcome.Cloud, asOutcome(err).Side)
			require.True(t, e.Status().Stored)
			require.Nil(t, e.Status().Lost)
			require.Nil(t, e.Ready())
		})
	}
}

func TestATokenThatTheMailServerRefusesIsNotUsedAgain(t *testing.T) {
	r, e := signedIn(t)
	r.accepted = map[string]bool{"access-2": true}
	_, err := e.Send(ctx, letter())
	require.Equal(t, outcome.AuthenticationRefused, kind(t, err))
	require.Equal(t, "5.7.3", asOutcome(err).Enhanced)
	require.True(t, e.Status().Stored, "the mail server's refusal is not the identity provider's")
	_, err = e.Send(ctx, letter())
	require.NoError(t, err, "the next message has a fresh one")
	require.Equal(t, []string{"refresh-1"}, r.refreshes)
}

func TestRefreshRefusedTokenTriesOnceMore(t *testing.T) {
	r, e := signedIn(t)
	e.Close()
	r.again = true
	e = r.powerOn()
	_, err := e.Send(ctx, letter()) // gets access-2
	require.NoError(t, err)
	r.accepted = map[string]bool{"access-3": true}
	_, err = e.Send(ctx, letter())
	require.NoError(t, err)
	r.accepted = map[string]bool{}
	_, err = e.Send(ctx, letter())
	require.Equal(t, outcome.AuthenticationRefused, kind(t, err))
	require.Len(t, r.seen, 5, "once, not for ever")
}

func TestWithoutARefreshTokenTheSignInEndsWithItsAccessToken(t *testing.T) {
	r := newRig(t)
	r.noToken = true
	e := r.powerOn()
	r.signIn(e, mail.ServiceExchangeOnline)
	require.NoError(t, e.Save(ctx, e.Providers()[0].Preset()))
	_, err := e.Send(ctx, letter())
	require.NoError(t, err)
	r.clock.Advance(time.Hour)
	_, err = e.Send(ctx, letter())
	require.Equal(t, outcome.SignInExpired, kind(t, err))
	require.False(t, e.Status().Stored)
}

func TestTooLargeIsKnownBeforeAnythingIsAsked(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	dials := len(r.dialer.Dials())
	m := letter()
	m.AttachmentLimit = 3
	_, err := e.Send(ctx, m)
	require.Equal(t, outcome.TooLarge, kind(t, err))
	require.Len(t, r.dialer.Dials(), dials)
}

func TestMessagesAtTheSameTimeShareARotatedToken(t *testing.T) {
	// The second message refreshes while the first one does, with the token that the first has used up: a strict
	// service refuses it, and the second goes on with the first one's.
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	first := true
	r.onToken = func(form url.Values) {
		if !first || form.Get("refresh_token") != "refresh-1" {
			return
		}
		first = false
		_, err := e.Send(ctx, letter()) // the other message overtakes
		require.NoError(t, err)
		r.mu.Lock()
		r.refusal = `{"error":"invalid_grant","error_codes":[70000]}`
		r.mu.Unlock()
	}
	_, err := e.Send(ctx, letter())
	require.NoError(t, err)
	require.True(t, e.Status().Stored)
	require.Len(t, r.mails, 2)
}

func TestSignOutDuringASending(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	r.onToken = func(url.Values) { require.NoError(t, e.SignOut(ctx)) }
	_, err := e.Send(ctx, letter())
	require.NoError(t, err, "the message on its way goes out")
	require.False(t, e.Status().Stored)
	require.NotContains(
		t, string(r.flash.Image()), "refresh_token_sealed", "the new token is not stored after Sign Out",
	)
}

func TestAnInterruptedMessage(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	ctx, cancel := context.WithCancel(ctx)
	r.onToken = func(url.Values) { cancel() }
	_, err := e.Send(ctx, letter())
	require.Equal(t, outcome.Interrupted, kind(t, err))
	require.True(t, e.Status().Stored)
}

func TestNothingIsSentWithARotatedTokenThatCannotBeStored(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	r.flash.CutPower(1, nvram.SlotSize+100)
	for range 2 {
		_, err := e.Send(ctx, letter())
		require.Equal(t, outcome.StorageFailed, kind(t, err))
		require.Equal(t, outcome.StageStore, asOutcome(err).Stage)
		require.Equal(t, outcome.StorageFailed, kind(t, e.ConnectionTest(ctx)))
	}
	require.Empty(t, r.mails)
	require.Empty(t, r.seen, "nor is the token shown to the mail server")
	require.Equal(t, []string{"refresh-1"}, r.refreshes, "the token that was got is kept while the device is on")
	require.True(t, strings.Contains(r.log.String(), "settings memory not written"))

	// The memory takes writes again: the next message stores the token first, then it goes out.
	r.flash.Restore()
	_, err := e.Send(ctx, letter())
	require.NoError(t, err)
	require.Len(t, r.mails, 1)
	e.Close()
	r.clock.Advance(2 * time.Hour)
	woken := r.powerOn()
	require.True(t, woken.Status().Stored)
	_, err = woken.Send(ctx, letter())
	require.NoError(t, err)
	require.Equal(t, []string{"refresh-1", "refresh-2"}, r.refreshes, "single-use tokens would have borne it")
}

func TestAnyWriteKeepsARotatedTokenThatCouldNotBeStored(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	r.flash.CutPower(1, nvram.SlotSize+100)
	_, err := e.Send(ctx, letter())
	require.Equal(t, outcome.StorageFailed, kind(t, err))
	r.flash.Restore()
	require.NoError(t, e.For(nvram.FaxServer).Save(ctx, mail.FactorySettings()))
	e.Close()
	_, err = r.powerOn().Send(ctx, letter())
	require.NoError(t, err)
	require.Equal(t, []string{"refresh-1", "refresh-2"}, r.refreshes)
}

func TestAnEngineThatIsOffWritesNothing(t *testing.T) {
	r, e := signedIn(t)
	r.clock.Advance(2 * time.Hour)
	r.refuse(50173)
	before := r.flash.Image()
	r.onToken = func(url.Values) { e.Close() } // the power goes while the provider answers, and comes back
	_, err := e.Send(ctx, letter())
	require.Error(t, err)
	require.Equal(t, before, r.flash.Image(), "the refusal came too late to be written")
	require.True(t, r.powerOn().Status().Stored)
}

func TestConnectionTest(t *testing.T) {
	t.Run("all is well, and nothing is sent", func(t *testing.T) {
		r, e := signedIn(t)
		r.clock.Advance(2 * time.Hour)
		require.NoError(t, e.ConnectionTest(ctx))
		require.Len(t, r.refreshes, 1)
		require.Len(t, r.seen, 1)
		require.Empty(t, r.mails)
	})
	t.Run("nothing is set up", func(t *testing.T) {
		require.Equal(t, outcome.NotConfigured, kind(t, newRig(t).powerOn().ConnectionTest(ctx)))
	})
	t.Run("the mail server refuses", func(t *testing.T) {
		r, e := signedIn(t)
		r.accepted = map[string]bool{}
		require.Equal(t, outcome.AuthenticationRefused, kind(t, e.ConnectionTest(ctx)))
	})
	t.Run("the sender is no address", func(t *testing.T) {
		r, e := signedIn(t)
		s := e.Settings()
		s.Sender = "scanner"
		require.NoError(t, e.Save(ctx, s))
		require.Equal(t, outcome.SenderRefused, kind(t, e.ConnectionTest(ctx)))
		require.Empty(t, r.seen)
	})
	t.Run("the sign-in has expired: dropped as by a message", func(t *testing.T) {
		r, e := signedIn(t)
		r.clock.Advance(91 * 24 * time.Hour)
		r.refuse(700082)
		require.Equal(t, outcome.SignInExpired, kind(t, e.ConnectionTest(ctx)))
		require.False(t, e.Status().Stored)
	})
}
