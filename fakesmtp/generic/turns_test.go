package generic

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// together lets three printers send at once, over links with a latency of their own, and returns the record.
func together(t *testing.T, seed uint64) string {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	record := journal.New(world.Now)
	network := faultnet.New(
		faultnet.Config{
			World: world, Journal: record, Seed: seed, Latency: 10 * time.Millisecond, Jitter: 30 * time.Millisecond,
		},
	)
	s := RunT(t, Config{Bench: shell.Bench{World: world, Network: network, Journal: record, Seed: seed}})
	failed := make(chan error, 3)
	for n := range 3 {
		world.Go(fmt.Sprintf("printer %d", n), func(ctx context.Context) {
			failed <- func() error {
				conn, err := network.Dialer(fmt.Sprintf("printer%d", n)).DialContext(ctx, "tcp", s.Address())
				if err != nil {
					return err
				}
				client, err := smtp.NewClientStartTLS(conn, clientTLS(s))
				if err != nil {
					return err
				}
				defer client.Close()
				if err := client.Auth(sasl.NewPlainClient("", DefaultAccount, DefaultPassword)); err != nil {
					return err
				}
				recipients := []string{"bob@fabrikam.com"}
				if err := client.SendMail(DefaultAccount, recipients, strings.NewReader(scan)); err != nil {
					return err
				}
				return client.Quit()
			}()
		})
	}
	_, err := world.Advance(time.Minute)
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, <-failed)
	}
	var all strings.Builder
	for _, entry := range record.Entries() {
		fmt.Fprintf(&all, "%s %s %s\n", entry.At, entry.Connection, entry.Text)
	}
	for _, m := range s.Mailbox("bob@fabrikam.com") {
		all.Write(m.Stamped)
	}
	return all.String()
}

func TestThreePrintersAtOnceHaveOneOrder(t *testing.T) {
	t.Parallel()
	first := together(t, 7)
	for range 10 {
		require.Equal(t, first, together(t, 7))
	}
	require.NotEqual(t, first, together(t, 8))
}
