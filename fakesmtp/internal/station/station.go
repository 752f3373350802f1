// Package station is what every server among the relatives of fakesmtp has: time, a network, a journal, and a life of listeners and
// connections.
package station

import (
	"errors"
	"fmt"
	"net"
	"time"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/lifecycle"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Config says where a server is.
type Config struct {
	Party   string // under which it journals and faults are armed
	World   *vtime.World
	Network *faultnet.Network
	Journal *journal.Journal
	Seed    uint64
	Start   time.Time
	Report  func(format string, args ...any)
}

// Station is where a server is. All methods are safe for concurrent use.
type Station struct {
	Party   string
	World   *vtime.World
	Network *faultnet.Network
	Journal *journal.Journal
	Clock   *vtime.Clock
	Seed    uint64
	Mail    Mail
	Secrets Secrets

	report   func(format string, args ...any)
	ownWorld bool

	life *lifecycle.Life
}

// Open fills in what was left out: a flowing World, a journal, a network of the server's own.
func Open(c Config) (*Station, error) {
	s := &Station{
		Party: c.Party, World: c.World, Network: c.Network, Journal: c.Journal, Seed: c.Seed, report: c.Report,
		life: lifecycle.New(),
	}
	if s.World == nil {
		if s.Network != nil {
			return nil, fmt.Errorf("%s: a Network without its World", c.Party)
		}
		s.World, s.ownWorld = vtime.NewFlowing(c.Start), true
	}
	if s.Journal == nil {
		s.Journal = journal.For(s.World)
	}
	if s.Network == nil {
		s.Network = faultnet.New(faultnet.Config{World: s.World, Journal: s.Journal, Seed: c.Seed})
	}
	if s.report == nil {
		s.report = func(string, ...any) {}
	}
	s.Clock = s.World.Clock(c.Party)
	s.Mail.init()
	return s, nil
}

// Adopt notes a listener before Serve runs, so that Addr is right at once.
func (s *Station) Adopt(listener net.Listener) { s.life.Adopt(listener) }

// Serve gives every connection of a listener to serve, in a goroutine of its own, until the listener or the server is closed.
func (s *Station) Serve(listener net.Listener, serve func(net.Conn)) error {
	return s.life.Serve(listener, s.Party, serve)
}

// Visit opens a visit of a peer. It counts who waits for the World, whom Close cannot wake.
func (s *Station) Visit(peer *faultnet.Peer, name string) *faultnet.Visit {
	s.life.Wait(1)
	defer s.life.Wait(-1)
	return peer.Visit(name)
}

// Sleep delays a reply inside a visit on the bench's clock. A delay that nobody will make pass is reported.
func (s *Station) Sleep(visit *faultnet.Visit, connection string, d time.Duration) {
	if d <= 0 {
		return
	}
	s.life.Wait(1)
	err := s.Clock.Sleep(visit.Context(background()), d)
	s.life.Wait(-1)
	if errors.Is(err, vtime.ErrNobodyAdvances) {
		text := fmt.Sprintf("a reply is due at +%v s and nobody advances this world", d.Seconds())
		s.Journal.Append(journal.Entry{Party: s.Party, Connection: connection, Kind: journal.KindNote, Text: journal.Plain(text)})
		s.report("%s: %s: %s", s.Party, connection, text)
	}
}

// Close ends the server: listeners and connections are closed and their goroutines have ended when it returns, except those that
// wait for a World that is not the server's own; they end with that World.
func (s *Station) Close() error {
	if s.ownWorld {
		s.life.Close(s.World.Close)
	} else {
		s.life.Close(nil)
	}
	return nil
}

// Addr returns host and port of the first listener; empty before there is one.
func (s *Station) Addr() string { return s.life.Addr() }

// Record writes one line of a conversation into the journal.
func (s *Station) Record(connection string, text journal.Text, detail map[string]string) {
	s.Journal.Append(journal.Entry{Party: s.Party, Connection: connection, Kind: journal.KindSMTP, Text: text, Detail: detail})
}

// logged is how many lines of the conversations a failed test shows.
const logged = 40

// RunT serves the addresses in a test and closes the server at the test's end. If the test has failed, it logs the last lines.
func (s *Station) RunT(t fakesmtp.T, serve func(net.Listener) error, closing func() error, addresses ...string) {
	t.Helper()
	listener, err := s.Network.Listen(s.Party, addresses...)
	if err != nil {
		t.Fatalf("%s: %v", s.Party, err)
		return
	}
	s.Adopt(listener)
	served := make(chan struct{})
	go func() { defer close(served); _ = serve(listener) }()
	t.Cleanup(func() {
		_ = closing()
		<-served
		if t.Failed() {
			s.log(t)
		}
	})
}

func (s *Station) log(t fakesmtp.T) {
	var lines []string
	for _, entry := range s.Journal.Entries() {
		if entry.Party == s.Party {
			lines = append(lines, fmt.Sprintf("%s %s %s", entry.At.Format("15:04:05.000"), entry.Connection, entry.Text))
		}
	}
	for _, line := range lines[max(0, len(lines)-logged):] {
		t.Logf("%s", line)
	}
}
