package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"mfpsim/phrase"
)

func TestWordsOnALineAreWholeAndInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		line   string
		words  []string
		onLine bool
	}{
		"the words themselves": {"Current Status : Signed in", []string{"Current Status", "Signed in"}, true}, "without regard to case": {"Current Status : Signed in", []string{"CURRENT status", "signed IN"}, true}, "in another order": {"Current Status : Signed in", []string{"Signed in", "Current Status"}, false}, "part of a word": {"Current Status : Signed in", []string{"Sign"}, false},
		"a number in a longer one": {"IP Address : 192.0.2.100", []string{"192.0.2.10"}, false},
		"a number at the end":      {"IP Address : 192.0.2.10", []string{"192.0.2.10"}, true}, "an apostrophe of either kind": {"Sender’s Email Address : a@b.example", []string{"sender's email address"}, true},
		"white space runs together":     {"a   b\tc", []string{"a b c"}, true},
		"the same words twice":          {"one two", []string{"two", "two"}, false},
		"a later place fits":            {"signing in, sign in", []string{"sign in"}, true},
		"Devanagari, whole":             {"ईमेल सेवा : Microsoft", []string{"ईमेल सेवा"}, true},
		"Devanagari, without its vowel": {"सेवा", []string{"सेव"}, false},
		"Greek, without regard to case": {"Τρέχουσα Κατάσταση : Συνδεδεμένος", []string{"τρέχουσα κατάσταση"}, true},
		"nothing shows nothing":         {"anything", []string{""}, false}, "a sentence with its full stop": {"The email server is not set.", []string{"The email server is not set."}, true}, "a sentence without its full stop": {"The email server is not set.", []string{"The email server is not set"}, true},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.onLine, onLine(c.line, c.words)) })
	}
	require.True(t, onWire(`{"error_codes":[53003]} AADSTS53003`, []string{"error_codes", "53003"}))
	require.Equal(t, 1, nearest([]string{"nothing", "the email server", "server"}, []string{"The email server is set"}))
	require.Equal(t, -1, nearest([]string{"nothing"}, []string{"The email server is set"}))
}

func TestLengthsOfTimeAndDatesAreRead(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "15m": 15 * time.Minute, "2h30m": 150 * time.Minute, "91d": 91 * 24 * time.Hour, "1w": 7 * 24 * time.Hour,
	} {
		got, err := phrase.Duration(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "5", "d", "1y", "-1d", "1d2", "1000000d", "1.5h"} {
		_, err := phrase.Duration(text)
		require.Error(t, err, text)
	}
	date, err := phrase.Date("2026-05-01")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), date)
	_, err = phrase.Date("tomorrow")
	require.EqualError(t, err, "\"tomorrow\" is no date; write 2026-03-02 or '2026-03-02 09:00'")
}

// FuzzALineIsSplitOrRefused holds that any line of a script is either words or a clear refusal.
func FuzzALineIsSplitOrRefused(f *testing.F) {
	for _, seed := range []string{
		"panel shows 'Sign In'", "a ''''b # c", "'open", "[needs:clock] ! x shows y", "x ''",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := phrase.Split(text)
		if err != nil {
			require.Empty(t, words)
		}
		_, _ = Scenario{File: "x/y.txtar", Text: "# id: x/y\n\n" + text}.lines()
		onLine(text, words)
	})
}
