// Package shell has what every server of this family needs around its protocol: time, network and journal, the start
// and end of its listeners and connections, its start and end in a test, its secrets, and mailboxes for those that keep
// mail themselves. A server adds only its Config and its protocol.
package shell

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/lifecycle"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Bench says where a server stands. The zero Bench is one of the server's own.
type Bench struct {
	// World is the bench's time; nil: a flowing World of the server's own, closed with it.
	World *vtime.World
	// Network is the bench's network; nil: one of the server's own.
	Network *faultnet.Network
	// Journal is the bench's record; nil: one of the server's own.
	Journal *journal.Journal
	// Seed decides every identifier and token.
	Seed uint64
	// Start is when a World of the server's own starts; zero: the machine's now.
	Start time.Time
	// Party is the name under which the server journals, and under which faults are armed; empty: its package's Party.
	Party string
	// Report hears what would otherwise pass unseen, such as a delay that nobody will ever make pass; nil: only the
	// journal does. RunT reports to the test.
	Report func(format string, args ...any)
	// Keep bounds the messages that are kept, in all mailboxes together; the oldest fall out. Zero: everything is kept.
	// A server that reads another's mailboxes has none to bound.
	Keep mail.Keep
}

// Shell is where a server stands and lives. All methods are safe for concurrent use.
type Shell struct {
	Party   string
	World   *vtime.World
	Network *faultnet.Network
	Journal *journal.Journal
	Clock   *vtime.Clock
	Seed    uint64
	Secrets Secrets

	name     string
	report   func(format string, args ...any)
	ownWorld bool
	life     *lifecycle.Life
}

// Open fills in what the bench leaves out. name is the server's in messages, its package's.
func Open(name string, b Bench) (*Shell, error) {
	s := &Shell{
		Party: b.Party, World: b.World, Network: b.Network, Journal: b.Journal, Seed: b.Seed, name: name, report: b.Report,
		life: lifecycle.New(),
	}
	if s.World == nil {
		if s.Network != nil {
			return nil, fmt.Errorf("%s: a Network without its World", name)
		}
		s.World, s.ownWorld = vtime.NewFlowing(b.Start), true
	}
	if s.Journal == nil {
		s.Journal = journal.For(s.World)
	}
	if s.Network == nil {
		s.Network = faultnet.New(faultnet.Config{World: s.World, Journal: s.Journal, Seed: b.Seed})
	}
	if s.report == nil {
		s.report = func(string, ...any) {}
	}
	s.Clock = s.World.Clock(s.Party)
	return s, nil
}

// Visit opens a visit of a peer, when it is that client's turn and the link's latency has passed. Close does not wait
// for it.
func (s *Shell) Visit(peer *faultnet.Peer, name string) *faultnet.Visit {
	s.life.Wait(1)
	defer s.life.Wait(-1)
	return peer.Visit(name)
}

// Acting is the context in which a server acts in a visit: a client that hangs up does not end it.
func Acting(visit *faultnet.Visit) context.Context {
	return &acting{Context: context.Background(), visit: visit}
}

// acting is made when somebody looks for the turn: most acts do not wait.
type acting struct {
	context.Context
	visit *faultnet.Visit

	once sync.Once
	made context.Context
}

// Value looks for a value of the visit's context.
func (a *acting) Value(key any) any {
	a.once.Do(func() { a.made = a.visit.Context(context.Background()) })
	return a.made.Value(key)
}

// Sleep delays what is said next on the bench's clock, in the context of a visit. A delay that nobody will make pass is
// reported.
func (s *Shell) Sleep(ctx context.Context, connection string, d time.Duration) {
	if d <= 0 {
		return
	}
	s.life.Wait(1)
	err := s.Clock.Sleep(ctx, d)
	s.life.Wait(-1)
	if errors.Is(err, vtime.ErrNobodyAdvances) {
		text := fmt.Sprintf("a reply is due at +%v s and nobody advances this world", d.Seconds())
		s.Note(connection, text)
		s.report("%s: %s: %s", s.name, connection, text)
	}
}

// Record writes one line of a conversation into the journal.
func (s *Shell) Record(connection string, text journal.Text, detail map[string]string) {
	s.Journal.Append(journal.Entry{
		Party: s.Party, Connection: connection, Kind: journal.KindSMTP, Text: text, Detail: detail,
	})
}

// Note writes a note about a connection into the journal.
func (s *Shell) Note(connection, text string) {
	s.Journal.Append(journal.Entry{
		Party: s.Party, Connection: connection, Kind: journal.KindNote, Text: journal.Plain(text),
	})
}

// Take serves one connection, in a goroutine of its own; after Close it closes the connection and returns false.
func (s *Shell) Take(connection net.Conn, serve func(net.Conn)) bool {
	return s.life.Take(connection, serve)
}

// Drained returns when no connection is left.
func (s *Shell) Drained() { s.life.Drained() }

// Fill gives a field of a Config its default.
func Fill[V comparable](field *V, value V) {
	var zero V
	if *field == zero {
		*field = value
	}
}
