package fakesmtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/vtime"
)

// onTheBench sends mail as a party of the server's World does: by its dialler, in its turn.
func onTheBench(s *Server, ctx context.Context, party, user, token, subject string) error {
	conn, err := s.Network().Dialer(party).DialContext(ctx, "tcp", "smtp-mail.outlook.com:587")
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // a time-out wakes the library, which knows no context
	defer stop()
	client, err := smtp.NewClientStartTLS(conn, &tls.Config{
		RootCAs: s.Network().Authority().Pool(), ServerName: "smtp-mail.outlook.com", Time: s.shell.Clock.Now,
	})
	if err != nil {
		return err
	}
	if err := client.Auth(bearerClient{user: user, token: token}); err != nil {
		return err
	}
	message := "From: " + user + "\r\nSubject: " + subject + "\r\n\r\nx\r\n"
	if err := client.SendMail(user, []string{"bob@fabrikam.com"}, strings.NewReader(message)); err != nil {
		return err
	}
	return client.Quit()
}

// benchRun plays a small story in a stepped World and returns its journal.
func benchRun(t *testing.T, seed uint64) string {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{World: world, Seed: seed})
	good, bad := s.Token(DefaultMailbox), "nonsense"
	for i, token := range []string{good, bad, good} {
		world.Go("printer", func(ctx context.Context) {
			err := onTheBench(s, ctx, "printer", DefaultMailbox, token, fmt.Sprint("scan ", i))
			if (token == bad) != (err != nil) {
				t.Errorf("mail %d: %v", i, err)
			}
		})
	}
	_, err := world.Advance(time.Minute)
	require.NoError(t, err)
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 2)
	var lines []string
	for _, entry := range s.Journal().Entries() {
		lines = append(
			lines,
			fmt.Sprintf(
				"%d %s %s %s %v", entry.Number, entry.At.Format(time.RFC3339Nano), entry.Connection, entry.Text,
				entry.Detail,
			),
		)
	}
	for _, m := range s.Mailbox("bob@fabrikam.com") {
		lines = append(lines, string(m.Delivered()))
	}
	return strings.Join(lines, "\n")
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	first := benchRun(t, 7)
	for range 10 {
		require.Equal(t, first, benchRun(t, 7))
	}
	another := benchRun(t, 8)
	require.NotEqual(t, first, another)
	require.Equal(t, loosely(first), loosely(another), "another seed changes names and ids and nothing else")
	require.Contains(t, first, "Hello [203.0.113.9]")
	require.NotContains(t, first, "127.0.0.1")
}

func TestTheTarpitRunsOnTheBenchsClock(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{World: world})
	var failed error
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		failed = onTheBench(s, ctx, "printer", DefaultMailbox, "nonsense", "x")
	}))
	require.ErrorContains(t, failed, "Authentication unsuccessful")
	refusals := s.Refusals()
	require.Equal(t, vtime.DefaultStart.Add(5*time.Second), refusals[0].At, "the refusal is 5 s late")
	require.Contains(
		t, transcript(s), "C: *\nS: 500 5.3.3 Unrecognized command 'Length: 1'",
		"go-smtp cancels an exchange that has ended",
	)
	require.Equal(t, vtime.DefaultStart.Add(10*time.Second), world.Now(), "and waits for that reply too")
	require.Contains(t, transcript(s), "2026-03-02T09:00:05.000Z")
}

func TestAClientsTimeOutIsShorterThanTheTarpit(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{World: world})
	clock := world.Clock("printer")
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		ctx, cancel := clock.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		if err := onTheBench(s, ctx, "printer", DefaultMailbox, "nonsense", "x"); err == nil {
			t.Error("the refusal came in time")
		}
	}))
	require.Equal(t, vtime.DefaultStart.Add(3*time.Second), world.Now())
	_, err := world.Advance(time.Minute)
	require.NoError(t, err)
	require.Len(t, s.Refusals(), 1, "the server goes on without the client")
}

// recorder is a test that remembers what was reported to it.
type recorder struct {
	*testing.T
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) reported() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.errors...)
}

func TestADelayThatNobodyWillEndIsReported(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	r := &recorder{T: t}
	s := RunT(r, Config{World: world})
	c := greeted(t, s)
	require.Regexp(t, `^535 5\.7\.3`, c.say("AUTH XOAUTH2 {bad}"), "answered without delay")
	require.Equal(t, []string{"fakesmtp: outside#1: a reply is due at +5 s and nobody advances this world"}, r.reported())
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob}"), "what owes no delay works from outside too")
}

func TestAFlowingWorldKeepsTheClientWaiting(t *testing.T) {
	s := RunT(t, Config{Start: vtime.DefaultStart, Tarpit: 50 * time.Millisecond})
	c := greeted(t, s)
	before := s.shell.Clock.Now()
	require.Regexp(t, `^535 5\.7\.3`, c.say("AUTH XOAUTH2 {bad}"))
	require.GreaterOrEqual(t, s.Refusals()[0].At.Sub(before), 50*time.Millisecond)
}

func TestAwaitMessageInASteppedWorld(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{World: world})
	_, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
	require.ErrorIs(t, err, ErrNoMessage)
	clock := world.Clock("printer")
	world.Go("printer", func(ctx context.Context) {
		if err := clock.Sleep(ctx, time.Hour); err != nil {
			t.Error(err)
		}
		if err := onTheBench(s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), "late"); err != nil {
			t.Error(err)
		}
	})
	m, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
	require.NoError(t, err)
	require.Equal(t, "late", m.Subject)
	require.Equal(t, vtime.DefaultStart.Add(time.Hour), m.ReceivedAt)
}

func TestAwaitMessageInAFlowingWorldWaits(t *testing.T) {
	s := prompt(t, Config{})
	done := make(chan mail.Message)
	go func() {
		m, err := s.AwaitMessage(context.Background(), "bob@fabrikam.com")
		if err != nil {
			t.Error(err)
		}
		done <- m
	}()
	authenticated(t, s).post(DefaultMailbox, scan, "bob@fabrikam.com")
	require.Equal(t, "Scan à", (<-done).Subject)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
	require.ErrorIs(t, err, context.Canceled)
}

func TestClientsThatSayNothingOrHalfALineHoldNobodyUp(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(t, Config{World: world})
	for i := range 200 {
		c := dial(t, s)
		c.reply()
		switch i % 3 {
		case 0:
			c.send("EHL")
		case 1:
			c.send("BDAT 1000\r\nabc") // read to its end even where it will be refused
		}
	}
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		if err := onTheBench(s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), "x"); err != nil {
			t.Error(err)
		}
	}))
	require.Equal(t, vtime.DefaultStart, world.Now())
	require.NoError(t, s.Close(), "ends although they are still there")
	_, err := net.Dial("tcp", s.Addr())
	require.Error(t, err)
}

var _ io.Closer = (*Server)(nil)
