package codes_test

import (
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
	c := s.Add(codes.Request{Application: "app", Expires: monday.Add(15 * time.Minute), Interval: 5 * time.Second}, monday)
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

	_, err = s.Live(typed, monday.Add(15*time.Minute))
	require.Equal(t, 70019, catalogue.AADSTS(err))
	_, err = s.Live("nonsense", monday)
	require.Equal(t, 70018, catalogue.AADSTS(err))
	s.Approve(c.Device, codes.Approval{Account: 1})
	_, err = s.Live(typed, monday)
	require.Equal(t, 90120, catalogue.AADSTS(err))
	require.Equal(t, codes.Pending, c.State, "what was given out does not change")
	c, ok = s.Device(c.Device)
	require.True(t, ok)
	require.Equal(t, codes.Approved, c.State)
}

func TestADeadCodeIsForgottenAfterADay(t *testing.T) {
	s := codes.New(chance.New(7, "test"), &secrets.List{})
	old := s.Add(codes.Request{Expires: monday}, monday)
	s.Add(codes.Request{Expires: monday.Add(codes.Keep)}, monday.Add(codes.Keep))
	_, known := s.Device(old.Device)
	require.True(t, known)
	s.Add(codes.Request{}, monday.Add(codes.Keep+time.Second))
	_, known = s.Device(old.Device)
	require.False(t, known)
}
