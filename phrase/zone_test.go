package phrase_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/phrase"
)

func TestATimeDifferenceIsThatOfAPlaceOnEarth(t *testing.T) {
	for word, want := range map[string]time.Duration{
		"+00:00": 0,
		"+09:00": 9 * time.Hour,
		"+05:45": 5*time.Hour + 45*time.Minute,
		"-03:30": -3*time.Hour - 30*time.Minute,
		"+14:00": 14 * time.Hour,
		"-12:00": -12 * time.Hour,
	} {
		ahead, err := phrase.TimeDifference(word)
		require.NoError(t, err, word)
		require.Equal(t, want, ahead, word)
	}
	for word, want := range map[string]string{
		"9h": "write +09:00 or -03:30", "Z": "write +09:00 or -03:30", "": "write +09:00 or -03:30", "+9:00": "write +09:00 or -03:30",
		"+14:15": "from -12:00 to +14:00", "-12:15": "from -12:00 to +14:00", "+05:20": "quarters of an hour",
		"+09:60": "write +09:00 or -03:30", "-03:90": "write +09:00 or -03:30",
	} {
		_, err := phrase.TimeDifference(word)
		require.ErrorContains(t, err, want, word)
	}
}
