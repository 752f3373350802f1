package vtime_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func TestSilenceLendsTheTurnToTheClock(t *testing.T) {
	t.Run("the time-out of the one who waits gives it back, and others go on meanwhile", func(t *testing.T) {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		clock := world.Clock("printer")
		back := make(chan struct{})
		var ended, other time.Duration
		waiting := world.Go("printer", func(ctx context.Context) {
			limited, cancel := clock.WithTimeout(ctx, time.Minute)
			defer cancel()
			require.NoError(t, vtime.TurnFrom(ctx).Stall(func(error) { close(back) }))
			<-back
			ended = world.Elapsed()
			require.ErrorIs(t, context.Cause(limited), context.DeadlineExceeded)
		})
		world.Go("somebody else", func(ctx context.Context) {
			require.NoError(t, clock.Sleep(ctx, time.Second))
			other = world.Elapsed()
		})
		require.NoError(t, world.Settle(time.Hour))
		require.Equal(t, time.Second, other)
		require.Equal(t, time.Minute, ended)
		require.True(t, waiting.Ended())
	})
	t.Run("it is told when nothing is due that could end it", func(t *testing.T) {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		back := make(chan struct{})
		require.ErrorIs(t, world.Do("printer", 0, func(ctx context.Context) {
			require.NoError(t, vtime.TurnFrom(ctx).Stall(func(error) { close(back) }))
			<-back
		}), vtime.ErrNothingDue)
	})
	t.Run("two that lend one turn are told", func(t *testing.T) {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		back := make(chan struct{})
		require.NoError(t, world.Do("printer", 0, func(ctx context.Context) {
			turn := vtime.TurnFrom(ctx)
			require.NoError(t, turn.Stall(func(error) { close(back) }))
			require.ErrorIs(t, turn.Stall(func(error) {}), vtime.ErrTwice)
			require.ErrorIs(t, turn.Sleep(time.Second), vtime.ErrTwice)
			turn.Resume("printer")
			<-back
		}))
	})
}

func TestASecondRequestOfATurnWaitsForTheFirst(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	var order []string
	require.NoError(t, world.Do("printer", 0, func(ctx context.Context) {
		turn := vtime.TurnFrom(ctx)
		first := world.Visit(vtime.Request{Caller: turn, Name: "first"})
		second := make(chan struct{})
		go func() {
			defer close(second)
			v := world.Visit(vtime.Request{Caller: turn, Name: "second"})
			order = append(order, "second")
			v.End()
		}()
		order = append(order, "first")
		first.End()
		<-second
	}))
	require.Equal(t, []string{"first", "second"}, order)
}

func TestAPanicEndsOneParty(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	var heard []string
	world.OnPanic(func(e *vtime.PanicError) { heard = append(heard, e.Party) })
	err := world.Do("printer", 0, func(context.Context) { panic("planted") })
	var broke *vtime.PanicError
	require.ErrorAs(t, err, &broke)
	require.Equal(t, "planted", broke.Value)
	require.Contains(t, broke.Stack, "TestAPanicEndsOneParty")
	require.NotContains(t, broke.Stack, "/src/", "the same on every machine")
	world.Go("a job", func(context.Context) { var none *int; *none = 1 })
	_, err = world.Advance(time.Second)
	require.NoError(t, err)
	require.Equal(t, []string{"printer", "a job"}, heard)
	require.Len(t, world.Panics(), 2)
	require.NoError(t, world.Do("the next", 0, func(context.Context) {}))
}

func TestAFlowingWorldTellsWhoHoldsIt(t *testing.T) {
	world := vtime.NewFlowing(time.Time{})
	defer world.Close()
	_, held := world.Held(0)
	require.False(t, held)
	holds, ends := make(chan struct{}), make(chan struct{})
	turn := world.Go("scanner", func(context.Context) {
		close(holds)
		<-ends
	})
	<-holds
	holding, held := world.Held(0)
	require.True(t, held)
	require.Equal(t, "scanner", holding.By)
	_, held = world.Held(time.Hour)
	require.False(t, held)
	close(ends)
	<-turn.Done()
}
