package shell

import (
	"fmt"
	"net"

	"mfpsim/faultnet"
	"mfpsim/journal"
)

// T is what a start in a test needs of the test; *testing.T has it.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
	Cleanup(func())
}

// Front says how a server meets its clients.
type Front struct {
	// Addresses are the names and ports under which a bench's parties reach it, "host:port".
	Addresses []string
	// Connection serves one client to its end.
	Connection func(net.Conn)
	// Closing ends what stands behind the shell, after its connections; nil: nothing does.
	Closing func() error
	// Ended tells a test what is wrong with the server at its end; nil: nothing is.
	Ended func(t T)
}

// Server is what the servers of this family have in common. All methods are safe for concurrent use.
type Server struct {
	shell *Shell
	front Front
}

// Server makes a server of the shell.
func (s *Shell) Server(front Front) Server { return Server{shell: s, front: front} }

// Run opens a server for a test, serves it, and closes it at the test's end. What would pass unseen is reported to the
// test.
func Run[S interface{ Start(t T) }](t T, bench *Bench, open func() (S, error)) S {
	t.Helper()
	if bench.Report == nil {
		bench.Report = t.Errorf
	}
	s, err := open()
	if err != nil {
		t.Fatalf("%v", err)
		var none S
		return none
	}
	s.Start(t)
	return s
}

// Start serves the server's addresses in a test and closes the server at the test's end, for servers that were made by
// New. If the test has failed, it logs the last lines of the conversations.
func (s Server) Start(t T) {
	t.Helper()
	listener, err := s.shell.Network.Listen(s.shell.Party, s.front.Addresses...)
	if err != nil {
		t.Fatalf("%s: %v", s.shell.name, err)
		return
	}
	s.shell.life.Adopt(listener)
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
		if s.front.Ended != nil {
			s.front.Ended(t)
		}
		if t.Failed() {
			s.shell.logLast(t)
		}
	})
}

// logged is how many lines of the conversations a failed test shows.
const logged = 40

func (s *Shell) logLast(t T) {
	var lines []string
	for _, entry := range s.Journal.Entries() {
		if entry.Party == s.Party {
			lines = append(
				lines, fmt.Sprintf("%s %s %s", entry.At.Format("15:04:05.000"), entry.Connection, entry.Text),
			)
			if reason := entry.Detail["reason"]; reason != "" {
				lines = append(
					lines, "             "+entry.Connection+" (reason, which the client is not told: "+reason+")",
				)
			}
		}
	}
	for _, line := range lines[max(0, len(lines)-logged):] {
		t.Logf("%s", line)
	}
}

// Serve takes connections from a listener until it or the server is closed; then it returns nil. The listener is the
// server's. On a bench it is one of the bench's network, so that names, turns and faults reach it.
func (s Server) Serve(listener net.Listener) error {
	return s.shell.life.Serve(listener, s.shell.name, s.front.Connection)
}

// ServeAside does the same for a listener at which clients are served in another way; Addr does not name it.
func (s Server) ServeAside(listener net.Listener, connection func(net.Conn)) error {
	return s.shell.life.ServeAside(listener, s.shell.name, connection)
}

// AdoptAside notes such a listener before it is served.
func (s Server) AdoptAside(listener net.Listener) { s.shell.life.AdoptAside(listener) }

// Close ends the server: listeners and connections are closed and their goroutines have ended when it returns, except
// those that wait for a World that is not the server's own (a delay, the latency of a link); they end with that World.
// Mailboxes can still be read.
func (s Server) Close() error {
	if s.shell.ownWorld {
		s.shell.life.Close(s.shell.World.Close)
	} else {
		s.shell.life.Close(nil)
	}
	if s.front.Closing != nil {
		return s.front.Closing()
	}
	return nil
}

// Addr returns host and port of the first listener, for clients from outside; empty before there is one.
func (s Server) Addr() string { return s.shell.life.Addr() }

// Address returns the name and port under which a bench's parties are to reach the server, for example
// "smtp.example.com:587".
func (s Server) Address() string { return s.front.Addresses[0] }

// Journal returns the record that the server writes to.
func (s Server) Journal() *journal.Journal { return s.shell.Journal }

// Network returns the network that the server listens on; its Authority has signed the server's certificate.
func (s Server) Network() *faultnet.Network { return s.shell.Network }

// Bench is where the server stands, so that another server can stand there too.
func (s Server) Bench() Bench {
	around := s.shell
	return Bench{
		World: around.World, Network: around.Network, Journal: around.Journal, Seed: around.Seed, Report: around.report,
	}
}

// Secrets returns every token and password that the server has issued or been sent, for a test that looks for leaks.
func (s Server) Secrets() []string { return s.shell.Secrets.List() }
