package faultnet_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/vtime"
)

// outside is the bench's side of a device in another process.
type outside struct {
	bench   *bench
	party   *vtime.Outside
	address string
	kill    func()
	gone    chan struct{} // closed when a call to the device has failed

	once    sync.Once
	mu      sync.Mutex
	results map[string]string
}

// startDevice runs the device as another process of this test's program.
func startDevice(b *bench, name string) *outside {
	b.t.Helper()
	o := &outside{bench: b, results: map[string]string{}, gone: make(chan struct{})}
	o.party = b.world.Outside(name, o)
	outlet, err := b.network.Outlet(o.party, faultnet.OutletConfig{})
	require.NoError(b.t, err)
	program, err := os.Executable()
	require.NoError(b.t, err)
	command := exec.Command(program)
	command.Env = append(os.Environ(), deviceOutlet+"="+outlet.Address())
	stdin, err := command.StdinPipe()
	require.NoError(b.t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(b.t, err)
	require.NoError(b.t, command.Start())
	o.kill = func() { _ = command.Process.Kill() }
	b.t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
		require.NoError(b.t, outlet.Close())
		http.DefaultClient.CloseIdleConnections()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(b.t, err)
	o.address = strings.TrimSpace(line)
	return o
}

// another starts one more device in the same process, on another bench.
func (o *outside) another(b *bench, name string) *outside {
	b.t.Helper()
	next := &outside{bench: b, results: map[string]string{}, gone: make(chan struct{}), kill: o.kill}
	next.party = b.world.Outside(name, next)
	outlet, err := b.network.Outlet(next.party, faultnet.OutletConfig{})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { require.NoError(b.t, outlet.Close()) })
	r, err := o.post("/another", message{Host: outlet.Address()})
	require.NoError(b.t, err)
	next.address = r.Results["address"]
	return next
}

func (o *outside) post(path string, m message) (report, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return report{}, err
	}
	response, err := http.Post("http://"+o.address+path, "application/json", bytes.NewReader(body))
	if err != nil {
		o.once.Do(func() { close(o.gone) })
		return report{}, err
	}
	defer response.Body.Close()
	var r report
	err = json.NewDecoder(response.Body).Decode(&r)
	o.mu.Lock()
	defer o.mu.Unlock()
	for call, result := range r.Results {
		o.results[call] = result
	}
	return r, err
}

func (r report) rest() vtime.Rest {
	return vtime.Rest{Sequence: r.Sequence, WakeAt: r.WakeAt, Finished: r.Finished, Pending: r.Pending, Moved: r.Moved}
}

func (o *outside) Wake(_ context.Context, call, _ string, now time.Time) (vtime.Rest, error) {
	r, err := o.post("/wake", message{Call: call, Now: now})
	return r.rest(), err
}

func (o *outside) Slow(_ context.Context, call, connection string, given, _ int64) (vtime.Rest, error) {
	r, err := o.post("/slow", message{Call: call, Connection: connection, Given: given})
	return r.rest(), err
}

func (o *outside) Stalled(_ context.Context, call, connection string, given, taken int64) (vtime.Rest, error) {
	r, err := o.post("/stalled", message{Call: call, Connection: connection, Given: given, Taken: taken})
	return r.rest(), err
}

func (o *outside) Waits(_ context.Context, connection string, given int64) (bool, error) {
	r, err := o.post("/waits", message{Connection: connection, Given: given})
	return !r.Gone, err
}

func (o *outside) Answer(_ context.Context, connection string, now time.Time) (bool, error) {
	r, err := o.post("/answer", message{Connection: connection, Now: now})
	return r.Gone, err
}

// talk lends the device the turn of ctx for one activity.
func (o *outside) talk(ctx context.Context, m message) (string, error) {
	var call string
	err := o.party.Lend(ctx, func(_ context.Context, id string) (vtime.Rest, error) {
		call = id
		m.Call, m.Now = id, o.bench.world.Now()
		r, err := o.post("/act", m)
		return r.rest(), err
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.results[call], err
}

func TestATurnIsLentToADeviceInAnotherProcess(t *testing.T) {
	for _, test := range []struct {
		name    string
		m       message
		result  string
		elapsed time.Duration
	}{
		{"the device's own requests are acted on under the turn", message{Lines: []string{"HELP", "NOOP"}, Timeout: 60}, "220 mail.example | 250 HELP | 250 NOOP", 0},
		{"an answer that takes time comes before the time-out", message{Lines: []string{"slow 5"}, Timeout: 7}, "220 mail.example | 250 slow 5", 5 * time.Second},
		{"the device's time-out comes before the answer", message{Lines: []string{"slow 5"}, Timeout: 3}, "220 mail.example | timed out", 3 * time.Second},
		{"both at the same instant: the timer was armed first", message{Lines: []string{"slow 5"}, Timeout: 5}, "220 mail.example | timed out", 5 * time.Second},
		{"silence is ended by the device's time-out", message{Lines: []string{"NOOP", "hush"}, Timeout: 60}, "220 mail.example | 250 NOOP | timed out", time.Minute},
		{"it sleeps on its own clock first", message{Pause: 30, Lines: []string{"NOOP"}, Timeout: 60}, "220 mail.example | 250 NOOP", 30 * time.Second},
		{"it sleeps, and then meets a slow server", message{Pause: 30, Lines: []string{"slow 5"}, Timeout: 3}, "220 mail.example | timed out", 33 * time.Second},
		{"a name that does not resolve", message{Host: "nowhere.example:587"}, "502 no-name", 0},
		{"a port that nobody listens on", message{Host: "mail.example:25"}, "502 refused", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			o := startDevice(b, "scanner")
			if test.m.Host == "" {
				test.m.Host = "mail.example:587"
			}
			began := b.world.Now()
			b.do("a person", func(ctx context.Context) {
				result, err := o.talk(ctx, test.m)
				require.NoError(t, err)
				require.Equal(t, test.result, result)
				require.Equal(t, test.elapsed, b.world.Now().Sub(began))
				b.note("person", "", "done")
			})
			require.NoError(t, o.party.Err())
			lines := b.lines()
			require.Equal(t, "done", lines[len(lines)-1][strings.LastIndex(lines[len(lines)-1], ": ")+2:])
			if strings.HasPrefix(test.result, "220") {
				require.Contains(t, lines[0], "scanner#1", "its connections carry its name")
			}
			// What the server still does after a time-out is an orphan's, and nothing is left hanging.
			require.NoError(t, b.world.Settle(time.Minute))
		})
	}
}

func TestTwoActsOfALentDeviceAtOnceGiveOneOrder(t *testing.T) {
	var process *outside
	run := func(t *testing.T) []string {
		b := newBench(t, func(c *faultnet.Config) { c.Latency, c.Jitter = 20*time.Millisecond, 20*time.Millisecond })
		b.lineServer(false)
		var o *outside
		if process == nil {
			process = startDevice(b, "scanner")
			o = process
		} else {
			o = process.another(b, "scanner")
		}
		for i, m := range []message{
			{Lines: []string{"slow 5", "NOOP", "slow 2"}, Timeout: 60},
			{Lines: []string{"slow 3", "slow 9"}, Timeout: 7},
			{Pause: 4, Lines: []string{"NOOP", "hush"}, Timeout: 10},
		} {
			m.Host = "mail.example:587"
			b.world.Go(fmt.Sprintf("person %d", i), func(ctx context.Context) {
				result, err := o.talk(ctx, m)
				b.note("person", "", fmt.Sprint(i, " ", result, " ", err))
			})
		}
		_, err := b.world.Advance(time.Minute)
		require.NoError(t, err)
		require.NoError(t, o.party.Err())
		return b.lines()
	}
	first := run(t)
	require.Len(
		t, slices.DeleteFunc(slices.Clone(first), func(l string) bool { return !strings.Contains(l, "person") }), 3,
	)
	for range 20 {
		require.Equal(t, first, run(t))
	}
}

func TestARequestWithoutALentTurnIsToldAsLate(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	o := startDevice(b, "scanner")
	r, err := o.post(
		"/act",
		message{Call: "by-itself", Now: b.world.Now(), Host: "mail.example:587", Lines: []string{"NOOP"}, Timeout: 60},
	)
	require.NoError(t, err)
	require.Equal(t, "220 mail.example | 250 NOOP", r.Results["by-itself"])
	require.Contains(t, b.lines()[0], "a request without a turn")
}

func TestADeviceThatIsLostEndsTheVerbAndNotTheBench(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	o := startDevice(b, "scanner")
	o.address = "127.0.0.1:1" // nobody is there
	b.do("a person", func(ctx context.Context) {
		_, err := o.talk(ctx, message{Host: "mail.example:587"})
		require.ErrorIs(t, err, vtime.ErrLost)
	})
	b.do("the next", func(ctx context.Context) {
		conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
		require.NoError(t, err)
		defer conn.Close()
		line, err := talk(conn, "")
		require.NoError(t, err)
		require.Equal(t, "220 mail.example", line)
	})
}
