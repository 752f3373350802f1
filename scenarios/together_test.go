package scenarios_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// twoPrinters are two printers of an organization, at each of which a user has typed the password of her account.
const twoPrinters = `tenant contoso.com smtp-auth=enabled security-defaults=off user-consent=all
user admin@contoso.com role='Cloud Application Administrator' mailbox
user alice@contoso.com mailbox
user carol@contoso.com mailbox
printer use first
printer sign-in admin@contoso.com
printer license
printer user-authentication on sender=user
printer user alice email=alice@contoso.com
panel log-in alice
panel press 'To My Email'
panel enter account alice@contoso.com
panel press Next
panel enter password
printer use second
printer sign-in admin@contoso.com
printer license
printer user-authentication on sender=user
printer user carol email=carol@contoso.com
panel log-in carol
panel press 'To My Email'
panel enter account carol@contoso.com
panel press Next
panel enter password
`

// atOnce presses a key at all printers at the same moment, and lets what follows come to its end.
func atOnce(t *testing.T, bench *lab.Lab, devices []device.Device, key string) {
	t.Helper()
	failed := make([]error, len(devices))
	for i, d := range devices {
		bench.World.Go(fmt.Sprintf("a person at printer %d", i), func(ctx context.Context) {
			_, failed[i] = d.Panel().Press(ctx, key)
		})
	}
	require.NoError(t, bench.World.Settle(time.Hour))
	for _, err := range failed {
		require.NoError(t, err)
	}
}

// playedTogether is what is recorded and remembered when two users sign in at two printers at the same moment and send.
func playedTogether(t *testing.T) []byte {
	t.Helper()
	bench := lab.RunT(t, lab.Config{Seed: 7})
	require.NoError(t, scenarios.PlayScript(context.Background(), bench, "two-printers", twoPrinters))
	var devices []device.Device
	for _, name := range []string{"first", "second"} {
		d, err := bench.Device(name)
		require.NoError(t, err)
		devices = append(devices, d)
	}
	for _, key := range []string{"Sign In", "Accept"} {
		atOnce(t, bench, devices, key)
	}
	for _, d := range devices {
		require.NoError(t, d.LoadOriginals(context.Background(), 1))
	}
	atOnce(t, bench, devices, "Start")
	var told bytes.Buffer
	for _, address := range []string{"alice@contoso.com", "carol@contoso.com"} {
		mails := bench.Mailbox(address)
		require.Len(t, mails, 1)
		require.Equal(t, address, mails[0].From)
		fmt.Fprintf(&told, "%s\n", mails[0].Raw())
	}
	for _, d := range devices {
		image, err := d.Memory(context.Background())
		require.NoError(t, err)
		told.Write(image)
		register, err := d.Users(context.Background())
		require.NoError(t, err)
		require.True(t, register.Users[0].SignedIn)
	}
	told.WriteString(bench.Last(1 << 20))
	return told.Bytes()
}

func TestTwoUsersAtTwoPrintersSignInAtTheSameMomentWithTheSameBytes(t *testing.T) {
	first := playedTogether(t)
	for range 4 {
		require.True(t, bytes.Equal(first, playedTogether(t)), "the same seed, other bytes")
	}
}
