//go:build unix

package lockfile_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lockfile"
)

func TestWhatIsClaimedIsTakenUntilItIsClosed(t *testing.T) {
	folder := t.TempDir()
	first, err := os.Open(folder)
	require.NoError(t, err)
	second, err := os.Open(folder)
	require.NoError(t, err)
	defer second.Close()
	taken, err := lockfile.Claim(first)
	require.NoError(t, err)
	require.False(t, taken)
	taken, err = lockfile.Claim(second)
	require.NoError(t, err)
	require.True(t, taken)
	require.NoError(t, first.Close())
	taken, err = lockfile.Claim(second)
	require.NoError(t, err)
	require.False(t, taken)
}
