package vtime_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// bench is the smallest network on which turns can travel: a line protocol over real loopback sockets.
type bench struct {
	t        *testing.T
	world    *vtime.World
	clock    *vtime.Clock
	listener net.Listener
	served   sync.WaitGroup

	mu      sync.Mutex
	turns   map[string]*vtime.Turn
	journal []string
}

// newBench serves lines: the answer to "delay 5s word" is "word", 5 s later; "greeting" is said before anything is
// asked.
func newBench(t *testing.T, world *vtime.World, greeting string) *bench {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &bench{t: t, world: world, clock: world.Clock("server"), listener: listener, turns: map[string]*vtime.Turn{}}
	b.served.Add(1)
	go func() {
		defer b.served.Done()
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			b.served.Add(1)
			go func() { defer b.served.Done(); defer c.Close(); b.serve(c, greeting) }()
		}
	}()
	t.Cleanup(func() { world.Close(); listener.Close(); b.served.Wait() })
	return b
}

func (b *bench) caller(c net.Conn) *vtime.Turn {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.turns[c.RemoteAddr().String()]
}

func (b *bench) note(format string, a ...any) {
	line := b.world.Elapsed().String() + " " + fmt.Sprintf(format, a...)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.journal = append(b.journal, line)
}

func (b *bench) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.journal...)
}

func (b *bench) serve(c net.Conn, greeting string) {
	if greeting != "" {
		v := b.world.Visit(vtime.Request{Caller: b.caller(c), Name: "greeting"})
		b.note("S: %s", greeting)
		v.End()
		fmt.Fprintln(c, greeting)
	}
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		v := b.world.Visit(vtime.Request{Caller: b.caller(c), Name: "server"})
		b.note("C: %s", strings.TrimSpace(line))
		answer := words[len(words)-1]
		if words[0] == "delay" {
			d, err := time.ParseDuration(words[1])
			if err != nil {
				panic(err)
			}
			if err := b.clock.Sleep(v.Context(context.Background()), d); err != nil {
				answer = err.Error()
			}
		}
		b.note("S: %s", answer)
		v.End()
		fmt.Fprintln(c, answer)
	}
}

// conn is the dialling side: a context's end wakes blocked reads.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func (b *bench) dial(ctx context.Context) *conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, err := net.Dial("tcp", b.listener.Addr().String())
	if err != nil {
		panic(err)
	}
	b.turns[c.LocalAddr().String()] = vtime.TurnFrom(ctx)
	return &conn{Conn: c, in: bufio.NewReader(c)}
}

func (c *conn) read(ctx context.Context) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := c.in.ReadString('\n')
	if cause := context.Cause(ctx); cause != nil {
		return "", cause
	}
	return strings.TrimSpace(line), err
}

// ask begins no I/O under a context that has ended: nobody would wait for the answer, and the server would act at the
// same time.
func (c *conn) ask(ctx context.Context, request string) (string, error) {
	if cause := context.Cause(ctx); cause != nil {
		return "", cause
	}
	if _, err := fmt.Fprintln(c, request); err != nil {
		return "", err
	}
	return c.read(ctx)
}

func stepped(t *testing.T) *vtime.World {
	w := vtime.NewStepped(time.Time{})
	t.Cleanup(w.Close)
	return w
}

var errOther = errors.New("other")
