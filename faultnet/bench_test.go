package faultnet_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

func TestMain(m *testing.M) {
	if outlet := os.Getenv(deviceOutlet); outlet != "" {
		runDevice(outlet)
		return
	}
	goleak.VerifyTestMain(m)
}

// bench is a stepped World with a network and a journal.
type bench struct {
	t       testing.TB
	world   *vtime.World
	journal *journal.Journal
	network *faultnet.Network
}

func newBench(t testing.TB, change func(*faultnet.Config)) *bench {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	record := journal.New(world.Now)
	config := faultnet.Config{World: world, Journal: record, Seed: 7}
	if change != nil {
		change(&config)
	}
	t.Cleanup(world.Close)
	return &bench{t: t, world: world, journal: record, network: faultnet.New(config)}
}

// note writes an entry as a party would.
func (b *bench) note(party, connection, text string) {
	b.journal.Append(
		journal.Entry{Party: party, Connection: connection, Kind: journal.KindNote, Text: journal.Plain(text)},
	)
}

// lines are the journal, one line an entry.
func (b *bench) lines() []string {
	var lines []string
	for _, e := range b.journal.Entries() {
		text := e.Text.String()
		if e.HTTP != nil {
			text = fmt.Sprintf("%s %s %d", e.HTTP.Method, e.HTTP.Target, e.HTTP.Status)
		}
		lines = append(
			lines, fmt.Sprintf("%s %s %s %s: %s", e.At.Format("15:04:05"), e.Kind, e.Party, e.Connection, text),
		)
	}
	return lines
}

// do runs f as an actor and fails the test if it is left waiting.
func (b *bench) do(name string, f func(ctx context.Context)) {
	b.t.Helper()
	require.NoError(b.t, b.world.Do(name, time.Hour, f))
}

// https serves h as party "entra" at login.example:443 and returns a client of a party.
func (b *bench) https(h http.Handler) {
	b.t.Helper()
	l, err := b.network.Listen("entra", "login.example:443")
	require.NoError(b.t, err)
	clock := b.world.Clock("entra")
	server, err := b.network.ServeHTTP(l, b.network.TLSConfig("entra", clock, "login.example"),
		b.network.Handler("entra", clock, h, exchange))
	require.NoError(b.t, err)
	b.t.Cleanup(func() { require.NoError(b.t, server.Close()) })
}

func exchange(r *http.Request, _ []byte, response *faultnet.Response) *journal.Exchange {
	return &journal.Exchange{Method: r.Method, Host: r.Host, Target: journal.Plain(r.URL.Path), Status: response.Status}
}

func (b *bench) client(party string) *http.Client {
	transport := &http.Transport{
		DialContext:     b.network.Dialer(party).DialContext,
		TLSClientConfig: &tls.Config{RootCAs: b.network.Authority().Pool(), Time: b.world.Now},
	}
	b.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get sends a request under ctx and returns the body.
func get(ctx context.Context, client *http.Client, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	return send(client, request)
}

func send(client *http.Client, request *http.Request) (string, error) {
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// lineServer is a server that speaks first and answers each line; "slow N" takes N seconds, "long N" answers N bytes.
type lineServer struct {
	bench    *bench
	listener net.Listener
	secure   *tls.Config // not nil: offers STARTTLS
	wait     sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]struct{}
}

func (b *bench) lineServer(secure bool) *lineServer {
	b.t.Helper()
	l, err := b.network.Listen("smtp", "mail.example:587")
	require.NoError(b.t, err)
	s := &lineServer{bench: b, listener: l, open: map[net.Conn]struct{}{}}
	if secure {
		s.secure = b.network.TLSConfig("smtp", nil, "mail.example")
	}
	s.wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open[conn] = struct{}{}
			s.mu.Unlock()
			s.wait.Go(func() { s.serve(conn) })
		}
	})
	b.t.Cleanup(func() {
		require.NoError(b.t, l.Close())
		s.mu.Lock()
		for conn := range s.open {
			_ = conn.Close()
		}
		s.mu.Unlock()
		s.wait.Wait()
	})
	return s
}

func (s *lineServer) serve(raw net.Conn) {
	defer func() { _ = raw.Close() }()
	b := s.bench
	peer := b.network.Peer(raw)
	conn := peer.Application(raw)
	clock := b.world.Clock("smtp")
	act := func(line string, reply ...string) {
		visit := peer.Visit(line)
		if line != "" {
			b.note("smtp", peer.Connection(), "C: "+line)
		}
		var seconds int
		if n, _ := fmt.Sscanf(line, "slow %d", &seconds); n == 1 {
			_ = clock.Sleep(visit.Context(context.Background()), time.Duration(seconds)*time.Second)
		}
		if !visit.Orphan() {
			for _, r := range reply {
				b.note("smtp", peer.Connection(), "S: "+r)
			}
		}
		visit.End()
		_, _ = io.WriteString(conn, strings.Join(reply, "\r\n")+"\r\n")
	}
	act("", "220 mail.example")
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		var size int
		switch word := strings.ToUpper(strings.Fields(line + " ?")[0]); {
		case word == "EHLO" && s.secure != nil:
			act(line, "250-mail.example", "250-SIZE 100", "250 STARTTLS")
		case word == "EHLO":
			act(line, "250-mail.example", "250-AUTH XOAUTH2", "250 OK")
		case word == "STARTTLS" && s.secure != nil:
			act(line, "220 go")
			conn = peer.Application(tls.Server(raw, s.secure))
			reader = bufio.NewReader(conn)
		case word == "HUSH":
			b.note("smtp", peer.Connection(), "C: "+line)
		case word == "LONG":
			_, _ = fmt.Sscanf(line, "long %d", &size)
			act("long", strings.Repeat("x", size))
		default:
			act(line, "250 "+line)
		}
	}
}

// talk reads one line from a connection.
func talk(conn net.Conn, line string) (string, error) {
	if line != "" {
		if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
			return "", err
		}
	}
	var got []byte
	one := make([]byte, 1)
	for {
		if _, err := conn.Read(one); err != nil {
			return string(got), err
		}
		if one[0] == '\n' {
			return strings.TrimRight(string(got), "\r"), nil
		}
		got = append(got, one[0])
	}
}

// outcome names the class of an error, never its text.
func outcome(ctx context.Context, err error) string {
	switch {
	case err == nil:
		return "ok"
	case context.Cause(ctx) != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded),
		errors.Is(err, os.ErrDeadlineExceeded),
		errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	default:
		return "failed"
	}
}
