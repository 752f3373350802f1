package vtime_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

var guestStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return guestStart.Add(time.Duration(seconds) * time.Second) }

func newGuest(t *testing.T) (*vtime.Guest, *vtime.World) {
	t.Helper()
	world := vtime.NewStepped(guestStart)
	t.Cleanup(world.Close)
	return vtime.NewGuest(world), world
}

// due is when the earliest timer of a report is due.
func due(r vtime.Rest) time.Time {
	return slices.MinFunc(r.Timers, func(a, b vtime.Timer) int { return a.At.Compare(b.At) }).At
}

// first names it.
func first(r vtime.Rest) string {
	return slices.MinFunc(r.Timers, func(a, b vtime.Timer) int { return a.At.Compare(b.At) }).ID
}

// result is what a call to a guest has returned.
type result struct {
	rest vtime.Rest
	err  error
}

func start(f func() (vtime.Rest, error)) <-chan result {
	done := make(chan result, 1)
	go func() {
		rest, err := f()
		done <- result{rest, err}
	}()
	return done
}

func TestAGuestActsAtTheBenchsTimeAndRests(t *testing.T) {
	guest, world := newGuest(t)
	var acted time.Time
	rest, err := guest.Act("a", at(30), "act", func(context.Context) { acted = world.Now() })
	require.NoError(t, err)
	require.Equal(t, vtime.Rest{Sequence: 1}, rest)
	require.Equal(t, at(30), acted)
}

func TestAnActRunsFirstAndAlone(t *testing.T) {
	guest, world := newGuest(t)
	var order []string
	rest, err := guest.Act("a", at(0), "act", func(context.Context) {
		world.Go("job", func(context.Context) { order = append(order, "job") })
	})
	require.NoError(t, err)
	require.Equal(t, at(0), due(rest))
	rest, err = guest.Act("b", at(5), "act", func(context.Context) { order = append(order, "act") })
	require.NoError(t, err)
	require.Equal(t, at(0), due(rest), "what was due before is due still")
	rest, err = guest.Wake("w", rest.Timers[0].ID, at(5))
	require.NoError(t, err)
	require.Empty(t, rest.Timers)
	require.Equal(t, []string{"act", "job"}, order)
}

func TestAWakeFiresOneTimer(t *testing.T) {
	guest, world := newGuest(t)
	var fired []int
	rest, err := guest.Act("a", at(0), "act", func(context.Context) {
		for i := range 3 {
			world.Go("job", func(context.Context) { fired = append(fired, i) })
		}
	})
	require.NoError(t, err)
	require.Len(t, rest.Timers, 3)
	for _, i := range []int{2, 0} { // the bench decides which one comes first
		_, err := guest.Wake("w", rest.Timers[i].ID, at(0))
		require.NoError(t, err)
	}
	require.Equal(t, []int{2, 0}, fired)
	rest, err = guest.Wake("w", "17000", at(9))
	require.NoError(t, err, "a wake for a timer that is not there does nothing")
	require.Equal(t, uint64(4), rest.Sequence)
}

func TestAnActThatSleepsIsPendingAndAnotherCallTellsItsEnd(t *testing.T) {
	guest, world := newGuest(t)
	rest, err := guest.Act("a", at(0), "act", func(ctx context.Context) {
		_ = world.Clock("device").Sleep(ctx, 30*time.Second)
	})
	require.NoError(t, err)
	require.True(t, rest.Pending)
	require.Equal(t, at(30), due(rest))
	rest, err = guest.Wake("w", first(rest), at(30))
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, rest.Finished)
}

// waiting begins an activity that waits for an answer, with a time-out, and calls the answer slow.
func waiting(t *testing.T, guest *vtime.Guest, world *vtime.World, limit time.Duration, after func(context.Context)) (
	act <-chan result, turn *vtime.Turn, answer chan<- struct{}, slow vtime.Rest,
) {
	t.Helper()
	answered, waits := make(chan struct{}, 1), make(chan *vtime.Turn, 1)
	act = start(func() (vtime.Rest, error) {
		return guest.Act("a", at(0), "act", func(ctx context.Context) {
			limited, cancel := world.Clock("device").WithTimeout(ctx, limit)
			defer cancel()
			waits <- vtime.TurnFrom(ctx)
			select {
			case <-answered:
			case <-limited.Done():
			}
			after(ctx)
		})
	})
	turn = <-waits
	rest, err := guest.Slow(turn)
	require.NoError(t, err)
	require.Equal(t, at(0).Add(limit), due(rest))
	return act, turn, answered, rest
}

func TestAnAnswerGivesTheTurnBackUnderTheSameCall(t *testing.T) {
	guest, world := newGuest(t)
	act, turn, answer, _ := waiting(t, guest, world, 7*time.Second, func(context.Context) {})
	gone, err := guest.Answer(turn, at(5))
	require.NoError(t, err)
	require.False(t, gone)
	answer <- struct{}{}
	r := <-act
	require.NoError(t, r.err)
	require.Equal(t, vtime.Rest{Sequence: 2}, r.rest)
	require.Equal(t, at(5), world.Now())
}

func TestATimeOutMovesTheActIntoTheWake(t *testing.T) {
	guest, world := newGuest(t)
	act, turn, _, rest := waiting(t, guest, world, 3*time.Second, func(context.Context) {})
	rest, err := guest.Wake("w", first(rest), at(3))
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, rest.Finished)
	r := <-act
	require.NoError(t, r.err)
	require.Equal(t, vtime.Elsewhere, r.rest, "its own answer says nothing")
	gone, err := guest.Answer(turn, at(5))
	require.NoError(t, err)
	require.True(t, gone)
}

func TestAnActThatGoesOnInAWakeIsNotFinishedBefore(t *testing.T) {
	guest, world := newGuest(t)
	act, _, _, rest := waiting(t, guest, world, 3*time.Second, func(ctx context.Context) {
		_ = world.Clock("device").Sleep(ctx, 10*time.Second)
	})
	rest, err := guest.Wake("w", first(rest), at(3))
	require.NoError(t, err)
	require.Empty(t, rest.Finished)
	require.Equal(t, at(13), due(rest))
	rest, err = guest.Wake("x", first(rest), at(13))
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, rest.Finished)
	require.Equal(t, vtime.Elsewhere, (<-act).rest)
}

func TestAWakeThatWaitsIsFinishedByTheWakeThatEndsItsWaiting(t *testing.T) {
	guest, world := newGuest(t)
	turns := make(chan *vtime.Turn, 1)
	rest, err := guest.Act("a", at(0), "act", func(context.Context) {
		world.Go("job", func(ctx context.Context) {
			limited, cancel := world.Clock("device").WithTimeout(ctx, 3*time.Second)
			defer cancel()
			turns <- vtime.TurnFrom(ctx)
			<-limited.Done()
		})
	})
	require.NoError(t, err)
	job := first(rest)
	wake := start(func() (vtime.Rest, error) { return guest.Wake("w", job, at(0)) })
	rest, err = guest.Slow(<-turns)
	require.NoError(t, err)
	rest, err = guest.Wake("x", first(rest), at(3))
	require.NoError(t, err)
	require.Equal(t, []string{"w"}, rest.Finished)
	require.Equal(t, vtime.Elsewhere, (<-wake).rest)
}

func TestAGuestRefusesCallsThatDoNotFit(t *testing.T) {
	guest, world := newGuest(t)
	act, turn, answer, _ := waiting(t, guest, world, 9*time.Second, func(context.Context) {})
	defer func() { answer <- struct{}{} }()
	_, err := guest.Slow(turn)
	require.ErrorIs(t, err, vtime.ErrNotAtWork, "it waits already")
	_, err = guest.Wake("w", "", guestStart.Add(-time.Second))
	require.ErrorIs(t, err, vtime.ErrBackwards)
	gone, err := guest.Answer(turn, at(1))
	require.NoError(t, err)
	require.False(t, gone)
	_, err = guest.Act("b", at(1), "act", func(context.Context) {})
	require.ErrorIs(t, err, vtime.ErrNotAtRest)
	world.Close()
	require.ErrorIs(t, (<-act).err, vtime.ErrClosed)
}

func TestAPanicOfAGuestEndsIt(t *testing.T) {
	guest, _ := newGuest(t)
	_, err := guest.Act("a", at(0), "act", func(context.Context) { panic("kaputt") })
	var broke *vtime.PanicError
	require.ErrorAs(t, err, &broke)
	_, err = guest.Wake("w", "", at(1))
	require.ErrorAs(t, err, &broke)
}
