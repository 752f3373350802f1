package sim_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim"
)

func TestWhatIsNoFileOfAPrinterIsNotReadWithoutEnd(t *testing.T) {
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) } // that nobody writes to
	device := func(path string) error { return os.Symlink("/dev/zero", path) }
	endless := func(path string) error {
		return os.WriteFile(path, nil, 0o600) // and then as large as a file can be, without a block on the disk
	}
	for _, c := range []struct {
		name, file string
		put        func(path string) error
		message    string
	}{
		{"a pipe as key", "printer.key", pipe, "printer.key: the printer's key cannot be read: it is no regular file"},
		{"a pipe as records", "printer.records", pipe, "printer.records: the file cannot be read: it is no regular file"},
		{"a pipe as memory", "printer.flash", pipe, "printer.flash: the memory cannot be read; nothing was changed"},
		{"a device as records", "printer.records", device, "printer.records: the file cannot be read: it is no regular file"},
		{"records of a terabyte", "printer.records", endless, "printer.records: the file cannot be read: it is larger than any flash"},
		{"a key of a terabyte", "printer.key", endless, "printer.key: the printer's key cannot be read: it is larger than any flash"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, start(t, folder, sim.Config{}))
			path := filepath.Join(folder, c.file)
			require.NoError(t, os.RemoveAll(path))
			require.NoError(t, c.put(path))
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				require.NoError(t, os.Truncate(path, 1<<40))
			}
			err := start(t, folder, sim.Config{})
			require.ErrorContains(t, err, c.message)
			var refused *sim.FolderError
			require.ErrorAs(t, err, &refused)
		})
	}
}
