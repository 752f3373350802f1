package serve

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

func TestABenchThatDoesNotGoOnSaysWhoHoldsItAndCanBeFreed(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{HeldFor: time.Nanosecond, Lab: func(l *lab.Lab) { bench = l }})

	// A server that the bench does not know from inside takes a connection and says nothing.
	foreign, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer foreign.Close()
	bench.Network.Route("legacy", foreign.Addr().String(), "legacy.example:25")
	reads := make(chan struct{})
	turn := bench.World.Go("scanner", func(ctx context.Context) {
		conn, err := bench.Network.Dialer("scanner").DialContext(ctx, "tcp", "legacy.example:25")
		if err != nil {
			close(reads)
			return
		}
		defer conn.Close()
		close(reads)
		_, _ = conn.Read(make([]byte, 1)) // what ends it is looked at below
	})
	<-reads
	taken, err := foreign.Accept()
	require.NoError(t, err)
	defer taken.Close()

	held := func() (state heldState) {
		response, err := http.Get(s.Control + "/turn")
		require.NoError(t, err)
		defer response.Body.Close()
		require.NoError(t, json.NewDecoder(response.Body).Decode(&state))
		return state
	}
	state := held()
	require.True(t, state.Held)
	require.Equal(t, "scanner", state.By)
	page, err := http.Get(s.Panel + "/")
	require.NoError(t, err)
	text, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	require.NoError(t, page.Body.Close())
	require.Contains(t, string(text), "The bench does not go on")
	require.Contains(t, string(text), "held by scanner")

	status, answer := s.ask("POST", "/turn/break", `{"connection":"printer#99"}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "scanner#1")
	status, _ = s.ask("POST", "/turn/break", `{"connection":"scanner#1"}`)
	require.Equal(t, http.StatusOK, status)
	<-turn.Done()
	require.False(t, held().Held)
	http.DefaultClient.CloseIdleConnections()
}
