package faultnet

import (
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// lateWriter is a socket whose write comes back to the writer long after the reply has been read.
type lateWriter struct {
	net.Conn
	began, replied chan struct{}
	returned       bool // guarded by the link's lock: set just before Write returns, read after Read has returned
}

func (c *lateWriter) Write(p []byte) (int, error) {
	close(c.began)
	<-c.replied
	for range 1000 {
		runtime.Gosched()
	}
	c.returned = true
	return len(p), nil
}

func (c *lateWriter) Read(p []byte) (int, error) {
	<-c.began
	close(c.replied)
	return copy(p, "reply"), nil
}

func TestAReplyIsNotSeenBeforeTheWriteOfTheRequestHasReturned(t *testing.T) {
	socket := &lateWriter{began: make(chan struct{}), replied: make(chan struct{})}
	conn := &Conn{Conn: socket, link: (&Network{}).newLink("printer#1", "printer", "entra", "login.example")}
	written := make(chan error)
	go func() {
		_, err := conn.Write([]byte("request"))
		written <- err
	}()
	n, err := conn.Read(make([]byte, 16))
	require.NoError(t, err)
	require.Equal(t, 5, n)
	conn.link.mu.Lock()
	require.True(t, socket.returned, "net/http would count its 50 ms from here on")
	conn.link.mu.Unlock()
	require.NoError(t, <-written)
}

func TestAConnectionFromOutsideThatIsKeptSilentEndsWithItsListener(t *testing.T) {
	for _, closedBefore := range []bool{false, true} {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		network := New(Config{World: world})
		network.Arm(Fault{To: "smtp", Kind: Silent})
		open, err := network.Listen("smtp", "mail.example:587")
		require.NoError(t, err)
		l := open.(*listener)
		near, far := net.Pipe()
		closing := func() { require.NoError(t, l.Close()) }
		if closedBefore { // between the accepting and the keeping
			closing()
			closing = func() {}
		}
		require.True(t, l.intercept(far, network.outside("smtp")))
		closing()
		_, err = near.Read(make([]byte, 1))
		require.Error(t, err)
	}
}
