package secrets_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/secrets"
)

func TestPasswordsAreRememberedForGoodAndTheNewestOfWhatWasGivenOut(t *testing.T) {
	var list secrets.List
	list.Bound(3)
	list.Keep("password")
	for i := range 3 {
		list.Add(strconv.Itoa(i))
	}
	require.Equal(t, []string{"password", "0", "1", "2"}, list.All())
	for i := 3; i < 8; i++ {
		list.Add(strconv.Itoa(i))
	}
	require.Equal(t, []string{"password", "5", "6", "7"}, list.All())
}
