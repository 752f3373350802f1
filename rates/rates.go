// Package rates compares, for benchmarks, how fast several parties do the same work: they take turns in one run, block
// by block, so that the load of the machine is the same for all of them.
package rates

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/vtime"
)

// Side is one of those that are compared.
type Side struct {
	Name string       // of its metrics
	Work func() error // one request and its answer; many call it at a time

	Elsewhere bool // it works in another process: its processor time is not known
}

// Plan is how much is done.
type Plan struct {
	Rounds   int
	Requests int // of each side in a round
	At       int // how many of them at a time
	Block    int // requests that a side makes before the next has its turn
}

// Round is what a side did in a round.
type Round struct {
	Requests int
	Elapsed  time.Duration
	Used     Processor
	// Overtaken are, in rising order, how many answers others got while a request waited for its own: a measure of
	// order that the load of the machine does not change.
	Overtaken []int
	// Took are, in rising order, how long the answers took.
	Took []time.Duration
}

// Processor is processor time of this process.
type Processor struct{ User, System time.Duration }

// Since is what was used after an earlier reading.
func (p Processor) Since(earlier Processor) Processor {
	return Processor{User: p.User - earlier.User, System: p.System - earlier.System}
}

// Total is user and system time together.
func (p Processor) Total() time.Duration { return p.User + p.System }

// Rate is requests a second.
func (r Round) Rate() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// Cost is processor time for one request, in microseconds.
func (r Round) Cost() float64 {
	return float64(r.Used.Total().Microseconds()) / float64(r.Requests)
}

// User is user time for one request, in microseconds.
func (r Round) User() float64 { return float64(r.Used.User.Microseconds()) / float64(r.Requests) }

// Compare lets the sides work; the result has the rounds of each side. The error is that of the first request that
// failed, with the side's name.
func Compare(p Plan, sides ...Side) ([][]Round, error) {
	if p.Rounds < 1 || p.Requests < 1 || p.At < 1 || len(sides) == 0 {
		return nil, errors.New("rates: nothing to compare")
	}
	done := make([][]Round, len(sides))
	for range p.Rounds {
		this := make([]Round, len(sides))
		for left := p.Requests; left > 0; {
			n := min(left, cmp.Or(p.Block, p.Requests))
			for i, side := range sides {
				if err := this[i].work(side.Work, n, p.At); err != nil {
					return nil, fmt.Errorf("%s: %w", side.Name, err)
				}
			}
			left -= n
		}
		for i := range sides {
			slices.Sort(this[i].Took)
			slices.Sort(this[i].Overtaken)
			done[i] = append(done[i], this[i])
		}
	}
	return done, nil
}

// work does n requests, so many at a time.
func (r *Round) work(request func() error, n, at int) error {
	var (
		group     sync.WaitGroup
		begun     atomic.Int64
		answered  atomic.Int64
		took      = make([]time.Duration, n)
		overtaken = make([]int, n)
		failed    = make(chan error, at)
		before    = Used()
		watch     = vtime.StartStopwatch()
	)
	for range at {
		group.Go(func() {
			for {
				i := begun.Add(1) - 1
				if i >= int64(n) {
					return
				}
				asked, others := watch.Elapsed(), answered.Load()
				if err := request(); err != nil {
					failed <- err
					return
				}
				overtaken[i] = int(answered.Add(1) - 1 - others)
				took[i] = watch.Elapsed() - asked
			}
		})
	}
	group.Wait()
	r.Elapsed += watch.Elapsed()
	used := Used().Since(before)
	r.Used.User += used.User
	r.Used.System += used.System
	r.Requests += n
	r.Took = append(r.Took, took...)
	r.Overtaken = append(r.Overtaken, overtaken...)
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// Spread is the least, the median and the greatest of a value over rounds.
func Spread(rounds int, value func(round int) float64) (least, median, greatest float64) {
	values := make([]float64, rounds)
	for i := range values {
		values[i] = value(i)
	}
	slices.Sort(values)
	return values[0], Quantile(values, 0.5), values[len(values)-1]
}

// Quantile finds the value below which a share of sorted values lies.
func Quantile[V any](sorted []V, share float64) V {
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
