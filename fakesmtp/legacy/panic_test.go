package legacy

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
	"mfpsim/vtime"
)

// odd is an Admission that panics about one party of the bench.
type odd struct{}

func (odd) LoggedOnSince(client string, _ time.Time) bool {
	if client == "printer" {
		panic("planted")
	}
	return true
}

// TestAPanicInWhatTheLibraryAsksEndsOneConversation: the library asks in a goroutine of its own, whose panic would end
// the process.
func TestAPanicInWhatTheLibraryAsksEndsOneConversation(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(
		t, Config{Bench: shell.Bench{World: world}, Security: InClear, POPBeforeSMTP: odd{}, Mechanisms: []string{}},
	)
	as := func(ctx context.Context, party string) *talk.Talker {
		conn, err := s.Network().Dialer(party).DialContext(ctx, "tcp", s.Address())
		require.NoError(t, err)
		c := talk.To(t, conn)
		c.Reply()
		c.Say("EHLO " + party)
		require.Contains(t, c.Say("MAIL FROM:<"+DefaultAccount+">"), "250 ")
		return c
	}
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		c := as(ctx, "printer")
		c.Send("RCPT TO:<bob@fabrikam.com>\r\n")
		c.Closed()
	}))
	require.NoError(t, world.Do("scanner", time.Hour, func(ctx context.Context) {
		c := as(ctx, "scanner")
		require.Contains(t, c.Say("RCPT TO:<bob@fabrikam.com>"), "250 ", "the server goes on")
		require.Contains(t, c.Say("DATA"), "354 ")
		require.Contains(t, c.Say("Subject: x\r\n\r\n."), "250 ")
	}))
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 1)
	require.Len(t, world.Panics(), 1)
	require.Equal(t, "relay for printer#1 panicked: planted", world.Panics()[0].Error())
	require.Equal(t, vtime.DefaultStart, world.Now(), "and its turn came back at once")
}
