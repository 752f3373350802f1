package fakesmtp

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/gate"
	"mfpsim/fakesmtp/internal/replies"
)

// tenKibibytes is the message of the load.
var tenKibibytes = "Subject: load\r\nMessage-ID: <load@contoso.com>\r\n\r\n" + strings.Repeat(
	strings.Repeat("x", 78)+"\r\n", 127,
)

// keeper is a backend of emersion/go-smtp that keeps every message, so that the two servers do the same work.
type keeper struct {
	mu   sync.Mutex
	kept [][]byte
}

func (k *keeper) NewSession(*smtp.Conn) (smtp.Session, error) { return keeping{k}, nil }

type keeping struct{ *keeper }

func (keeping) Reset()                               {}
func (keeping) Logout() error                        { return nil }
func (keeping) Mail(string, *smtp.MailOptions) error { return nil }
func (keeping) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (k keeping) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, body)
	return err
}

// AuthMechanisms and Auth take any token, unseen: what a signature costs is measured apart.
func (keeping) AuthMechanisms() []string         { return []string{"XOAUTH2"} }
func (keeping) Auth(string) (sasl.Server, error) { return anyToken{}, nil }

type anyToken struct{}

func (anyToken) Next([]byte) (challenge []byte, done bool, err error) { return nil, true, nil }

// bare serves with emersion/go-smtp and nothing else; secure nil: in clear.
func bare(b *testing.B, secure *tls.Config) (address string, k *keeper) {
	b.Helper()
	k = &keeper{}
	server := smtp.NewServer(k)
	server.Domain, server.TLSConfig = "localhost", secure
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close(); <-served })
	return listener.Addr().String(), k
}

// loader is one session of a load.
type loader struct {
	conn   net.Conn
	reader *bufio.Reader
	user   string
	again  func() (*loader, error) // another connection like this one
}

// ask sends and reads one reply of the code.
func (l *loader) ask(text, code string) error {
	if _, err := io.WriteString(l.conn, text); err != nil {
		return err
	}
	for {
		line, err := l.reader.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, code) {
			return errors.New("heard " + line)
		}
		if line[3] == ' ' {
			return nil
		}
	}
}

func (l *loader) message() error {
	return errors.Join(
		l.ask("MAIL FROM:<"+l.user+">\r\n", "250"), l.ask("RCPT TO:<bob@fabrikam.com>\r\n", "250"),
		l.ask("DATA\r\n", "354"), l.ask(tenKibibytes+".\r\n", "250"),
	)
}

// connect opens a session, over TLS and with a token if a server is given that wants them.
func connect(address, user string, secure *Server, token string) (*loader, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	l := &loader{conn: conn, reader: bufio.NewReader(conn), user: user}
	l.again = func() (*loader, error) { return connect(address, user, secure, token) }
	err = errors.Join(l.ask("", "220"), l.ask("EHLO load.contoso.com\r\n", "250"))
	if err != nil || secure == nil {
		return l, err
	}
	if err := l.ask("STARTTLS\r\n", "220"); err != nil {
		return l, err
	}
	l.conn = tls.Client(
		conn,
		&tls.Config{
			RootCAs: secure.Network().Authority().Pool(), ServerName: "localhost", Time: secure.shell.Clock.Now,
		},
	)
	l.reader = bufio.NewReader(l.conn)
	return l, errors.Join(
		l.ask("EHLO load.contoso.com\r\n", "250"), l.ask("AUTH XOAUTH2 "+blob(user, token)+"\r\n", "235"),
	)
}

// load is a number of sessions with one server.
type load struct{ sessions []*loader }

func newLoad(b *testing.B, address string, sessions int, secure *Server) load {
	b.Helper()
	var all load
	for i := range sessions {
		user, token := loadUser(i), ""
		if secure != nil {
			token = secure.Token(user)
		}
		l, err := connect(address, user, secure, token)
		require.NoError(b, err)
		b.Cleanup(func() { _ = l.conn.Close() })
		all.sessions = append(all.sessions, l)
	}
	return all
}

// send shares messages among the sessions.
func (a load) send(b *testing.B, messages int) {
	b.Helper()
	var all sync.WaitGroup
	for i, l := range a.sessions {
		all.Go(func() {
			for range messages/len(a.sessions) + boolToInt(i < messages%len(a.sessions)) {
				if err := l.message(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// sendOnce shares messages among the sessions; each message has a connection of its own.
func (a load) sendOnce(b *testing.B, messages int) {
	b.Helper()
	var all sync.WaitGroup
	for i, l := range a.sessions {
		all.Go(func() {
			for range messages/len(a.sessions) + boolToInt(i < messages%len(a.sessions)) {
				once, err := l.again()
				if err == nil {
					err = errors.Join(once.message(), once.ask("QUIT\r\n", "221"), once.conn.Close())
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func loadUser(i int) string { return fmt.Sprintf("load%d@contoso.com", i) }

// loaded is a server for load: one mailbox a session, no limit of rate.
func loaded(b *testing.B, open bool) *Server {
	b.Helper()
	s := RunT(b, Config{Tarpit: -1, MessagesPerMinute: -1, RecipientsPerDay: -1, Open: open})
	for i := range 20 {
		require.NoError(b, s.AddMailbox(Mailbox{Address: loadUser(i)}))
	}
	return s
}

// BenchmarkSideBySide sends the same messages, in five rounds and in turns of 200, to this server and to a bare
// emersion/go-smtp that keeps them too; in clear also to postfix's smtp-sink if it is installed, which keeps nothing.
// The metrics: messages a second of each, this server's share of the others' over the rounds (least, median, greatest),
// and processor time beside go-smtp's, the clients' in it. In the secure mixes both have STARTTLS and XOAUTH2 at the
// beginning of each session; only this server checks the token.
func BenchmarkSideBySide(b *testing.B) {
	for _, secure := range []bool{false, true} {
		mix := "plain"
		if secure {
			mix = "secure"
		}
		for _, sessions := range []int{1, 20} {
			b.Run(
				fmt.Sprintf("%s/sessions=%d", mix, sessions),
				func(b *testing.B) { sideBySide(b, sessions, secure, false) },
			)
		}
		b.Run(mix+"/connection-per-message", func(b *testing.B) { sideBySide(b, 4, secure, true) })
	}
}

// rounds are those of a comparison.
const rounds = 5

// side is a server under load.
type side struct {
	load    load
	once    bool // a connection for each message
	elapsed [rounds]time.Duration
	used    [rounds]time.Duration // processor time
}

// work sends messages in a round.
func (s *side) work(b *testing.B, round, messages int) {
	b.Helper()
	elapsed, used := b.Elapsed(), processorTime()
	if s.once {
		s.load.sendOnce(b, messages)
	} else {
		s.load.send(b, messages)
	}
	s.elapsed[round] += b.Elapsed() - elapsed
	s.used[round] += processorTime() - used
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report gives the least, the median and the greatest of a value over the rounds.
func report(b *testing.B, name string, value func(round int) float64) {
	b.Helper()
	var values []float64
	for round := range rounds {
		values = append(values, value(round))
	}
	slices.Sort(values)
	for i, word := range map[int]string{0: "min", rounds / 2: "median", rounds - 1: "max"} {
		b.ReportMetric(values[i], name+"-"+word)
	}
}

func sideBySide(b *testing.B, sessions int, secure, once bool) {
	b.Helper()
	fake := loaded(b, !secure)
	var with *Server
	var certificates *tls.Config
	if secure {
		with, certificates = fake, fake.Network().TLSConfig(Party, fake.shell.Clock, "localhost")
	}
	address, kept := bare(b, certificates)
	sides := []*side{
		{load: newLoad(b, fake.Addr(), sessions, with), once: once},
		{load: newLoad(b, address, sessions, with), once: once},
	}
	if !secure {
		if at := smtpSink(b); at != "" {
			sides = append(sides, &side{load: newLoad(b, at, sessions, nil), once: once})
		}
	}
	sides[0].load.send(b, sessions)
	sides[1].load.send(b, sessions)
	messages := max(b.N/rounds, 1)
	b.ResetTimer()
	for round := range rounds {
		for left := messages; left > 0; left -= 200 {
			for i := range sides {
				sides[(i+round)%len(sides)].work(b, round, min(left, 200))
			}
		}
	}
	b.StopTimer()
	count, _ := fake.MailCount("bob@fabrikam.com")
	require.Equal(b, messages*rounds+sessions, count)
	require.Len(b, kept.kept, messages*rounds+sessions)
	rate := func(i, round int) float64 { return float64(messages) / sides[i].elapsed[round].Seconds() }
	report(b, "fakesmtp-messages/s", func(round int) float64 { return rate(0, round) })
	report(b, "of-go-smtp", func(round int) float64 { return rate(0, round) / rate(1, round) })
	report(
		b, "processor-of-go-smtp",
		func(round int) float64 { return float64(sides[0].used[round]) / float64(sides[1].used[round]) },
	)
	if len(sides) > 2 {
		report(b, "of-smtp-sink", func(round int) float64 { return rate(0, round) / rate(2, round) })
	}
}

// smtpSink starts postfix's sink; empty: it is not installed.
func smtpSink(b *testing.B) string {
	b.Helper()
	path, err := exec.LookPath("smtp-sink")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/smtp-sink"); err != nil {
			b.Log("smtp-sink is not installed (Debian: postfix); it is compared where it is")
			return ""
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	address := listener.Addr().String()
	require.NoError(b, listener.Close())
	command := exec.Command(path, "-u", "nobody", address, "100")
	require.NoError(b, command.Start())
	b.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	for range 10_000 {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
		runtime.Gosched()
	}
	b.Fatal("smtp-sink does not listen")
	return ""
}

// BenchmarkPlain is this server alone, without TLS and AUTH: allocations and memory.
func BenchmarkPlain(b *testing.B) {
	for _, sessions := range []int{1, 20} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			s := loaded(b, true)
			benchmarkLoad(b, s, newLoad(b, s.Addr(), sessions, nil))
		})
	}
}

// BenchmarkSecure is this server alone, with STARTTLS and XOAUTH2 at the beginning of each session.
func BenchmarkSecure(b *testing.B) {
	for _, sessions := range []int{1, 20} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			s := loaded(b, false)
			benchmarkLoad(b, s, newLoad(b, s.Addr(), sessions, s))
		})
	}
}

func benchmarkLoad(b *testing.B, s *Server, l load) {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.SetBytes(int64(len(tenKibibytes)))
	b.ReportAllocs()
	b.ResetTimer()
	l.send(b, b.N)
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(b.N), "kept-B/message")
	require.NotEmpty(b, s.Mailbox("bob@fabrikam.com"))
}

// BenchmarkToken is what the check of a token costs: the first time, most of it the signature, and when it is shown
// again.
func BenchmarkToken(b *testing.B) {
	s := loaded(b, false)
	token := s.Token(DefaultMailbox)
	for name, at := range map[string]func() *gate.Gate{
		"first": func() *gate.Gate {
			return &gate.Gate{Directory: s.gate.Directory, Mailboxes: s.gate.Mailboxes, Now: s.gate.Now}
		},
		"again": func() *gate.Gate { return s.gate },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := at().Bearer(DefaultMailbox, token); v.Event != replies.AuthOK {
					b.Fatal(v.Reason)
				}
			}
		})
	}
}

// BenchmarkSession is a whole session: connect, STARTTLS, XOAUTH2, one message.
func BenchmarkSession(b *testing.B) {
	s := loaded(b, false)
	token := s.Token(loadUser(0))
	b.ReportAllocs()
	for b.Loop() {
		l, err := connect(s.Addr(), loadUser(0), s, token)
		require.NoError(b, err)
		require.NoError(b, l.message())
		require.NoError(b, l.ask("QUIT\r\n", "221"))
		require.NoError(b, l.conn.Close())
	}
}
