package faultnet_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

func TestAnAnswerIsFinishedAfterItsVisitAndAfterItsRecord(t *testing.T) {
	b := newBench(t, nil)
	var turn *vtime.Turn
	var ended bool
	var recorded string
	l, err := b.network.Listen("entra", "login.example:443")
	require.NoError(t, err)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turn = vtime.TurnFrom(r.Context())
		_, _ = io.WriteString(w, "token=....")
		w.(faultnet.Finisher).Finish(func(body []byte) {
			select {
			case <-turn.Done():
				ended = true
			default:
			}
			copy(body[len("token="):], "sign")
		})
	})
	record := func(r *http.Request, body []byte, response *faultnet.Response) *journal.Exchange {
		recorded = string(response.Body)
		return exchange(r, body, response)
	}
	server, err := b.network.ServeHTTP(
		l, b.network.TLSConfig("entra", nil, "login.example"), b.network.Handler("entra", nil, handler, record),
	)
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	client := b.client("printer")
	b.do("printer", func(ctx context.Context) {
		body, err := get(ctx, client, "https://login.example/token")
		require.NoError(t, err)
		require.Equal(t, "token=sign", body)
	})
	require.True(t, ended, "the visit's turn had ended")
	require.Len(t, b.journal.Entries(), 1)
	require.Equal(t, "token=....", recorded)
}

func TestAnswersAreFinishedAtTheSameTime(t *testing.T) {
	b := newBench(t, nil)
	const clients = 2
	var both sync.WaitGroup
	both.Add(clients)
	b.https(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "....")
		w.(faultnet.Finisher).Finish(func(body []byte) {
			both.Done()
			both.Wait() // each waits for the other: with one turn at a time neither would come back
			copy(body, "done")
		})
	}))
	transport := b.client("outside")
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			body, err := get(context.Background(), transport, "https://login.example/")
			require.NoError(t, err)
			require.Equal(t, "done", body)
		})
	}
	group.Wait()
}

func TestAHandlerThatPanicsIsNotFinished(t *testing.T) {
	b := newBench(t, nil)
	finished := false
	b.https(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(faultnet.Finisher).Finish(
			func(body []byte) { finished = true; copy(body, bytes.Repeat([]byte("x"), len(body))) },
		)
		panic(http.ErrAbortHandler)
	}))
	client := b.client("printer")
	b.do("printer", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		require.Error(t, err)
	})
	require.False(t, finished)
}
