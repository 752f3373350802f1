package words_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/words"
)

func TestCaseDoesNotMatter(t *testing.T) {
	require.True(t, words.Contain([]string{"SMTP.Send"}, "smtp.send"))
	require.True(t, words.Cover([]string{"a", "B"}, []string{"b", "A"}))
	require.False(t, words.Cover([]string{"a"}, []string{"a", "b"}))
	require.Equal(t, words.Fold("That  code didn’t\twork"), words.Fold("that code didn't work"))
}

func TestWhatIsFilledInIsNotLookedAtAgain(t *testing.T) {
	require.Equal(
		t, "open {code} and type {uri}{",
		words.Fill("open {uri} and type {code}{", "{uri}", "{code}", "{code}", "{uri}"),
	)
	require.Equal(t, "{none} a a", words.Fill("{none} {word} {word}", "{word}", "a"))
	require.Equal(t, "", words.Fill("", "{word}", "a"))
}

func TestAnUnknownValueIsRefusedWithTheKnownOnes(t *testing.T) {
	known := map[string]string{"on": "1", "off": "0"}
	var field string
	require.NoError(t, words.OneOf(&field, "state", "ON", known))
	require.Equal(t, "1", field)
	require.EqualError(
		t, words.OneOf(&field, "state", "maybe", known), `state: unknown value "maybe"; the values are: off, on`,
	)
	require.Equal(t, "1", field, "nothing is changed")
}

func TestDates(t *testing.T) {
	for _, text := range []string{
		"2026-04-15", "2026-04-15 00:00", "2026-04-15 00:00:00", "2026-04-15T02:00:00+02:00",
	} {
		var at time.Time
		require.NoError(t, words.Date(&at, "from", text))
		require.Equal(t, time.Date(2026, 4, 15, 0, 0, 0, 0, time.UTC), at, text)
	}
	require.EqualError(t, words.Date(new(time.Time), "from", "soon"), `from: "soon" is no date such as 2026-04-15`)
}
