package vtime_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mfpsim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAHandlersDelayAgainstAClientsTimeOut(t *testing.T) {
	for _, test := range []struct {
		name           string
		delay, timeOut time.Duration
		want           string
		wantAt         time.Duration
	}{
		{"the reply comes before the time-out", 5 * time.Second, 6 * time.Second, "word", 5 * time.Second},
		{"the time-out comes before the reply", 5 * time.Second, 3 * time.Second, context.DeadlineExceeded.Error(), 3 * time.Second},
		{"both at the same instant: the time-out was armed first and wins", 5 * time.Second, 5 * time.Second, context.DeadlineExceeded.Error(), 5 * time.Second},
		{"no delay at all", 0, time.Second, "word", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 20 {
				world := vtime.NewStepped(time.Time{})
				b := newBench(t, world, "")
				clock := world.Clock("client")
				var got string
				var at time.Duration
				require.NoError(t, world.Do("client", 0, func(ctx context.Context) {
					ctx, cancel := clock.WithTimeout(ctx, test.timeOut)
					defer cancel()
					c := b.dial(ctx)
					defer c.Close()
					answer, err := c.ask(ctx, fmt.Sprintf("delay %s word", test.delay))
					if err != nil {
						answer = err.Error()
						require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
					}
					got, at = answer, world.Elapsed()
				}))
				require.Equal(t, test.want, got)
				require.Equal(t, test.wantAt, at)
				_, err := world.Advance(10 * time.Second)
				require.NoError(t, err)
				world.Close()
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Run("while asleep wakes the sleeper at that instant", func(t *testing.T) {
		world, clock := stepped(t), (*vtime.Clock)(nil)
		clock = world.Clock("a")
		var err error
		var at time.Duration
		var cancel context.CancelFunc
		sleeper := world.Go("sleeper", func(ctx context.Context) {
			ctx, cancel = world.WithCancel(ctx)
			err = clock.Sleep(ctx, time.Hour)
			at = world.Elapsed()
		})
		_, advanceErr := world.Advance(time.Minute)
		require.NoError(t, advanceErr)
		require.NoError(t, world.Do("person", 0, func(context.Context) { cancel(); cancel() }))
		require.NoError(t, world.Do("settle", 0, func(context.Context) {}))
		<-sleeper.Done()
		require.ErrorIs(t, err, vtime.ErrCanceled)
		require.Equal(t, time.Minute, at)
		require.NoError(t, world.Do("after the end", 0, func(context.Context) { cancel() }))
	})
	t.Run("while a server sleeps for it frees the caller and leaves the visit an orphan", func(t *testing.T) {
		world := stepped(t)
		b := newBench(t, world, "")
		var cancel context.CancelFunc
		var err error
		actor := world.Go("actor", func(ctx context.Context) {
			ctx, cancel = world.WithCancel(ctx)
			c := b.dial(ctx)
			defer c.Close()
			_, err = c.ask(ctx, "delay 30s word")
			b.note("actor goes on")
		})
		_, advanceErr := world.Advance(10 * time.Second)
		require.NoError(t, advanceErr)
		require.NoError(t, world.Do("person", 0, func(context.Context) { cancel() }))
		require.NoError(t, world.Do("look", 0, func(context.Context) {}))
		<-actor.Done()
		require.ErrorIs(t, err, vtime.ErrCanceled)
		_, advanceErr = world.Advance(time.Minute)
		require.NoError(t, advanceErr)
		require.Equal(t, []string{"0s C: delay 30s word", "10s actor goes on", "30s S: word"}, b.lines())
	})
	t.Run("by its own turn does not wake a later sleep", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("a")
		require.NoError(t, world.Do("actor", 0, func(ctx context.Context) {
			inner, cancel := world.WithCancel(ctx)
			require.NoError(t, clock.Sleep(inner, time.Second))
			cancel()
			require.NoError(t, clock.Sleep(ctx, time.Second))
			require.ErrorIs(t, clock.Sleep(inner, time.Second), vtime.ErrCanceled)
		}))
		require.Equal(t, 2*time.Second, world.Elapsed())
	})
	t.Run("of an outer context while the inner work has just ended does not disturb what follows", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("a")
		var cancel context.CancelFunc
		var late error
		actor := world.Go("actor", func(ctx context.Context) {
			inner, c := world.WithCancel(ctx)
			cancel = c
			_ = clock.Sleep(inner, time.Second)
			c()
			late = clock.Sleep(ctx, time.Minute)
		})
		world.Go("person", func(ctx context.Context) { _ = clock.Sleep(ctx, time.Second); cancel() })
		_, err := world.Advance(time.Hour)
		require.NoError(t, err)
		<-actor.Done()
		require.NoError(t, late)
	})
}

func TestNestedVisits(t *testing.T) {
	// A person's browser asks the printer, whose handler asks the cloud under the same turn; the cloud sleeps.
	build := func(t *testing.T) (*vtime.World, *bench) {
		world := vtime.NewStepped(time.Time{})
		return world, newBench(t, world, "")
	}
	t.Run("the innermost sleep lends the turn of the whole chain", func(t *testing.T) {
		world, b := build(t)
		clock := world.Clock("printer")
		require.NoError(t, world.Do("browser", 0, func(ctx context.Context) {
			v := world.Visit(vtime.Request{Caller: vtime.TurnFrom(ctx), Name: "printer"})
			inside := v.Context(ctx)
			c := b.dial(inside)
			defer c.Close()
			answer, err := c.ask(inside, "delay 7s word")
			require.NoError(t, err)
			require.Equal(t, "word", answer)
			require.NoError(t, clock.Sleep(inside, time.Second))
			v.End()
		}))
		require.Equal(t, 8*time.Second, world.Elapsed())
	})
	t.Run("a time-out in the middle frees the middle and orphans the innermost", func(t *testing.T) {
		world, b := build(t)
		clock := world.Clock("printer")
		require.NoError(t, world.Do("browser", 0, func(ctx context.Context) {
			v := world.Visit(vtime.Request{Caller: vtime.TurnFrom(ctx), Name: "printer"})
			inside, cancel := clock.WithTimeout(v.Context(ctx), 3*time.Second)
			c := b.dial(inside)
			_, err := c.ask(inside, "delay 7s word")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			c.Close()
			cancel()
			b.note("printer gave up")
			v.End()
		}))
		require.NoError(t, world.Settle(time.Hour))
		require.Equal(t, []string{"0s C: delay 7s word", "3s printer gave up", "7s S: word"}, b.lines())
	})
	t.Run("a time-out of the outermost orphans the chain, which goes on by itself", func(t *testing.T) {
		world, b := build(t)
		clock := world.Clock("browser")
		done := make(chan struct{})
		require.NoError(t, world.Do("browser", 0, func(ctx context.Context) {
			ctx, cancel := clock.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			turn := vtime.TurnFrom(ctx)
			go func() { // the printer's handler, on its own goroutine as in net/http
				defer close(done)
				v := world.Visit(vtime.Request{Caller: turn, Name: "printer"})
				inside := v.Context(ctx)
				c := b.dial(inside)
				defer c.Close()
				_, err := c.ask(inside, "delay 7s word")
				b.note("printer heard the cloud: %v, orphan %v", err, v.Orphan())
				v.End()
			}()
			<-ctx.Done()
			b.note("browser gave up")
		}))
		require.NoError(t, world.Settle(time.Hour))
		<-done
		require.Equal(
			t,
			[]string{
				"0s C: delay 7s word", "2s browser gave up", "7s S: word",
				"7s printer heard the cloud: <nil>, orphan true",
			},
			b.lines(),
		)
	})
}

func TestSilence(t *testing.T) {
	t.Run("ends by the time-out that was set for it", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("client")
		require.NoError(t, world.Do("client", 0, func(ctx context.Context) {
			ctx, cancel := clock.WithTimeout(ctx, time.Minute)
			defer cancel()
			require.ErrorIs(t, vtime.TurnFrom(ctx).Park(ctx), context.DeadlineExceeded)
		}))
		require.Equal(t, time.Minute, world.Elapsed())
	})
	t.Run("without a time-out fails at once when nothing is due", func(t *testing.T) {
		world := stepped(t)
		err := world.Do("client", 0, func(ctx context.Context) { _ = vtime.TurnFrom(ctx).Park(ctx) })
		require.ErrorIs(t, err, vtime.ErrNothingDue)
	})
	t.Run("of library I/O ends by Interrupt", func(t *testing.T) {
		world := stepped(t)
		b := newBench(t, world, "")
		require.NoError(t, world.Do("client", 0, func(ctx context.Context) {
			c := b.dial(ctx)
			defer c.Close()
			stop := world.Interrupt(
				vtime.TurnFrom(ctx), 4*time.Second, "deadline", errOther,
				func() bool { return c.SetReadDeadline(time.Unix(1, 0)) == nil },
			)
			defer stop()
			_, err := c.ask(context.Background(), "delay 9s word")
			require.Error(t, err)
		}))
		require.Equal(t, 4*time.Second, world.Elapsed())
	})
}

func TestAServerThatSpeaksFirstSpeaksUnderTheDiallersTurn(t *testing.T) {
	world := stepped(t)
	b := newBench(t, world, "220 ready")
	require.NoError(t, world.Do("client", 0, func(ctx context.Context) {
		c := b.dial(ctx)
		defer c.Close()
		line, err := c.read(ctx)
		require.NoError(t, err)
		require.Equal(t, "220 ready", line)
		b.note("client has heard it")
	}))
	require.Equal(t, []string{"0s S: 220 ready", "0s client has heard it"}, b.lines())
}

func TestOutside(t *testing.T) {
	t.Run("a complete request during an advance gets a turn of its own", func(t *testing.T) {
		world := stepped(t)
		b := newBench(t, world, "")
		ticks := 0
		clock := world.Clock("ticker")
		world.Go("ticker", func(ctx context.Context) {
			for clock.Sleep(ctx, time.Second) == nil {
				ticks++
			}
		})
		answered := make(chan string)
		go func() {
			c := b.dial(context.Background())
			defer c.Close()
			answer, _ := c.ask(context.Background(), "hello")
			answered <- answer
		}()
		_, err := world.Advance(1000 * time.Second)
		require.NoError(t, err)
		require.Equal(t, "hello", <-answered)
		require.Equal(t, 1000, ticks)
	})
	t.Run("half a request delays nobody", func(t *testing.T) {
		world := stepped(t)
		b := newBench(t, world, "")
		c := b.dial(context.Background())
		defer c.Close()
		_, err := fmt.Fprint(c, "half a requ")
		require.NoError(t, err)
		_, err = world.Advance(time.Hour)
		require.NoError(t, err)
		require.Equal(t, time.Hour, world.Elapsed())
	})
	t.Run("a delay that is owed to it in a stepped world fails loudly", func(t *testing.T) {
		b := newBench(t, stepped(t), "")
		c := b.dial(context.Background())
		defer c.Close()
		answer, err := c.ask(context.Background(), "delay 5s word")
		require.NoError(t, err)
		require.Equal(t, vtime.ErrNobodyAdvances.Error(), answer)
	})
	t.Run("a delay that is owed to it in a flowing world passes", func(t *testing.T) {
		world := vtime.NewFlowing(time.Time{})
		b := newBench(t, world, "")
		c := b.dial(context.Background())
		defer c.Close()
		answer, err := c.ask(context.Background(), "delay 20ms word")
		require.NoError(t, err)
		require.Equal(t, "word", answer)
	})
}

func TestTenPrintersAtOnceGiveOneJournal(t *testing.T) {
	runs := 300
	if testing.Short() {
		runs = 30
	}
	var first []string
	for run := range runs {
		world := vtime.NewStepped(time.Time{})
		b := newBench(t, world, "220 ready")
		clock := world.Clock("printers")
		for i := range 10 {
			world.Go(fmt.Sprintf("printer %d", i), func(ctx context.Context) {
				ctx, cancel := clock.WithTimeout(ctx, time.Duration(4+i)*time.Second)
				defer cancel()
				c := b.dial(ctx)
				defer c.Close()
				_, _ = c.read(ctx)
				for round := range 3 {
					_, err := c.ask(ctx, fmt.Sprintf("delay %ds p%d.%d", round+i%3, i, round))
					b.note("printer %d round %d: %v", i, round, err)
					if err != nil {
						return
					}
					_ = clock.Sleep(ctx, time.Duration(i%2)*time.Second)
				}
			})
		}
		_, err := world.Advance(time.Minute)
		require.NoError(t, err)
		got := b.lines()
		if first == nil {
			first = got
			require.Greater(t, len(first), 60)
			require.True(
				t,
				slices.ContainsFunc(
					first, func(line string) bool { return strings.Contains(line, "deadline exceeded") },
				),
			)
		}
		require.Equal(t, first, got, "run %d", run)
		world.Close()
	}
}

func TestAdvance(t *testing.T) {
	t.Run("counts events and stops exactly at its end", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("a")
		world.Go("a", func(ctx context.Context) {
			for clock.Sleep(ctx, time.Minute) == nil {
			}
		})
		events, err := world.Advance(10*time.Minute + time.Second)
		require.NoError(t, err)
		require.Equal(t, 11, events)
		require.Equal(t, vtime.DefaultStart.Add(10*time.Minute+time.Second), world.Now())
	})
	t.Run("an instant without end fails with the names of its events", func(t *testing.T) {
		world := stepped(t)
		var again func(context.Context)
		again = func(context.Context) { world.Go("hot loop", again) }
		world.Go("hot loop", again)
		_, err := world.Advance(time.Second)
		require.ErrorIs(t, err, vtime.ErrEndlessInstant)
		require.ErrorContains(t, err, "hot loop")
	})
	t.Run("until a condition stops at the event that made it true, and at once when nothing is due", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("a")
		n := 0
		world.Go("a", func(ctx context.Context) {
			for n < 5 && clock.Sleep(ctx, time.Minute) == nil {
				n++
			}
		})
		ok, err := world.AdvanceUntil(time.Hour, func() bool { return n == 3 })
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, 3*time.Minute, world.Elapsed())
		ok, err = world.AdvanceUntil(time.Hour, func() bool { return false })
		require.NoError(t, err)
		require.False(t, ok)
		require.Equal(t, 5*time.Minute, world.Elapsed())
	})
	t.Run("to the next instant leaves time alone when nothing is due by the limit", func(t *testing.T) {
		world := stepped(t)
		clock := world.Clock("a")
		world.Go("a", func(ctx context.Context) { _ = clock.Sleep(ctx, time.Hour) })
		_, err := world.Advance(0)
		require.NoError(t, err)
		fired, err := world.AdvanceToNext(time.Minute)
		require.NoError(t, err)
		require.False(t, fired)
		require.Zero(t, world.Elapsed())
		fired, err = world.AdvanceToNext(time.Hour)
		require.NoError(t, err)
		require.True(t, fired)
		require.Equal(t, time.Hour, world.Elapsed())
	})
	t.Run("moves a flowing world on top of the machine's time", func(t *testing.T) {
		world := vtime.NewFlowing(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
		defer world.Close()
		clock := world.Clock("a")
		woken := make(chan time.Time, 1)
		turn := world.Go("a", func(ctx context.Context) {
			_ = clock.Sleep(ctx, 90*24*time.Hour)
			woken <- clock.Now()
		})
		require.NoError(t, world.Do("order", 0, func(context.Context) {}))
		_, err := world.Advance(2160 * time.Hour)
		require.NoError(t, err)
		<-turn.Done()
		require.WithinDuration(t, time.Date(2030, 4, 1, 0, 0, 0, 0, time.UTC), <-woken, 10*time.Minute)
	})
}

func TestAJumpOfAFlowingWorldBringsWhatIsDueNextNearer(t *testing.T) {
	world := vtime.NewFlowing(time.Time{})
	defer world.Close()
	clock := world.Clock("a")
	turn := world.Go("a", func(ctx context.Context) { _ = clock.Sleep(ctx, time.Hour) })
	require.NoError(t, world.Do("order", 0, func(context.Context) {}))
	_, err := world.Advance(time.Hour - 20*time.Millisecond)
	require.NoError(t, err)
	<-turn.Done() // 20 ms of machine time later, not an hour
}

func TestSettleLetsServersFinishAndSleepersSleep(t *testing.T) {
	world := stepped(t)
	b := newBench(t, world, "")
	clock := world.Clock("a")
	world.Go("poller", func(ctx context.Context) { _ = clock.Sleep(ctx, time.Hour) })
	world.Go("client", func(ctx context.Context) {
		c := b.dial(ctx)
		defer c.Close()
		_, _ = c.ask(ctx, "delay 5s word")
		b.note("client done")
	})
	require.NoError(t, world.Settle(time.Minute))
	require.Equal(t, 5*time.Second, world.Elapsed())
	require.Contains(t, b.lines(), "5s client done")
}

func TestClock(t *testing.T) {
	world := stepped(t)
	right, wrong := world.Clock("right"), world.Clock("wrong")
	require.NoError(t, wrong.Set(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, wrong.Drift(time.Minute))
	fired := false
	world.Go("timer", func(ctx context.Context) { fired = wrong.Sleep(ctx, 24*time.Hour) == nil })
	_, err := world.Advance(24 * time.Hour)
	require.NoError(t, err)
	require.True(t, fired, "a running timer does not move when a clock is set")
	require.Equal(t, vtime.DefaultStart.Add(24*time.Hour), right.Now())
	require.Equal(t, time.Date(2000, 1, 2, 0, 1, 0, 0, time.UTC), wrong.Now())
}

func TestSleepWithoutATurnIsRefused(t *testing.T) {
	world := stepped(t)
	require.ErrorIs(t, world.Clock("a").Sleep(context.Background(), time.Second), vtime.ErrNoTurn)
}

func TestCloseWakesEverybody(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	clock := world.Clock("a")
	var asleep, silent error
	one := world.Go("asleep", func(ctx context.Context) { asleep = clock.Sleep(ctx, time.Hour) })
	two := world.Go("silent", func(ctx context.Context) { silent = vtime.TurnFrom(ctx).Park(ctx) })
	_, err := world.Advance(0)
	require.NoError(t, err)
	world.Close()
	<-one.Done()
	<-two.Done()
	require.ErrorIs(t, asleep, vtime.ErrClosed)
	require.ErrorIs(t, silent, vtime.ErrClosed)
	_, err = world.Advance(time.Second)
	require.ErrorIs(t, err, vtime.ErrClosed)
}

func TestAFlowingWorldThatIsPausedMovesOnlyWhenItIsAdvanced(t *testing.T) {
	w := vtime.NewFlowing(vtime.DefaultStart)
	defer w.Close()
	w.Pause()
	at := w.Elapsed()
	var woke time.Duration
	require.NoError(t, w.Do("sleeper", 0, func(ctx context.Context) {
		require.NoError(t, w.Clock("sleeper").Sleep(ctx, time.Minute))
		woke = w.Elapsed()
	}))
	require.Equal(t, at+time.Minute, woke, "it is driven, as a stepped one is")
	_, err := w.Advance(time.Hour)
	require.NoError(t, err)
	require.Equal(t, at+time.Minute+time.Hour, w.Elapsed())
	w.Flow()
	due := make(chan struct{})
	w.After(time.Millisecond, "it flows again", func() { close(due) })
	<-due
}
