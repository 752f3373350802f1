package faultnet

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// short is a listener of a machine that lacks something a few times.
type short struct {
	net.Listener
	lacks []error
}

func (s *short) Accept() (net.Conn, error) {
	if len(s.lacks) > 0 {
		err := s.lacks[0]
		s.lacks = s.lacks[1:]
		return nil, &net.OpError{Op: "accept", Err: err}
	}
	return s.Listener.Accept()
}

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestAListenerOutlivesAMachineWithoutFileDescriptors(t *testing.T) {
	plain := loopback(t)
	l := &short{plain, []error{syscall.EMFILE, syscall.ECONNABORTED, syscall.ENFILE}}
	client, err := net.Dial("tcp", plain.Addr().String())
	require.NoError(t, err)
	defer func() { _ = client.Close() }()
	conn, err := Accept(l)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	l.lacks = []error{syscall.EINVAL}
	_, err = Accept(l)
	require.ErrorIs(t, err, syscall.EINVAL, "that does not pass")
	require.NoError(t, plain.Close())
	_, err = Accept(l)
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestConnectionsFromOutsideHaveABound(t *testing.T) {
	world := vtime.NewFlowing(vtime.DefaultStart)
	defer world.Close()
	n := New(Config{World: world})
	l := n.Adopt("server", loopback(t), "server.example:25")
	Bound(l, 2)
	accepted := make(chan net.Conn)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- conn
		}
	}()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	refused := func() { // while it dials already, or when it listens
		conn, err := net.Dial("tcp", l.Addr().String())
		if err == nil {
			defer func() { _ = conn.Close() }()
			_, err = conn.Read(make([]byte, 1))
		}
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
	dial()
	first := <-accepted
	dial()
	second := <-accepted
	refused()
	require.NoError(t, first.Close())
	_ = first.Close() // it is counted once
	dial()
	third := <-accepted
	refused()
	require.NoError(t, errors.Join(second.Close(), third.Close(), l.Close()))
	<-accepted
}
