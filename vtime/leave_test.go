package vtime_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

// An actor that starts goroutines under its turn, and ends before them, leaves no turn behind that nobody would give
// back.
func TestWhatAnActorLeavesBehindEndsWithIt(t *testing.T) {
	for _, test := range []struct {
		name  string
		leave func(ctx context.Context, world *vtime.World, begun chan<- struct{}) error
		want  error
	}{
		{"a sleeper is told that the turn has ended", func(
			ctx context.Context, world *vtime.World, begun chan<- struct{},
		) error {
			close(begun)
			return world.Clock("printer").Sleep(ctx, 5*time.Second)
		}, vtime.ErrNoTurn},
		{"a stall is told so too", func(ctx context.Context, _ *vtime.World, begun chan<- struct{}) error {
			back := make(chan error, 1)
			if err := vtime.TurnFrom(ctx).Stall(func(ended error) { back <- ended }); err != nil {
				return err
			}
			close(begun)
			return <-back
		}, vtime.ErrNoTurn},
		{"a visit that sleeps is an orphan", func(
			ctx context.Context, world *vtime.World, begun chan<- struct{},
		) error {
			visit := world.Visit(vtime.Request{Caller: vtime.TurnFrom(ctx), Name: "server"})
			defer visit.End()
			close(begun)
			return world.Clock("server").Sleep(visit.Context(ctx), 5*time.Second)
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			world := vtime.NewStepped(time.Time{})
			defer world.Close()
			begun, others, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			printer := world.Go("printer", func(ctx context.Context) {
				go func() { left <- test.leave(ctx, world, begun) }()
				<-begun
				<-others
			})
			world.Go("somebody else", func(context.Context) { // acts when the printer's turn is with the clock
				close(others)
				<-printer.Done()
			})
			require.NoError(t, world.Settle(time.Minute))
			if test.want == nil {
				require.NoError(t, <-left)
			} else {
				require.ErrorIs(t, <-left, test.want)
			}
			require.NoError(t, world.Do("the next", time.Minute, func(ctx context.Context) {
				require.NoError(t, world.Clock("next").Sleep(ctx, 10*time.Second))
			}))
			_, err := world.Advance(time.Hour)
			require.NoError(t, err)
		})
	}
	t.Run("a visit that acts has the turn", func(t *testing.T) {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		visits := make(chan *vtime.Visit, 1)
		printer := world.Go("printer", func(ctx context.Context) {
			visits <- world.Visit(vtime.Request{Caller: vtime.TurnFrom(ctx), Name: "server"})
		})
		var next time.Duration
		world.Go("somebody else", func(context.Context) { next = world.Elapsed() })
		go func() {
			visit := <-visits
			<-printer.Done()
			_ = world.Clock("server").Sleep(visit.Context(context.Background()), 5*time.Second)
			visit.End()
		}()
		_, err := world.Advance(time.Minute)
		require.NoError(t, err)
		require.Zero(t, next)
		require.NoError(t, world.Do("the next", 0, func(context.Context) {}))
	})
}
