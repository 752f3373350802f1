package generic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
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

func TestFaultsOfTheNetworkReachALibrarysServer(t *testing.T) {
	t.Parallel()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	record := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: record})
	s := RunT(t, Config{Bench: shell.Bench{World: world, Network: network, Journal: record}})
	send := func() (failed error) {
		require.NoError(t, world.Do("send", time.Minute, func(ctx context.Context) {
			failed = func() error {
				conn, err := network.Dialer("printer").DialContext(ctx, "tcp", s.Address())
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
				return client.SendMail(DefaultAccount, []string{"bob@fabrikam.com"}, strings.NewReader(scan))
			}()
		}))
		return failed
	}
	require.NoError(t, send())
	for _, bytes := range []int{1, 100, 500} {
		network.Arm(faultnet.Fault{To: Party, Kind: faultnet.Reset, Times: 1, Bytes: bytes})
		require.Error(t, send()) // in the middle of a line the client has an error of its own
		require.Contains(
			t, transcript(s), fmt.Sprintf("connection to provider reset after %d application bytes", bytes),
		)
	}
	network.Arm(faultnet.Fault{To: Party, Kind: faultnet.Untrusted, Times: 1})
	var unknown x509.UnknownAuthorityError
	var invalid *tls.CertificateVerificationError
	err := send()
	require.True(t, errors.As(err, &unknown) || errors.As(err, &invalid), "%v", err)
	network.Arm(faultnet.Fault{To: Party, Kind: faultnet.NoSTARTTLS, Times: 1})
	require.ErrorContains(t, send(), "STARTTLS")
	require.Empty(t, network.Unmet())
	require.NoError(t, send())
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 2)
}
