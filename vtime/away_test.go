package vtime_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func flowing(t *testing.T) *vtime.World {
	t.Helper()
	w := vtime.NewFlowing(time.Time{})
	t.Cleanup(w.Close)
	return w
}

func TestWhoIsAwayLetsOthersAct(t *testing.T) {
	world := flowing(t)
	var order []string
	require.NoError(t, world.Do("asker", 0, func(ctx context.Context) {
		order = append(order, "asks")
		require.NoError(t, vtime.Away(ctx, "the answer", func() {
			require.True(t, world.Busy())
			visit := world.Visit(vtime.Request{Name: "a request of who is asked"}) // waits until nobody runs
			order = append(order, "is served")
			visit.End()
		}))
		order = append(order, "has the answer")
		require.False(t, world.Busy())
	}))
	require.Equal(t, []string{"asks", "is served", "has the answer"}, order)
}

func TestATimeOutComesWhileSomebodyIsAway(t *testing.T) {
	world := flowing(t)
	clock := world.Clock("asker")
	require.NoError(t, world.Do("asker", 0, func(ctx context.Context) {
		limited, cancel := clock.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		require.NoError(t, vtime.Away(limited, "the answer", func() { <-limited.Done() }))
		require.ErrorIs(t, context.Cause(limited), context.DeadlineExceeded)
		// The turn is held once, and can be lent again.
		require.NoError(t, vtime.Away(ctx, "another answer", func() {}))
		require.NoError(t, clock.Sleep(ctx, time.Millisecond))
	}))
}

func TestWhoIsAwayHearsOfTheEndOfTheWorld(t *testing.T) {
	world := flowing(t)
	var err error
	require.NoError(t, world.Do("asker", 0, func(ctx context.Context) {
		err = vtime.Away(ctx, "the answer", world.Close)
	}))
	require.ErrorIs(t, err, vtime.ErrClosed)
	called := false
	require.NoError(t, vtime.Away(context.Background(), "nobody's turn", func() { called = true }))
	require.True(t, called)
	require.ErrorIs(t, world.Pass(time.Hour), vtime.ErrClosed)
}

func TestACancelIsHeardBesideWorkThatGoesOnAndTheTurnIsLentAgain(t *testing.T) {
	world := flowing(t)
	heard, served := make(chan struct{}), false
	require.NoError(t, world.Do("asker", 0, func(ctx context.Context) {
		cancelled, cancel := world.WithCancel(ctx)
		times := 0
		require.NoError(t, vtime.TurnFrom(cancelled).Beside("the answer", true, func() {
			require.NoError(t, world.Do("somebody else", 0, func(context.Context) { cancel() }))
			<-heard
			require.NoError(t, world.Do("somebody else", 0, func(context.Context) { served = true }))
			require.False(t, world.Busy(), "it merely sleeps")
		}, func() {
			times++
			require.ErrorIs(t, context.Cause(cancelled), vtime.ErrCanceled)
			require.True(t, world.Holds(ctx))
			close(heard)
		}, func(err error) { require.NoError(t, err) }))
		require.Equal(t, 1, times)
		require.True(t, served)
		require.True(t, world.Holds(ctx))
	}))
}

func TestWhoIsBesideHearsOfTheEndOfTheWorldAndEndsItsWork(t *testing.T) {
	world := flowing(t)
	ended := make(chan struct{})
	var err error
	require.NoError(t, world.Do("asker", 0, func(ctx context.Context) {
		err = vtime.TurnFrom(ctx).Beside("the answer", false, func() {
			world.Close()
			<-ended
		}, func() {}, func(error) { close(ended) })
	}))
	require.ErrorIs(t, err, vtime.ErrClosed)
	called := false
	require.NoError(t, (*vtime.Turn)(nil).Beside("nobody's turn", false, func() { called = true }, nil, nil))
	require.True(t, called)
}

func TestTimePasses(t *testing.T) {
	world := flowing(t)
	before := world.Now()
	require.NoError(t, world.Pass(5*time.Millisecond))
	require.GreaterOrEqual(t, world.Now().Sub(before), 5*time.Millisecond)
}
