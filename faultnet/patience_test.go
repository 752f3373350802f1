package faultnet

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// net/http takes back the deadline of reads at the begin of a request, also of one whose time is over already.
func TestAConnectionWhoseTimeIsOverIsNotOpenedAgain(t *testing.T) {
	for name, takeBack := range map[string]func(net.Conn) error{
		"by the deadline of reads":   func(c net.Conn) error { return c.SetReadDeadline(time.Time{}) },
		"by that of both directions": func(c net.Conn) error { return c.SetDeadline(time.Time{}) },
	} {
		t.Run(name, func(t *testing.T) {
			server, client := net.Pipe()
			defer client.Close()
			conn := &timed{server, &patience{raw: server}}
			defer conn.Close()
			conn.patience.end()
			require.NoError(t, takeBack(conn))
			_, err := conn.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		})
	}
}
