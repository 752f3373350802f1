package codes_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/secrets"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestACodeIsGoodUntilItIsUsedOrOver(t *testing.T) {
	given := &secrets.List{}
	s := codes.New(chance.New(7, "test"), given)
	c := s.Add(
		codes.Request{Application: "app", Expires: monday.Add(15 * time.Minute), Interval: 5 * time.Second}, monday,
	)
	require.Equal(t, []string{c.Device}, given.All())

	typed := " " + strings.ToLower(c.User[:4]) + "-" + c.User[4:]
	found, err := s.Live(typed, monday)
	require.NoError(t, err)
	require.Equal(t, c, found)
	waiting, ok := s.Waiting(monday)
	require.True(t, ok)
	require.Equal(t, c.User, waiting)

	require.False(t, s.Poll(c.Device, monday))
	require.True(t, s.Poll(c.Device, monday.Add(time.Second)), "before the interval is over")
	require.False(t, s.Poll(c.Device, monday.Add(time.Minute)))

	_, err = s.Live("nonsense", monday)
	require.Equal(t, 70018, catalogue.AADSTS(err))
	s.Approve(c.Device, codes.Approval{Account: 1})
	_, err = s.Live(typed, monday)
	require.Equal(t, 90120, catalogue.AADSTS(err))
	require.Equal(t, codes.Pending, c.State, "what was given out does not change")
	c, ok = s.Device(c.Device, monday)
	require.True(t, ok)
	require.Equal(t, codes.Approved, c.State)
	_, err = s.Live(typed, monday.Add(15*time.Minute))
	require.Equal(t, 70019, catalogue.AADSTS(err), "that it is over counts for more than what became of it")
}

func TestADeadCodeLeavesWhatTellsItFromAnInventedOne(t *testing.T) {
	s := codes.New(chance.New(7, "test"), &secrets.List{})
	request := codes.Request{
		Application: "app", Correlation: "one", Expires: monday.Add(15 * time.Minute), Interval: time.Second,
	}
	c := s.Add(request, monday)
	s.Redeem(c.Device)
	left, known := s.Device(c.Device, monday.Add(time.Hour))
	require.True(t, known)
	require.Equal(t, codes.Request{
		Device: c.Device, User: c.User, Application: "app", Correlation: "one", Expires: c.Expires, State: codes.Redeemed,
	}, left)
	s.Approve(c.Device, codes.Approval{}) // too late
	left, _ = s.Device(c.Device, monday.Add(time.Hour))
	require.Equal(t, codes.Redeemed, left.State)
	_, err := s.Live(c.User, monday.Add(48*time.Hour))
	require.Equal(t, 70018, catalogue.AADSTS(err), "by now it may as well have been invented")
}

func TestTheNewestCodeThatWaitsIsTheOneThatWasGivenOutLast(t *testing.T) {
	s := codes.New(chance.New(7, "test"), &secrets.List{})
	add := func(life time.Duration) codes.Request {
		return s.Add(codes.Request{Expires: monday.Add(life), Interval: time.Second}, monday)
	}
	waits := func(now time.Time) string {
		code, _ := s.Waiting(now)
		return code
	}
	first, long, short, last := add(15*time.Minute), add(time.Hour), add(time.Minute), add(15*time.Minute)
	require.Equal(t, last.User, waits(monday))
	s.Decline(last.Device)
	require.Equal(t, short.User, waits(monday))
	require.Equal(t, long.User, waits(monday.Add(time.Minute)), "the newer one has died")
	s.Expire(long.Device, monday.Add(2*time.Minute))
	require.Equal(t, first.User, waits(monday.Add(2*time.Minute)))
	require.Empty(t, waits(monday.Add(15*time.Minute)))
}

// BenchmarkWaiting is a look for the newest code beside 100,000 others; B/dead is what each keeps when its life is
// over, B/forgotten a day later.
func BenchmarkWaiting(b *testing.B) {
	const others = 100_000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	given := &secrets.List{}
	s := codes.New(chance.New(7, "test"), given)
	before := heap()
	for range others {
		s.Add(codes.Request{Correlation: "one", Expires: monday.Add(15 * time.Minute)}, monday)
	}
	living := heap()
	for b.Loop() {
		if _, ok := s.Waiting(monday); !ok {
			b.Fatal("nobody waits")
		}
	}
	_, ok := s.Waiting(monday.Add(time.Hour))
	require.False(b, ok)
	dead := heap()
	s.Waiting(monday.Add(48 * time.Hour))
	forgotten := heap()
	b.ReportMetric(float64(living-before)/others, "B/living")
	b.ReportMetric(float64(dead-before)/others, "B/dead")
	b.ReportMetric(float64(max(forgotten, before)-before)/others, "B/forgotten")
	runtime.KeepAlive(given)
}

func TestADeadCodeIsForgottenAfterADay(t *testing.T) {
	s := codes.New(chance.New(7, "test"), &secrets.List{})
	old := s.Add(codes.Request{Expires: monday}, monday)
	s.Add(codes.Request{Expires: monday.Add(codes.Keep)}, monday.Add(codes.Keep))
	_, known := s.Device(old.Device, monday.Add(codes.Keep))
	require.True(t, known)
	s.Add(codes.Request{}, monday.Add(codes.Keep+time.Second))
	_, known = s.Device(old.Device, monday.Add(codes.Keep+time.Second))
	require.False(t, known)
}
