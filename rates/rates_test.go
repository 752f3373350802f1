package rates_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/rates"
)

// notes hears metrics.
type notes map[string]float64

func (n notes) ReportMetric(value float64, unit string) { n[unit] = value }

func TestEverySideDoesItsShareBlockByBlockInTurn(t *testing.T) {
	var order []string
	side := func(name string) rates.Side {
		return rates.Side{Name: name, Work: func() error { order = append(order, name); return nil }}
	}
	sides := []rates.Side{side("a"), side("b")}
	done, err := rates.Compare(rates.Plan{Rounds: 2, Requests: 3, At: 1, Block: 2}, sides...)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "a", "b", "b", "a", "b", "a", "a", "b", "b", "a", "b"}, order)
	require.Len(t, done, 2)
	require.Len(t, done[1], 2)
	require.Equal(t, 3, done[1][1].Requests)
	require.Equal(t, []int{0, 0, 0}, done[0][0].Overtaken, "one at a time: nobody is overtaken")

	heard := notes{}
	rates.Report(heard, sides, done)
	require.Positive(t, heard["x-b"])
	require.LessOrEqual(t, heard["x-b-min"], heard["x-b"])
	require.LessOrEqual(t, heard["x-b"], heard["x-b-max"])
}

func TestARequestThatWaitsIsOvertakenByTheOthers(t *testing.T) {
	var first atomic.Bool
	others, held := make(chan struct{}, 9), make(chan struct{})
	work := func() error {
		if first.CompareAndSwap(false, true) {
			for range 9 {
				<-others
			}
			close(held)
			return nil
		}
		others <- struct{}{}
		return nil
	}
	done, err := rates.Compare(rates.Plan{Rounds: 1, Requests: 10, At: 2}, rates.Side{Name: "a", Work: work})
	require.NoError(t, err)
	<-held
	require.GreaterOrEqual(t, rates.Quantile(done[0][0].Overtaken, 1), 8)
}

func TestAFailureNamesItsSide(t *testing.T) {
	broken := rates.Side{Name: "peer", Work: func() error { return errors.New("no answer") }}
	_, err := rates.Compare(rates.Plan{Rounds: 1, Requests: 5, At: 3}, broken)
	require.EqualError(t, err, "peer: no answer")
	_, err = rates.Compare(rates.Plan{}, broken)
	require.Error(t, err)
}
