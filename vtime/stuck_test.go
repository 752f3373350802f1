package vtime

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheWatchdogNamesWhoHoldsTheTurn(t *testing.T) {
	world := NewStepped(time.Time{})
	defer world.Close()
	world.patience = 10 * time.Millisecond
	world.Explain(func() []string {
		_ = world.Now() // it may ask the World
		return []string{"printer#3"}
	})
	release := make(chan struct{})
	turn := world.Go("printer job", func(ctx context.Context) {
		visit := world.Visit(Request{Caller: TurnFrom(ctx), Name: "smtp on printer#3"})
		<-release
		visit.End()
	})
	_, err := world.Advance(time.Second)
	close(release)
	<-turn.Done()
	var stuck *StuckError
	require.ErrorAs(t, err, &stuck)
	require.Equal(t, "printer job > smtp on printer#3", stuck.Holder)
	require.Contains(t, stuck.Error(), "by printer job > smtp on printer#3, which waits on printer#3")
	_, err = world.Advance(time.Second)
	require.ErrorAs(t, err, &stuck, "a bench that was stuck proves nothing any more")
}

func TestALiveWorldOutlivesItsWatchdog(t *testing.T) {
	world := NewFlowing(time.Time{})
	defer world.Close()
	world.patience = time.Millisecond
	release := make(chan struct{})
	turn := world.Go("slow", func(context.Context) { <-release })
	go func() {
		timer := time.NewTimer(20 * time.Millisecond)
		<-timer.C
		close(release)
	}()
	_, err := world.Advance(time.Second)
	require.NoError(t, err)
	<-turn.Done()
}

func TestATurnThatWaitsForAWatchedProcessIsExcused(t *testing.T) {
	world := NewStepped(time.Time{})
	defer world.Close()
	world.patience = time.Millisecond
	turn := world.Go("printer job", func(ctx context.Context) {
		defer Excuse(ctx)()
		over := make(chan struct{})
		Alarm(20*time.Millisecond, func() { close(over) })
		<-over
	})
	_, err := world.Advance(time.Second)
	require.NoError(t, err)
	<-turn.Done()
}
