package faultnet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func TestADeviceThatIsKilledWhileItsTurnIsWithTheClock(t *testing.T) {
	for _, test := range []struct {
		name string
		m    message
	}{
		{"while a server sleeps before its answer", message{Lines: []string{"slow 50"}, Timeout: 60}},
		{"while a server is silent", message{Lines: []string{"hush"}, Timeout: 60}},
		{"while it sleeps by its own timer", message{Pause: 50, Lines: []string{"NOOP"}, Timeout: 60}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			o := startDevice(b, "scanner")
			test.m.Host = "mail.example:587"
			verb := b.world.Go("a person", func(ctx context.Context) {
				_, err := o.talk(ctx, test.m)
				b.note("person", "", fmt.Sprint("lost: ", errors.Is(err, vtime.ErrLost)))
			})
			_, err := b.world.Advance(10 * time.Second)
			require.NoError(t, err)
			require.False(t, verb.Ended())
			o.kill()
			if test.m.Pause == 0 {
				<-o.gone // the open call ends at any moment of the machine
			}
			b.do("somebody else", func(ctx context.Context) {
				conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
				require.NoError(t, err)
				defer conn.Close()
				_, err = talk(conn, "")
				require.NoError(t, err)
			})
			for !verb.Ended() {
				_, err = b.world.Advance(time.Second)
				require.NoError(t, err)
			}
			require.Contains(t, strings.Join(b.lines(), "\n"), "lost: true")
			require.NoError(t, b.world.Settle(time.Minute))
		})
	}
}
