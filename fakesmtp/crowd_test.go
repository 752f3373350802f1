package fakesmtp

import (
	"bufio"
	"context"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

const crowd = 1000

// goroutinesAndHeap are what the process holds when it is quiet.
func goroutinesAndHeap() (int, uint64) {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return runtime.NumGoroutine(), stats.HeapInuse + stats.StackInuse
}

// TestAThousandClientsCostLittle: they say nothing, or one octet a second. Each costs one goroutine and bounded memory,
// holds nobody up, and all are gone when the time-out has come.
func TestAThousandClientsCostLittle(t *testing.T) {
	for name, speaks := range map[string]bool{"that say nothing": false, "that send an octet a second": true} {
		t.Run(name, func(t *testing.T) {
			world := vtime.NewStepped(time.Time{})
			defer world.Close()
			s := RunT(t, Config{World: world})
			require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com"}))
			goroutines, heap := goroutinesAndHeap()
			var conns []net.Conn
			var readers []*bufio.Reader
			for range crowd {
				conn, err := net.Dial("tcp", s.Addr())
				require.NoError(t, err)
				t.Cleanup(func() { _ = conn.Close() })
				reader := bufio.NewReaderSize(conn, 256)
				// one after the other: a listener's backlog that overflows costs a minute of retries
				_, err = reader.ReadString('\n')
				require.NoError(t, err)
				conns, readers = append(conns, conn), append(readers, reader)
			}
			grown, used := goroutinesAndHeap()
			require.LessOrEqual(t, grown-goroutines, crowd+10, "one goroutine a client")
			require.Less(t, int64(used)-int64(heap), int64(crowd*64<<10), "64 KiB a client at most")
			if speaks {
				for second := range 20 {
					for _, conn := range conns {
						_, err := io.WriteString(conn, "x")
						require.NoError(t, err, "in second %d", second)
					}
					_, err := world.Advance(time.Second)
					require.NoError(t, err)
				}
				_, later := goroutinesAndHeap()
				require.Less(t, int64(later)-int64(used), int64(crowd*4<<10), "what they have sent is bounded")
			}
			before := world.Now()
			require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
				if err := onTheBench(s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), "x"); err != nil {
					t.Error(err)
				}
			}))
			require.Equal(t, before, world.Now(), "nobody is held up")
			_, err := world.Advance(5*time.Minute + time.Second)
			require.NoError(t, err)
			for _, reader := range readers {
				line, err := reader.ReadString('\n')
				require.NoError(t, err)
				require.Regexp(t, `^421 4\.4\.1 Connection timed out`, line)
				_, err = reader.ReadByte()
				require.ErrorIs(t, err, io.EOF)
			}
			s.shell.Drained()
			left, _ := goroutinesAndHeap()
			require.LessOrEqual(t, left-goroutines, 10, "nothing is left behind")
		})
	}
}

// TestAnEndlessLineIsNotKept: a client that sends octets without a line end makes the server hold its limit and no
// more.
func TestAnEndlessLineIsNotKept(t *testing.T) {
	s := prompt(t, Config{})
	c := greeted(t, s)
	_, before := goroutinesAndHeap()
	chunk := string(make([]byte, 1<<20))
	for range 16 {
		c.send(chunk)
	}
	_, after := goroutinesAndHeap()
	require.Less(t, int64(after)-int64(before), int64(4<<20))
	require.Regexp(t, "^500 5.5.2 Command line too long", c.say(""))
}
