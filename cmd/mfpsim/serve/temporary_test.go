package serve

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatAKilledBenchHasLeftTheNextOneRemoves(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	left := func() []string {
		found, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		return found
	}
	killed, err := newTemporary()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(killed.path, authorityName), []byte("PEM"), 0o600))
	running := live(t, Config{})
	require.Len(t, left(), 2, "who is alive keeps its folder")
	require.NoError(t, killed.lock.Close(), "as the system does when a process is killed")
	foreign := filepath.Join(folder, temporaryPattern+"of-somebody")
	require.NoError(t, os.Mkdir(foreign, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(foreign, authorityName), []byte("PEM"), 0o600))

	next := live(t, Config{})
	require.NoDirExists(t, killed.path)
	require.FileExists(t, filepath.Join(foreign, authorityName), "what has no lock is not ours")
	require.FileExists(t, running.CA)
	require.FileExists(t, next.CA)
	require.NoError(t, running.stop())
	require.NoError(t, next.stop())
	require.Equal(t, []string{foreign}, left())
}
