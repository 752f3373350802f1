package shell

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPasswordsAreRememberedForGoodAndTheNewestOfWhatClientsHaveSent(t *testing.T) {
	var secrets Secrets
	secrets.Keep("password")
	secrets.Add("")
	secrets.Add("password")
	for i := range mostHeard + 5 {
		secrets.Add(strconv.Itoa(i))
		secrets.Add(strconv.Itoa(i))
	}
	all := secrets.List()
	require.Len(t, all, 1+mostHeard)
	require.Equal(t, []string{"password", "5", "6"}, all[:3])
	require.Equal(t, strconv.Itoa(mostHeard+4), all[mostHeard])
	require.Len(t, secrets.seen, 1+mostHeard)
	secrets.Add("0")
	require.Equal(t, "0", secrets.List()[mostHeard], "what was forgotten is new again")
}

func TestLongSecretsAreNotRememberedByTheGigabyte(t *testing.T) {
	var secrets Secrets
	secrets.Keep("password")
	long := strings.Repeat("x", 1<<20)
	for i := range 100 {
		secrets.Add(strconv.Itoa(i) + long)
	}
	all := secrets.List()
	require.Len(t, all, 1+7)
	require.Equal(t, "99"+long, all[7], "the newest stay")
	require.Len(t, secrets.seen, 8)
}
