package interop_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/lab"
)

var userAlice, userBea = nvram.User("alice"), nvram.User("bea")

func TestTheAdministratorConsentsForAllAndThenEachUserSignsInOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{UserConsent: "none"})
	writes := o.flash.Writes()

	w := o.open(nvram.Administrator).as(manager)
	require.Equal(t, "Permissions requested", w.heading(), "the consent that the printer has does not cover it")
	require.NoError(t, w.Tick(consentBox, true))
	w.press("Accept").back()
	require.NoError(t, w.err)
	require.Equal(t, manager, w.status.Account)
	w.ok()
	require.Equal(t, writes, o.flash.Writes(), "nothing of the administrator is stored")
	require.Equal(t, core.SignedOut, w.mailer.Status().Phase)
	require.Equal(t, outcome.NotConfigured, o.sent(nvram.Administrator, manager))

	require.Equal(t, outcome.NoSignIn, o.sent(userAlice, alice), "the first time he signs in")
	w = o.open(userAlice).as(alice)
	require.NotEmpty(t, w.Held(), "no page of permissions: "+w.Text())
	w.back().ok()
	require.Equal(t, core.Stored, w.mailer.Status().Phase)
	require.Empty(t, o.sent(userAlice, alice))
	o.powerOn()
	require.Empty(t, o.sent(userAlice, alice), "and never again until it expires")
	messages := o.lab.SMTP.Mailbox(alice)
	require.Len(t, messages, 2)
	require.Equal(t, []string{alice, alice}, []string{messages[0].EnvelopeFrom, messages[0].From})
	require.Equal(t, outcome.NoSignIn, o.sent(userBea, bea))
	requireNoSecrets(t, o)
}

// requireNoSecrets looks for tokens, codes and passwords where none may be.
func requireNoSecrets(t *testing.T, o *office) {
	t.Helper()
	for _, hidden := range append(o.lab.Secrets(), o.lab.Entra.Secrets()...) {
		require.NotContains(t, o.log.String(), hidden)
		require.NotContains(t, string(o.flash.Image()), hidden)
	}
}

func TestWithoutTheBoxTheUsersNeedAnAdministrator(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{UserConsent: "none"})
	o.open(nvram.Administrator).as(manager).press("Accept").back().ok()
	w := o.open(userAlice).as(alice)
	require.Equal(t, "Need admin approval", w.heading())
	require.Empty(t, w.Held())
	w.mailer.CancelSignIn(context.Background())
	require.Equal(t, outcome.SignInCancelled, w.mailer.Status().Ended.Kind)

	o.consent() // the box is shown again, although the administrator himself has consented
	o.open(userAlice).as(alice).back().ok()
	require.Empty(t, o.sent(userAlice, alice))
}

func TestASignInThatIsDeclinedOnThePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{})
	w := o.open(userAlice).as(alice).press("Cancel").back()
	require.Equal(t, outcome.SignInDeclined, w.status.Ended.Kind)
	require.Equal(t, 65004, w.status.Ended.AADSTS)
	require.Equal(t, outcome.StageAuthorization, w.status.Ended.Stage)
	require.Equal(t, core.SignedOut, w.status.Phase)
	require.False(t, w.mailer.LeadsBack(w.Held()), "no page is open any more")
}

func TestWhatEndsOneUsersSignInLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		act  func(o *office)
		kind outcome.Kind
	}{
		{"expired by disuse", func(o *office) {
			for range 4 { // Bea scans each month, Alice does not
				_, err := o.lab.World.Advance(30 * 24 * time.Hour)
				require.NoError(o.t, err)
				require.Empty(o.t, o.sent(userBea, bea))
				require.Empty(o.t, o.sent(nvram.Printer, bea))
			}
		}, outcome.SignInExpired},
		{"revoked", func(o *office) {
			require.NoError(o.t, o.lab.Entra.Revoke(alice))
			_, err := o.lab.World.Advance(2 * time.Hour)
			require.NoError(o.t, err)
		}, outcome.SignInRevoked},
		{"the account is disabled", func(o *office) {
			require.NoError(o.t, o.lab.Entra.Disable(alice))
			_, err := o.lab.World.Advance(2 * time.Hour)
			require.NoError(o.t, err)
		}, outcome.AccountDisabled},
		{"removed from the device", func(o *office) {
			o.do(func(ctx context.Context) { require.NoError(o.t, o.engine.Forget(ctx, userAlice)) })
			require.NotContains(o.t, string(o.flash.Image()), "alice")
		}, outcome.NoSignIn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, lab.Tenant{})
			o.consent()
			for user, address := range map[nvram.Owner]string{userAlice: alice, userBea: bea} {
				o.open(user).as(address).back().ok()
				require.Empty(t, o.sent(user, address))
			}
			test.act(o)
			require.Equal(t, test.kind, o.sent(userAlice, alice))
			require.Equal(t, outcome.NoSignIn, o.engine.For(userAlice).Ready().Kind)
			o.powerOn()
			require.False(t, o.engine.For(userAlice).Status().Stored)
			require.Empty(t, o.sent(userBea, bea))
			require.Empty(t, o.sent(nvram.Printer, bea))
			requireNoSecrets(t, o)
		})
	}
}

func TestAPowerCutInAUsersFirstSignInLeavesOldOrNew(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{})
	o.consent()
	o.open(userBea).as(bea).back().ok()
	o.engine.Close()
	before := o.flash.Image()
	old, whole := 0, 0
	for write := 1; write <= 2; write++ {
		for cut := 0; cut <= len(before)+1; cut += len(before)/9 + 1 {
			o.flash = nvram.NewMemory(before)
			o.powerOn()
			w := o.open(userAlice).as(alice).back()
			require.Equal(t, len(before), len(o.flash.Image()), "nothing is written before OK")
			o.flash.CutPower(write, cut)
			o.do(func(ctx context.Context) { _ = w.mailer.Save(ctx, mail.Settings{}) })
			o.flash.Restore()
			o.powerOn()
			require.NoError(t, o.engine.Recovered())
			require.Empty(t, o.sent(userBea, bea), "the others have lost nothing")
			require.Empty(t, o.sent(nvram.Printer, bea))
			if o.engine.For(userAlice).Status().Stored {
				whole++
				require.Empty(t, o.sent(userAlice, alice))
			} else {
				old++
				require.Equal(t, outcome.NoSignIn, o.sent(userAlice, alice))
			}
		}
	}
	require.Positive(t, old)
	require.Positive(t, whole)
}

func TestPowerOffWhileThePageIsOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{})
	w := o.open(userAlice).as(alice).press("Accept")
	address := w.Held()
	writes := o.flash.Writes()
	o.powerOn()
	o.do(func(ctx context.Context) {
		status, err := o.engine.For(userAlice).CompleteSignIn(ctx, address)
		require.ErrorIs(t, err, &outcome.Outcome{Kind: outcome.SignInCancelled})
		require.Equal(t, core.SignedOut, status.Phase)
	})
	require.Equal(t, writes, o.flash.Writes())
}

// A page of one user answers no other user, and the code of a sign-in is good once.
func TestTheAnswerOfAnotherUsersPageChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, lab.Tenant{})
	o.consent()
	first, second := o.open(userAlice).as(alice), o.open(userBea).as(bea)
	o.do(func(ctx context.Context) {
		status, err := first.mailer.CompleteSignIn(ctx, second.Held())
		require.ErrorIs(t, err, &outcome.Outcome{Kind: outcome.CloudMalformed})
		require.Equal(t, core.AwaitingUser, status.Phase, "her page is open as before")
		require.NotEmpty(t, status.SignInPage)
	})
	// Bea's code under the state of Alice's page: Entra compares the verifier.
	forged, err := url.Parse(second.Held())
	require.NoError(t, err)
	own, err := url.Parse(first.Held())
	require.NoError(t, err)
	query := forged.Query()
	query.Set("state", own.Query().Get("state"))
	forged.RawQuery = query.Encode()
	o.do(func(ctx context.Context) {
		status, err := first.mailer.CompleteSignIn(ctx, forged.String())
		require.ErrorIs(t, err, &outcome.Outcome{Kind: outcome.SignInRefused})
		require.Equal(t, 501481, status.Ended.AADSTS)
	})
	second.back().ok()
	o.do(func(ctx context.Context) {
		_, err := second.mailer.CompleteSignIn(ctx, second.Held())
		require.ErrorIs(t, err, &outcome.Outcome{Kind: outcome.SignInCancelled}, "a code that comes again is not sent")
	})
	require.Empty(t, o.sent(userBea, bea))
	require.Equal(t, outcome.NoSignIn, o.sent(userAlice, alice))
}

func TestTwoUsersSignInAtTheSameMomentAndTheBytesAreTheSame(t *testing.T) {
	t.Parallel()
	play := func() (image, record string) {
		o := newOffice(t, lab.Tenant{})
		o.consent()
		windows := []*window{o.open(userAlice).as(alice), o.open(userBea).as(bea)}
		for _, w := range windows {
			o.lab.World.Go("mfp: "+w.Held()[:20], func(ctx context.Context) {
				_, err := w.mailer.CompleteSignIn(ctx, w.Held())
				require.NoError(t, err)
				require.NoError(t, w.mailer.Save(ctx, mail.Settings{}))
			})
		}
		_, err := o.lab.World.Advance(time.Minute)
		require.NoError(t, err)
		require.Empty(t, o.sent(userAlice, alice))
		require.Empty(t, o.sent(userBea, bea))
		var text strings.Builder
		for _, e := range o.lab.Journal.Entries() {
			text.WriteString(e.Text.String() + "\n")
		}
		return string(o.flash.Image()), text.String() + o.log.String()
	}
	image, record := play()
	again, recordAgain := play()
	require.Equal(t, image, again)
	require.Equal(t, record, recordAgain)
}
