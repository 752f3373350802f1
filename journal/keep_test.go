package journal_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/vtime"
)

// start is the time of all entries here.
func start() time.Time { return vtime.DefaultStart }

func note(j *journal.Journal, text string) {
	j.Append(journal.Entry{Kind: journal.KindNote, Text: journal.Plain(text)})
}

// texts are the entries that are kept, by their text.
func texts(j *journal.Journal) []string {
	var all []string
	for _, e := range j.Entries() {
		all = append(all, e.Text.String())
	}
	return all
}

func TestTheOldestEntriesFallOutAndAreCounted(t *testing.T) {
	j := journal.New(start)
	j.Keep(journal.Keep{Entries: 3})
	for i := range 10 {
		note(j, strconv.Itoa(i+1))
	}
	require.Equal(t, []string{"8", "9", "10"}, texts(j))
	require.Equal(t, 7, j.Dropped())
	require.Equal(t, 10, j.Len())
	require.Equal(t, 8, j.Entries()[0].Number)
	require.Len(t, j.Since(9), 1)
	require.Len(t, j.Since(2), 3, "what has fallen out is not there")
	require.Empty(t, j.Since(10))
}

func TestAJournalIsBoundedByBytesToo(t *testing.T) {
	j := journal.New(start)
	j.Keep(journal.Keep{Bytes: 1 << 20})
	long := strings.Repeat("x", 100<<10)
	for range 100 {
		note(j, long)
	}
	require.Len(t, j.Entries(), 10)
	require.Equal(t, 90, j.Dropped())
	j.AppendExchange(
		journal.Entry{Kind: journal.KindHTTP}, 900<<10, func() *journal.Exchange { return &journal.Exchange{} },
	)
	require.Len(t, j.Entries(), 2, "the exchange and one note")
}

func TestNothingFallsOutWhileSomebodyHoldsTheRecord(t *testing.T) {
	j := journal.New(start)
	j.Keep(journal.Keep{Entries: 2})
	first, second := j.Hold(), j.Hold()
	for i := range 5 {
		note(j, strconv.Itoa(i+1))
	}
	first()
	first()
	require.Equal(t, []string{"1", "2", "3", "4", "5"}, texts(j))
	second()
	require.Equal(t, []string{"4", "5"}, texts(j))
	require.Equal(t, 3, j.Dropped())
}

func TestAFlowingWorldsJournalIsBoundedAndASteppedOnesIsNot(t *testing.T) {
	flowing, stepped := vtime.NewFlowing(time.Time{}), vtime.NewStepped(time.Time{})
	defer flowing.Close()
	defer stepped.Close()
	for world, dropped := range map[*vtime.World]int{flowing: 5, stepped: 0} {
		j := journal.For(world)
		for range journal.DefaultKeep.Entries + 5 {
			note(j, "x")
		}
		require.Equal(t, dropped, j.Dropped())
	}
}

func TestAnExchangeIsMadeWhenItIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		keep journal.Keep
		made int
	}{
		"once where all is kept":                       {journal.Keep{}, 1},
		"at each reading where the journal is bounded": {journal.Keep{Entries: 10}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			j := journal.New(start)
			j.Keep(c.keep)
			made := 0
			j.AppendExchange(journal.Entry{Kind: journal.KindHTTP, Party: "entra"}, 100, func() *journal.Exchange {
				made++
				return &journal.Exchange{Method: "GET"}
			})
			require.Zero(t, made)
			for range 2 {
				entries := j.Entries()
				require.Equal(t, "GET", entries[0].HTTP.Method)
				require.Equal(t, "entra", entries[0].Party)
			}
			require.Equal(t, c.made, made)
		})
	}
}
