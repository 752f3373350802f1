package expiry_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/expiry"
)

func TestTheDeadComeOutInTheOrderOfTheirEnds(t *testing.T) {
	var q expiry.Queue[string]
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i, key := range []string{"c", "a", "d", "b"} {
		q.Add(key, monday.Add([]time.Duration{3, 1, 4, 2}[i]*time.Hour))
	}
	over := func(now time.Time) (keys []string) {
		for key, ok := q.Over(now); ok; key, ok = q.Over(now) {
			keys = append(keys, key)
		}
		return keys
	}
	require.Empty(t, over(monday))
	require.Equal(t, []string{"a", "b"}, over(monday.Add(2*time.Hour)), "a life is over at its end")
	q.Add("d", monday.Add(150*time.Minute))
	require.Equal(t, []string{"d"}, over(monday.Add(170*time.Minute)))
	require.Equal(t, []string{"c", "d"}, over(monday.Add(5*time.Hour)))
	require.Empty(t, over(monday.Add(time.Hour*10000)))
}
