package faultnet

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// A client that waits for its proxy's word, while the server behind the proxy waits for the client already, is not at a
// dead end.
func TestNoTimePassesBetweenAProxysLeadingOnAndItsSayingSo(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	network := New(Config{World: world})

	web, err := network.Listen("web", "login.example:443")
	require.NoError(t, err)
	defer web.Close()
	Expect(web)
	go func() {
		conn, err := web.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		line, _ := bufio.NewReader(conn).ReadString('\n')
		visit := network.Peer(conn).Visit(line)
		visit.End()
		_, _ = io.WriteString(conn, line)
	}()

	office, err := network.Listen("proxy", "proxy.example:8080")
	require.NoError(t, err)
	defer office.Close()
	Expect(office)
	go func() {
		conn, err := office.Accept()
		if err != nil {
			return
		}
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		peer := network.Peer(conn)
		visit := peer.Visit("CONNECT")
		carry, err := peer.Tunnel(request.Host)
		visit.End()
		if err != nil {
			return
		}
		l := peer.link
		l.mu.Lock()
		for !l.asking { // the server behind is as far as it comes
			l.changed.Wait()
		}
		l.mu.Unlock()
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		carry()
	}()

	var answer string
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		conn, err := network.Dialer("printer").DialContext(ctx, "tcp", "proxy.example:8080")
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(vtime.Deadline(time.Minute)))
		_, err = io.WriteString(conn, "CONNECT login.example:443 HTTP/1.1\r\nHost: login.example:443\r\n\r\n")
		require.NoError(t, err)
		reader := bufio.NewReader(conn)
		response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode)
		_, err = io.WriteString(conn, "hello\n")
		require.NoError(t, err)
		answer, err = reader.ReadString('\n')
		require.NoError(t, err)
	}))
	require.Equal(t, "hello\n", answer)
	require.Zero(t, world.Elapsed())
}
