package faultnet_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/vtime"
)

// dial connects the printer and gives it a minute.
func (b *bench) dial(ctx context.Context, address string) net.Conn {
	b.t.Helper()
	conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", address)
	require.NoError(b.t, err)
	require.NoError(b.t, conn.SetDeadline(vtime.Deadline(time.Minute)))
	return conn
}

// Whoever is no HTTP client waits in vain on an HTTP server, over TLS or not, and only he.
func TestWhoeverWaitsOnAnHTTPServerWithoutAWholeRequestIsAloneWithIt(t *testing.T) {
	post := "POST / HTTP/1.1\r\nHost: login.example\r\n"
	for _, test := range []struct{ name, words, answer string }{
		{"he waits for a banner", "", ""},
		{"half a line", "EHLO", ""},
		{"half a header", "GET / HTTP/1.1\r\nHost: ", ""},
		{"half a body", post + "Content-Length: 10\r\n\r\nabc", ""},
		{"half a chunk", post + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", ""},
		{"a body that is promised only", post + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"},
		{"he has his answer, and waits for more", post + "Content-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(test.name+map[bool]string{true: " over TLS", false: ""}[secure], func(t *testing.T) {
				b := newBench(t, nil)
				echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
				b.https(echo)
				l, err := b.network.Listen("web", "login.example:80")
				require.NoError(t, err)
				server, err := b.network.ServeHTTP(l, nil, b.network.Handler("web", nil, echo, exchange))
				require.NoError(t, err)
				defer func() { _ = server.Close() }()
				var answer []byte
				waiting := b.world.Go("printer", func(ctx context.Context) {
					var conn net.Conn
					if secure {
						conn = tls.Client(b.dial(ctx, "login.example:443"), &tls.Config{
							RootCAs: b.network.Authority().Pool(), Time: b.world.Now, ServerName: "login.example",
						})
					} else {
						conn = b.dial(ctx, "login.example:80")
					}
					defer conn.Close()
					_, err := io.WriteString(conn, test.words)
					require.NoError(t, err)
					answer, err = io.ReadAll(conn)
					require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				})
				_, err = b.world.Advance(time.Second)
				require.NoError(t, err)
				client := b.client("somebody else")
				b.do("somebody else", func(ctx context.Context) {
					_, err := get(ctx, client, "https://login.example/")
					require.NoError(t, err)
				})
				require.Equal(t, time.Second, b.world.Elapsed())
				require.False(t, waiting.Ended())
				require.NoError(t, b.world.Settle(time.Hour))
				require.True(t, waiting.Ended())
				require.Equal(t, time.Minute, b.world.Elapsed())
				require.True(t, strings.HasPrefix(string(answer), test.answer), "%q", answer)
			})
		}
	}
}

// A connection that lies open beside the one that is waited on has a deadline of its own, which wakes nobody.
func TestADeadlineWakesOnlyWhoeverWaitsOnItsConnection(t *testing.T) {
	for _, test := range []struct {
		name    string
		wait    func(ctx context.Context, b *bench, conn net.Conn) error
		elapsed time.Duration
	}{
		{"who waits for a silent server goes on waiting", func(_ context.Context, _ *bench, conn net.Conn) error {
			_, err := talk(conn, "hush")
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			return nil
		}, time.Minute},
		{"who waits for a slow server gets his answer", func(_ context.Context, _ *bench, conn net.Conn) error {
			answer, err := talk(conn, "slow 50")
			require.Equal(t, "250 slow 50", answer)
			return err
		}, 50 * time.Second},
		{"who sleeps sleeps on", func(ctx context.Context, b *bench, _ net.Conn) error {
			return b.world.Clock("printer").Sleep(ctx, 40*time.Second)
		}, 40 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			b.do("printer", func(ctx context.Context) {
				beside, conn := b.dial(ctx, "mail.example:587"), b.dial(ctx, "mail.example:587")
				defer func() { _, _ = beside.Close(), conn.Close() }()
				for _, each := range []net.Conn{beside, conn} {
					_, err := talk(each, "")
					require.NoError(t, err)
				}
				require.NoError(t, beside.SetDeadline(vtime.Deadline(30*time.Second)))
				require.NoError(t, test.wait(ctx, b, conn))
				_, err := beside.Read(make([]byte, 1))
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			})
			require.Equal(t, test.elapsed, b.world.Elapsed())
		})
	}
}

// Both ends write, and neither reads: each waits for the other, as in silence.
func TestTwoWhoWriteAtEachOtherWaitOnTheClock(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	waiting := b.world.Go("printer", func(ctx context.Context) {
		conn := b.dial(ctx, "mail.example:587")
		defer conn.Close()
		_, err := io.WriteString(
			conn, "long 20000000\r\n"+strings.Repeat("long 0"+strings.Repeat(" ", 1000)+"\r\n", 12000),
		)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		b.note("printer", "", "timed out")
	})
	_, err := b.world.Advance(time.Second)
	require.NoError(t, err)
	require.False(t, waiting.Ended())
	b.do("somebody else", func(ctx context.Context) {
		conn := b.dial(ctx, "mail.example:587")
		defer conn.Close()
		_, err := talk(conn, "")
		require.NoError(t, err)
	})
	require.NoError(t, b.world.Settle(time.Hour))
	require.True(t, waiting.Ended())
	require.Equal(t, time.Minute, b.world.Elapsed())
	_, err = b.world.Advance(0) // the server hears what was sent
	require.NoError(t, err)
}

func TestTheEndOfTheWorldEndsEveryWait(t *testing.T) {
	for _, test := range []struct{ name, words string }{
		{"for a silent server", "hush"},
		{"for a slow server", "slow 50"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			waiting := b.world.Go("printer", func(ctx context.Context) {
				conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
				require.NoError(t, err)
				defer conn.Close()
				_, err = talk(conn, "")
				require.NoError(t, err)
				_, _ = talk(conn, test.words)
				_, _ = talk(conn, "hush") // it does not know that all is over
			})
			_, err := b.world.Advance(time.Second)
			require.NoError(t, err)
			require.False(t, waiting.Ended())
			b.world.Close()
			<-waiting.Done()
		})
	}
}

func TestWhatAnActorLeavesBehindHoldsNobodyUp(t *testing.T) {
	for _, test := range []struct {
		name  string
		words string
	}{
		{"a request that a server sleeps over", "slow 5"},
		{"a wait for a silent server", "hush"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			var left net.Conn
			over := make(chan struct{})
			lent := make(chan struct{})
			printer := b.world.Go("printer", func(ctx context.Context) {
				var err error
				left, err = b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
				require.NoError(t, err)
				_, err = talk(left, "")
				require.NoError(t, err)
				go func() {
					defer close(over)
					_, _ = talk(left, test.words)
				}()
				<-lent
			})
			b.world.Go("somebody else", func(context.Context) { // acts when the printer's turn is with the clock
				close(lent)
				<-printer.Done()
			})
			require.NoError(t, b.world.Settle(time.Minute))
			b.do("the next", func(ctx context.Context) {
				conn := b.dial(ctx, "mail.example:587")
				defer conn.Close()
				_, err := talk(conn, "")
				require.NoError(t, err)
				_, err = talk(conn, "slow 5")
				require.NoError(t, err)
			})
			require.NoError(t, left.Close())
			<-over
			_, err := b.world.Advance(0)
			require.NoError(t, err)
		})
	}
}

func TestASilentConnectionCanBeBrokenByHand(t *testing.T) {
	for _, open := range []bool{false, true} {
		b := newBench(t, nil)
		b.lineServer(false)
		silence := faultnet.Fault{To: "smtp", Kind: faultnet.Silent, Times: 1}
		if !open {
			b.network.Arm(silence)
		}
		var ended error
		waiting := b.world.Go("printer", func(ctx context.Context) {
			conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
			require.NoError(t, err)
			defer conn.Close()
			if open {
				_, err := talk(conn, "")
				require.NoError(t, err)
				b.network.Arm(silence)
			}
			_, ended = talk(conn, "NOOP")
		})
		_, err := b.world.Advance(time.Second)
		require.NoError(t, err)
		require.False(t, waiting.Ended())
		require.NoError(t, b.network.Break("printer#1"))
		for !waiting.Ended() { // the reader asks for its turn at some moment of the machine
			_, err = b.world.Advance(0)
			require.NoError(t, err)
		}
		require.ErrorIs(t, ended, syscall.ECONNRESET)
	}
}

// A server that has not come to accept yet is waited for by whoever closes a connection to it: else what it does then
// has no fixed place.
func TestAServerThatIsExpectedHearsOfEveryConnection(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.network.Listen("smtp", "mail.example:587")
	require.NoError(t, err)
	faultnet.Expect(l)
	var order []string
	dialled, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		<-dialled
		for range 1000 {
			runtime.Gosched()
		}
		order = append(order, "accepts")
		conn, err := l.Accept()
		if err == nil {
			_ = conn.Close()
		}
	}()
	b.do("printer", func(ctx context.Context) {
		conn := b.dial(ctx, "mail.example:587")
		close(dialled)
		require.NoError(t, conn.Close())
		order = append(order, "closed")
	})
	<-over
	require.Equal(t, []string{"accepts", "closed"}, order)
	require.NoError(t, l.Close())
}

// A browser asks a printer's page, which asks a cloud under the same turn: whichever of the two gives up first, the
// clock goes on for others.
func TestAVisitInsideAVisitWaitsForASilentParty(t *testing.T) {
	for _, test := range []struct {
		name           string
		kind           faultnet.FaultKind
		browser, cloud time.Duration // time-outs of the person's browser and of the printer
		lines          []string
	}{
		{"the browser gives up first", faultnet.Silent, 3 * time.Second, 5 * time.Second, []string{
			"09:00:03 note person : timed out", "09:00:05 note printer : timed out", "09:00:05 http printer browser#1: GET / 200",
		}},
		{"the printer gives up first", faultnet.Silent, 7 * time.Second, 5 * time.Second, []string{
			"09:00:05 note printer : timed out", "09:00:05 http printer browser#1: GET / 200", "09:00:05 note person : ok",
		}},
		{
			"both at once: the browser's time-out was armed first", faultnet.Silent, 5 * time.Second, 5 * time.Second,
			[]string{
				"09:00:05 note person : timed out", "09:00:05 note printer : timed out",
				"09:00:05 http printer browser#1: GET / 200",
			},
		},
		{"the connection attempt hangs", faultnet.BlackHole, 3 * time.Second, 5 * time.Second, []string{
			"09:00:03 note person : timed out", "09:00:05 note printer : timed out", "09:00:05 http printer browser#1: GET / 200",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 5 {
				b := newBench(t, nil)
				b.https(http.NotFoundHandler())
				b.network.Arm(faultnet.Fault{To: "entra", Kind: test.kind})
				inside, browser := b.client("printer"), b.client("browser")
				l, err := b.network.Listen("printer", "printer.example:80")
				require.NoError(t, err)
				server, err := b.network.ServeHTTP(
					l,
					nil,
					b.network.Handler("printer", nil, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
						limited, cancel := b.world.Clock("printer").WithTimeout(r.Context(), test.cloud)
						defer cancel()
						_, err := get(limited, inside, "https://login.example/")
						b.note("printer", "", outcome(limited, err))
					}), exchange),
				)
				require.NoError(t, err)
				defer func() { require.NoError(t, server.Close()) }()
				b.world.Go("person", func(ctx context.Context) {
					limited, cancel := b.world.Clock("browser").WithTimeout(ctx, test.browser)
					defer cancel()
					_, err := get(limited, browser, "http://printer.example/")
					b.note("person", "", outcome(limited, err))
				})
				var ticks int
				b.world.Go("somebody else", func(ctx context.Context) {
					for range 10 {
						require.NoError(t, b.world.Clock("somebody else").Sleep(ctx, time.Second))
						ticks++
					}
				})
				_, err = b.world.Advance(time.Minute)
				require.NoError(t, err)
				require.Equal(t, 10, ticks)
				require.Equal(
					t, test.lines,
					slices.DeleteFunc(b.lines(), func(line string) bool { return strings.Contains(line, " fault ") }),
				)
			}
		})
	}
}

// What a server says while it is being closed is delayed by no fault: nobody would make the delay pass.
func TestAServerIsClosedAtOnceWhateverFaultItsFarewellMeets(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.network.Listen("entra", "login.example:443")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(
		l, b.network.TLSConfig("entra", nil, "login.example"),
		b.network.Handler("entra", nil, http.NotFoundHandler(), nil),
	)
	require.NoError(t, err)
	var writes atomic.Int64
	b.network.WatchPoints(func(p faultnet.Point) { writes.Store(int64(p.Nth)) })
	ask := func() (stay net.Conn) { // a client from outside
		conn, err := tls.Dial(
			"tcp", l.Addr().String(),
			&tls.Config{RootCAs: b.network.Authority().Pool(), Time: b.world.Now, ServerName: "login.example"},
		)
		require.NoError(t, err)
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: login.example\r\n\r\n")
		require.NoError(t, err)
		_, err = http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		return conn
	}
	first := ask()
	defer first.Close()
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Slow, Write: int(writes.Load()) + 1})
	conn := ask()
	defer conn.Close()
	require.NoError(t, server.Close())
}
