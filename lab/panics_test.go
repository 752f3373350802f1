package lab_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
)

// moody is the program of a party: it panics once, and works then.
type moody struct{ worked bool }

func (m *moody) act() {
	if !m.worked {
		m.worked = true
		panic("planted")
	}
}

func (m *moody) LoggedOnSince(string, time.Time) bool { m.act(); return true }

// standsOn puts a relative on the bench.
func standsOn(bench *lab.Lab) fakesmtp.Bench {
	return fakesmtp.Bench{World: bench.World, Network: bench.Network, Journal: bench.Journal}
}

// A panic in what a library asks of a party's own program ends that conversation, without a word to the client, and
// nothing else.
func TestAPanicInsideALibrarysServerEndsOneConversation(t *testing.T) {
	account := journal.NewSecret(generic.DefaultPassword)
	for _, test := range []struct {
		name  string
		serve func(t *testing.T, bench *lab.Lab, m *moody) string
	}{
		{"when a provider judges a recipient", func(t *testing.T, bench *lab.Lab, m *moody) string {
			return generic.RunT(t, generic.Config{
				Bench:     standsOn(bench),
				Recipient: func(_, _, _ string) error { m.act(); return nil },
			}).Address()
		}},
		{"when a provider takes a message", func(t *testing.T, bench *lab.Lab, m *moody) string {
			return generic.RunT(t, generic.Config{
				Bench:  standsOn(bench),
				Accept: func(string, fakesmtp.Message) ([]string, error) { m.act(); return nil, nil },
			}).Address()
		}},
		{"when a relay asks who has logged on", func(t *testing.T, bench *lab.Lab, m *moody) string {
			return legacy.RunT(t, legacy.Config{
				Bench: standsOn(bench), POPBeforeSMTP: m, Mechanisms: []string{},
			}).Address()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bench, err := lab.New(lab.Config{Seed: 7})
			require.NoError(t, err)
			defer bench.Close()
			address := test.serve(t, bench, &moody{})
			send := func() (failed error) {
				require.NoError(t, bench.World.Do("printer", time.Minute, func(ctx context.Context) {
					conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", address)
					require.NoError(t, err)
					client, err := smtp.NewClientStartTLS(conn, trusting(bench, address))
					require.NoError(t, err)
					defer client.Close()
					if mechanisms, _ := client.Extension("AUTH"); mechanisms {
						require.NoError(
							t, client.Auth(sasl.NewPlainClient("", generic.DefaultAccount, account.Reveal())),
						)
					}
					failed = client.SendMail(
						generic.DefaultAccount, []string{"bob@fabrikam.com"},
						strings.NewReader("Subject: Scan\r\n\r\nText\r\n"),
					)
				}))
				return failed
			}
			err = send()
			var refused *smtp.SMTPError
			require.Error(t, err)
			require.NotErrorAs(t, err, &refused, "the connection just ends")
			require.Len(t, bench.World.Panics(), 1)
			require.Equal(t, "planted", bench.World.Panics()[0].Value)
			require.Contains(t, bench.World.Panics()[0].Stack, "moody")
			require.NoError(t, send())
		})
	}
}

func TestAPanicOfAPOP3ServerLeavesNoMaildropLocked(t *testing.T) {
	bench, err := lab.New(lab.Config{Seed: 7})
	require.NoError(t, err)
	defer bench.Close()
	owner, err := fakesmtp.New(fakesmtp.Config{World: bench.World, Network: bench.Network, Journal: bench.Journal})
	require.NoError(t, err)
	defer owner.Close()
	server := pop3.RunT(t, pop3.Config{
		Bench: standsOn(bench), Profile: pop3.ProfilePlain, Maildrops: owner,
	})
	logOn := says("a mail program", "USER "+fakesmtp.DefaultMailbox+"\r\nPASS "+fakesmtp.DefaultPassword+"\r\n")
	bench.Network.Arm(faultnet.Fault{To: pop3.Party, Kind: faultnet.Panic, Write: 2, Times: 1})
	for range 2 {
		require.NoError(t, bench.World.Do("stranger", time.Hour, func(ctx context.Context) {
			conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", server.Address())
			require.NoError(t, err)
			defer conn.Close()
			_ = logOn.talk(ctx, bench, conn, server.Address()) // the second waits for more, in vain
		}))
	}
	require.Len(t, bench.World.Panics(), 1)
	var said []string
	for _, e := range bench.Journal.Entries() {
		said = append(said, e.Text.String())
	}
	require.NotContains(t, strings.Join(said, "\n"), "[IN-USE]")
}

func TestASessionThatPanickedHasEnded(t *testing.T) {
	bench, err := lab.New(lab.Config{Seed: 7})
	require.NoError(t, err)
	defer bench.Close()
	bench.Network.Arm(faultnet.Fault{To: fakesmtp.Party, Kind: faultnet.Panic, Write: 2, Times: 1})
	require.NoError(t, bench.World.Do("stranger", time.Hour, func(ctx context.Context) {
		conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", "smtp.office365.com:587")
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, says("a mail client", "EHLO stranger\r\n").talk(ctx, bench, conn, ""))
	}))
	require.Len(t, bench.World.Panics(), 1)
	require.Equal(t, "closed by the server", bench.SMTP.Sessions()[0].End)
}
