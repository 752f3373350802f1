package faultnet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/vtime"
)

func TestServerThatSpeaksFirstFindsTheNote(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	for i := range 100 {
		b.do("printer", func(ctx context.Context) {
			conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			banner, err := talk(conn, "")
			require.NoError(t, err)
			require.Equal(t, "220 mail.example", banner)
		})
		require.Equal(t, fmt.Sprintf("09:00:00 note smtp printer#%d: S: 220 mail.example", i+1), b.lines()[i])
	}
}

func TestConnectionsAreNumberedPerParty(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	b.do("printers", func(ctx context.Context) {
		for _, party := range []string{"printer", "browser", "printer"} {
			conn, err := b.network.Dialer(party).DialContext(ctx, "tcp", "MAIL.example.:587")
			require.NoError(t, err)
			_, err = talk(conn, "")
			require.NoError(t, err)
			require.NoError(t, conn.Close())
		}
	})
	require.Equal(t, []string{
		"09:00:00 note smtp printer#1: S: 220 mail.example",
		"09:00:00 note smtp browser#1: S: 220 mail.example",
		"09:00:00 note smtp printer#2: S: 220 mail.example",
	}, b.lines())
}

func TestKeptConnectionCarriesTheTurnOfWhoeverUsesIt(t *testing.T) {
	b := newBench(t, nil)
	clock := b.world.Clock("entra")
	b.https(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// with the turn of an actor that has ended nobody would move the clock
		_ = clock.Sleep(r.Context(), 5*time.Second)
		_, _ = io.WriteString(w, "done")
	}))
	client := b.client("printer")
	for range 20 {
		b.do("printer", func(ctx context.Context) {
			body, err := get(ctx, client, "https://login.example/a")
			require.NoError(t, err)
			require.Equal(t, "done", body)
		})
	}
	require.Equal(t, 100*time.Second, b.world.Elapsed())
	for _, line := range b.lines() {
		require.Contains(t, line, "entra printer#1: GET /a 200")
	}
}

func TestKeptConnectionCarriesTheTurnOfAVisitInsideAnother(t *testing.T) {
	b := newBench(t, nil)
	clock := b.world.Clock("entra")
	b.https(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = clock.Sleep(r.Context(), 5*time.Second) }),
	)
	client := b.client("printer")
	web, err := b.network.Listen("printer", "printer.example:80")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(
		web,
		nil,
		b.network.Handler("printer", nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// Nested on purpose: the visit's context inside the one that is already a visit's.
			visit := b.world.Visit(vtime.Request{Caller: vtime.TurnFrom(r.Context()), Name: "inner"})
			defer visit.End()
			_, err := get(visit.Context(r.Context()), client, "https://login.example/b")
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
			}
		}), exchange),
	)
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	browser := b.client("browser")
	for range 5 {
		b.do("person", func(ctx context.Context) {
			_, err := get(ctx, browser, "http://printer.example/")
			require.NoError(t, err)
		})
	}
	require.Equal(t, 25*time.Second, b.world.Elapsed())
	require.Equal(t, []string{
		"09:00:05 http entra printer#1: GET /b 200", "09:00:05 http printer browser#1: GET / 200",
	}, b.lines()[:2])
}

func TestClientTimeOutOnEitherSideOfAHandlersDelay(t *testing.T) {
	for _, test := range []struct {
		name    string
		timeout time.Duration
		want    string
	}{
		{"shorter", 4 * time.Second, "timed out"},
		{"at the same instant, armed before the handler's", 5 * time.Second, "timed out"},
		{"longer", 6 * time.Second, "ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 50 {
				b := newBench(t, nil)
				clock := b.world.Clock("entra")
				b.https(
					http.HandlerFunc(
						func(w http.ResponseWriter, r *http.Request) { _ = clock.Sleep(r.Context(), 5*time.Second) },
					),
				)
				client := b.client("printer")
				var got string
				b.do("printer", func(ctx context.Context) {
					ctx, cancel := b.world.Clock("printer").WithTimeout(ctx, test.timeout)
					defer cancel()
					_, err := get(ctx, client, "https://login.example/slow")
					got = outcome(ctx, err) + b.world.Now().Format(" 15:04:05")
				})
				require.NoError(t, b.world.Settle(time.Minute))
				at := vtime.DefaultStart.Add(min(test.timeout, 5*time.Second))
				require.Equal(t, test.want+at.Format(" 15:04:05"), got)
				require.Equal(t, []string{"09:00:05 http entra printer#1: GET /slow 200"}, b.lines())
			}
		})
	}
}

func TestDeadlineOfALibraryIsATimeOutOfTheWorld(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	b.do("printer", func(ctx context.Context) {
		conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
		require.NoError(t, err)
		client := smtp.NewClient(conn) // go-smtp: five minutes for a reply (RFC 5321 section 4.5.3.2)
		defer func() { _ = client.Close() }()
		err = client.Hello("printer.example")
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
	})
	require.Equal(t, 5*time.Minute, b.world.Elapsed())
	require.Empty(t, b.network.Unmet())
}

func TestDeadlinesAreClearedMovedAndPast(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	b.do("printer", func(ctx context.Context) {
		conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = talk(conn, "")
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Unix(1000, 0)))
		_, err = conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, conn.SetDeadline(time.Time{}))
		require.NoError(t, conn.SetWriteDeadline(time.Unix(1000, 0)))
		answer, err := talk(conn, "slow 50")
		require.NoError(t, err)
		require.Equal(t, "250 slow 50", answer)
	})
	require.Equal(t, 50*time.Second, b.world.Elapsed())
	require.Empty(t, b.world.Pending())
}

func TestTimeOutOfAConnectionThatIsSilentOrWasOpenWhenItFellSilent(t *testing.T) {
	for _, open := range []bool{false, true} {
		t.Run(fmt.Sprintf("open before: %v", open), func(t *testing.T) {
			for range 30 {
				b := newBench(t, nil)
				b.https(
					http.HandlerFunc(
						func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") },
					),
				)
				client := b.client("printer")
				if open {
					b.do("warm up", func(ctx context.Context) {
						_, err := get(ctx, client, "https://login.example/")
						require.NoError(t, err)
					})
				}
				b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Silent, Times: 1})
				b.do("printer", func(ctx context.Context) {
					timed, cancel := b.world.Clock("printer").WithTimeout(ctx, 30*time.Second)
					defer cancel()
					_, err := get(timed, client, "https://login.example/")
					require.Error(t, err)
					require.Equal(t, "timed out", outcome(timed, err))
					body, err := get(ctx, client, "https://login.example/") // the fault is used up
					require.NoError(t, err)
					require.Equal(t, "hello", body)
				})
				require.Equal(t, 30*time.Second, b.world.Elapsed())
				require.Empty(t, b.network.Unmet())
			}
		})
	}
}

func TestCancelWakesASilentConnectionAndAHangingDial(t *testing.T) {
	for _, kind := range []faultnet.FaultKind{faultnet.Silent, faultnet.BlackHole} {
		b := newBench(t, nil)
		b.https(http.NotFoundHandler())
		client := b.client("printer")
		b.network.Arm(faultnet.Fault{To: "entra", Kind: kind})
		var ended error
		var cancel context.CancelFunc
		b.world.Go("printer", func(ctx context.Context) {
			ctx, cancel = b.world.WithCancel(ctx)
			_, err := get(ctx, client, "https://login.example/")
			if err != nil {
				ended = context.Cause(ctx)
			}
		})
		_, err := b.world.Advance(time.Second)
		require.NoError(t, err)
		require.NoError(t, ended)
		b.do("a person presses Cancel", func(context.Context) { cancel() })
		_, err = b.world.Advance(0)
		require.NoError(t, err)
		require.ErrorIs(t, ended, vtime.ErrCanceled, kind)
	}
}

func TestClientFromOutsideIsNumberedAndHalfARequestStopsNobody(t *testing.T) {
	b := newBench(t, nil)
	b.https(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	l, err := b.network.Listen("web", "web.example:80")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(
		l,
		nil,
		b.network.Handler("web", nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello")
		}), exchange),
	)
	require.NoError(t, err)
	defer func() { _ = server.Close() }()

	half, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = half.Close() }()
	_, err = io.WriteString(half, "POST /half HTTP/1.1\r\nHost: web.example\r\nContent-Length: 10\r\n\r\nabc")
	require.NoError(t, err)
	events, err := b.world.Advance(90 * 24 * time.Hour)
	require.NoError(t, err)
	require.Zero(t, events)
	client := b.client("printer")
	b.do("printer", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		require.NoError(t, err)
	})
	_, err = io.WriteString(half, "defghij")
	require.NoError(t, err)
	answer := make([]byte, 15)
	_, err = io.ReadFull(half, answer)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 200 OK", string(answer))
	require.Equal(t, "09:00:00 http web outside#1: POST /half 200", b.lines()[1])
}

// threePrinters lets three printers sign in and send at once, over a network with latency, and returns the journal.
func threePrinters(t *testing.T, seed uint64) []string {
	b := newBench(t, func(c *faultnet.Config) {
		c.Seed, c.Latency, c.Jitter = seed, 20*time.Millisecond, 30*time.Millisecond
	})
	entra := b.world.Clock("entra")
	b.https(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "slow") {
			_ = entra.Sleep(r.Context(), 2*time.Second)
		}
		_, _ = io.WriteString(w, "ok")
	}))
	b.lineServer(true)
	for i := range 3 {
		party := fmt.Sprintf("printer%d", i+1)
		client, clock := b.client(party), b.world.Clock(party)
		b.world.Go(party, func(ctx context.Context) {
			for poll := range 4 {
				timed, cancel := clock.WithTimeout(ctx, 1900*time.Millisecond)
				path := "/poll"
				if poll == i {
					path = "/slow"
				}
				_, err := get(timed, client, "https://login.example/"+party+path)
				b.note(party, "", fmt.Sprint("poll ", poll, " ", outcome(timed, err)))
				cancel()
				_ = clock.Sleep(ctx, 700*time.Millisecond)
			}
			conn, err := b.network.Dialer(party).DialContext(ctx, "tcp", "mail.example:587")
			if err != nil {
				b.note(party, "", "no connection")
				return
			}
			defer func() { _ = conn.Close() }()
			for _, line := range []string{"", "EHLO " + party, "slow 3", "long 3000"} {
				if line == "EHLO "+party {
					_, _ = talk(conn, line)
					_, _ = talk(conn, "")
					line = ""
				}
				answer, err := talk(conn, line)
				b.note(party, "", fmt.Sprint(len(answer), " ", outcome(ctx, err)))
			}
		})
	}
	_, err := b.world.Advance(time.Minute)
	require.NoError(t, err)
	return b.lines()
}

func TestThreePrintersAtOnceGiveOneJournal(t *testing.T) {
	first := threePrinters(t, 7)
	require.Greater(t, len(first), 60)
	mixed := false
	for i := 1; i < len(first); i++ {
		mixed = mixed || strings.Contains(first[i-1], "printer1") && strings.Contains(first[i], "printer2#")
	}
	require.True(t, mixed, "the printers do not overlap")
	for range 60 {
		require.Equal(t, first, threePrinters(t, 7))
	}
	other := threePrinters(t, 8)
	require.NotEqual(t, first, other)
}

func TestServerIsClosedCleanlyWhileAClientHoldsAConnection(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.network.Listen("entra", "login.example:443")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(l, b.network.TLSConfig("entra", nil, "login.example"),
		b.network.Handler("entra", nil, http.NotFoundHandler(), nil))
	require.NoError(t, err)
	client := b.client("printer")
	b.do("printer", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		require.NoError(t, err)
	})
	require.NoError(t, server.Close())
	b.do("printer", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		require.Error(t, err)
	})
	require.Empty(t, b.journal.Entries()[:0])
}

func TestHandlerDatesItsAnswerByThePartysClock(t *testing.T) {
	b := newBench(t, nil)
	clock := b.world.Clock("printer")
	clock.Set(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	l, err := b.network.Listen("printer", "printer.example:80")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(
		l,
		nil,
		b.network.Handler("printer", clock, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/nothing":
				panic(http.ErrAbortHandler)
			case "/truncated":
				w.Header().Set("Content-Length", "100")
				_, _ = io.WriteString(w, `{"token_type":"Bea`)
			default:
				_, _ = io.Copy(w, r.Body)
			}
		}), exchange),
	)
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	client := b.client("browser")
	b.do("browser", func(ctx context.Context) {
		request, err := http.NewRequestWithContext(
			ctx, http.MethodPost, "http://printer.example/", bytes.NewReader([]byte("hello")),
		)
		require.NoError(t, err)
		response, err := client.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "hello", string(body))
		require.Equal(t, "Sat, 01 Jan 2000 00:00:00 GMT", response.Header.Get("Date"))
		text, err := get(ctx, client, "http://printer.example/truncated")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, `{"token_type":"Bea`, text)
		_, err = get(ctx, client, "http://printer.example/nothing")
		require.ErrorIs(t, err, io.EOF)
		require.False(t, errors.Is(err, context.Canceled))
	})
	require.Equal(t, "09:00:00 http printer browser#2: GET /nothing 0", b.lines()[2])
}

func TestServerThatSomebodyElseOpenedIsRoutedTo(t *testing.T) {
	b := newBench(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: b.network.Handler("web", nil, http.NotFoundHandler(), exchange)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	b.network.Route("web", l.Addr().String(), "web.example:80")
	client := b.client("browser")
	b.do("browser", func(ctx context.Context) {
		_, err := get(ctx, client, "http://web.example/a")
		require.NoError(t, err)
		_, err = get(ctx, client, "http://"+l.Addr().String()+"/b")
		require.NoError(t, err)
	})
	require.Equal(
		t, []string{"09:00:00 http web browser#1: GET /a 404", "09:00:00 http web browser#2: GET /b 404"}, b.lines(),
	)
	require.NoError(t, server.Close())
	require.ErrorIs(t, <-served, http.ErrServerClosed)
}
