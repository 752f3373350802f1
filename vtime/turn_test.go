package vtime_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func TestWhoWaitsForATurnHearsThatTheWorldHasEnded(t *testing.T) {
	w := vtime.NewFlowing(time.Time{})
	holds, goOn := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- w.Do("holder", 0, func(context.Context) { close(holds); <-goOn }) }()
	<-holds
	go func() { second <- w.Do("waiter", 0, func(context.Context) { panic("nobody gave it the turn") }) }()
	closed := make(chan struct{})
	go func() { w.Close(); close(closed) }()
	require.ErrorIs(t, <-second, vtime.ErrClosed)
	close(goOn)
	require.NoError(t, <-first)
	<-closed
}
