package remote_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/vtime"
)

// talker is a device that says lines to a server. It is put onto a bench in this process and from another one alike.
type talker struct {
	device.Unsupported
	device.UnsupportedPanel
	at mount.Point
}

func mountTalker(_ context.Context, at mount.Point) (device.Device, error) {
	return &talker{at: at}, nil
}

func (d *talker) Panel() device.Panel { return d }

func (d *talker) Describe(context.Context) (device.Description, error) {
	return device.Description{Name: d.at.Name, Model: "Talker", Languages: []string{"en"}}, nil
}

// Press does one thing after the other, parted by semicolons: "sleep 30"; "9 slow 5, NOOP" says lines with a time-out
// of 9 s for each reply; "leave slow 5" says a line and closes without waiting; "beside 9 slow 5" says it in an
// activity of its own.
func (d *talker) Press(ctx context.Context, path string) (device.Screen, error) {
	var lines []string
	for step := range strings.SplitSeq(path, "; ") {
		word, rest, _ := strings.Cut(step, " ")
		var number int
		_, _ = fmt.Sscanf(word, "%d", &number)
		switch word {
		case "sleep":
			_, _ = fmt.Sscanf(rest, "%d", &number)
			_ = d.at.World.Clock(d.at.Name).Sleep(ctx, time.Duration(number)*time.Second)
		case "beside":
			d.at.World.Go(d.at.Name+": beside", func(ctx context.Context) {
				shown, _ := d.Press(ctx, rest)
				d.record(shown.Lines)
			})
		case "leave":
			lines = append(lines, d.talk(ctx, 0, []string{rest}))
		default:
			lines = append(lines, d.talk(ctx, number, strings.Split(rest, ", ")))
		}
	}
	d.record(lines)
	return device.Screen{Path: "Talker", Lines: lines}, nil
}

func (d *talker) record(lines []string) {
	d.at.Journal.Append(journal.Entry{
		Party: d.at.Name, Kind: journal.KindOutcome, Text: journal.Plain(strings.Join(lines, " / ")),
	})
}

// talk says lines; with no time-out it does not wait for replies.
func (d *talker) talk(ctx context.Context, limit int, lines []string) string {
	conn, err := d.at.Network.Dialer(d.at.Name).DialContext(ctx, "tcp", "lines.example:7")
	if err != nil {
		return "no connection"
	}
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	heard := []string{}
	for i, line := range append([]string{""}, lines...) {
		if i > 0 {
			_, _ = io.WriteString(conn, line+"\n")
		}
		if limit == 0 {
			continue
		}
		_ = conn.SetReadDeadline(vtime.Deadline(time.Duration(limit) * time.Second))
		reply, err := reader.ReadString('\n')
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return strings.Join(append(heard, "timed out"), " | ")
		case err != nil:
			return strings.Join(append(heard, "closed"), " | ")
		}
		heard = append(heard, strings.TrimSpace(reply))
	}
	return strings.Join(heard, " | ")
}

// serveLines is a server that speaks first and repeats each line; "slow 5" takes 5 s.
func serveLines(t *testing.T, l *lab.Lab) {
	listener, err := l.Network.Listen("lines", "lines.example:7")
	require.NoError(t, err)
	faultnet.Expect(listener)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() { repeat(l, conn) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		served.Wait()
	})
}

func repeat(l *lab.Lab, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	peer := l.Network.Peer(conn)
	reader := bufio.NewReader(conn)
	for line := "hello"; ; {
		visit := peer.Visit(line)
		l.Journal.Append(journal.Entry{
			Party: "lines", Connection: peer.Connection(), Kind: journal.KindNote, Text: journal.Plain(line),
		})
		var seconds int
		if n, _ := fmt.Sscanf(line, "slow %d", &seconds); n == 1 {
			_ = l.World.Clock("lines").Sleep(visit.Context(context.Background()), time.Duration(seconds)*time.Second)
			l.Journal.Append(journal.Entry{
				Party: "lines", Connection: peer.Connection(), Kind: journal.KindNote,
				Text: journal.Plain("after " + line),
			})
		}
		visit.End()
		if _, err := io.WriteString(conn, line+"\n"); err != nil {
			return
		}
		text, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(text)
	}
}

// talk presses what is to be said, and returns what the panel shows and the whole record.
func talk(
	t *testing.T, construct mount.Constructor, path string, latency time.Duration,
) (shown, record []string) {
	t.Helper()
	bench, err := lab.New(lab.Config{
		Seed: 7, Devices: map[string]mount.Constructor{"": construct}, Latency: latency, Jitter: latency,
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, bench.Close()) }()
	serveLines(t, bench)
	d, err := bench.Device("")
	require.NoError(t, err)
	require.NoError(t, bench.World.Do("a person", 0, func(ctx context.Context) {
		screen, err := d.Panel().Press(ctx, path)
		require.NoError(t, err)
		shown = screen.Lines
	}))
	_, err = bench.World.Advance(time.Minute)
	require.NoError(t, err)
	require.NoError(t, bench.Trouble())
	for _, e := range bench.Journal.Entries() {
		record = append(record, fmt.Sprintf(
			"%s %s %s %s", e.At.Sub(bench.World.Start()), e.Party, e.Connection, e.Text,
		))
	}
	return shown, record
}

func TestTurnsGoForthAndBackAsInOneProcess(t *testing.T) {
	for _, test := range []struct {
		name, path string
		shows      []string
	}{
		{"an answer", "9 NOOP", []string{"hello | NOOP"}},
		{"a slow answer before the time-out", "9 slow 5", []string{"hello | slow 5"}},
		{"a time-out before the answer", "3 slow 5", []string{"hello | timed out"}},
		{"a time-out, and then another slow answer in the same act", "3 slow 5; 9 slow 4, NOOP", []string{"hello | timed out", "hello | slow 4 | NOOP"}},
		{"a time-out, and then sleep in the same act", "3 slow 5; sleep 30; 9 NOOP", []string{"hello | timed out", "hello | NOOP"}},
		{"one time-out after the other", "3 slow 5; 2 slow 5; 1 slow 5", []string{"hello | timed out", "hello | timed out", "hello | timed out"}},
		{"somebody who does not wait", "leave slow 5; 9 NOOP", []string{"", "hello | NOOP"}},
		{"somebody who does not wait and sleeps", "leave slow 5; sleep 9; 9 NOOP", []string{"", "hello | NOOP"}},
		{"sleep, and then a slow answer", "sleep 30; 9 slow 5", []string{"hello | slow 5"}},
		{"two activities at once", "beside 9 slow 4, slow 1; 9 slow 3, slow 3", []string{"hello | slow 3 | slow 3"}},
		{"three, of which one times out", "beside 2 slow 4; beside sleep 1; beside 9 slow 2; 9 slow 3", []string{"hello | slow 3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
				near, wanted := talk(t, mountTalker, test.path, latency)
				require.Equal(t, test.shows, near)
				for range 5 {
					handler := remote.NewHandler(remote.HandlerConfig{Mount: mountTalker})
					server := httptest.NewServer(handler)
					shown, record := talk(t, dial(t, remote.Config{URL: server.URL}).Mount(), test.path, latency)
					handler.Close()
					server.Close()
					require.Equal(t, test.shows, shown)
					require.Equal(t, wanted, record)
				}
			}
		})
	}
}
